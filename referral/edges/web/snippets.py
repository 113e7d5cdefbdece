"""Which HTML does another site put on its page, so that people find here? A link, a button, a row of them, a frame."""

from base64 import b64encode
from enum import StrEnum
from hashlib import sha256

from markupsafe import Markup

from referral.edges.catalogues import AUTONYMS, Catalogue, catalogue, speaks
from referral.foundation import contrast
from referral.foundation.contrast import LEAST_FOR_WORDS, WHITE

WORDS = "frame"  # the catalogue of what other sites show
HEIGHTS = {"near": 640, "form": 900}  # pixels: what the box needs on a phone; the form is longer, and scrolls
# A frame may send its form and lead its visitor to a full page. It runs no script, and shares nothing with our pages.
SANDBOX = "allow-forms allow-top-navigation-by-user-activation"
FRAME_STYLE = "border:0;width:100%"


class Kind(StrEnum):
    """What a site can show."""

    LINK = "link"
    BUTTON = "button"
    LANGUAGES = "languages"
    NEAR = "near"
    FORM = "form"

    @property
    def is_frame(self) -> bool:
        return self in {Kind.NEAR, Kind.FORM}


def button_style(colour: str) -> str:
    return (
        f"display:inline-block;margin:4px;padding:12px 20px;border-radius:8px;background:{colour};color:{WHITE};"
        "font-weight:600;text-decoration:none"
    )


def snippet(kind: Kind, lang: str, colour: str, address: str) -> Markup:
    """The HTML for a page of another site. `address` is where our pages are."""
    t = catalogue(lang, WORDS)
    match kind:
        case Kind.LINK:
            return anchor(t, address, t("frame.ask"), None)
        case Kind.BUTTON:
            return anchor(t, address, t("frame.ask"), button_style(colour))
        case Kind.LANGUAGES:
            tags = speaks(WORDS)
            style = button_style(colour)
            return Markup("\n").join(anchor(catalogue(tag, WORDS), address, AUTONYMS[tag], style) for tag in tags)
        case Kind.NEAR | Kind.FORM:
            title = t("frame.title") if kind is Kind.NEAR else t("frame.ask")
            return Markup(
                '<iframe src="{}/{}/embed/{}" title="{}" lang="{}" width="100%" height="{}" style="{}"\n'
                '  sandbox="{}" referrerpolicy="no-referrer"></iframe>'
            ).format(address, t.lang, kind, title, t.lang, HEIGHTS[kind], FRAME_STYLE, SANDBOX)


def anchor(t: Catalogue, address: str, text: str, style: str | None) -> Markup:
    """A link to the form. Nothing in it says who followed it, or from where."""
    styled = Markup("") if style is None else Markup(' style="{}"').format(style)
    return Markup('<a href="{}/{}/help" hreflang="{}" lang="{}" dir="{}" rel="noreferrer"{}>{}</a>').format(
        address, t.lang, t.lang, t.lang, t.dir, styled, text
    )


def hashed(style: str) -> str:
    """How a content security policy names a style that it lets through."""
    return f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'"


def too_faint(colour: str) -> float | None:
    """The contrast with white, where that is too little to read."""
    found = contrast.ratio(WHITE, colour)
    return found if found < LEAST_FOR_WORDS else None
