"""Every response wears strict headers, and no failure says what it was about."""

import logging

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from web_given import visiting

from referral.edges.house import House
from referral.edges.web import assets, headers, pages
from referral.edges.web.routes import HANDLERS
from referral.foundation import branding_reading
from referral.foundation.errors import RateLimited
from referral.foundation.settings import Settings

SECRET = "Synthetic Person, +1 956 555 0100"
PLAIN = (
    "default-src 'none'; {styles}; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


def policy_of(answer: httpx.Response) -> str:
    """What is said of an answer: no styles but our files, and the one that stands in the page."""
    inside = answer.text.partition("<style>")[2].partition("</style>")[0]
    return PLAIN.format(styles=f"style-src 'self' {assets.source_of(inside)}" if inside else "style-src 'self'")


async def breaks(request: Request) -> Response:
    raise ValueError(SECRET)


async def refuses(request: Request) -> Response:
    raise RateLimited("Slow down.", retry_after_seconds=7)


async def boasts(request: Request) -> Response:
    return PlainTextResponse("hello", headers={"Server": "synthetic/1.0", "X-Powered-By": "synthetic"})


def visiting_trouble(settings: Settings) -> httpx.AsyncClient:
    """A browser at an application whose routes misbehave."""
    routes = [Route("/breaks/{words}", breaks), Route("/refuses", refuses), Route("/boasts", boasts)]
    app = Starlette(routes=routes, middleware=headers.layers(settings), exception_handlers=HANDLERS)
    app.state.branding = branding_reading.neutral()
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://referral.test")


async def test_a_page_may_load_our_style_and_send_our_forms_and_nothing_else(house: House):
    async with visiting(house) as browser:
        answer = await browser.get("/")
    assert answer.headers["content-security-policy"] == policy_of(answer)
    assert "sha256-" in policy_of(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert "<script" not in answer.text
    assert "style=" not in answer.text


async def test_only_graphiql_may_run_our_scripts(house: House):
    async with visiting(house) as browser:
        answer = await browser.get("/graphiql")
    assert "script-src 'self'; style-src 'self'; connect-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "require-trusted-types-for 'script'; trusted-types default" in answer.headers["content-security-policy"]


async def test_over_https_browsers_are_told_to_stay_there():
    async with visiting_trouble(Settings(public_url="https://referral.test")) as browser:
        answer = await browser.get("/boasts")
    assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"


async def test_no_response_says_what_serves_it():
    async with visiting_trouble(Settings()) as browser:
        answer = await browser.get("/boasts")
    assert "server" not in answer.headers
    assert "x-powered-by" not in answer.headers


@pytest.mark.parametrize("accepts", ["text/html", "application/json"])
async def test_a_failure_says_nothing_of_what_it_was_about(caplog: pytest.LogCaptureFixture, accepts: str):
    with caplog.at_level(logging.DEBUG, logger="referral"):
        async with visiting_trouble(Settings()) as browser:
            answer = await browser.get(f"/breaks/{SECRET}?told={SECRET}", headers={"accept": accepts})
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] == policy_of(answer)
    assert "Something broke on our side" in answer.text
    assert "ValueError at test_web_pages.py" in caplog.text
    assert caplog.text.strip().endswith("in route breaks")
    assert "Synthetic" not in caplog.text + answer.text


async def test_a_refusal_that_no_page_says_better_has_its_status():
    async with visiting_trouble(Settings()) as browser:
        answer = await browser.get("/refuses")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "7"
    assert answer.json()["code"] == "RATE_LIMITED"


async def test_an_unknown_address_is_a_page_for_people_and_a_problem_for_programs(house: House):
    async with visiting(house) as browser:
        page = await browser.get("/nothing")
        problem = await browser.get("/nothing", headers={"accept": "application/json"})
    assert (page.status_code, problem.status_code) == (404, 404)
    assert "<h1>There is nothing here</h1>" in page.text
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["code"] == "NOT_FOUND"


async def test_a_method_that_fits_nothing_says_which_would(house: House):
    async with visiting(house) as browser:
        answer = await browser.delete("/")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


async def test_a_file_is_kept_for_ever_under_its_version_and_an_hour_under_any_other(house: House):
    async with visiting(house) as browser:
        current = await browser.get(assets.address("plain.css"))
        plain = await browser.get("/static/plain.css")
        old = await browser.get("/static/plain.css?v=0000000000")
        again = await browser.get("/static/plain.css", headers={"if-none-match": plain.headers["etag"]})
    assert current.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["cache-control"] == old.headers["cache-control"] == "public, max-age=3600"
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["/static/", "/static/nothing.css", "/static/../routes.py", "/static/%2e%2e/routes.py"]
)
async def test_nothing_but_our_files_is_served_as_one(house: House, path: str):
    async with visiting(house) as browser:
        answer = await browser.get(path)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("lang", "written"), [("en", "ltr"), ("es", "ltr"), ("ar", "rtl"), ("fa-AF", "rtl"), ("ps", "rtl")]
)
def test_a_page_is_written_the_way_its_language_is(lang: str, written: str):
    assert pages.direction(lang) == written
