"""Can these two talk, and how well? Exact language, a reviewed pair, or an interpreter; never a guess by likeness."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from referral.directory.words import Answer, LanguageMode
from referral.matching import tables
from referral.matching.pair import Candidate, Need, OfferedLanguage


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguagePairs:
    """Pairs that people who speak both have reviewed, from the language spoken to those that serve it."""

    same: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])  # zh is cmn
    related: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])  # fa and prs, partly


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """One way to talk: in which of the person's languages, served by what, and what that is worth."""

    spoken: str
    served: str
    how: str
    permille: int


def best_bridge(need: Need, candidate: Candidate, pairs: LanguagePairs) -> Bridge | None:
    """The best way to talk that is known of; the person's better language first among equals."""
    return max(bridges(need, candidate, pairs), key=lambda bridge: (bridge.permille, bridge.served), default=None)


def bridges(need: Need, candidate: Candidate, pairs: LanguagePairs) -> Iterator[Bridge]:
    for position, spoken in enumerate(need.languages):
        speaks = tables.SPEAKS_PERMILLE[min(position, len(tables.SPEAKS_PERMILLE) - 1)]
        for offered in spoken_languages(candidate):
            if how := how_served(spoken, offered, pairs):
                yield bridge(spoken, offered.tag, how, speaks)
        if candidate.interpreter_for_other in {Answer.YES, Answer.ONLY}:
            yield bridge(spoken, spoken, "interpreter_for_other", speaks)
        if is_of_the_land(spoken, candidate):
            yield bridge(spoken, spoken, "of_the_land", speaks)


def is_of_the_land(spoken: str, candidate: Candidate) -> bool:
    """What every office in a country speaks, no list says: to ask an office in Texas about English is a joke."""
    tag = primary(spoken)
    if tag != tables.LANGUAGE_OF_THE_LAND.get(candidate.country or ""):
        return False
    return tag in tables.SPOKEN_BESIDE_OTHERS or not candidate.languages


def not_known_permille(need: Need, *, says_languages: bool) -> int:
    """What it is worth that nothing is known. Where no language is stated at all, what offices mostly turn out to speak
    is worth more than a language that hardly any has.
    """
    worth = tables.LANGUAGE_NOT_KNOWN_PERMILLE
    if says_languages:
        return worth
    for position, spoken in enumerate(need.languages):
        speaks = tables.SPEAKS_PERMILLE[min(position, len(tables.SPEAKS_PERMILLE) - 1)]
        worth = max(worth, (tables.MOSTLY_SPOKEN_PERMILLE.get(primary(spoken), 0) * speaks + 500) // 1000)
    return worth


def how_served(spoken: str, offered: OfferedLanguage, pairs: LanguagePairs) -> str | None:
    if is_same(spoken, offered.tag, pairs):
        return offered.mode.value
    return "related" if is_paired(spoken, offered.tag, pairs.related) else None


def bridge(spoken: str, served: str, how: str, speaks: int) -> Bridge:
    return Bridge(spoken=spoken, served=served, how=how, permille=(tier(how) * speaks + 500) // 1000)


def tier(how: str) -> int:
    if how == "related":
        return tables.RELATED_PERMILLE
    if how == "of_the_land":
        return tables.LANGUAGE_PERMILLE[LanguageMode.STAFF_FLUENT]
    if how == "interpreter_for_other":
        return tables.LANGUAGE_PERMILLE[LanguageMode.INTERPRETER_PHONE]
    return tables.LANGUAGE_PERMILLE[LanguageMode(how)]


def spoken_languages(candidate: Candidate) -> tuple[OfferedLanguage, ...]:
    return tuple(offered for offered in candidate.languages if offered.mode in tables.LANGUAGE_PERMILLE)


def written_only(need: Need, candidate: Candidate, pairs: LanguagePairs) -> str | None:
    """A language of the person that the provider has on paper only."""
    written = [offered.tag for offered in candidate.languages if offered.mode is LanguageMode.WRITTEN_ONLY]
    return next((tag for tag in need.languages if any(is_same(tag, other, pairs) for other in written)), None)


def is_same(spoken: str, served: str, pairs: LanguagePairs) -> bool:
    """Region and script make no other spoken language: es-MX is es, zh-Hant is zh."""
    return primary(spoken) == primary(served) or is_paired(spoken, served, pairs.same)


def is_paired(spoken: str, served: str, pairs: Mapping[str, frozenset[str]]) -> bool:
    nothing: frozenset[str] = frozenset()
    paired = pairs.get(spoken, nothing) | pairs.get(primary(spoken), nothing)
    return served in paired or primary(served) in paired


@lru_cache(maxsize=4096)
def primary(tag: str) -> str:
    """The language without region and script. Private tags such as x-mixtec stay whole: x is no language."""
    first = tag.split("-", 1)[0].lower()
    return first if len(first) > 1 else tag.lower()
