"""So many ask at this moment that nothing is taken. Nothing is lost either: the same can be sent in a while."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from referral.edges.catalogues import Catalogue, catalogue
from referral.edges.web.tongues import reader
from referral.foundation.errors import RateLimited


def words(request: Request) -> Catalogue:
    """What is said on top of the page that was sent."""
    return catalogue(reader(request, "refusals"), "refusals")


def again(page: Response, refusal: RateLimited) -> Response:
    """The page with all that was typed, and when it can be sent again."""
    page.status_code = HTTPStatus.TOO_MANY_REQUESTS
    page.headers["Retry-After"] = str(refusal.retry_after_seconds)
    return page
