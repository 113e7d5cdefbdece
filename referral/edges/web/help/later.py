"""Stop, and finish later: a code like a receipt finds the answers again, for a week."""

from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from referral.edges import ticks
from referral.edges.house import House
from referral.edges.web import forms
from referral.edges.web.help import browser
from referral.edges.web.help.asking import UNKEPT, address, go_to, of_its_page, over, say, seal_of, words
from referral.intake import drafts, receipts
from referral.intake.asking import way
from referral.intake.receipts import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """The page that gives the code, and the page that takes it."""

    house: House

    async def ask(self, request: Request) -> Response:
        """Whether they wish to stop; and once they said so, the code."""
        async with self.house.database.transaction() as tx:
            draft = await browser.draft_of(tx, request, self.house)
        if draft is None or draft.is_sent:
            return over(request, draft)
        t = words(request)
        code = draft.content.code
        return say(
            request,
            "help_later.html",
            t,
            here="/{lang}/help/later",
            groups=receipts.written(Receipt(code)).split(" ") if code else [],
            back=address(t.lang, way.next_page(draft.content.answers)),
            form_seal=seal_of(self.house, draft),
        )

    async def stop(self, request: Request) -> Response:
        """Keep the answers for a week, and show the code."""
        fields = await forms.read_answers(request, self.house.settings.public_url)
        new = await drafts.new_code()
        async with self.house.database.transaction() as tx:
            draft = await browser.draft_of(tx, request, self.house)
            if draft is None or draft.is_sent:
                return over(request, draft)
            of_its_page(request, self.house, draft, fields)
            await drafts.keep(tx, self.house.vault, draft, new)
        return RedirectResponse(f"/{words(request).lang}/help/later", HTTPStatus.SEE_OTHER, UNKEPT)

    async def box(self, request: Request) -> Response:
        """The box for the code."""
        answer = say(request, "help_code.html", words(request), here="/{lang}/help/code", is_wrong=False)
        return browser.mark(answer, request, self.house)

    async def come_back(self, request: Request) -> Response:
        """Go on where they stopped. A wrong code and one that ran out are told apart by nobody."""
        fields = await forms.read_answers(request, self.house.settings.public_url)
        ticks.begin(request)
        async with self.house.database.transaction() as tx:
            draft = await drafts.come_back(tx, self.house.vault, fields.get("code", ""))
        if draft is None:
            t = words(request)
            return say(
                request,
                "help_code.html",
                t,
                HTTPStatus.UNPROCESSABLE_ENTITY,
                here="/{lang}/help/code",
                is_wrong=True,
            )
        return browser.give(go_to(request, way.next_page(draft.content.answers)), self.house, draft)
