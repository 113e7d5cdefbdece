"""The same questions on one page: for a slow network. It is loaded once and sent once, and needs no cookie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID, uuid4

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from referral.edges import admission
from referral.edges.catalogues import Catalogue
from referral.edges.house import House
from referral.edges.web import forms
from referral.edges.web.help import browser, crowded, receipt, shown
from referral.edges.web.help.asking import brand_of, say, words
from referral.edges.web.help.looking_up import Meaning, look_up
from referral.edges.web.help.receipt import DOMAINS
from referral.edges.web.help.sending import left, mended_at, submit
from referral.edges.web.help.shown import Shown
from referral.edges.web.marking import ours
from referral.foundation import clock
from referral.foundation.errors import IdempotencyKeyReused, RateLimited, ValidationFailed
from referral.foundation.languages import Lexicon
from referral.intake import drafts, form_tokens
from referral.intake.asking import reading, way
from referral.intake.asking.fields import Given, Page
from referral.intake.asking.questions import BY_ID, PAGES
from referral.intake.asking.reading import Wrong
from referral.intake.drafts import Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One question of the page, and for whom it is where it is not for everybody."""

    page: Page
    fields: tuple[Shown, ...]
    only: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePage:
    """All of the form."""

    house: House

    async def show(self, request: Request) -> Response:
        """Whoever has just sent one hears so first, be it by way of Back: it may be for somebody else."""
        async with self.house.database.transaction() as tx:
            draft = await browser.draft_of(tx, request, self.house)
        is_sent = draft is not None and draft.is_sent
        return browser.mark(await self.shown(request, {}, is_sent=is_sent), request, self.house)

    async def framed(self, request: Request, css: str) -> Response:
        """The same inside a page of another site, in this style: whatever is pressed in it opens on a full page."""
        return await self.shown(request, {}, is_framed=True, style=ours(Markup(css)), colours=None)  # noqa: S704 - our own

    async def look_over(self, request: Request) -> Response:
        """What was written in a frame, here, to be sent from here."""
        fields = await forms.fields_of(request, most_bytes=forms.MOST_ANSWER_BYTES, most_fields=forms.MOST_ANSWERS)
        _, wrong = read_all(fields)
        answer = await self.shown(request, fields, wrong, is_to_look_over=not wrong)
        return browser.mark(answer, request, self.house)

    async def send(self, request: Request) -> Response:
        """Send all of it at once, or say what is wrong with which of it."""
        fields = await forms.read_answers(request, self.house.settings.public_url)
        t = words(request, *DOMAINS)
        given, wrong = read_all(fields)
        found = await look_up(self.house, given, fields, t.lang)
        given |= found.given
        if wrong := (*wrong, *found.wrong):
            return await self.shown(request, fields, wrong, found.meanings)
        if not way.is_whole(given):  # it leads to somebody else
            stopping = next(page for page in way.way(given) if page.stops)
            return say(
                request,
                "help_telling.html",
                t,
                here="/{lang}/help/all",
                page=stopping,
                fields=(),
                back=f"/{t.lang}/help/all",
                form_seal="",
                voices=(),
                hotlines=brand_of(request).hotlines_for(None, t.lang),
            )
        try:
            return await self.taken(request, fields, given)
        except ValidationFailed as refusal:
            pages = dict.fromkeys(mended_at(one) for one in refusal.problems)
            troubles = tuple(Wrong(field=BY_ID[page].fields[0].name, code="mend") for page in pages)
            return await self.shown(request, fields, troubles)
        except RateLimited as refusal:
            return crowded.again(await self.shown(request, fields, crowd=crowded.words(request)), refusal)

    async def taken(self, request: Request, fields: Mapping[str, str], given: Given) -> Response:
        """The receipt of what was sent. Raises ValidationFailed, RateLimited."""
        t = words(request, *DOMAINS)
        judged = await admission.of_form(self.house, request, fields, now=clock.now())
        if judged.entered is None:  # it was loaded long ago: the same, to be sent again
            return await self.shown(request, fields, is_to_look_over=True)
        try:
            kept = await submit(self.house, given, judged.entered, key=key_of(fields), lang=t.lang)
        except IdempotencyKeyReused:  # sent before, then changed by way of Back: the code of the first still works
            return say(request, "help_sent.html", t, HTTPStatus.CONFLICT, here="/{lang}/help/all")
        async with self.house.database.transaction() as tx:
            draft = await drafts.begin(tx, self.house.vault, {})
            content = Content(key=draft.content.key, receipt=kept.receipt, answers=left(given))
            draft = await drafts.write(tx, draft, content)
            if browser.is_marked(request, self.house):
                return browser.give(receipt.there(t), self.house, draft)
            response = await receipt.shown(self.house, tx, request, draft, is_direct=True)
        return browser.give(response, self.house, draft)

    async def shown(
        self,
        request: Request,
        said: Mapping[str, str],
        wrong: tuple[Wrong, ...] = (),
        meanings: Mapping[str, tuple[Meaning, ...]] | None = None,
        crowd: Catalogue | None = None,
        **more: object,
    ) -> Response:
        t = words(request)
        lexicon = await self.house.shelf.read(self.house.database.reader)
        blocks = tuple(block(page, t, lexicon, said, wrong, meanings) for page in PAGES if page.fields)
        return say(
            request,
            "help_all.html",
            t,
            HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
            here="/{lang}/help/all",
            blocks=blocks,
            asked_of=asked_of(blocks, t),
            months=shown.months(t.lang),
            has_trouble=bool(wrong),
            crowd=crowd,
            key=key_of(said),
            token=token_of(self.house, said),
            hotlines=brand_of(request).hotlines_for(None, t.lang),
            **more,
        )


def block(
    page: Page,
    t: Catalogue,
    lexicon: Lexicon,
    said: Mapping[str, str],
    wrong: tuple[Wrong, ...],
    meanings: Mapping[str, tuple[Meaning, ...]] | None,
) -> Block:
    return Block(
        page=page,
        fields=shown.fields(page, t, lexicon, said, wrong=wrong, meanings=meanings),
        only=t.of("form.only", page.id) if t.has("form.only", page.id) else None,
    )


def asked_of(blocks: Sequence[Block], t: Catalogue) -> dict[str, str]:
    """What each field asks. Which of these a page says again tells of who filled it in, so there they are not ours."""
    return {one.name: str(one.label or t.of(f"form.{of.page.id}", "q")) for of in blocks for one in of.fields}


def read_all(sent: Mapping[str, str]) -> tuple[dict[str, str], tuple[Wrong, ...]]:
    """The answers of every page that is asked of whoever answers so, one after another; and what is wrong with them."""
    given: dict[str, str] = {}
    wrong: list[Wrong] = []
    today = clock.now().date()
    for page in PAGES:
        if page.stops or not page.is_asked(given):
            continue
        read = reading.read(page, sent, today=today)
        given |= read.given
        wrong += read.wrong
    return given, tuple(wrong) if not any(page.stops for page in way.way(given)) else ()


def token_of(house: House, said: Mapping[str, str]) -> str:
    """The token that the page was loaded with, while it lasts; else a new one."""
    now, sent = clock.now(), said.get(admission.TOKEN, "")
    found = form_tokens.read(house.vault, sent)
    return sent if found is not None and not found.is_old(now) else admission.token(house, now=now)


def key_of(sent: Mapping[str, str]) -> str:
    """The key that the page was loaded with, so that a second sending of it is the same request."""
    try:
        return str(UUID(sent.get("key", "")))
    except ValueError:
        return str(uuid4())
