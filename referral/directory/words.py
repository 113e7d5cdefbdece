"""The closed sets the directory speaks in."""

from referral.foundation.vocabulary import Word


class OrganizationKind(Word):
    """What an organization offers."""

    LEGAL = "legal", "Legal help."
    HUMANITARIAN = "humanitarian", "Humanitarian help."
    BOTH = "both", "Legal and humanitarian help."
    UNKNOWN = "unknown", "Not known."


class ServiceStatus(Word):
    """Whether a service exists and runs (HSDS service.status)."""

    ACTIVE = "active", "Runs."
    INACTIVE = "inactive", "Is not published."
    DEFUNCT = "defunct", "Has ended."
    TEMPORARILY_CLOSED = "temporarily closed", "Takes nobody for now."


class ServiceDepth(Word):
    """How far a legal service goes."""

    FULL_REPRESENTATION = "full_representation", "Represents the person through the whole case."
    LIMITED_SCOPE = "limited_scope", "Represents the person for a part of the case."
    CLINIC = "clinic", "Helps at a clinic, one sitting."
    ADVICE = "advice", "Gives advice on the person's own case."
    INFORMATION = "information", "Gives general information."
    UNKNOWN = "unknown", "Not stated."


class Openness(Word):
    """Whether new people are taken now."""

    OPEN = "open", "Takes new people now."
    LIMITED = "limited", "Takes a few new people, or under conditions."
    WAITLIST = "waitlist", "Not now; one can wait in line."
    ASSESSMENT_NEEDED = "assessment_needed", "Decides after a first talk."
    PAUSED = "paused", "Takes nobody until a later date."
    CLOSED = "closed", "Takes nobody."
    UNKNOWN = "unknown", "Not stated, or stated too long ago: call first."


class ProviderOrder(Word):
    """How listings are sorted; the id decides between equals."""

    NEAREST = "nearest", "By distance from near. Places without a point, and who covers the origin from afar, last."
    NAME = "name", "By name."
    RECENTLY_VERIFIED = "recently_verified", "Whoever was verified last; never verified last of all."
    MOST_CAPACITY = "most_capacity", "Most places free for the help asked for; unknown last."


class Answer(Word):
    """A fact as the provider states it. UNKNOWN never excludes a provider; it sorts after YES."""

    YES = "yes", "Yes."
    NO = "no", "No."
    ONLY = "only", "Yes, and nobody else."
    UNKNOWN = "unknown", "Not stated."


class LanguageMode(Word):
    """How a language is spoken at a provider."""

    STAFF_FLUENT = "staff_fluent", "Staff speak it; also where a listing names a language and says no more."
    STAFF_BASIC = "staff_basic", "Staff speak some."
    INTERPRETER_IN_PERSON = "interpreter_in_person", "An interpreter comes."
    INTERPRETER_PHONE = "interpreter_phone", "An interpreter joins by phone or video."
    WRITTEN_ONLY = "written_only", "Written material only."
    RELAY = "relay", "Two interpreters by way of a third language."


class LocationVisibility(Word):
    """How much of a place is shown."""

    PUBLIC = "public", "The whole address."
    TOWN = "town", "The town only."
    CONFIDENTIAL = "confidential", "A large area's name only; takes no part in distances."


class VerificationStatus(Word):
    """How far we have checked who a provider is."""

    UNVERIFIED = "unverified", "Taken from a public list; nobody here has checked it. Confirm by phone."
    APPLIED = "applied", "The provider has asked to be verified."
    CHECKED = "checked", "One person has checked the evidence."
    VERIFIED = "verified", "Two people have checked the evidence."
    EXPIRED = "expired", "The check is too old."
    SUSPENDED = "suspended", "Suspended; receives nobody."


class VerificationStep(Word):
    """What was done to verify a provider."""

    APPLIED = "applied", "The provider asked to be verified."
    CHECKED = "checked", "One person looked it up in the official register."
    CONFIRMED = "confirmed", "A second person confirmed it, until a day."
    SUSPENDED = "suspended", "It was suspended."
    REINSTATED = "reinstated", "It was listed again, to be checked from the beginning."
    EXPIRED = "expired", "Nobody looked again in time."


class SuspensionReason(Word):
    """Why a provider was suspended."""

    NOT_LICENSED = "not_licensed", "Acts for people without being licensed or accredited."
    ASKED_FOR_MONEY = "asked_for_money", "Asked for money for what must be free."
    ENDANGERED = "endangered", "Put a person in danger."
    NOT_WHO_IT_SAYS = "not_who_it_says", "Is not who it says it is."
    OTHER = "other", "Another reason."


class ReportReason(Word):
    """What is wrong with a listing."""

    WRONG_CONTACT = "wrong_contact", "The phone or the address on the web does not work."
    WRONG_PLACE = "wrong_place", "They are not there."
    NOT_TAKING_PEOPLE = "not_taking_people", "They take nobody new, or not this kind of help."
    WRONG_LANGUAGE = "wrong_language", "They do not speak a language that the listing names."
    OUTSIDE_SERVICE = "outside_service", "They do not serve this area, or not this kind of case."
    CLOSED_FOR_GOOD = "closed_for_good", "They have closed for good."
    ASKED_FOR_MONEY = "asked_for_money", "They asked for money that they should not."
    NOT_REAL = "not_real", "They are not who they say they are."
    OTHER = "other", "Something else."


class ProposalState(Word):
    """Where a proposal stands, or one fact of it."""

    OPEN = "open", "Nobody has decided yet."
    APPROVED = "approved", "The listing says so now."
    PARTLY_APPROVED = "partly_approved", "Some of it was approved, the rest rejected."
    REJECTED = "rejected", "The listing stays as it is."
    SUPERSEDED = "superseded", "The same proposer has said something newer."


class RejectionReason(Word):
    """Why a proposal was rejected."""

    NOT_CONFIRMED = "not_confirmed", "Nobody there could confirm it."
    CONTRADICTED = "contradicted", "The office, or a register, says otherwise."
    OUT_OF_DATE = "out_of_date", "It was so, and is no longer."
    UNCLEAR = "unclear", "It cannot be understood as it is written."
    DOES_NOT_BELONG = "does_not_belong", "Words that do not belong in a listing."
    ENDANGERS = "endangers", "It would put somebody in danger."
    OTHER = "other", "Another reason."


class SaidBy(Word):
    """Who said what a listing says."""

    LIST = "list", "The list it was taken from."
    PROVIDER = "provider", "People at the provider."
    PARTNER = "partner", "An application of the provider's organization."
    STAFF = "staff", "The team that keeps this directory."


class ConflictSide(Word):
    """Whose word is taken where a list and an agreement differ."""

    LIST = "list", "The list's."
    AGREED = "agreed", "What was agreed on."


class ServiceAreaKind(Word):
    """What kind of area a service covers."""

    COUNTRY = "country", "A country."
    STATE = "state", "A state or province."
    COUNTY = "county", "A county."
    COURT = "court", "The people before one immigration court."
    FACILITY = "facility", "The people in one detention centre."
    PORT_OF_ENTRY = "port_of_entry", "The people at one port of entry."
    CUSTOM = "custom", "An area described in words."


class CapacityUnit(Word):
    """What is counted."""

    INTAKE_SLOTS_WEEK = "intake_slots_week", "First appointments in a week."
    CONSULTATIONS_WEEK = "consultations_week", "Consultations in a week."
    FULL_CASES = "full_cases", "Whole cases."
    HOTLINE_CALLS_DAY = "hotline_calls_day", "Hotline calls in a day."
    BEDS_TONIGHT = "beds_tonight", "Beds for tonight."
    BEDS_LONGER = "beds_longer", "Beds for longer."
    SEATS_TRANSPORT_DAY = "seats_transport_day", "Seats of transport in a day."
    EVALUATIONS_MONTH = "evaluations_month", "Evaluations in a month."
    INTERPRETER_HOURS_WEEK = "interpreter_hours_week", "Interpreter hours in a week."


class DeliveryMode(Word):
    """How help is given."""

    IN_PERSON = "in_person", "At the provider's place."
    PHONE = "phone", "By phone."
    VIDEO = "video", "By video."
    MESSAGING = "messaging", "By messages."
    MOBILE_VISIT = "mobile_visit", "The provider comes."
    DETENTION_VISIT = "detention_visit", "In detention."
    COURT_VISIT = "court_visit", "At the court."

    @property
    def is_remote(self) -> bool:
        return self in {DeliveryMode.PHONE, DeliveryMode.VIDEO, DeliveryMode.MESSAGING}


class Credential(Word):
    """What allows someone to help with law."""

    ATTORNEY_BAR = "attorney_bar", "A lawyer, member of a state bar."
    DOJ_ACCREDITED_FULL = "doj_accredited_full", "Accredited by the Department of Justice, courts included."
    DOJ_ACCREDITED_PARTIAL = "doj_accredited_partial", "Accredited by the Department of Justice, before DHS only."
    LAW_STUDENT_SUPERVISED = "law_student_supervised", "A law student under a lawyer's supervision."
    MEXICAN_ATTORNEY = "mexican_attorney", "A lawyer in Mexico."
    NON_LEGAL_STAFF = "non_legal_staff", "Staff who are not lawyers."
    VOLUNTEER = "volunteer", "A volunteer."


class Weekday(Word):
    """A day of the week."""

    MONDAY = "MO", "Monday."
    TUESDAY = "TU", "Tuesday."
    WEDNESDAY = "WE", "Wednesday."
    THURSDAY = "TH", "Thursday."
    FRIDAY = "FR", "Friday."
    SATURDAY = "SA", "Saturday."
    SUNDAY = "SU", "Sunday."
