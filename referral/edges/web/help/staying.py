"""Is somebody still there? Then the time of what a page holds begins anew; and whether it may still be shown at all."""

from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from referral.edges.house import House
from referral.edges.web import forms
from referral.edges.web.help import browser
from referral.edges.web.help.asking import UNKEPT, words

WARNED_MINUTES = 5  # before the end, as the script counts them
ANSWERS, CODE = "answers", "code"  # what a page of a draft holds, before it is sent and after


@dataclass(frozen=True, slots=True, kw_only=True)
class Staying:
    """What the script of the pages asks."""

    house: House

    async def stay(self, request: Request) -> Response:
        """204 as long as the page may be shown; 410 when what it holds was sent, left or wiped."""
        holds = (await forms.read_answers(request, self.house.settings.public_url)).get("holds", "")
        stands = HTTPStatus.NO_CONTENT if await self.may_be_shown(request, holds) else HTTPStatus.GONE
        return Response(status_code=stands, headers=UNKEPT)

    async def words(self, request: Request) -> Response:
        """What the script says before a page ends. They are needed seldom, so no page carries them."""
        t = words(request)
        said = {name: t.of("form.idle", name) for name in ("q", "soon", "stay")}
        said |= {"left": t("form.idle.left", minutes=WARNED_MINUTES), "lang": t.lang, "dir": t.dir}
        return JSONResponse(said, headers=UNKEPT)

    async def may_be_shown(self, request: Request, holds: str) -> bool:
        """A page without a draft has a cookie as well, and leaving takes it away."""
        if holds not in {ANSWERS, CODE}:
            return browser.is_marked(request, self.house)
        async with self.house.database.transaction() as tx:
            draft = await browser.draft_of(tx, request, self.house)
        return draft is not None and draft.is_sent == (holds == CODE)
