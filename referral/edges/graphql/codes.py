"""Which codes may an error at a GraphQL door carry? These and no others."""

from referral.foundation.vocabulary import Word


class Code(Word):
    """A code in `extensions.code`. Stable, for programs."""

    # before anything is read as GraphQL
    BAD_REQUEST = "BAD_REQUEST", "The body is JSON, but no request."
    CONTENT_TYPE = "CONTENT_TYPE", "Send application/json, in UTF-8."
    CROSS_SITE = "CROSS_SITE", "A browser says that another site sent this."
    CUT_OFF = "CUT_OFF", "The body ended before its end."
    DUPLICATE_KEY = "DUPLICATE_KEY", "A name stands twice in one JSON object."
    METHOD = "METHOD", "Use another method."
    NOT_JSON = "NOT_JSON", "The body is not JSON."
    NOT_SIGNED_IN = "NOT_SIGNED_IN", "Sign in first."
    NO_API_KEY = "NO_API_KEY", "Send an API key that is valid."
    TOO_DEEP = "TOO_DEEP", "The JSON is nested too deeply."
    TOO_LARGE = "TOO_LARGE", "The body is too large."
    UNAVAILABLE = "UNAVAILABLE", "We cannot answer right now. Send the same again."
    UNKNOWN_DOCUMENT = "UNKNOWN_DOCUMENT", "There is no trusted document with this id."
    # before the document runs
    BAD_INPUT = "BAD_INPUT", "A variable or argument cannot be read."
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED", "The document is not GraphQL."
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED", "The document does not fit the schema."
    RATE_LIMITED = "RATE_LIMITED", "The budget is spent, or it is too soon. Come back later."
    TOO_MUCH = "TOO_MUCH", "The document asks for more than one document may."
    # what the house refuses
    ALREADY_ANSWERED = "ALREADY_ANSWERED", "The offer has had its answer."
    ALREADY_DECIDED = "ALREADY_DECIDED", "The proposal has been decided."
    CHANGED_SINCE = "CHANGED_SINCE", "Somebody changed it meanwhile."
    CONFLICT = "CONFLICT", "It contradicts what is already so."
    CONSENT_MISSING = "CONSENT_MISSING", "The person has not agreed to this."
    EXPIRED = "EXPIRED", "The link or the offer is past its time."
    HELD_BY_ANOTHER = "HELD_BY_ANOTHER", "Somebody else has the request in hand."
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED", "The same key came with another body."
    IMPORT_RUNNING = "IMPORT_RUNNING", "A list is being imported."
    KEYS_ELSEWHERE = "KEYS_ELSEWHERE", "This server holds no key that opens it."
    NOT_ALLOWED = "NOT_ALLOWED", "This caller may not do it."
    NOT_FOUND = "NOT_FOUND", "There is no such thing, or it is not the caller's to see."
    NOT_HSDS = "NOT_HSDS", "This is no HSDS package."
    NO_ACCESS = "NO_ACCESS", "The case is not in the caller's hands, and nobody let them in."
    NO_CAPACITY = "NO_CAPACITY", "Every stated place is taken or held."
    PATH_TAKEN = "PATH_TAKEN", "Something stands there already."
    PLACE_SERVICE_UNAVAILABLE = "PLACE_SERVICE_UNAVAILABLE", "The geocoder that the operator chose does not answer."
    PLAN_TOO_LARGE = "PLAN_TOO_LARGE", "Nobody could plan so much in time."
    TOO_MANY_MESSAGES = "TOO_MANY_MESSAGES", "So many messages may not wait unread."
    VALIDATION_FAILED = "VALIDATION_FAILED", "Something in the input is wrong; fields names it."
    # our own faults
    INTERNAL = "INTERNAL", "A fault of ours."
