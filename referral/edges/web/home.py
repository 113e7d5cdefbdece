"""What is this, and what can one do here? The first page."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from referral.directory import providers
from referral.directory.providers import Tally
from referral.directory.publishing import changes
from referral.edges.catalogues import catalogue
from referral.edges.house import House
from referral.edges.web.pages import FOR_SEARCH_ENGINES, page
from referral.edges.web.tongues import reader
from referral.foundation import clock
from referral.foundation.db import Reader

LONGEST_KEPT = timedelta(minutes=1)  # what was said of openness lapses by itself, and nothing in the feed tells


@dataclass(slots=True)
class Counted:
    """The directory in numbers, counted anew when the feed has news, and once a minute."""

    tally: Tally = field(default_factory=Tally)
    newest: int | None = None
    until: datetime | None = None

    async def now(self, at: Reader) -> Tally:
        newest, moment = await changes.newest(at), clock.now()
        if self.until is None or moment >= self.until or newest != self.newest:
            self.tally, self.newest, self.until = await providers.tally(at), newest, moment + LONGEST_KEPT
        return self.tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The first page."""

    house: House
    counted: Counted = field(default_factory=Counted)

    async def show(self, request: Request) -> Response:
        said = ("common", "home")
        response = page(
            request,
            "home.html",
            t=catalogue(reader(request, *said), *said),
            here="/?lang={lang}",
            form=catalogue(reader(request, *said), "form"),
            tally=await self.counted.now(self.house.database.reader),
            opens_all=self.house.settings.surface == "all",
            shows_mailbox=self.house.settings.show_mailbox,
        )
        response.headers.update(FOR_SEARCH_ENGINES)
        return response
