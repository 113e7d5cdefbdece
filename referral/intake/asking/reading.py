"""What did a page send? Each field becomes what is kept of it, or something that is wrong with it.

Digits of any script are read, and no word is mended: what somebody wrote comes back to them as they wrote it.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from referral.intake import identity_numbers
from referral.intake.asking.fields import SEVERAL, Field, Given, Kind, Page
from referral.intake.asking.questions import FIELDS, OTHER
from referral.intake.form import SafeContact, of_way
from referral.intake.words import ContactChannel

CHANNELS = {
    "text": ContactChannel.SMS,
    "call": ContactChannel.PHONE,
    "whatsapp": ContactChannel.WHATSAPP,
    "email": ContactChannel.EMAIL,
    "person": ContactChannel.HELPER,
    "code": ContactChannel.RECEIPT_ONLY,
}
DAY_PARTS = ("day", "month", "year")
NEVER_BEFORE, NEVER_AFTER = -366, 3653  # days from today, as the form takes hearings
PAST = "court_past"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One thing wrong with one field. The words are found by the code."""

    field: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a page said, and what is wrong with it. What is wrong is not kept."""

    given: Mapping[str, str]
    wrong: tuple[Wrong, ...] = ()


def read(page: Page, sent: Mapping[str, str], *, today: date) -> Read:
    """The answers of one page."""
    if not page.fields:
        return Read(given={page.id: ""})
    given: dict[str, str] = {}
    wrong: list[Wrong] = []
    for field in page.fields:
        said, trouble = read_field(field, sent, today)
        given[field.name] = "" if trouble else said
        wrong += [Wrong(field=field.name, code=trouble)] if trouble else []
    wrong += [*of_musts(page, given, wrong), *of_reach(given, wrong)]
    if given.get("speak") == OTHER and not given.get("speak_other"):
        wrong.append(Wrong(field="speak_other", code="write"))
    if "court_day" in given:
        given[PAST] = "yes" if is_past(given["court_day"], today) else ""
    return Read(given=given, wrong=tuple(wrong))


def read_field(field: Field, sent: Mapping[str, str], today: date) -> tuple[str, str | None]:
    """What a field says, and the code of what is wrong with it."""
    match field.kind:
        case Kind.ONE | Kind.LANGUAGE:
            said = sent.get(field.name, "")
            return (said, None) if said in field.answers else ("", "choose" if said else None)
        case Kind.ANY:
            return SEVERAL.join(one for one in field.answers if sent.get(f"{field.name}.{one}")), None
        case Kind.DAY:
            return read_day([sent.get(f"{field.name}.{part}", "") for part in DAY_PARTS], today)
        case Kind.WORDS | Kind.TEXT | Kind.PLACE | Kind.COUNTRY:
            return read_words(field, sent.get(field.name, ""))


def read_words(field: Field, sent: str) -> tuple[str, str | None]:
    said = unicodedata.normalize("NFKC", sent.replace("\0", "")).strip()
    if len(said) > field.most:
        return said, "too_long"
    # A telephone has as many digits as some papers; where one is asked for, it is one.
    if field.name != "contact_to" and identity_numbers.holds_one(said):
        return said, "identity_number"
    return said, None


def read_day(parts: list[str], today: date) -> tuple[str, str | None]:
    """Nothing at all, or a day that is near enough to be meant."""
    written = [unicodedata.normalize("NFKC", part).strip() for part in parts]
    if not any(written):
        return "", None
    try:
        day, month, year = (int(part) for part in written)
        said = date(year, month, day)
    except ValueError:
        return "", "no_day"
    is_near = NEVER_BEFORE <= (said - today).days <= NEVER_AFTER
    return said.isoformat(), None if is_near else "far_day"


def of_musts(page: Page, given: Given, wrong: list[Wrong]) -> list[Wrong]:
    """What must be answered and is not."""
    known = {one.field for one in wrong}
    return [
        Wrong(field=field.name, code="choose" if field.answers else "write")
        for field in page.musts
        if not given[field.name] and field.name not in known and not (field.unless and field.unless.holds(given))
    ]


def of_reach(given: Given, wrong: list[Wrong]) -> list[Wrong]:
    """Whether a number or an address looks like one."""
    channel, value = CHANNELS.get(given.get("contact", "")), given.get("contact_to", "")
    if channel is None or not value or wrong:
        return []
    found = of_way("contact_to", SafeContact(channel=channel, value=value))
    return [Wrong(field="contact_to", code=found[0].code.lower())] if found else []


def is_past(day: str, today: date) -> bool:
    return bool(day) and date.fromisoformat(day) < today


def written(given: Given) -> dict[str, str]:
    """The answers as a page would send them again."""
    found: dict[str, str] = {}
    for name, said in given.items():
        field = FIELDS.get(name)
        match field and field.kind:
            case Kind.ANY:
                found |= {f"{name}.{one}": "yes" for one in said.split(SEVERAL) if one}
            case Kind.DAY if said:
                day = date.fromisoformat(said)
                found |= {f"{name}.day": str(day.day), f"{name}.month": str(day.month), f"{name}.year": str(day.year)}
            case _:
                found[name] = said
    return found
