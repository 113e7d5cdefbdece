"""What does a provider's page show of an offer?

What may be seen is decided in `referrals.views`; here it gets its names and its time zone.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from referral.directory import providers
from referral.directory.providers import Provider
from referral.foundation import languages, places
from referral.foundation.db import Reader, Tx
from referral.foundation.vault import Vault
from referral.intake import requests
from referral.intake.words import ConsentScope
from referral.referrals import reading, views
from referral.referrals.notes import By
from referral.referrals.reading import Referral
from referral.referrals.views import Beholder, RequestView, SeenPerson
from referral.referrals.words import ReferralStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """An offer with everything its page needs; `person` after a yes, where the person agreed to it."""

    referral: Referral
    view: RequestView
    listing: Provider | None
    languages: tuple[str, ...]
    area: str | None
    person: SeenPerson | None = field(default=None, repr=False)

    @property
    def may_contact(self) -> bool:
        """Whether the person agreed that their contact is shared; they may have given none."""
        return self.view.beholder is Beholder.PROVIDER_ACCEPTED

    @property
    def zone(self) -> str | None:
        """The time the provider lives by."""
        return self.listing.location.time_zone if self.listing and self.listing.location else None


async def offered(at: Reader, vault: Vault, referral: Referral, *, now: datetime) -> Offered | None:
    """The offer as its provider may see it; None once it has ended or the request is erased."""
    request = await requests.request(at, referral.request_id)
    view = await views.for_provider(at, vault, request, referral, now=now) if request else None
    if view is None:
        return None
    return Offered(
        referral=referral,
        view=view,
        listing=await providers.provider(at, referral.provider_id),
        languages=await names_of(at, view.languages),
        area=await area_of(at, view),
    )


async def with_person(tx: Tx, vault: Vault, referral: Referral, by: By, *, now: datetime) -> Offered | None:
    """The same with the person, after the audit row; None before a yes."""
    request = await requests.request(tx, referral.request_id) if referral.shows_person else None
    if request is None:
        return None
    await views.look(tx, [(request, referral)], by)
    found = await offered(tx, vault, referral, now=now)
    return replace(found, person=await views.person(tx, vault, found.view, by)) if found else None


async def has_contact(at: Reader, referral: Referral) -> bool:
    """Whether there is a person to show after a yes: they gave something of themselves, and agreed to share it."""
    request = await requests.request(at, referral.request_id) if referral.shows_person else None
    if request is None or request.person is None:
        return False
    return await views.agrees(at, request.id, ConsentScope.SHARE_CONTACT)


async def had_yes(at: Reader, referral: Referral) -> bool:
    """Whether the provider had said yes, whatever came after."""
    return any(event.status is ReferralStatus.ACCEPTED for event in await reading.histories(at, [referral.id]))


async def names_of(at: Reader, tags: tuple[str, ...]) -> tuple[str, ...]:
    """Languages by name; a regional tag by the name of its language."""
    names = await languages.names(at, "en")
    return tuple(names.get(tag) or names.get(tag.partition("-")[0]) or tag for tag in tags)


async def area_of(at: Reader, view: RequestView) -> str | None:
    """State and country, which is all of the place that is told before a yes."""
    area = await places.area(at, view.country, view.state)
    if area is None:
        return None
    return f"{area.name}, {area.country}" if area.state else area.name
