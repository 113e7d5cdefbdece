"""How does a template become a page?"""

import re
import secrets
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from referral.edges.catalogues import Catalogue, catalogue, direction
from referral.edges.web import assets, moments, styling
from referral.edges.web.colours import stylesheet
from referral.edges.web.marking import Marked, Ours, Words, ours, parts_of, unmarked, written
from referral.edges.web.packing import Page
from referral.foundation.autonyms import AUTONYMS
from referral.foundation.branding import Branding, chosen

INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
TEMPLATES = Path(__file__).parent / "templates"


def isolated(text: str) -> Markup:
    """A name or a number inside a sentence, kept in its own direction of writing."""
    return Markup("<bdi>{}</bdi>").format(text)


def strong(text: object) -> Markup:
    """A number or a word that stands out."""
    return Markup("<strong>{}</strong>").format(text)


class Unindented(Extension):
    """Templates are indented for those who write them; over a slow network every letter counts."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 - as Jinja calls it
        return INDENT.sub("", source)


def environment() -> Environment:
    """Everything is escaped, and a name that nobody gave is an error, not a gap in the page."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,  # a process serves the pages it began with, whatever is being installed beside it
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[Unindented, Marked],
        finalize=written,
    )
    made.filters.update(
        address=assets.address, moment=moments.moment, day=moments.day, bdi=isolated, strong=strong, ours=ours
    )
    return made


TEMPLATE = environment()
GUARD = Ours(assets.GUARD.strip("'"))  # as an element names it
MARK = ours(Markup(assets.MARK))  # noqa: S704 - our own
STYLE_HERE = ours(secrets.token_hex(8))  # where the style comes to stand, once it is known which rules the page needs
# Not no-referrer, as all else: from a form of such a page, browsers that send no Sec-Fetch-Site hide from us, too, that
# it came from our own. Other sites are told nothing either way.
OF_A_PAGE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
FOR_SEARCH_ENGINES = {"X-Robots-Tag": "all"}


def page(
    request: Request, template: str, status_code: int = 200, *, t: Catalogue | None = None, **context: object
) -> Response:
    """A page; nobody keeps a copy. It speaks as its catalogue does, else `lang` of the context, else English."""
    lang = t.lang if t else str(context.get("lang", "en"))
    brand: Branding = request.app.state.branding
    known = {
        "request": request,
        "is_demonstration": getattr(request.app.state, "is_demonstration", False),
        "is_framed": False,
        "is_to_look_over": False,
        "is_sent": False,
        "autonyms": {Ours(tag): Ours(autonym) for tag, autonym in AUTONYMS.items()},
        "brand": brand,
        "said": chosen,
        "colours": stylesheet(brand),
        "of_organization": catalogue(lang, "organization"),
        "style": STYLE_HERE,
        "mark": MARK,
        "guard": GUARD,
    }
    words = {**known, **context, "t": t, "lang": Ours(lang), "dir": Ours(direction(lang))}
    words = {name: Words(catalogue=one) if isinstance(one, Catalogue) else one for name, one in words.items()}
    made = TEMPLATE.get_template(template).render(words)
    if STYLE_HERE not in made:  # the explorer, and what stands in a frame, have a style of their own
        return Page(parts_of(made), status_code, OF_A_PAGE)
    style = styling.style_of(unmarked(made))
    styled = made.replace(STYLE_HERE, ours(Markup(style)))  # noqa: S704 - our own
    return Page(parts_of(styled), status_code, OF_A_PAGE, style=style)
