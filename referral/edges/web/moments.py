"""How is a moment written on a page? In the time of whoever reads it, with the zone beside it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
}


def day(on: date, lang: str = "en") -> str:
    """A day with its month by name, since 03/04 is two days: "3 April 2026", "3 de abril de 2026"."""
    joint = " de " if lang == "es" else " "
    return joint.join([str(on.day), MONTHS.get(lang, MONTHS["en"])[on.month - 1], str(on.year)])


def moment(at: datetime, zone: str | None = None, lang: str = "en") -> Markup:
    """A moment as HTML, readable for people and for machines: "3 April 2026, 14:05 CDT"."""
    local = at.astimezone(ZoneInfo(zone) if zone else UTC)
    written = f"{day(local.date(), lang)}, {local:%H:%M %Z}"
    return Markup('<time datetime="{}">{}</time>').format(f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}", written)
