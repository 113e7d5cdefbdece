"""Which words of a page stand in our own files, and which came from somebody?

While a template is filled in, what it says itself stands between two marks, and so does what a catalogue says that
needs no value. All else is somebody's: a template that forgets to say of a value that it is ours sends it as it is,
and loses a few bytes. The marks are made anew by each process and told to nobody, so no typed text can hold them.
"""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup, escape

from referral.edges.catalogues import Catalogue

OPENS, CLOSES = (f"\ufdd0{secrets.token_hex(8)}{end}" for end in "<>")
MARKS = re.compile(f"({re.escape(OPENS)}|{re.escape(CLOSES)})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a page, in UTF-8."""

    text: bytes = field(repr=False)
    is_ours: bool


class Ours(str):
    """Text that everybody may know: what a catalogue says, the name of a field, a language."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A catalogue as templates have it. What it says without a value is ours.

    Which of a closed set it says (`of`) may tell of one person, so these words are not.
    """

    catalogue: Catalogue

    def __call__(self, id: str, /, **values: object) -> str:
        text = self.catalogue(id, **values)
        return text if values else Ours(text)

    def of(self, family: str, value: object, /, **values: object) -> str:
        return self.catalogue.of(family, value, **values)

    def has(self, family: str, value: object, /) -> bool:
        return self.catalogue.has(family, value)

    @property
    def lang(self) -> str:
        return Ours(self.catalogue.lang)

    @property
    def wanted(self) -> str:
        return Ours(self.catalogue.wanted)

    @property
    def dir(self) -> str:
        return Ours(self.catalogue.dir)

    @property
    def notice(self) -> "Words":
        return Words(catalogue=self.catalogue.notice)

    @property
    def is_draft(self) -> bool:
        return self.catalogue.is_draft

    @property
    def stands_in(self) -> bool:
        return self.catalogue.stands_in


def ours(value: object) -> Markup:
    """A value that everybody may know: the name of a field, a language, an address of a page."""
    return Markup(f"{OPENS}{escape(value)}{CLOSES}")  # noqa: S704 - escaped just here


def written(value: object) -> object:
    """What a template writes for a value: the words of a catalogue are marked, all else stays as it is."""
    return ours(value) if isinstance(value, Ours) else value


class Marked(Extension):
    """What a template says itself is ours."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            own = token.type == "data"
            yield Token(token.lineno, token.type, f"{OPENS}{token.value}{CLOSES}") if own else token


def unmarked(page: str) -> str:
    return MARKS.sub("", page)


def parts_of(marked: str) -> list[Part]:
    """The page without the marks. What stands between two of them may hold others."""
    found, depth = list[Part](), 0
    for index, text in enumerate(MARKS.split(marked)):
        if index % 2:
            depth += 1 if text == OPENS else -1
        elif text:
            found.append(Part(text=text.encode(), is_ours=depth > 0))
    return found
