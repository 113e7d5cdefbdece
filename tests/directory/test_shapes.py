"""A statement is written for a kind of search; it must be the one that the search itself would have been written."""

from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from referral.directory.searching import shapes
from referral.directory.searching.filters import Area, Point, Search
from referral.directory.searching.search import ALL, chosen
from referral.directory.searching.search_sql import Sorting, from_afar, outwards, sorted_page
from referral.directory.words import LanguageMode, Openness, ProviderOrder
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim

# Of each field, values that may well be written into a statement by mistake.
VALUES: dict[str, list[Any]] = {
    "near": [Point(latitude=25.9, longitude=-97.5)],
    "covered_by": [(), ("US", "US-TX")],
    "radius_km": [50.0, 20_038],
    "within": [Area(country="MX"), Area(country="US", state="TX")],
    "languages": [("es",), ("ht", "fr", "und")],
    "language_modes": [(LanguageMode.STAFF_FLUENT,), tuple(LanguageMode)],
    "help_types": [(HelpType.LEGAL_ASYLUM,), tuple(HelpType)],
    "claims": [tuple(ProtectionClaim)],
    "postures": [tuple(CasePosture)],
    "openness": [
        (Openness.OPEN,), (Openness.OPEN, Openness.LIMITED), (Openness.OPEN, Openness.UNKNOWN), (Openness.CLOSED,)
    ],
    "min_capacity": [1, 77],
    "adults": [True],
    "at_liberty": [True],
    "text": ["asilo"],
    "verified_since": [date(2026, 1, 1)],
    "organization": [UUID(int=7)],
    "met": [(UUID(int=8), UUID(int=9))],
    **{fact: [True, False] for fact in shapes.FACTS},
}  # fmt: skip


def made_up(chance: Random) -> Search:
    asked: dict[str, Any] = {name: chance.choice(values) for name, values in VALUES.items() if chance.random() < 0.4}
    return Search(**asked, meant="'asilo':*" if "text" in asked else None)


def test_every_field_of_a_search_belongs_to_its_kind() -> None:
    """A field that is added must be thought of here."""
    known = {*shapes.EXAMPLES, *shapes.FACTS, "openness"}
    assert known == set(Search.__dataclass_fields__)


def test_the_statement_of_a_kind_is_that_of_each_search_of_it() -> None:
    chance, seen = Random(3), set[shapes.Kind]()  # noqa: S311 - the same searches every time, not a secret
    for _ in range(3_000):
        search, order = made_up(chance), chance.choice(list(ProviderOrder))
        ways: dict[str, Any] = {
            "order": order,
            "backwards": chance.random() < 0.5,
            "is_marked": chance.random() < 0.5,
            "size": 21,
        }
        example = shapes.example(shapes.kind(search))
        assert shapes.kind(example) == shapes.kind(search)
        of_search, of_example = (Sorting(search=one, **ways) for one in (search, example))
        columns = chosen(chance.choice([ALL, frozenset({"openness"})]))
        assert sorted_page(of_search, columns) == sorted_page(of_example, columns)
        assert from_afar(of_search, columns) == from_afar(of_example, columns)
        assert of_search.goes_outwards == of_example.goes_outwards
        if of_search.goes_outwards:
            assert outwards(of_search, columns) == outwards(of_example, columns)
        seen.add(shapes.kind(search))
    assert len(seen) > 2_000
