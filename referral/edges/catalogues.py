"""What does a page say, in which language? Catalogues of words: gettext PO files, a folder for each language.

English is a catalogue like the others. A page speaks one language: what lacks one word of it is shown in the language
that stands in, whole. What nobody has reviewed is a draft, and the page that shows it says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from gettext import c2py
from pathlib import Path
from types import MappingProxyType

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from markupsafe import escape

from referral.foundation.autonyms import AUTONYMS, LANGUAGES, SOURCE

LOCALES = Path(__file__).parent / "locales"
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "fa", "he", "ku", "ps", "ur"})
STANDS_IN: Mapping[str, str] = MappingProxyType({"ht": "en"})  # English for whom nobody else is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One text of a catalogue: once, or once for each plural of its language, and who has reviewed it."""

    id: str
    forms: tuple[str, ...]
    is_plural: bool
    plural: str  # which form for which n, as the head of the file says it
    is_draft: bool
    remarks: tuple[str, ...]

    @property
    def reviews(self) -> tuple[str, ...]:
        return tuple(said.removeprefix("reviewed:").strip() for said in self.remarks if said.startswith("reviewed:"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The words of a page. `lang` is what it speaks, `wanted` what was asked for: they differ where one stands in."""

    lang: str
    wanted: str
    is_draft: bool
    entries: Mapping[str, Entry] = field(repr=False)

    def __call__(self, id: str, /, **values: object) -> str:
        """The text of this id, with its values; of several plurals the one for `n`. Values that are HTML stay so."""
        text = form(self.entries[id], values)
        if any(hasattr(value, "__html__") for value in values.values()):
            return escape(text).format(**values)
        return text.format(**values) if "{" in text else text

    def of(self, family: str, value: object, /, **values: object) -> str:
        """The text for one value of a closed set: `of("find.openness", Openness.OPEN)` is `find.openness.open`."""
        return self(f"{family}.{value}", **values)

    def has(self, family: str, value: object, /) -> bool:
        """Whether a value of an open set has a text."""
        return f"{family}.{value}" in self.entries

    @property
    def dir(self) -> str:
        return direction(self.lang)

    @property
    def stands_in(self) -> bool:
        """Whether this is another language than the one asked for."""
        return self.lang != self.wanted

    @property
    def notice(self) -> "Catalogue":
        """The words that tell of a draft, or that a language stands in: in the language asked for, if it has them."""
        return catalogue(self.wanted, "notice")


def form(entry: Entry, values: Mapping[str, object]) -> str:
    if not entry.is_plural:
        return entry.forms[0]
    number = values["n"]
    if not isinstance(number, int):
        raise TypeError(f"{entry.id} needs a whole number as n.")
    return entry.forms[rule(entry.plural)(number)]


@cache
def catalogue(lang: str, *domains: str) -> Catalogue:
    """The words of these domains in this language, or all of them in the one that stands in where one word lacks."""
    speaking = next(one for one in (lang, STANDS_IN.get(lang, SOURCE), SOURCE) if is_whole(one, *domains))
    entries = {id: entry for domain in domains for id, entry in read(speaking, domain).items()}
    return Catalogue(
        lang=speaking,
        wanted=lang,
        is_draft=any(entry.is_draft for entry in entries.values()),
        entries=MappingProxyType(entries),
    )


@cache
def speaks(*domains: str) -> tuple[str, ...]:
    """The languages in which these domains are whole."""
    return tuple(lang for lang in LANGUAGES if is_whole(lang, *domains))


def is_whole(lang: str, *domains: str) -> bool:
    return lang == SOURCE or (lang in AUTONYMS and not any(lacking(lang, domain) for domain in domains))


@cache
def lacking(lang: str, domain: str) -> tuple[str, ...]:
    """The ids of English without a text in this language."""
    written = read(lang, domain)
    return tuple(
        id
        for id, entry in read(SOURCE, domain).items()
        if id not in written or written[id].is_plural != entry.is_plural
    )


@cache
def read(lang: str, domain: str) -> Mapping[str, Entry]:
    """A catalogue as its file holds it, without what is empty. A language that has no such file yet has no words."""
    path = LOCALES / lang / f"{domain}.po"
    if not path.exists():
        if lang == SOURCE:
            raise LookupError(f"There is no catalogue {domain}.")
        return MappingProxyType({})
    with path.open("rb") as file:
        found = read_po(file, locale=locale(lang), domain=domain, abort_invalid=True)
    entries = [entry_of(message, found) for message in found if message.id]
    return MappingProxyType({entry.id: entry for entry in entries if entry.forms})


def entry_of(message: Message, of: Catalog) -> Entry:
    """A message of Babel's as an entry; without forms if one of them is empty, or if there are too few."""
    is_plural = not isinstance(message.id, str)
    forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return Entry(
        id=message.id if isinstance(message.id, str) else message.id[0],
        forms=forms if all(forms) and len(forms) == (of.num_plurals if is_plural else 1) else (),
        is_plural=is_plural,
        plural=str(of.plural_expr),
        is_draft=message.fuzzy,
        remarks=tuple(message.auto_comments),
    )


@cache
def domains() -> tuple[str, ...]:
    """The catalogues that there are."""
    return tuple(sorted(path.stem for path in (LOCALES / SOURCE).glob("*.po")))


@cache
def locale(lang: str) -> Locale:
    """The language as CLDR knows it."""
    return Locale.parse(lang, sep="-")


@cache
def rule(plural: str) -> Callable[[int], int]:
    return c2py(plural)


def direction(lang: str) -> str:
    """Which way a language is written."""
    return "rtl" if lang.partition("-")[0].lower() in RIGHT_TO_LEFT else "ltr"
