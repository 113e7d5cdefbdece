"""Check the answers, then send them: once, however often the button is pressed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response

from referral.edges import admission
from referral.edges.catalogues import Catalogue
from referral.edges.house import House
from referral.edges.lanes import Pass
from referral.edges.lookups import Near, looked_up
from referral.edges.web import forms
from referral.edges.web.help import browser, crowded, receipt, shown
from referral.edges.web.help.asking import address, go_to, of_its_page, over, say, seal_of, words
from referral.foundation import clock
from referral.foundation.actors import Visitor
from referral.foundation.errors import FieldProblem, RateLimited, ValidationFailed
from referral.foundation.languages import Lexicon
from referral.intake import drafts, submitting
from referral.intake.asking import sent, way
from referral.intake.asking.fields import Given
from referral.intake.drafts import Content, Draft
from referral.intake.submitting import Submitted

# Where one mends what the form finds wrong at the very end, such as words that hold a number only together.
MENDED_AT = {
    "person.note": "more",
    "person.name": "name",
    "person.contacts": "contact",
    "near": "place",
    "languages": "speak",
    "reading_language": "read",
    "next_hearing_on": "court_date",
    "on_behalf": "helper",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One question and its answer, as they are checked."""

    page: str
    label: str
    answer: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The last page of the form."""

    house: House
    at_once: WeakValueDictionary[str, asyncio.Lock] = field(
        default_factory=WeakValueDictionary[str, asyncio.Lock], repr=False
    )

    async def check(self, request: Request) -> Response:
        """All answers, each with a way to change it."""
        async with self.house.database.transaction() as tx:
            draft = await browser.draft_of(tx, request, self.house)
        if draft is None or draft.is_sent:
            return over(request, draft)
        if not way.is_whole(draft.content.answers):
            return go_to(request, way.next_page(draft.content.answers))
        return await self.show(request, draft if draft.content.page else await self.with_token(draft))

    async def send(self, request: Request) -> Response:
        """Send them. Whoever presses twice, or twenty times at once, has sent one request and gets one receipt."""
        fields = await forms.read_answers(request, self.house.settings.public_url)
        token = browser.token_of(request, self.house) or ""
        # One after another, so that the second finds it sent; in other processes the database sees to it.
        async with self.at_once.setdefault(token, asyncio.Lock()):
            async with self.house.database.transaction() as tx:
                draft = await browser.draft_of(tx, request, self.house)
            if draft is None:
                return over(request, None)
            return await self.sent(request, draft, fields)

    async def sent(self, request: Request, draft: Draft, fields: Mapping[str, str]) -> Response:
        t = words(request)
        if not draft.is_sent:
            of_its_page(request, self.house, draft, fields)
            if not way.is_whole(draft.content.answers):
                return go_to(request, way.next_page(draft.content.answers))
            posted = {**fields, admission.TOKEN: draft.content.page}
            try:
                judged = await admission.of_form(self.house, request, posted, now=clock.now())
                if judged.entered is None:  # it was shown long ago
                    return await self.show(request, await self.with_token(draft))
                draft = await send(self.house, draft, t.lang, judged.entered)
            except ValidationFailed as refusal:
                return await self.show(request, draft, refusal.problems)
            except RateLimited as refusal:
                return crowded.again(await self.show(request, draft, crowd=crowded.words(request)), refusal)
        return browser.give(receipt.there(t), self.house, draft)

    async def with_token(self, draft: Draft) -> Draft:
        """The draft with a token that it was shown now: whoever sends it at once is no person, or very quick."""
        content = replace(draft.content, page=admission.token(self.house, now=clock.now()))
        async with self.house.database.transaction() as tx:
            await drafts.show_token(tx, self.house.vault, draft.token)
            return await drafts.write(tx, draft, content)

    async def show(
        self,
        request: Request,
        draft: Draft,
        problems: Sequence[FieldProblem] = (),
        crowd: Catalogue | None = None,
    ) -> Response:
        t = words(request)
        lexicon = await self.house.shelf.read(self.house.database.reader)
        last = way.way(draft.content.answers)[-1]
        return say(
            request,
            "help_check.html",
            t,
            HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
            here="/{lang}/help/check",
            lines=lines(draft.content.answers, t, lexicon),
            crowd=crowd,
            troubled=list(dict.fromkeys(mended_at(one) for one in problems)),
            back=address(t.lang, last),
            form_seal=seal_of(self.house, draft),
        )


async def send(house: House, draft: Draft, lang: str, entered: Pass) -> Draft:
    """The draft after its answers became a request: it holds the receipt now, and no answer. Raises ValidationFailed.

    Here, and only here, a form of the pages becomes a request.
    """
    kept = await submit(house, draft.content.answers, entered, key=draft.content.key, lang=lang)
    content = Content(key=draft.content.key, receipt=kept.receipt, answers=left(draft.content.answers))
    async with house.database.transaction() as tx:
        await drafts.show_token(tx, house.vault, draft.token)
        await drafts.let_code_go(tx, draft)
        return await drafts.write(tx, draft, content)


async def submit(house: House, given: Given, entered: Pass, *, key: str, lang: str) -> Submitted:
    """The same few lines as `submitHelpRequest`: what must be looked up, one transaction, and the receipt after it."""
    answers = sent.answers_of(given, key=key, ui_language=lang)
    place = sent.place_id(answers)
    found = await looked_up(house, answers, Near(place=place) if place else None)
    async with admission.turn(house, entered) as kept:
        made = await submitting.sending(house.vault, Visitor(), answers)
        async with kept.database.transaction() as tx:
            return await submitting.submit(
                tx, house.vault, Visitor(), answers, found, sent=made, suspicion=entered.suspicion, now=clock.now()
            )


def left(given: Given) -> dict[str, str]:
    """What the receipt page must know: whether paper may say who we are, and how somebody is reached."""
    return {name: given.get(name, "") for name in ("announce", "contact", "danger")}


def lines(given: Given, t: Catalogue, lexicon: Lexicon) -> tuple[Line, ...]:
    """Every question on the way, and what was answered."""
    return tuple(
        Line(
            page=page.id,
            label=shown.label(page, one, t) or t.of(f"form.{page.id}", "q"),
            answer=shown.told(one, given, t, lexicon, t.lang),
        )
        for page in way.way(given)
        for one in page.fields
        if one.must or len(page.fields) == 1 or given.get(one.name) or one is page.fields[0]
    )


def mended_at(problem: FieldProblem) -> str:
    """The page on which a problem of the form is mended; where nobody knows, it is what can be written freely."""
    path = ".".join(problem.path)
    return next((page for start, page in MENDED_AT.items() if path.startswith(start)), "more")
