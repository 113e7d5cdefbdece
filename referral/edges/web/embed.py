"""How do other sites lead people here? A page that makes the HTML, and two pages that they may show in a frame.

A frame sets no cookie and remembers nothing: browsers keep cookies away from frames, and people share phones. What is
sent from it opens on a full page, and only what is sent from that page is kept.
"""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from referral.edges.catalogues import LANGUAGES, Catalogue, catalogue, speaks
from referral.edges.house import House
from referral.edges.web import assets, forms, policies, snippets
from referral.edges.web.find import Find
from referral.edges.web.help.one_page import OnePage
from referral.edges.web.marking import ours
from referral.edges.web.pages import page
from referral.edges.web.snippets import FRAME_STYLE, Kind, button_style, hashed, snippet
from referral.edges.web.tongues import reader
from referral.foundation import contrast
from referral.foundation.branding import Branding
from referral.foundation.contrast import LEAST_FOR_WORDS

FRAME_CSS = (Path(__file__).parent / "static" / "frame.css").read_text("utf-8")
KEPT_SECONDS = 600  # the same for everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody who keeps a site has chosen, and what of it cannot be."""

    kind: str
    speaks: str
    colour: str

    def troubles(self, t: Catalogue) -> dict[str, str]:
        """A sentence for each field that is wrong."""
        found = dict[str, str]()
        if self.kind not in list(Kind):
            found["kind"] = t("embed.wrong.kind")
        if self.speaks not in speaks(snippets.WORDS):
            found["speaks"] = t("embed.wrong.speaks")
        if not contrast.is_colour(self.colour):
            found["colour"] = t("embed.wrong.colour")
        elif (ratio := snippets.too_faint(self.colour)) is not None:
            found["colour"] = t("embed.wrong.faint", ratio=f"{ratio:.2f}", least=LEAST_FOR_WORDS)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Embed:
    """What other sites show of us."""

    house: House
    find: Find
    whole: OnePage

    async def build(self, request: Request) -> Response:
        """The page that makes the HTML. Nothing it is asked is about a person, so its answers stand in its address."""
        if request.path_params.get("lang", "en") not in LANGUAGES:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        t = catalogue(reader(request, "common", "embed"), "common", "embed")
        brand, asked = self.house.branding, request.query_params
        wanted = Wanted(
            kind=asked.get("kind", Kind.BUTTON),
            speaks=asked.get("speaks", t.lang if t.lang in speaks(snippets.WORDS) else "en"),
            colour=asked.get("colour", brand.colours.accent).strip().lower(),
        )
        troubles = wanted.troubles(t)
        code = None if troubles else snippet(Kind(wanted.kind), wanted.speaks, wanted.colour, self.address)
        response = page(
            request,
            "embed.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if troubles else HTTPStatus.OK,
            t=t,
            here="/{lang}/embed",
            wanted=wanted,
            kinds=list(Kind),
            spoken=speaks(snippets.WORDS),
            troubles=troubles,
            code=code,
            is_frame=wanted.kind in {Kind.NEAR, Kind.FORM},
            sites=brand.embedding.sites,
        )
        styles = [] if troubles else [button_style(wanted.colour), FRAME_STYLE]
        response.headers["Content-Security-Policy"] = showing(styles)
        return response

    async def near(self, request: Request) -> Response:
        """In a frame: a box for a place, a link to ask for help, and the way out."""
        lang = lang_of(request)
        css = FRAME_CSS + self.house.branding.colours.css
        t = catalogue(lang, snippets.WORDS)
        response = page(request, "frame.html", t=t, style=ours(Markup(css)), wanted=lang)  # noqa: S704 - our own, and digits
        response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
        return self.in_frame(response, css)

    async def look_up(self, request: Request) -> Response:
        """What was written into the box of a frame. It comes from another site, and does no more than look."""
        return await self.find.led(request, await forms.fields_of(request))

    async def form(self, request: Request) -> Response:
        """In a frame: the whole form on one page."""
        lang_of(request)
        css = assets.STYLE + self.house.branding.colours.css
        return self.in_frame(await self.whole.framed(request, css), css)

    async def answers(self, request: Request) -> Response:
        """What was written into the form of a frame, on a full page: to be looked over, and sent from there.

        It comes from another site, so nothing is kept of it. What is sent is sent from our own page, as always.
        """
        lang_of(request)
        return await self.whole.look_over(request)

    def in_frame(self, response: Response, css: str) -> Response:
        response.headers["Content-Security-Policy"] = framed(self.house.branding, css)
        return response

    @property
    def address(self) -> str:
        return self.house.settings.public_url.rstrip("/")


def lang_of(request: Request) -> str:
    lang: str = request.path_params["lang"]
    if lang not in LANGUAGES:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return lang


def showing(styles: list[str]) -> str:
    """The policy of a page that shows what other sites would: these styles, and our own frame."""
    allowed = " ".join(["'unsafe-hashes'", *map(hashed, styles)])
    plain = policies.with_style(policies.PLAIN_PAGE, allowed) if styles else policies.PLAIN_PAGE
    return f"{plain}; frame-src 'self'"


def framed(brand: Branding, css: str) -> str:
    """The policy of the small page: its own style, its own form, and these sites around it."""
    around = " ".join(("'self'", *brand.embedding.sites))
    return (
        f"default-src 'none'; style-src {hashed(css)}; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {around}; require-trusted-types-for 'script'; trusted-types 'none'"
    )
