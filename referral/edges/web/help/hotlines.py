"""Whom can somebody in danger call? To be confirmed by the operator before going live, as all numbers here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Hotline:
    """A number to call; what it is for stands in the catalogue under `form.hotline.` and its id."""

    id: str
    number: str
    dial: str


HOTLINES = (
    Hotline(id="violence", number="1-800-799-7233", dial="+18007997233"),
    Hotline(id="forced", number="1-888-373-7888", dial="+18883737888"),
    Hotline(id="crisis", number="988", dial="988"),
    Hotline(id="detention", number="(855) 641-6081", dial="+18556416081"),
)
# A page that shows nothing of whoever opens it, in the language they read where there is one.
WEATHER = {"en": "https://www.weather.gov/", "es": "https://www.weather.gov/"}
