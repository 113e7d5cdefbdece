"""What letters has this house sent? Shown in demonstrations only, since letters hold live links."""

import asyncio
import re
from dataclasses import dataclass

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response

from referral.edges.web.pages import page
from referral.foundation import mail
from referral.foundation.settings import Settings

NEWEST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """The folder that stands in for the post."""

    settings: Settings

    async def show(self, request: Request) -> Response:
        letters = await asyncio.to_thread(mail.letters, self.settings.mail_folder, NEWEST)
        texts = [linked(letter.text, self.settings.providers_at) for letter in letters]
        return page(request, "mailbox.html", letters=list(zip(letters, texts, strict=True)), newest=NEWEST)


def linked(text: str, public_url: str) -> Markup:
    """The text as HTML, its links to this house clickable; addresses of anyone else stay text."""
    ours = re.compile(rf"({re.escape(public_url.rstrip('/'))}/[\w\-./?=&%~]*[\w\-/=])")
    parts = ours.split(text)  # text, link, text, link, ..., text
    return Markup("").join(
        Markup('<a href="{0}">{0}</a>').format(part) if index % 2 else escape(part) for index, part in enumerate(parts)
    )
