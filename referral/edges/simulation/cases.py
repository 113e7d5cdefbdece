"""Who comes, and to whom? The invented shares behind the network: nothing here was measured anywhere."""

from dataclasses import dataclass
from types import MappingProxyType

from referral.directory.words import ServiceDepth
from referral.foundation.vocabulary import CasePosture, HelpType
from referral.intake.words import UrgencyCriterion, UrgencyLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A kind of situation: how many of a hundred people are in it, and what they ask for."""

    share: float
    help_types: tuple[HelpType, ...]  # one of them is the first need
    posture: CasePosture
    circumstances: tuple[UrgencyCriterion, ...] = ()
    hearing_in_days: tuple[int, int] | None = None
    arrived_days_ago: tuple[int, int] = (20, 250)
    is_child: bool = False


CASES = (
    Case(
        share=3.0,
        help_types=(HelpType.LEGAL_REMOVAL_DEFENSE, HelpType.LEGAL_WITHHOLDING_CAT),
        posture=CasePosture.ORDER_OF_REMOVAL,
        circumstances=(UrgencyCriterion.IMMINENT_REMOVAL,),
        arrived_days_ago=(400, 1500),
    ),
    Case(
        share=1.0,
        help_types=(HelpType.HUM_SHELTER, HelpType.LEGAL_VAWA_U),
        posture=CasePosture.PAROLE_OR_RELEASED,
        circumstances=(UrgencyCriterion.IMMEDIATE_DANGER_TO_LIFE,),
    ),
    Case(
        share=1.0,
        help_types=(HelpType.HUM_HEALTH,),
        posture=CasePosture.PAROLE_OR_RELEASED,
        circumstances=(UrgencyCriterion.MEDICAL_EMERGENCY,),
    ),
    Case(
        share=10.0,
        help_types=(HelpType.LEGAL_DETENTION_BOND, HelpType.LEGAL_REMOVAL_DEFENSE, HelpType.LEGAL_ASYLUM),
        posture=CasePosture.DETAINED_ICE,
    ),
    Case(
        share=2.5,
        help_types=(HelpType.LEGAL_ASYLUM_FIRST_INTERVIEW,),
        posture=CasePosture.FEAR_INTERVIEW_PENDING,
        circumstances=(UrgencyCriterion.FEAR_INTERVIEW_WITHIN_7D,),
        arrived_days_ago=(1, 20),
    ),
    Case(
        share=5.0,
        help_types=(HelpType.LEGAL_ASYLUM, HelpType.LEGAL_REMOVAL_DEFENSE),
        posture=CasePosture.IN_REMOVAL_PROCEEDINGS,
        hearing_in_days=(3, 14),
    ),
    Case(
        share=1.5,
        help_types=(HelpType.LEGAL_UAC_SIJS,),
        posture=CasePosture.PAROLE_OR_RELEASED,
        circumstances=(UrgencyCriterion.UNACCOMPANIED_CHILD,),
        is_child=True,
    ),
    Case(
        share=2.0,
        help_types=(HelpType.HUM_SHELTER,),
        posture=CasePosture.PAROLE_OR_RELEASED,
        circumstances=(UrgencyCriterion.NO_SHELTER_TONIGHT,),
    ),
    Case(
        share=8.0,
        help_types=(HelpType.LEGAL_ASYLUM, HelpType.LEGAL_REMOVAL_DEFENSE),
        posture=CasePosture.IN_REMOVAL_PROCEEDINGS,
        hearing_in_days=(15, 60),
    ),
    Case(
        share=4.0,
        help_types=(HelpType.LEGAL_ASYLUM,),
        posture=CasePosture.PAROLE_OR_RELEASED,
        arrived_days_ago=(280, 360),
    ),
    Case(
        share=3.0,
        help_types=(HelpType.HUM_MENTAL_HEALTH, HelpType.LEGAL_VAWA_U),
        posture=CasePosture.IN_REMOVAL_PROCEEDINGS,
        circumstances=(UrgencyCriterion.GBV_SURVIVOR,),
        hearing_in_days=(61, 900),
    ),
    Case(
        share=2.0,
        help_types=(HelpType.HUM_HEALTH,),
        posture=CasePosture.AFFIRMATIVE_PENDING,
        circumstances=(UrgencyCriterion.DISABILITY_OR_SERIOUS_ILLNESS,),
    ),
    Case(
        share=28.0,
        help_types=(HelpType.LEGAL_ASYLUM, HelpType.LEGAL_REMOVAL_DEFENSE),
        posture=CasePosture.IN_REMOVAL_PROCEEDINGS,
        hearing_in_days=(61, 900),
    ),
    Case(share=9.0, help_types=(HelpType.LEGAL_ASYLUM,), posture=CasePosture.AFFIRMATIVE_PENDING),
    Case(
        share=12.0,
        help_types=(HelpType.LEGAL_WORK_PERMIT, HelpType.LEGAL_FAMILY, HelpType.LEGAL_ORIENTATION),
        posture=CasePosture.AFFIRMATIVE_PENDING,
    ),
    Case(
        share=8.0,
        help_types=(HelpType.HUM_HEALTH, HelpType.HUM_MENTAL_HEALTH, HelpType.HUM_HOUSING),
        posture=CasePosture.PAROLE_OR_RELEASED,
    ),
)

# Days after which help comes too late: the removal, the hearing, or the person has gone elsewhere.
PATIENCE_DAYS = MappingProxyType(
    {
        UrgencyLevel.CRITICAL: (2.0, 7.0),
        UrgencyLevel.URGENT: (5.0, 21.0),
        UrgencyLevel.ELEVATED: (20.0, 60.0),
        UrgencyLevel.NORMAL: (45.0, 150.0),
    }
)

# First languages, of a hundred people. The last twelve are the rare ones.
LANGUAGES = MappingProxyType(
    {
        "es": 58.0, "en": 4.0, "pt": 6.0, "ht": 7.0, "cmn": 4.0, "pa": 2.5, "fr": 2.5, "ru": 2.0, "ar": 2.0, "ne": 1.5,
        "uk": 1.5, "mam": 1.0, "quc": 1.0, "kjb": 0.8, "ps": 0.8, "prs": 0.8, "ti": 0.7, "am": 0.7, "wo": 0.7,
        "ln": 0.6, "bn": 0.7, "gar": 0.6, "so": 0.6,
    }
)  # fmt: skip
RARE = frozenset(tuple(LANGUAGES)[-12:])
SECOND_LANGUAGES = MappingProxyType({"es": 0.2, "en": 0.1})  # the chance that someone also speaks it a little


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of office: how many of a hundred, what it does, and for whom."""

    share: float
    help_types: tuple[HelpType, ...]
    depth: ServiceDepth = ServiceDepth.UNKNOWN
    size: float = 1.0  # places against other kinds
    takes_detained: float = 0.0  # the chance
    takes_children: float = 0.7
    by_phone: float = 0.3


KINDS = (
    Kind(
        share=40,
        help_types=(HelpType.LEGAL_ASYLUM, HelpType.LEGAL_REMOVAL_DEFENSE, HelpType.LEGAL_WITHHOLDING_CAT),
        depth=ServiceDepth.FULL_REPRESENTATION,
        takes_detained=0.35,
        by_phone=0.25,
    ),
    Kind(
        share=15,
        help_types=(
            HelpType.LEGAL_DETENTION_BOND,
            HelpType.LEGAL_ASYLUM_FIRST_INTERVIEW,
            HelpType.LEGAL_REMOVAL_DEFENSE,
        ),
        depth=ServiceDepth.LIMITED_SCOPE,
        takes_detained=1.0,
        by_phone=0.5,
    ),
    Kind(
        share=5,
        help_types=(HelpType.LEGAL_UAC_SIJS, HelpType.LEGAL_VAWA_U, HelpType.LEGAL_ASYLUM),
        depth=ServiceDepth.FULL_REPRESENTATION,
        size=0.7,
        takes_children=1.0,
    ),
    Kind(
        share=17,
        help_types=(HelpType.LEGAL_WORK_PERMIT, HelpType.LEGAL_FAMILY, HelpType.LEGAL_ORIENTATION),
        depth=ServiceDepth.CLINIC,
        by_phone=0.4,
    ),
    Kind(share=8, help_types=(HelpType.HUM_SHELTER, HelpType.HUM_HOUSING), size=0.8),
    Kind(share=15, help_types=(HelpType.HUM_HEALTH, HelpType.HUM_MENTAL_HEALTH), size=0.8, by_phone=0.4),
)

# How much an office says of itself. Offices that state their places each week say more than a list does.
SAYS_LANGUAGES = 0.7
SAYS_DETAINED = 0.7
SAYS_CHILDREN = 0.6
HAS_INTERPRETERS = 0.35
LOW_INCOME_ONLY = 0.15

# How offices answer.
NEVER_ANSWERS = 0.06
ANSWER_SIGMA = 0.7
PACE = MappingProxyType(
    {UrgencyLevel.CRITICAL: 0.5, UrgencyLevel.URGENT: 0.7, UrgencyLevel.ELEVATED: 1.0, UrgencyLevel.NORMAL: 1.0}
)

# How people ring down a list.
HOURS_BETWEEN_CALLS = 5.0
PICKS_UP = 0.6
MOST_CALLS = 20
