"""Who may see what: every field that is published, in a group, and for each group who reads it at which stage.

A field that stands in no group fails the build, so nothing is published that nobody thought about. What is written
here decides nothing: resolvers, and the database beside them, do. A test asks every question there is as every viewer,
at every stage of a request, and compares what comes back with this, in both directions.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum, auto

from referral.privacy.fields import FIELDS


class Viewer(StrEnum):
    """Who asks, by what they bring."""

    VISITOR = auto()  # nothing
    REQUESTER = auto()  # the receipt of the request
    OTHER_REQUESTER = auto()  # the receipt of another request
    PROVIDER = auto()  # the signed link of an offer of the request
    OTHER_PROVIDER = auto()  # the signed link of an offer of another request
    PROVIDER_KEY = auto()  # an API key of the organization that the request was offered to
    OTHER_KEY = auto()  # an API key of an organization that it was not offered to
    INTAKE = auto()
    SUPERVISOR = auto()
    ADMIN = auto()


class Stage(StrEnum):
    """How far a request has come."""

    SENT = auto()  # offered to nobody
    OFFERED = auto()
    ACCEPTED = auto()
    UNAGREED = auto()  # accepted, and the person agrees to the summary only
    DECLINED = auto()
    SERVED = auto()  # the provider has told what became of it
    WITHDRAWN = auto()
    ERASED = auto()


class Group(StrEnum):
    """What a field tells."""

    DIRECTORY = auto()  # who can help: everybody's
    ANSWERS = auto()  # to what was sent: what became of it, what was wrong with it; and how lists are paged
    FACETS = auto()  # what work is routed by
    DETAILS = auto()  # where the person is and where the case stands, exactly
    PERSON = auto()  # name, contacts, note
    MESSAGES = auto()
    ADVICE = auto()  # what the person can do meanwhile
    CONSENTS = auto()
    CONSENTS_HEARD = auto()  # by which channel staff heard it
    REFERRALS = auto()  # that it was offered, to whom, and what came of it: the provider's own history, too
    REQUEST_OF_A_REFERRAL = auto()  # the way from an offer to the request, and back
    DESK = auto()  # what the team works with: hands, notes, candidates
    PLANS = auto()
    UPKEEP = auto()  # how the directory is kept true
    CHECKING = auto()  # evidence of who a provider is
    OVERSIGHT = auto()  # who did what; to intake only of what they have in hand
    COUNTS = auto()  # numbers that point at nobody
    ACCOUNT = auto()  # the member of staff themselves
    APPLICATION = auto()  # the partner application itself
    OFFERS = auto()  # what is offered to the application's organization
    FEED = auto()  # what changed in the directory
    PROPOSER = auto()  # who proposed it, and their words
    PROPOSED = auto()  # lists of what was proposed: to an application its organization's, to staff all


EVERYBODY = frozenset(Viewer)
STAFF = frozenset({Viewer.INTAKE, Viewer.SUPERVISOR, Viewer.ADMIN})
INTAKE = frozenset({Viewer.INTAKE, Viewer.SUPERVISOR})
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
    Group.PERSON: ((MINE, KEPT), (INTAKE, NOT_TAKEN_BACK), (ASKED, RELEASED)),
    Group.MESSAGES: ((MINE | INTAKE, KEPT),),
    Group.ADVICE: ((MINE | INTAKE, KEPT),),
    Group.CONSENTS: ((MINE | INTAKE, KEPT), (ASKED, IN_HAND)),
    Group.CONSENTS_HEARD: ((MINE | INTAKE, KEPT),),
    Group.REFERRALS: ((MINE | INTAKE, WAS_OFFERED), (ASKED, EVER_OFFERED)),
    Group.REQUEST_OF_A_REFERRAL: ((MINE | INTAKE, WAS_OFFERED), (ASKED, IN_HAND)),
    Group.DESK: ((INTAKE, KEPT),),
    Group.PLANS: ((INTAKE, ALWAYS),),
    Group.UPKEEP: ((INTAKE, ALWAYS),),
    Group.CHECKING: ((INTAKE, ALWAYS),),
    Group.OVERSIGHT: ((STAFF, ALWAYS),),
    Group.COUNTS: ((STAFF, ALWAYS),),
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
        Group.REFERRALS, Group.REQUEST_OF_A_REFERRAL, Group.DESK,
    }
)  # fmt: skip


def may_see(viewer: Viewer, group: Group, stage: Stage) -> bool:
    """Whether this viewer reads this group of a request that has come so far."""
    return any(viewer in viewers and stage in stages for viewers, stages in ACCESS[group])


def group_of(field: str) -> Group | None:
    """The group of `Type.field`; None for one that nobody has thought about."""
    return GROUPS.get(field)


def placed() -> Iterator[tuple[str, Group]]:
    for group, types in FIELDS.items():
        for kind, names in types.items():
            for name in names.split():
                yield f"{kind}.{name}", Group(group)


GROUPS: Mapping[str, Group] = dict(placed())
