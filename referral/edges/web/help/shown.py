"""How is a question shown? Its words from the catalogue, what was said before, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from referral.edges.catalogues import Catalogue
from referral.edges.web import moments
from referral.edges.web.help.looking_up import AS_WRITTEN, Meaning
from referral.edges.web.marking import Ours
from referral.foundation.languages import Lexicon
from referral.intake.asking.fields import SEVERAL, Field, Kind, Page
from referral.intake.asking.questions import COMMON, FIELDS, MONTHS
from referral.intake.asking.reading import Wrong

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer that can be chosen."""

    name: str
    value: str
    label: str
    lang: str | None = None
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One field as a template shows it. `anchor` is what a link to it points at."""

    of: Field
    label: str | None  # None where the heading of the page says it
    hint: str | None
    options: tuple[Option, ...] = ()
    value: str = field(default="", repr=False)
    parts: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    meanings: tuple[Option, ...] = field(default=(), repr=False)
    wrong: str | None = None

    @property
    def name(self) -> str:
        return Ours(self.of.name)

    @property
    def kind(self) -> str:
        return self.of.kind.value

    @property
    def anchor(self) -> str:
        if self.meanings:
            return f"{self.name}-choice"
        match self.of.kind:
            case Kind.ONE | Kind.ANY | Kind.LANGUAGE:
                return f"{self.name}-1"
            case Kind.DAY:
                return f"{self.name}-day"
            case _:
                return self.name


def fields(
    page: Page,
    t: Catalogue,
    lexicon: Lexicon,
    said: Words,
    *,
    wrong: Sequence[Wrong] = (),
    meanings: Mapping[str, tuple[Meaning, ...]] | None = None,
) -> tuple[Shown, ...]:
    """The fields of a page, with what was said there, as a page would send it."""
    troubles = {one.field: t.of("form.wrong", one.code) for one in reversed(wrong)}
    return tuple(
        Shown(
            of=one,
            label=label(page, one, t),
            hint=Ours(t.of(f"form.{one.name}", "hint"))
            if one.name != page.id and t.has(f"form.{one.name}", "hint")
            else None,
            options=options(one, t, lexicon, said),
            value=said.get(one.name, ""),
            parts=tuple((part, said.get(f"{one.name}.{part}", "")) for part in ("day", "month", "year")),
            meanings=of_meanings(one.name, (meanings or {}).get(one.name), t),
            wrong=troubles.get(one.name),
        )
        for one in page.fields
    )


def label(page: Page, one: Field, t: Catalogue) -> str | None:
    """A page that asks one thing asks it in its heading."""
    return Ours(t.of(f"form.{one.name}", "q")) if one.name != page.id and t.has(f"form.{one.name}", "q") else None


def options(one: Field, t: Catalogue, lexicon: Lexicon, said: Words) -> tuple[Option, ...]:
    return tuple(
        Option(
            name=Ours(f"{one.name}.{answer}" if one.kind is Kind.ANY else one.name),
            value=Ours("yes" if one.kind is Kind.ANY else answer),
            label=Ours(called(one, answer, t, lexicon)),
            lang=Ours(answer) if answer in COMMON and not answer.startswith("x-") else None,
            is_chosen=bool(said.get(f"{one.name}.{answer}")) if one.kind is Kind.ANY else said.get(one.name) == answer,
        )
        for answer in one.answers
    )


def called(one: Field, answer: str, t: Catalogue, lexicon: Lexicon) -> str:
    """An answer in words; a language by the name its speakers give it."""
    if one.kind is Kind.LANGUAGE and answer in lexicon.languages:
        return lexicon.languages[answer].autonym
    return t.of(f"form.{one.name}", answer)


def of_meanings(name: str, found: tuple[Meaning, ...] | None, t: Catalogue) -> tuple[Option, ...]:
    """What the words may mean, and that they may stay as they are; nothing where nobody asks."""
    if found is None:
        return ()
    offered = (*found, Meaning(value=AS_WRITTEN, label=t("form.as_written")))
    return tuple(Option(name=f"{name}.choice", value=one.value, label=one.label) for one in offered)


def months(lang: str) -> tuple[tuple[str, str], ...]:
    """Months by name: 03/04 is another day to other people."""
    return tuple(zip(MONTHS, moments.months(lang), strict=True))


def told(one: Field, given: Words, t: Catalogue, lexicon: Lexicon, lang: str) -> str | None:
    """What was answered, in the words of the page; None where it was passed over."""
    said = given.get(one.name)
    if not said:
        return None
    if found := given.get(f"{one.name}.name"):
        return found
    match one.kind:
        case Kind.ONE | Kind.LANGUAGE:
            return called(FIELDS[one.name], said, t, lexicon)
        case Kind.ANY:
            return "; ".join(called(one, answer, t, lexicon) for answer in said.split(SEVERAL))
        case Kind.DAY:
            year, month, day = said.split("-")
            return f"{int(day)} {dict(months(lang))[str(int(month))]} {year}"
        case _:
            return said
