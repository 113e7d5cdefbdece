"""Whom does an office serve, and how does one begin? Plain sentences from what its listing states, and no others.

Who needs help chooses the list: an office for children alone, or for held people alone, does not stand before an adult
who is free, and is the first to be told to whom it serves.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from referral.directory.providers import Provider, Service
from referral.directory.searching.search import Search
from referral.directory.words import Answer
from referral.edges.catalogues import Catalogue
from referral.edges.web.limits import CHILDREN_ONLY, VAGUE, limit_of

# How lists say to begin, and by which name the catalogue has a sentence for it.
STEPS = {"no walk-ins": "no_walk_ins", "walk-ins accepted": "walk_ins", "by appointment; call first": "call_first"}


class Who(StrEnum):
    """Who needs help, as the address of a page says it. Nobody's own answer: such a page is the same for everybody."""

    ADULT = "adult"
    CHILD = "child"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a card says: whom alone the office serves, whom besides, how to begin, and its own words, which say more
    of a limit that only names itself.
    """

    limits: tuple[str, ...]
    besides: tuple[str, ...]
    own_limits: tuple[str, ...]
    start: tuple[str, ...]
    own_start: str | None
    own_words: str | None
    says_which: bool


def search_for(who: Who, search: Search) -> Search:
    """The search of who needs help: whoever says that it does not serve them is left out; silence is kept."""
    match who:
        case Who.ADULT:
            return replace(search, adults=True, at_liberty=True)
        case Who.CHILD:
            return replace(search, accepts_minors=True)
        case Who.HELD:
            return replace(search, adults=True, accepts_detained=True)


def served(listing: Provider, t: Catalogue) -> Served:
    named = [(restriction, limit_of(restriction)) for restriction in listing.restrictions]
    own = [written for written, limit in named if limit is None and written.casefold() != CHILDREN_ONLY]
    all_ages = listing.service.minimum_age is None and listing.service.maximum_age is None
    start, own_start = first_steps(listing.service.application_process, t)
    return Served(
        limits=(
            *([t("find.detained_only")] if listing.accepts_detained is Answer.ONLY else []),
            *ages(listing, t),
            *dict.fromkeys(t.of("find.limits", limit.name.lower()) for _, limit in named if limit),
        ),
        besides=(
            *said(listing.accepts_detained, yes=t("find.detained_too"), no=t("find.detained_not")),
            *(said(listing.accepts_minors, yes=t("find.minors_too"), no=t("find.minors_not")) if all_ages else ()),
        ),
        own_limits=tuple(own),
        start=start,
        own_start=own_start,
        own_words=own_words(listing.service),
        says_which=any(limit in VAGUE for _, limit in named),
    )


def said(answer: Answer, *, yes: str, no: str) -> tuple[str, ...]:
    return (yes,) if answer is Answer.YES else (no,) if answer is Answer.NO else ()


def ages(listing: Provider, t: Catalogue) -> list[str]:
    """By numbers where they are stated: they say more than "children"."""
    youngest, oldest = listing.service.minimum_age, listing.service.maximum_age
    if youngest and oldest is not None:
        return [t("find.between", youngest=youngest, oldest=oldest)]
    if oldest is not None:
        only_minors = listing.accepts_minors is Answer.ONLY
        return [t("find.minors_under", age=oldest + 1) if only_minors else t("find.under", age=oldest + 1)]
    if youngest:
        return [t("find.at_least", age=youngest)]
    return [t("find.minors_only")] if listing.accepts_minors is Answer.ONLY else []


def first_steps(written: str | None, t: Catalogue) -> tuple[tuple[str, ...], str | None]:
    """Sentences for the phrases that we know; else what the office wrote, as it is."""
    parts = [part.strip() for part in (written or "").split(".") if part.strip()]
    known = [STEPS.get(part.casefold()) for part in parts]
    steps = tuple(t.of("find.steps", step) for step in known if step)
    return (steps, None) if len(steps) == len(parts) else ((), written)


def own_words(service: Service) -> str | None:
    said = [part.strip() for part in (service.eligibility, service.description) if part and part.strip()]
    return " ".join(dict.fromkeys(said)) or None
