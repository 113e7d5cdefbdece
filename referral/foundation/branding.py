"""Whose pages are these? The name, the promises, the numbers to call and the colours of the organization behind them.

What only the organization, a lawyer or a translator can confirm stands in its file, referral.toml, and not in code.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from referral.foundation import contrast, earth
from referral.foundation.contrast import LEAST_FOR_EDGES, LEAST_FOR_WORDS, WHITE
from referral.foundation.numbering import PLANS, digits, international
from referral.foundation.settings import LOOPBACK
from referral.foundation.vocabulary import Word

ANY = "*"  # the language of a name that is the same in all
TAG = r"\*|[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?"
STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)
# What plain.css says beside these, and a page of another colour must still be able to show.
CARD, SOFT, ALARM, EDGE = "#fffefb", "#5b554b", "#9c2b1e", "#857b6b"


class Danger(Word):
    """What a hotline is for."""

    VIOLENCE = "violence", "Somebody hurts or threatens them."
    TRAFFICKING = "trafficking", "Somebody forces them to work or to sell sex."
    SUICIDE = "suicide", "They think of ending their life."
    DETENTION = "detention", "They are locked up, or about to be sent out of the country."


def in_any_language(said: object) -> object:
    """A plain string is the same in every language; a table has a string for each."""
    return {ANY: said} if isinstance(said, str) else said


def is_address(url: str) -> str:
    """Others are led there, so nobody between may change what they see."""
    parts = urlsplit(url)
    is_here = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not (parts.scheme == "https" or is_here) or not parts.hostname or parts.username:
        raise ValueError("write an address that begins with https://")
    return url


def is_origin(url: str) -> str:
    """A site as a browser names it. Anything more would be read as another directive of the policy it goes into."""
    parts = urlsplit(is_address(url))
    if url != f"{parts.scheme}://{parts.netloc}" or not all(sign.isalnum() or sign in ":/.-[]" for sign in url):
        raise ValueError("write the beginning of the site's address and no more, such as https://www.example.org")
    return url


def is_number(written: str) -> str:
    """A number that a phone in the United States can dial. Letters are not on every phone."""
    full, _ = international(written, PLANS["US"])
    if full is None or any(sign.isalpha() for sign in written):
        raise ValueError("write a phone number in digits, such as +1 202 555 0100 or 911")
    return written


def is_colour(written: str) -> str:
    if not contrast.is_colour(written):
        raise ValueError("write a colour as # and six digits, such as #14564f")
    return written.lower()


Tag = Annotated[str, Field(pattern=rf"^({TAG})$")]
Words = Annotated[str, Field(min_length=1, max_length=400)]
Said = Annotated[Mapping[Tag, Words], BeforeValidator(in_any_language), Field(min_length=1)]
Address = Annotated[str, AfterValidator(is_address)]
Addresses = Annotated[Mapping[Tag, Address], BeforeValidator(in_any_language), Field(min_length=1)]
Origin = Annotated[str, AfterValidator(is_origin)]
Number = Annotated[str, AfterValidator(is_number)]
Colour = Annotated[str, AfterValidator(is_colour)]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Spoken:
    """Words in the language they are in, which may not be that of the page."""

    text: str
    lang: str


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Organization:
    """Who runs these pages. Without a phone and links it is nobody in particular."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    phone: Number | None = None
    privacy: Addresses | None = None
    about: Addresses | None = None

    @property
    def dials(self) -> str | None:
        return None if self.phone is None else f"tel:{international(self.phone, PLANS['US'])[0]}"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Promised:
    """What the organization says in one language. What it leaves unsaid, the pages say in words of their own."""

    lead: Words | None = None
    conditions_lead: Words | None = None
    conditions: Annotated[tuple[Words, ...], Field(max_length=8)] = ()
    promises: Annotated[tuple[Words, ...], Field(max_length=8)] = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Circle:
    """So many kilometres around a point."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    radius_km: Annotated[float, Field(gt=0, le=2000)]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Area:
    """Where the organization helps by itself: whole states, or what lies around a point."""

    name: Said
    states: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...] = ()
    around: Circle | None = None

    def holds(self, here: earth.Located | None, state: str | None) -> bool:
        """Whether a place lies in it, as far as its state and its position tell."""
        if state is not None and state in self.states:
            return True
        return (
            self.around is not None
            and here is not None
            and earth.km_between(self.around, here) <= (self.around.radius_km)
        )


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Hotline:
    """A number to call, where it was read, and when somebody of the organization last tried it."""

    name: Said
    number: Number
    text: Number | None = None
    text_word: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,20}$")] | None = None
    dangers: Annotated[tuple[Danger, ...], Field(min_length=1)]
    always_open: bool = False
    hours: Said | None = None
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})*$")], ...] = ()
    interpreters: bool = False
    emergency: bool = False
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "US"
    source: Address
    seen_on: date
    checked_on: date | None = None

    @property
    def dials(self) -> str:
        """The address that a phone calls by: short numbers as they stand, others with their country."""
        return f"tel:{international(self.number, PLANS.get(self.country))[0] or digits(self.number)}"

    @property
    def texts(self) -> str | None:
        """The address that a phone writes to."""
        return None if self.text is None else f"sms:{digits(self.text)}"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Colours:
    """The colours of buttons, links and paper. Dark enough, all of them, or they are refused."""

    accent: Colour = "#14564f"
    accent_dark: Colour | None = None
    accent_light: Colour | None = None
    paper: Colour = "#fdf9f2"
    ink: Colour = "#26231e"

    @property
    def dark(self) -> str:
        """Under the pointer."""
        return self.accent_dark or contrast.mixed(self.accent, "#000000", 0.27)

    @property
    def light(self) -> str:
        """Behind words that the accent stands for."""
        return self.accent_light or contrast.mixed(self.accent, WHITE, 0.9)

    @property
    def css(self) -> str:
        """What goes over the colours of plain.css; nothing where they are the same."""
        if self == Colours():
            return ""
        return (
            f":root{{--deep:{self.accent};--deeper:{self.dark};--mist:{self.light};--paper:{self.paper};"
            f"--ink:{self.ink}}}"
        )

    def too_faint(self) -> list[tuple[str, str]]:
        """Each pair that cannot be read: which key to change, and a sentence with the ratio."""
        dark_key = "accent_dark" if self.accent_dark else "accent"
        light_key = "accent_light" if self.accent_light else "accent"
        pairs = [
            ("accent", "white words on accent", WHITE, self.accent, LEAST_FOR_WORDS),
            ("accent", "accent on paper", self.accent, self.paper, LEAST_FOR_WORDS),
            (light_key, "accent on accent_light", self.accent, self.light, LEAST_FOR_WORDS),
            (dark_key, "white words on accent_dark", WHITE, self.dark, LEAST_FOR_WORDS),
            (dark_key, "accent_dark on accent_light", self.dark, self.light, LEAST_FOR_WORDS),
            ("ink", "ink on paper", self.ink, self.paper, LEAST_FOR_WORDS),
            ("ink", "ink on cards", self.ink, CARD, LEAST_FOR_WORDS),
            (light_key, "ink on accent_light", self.ink, self.light, LEAST_FOR_WORDS),
            ("paper", "small grey words on paper", SOFT, self.paper, LEAST_FOR_WORDS),
            ("paper", "red words on paper", ALARM, self.paper, LEAST_FOR_WORDS),
            ("paper", "edges of boxes on paper", EDGE, self.paper, LEAST_FOR_EDGES),
        ]
        return [
            (key, f"{what} has a contrast of {found:.2f}:1, and {least}:1 is the least that people can read")
            for key, what, one, other, least in pairs
            if (found := contrast.ratio(one, other)) < least
        ]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Embedding:
    """Which sites may show our pages in a frame. None, unless they are named."""

    sites: Annotated[tuple[Origin, ...], Field(max_length=50)] = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Branding:
    """The whole file."""

    organization: Organization
    words: Mapping[Tag, Promised] = field(default_factory=dict[str, Promised])
    areas: Annotated[tuple[Area, ...], Field(max_length=100)] = ()
    hotlines: Annotated[tuple[Hotline, ...], Field(max_length=100)] = ()
    weather: Addresses
    colours: Colours = field(default_factory=Colours)
    embedding: Embedding = field(default_factory=Embedding)

    @property
    def name(self) -> str:
        return self.organization.name

    def hotlines_for(self, danger: Danger | None, lang: str, *, country: str = "US") -> tuple[Hotline, ...]:
        """Whom to call: the emergency number first, then who speaks the language, then who has interpreters."""
        fitting = [one for one in self.hotlines if one.country == country and (danger is None or danger in one.dangers)]
        base = lang.partition("-")[0]
        return tuple(
            sorted(fitting, key=lambda one: (not one.emergency, base not in one.languages, not one.interpreters))
        )

    def serves(self, here: earth.Located | None, state: str | None) -> bool:
        """Whether the organization itself helps there; everywhere, where it names no area."""
        return not self.areas or any(area.holds(here, state) for area in self.areas)

    def weather_in(self, lang: str) -> str:
        """The page that whoever leaves is shown."""
        return chosen(self.weather, lang).text

    def promised(self, lang: str) -> tuple[Promised, str]:
        """What the organization says, and in which language: this one, else English, else the first it has."""
        known = next((one for one in (lang, "en", *self.words) if one in self.words), lang)
        return self.words.get(known, Promised()), known


def chosen(said: Mapping[str, str], lang: str) -> Spoken:
    """What is said in this language, else in all, else in English, else in the first there is."""
    known = next(one for one in (lang, ANY, "en", *said) if one in said)
    return Spoken(text=said[known], lang=lang if known == ANY else known)
