"""How does a template become a page?"""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from referral.edges.web import assets, moments

TEMPLATES = Path(__file__).parent / "templates"
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "fa", "he", "ku", "ps", "ur"})


def environment() -> Environment:
    """Everything is escaped, and a name that nobody gave is an error, not a gap in the page."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,  # a process serves the pages it began with, whatever is being installed beside it
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(address=assets.address, moment=moments.moment, day=moments.day)
    return made


TEMPLATE = environment()
# Not no-referrer, as all else: from a form of such a page, browsers that send no Sec-Fetch-Site hide from us, too, that
# it came from our own. Other sites are told nothing either way.
OF_A_PAGE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
FOR_SEARCH_ENGINES = {"X-Robots-Tag": "all"}


def page(request: Request, template: str, status_code: int = 200, **context: object) -> Response:
    """A page. `lang` is English unless the context says otherwise; nobody keeps a copy."""
    lang = str(context.get("lang", "en"))
    words = {"request": request, "lang": lang, "dir": direction(lang), **context}
    return HTMLResponse(
        TEMPLATE.get_template(template).render(words),
        status_code=status_code,
        headers=OF_A_PAGE,
    )


def direction(lang: str) -> str:
    """Which way a language is written."""
    return "rtl" if lang.partition("-")[0].lower() in RIGHT_TO_LEFT else "ltr"
