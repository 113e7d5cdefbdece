"""One question on a page: shown, read, kept, and on to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hmac import compare_digest
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from referral.edges.catalogues import LANGUAGES, SOURCE, Catalogue, catalogue
from referral.edges.house import House
from referral.edges.web import forms, pages, policies
from referral.edges.web.help import browser, shown
from referral.edges.web.help.looking_up import Found, look_up
from referral.edges.web.help.voices import HEARD, Voice, voices
from referral.edges.web.tongues import reader
from referral.foundation import clock
from referral.foundation.branding import Branding
from referral.foundation.errors import NotAllowed
from referral.intake import drafts
from referral.intake.asking import reading, way
from referral.intake.asking.fields import Page
from referral.intake.asking.questions import BY_ID
from referral.intake.asking.reading import Read, Wrong
from referral.intake.drafts import Draft

DOMAINS = ("common", "form")
UNKEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The pages of the questions."""

    house: House

    async def languages(self, request: Request) -> Response:
        """In which language? Each by the name its speakers give it."""
        return say(request, "help_languages.html", words(request), here="/{lang}/help")

    async def start(self, request: Request) -> Response:
        """What this is, before anything is asked and anything is kept."""
        t = words(request)
        return say(request, "help_start.html", t, here="/{lang}/help", voices=await self.heard("start", t.lang))

    async def begin(self, request: Request) -> Response:
        """A draft, and the first page. Who has one already goes on with it."""
        await forms.read_answers(request, self.house.settings.public_url)
        async with self.house.database.transaction() as tx:
            known = await browser.draft_of(tx, request, self.house)
            draft = known if known and not known.is_sent else await drafts.begin(tx, self.house.vault, {})
        return browser.give(go_to(request, way.next_page(draft.content.answers)), self.house, draft)

    async def ask(self, request: Request) -> Response:
        """The page of a question, with what was answered there."""
        page = page_of(request)
        async with self.house.database.transaction() as tx:
            draft = await browser.draft_of(tx, request, self.house)
        if draft is None or draft.is_sent:
            return over(request, draft)
        given = draft.content.answers
        due = way.next_page(given)
        # Nobody gets ahead of the questions by an address, and nobody to one that is not asked of them.
        if not way.is_on(page, given) or not (page.is_seen(given) or (due and due.id == page.id)):
            return go_to(request, due)
        return await self.show(request, page, draft, reading.written(given))

    async def answer(self, request: Request) -> Response:
        """Keep what was answered, and go on; or say what is wrong, beside what was typed."""
        page = page_of(request)
        sent = await forms.read_answers(request, self.house.settings.public_url)
        async with self.house.database.transaction() as tx:
            draft = await browser.draft_of(tx, request, self.house)
        if draft is not None and draft.is_sent:
            return over(request, draft)
        if draft is not None:
            of_its_page(request, self.house, draft, sent)
        act = sent.get("act")
        lang = words(request).lang
        read = reading.read(page, sent, today=clock.now().date())
        found = await look_up(self.house, read.given, sent, lang) if not read.wrong else Found()
        if act == "later" and draft is not None:
            await self.keep(draft, page, read, found, {})
            return RedirectResponse(f"/{lang}/help/later", HTTPStatus.SEE_OTHER, UNKEPT)
        if draft is None:
            return await self.begin_late(request, read)
        if wrong := (*read.wrong, *found.wrong):
            return await self.show(request, page, draft, sent, wrong, found)
        hurried = {way.HURRY: "yes"} if act == "hurry" else {}
        draft = await self.keep(draft, page, read, found, hurried)
        return go_to(request, way.next_page(draft.content.answers))

    async def keep(self, draft: Draft, page: Page, read: Read, found: Found, more: Mapping[str, str]) -> Draft:
        """The draft with the answers of one page; those it had there before are forgotten."""
        content = replace(draft.content, answers={**merged(draft, page, read, found), **more}, code=None)
        async with self.house.database.transaction() as tx:
            await drafts.show_token(tx, self.house.vault, draft.token)
            return await drafts.write(tx, draft, content)

    async def begin_late(self, request: Request, read: Read) -> Response:
        """Half an hour is over: what was just typed is kept, and said that the rest is gone."""
        fine = dict(read.given) if not read.wrong else dict[str, str]()
        async with self.house.database.transaction() as tx:
            draft = await drafts.begin(tx, self.house.vault, {"safety": "", **fine})
        t = words(request)
        due = way.next_page(draft.content.answers)
        response = say(request, "help_wiped.html", t, here="/{lang}/help", onward=address(t.lang, due))
        return browser.give(response, self.house, draft)

    async def show(
        self,
        request: Request,
        page: Page,
        draft: Draft,
        said: Mapping[str, str],
        wrong: tuple[Wrong, ...] = (),
        found: Found | None = None,
    ) -> Response:
        t = words(request)
        back = way.before(page, draft.content.answers)
        lexicon = await self.house.shelf.read(self.house.database.reader)
        return say(
            request,
            "help_telling.html" if not page.fields else "help_question.html",
            t,
            HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
            here=f"/{{lang}}/help/{page.id}",
            page=page,
            fields=shown.fields(page, t, lexicon, said, wrong=wrong, meanings=found.meanings if found else None),
            months=shown.months(t.lang),
            back=address(t.lang, back) if back else f"/{t.lang}/help",
            form_seal=seal_of(self.house, draft),
            voices=await self.heard(page.id, t.lang),
            hotlines=brand_of(request).hotlines_for(None, t.lang),
        )

    async def heard(self, page: str, lang: str) -> tuple[Voice, ...]:
        """The recordings of a page."""
        lexicon = await self.house.shelf.read(self.house.database.reader)
        return voices(self.house.settings.audio_folder, page, lang, lexicon)


def merged(draft: Draft, page: Page, read: Read, found: Found) -> dict[str, str]:
    own = {field.name for field in page.fields}
    kept = {name: said for name, said in draft.content.answers.items() if name.partition(".")[0] not in own}
    return {**kept, **read.given, **found.given}


def of_its_page(request: Request, house: House, draft: Draft, sent: Mapping[str, str]) -> None:
    """A browser too old to say where a form comes from must send what only our own page told it. Raises NotAllowed."""
    if forms.is_silent(request) and not compare_digest(sent.get("seal", ""), seal_of(house, draft)):
        raise NotAllowed(f"This was sent from another site. {forms.PAGE}")


def seal_of(house: House, draft: Draft) -> str:
    return house.vault.digest("form of a draft", draft.token)[:16].hex()


def brand_of(request: Request) -> Branding:
    """Whose pages these are, and whom they say to call."""
    branding: Branding = request.app.state.branding
    return branding


def page_of(request: Request) -> Page:
    page = BY_ID.get(request.path_params["page"])
    if page is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return page


def words(request: Request, *domains: str) -> Catalogue:
    wanted = domains or DOMAINS
    if request.path_params.get("lang", SOURCE) not in LANGUAGES:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return catalogue(reader(request, *wanted), *wanted)


def address(lang: str, page: Page | None) -> str:
    """Of a page, or of the checking of all answers."""
    return f"/{lang}/help/{page.id if page else 'check'}"


def go_to(request: Request, page: Page | None) -> Response:
    return RedirectResponse(address(lang_of(request), page), HTTPStatus.SEE_OTHER, UNKEPT)


def lang_of(request: Request) -> str:
    """As the address says it: a page that is shown in English because its own language lacks stays where it is."""
    return reader(request, *DOMAINS)


def over(request: Request, draft: Draft | None) -> Response:
    """There is nothing to go on with: it was sent, or it is gone."""
    t = words(request)
    if draft is not None:
        return say(request, "help_sent.html", t, here="/{lang}/help")
    return say(request, "help_ended.html", t, HTTPStatus.GONE, here="/{lang}/help")


def say(
    request: Request, template: str, t: Catalogue, status: int = HTTPStatus.OK, *, here: str, **context: object
) -> Response:
    answer = pages.page(request, template, status, t=t, here=here, **context)
    answer.headers["Content-Security-Policy"] = HEARD if context.get("voices") else policies.GUARDED_PAGE
    return answer
