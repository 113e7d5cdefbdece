"""How does the web say no? A plain page for people, a problem (RFC 9457) for programs."""

from collections.abc import Sequence
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from referral.edges.catalogues import SOURCE, Catalogue, catalogue
from referral.edges.web.pages import page
from referral.edges.web.tongues import reader
from referral.foundation.errors import (
    Conflict,
    Expired,
    FieldProblem,
    NoCapacity,
    NotAllowed,
    NotFound,
    RateLimited,
    Refused,
    ValidationFailed,
)
from referral.foundation.keys.refusals import KeyElsewhere

STATUSES: dict[type[Refused], HTTPStatus] = {
    NotAllowed: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    NoCapacity: HTTPStatus.CONFLICT,
    Expired: HTTPStatus.GONE,
    ValidationFailed: HTTPStatus.UNPROCESSABLE_ENTITY,
    RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    KeyElsewhere: HTTPStatus.SERVICE_UNAVAILABLE,
}
PROBLEM = "application/problem+json"
SAID = ("common", "refusals")
UNKEPT = {"Cache-Control": "no-store"}


def status_of(refusal: Refused) -> HTTPStatus:
    """The HTTP status that says the same as a refusal."""
    return next((status for kind, status in STATUSES.items() if isinstance(refusal, kind)), HTTPStatus.BAD_REQUEST)


def of_refusal(request: Request, refusal: Exception) -> Response:
    """The answer to a domain refusal that no page said better."""
    if not isinstance(refusal, Refused):
        raise TypeError("This handler is for refusals.")
    problems = refusal.problems if isinstance(refusal, ValidationFailed) else ()
    response = answer(request, status_of(refusal), refusal.message, code=refusal.code, problems=problems)
    if isinstance(refusal, RateLimited):
        response.headers["Retry-After"] = str(refusal.retry_after_seconds)
    return response


def of_http(request: Request, error: Exception) -> Response:
    """The answer where no route, method or body fits. The router's own words are for programmers, so ours are shown."""
    if not isinstance(error, HTTPException):
        raise TypeError("This handler is for HTTP errors.")
    response = answer(request, HTTPStatus(error.status_code))
    response.headers.update(error.headers or {})
    return response


def answer(
    request: Request,
    status: HTTPStatus,
    message: str | None = None,
    *,
    code: str | None = None,
    problems: Sequence[FieldProblem] = (),
) -> Response:
    """Say no in the form the caller reads; a program hears which field is wrong, in English.

    A refusal's own message is English too, so elsewhere a sentence for the kind of no stands in its place.
    """
    if "text/html" in request.headers.get("accept", ""):
        t = catalogue(reader(request, *SAID), *SAID)
        own = message if t.lang == SOURCE else None
        return page(
            request,
            "problem.html",
            status,
            t=t,
            here="/?lang={lang}",
            title=titled(t, status) or t("refusals.titles.other"),
            sentence=own or advised(t, status),
        )
    english = catalogue(SOURCE, *SAID)
    title, sentence = titled(english, status) or status.phrase, message or advised(english, status)
    said = {"type": "about:blank", "title": title, "status": status, "detail": sentence, "code": code or status.name}
    if problems:
        fields = [{"path": list(one.path), "code": one.code, "message": one.message} for one in problems]
        return JSONResponse({**said, "fields": fields}, status, media_type=PROBLEM, headers=UNKEPT)
    return JSONResponse(said, status, media_type=PROBLEM, headers=UNKEPT)


def titled(t: Catalogue, status: HTTPStatus) -> str | None:
    return t.of("refusals.titles", int(status)) if t.has("refusals.titles", int(status)) else None


def advised(t: Catalogue, status: HTTPStatus) -> str:
    """What to do next; nothing where the title says it all."""
    return t.of("refusals.sentences", int(status)) if t.has("refusals.sentences", int(status)) else ""


HANDLERS = {Refused: of_refusal, HTTPException: of_http}
