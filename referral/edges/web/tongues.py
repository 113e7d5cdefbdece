"""In which language does a page speak? As its address says, else the first that the browser asks for and we speak."""

from starlette.requests import Request

from referral.edges.catalogues import speaks
from referral.foundation.autonyms import LANGUAGES, SOURCE, ours

OF_OFFICES = ("en", "es")  # the pages of providers and of staff, whose words are not in catalogues


def tongue(request: Request) -> str:
    """For pages of providers and staff: of the path, of the question (?lang=es), of the browser; else English."""
    return said(request, OF_OFFICES) or preferred(request.headers.get("accept-language", ""), OF_OFFICES)


def reader(request: Request, *domains: str) -> str:
    """For pages of people. Any language of ours may be asked for; a browser gets one in which the page is whole."""
    return said(request, LANGUAGES) or preferred(request.headers.get("accept-language", ""), speaks(*domains))


def said(request: Request, spoken: tuple[str, ...]) -> str | None:
    """The language that the address names: /es/..., or ?lang=es."""
    named = (str(request.scope["path"]).lstrip("/").partition("/")[0], request.query_params.get("lang", ""))
    return next((lang for lang in named if lang in spoken), None)


def preferred(accepted: str, spoken: tuple[str, ...]) -> str:
    """The language of ours that an Accept-Language header likes best: es-MX is Spanish, and q says how much."""
    wanted: list[tuple[float, str]] = []
    for part in accepted.split(","):
        tag, _, parameters = part.partition(";")
        lang = ours(tag)
        if lang in spoken and (liking := quality(parameters)) > 0:
            wanted.append((liking, lang))
    return max(wanted, key=lambda one: one[0], default=(0.0, SOURCE))[1]


def quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
