"""Who may see what: every field that is published, in a group, and for each group who reads it at which stage.

A field that stands in no group fails the build, so nothing is published that nobody thought about. What is written
here decides nothing: resolvers, and the database beside them, do. A test asks every question there is as every viewer,
at every stage of a request, and compares what comes back with this, in both directions.
"""

from collections.abc import Iterator, Mapping

from referral.foundation.vocabulary import Word
from referral.privacy.fields import FIELDS


class Viewer(Word):
    """Who asks, by what they bring."""

    VISITOR = "visitor", "Nothing."
    REQUESTER = "requester", "The receipt of the request."
    OTHER_REQUESTER = "other_requester", "The receipt of another request."
    PROVIDER = "provider", "The signed link of an offer of the request."
    OTHER_PROVIDER = "other_provider", "The signed link of an offer of another request."
    PROVIDER_KEY = "provider_key", "An API key of the organization that the request was offered to."
    OTHER_KEY = "other_key", "An API key of an organization that it was not offered to."
    INTAKE = "intake", "A member of staff who works on requests, and was let into this one."
    INTAKE_ELSEWHERE = "intake_elsewhere", "A member of staff who works on requests, and was not let into this one."
    SUPERVISOR = "supervisor", "A member of staff who oversees the team, and was let into this request."
    ADMIN = "admin", "A member of staff who keeps accounts."


class Stage(Word):
    """How far a request has come."""

    SENT = "sent", "Offered to nobody."
    OFFERED = "offered", "A provider was asked and has not answered."
    ACCEPTED = "accepted", "A provider has said yes."
    UNAGREED = "unagreed", "Accepted, and the person agrees to the summary only."
    DECLINED = "declined", "The provider has said no."
    SERVED = "served", "The provider has told what became of it."
    WITHDRAWN = "withdrawn", "The person has taken it back."
    ERASED = "erased", "The person has had it erased."


class Group(Word):
    """What a field tells."""

    DIRECTORY = "directory", "Who can help: everybody's."
    ANSWERS = "answers", "To what was sent: what became of it, what was wrong with it; and how lists are paged."
    FACETS = "facets", "What work is routed by."
    DETAILS = "details", "Where the person is and where the case stands, exactly."
    PERSON = "person", "Name, contacts, note."
    MESSAGES = "messages", "What the person and the team wrote to each other."
    ADVICE = "advice", "What the person can do meanwhile."
    CONSENTS = "consents", "What the person agreed to."
    CONSENTS_HEARD = "consents_heard", "By which channel staff heard it."
    REFERRALS = "referrals", "That it was offered, to whom, and what came of it: the provider's own history, too."
    REQUEST_OF_A_REFERRAL = "request_of_a_referral", "The way from an offer to the request, and back."
    DESK = "desk", "What the team works with: hands, notes, candidates."
    PLANS = "plans", "Many requests and few places, brought together."
    UPKEEP = "upkeep", "How the directory is kept true."
    CHECKING = "checking", "Evidence of who a provider is."
    OVERSIGHT = "oversight", "Who did what; to intake only of what they have in hand."
    COUNTS = "counts", "Numbers that point at nobody."
    OPENINGS = "openings", "Who has opened the request: role and hour."
    CASE_NOTES = "case_notes", "What colleagues write for each other, and writing it."
    CASE_ACCESS = "case_access", "Who is let into a case, and why: one's own."
    CASE_ACCESS_DECIDED = "case_access_decided", "What colleagues ask for, and details that leave together."
    TEAM = "team", "Accounts of the team, new starts for colleagues, how much was erased."
    ACCOUNTS_KEPT = "accounts_kept", "Accounts opened, shut and changed."
    ACCOUNT = "account", "The member of staff themselves."
    APPLICATION = "application", "The partner application itself."
    OFFERS = "offers", "What is offered to the application's organization."
    FEED = "feed", "What changed in the directory."
    PROPOSER = "proposer", "Who proposed it, and their words."
    PROPOSED = "proposed", "Lists of what was proposed: to an application its organization's, to staff all."


EVERYBODY = frozenset(Viewer)
STAFF = frozenset({Viewer.INTAKE, Viewer.INTAKE_ELSEWHERE, Viewer.SUPERVISOR, Viewer.ADMIN})
INTAKE = frozenset({Viewer.INTAKE, Viewer.INTAKE_ELSEWHERE, Viewer.SUPERVISOR})
LET_IN = frozenset({Viewer.INTAKE, Viewer.SUPERVISOR})
OVERSEERS = frozenset({Viewer.SUPERVISOR, Viewer.ADMIN})
KEYS = frozenset({Viewer.PROVIDER_KEY, Viewer.OTHER_KEY})
ASKED = frozenset({Viewer.PROVIDER, Viewer.PROVIDER_KEY})

ALWAYS = frozenset(Stage)
KEPT = ALWAYS - {Stage.ERASED}
WAS_OFFERED = KEPT - {Stage.SENT}
EVER_OFFERED = ALWAYS - {Stage.SENT}
IN_HAND = frozenset({Stage.OFFERED, Stage.ACCEPTED, Stage.UNAGREED})
RELEASED = frozenset({Stage.ACCEPTED})
NOT_TAKEN_BACK = KEPT - {Stage.WITHDRAWN}

Rules = tuple[tuple[frozenset[Viewer], frozenset[Stage]], ...]
MINE = frozenset({Viewer.REQUESTER})

# Of each group: who reads it, and at which stages of the request in question.
ACCESS: Mapping[Group, Rules] = {
    Group.DIRECTORY: ((EVERYBODY, ALWAYS),),
    Group.ANSWERS: ((EVERYBODY, ALWAYS),),
    Group.FACETS: ((MINE | INTAKE, KEPT), (ASKED, IN_HAND)),
    Group.DETAILS: ((MINE | INTAKE, KEPT), (ASKED, RELEASED)),
    Group.PERSON: ((MINE, KEPT), (LET_IN, NOT_TAKEN_BACK), (ASKED, RELEASED)),
    Group.MESSAGES: ((MINE | LET_IN, KEPT),),
    Group.ADVICE: ((MINE | INTAKE, KEPT),),
    Group.CONSENTS: ((MINE | INTAKE, KEPT), (ASKED, IN_HAND)),
    Group.CONSENTS_HEARD: ((MINE | INTAKE, KEPT),),
    Group.REFERRALS: ((MINE | INTAKE, WAS_OFFERED), (ASKED, EVER_OFFERED)),
    Group.REQUEST_OF_A_REFERRAL: ((MINE | INTAKE, WAS_OFFERED), (ASKED, IN_HAND)),
    Group.DESK: ((INTAKE, KEPT),),
    Group.PLANS: ((INTAKE, ALWAYS),),
    Group.UPKEEP: ((INTAKE, ALWAYS),),
    Group.CHECKING: ((INTAKE, ALWAYS),),
    Group.OVERSIGHT: ((STAFF - {Viewer.INTAKE_ELSEWHERE}, ALWAYS),),
    Group.COUNTS: ((STAFF, ALWAYS),),
    Group.OPENINGS: ((MINE, KEPT),),
    Group.CASE_NOTES: ((LET_IN, KEPT),),
    Group.CASE_ACCESS: ((INTAKE, ALWAYS),),
    Group.CASE_ACCESS_DECIDED: ((frozenset({Viewer.SUPERVISOR}), ALWAYS),),
    Group.TEAM: ((OVERSEERS, ALWAYS),),
    Group.ACCOUNTS_KEPT: ((frozenset({Viewer.ADMIN}), ALWAYS),),
    Group.ACCOUNT: ((STAFF, ALWAYS),),
    Group.APPLICATION: ((KEYS, ALWAYS),),
    Group.OFFERS: ((KEYS, ALWAYS),),
    Group.FEED: ((KEYS, ALWAYS),),
    Group.PROPOSER: ((STAFF, ALWAYS),),
    Group.PROPOSED: ((KEYS | INTAKE, ALWAYS),),
}

# Groups whose answer depends on how far the request has come; of the others one look is enough.
OF_A_REQUEST = frozenset(
    {
        Group.FACETS, Group.DETAILS, Group.PERSON, Group.MESSAGES, Group.ADVICE, Group.CONSENTS, Group.CONSENTS_HEARD,
        Group.REFERRALS, Group.REQUEST_OF_A_REFERRAL, Group.DESK, Group.OPENINGS,
        Group.CASE_NOTES,
    }
)  # fmt: skip


def may_see(viewer: Viewer, group: Group, stage: Stage) -> bool:
    """Whether this viewer reads this group of a request that has come so far."""
    return any(viewer in viewers and stage in stages for viewers, stages in ACCESS[group])


def sees(viewer: Viewer, group: Group) -> frozenset[Stage]:
    """The stages at which this viewer reads this group."""
    return frozenset(stage for stage in Stage if may_see(viewer, group, stage))


def group_of(field: str) -> Group | None:
    """The group of `Type.field`; None for one that nobody has thought about."""
    return GROUPS.get(field)


def placed() -> Iterator[tuple[str, Group]]:
    for group, types in FIELDS.items():
        for kind, names in types.items():
            for name in names.split():
                yield f"{kind}.{name}", Group(group)


GROUPS: Mapping[str, Group] = dict(placed())
