"""How much is each thing worth? The tables and constants of matching: data, to be confirmed by caseworkers.

A match keeps the VERSION it was made with. Whoever changes a number here changes the version too.
"""

from dataclasses import dataclass
from types import MappingProxyType

from referral.directory.words import LanguageMode, ServiceDepth
from referral.foundation.vocabulary import HelpType
from referral.intake.words import Representation, Wish
from referral.matching.answers import Part

VERSION = "2026-12"

WEIGHTS = MappingProxyType(
    {
        Part.HELP_FIT: 240,
        Part.LANGUAGE: 240,
        Part.PLACE: 160,
        Part.LIKELY_YES: 140,
        Part.SPEED: 100,
        Part.WISHES: 80,
        Part.SPREAD: 40,
    }
)

# ---------------------------------------------------------------- help
LEAST_HELP_PERMILLE = 250  # a weaker substitute is no help
FIRST_NEED_PERMILLE = 800
OTHER_NEEDS_PERMILLE = 200

LEGAL = frozenset(help_type for help_type in HelpType if help_type.is_legal)

_ORIENTATION_LITTLE = {HelpType.LEGAL_ORIENTATION: 250}
_STATUS_AND_ORIENTATION = {HelpType.LEGAL_STATUS_OTHER: 800, HelpType.LEGAL_ORIENTATION: 350}
_ORIENTATION_AND_INFO = {HelpType.LEGAL_ORIENTATION: 350, HelpType.HUM_INFO: 300}
_INFO = {HelpType.HUM_INFO: 250}

_SUBSTITUTES: dict[HelpType, dict[HelpType, int]] = {
    HelpType.LEGAL_ASYLUM: {
        HelpType.LEGAL_WITHHOLDING_CAT: 800,
        HelpType.LEGAL_REMOVAL_DEFENSE: 700,
        HelpType.LEGAL_ASYLUM_FIRST_INTERVIEW: 500,
        HelpType.LEGAL_ORIENTATION: 300,
    },
    HelpType.LEGAL_ASYLUM_FIRST_INTERVIEW: {
        HelpType.LEGAL_ASYLUM: 800,
        HelpType.LEGAL_REMOVAL_DEFENSE: 500,
        HelpType.LEGAL_ORIENTATION: 350,
    },
    HelpType.LEGAL_WITHHOLDING_CAT: {
        HelpType.LEGAL_ASYLUM: 900,
        HelpType.LEGAL_REMOVAL_DEFENSE: 900,
        **_ORIENTATION_LITTLE,
    },
    HelpType.LEGAL_REMOVAL_DEFENSE: {
        HelpType.LEGAL_ASYLUM: 600,
        HelpType.LEGAL_WITHHOLDING_CAT: 600,
        **_ORIENTATION_LITTLE,
    },
    HelpType.LEGAL_DETENTION_BOND: {HelpType.LEGAL_REMOVAL_DEFENSE: 700, **_ORIENTATION_LITTLE},
    HelpType.LEGAL_APPEAL: {HelpType.LEGAL_REMOVAL_DEFENSE: 500, **_ORIENTATION_LITTLE},
    HelpType.LEGAL_UAC_SIJS: {
        HelpType.LEGAL_REMOVAL_DEFENSE: 500,
        HelpType.LEGAL_ASYLUM: 400,
        **_ORIENTATION_LITTLE,
    },
    HelpType.LEGAL_VAWA_U: {HelpType.LEGAL_TRAFFICKING_T: 500, **_ORIENTATION_LITTLE},
    HelpType.LEGAL_TRAFFICKING_T: {HelpType.LEGAL_VAWA_U: 500, **_ORIENTATION_LITTLE},
    HelpType.LEGAL_TPS_PAROLE: _STATUS_AND_ORIENTATION,
    HelpType.LEGAL_FAMILY: _STATUS_AND_ORIENTATION,
    HelpType.LEGAL_STATUS_OTHER: _STATUS_AND_ORIENTATION,
    HelpType.LEGAL_WORK_PERMIT: {**_STATUS_AND_ORIENTATION, HelpType.LEGAL_ASYLUM: 400},
    HelpType.LEGAL_BENEFITS: _ORIENTATION_AND_INFO,
    HelpType.LEGAL_BORDER: _ORIENTATION_AND_INFO,
    HelpType.LEGAL_OTHER: _ORIENTATION_AND_INFO,
    HelpType.LEGAL_ORIENTATION: dict.fromkeys(LEGAL, 600),
    HelpType.HUM_SHELTER: {HelpType.HUM_HOUSING: 400, **_INFO},
    HelpType.HUM_HOUSING: {HelpType.HUM_SHELTER: 400, **_INFO},
}

# What was asked for -> what also serves it, of 1000. The same help is 1000; what is not listed is 0.
SUBSTITUTES = MappingProxyType(
    {asked: {**_SUBSTITUTES.get(asked, _INFO), asked: 1000} for asked in HelpType},
)

# A lawyer's work on one person's case: here the depth of the service counts, and where the court is.
CASE_WORK = frozenset(
    {
        HelpType.LEGAL_ASYLUM,
        HelpType.LEGAL_ASYLUM_FIRST_INTERVIEW,
        HelpType.LEGAL_REMOVAL_DEFENSE,
        HelpType.LEGAL_WITHHOLDING_CAT,
        HelpType.LEGAL_DETENTION_BOND,
        HelpType.LEGAL_APPEAL,
        HelpType.LEGAL_UAC_SIJS,
        HelpType.LEGAL_VAWA_U,
        HelpType.LEGAL_TRAFFICKING_T,
    }
)
NEEDS_A_LAWYER = frozenset(set(Representation) - {Representation.HAS_NOW_SECOND_OPINION})
DEPTH_PERMILLE = MappingProxyType(
    {
        ServiceDepth.FULL_REPRESENTATION: 1000,
        ServiceDepth.LIMITED_SCOPE: 700,
        ServiceDepth.CLINIC: 500,
        ServiceDepth.ADVICE: 450,
        ServiceDepth.INFORMATION: 250,
        ServiceDepth.UNKNOWN: 800,
    }
)
# Where a kind of claim decides who is taken. A shelter takes people, not claims.
CLAIM_DECIDES = LEGAL | {HelpType.HUM_FORENSIC_EVALUATION}

# ------------------------------------------------------------ language
NEEDS_NO_WORDS = frozenset(
    {
        HelpType.HUM_SHELTER,
        HelpType.HUM_FOOD,
        HelpType.HUM_WATER_HYGIENE,
        HelpType.HUM_CLOTHING,
        HelpType.HUM_TRANSPORT,
        HelpType.HUM_CASH,
    }
)
# Written material serves no talk, so it has no tier. Native staff would be 1000; no listing says so.
LANGUAGE_PERMILLE = MappingProxyType(
    {
        LanguageMode.STAFF_FLUENT: 900,
        LanguageMode.INTERPRETER_IN_PERSON: 750,
        LanguageMode.INTERPRETER_PHONE: 650,
        LanguageMode.STAFF_BASIC: 540,  # fluent staff x 600: they speak some
        LanguageMode.RELAY: 500,
    }
)
RELATED_PERMILLE = 400
LANGUAGE_NOT_KNOWN_PERMILLE = 200  # below a related language that the person speaks some of
# Of 57 services in the immigration courts' list that name a language at all, 54 name Spanish. One that names none has
# probably Spanish too; yet no silence is worth as much as an interpreter by phone.
MOSTLY_SPOKEN_PERMILLE = MappingProxyType({"es": 640})
LANGUAGE_OF_THE_LAND = MappingProxyType({"US": "en", "MX": "es"})
# Lists of offices in the United States name other languages and leave English out. One in Mexico that names others and
# not Spanish may be meant for those who speak none.
SPOKEN_BESIDE_OTHERS = frozenset({"en"})
SPEAKS_PERMILLE = (1000, 850, 600)  # the person's first language, the second, any further one

# --------------------------------------------------------------- place
HALVINGS = 4  # farther than this many half distances is out of reach in person
PLACE_NOT_KNOWN_PERMILLE = 500
SAME_STATE_PERMILLE = 600
ELSEWHERE_PERMILLE = 250  # another state or country, at an unknown distance
REMOTE_WHILE_HELD_PERMILLE = 600

COURT_NEAR_KM = 160.0  # most people this near a court are before it
COURT_DOUBT_KM = 500.0  # some are


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far people go for one kind of help, and what it is worth from afar; None where it cannot be given so."""

    free_km: int
    half_km: int
    remote_permille: int | None

    @property
    def limit_km(self) -> int:
        return self.free_km + HALVINGS * self.half_km


_AT_HAND = Reach(free_km=2, half_km=10, remote_permille=None)
_IN_TOWN = Reach(free_km=5, half_km=25, remote_permille=None)
_IN_REGION_TALK = Reach(free_km=10, half_km=60, remote_permille=850)
_AT_COURT = Reach(free_km=25, half_km=120, remote_permille=750)
_ADVICE = Reach(free_km=10, half_km=60, remote_permille=900)

_REACH: dict[HelpType, Reach] = {
    HelpType.HUM_SHELTER: _AT_HAND,
    HelpType.HUM_HOUSING: _AT_HAND,
    HelpType.HUM_GBV: _AT_HAND,
    HelpType.HUM_FOOD: _AT_HAND,
    HelpType.HUM_WATER_HYGIENE: _AT_HAND,
    HelpType.HUM_CLOTHING: _AT_HAND,
    HelpType.HUM_TRANSPORT: _AT_HAND,
    HelpType.HUM_CHILD_PROTECTION: _AT_HAND,
    HelpType.HUM_HEALTH: _IN_TOWN,
    HelpType.HUM_DISABILITY: _IN_TOWN,
    HelpType.HUM_EDUCATION: _IN_TOWN,
    HelpType.HUM_EMPLOYMENT: _IN_TOWN,
    HelpType.HUM_CASH: _IN_TOWN,
    HelpType.HUM_DOCUMENTS: _IN_TOWN,
    HelpType.HUM_MENTAL_HEALTH: _IN_REGION_TALK,
    HelpType.HUM_FORENSIC_EVALUATION: _IN_REGION_TALK,
    **dict.fromkeys(CASE_WORK, _AT_COURT),
    HelpType.LEGAL_DETENTION_BOND: Reach(free_km=25, half_km=120, remote_permille=600),
    HelpType.LEGAL_ASYLUM_FIRST_INTERVIEW: Reach(free_km=25, half_km=120, remote_permille=900),
}
REACH = MappingProxyType({help_type: _REACH.get(help_type, _ADVICE) for help_type in HelpType})

# ---------------------------------------------------------- likely yes
YES_PRIOR, OFFER_PRIOR = 3, 5  # a provider never asked starts at 3 of 5
FRESH_DAYS, AGING_DAYS = 14, 45
FRESH_PERMILLE, AGING_PERMILLE, STALE_PERMILLE = 1000, 800, 500

# ------------------------------------------------- speed, wishes, spread
SPEED_NOT_KNOWN_PERMILLE = 500
NO_WISHES_PERMILLE = 1000
WISH_NOT_KNOWN_PERMILLE = 500
WISH_FACTS = MappingProxyType(
    {
        Wish.STEP_FREE: "step_free",
        Wish.CHILD_CARE: "child_care",
        Wish.EVENING_HOURS: "evening_hours",
        Wish.LGBTQ_WELCOMING: "lgbtq_welcoming",
    }
)
PLACES_NOT_COUNTED_PERMILLE = 500

# ----------------------------------------------------------------- doubt
# What a doubt costs in the order, in points. One call settles it; each further one makes it likelier that the call is
# in vain. An equal certain provider therefore always comes first, and one at the other end of the state does not.
FIRST_DOUBT_POINTS = 40
FURTHER_DOUBT_POINTS = 10

# ---------------------------------------------------------------- facts
SAYS_NO_LIMIT = frozenset({"", "no", "none", "accepted", "unspecified", "unknown"})
FAMILIES = frozenset({"family", "families"})
ALONE = frozenset({"single", "singles", "alone"})
EITHER = frozenset({"both", "any", "either"})
NOBODY_BETWEEN = frozenset({LanguageMode.STAFF_FLUENT.value, "of_the_land"})
ADULT_AGE = 18
OLDEST_AGE = 99
