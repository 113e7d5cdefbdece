"""Which words does the form need? The questions are data, so most of their ids stand in no template."""

from referral.intake.asking.fields import Field, Kind
from referral.intake.asking.questions import COMMON, PAGES
from referral.intake.ease import Ease

SECTIONS = ("1", "2", "3", "4")
WRONG = (
    "choose", "write", "too_long", "identity_number", "no_day", "far_day", "not_a_phone", "not_an_email", "empty",
    "unknown_place", "unknown_country", "unknown_language", "which_place", "which_language", "mend",
)  # fmt: skip
TOLD = ("p1", "p2", "p3", "p4")


def needed() -> set[str]:
    """Without these a page cannot be shown."""
    found = {f"form.{page.id}.q" for page in PAGES}
    found |= {f"form.section.{number}" for number in SECTIONS} | {f"form.wrong.{code}" for code in WRONG}
    for page in PAGES:
        found |= {f"form.{field.name}.q" for field in page.fields if field.name != page.id and len(page.fields) > 1}
        found |= {f"form.{field.name}.{answer}" for field in page.fields for answer in in_words(field)}
        found |= {f"form.{page.id}.p1"} if not page.fields else set()
    return found | {f"form.idle.{one}" for one in ("q", "soon", "stay")} | {f"receipt.ease.{one.value}" for one in Ease}


def possible() -> set[str]:
    """What may be said besides: a hint, more paragraphs, for whom a question is."""
    names = {page.id for page in PAGES} | {field.name for page in PAGES for field in page.fields}
    return {f"form.{name}.hint" for name in names} | {
        f"form.{part}" for page in PAGES for part in (f"only.{page.id}", *(f"{page.id}.{told}" for told in TOLD))
    }


def in_words(field: Field) -> tuple[str, ...]:
    """The answers that a catalogue calls; languages are called by the names of the reviewed list."""
    return tuple(one for one in field.answers if field.kind is not Kind.LANGUAGE or one not in COMMON)
