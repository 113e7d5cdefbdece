"""What is this, and what can one do here? The first page, in English and Spanish."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from referral.directory import providers
from referral.edges.house import House
from referral.edges.web.home_words import WORDS
from referral.edges.web.pages import page


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The first page."""

    house: House

    async def show(self, request: Request) -> Response:
        lang = language(request)
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


def language(request: Request) -> str:
    """The language the reader chose, else the first of the browser's that we speak, else English."""
    asked = [request.query_params.get("lang", ""), *request.headers.get("accept-language", "").split(",")]
    spoken = (tag.strip().lower()[:2] for tag in asked)
    return next((tag for tag in spoken if tag in WORDS), "en")
