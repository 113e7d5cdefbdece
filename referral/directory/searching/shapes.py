"""What kind of search is it? Its statement is written once for the kind, not for each search.

It is written from an example of the kind, which holds nobody's values: so a statement can depend on none.
"""

from collections.abc import Callable
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

from referral.directory.searching.filters import Area, Point, Search
from referral.directory.searching.search_sql import takes_only_open
from referral.directory.words import LanguageMode, Openness
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim

Kind = tuple[object, ...]

NOBODY = UUID(int=0)
# What is asked in a way that makes no difference to the statement: only that it is asked.
EXAMPLES: dict[str, object] = {
    "near": Point(latitude=0, longitude=0),
    "covered_by": (),
    "radius_km": 1.0,
    "within": Area(country="US"),
    "languages": ("es",),
    "language_modes": (LanguageMode.RELAY,),
    "help_types": (HelpType.LEGAL_ASYLUM,),
    "claims": (ProtectionClaim.ASYLUM,),
    "postures": (CasePosture.UNKNOWN,),
    "min_capacity": 1,
    "adults": True,
    "at_liberty": True,
    "text": "a",
    "verified_since": date(2000, 1, 1),
    "organization": NOBODY,
    "meant": "'a':*",
    "met": (NOBODY,),
}
FACTS = ("open_now", "remote", "free", "accepts_detained", "accepts_minors")
OPEN, ANY_OPENNESS = (Openness.OPEN,), tuple(Openness)

asked_in: Callable[[Search], tuple[Any, ...]] = attrgetter(*EXAMPLES)
facts_in: Callable[[Search], tuple[bool | None, ...]] = attrgetter(*FACTS)


def kind(search: Search) -> Kind:
    """The same for searches that are one statement."""
    only_open = None if search.openness is None else takes_only_open(search)
    return (only_open, *facts_in(search), *[value is not None for value in asked_in(search)])


def example(of: Kind) -> Search:
    """A search of this kind."""
    only_open, *rest = of
    openness = None if only_open is None else OPEN if only_open else ANY_OPENNESS
    facts: dict[str, Any] = dict(zip(FACTS, rest, strict=False))
    asked: dict[str, Any] = {
        name: value for (name, value), is_asked in zip(EXAMPLES.items(), rest[len(FACTS) :], strict=True) if is_asked
    }
    return Search(openness=openness, **facts, **asked)
