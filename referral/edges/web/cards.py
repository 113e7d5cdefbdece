"""What does a card of the directory say? A listing, and beside it what a reader wants to have told apart."""

from dataclasses import dataclass

from referral.directory.searching.search import Hit
from referral.directory.words import Answer
from referral.edges.catalogues import Catalogue
from referral.edges.web.dialling import Dialled, country_of, dialled
from referral.edges.web.place_words import country
from referral.edges.web.serving import Served, served
from referral.foundation.area_names import state_name

MOST_PHONES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """`ask` is the way to find out what is not known: "phone", "site" or "mail"; empty where there is none."""

    listing: Hit
    served: Served
    phones: tuple[Dialled, ...]
    website: str | None
    email: str | None
    ask: str
    state: str | None
    is_remote: bool
    is_free: bool


def card(listing: Hit, t: Catalogue) -> Card:
    home = country_of(listing)
    website = listing.service.url or listing.organization.website
    email = listing.organization.email
    return Card(
        listing=listing,
        served=served(listing, t),
        phones=tuple(dialled(phone.number, phone.extension, home) for phone in listing.phones[:MOST_PHONES]),
        website=website,
        email=email,
        ask="phone" if listing.phones else "site" if website else "mail" if email else "",
        state=state(listing, t.lang),
        is_remote=any(mode.is_remote for mode in listing.service.delivery_modes),
        is_free=listing.free is Answer.YES,
    )


def state(listing: Hit, lang: str) -> str | None:
    """The state by its name, else the country."""
    location = listing.location
    if location is None or location.country is None:
        return location.state if location else None
    return state_name(location.country, location.state) if location.state else country(location.country, lang)
