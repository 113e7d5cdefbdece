"""Is it the kind of case that an office takes? What both have in common decides; before a state court, where it is."""

from collections.abc import Hashable, Sequence

import numpy as np

from referral.foundation.vocabulary import ProtectionClaim
from referral.matching import rules, tables
from referral.matching.pair import Need
from referral.matching.planning.choices import Flags, flags
from referral.matching.planning.classes import Table, code, crossed, kinds, looked_up
from referral.matching.planning.question import Office

CLAIMS = [claim for claim in ProtectionClaim if claim is not ProtectionClaim.UNSURE]
LOCAL = CLAIMS.index(ProtectionClaim.SIJS)


def claims(needs: Sequence[Need], offices: Sequence[Office]) -> Table:
    """What the rule of claims says of each need and office."""
    asked, taking = kinds(needs, asked_for), kinds(offices, taken)
    some, others = asked.first, taking.first
    known, taken_here = holds(some), holds(others)
    has_limit = flags(bool(office.claims) for office in others)
    taken_here[~has_limit] = True
    shared = known.astype(np.float32) @ taken_here.astype(np.float32).T
    is_local = (shared == 1) & known[:, [LOCAL]] & taken_here[:, LOCAL]
    is_unsure = flags(ProtectionClaim.UNSURE in need.claims for need in some) | ~known.any(axis=1)
    decides = flags(need.help_types[0] in tables.CLAIM_DECIDES for need in some)
    lies = crossed(kinds(some, home), kinds(others, states_of), is_in_state)
    alike = (is_local * 2 + (shared > 0)) * 2 + is_unsure[:, None]
    alike = ((alike * 2 + has_limit) * 2 + decides[:, None]) * 3 + lies.said[np.ix_(lies.needs, lies.offices)]
    width = max(1, len(others))
    said = looked_up(alike, lambda at: code(rules.claim(some[at // width], others[at % width])))
    return Table(needs=asked.of, offices=taking.of, said=said.astype(np.int32))


def asked_for(need: Need) -> Hashable:
    """All of a need that the rule looks at."""
    if need.help_types[0] not in tables.CLAIM_DECIDES:
        return None
    return (need.claims, home(need) if ProtectionClaim.SIJS in need.claims else None)


def taken(office: Office) -> Hashable:
    """All of an office that the rule looks at."""
    return (office.claims, states_of(office) if not office.claims or ProtectionClaim.SIJS in office.claims else None)


def holds(some: Sequence[Need] | Sequence[Office]) -> Flags:
    """Which claims each of them names."""
    return flags(claim in one.claims for one in some for claim in CLAIMS).reshape(len(some), len(CLAIMS))


def home(need: Need) -> str | None:
    return need.place.state if need.place else None


def states_of(office: Office) -> frozenset[str]:
    return frozenset(state for state in (office.state, *(area.state for area in office.areas)) if state)


def is_in_state(need: Need, office: Office) -> int:
    """In it, elsewhere, or not known."""
    here, states = home(need), states_of(office)
    if here is None or not states:
        return 0
    return 1 if here in states else 2
