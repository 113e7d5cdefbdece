"""How does a caseworker say it? A sentence for every rule and every term, with the values that were compared.

A catalogue is one language's sentences. A language we have not written falls back to English, as a whole sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from referral.foundation.vocabulary import Word
from referral.matching import english, spanish
from referral.matching.answers import RuleResult, Term, Value

WordT = TypeVar("WordT", bound=Word)
HOURS, DAYS = frozenset({"hours", "left_hours"}), frozenset({"left_days", "wait_days"})
NO_NAMES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The sentences of one language, by rule.answer.how and part.how, and the names that go into them."""

    rules: Mapping[str, str]
    terms: Mapping[str, str]
    names: Mapping[str, Mapping[str, str]]  # by the value they name: `asked`, `claim`
    days_ago: tuple[str, str, str]  # today, yesterday, some days ago
    spans: tuple[str, str, str, str]  # one hour, some hours, one day, some days


def by_value(names: Mapping[WordT, str]) -> Mapping[str, str]:
    return MappingProxyType({word.value: name for word, name in names.items()})


ENGLISH = Catalogue(
    rules=english.RULES,
    terms=english.TERMS,
    names={
        "asked": by_value(english.HELP_NAMES),
        "by": by_value(english.HELP_NAMES),
        "claim": by_value(english.CLAIM_NAMES),
        "takes": by_value(english.CLAIM_NAMES),
        "depth": by_value(english.DEPTH_NAMES),
        "gender": by_value(english.INTERPRETER_NAMES),
        "met": by_value(english.WISH_NAMES),
        "unmet": by_value(english.WISH_NAMES),
        "unsure": by_value(english.WISH_NAMES),
    },
    days_ago=english.DAYS_AGO,
    spans=english.SPANS,
)
SPANISH = Catalogue(
    rules=spanish.RULES,
    terms=spanish.TERMS,
    names={
        "asked": by_value(spanish.HELP_NAMES),
        "by": by_value(spanish.HELP_NAMES),
        "claim": by_value(spanish.CLAIM_NAMES),
        "takes": by_value(spanish.CLAIM_NAMES),
        "depth": by_value(spanish.DEPTH_NAMES),
        "gender": by_value(spanish.INTERPRETER_NAMES),
        "met": by_value(spanish.WISH_NAMES),
        "unmet": by_value(spanish.WISH_NAMES),
        "unsure": by_value(spanish.WISH_NAMES),
    },
    days_ago=spanish.DAYS_AGO,
    spans=spanish.SPANS,
)
CATALOGUES = MappingProxyType({"en": ENGLISH, "es": SPANISH})


def sentence(said: RuleResult | Term, language: str = "en", language_names: Mapping[str, str] = NO_NAMES) -> str:
    """The sentence in `language`; `language_names` are names by tag, in that language."""
    catalogue = CATALOGUES.get(language.split("-", 1)[0].lower(), ENGLISH)
    if isinstance(said, RuleResult):
        sentences, base = catalogue.rules, f"{said.rule.value}.{said.answer.value}"
    else:
        sentences, base = catalogue.terms, said.code.value
    spoken = {key: as_said(key, value, catalogue, language_names) for key, value in said.values.items()}
    template = sentences.get(f"{base}.{said.values.get('how', '')}", sentences[base])
    try:
        return template.format_map(spoken)
    except KeyError:  # a match stored by another version may lack a value: say less, never nothing
        return sentences[base]


def as_said(key: str, value: Value, catalogue: Catalogue, language_names: Mapping[str, str]) -> str:
    """A value as people say it. One that we have no word for stays as it is."""
    if isinstance(value, str):
        return in_words(key, value, catalogue, language_names)
    if key == "stated_days":
        return catalogue.days_ago[max(0, min(int(value), 2))].format(days=int(value))
    if key in DAYS:
        return span(int(value) * 24, catalogue)
    if key in HOURS:
        return span(int(value), catalogue)
    return kilometres(value) if key == "km" else str(value)


def span(hours: int, catalogue: Catalogue) -> str:
    """How long something takes: by the hour within two days, by the day beyond."""
    one_hour, some_hours, one_day, some_days = catalogue.spans
    if 0 < hours < 48 and hours != 24:
        return one_hour if hours == 1 else some_hours.format(n=hours)
    days = round(hours / 24)
    return one_day if days == 1 else some_days.format(n=days)


def in_words(key: str, text: str, catalogue: Catalogue, language_names: Mapping[str, str]) -> str:
    if key in {"language", "spoken"}:
        return language_names.get(text) or language_names.get(text.split("-", 1)[0]) or text
    names = catalogue.names.get(key, NO_NAMES)
    return ", ".join(names.get(part, part) for part in text.split(",")) if names else text


def kilometres(km: float) -> str:
    """One decimal is of use only to someone who walks."""
    return f"{km:.0f}" if km >= 10 or km % 1 == 0 else f"{km:.1f}"
