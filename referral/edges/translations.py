"""How far are the catalogues of words, and is one broken?

A draft is a text that nobody has reviewed; a text of law or of safety needs two reviewers. What is broken would be
said wrongly or not at all, so a test refuses it; what lacks is shown in English, and is only counted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from babel.messages.pofile import PoFileError

from referral.edges import catalogues, refreshing
from referral.edges.catalogues import Entry
from referral.foundation.autonyms import LANGUAGES, SOURCE

VALUE = re.compile(r"\{(\w*)\}")
BRACE = re.compile(r"[{}]")
WEIGHTY = frozenset({"tag: legal", "tag: safety"})
REVIEW = re.compile(r"^\S+ \d{4}-\d\d-\d\d \S.*$")  # initials, a date, and who that is
MSGID = re.compile(r'^msgid "(.+)"$', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a catalogue is in a language: how many texts it has of how many, and how many have been reviewed."""

    lang: str
    domain: str
    texts: int
    written: int
    reviewed: int

    @property
    def is_whole(self) -> bool:
        return self.written == self.texts


def standings() -> tuple[Standing, ...]:
    """Every catalogue in every language but English, which the others are made from."""
    return tuple(standing(lang, domain) for lang in LANGUAGES if lang != SOURCE for domain in catalogues.domains())


def standing(lang: str, domain: str) -> Standing:
    source, written = catalogues.read(SOURCE, domain), catalogues.read(lang, domain)
    return Standing(
        lang=lang,
        domain=domain,
        texts=len(source),
        written=len(source) - len(catalogues.lacking(lang, domain)),
        reviewed=sum(id in written and is_reviewed(written[id], source[id]) for id in source),
    )


def is_reviewed(entry: Entry, source: Entry) -> bool:
    """Whether as many people as it needs have read it."""
    return not entry.is_draft and len(entry.reviews) >= (2 if WEIGHTY & set(source.remarks) else 1)


def faults() -> tuple[str, ...]:
    """What is broken in any catalogue, each as one line that names it."""
    return tuple(line for lang in LANGUAGES for domain in files(lang) for line in faults_of(lang, domain))


def files(lang: str) -> list[str]:
    return sorted(path.stem for path in (catalogues.LOCALES / lang).glob("*.po"))


def faults_of(lang: str, domain: str) -> Iterator[str]:
    where = f"{lang}/{domain}.po"
    if domain not in catalogues.domains():
        yield f"{where}: English has no such catalogue."
        return
    try:
        written, source = catalogues.read(lang, domain), catalogues.read(SOURCE, domain)
    except PoFileError as error:
        yield f"{where}: it cannot be read, at line {error.lineno}."
        return
    ids = MSGID.findall((catalogues.LOCALES / lang / f"{domain}.po").read_text(encoding="utf-8"))
    yield from (f"{where}: {id} stands there twice." for id in sorted({id for id in ids if ids.count(id) > 1}))
    for id, entry in written.items():
        if not id.startswith(f"{domain}."):
            yield f"{where}: {id} does not begin with {domain}."
        elif id not in source:
            yield f"{where}: {id} is not in English."
        else:
            yield from (f"{where}: {id} {said}" for said in faults_of_entry(lang, entry, source[id]))


def faults_of_entry(lang: str, entry: Entry, source: Entry) -> Iterator[str]:
    wanted = values(source.forms[-1])
    for form in entry.forms:
        if BRACE.search(VALUE.sub("", form)):
            yield "has a brace too many or too few."
        elif not entry.is_plural and values(form) != wanted:
            yield f"needs {named(wanted)}, and has {named(values(form))}."
        elif not values(form) <= wanted:
            yield f"knows no {named(values(form) - wanted)}."
    if entry.is_plural and values(entry.forms[-1]) != wanted:
        yield f"needs {named(wanted)} in its last plural."  # others may say "one boat" without its number
    if entry.is_plural != source.is_plural:
        yield "has plurals in one language and none in the other."
    yield from faults_of_review(lang, entry)
    if lang != SOURCE and refreshing.made_from(entry) != refreshing.fingerprint(source):
        yield "was not made from the English that stands there now. `referral i18n refresh` makes it a draft."


def faults_of_review(lang: str, entry: Entry) -> Iterator[str]:
    if lang == SOURCE:
        if entry.is_draft:
            yield "is English, and no draft."
    elif entry.is_draft:
        if not any(said.startswith("draft:") for said in entry.remarks):
            yield "is a draft, and does not say of which day."
    elif not entry.reviews:
        yield "is no draft, and nobody has reviewed it."
    for one in entry.reviews:
        if not REVIEW.match(one):
            yield f"has a review that does not say who, when, and in which role: {one}"


def values(text: str) -> frozenset[str]:
    """What stands in braces."""
    return frozenset(VALUE.findall(text))


def named(names: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "nothing in braces"
