"""The code: to write down, print, and type back; and what happens next. The address it is drawn for holds no code."""

import io
import unicodedata
from dataclasses import dataclass, replace
from http import HTTPStatus

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from referral.edges.catalogues import Catalogue
from referral.edges.house import House
from referral.edges.web import forms
from referral.edges.web.help import browser
from referral.edges.web.help.asking import UNKEPT, go_to, of_its_page, over, say, seal_of, words
from referral.foundation import clock
from referral.foundation.db import Tx
from referral.intake import drafts, ease, receipts, requests
from referral.intake.asking import way
from referral.intake.drafts import Draft
from referral.intake.ease import Ease
from referral.intake.receipts import Receipt
from referral.referrals import views

LAST = 4
DOMAINS = ("common", "form", "receipt", "advice")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPage:
    """What one has after sending, for as long as the browser is open."""

    house: House

    async def show(self, request: Request) -> Response:
        async with self.house.database.transaction() as tx:
            draft = await browser.draft_of(tx, request, self.house)
            if draft is None:
                return over(request, None)
            if draft.content.receipt is None:
                return go_to(request, way.next_page(draft.content.answers))
            return await shown(self.house, tx, request, draft)

    async def type_back(self, request: Request) -> Response:
        """Whether the last digits are those of the code: then they have it."""
        fields = await forms.read_answers(request, self.house.settings.public_url)
        async with self.house.database.transaction() as tx:
            draft = await browser.draft_of(tx, request, self.house)
            if draft is None or draft.content.receipt is None:
                return over(request, None)
            typed = digits(fields.get("last", ""))
            if typed != draft.content.receipt[-LAST:]:
                return await shown(self.house, tx, request, draft, is_wrong=True)
        t = words(request, *DOMAINS)
        return RedirectResponse(f"/{t.lang}/help/done", HTTPStatus.SEE_OTHER, UNKEPT)

    async def done(self, request: Request) -> Response:
        """They have their code. The answers are ours now, and the browser need know nothing any more."""
        async with self.house.database.transaction() as tx:
            draft = await browser.draft_of(tx, request, self.house)
        if draft is None or not draft.is_sent:
            return over(request, draft) if draft is None else go_to(request, way.next_page(draft.content.answers))
        return say(
            request,
            "help_done.html",
            words(request, *DOMAINS),
            here="/{lang}/help/done",
            is_rated=draft.content.is_rated,
            rates=Ease,
            form_seal=seal_of(self.house, draft),
        )

    async def rate(self, request: Request) -> Response:
        """How the form was: counted once for what was sent, and not kept with it."""
        fields = await forms.read_answers(request, self.house.settings.public_url)
        t = words(request, *DOMAINS)
        async with self.house.database.transaction() as tx:
            draft = await browser.draft_of(tx, request, self.house)
            if draft is None or not draft.is_sent:
                return over(request, None)
            of_its_page(request, self.house, draft, fields)
            said = forms.chosen(Ease, fields.get("easy", ""))
            if said is not None and not draft.content.is_rated:
                await ease.count(tx, said, t.lang)
                await drafts.write(tx, draft, replace(draft.content, is_rated=True))
        return RedirectResponse(f"/{t.lang}/help/done", HTTPStatus.SEE_OTHER, UNKEPT)


async def shown(
    house: House, tx: Tx, request: Request, draft: Draft, *, is_wrong: bool = False, is_direct: bool = False
) -> Response:
    """The receipt page of a draft that was sent."""
    t = words(request, *DOMAINS)
    receipt = Receipt(draft.content.receipt or "")
    found = await requests.by_receipt(tx, house.vault, receipt)
    if found is None or found.facts is None:
        return over(request, None)  # erased since, or opened by a newer code
    view = await views.for_requester(tx, house.vault, found, now=clock.now())
    return say(
        request,
        "help_receipt.html",
        t,
        HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK,
        here="/{lang}/help/all" if is_direct else "/{lang}/help/receipt",
        groups=receipts.written(receipt).split(" "),
        day=clock.now().date(),
        qr=drawn(f"{house.settings.public_url}/{t.lang}/status"),
        address=f"{house.settings.public_url}/{t.lang}/status",
        view=view,
        is_wrong=is_wrong,
        may_name_us=draft.content.answers.get("announce") != "no",
    )


def there(t: Catalogue) -> Response:
    """The way to it."""
    return RedirectResponse(f"/{t.lang}/help/receipt", HTTPStatus.SEE_OTHER, UNKEPT)


def drawn(address: str) -> Markup:
    """A QR code of an address that everybody may know, as part of the page."""
    out = io.BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", scale=4, border=2, xmldecl=False, svgns=True, omitsize=False, svgclass="qr", lineclass=None
    )
    return Markup(out.getvalue().decode().strip())  # noqa: S704 - drawn here, of an address of our own


def digits(typed: str) -> str:
    """Any script's digits, whatever stands between them."""
    return "".join(str(unicodedata.digit(sign)) for sign in typed if unicodedata.digit(sign, None) is not None)
