"""Which of the things a person needs has somebody, and which not yet?

A person may need a lawyer and a bed. Each need is looked for by itself, the first need first; one provider that serves
several of them well is asked for all of those at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from referral.foundation.vocabulary import HelpType
from referral.matching import rules, tables
from referral.matching.pair import Need
from referral.referrals import states
from referral.referrals.reading import Referral
from referral.referrals.words import ReferralStatus

# So well a provider must serve a further need, of 1000, that nobody else is asked for it.
SERVES_WELL = 500
MET = frozenset({ReferralStatus.ACCEPTED, ReferralStatus.IN_PROGRESS, ReferralStatus.COMPLETED})


def unmet(wanted: Iterable[HelpType], referrals: Sequence[Referral]) -> tuple[HelpType, ...]:
    """The needs that nobody has said yes to, in the person's order; an open offer is no yes."""
    met = {help_type for one in referrals if one.status in MET for help_type in one.needs}
    return tuple(help_type for help_type in wanted if help_type not in met)


def open_for(wanted: HelpType, referrals: Iterable[Referral]) -> list[Referral]:
    """The offers that wait for an answer about this need."""
    return [one for one in referrals if one.status in states.OPEN and wanted in one.needs]


def asked_for(wanted: HelpType, referrals: Iterable[Referral]) -> int:
    """How many providers have been asked about this need."""
    return sum(wanted in one.needs for one in referrals)


def looking_for(need: Need, wanted: HelpType, others: Iterable[HelpType]) -> Need:
    """The request as matching reads it when it looks for this need; the others without anybody count a little."""
    return replace(need, help_types=(wanted, *(one for one in others if one is not wanted)))


def served(need: Need, offered: tuple[HelpType, ...]) -> tuple[HelpType, ...]:
    """The needs that one provider is asked for: the first, and each further one that it serves well."""
    first, *others = need.help_types
    if not offered:
        return (first,)
    return (first, *(one for one in others if rules.best_help(one, offered)[1] >= SERVES_WELL))


def serves_at_all(wanted: HelpType, offered: tuple[HelpType, ...]) -> bool:
    """Whether a provider that gives this help comes into question for a need; one that states nothing may."""
    return not offered or rules.best_help(wanted, offered)[1] >= tables.LEAST_HELP_PERMILLE
