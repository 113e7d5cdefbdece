"""Which kinds of help do a service's taxonomy terms stand for? Our slugs, LIST and Open Eligibility codes."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from referral.directory.words import OrganizationKind
from referral.foundation.vocabulary import HelpType

LIST_CODE = re.compile(r"[A-Z]{2}-\d\d(-\d\d){0,3}")
OPEN_ELIGIBILITY_CODE = re.compile(r"\d{3}(-\d\d)*")

# Where several kinds of help share a code, the code stands for the broadest of them: the list said no more. That is
# the first in help_taxonomy.csv (IM-05 is asylum, not a fear interview), except for these.
BROADEST = {
    "IM-04-00-00-00": HelpType.LEGAL_STATUS_OTHER,
    "111-01-02": HelpType.LEGAL_STATUS_OTHER,  # citizenship and immigration
    "111-01": HelpType.LEGAL_OTHER,  # advocacy and legal aid
    "111-04": HelpType.LEGAL_OTHER,  # representation of any kind
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A taxonomy term, and the name of its taxonomy where one is given."""

    code: str
    taxonomy: str = ""


def help_types(terms: Iterable[Term], facts: dict[str, str], *, is_before_court: bool) -> tuple[HelpType, ...]:
    """Kinds of help in the order of the vocabulary.

    An office listed for immigration courts helps people before them: where nothing else is said, with removal defense,
    and that includes asylum, unless the list says that it takes no asylum cases, or nothing else.
    """
    found = {help_type for term in terms if (help_type := help_type_of(term))}
    if is_before_court and not found:
        found.add(HelpType.LEGAL_REMOVAL_DEFENSE)
    if is_before_court and HelpType.LEGAL_REMOVAL_DEFENSE in found:
        found.add(HelpType.LEGAL_ASYLUM)
    if facts.get("asylum") == "no_asylum":
        found.discard(HelpType.LEGAL_ASYLUM)
    if facts.get("asylum") == "asylum_only":
        found.discard(HelpType.LEGAL_REMOVAL_DEFENSE)
        found.add(HelpType.LEGAL_ASYLUM)
    return tuple(help_type for help_type in HelpType if help_type in found)


def kind_of(given: Iterable[HelpType]) -> OrganizationKind:
    """What an organization offers, by the help its services give."""
    legal = {help_type.is_legal for help_type in given}
    match (True in legal, False in legal):
        case (True, True):
            return OrganizationKind.BOTH
        case (True, False):
            return OrganizationKind.LEGAL
        case (False, True):
            return OrganizationKind.HUMANITARIAN
        case _:
            return OrganizationKind.UNKNOWN


def help_type_of(term: Term) -> HelpType | None:
    """A narrower code counts as the broader one that we know."""
    written = term.code.strip()
    if written.lower() in set(HelpType):
        return HelpType(written.lower())
    known = crosswalk()
    return next((known[code] for code in broadening(written.upper(), term.taxonomy) if code in known), None)


def broadening(code: str, taxonomy: str) -> Iterator[str]:
    """The code, then ever broader ones. Bare numbers are nobody's own: they count only in Open Eligibility."""
    parts = code.split("-")
    if LIST_CODE.fullmatch(code):
        for kept in range(len(parts), 1, -1):
            yield "-".join([*parts[:kept], *["00"] * (5 - kept)])
    elif OPEN_ELIGIBILITY_CODE.fullmatch(code) and "eligibility" in taxonomy.lower():
        for kept in range(len(parts), 0, -1):
            yield "-".join(parts[:kept])


@cache
def crosswalk() -> dict[str, HelpType]:
    """Codes of other taxonomies, from help_taxonomy.csv."""
    file = resources.files("referral").joinpath("data/reference/help_taxonomy.csv")
    known = dict(BROADEST)
    for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
        for code in (row["list_code"], row["open_eligibility"]):
            if code:
                known.setdefault(code, HelpType(row["slug"]))
    return known
