"""What is this, and what can one do here? The first page, in English and Spanish."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from referral.directory import providers
from referral.edges.house import House
from referral.edges.web.home_words import WORDS
from referral.edges.web.pages import page
from referral.edges.web.tongues import tongue


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The first page."""

    house: House

    async def show(self, request: Request) -> Response:
        lang = tongue(request)
        return page(
            request,
            "home.html",
            lang=lang,
            words=WORDS[lang],
            choices=WORDS,
            tally=await providers.tally(self.house.database.reader),
            opens_all=self.house.settings.surface == "all",
            shows_mailbox=self.house.settings.show_mailbox,
            is_demonstration=self.house.settings.show_mailbox,
        )
