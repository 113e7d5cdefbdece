"""How is a moment written on a page? In the time of whoever reads it, with the zone beside it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from babel.dates import format_date
from markupsafe import Markup

from referral.edges.catalogues import locale

# What CLDR does not know; and in English the day before its month, as in every other language.
MONTHS: Mapping[str, Sequence[str]] = {
    "ht": "janvye fevriye mas avril me jen jiyè out septanm oktòb novanm desanm".split()
}
PATTERNS = {"en": "d MMMM y"}


def day(on: date, lang: str = "en") -> str:
    """A day with its month by name, since 03/04 is two days: "3 April 2026", "3 de abril de 2026"."""
    if lang in MONTHS:
        return f"{on.day} {months(lang)[on.month - 1]} {on.year}"
    return format_date(on, PATTERNS.get(lang, "long"), locale=locale(lang))


def months(lang: str) -> Sequence[str]:
    """The names of the months."""
    if lang in MONTHS:
        return MONTHS[lang]
    named = cast("Mapping[int, str]", locale(lang).months["stand-alone"]["wide"])
    return [named[month] for month in range(1, 13)]


def moment(at: datetime, zone: str | None = None, lang: str = "en") -> Markup:
    """A moment as HTML, readable for people and for machines: "3 April 2026, 14:05 CDT"."""
    local = at.astimezone(ZoneInfo(zone) if zone else UTC)
    written = f"{day(local.date(), lang)}, {local:%H:%M %Z}"
    return Markup('<time datetime="{}">{}</time>').format(f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}", written)
