"""Every response of every surface wears strict headers: pages, answers, files, redirects, and what is nowhere."""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import cast
from uuid import uuid4

import httpx
import pytest
from desk import PASSWORD, Desk, standing
from starlette.routing import BaseRoute, Mount, Route
from web_given import offered, token

from referral.doors import doors
from referral.edges.graphql.routes import OPERATIONS, trusted_documents
from referral.edges.house import House
from referral.edges.web import assets
from referral.foundation.settings import Surface

SURFACES: tuple[Surface, ...] = ("public", "partner", "console", "all")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-permitted-cross-domain-policies": "none",
    "x-dns-prefetch-control": "off",
    "origin-agent-cluster": "?1",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
}
PLAIN = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
# The small page that the sites of the organization may frame, and the page that shows what they would show.
FRAME = re.compile(r"/[A-Za-z-]{2,12}/embed/(form|near)")
A_HASH = r"'sha256-[A-Za-z0-9+/]{43}='"
HASHES = rf"({A_HASH} ?)+"
BUILDER = re.compile(r"(/[a-z]+)?/embed")
FRAMED = {name: text for name, text in ALWAYS.items() if name != "x-frame-options"} | {
    "cross-origin-resource-policy": "cross-origin"
}
EXPLORER = PLAIN | {
    "form-action": "'none'",
    "script-src": "'self'",
    "connect-src": "'self'",
    "trusted-types": "default",
}
# What holds something of a person has one script, named by its hash, that may ask us.
GUARDED = PLAIN | {"script-src": assets.GUARD, "connect-src": "'self'"}
HOLDING = re.compile(r"/help|/ended|/status|/[A-Za-z-]+/(help|help/.*|status|ended|embed/answers)")
SIGNING_IN = PLAIN | {"script-src": "'self'", "connect-src": "'self'"}
SCRIPTED = frozenset({"/staff/login", "/staff/enrol", "/staff/account"})
MAY_BE_KEPT = re.compile(r"/static/.*|/[a-z]+/find/.+|/graphql\?.*|/[a-z]+/embed/near")  # our files, and the directory
FOR_SEARCH_ENGINES = re.compile(r"/|/[a-z]+/find(/.*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An answer, and where it came from."""

    method: str
    path: str
    response: httpx.Response


def every(routes: list[BaseRoute]) -> list[str]:
    """The paths of all routes, with their places still open."""
    found = list[str]()
    for route in routes:
        if isinstance(route, Mount):
            found += [
                f"{route.path}/{name}" for name in ("plain.css", "mark.svg", "graphiql/graphiql.js", "nothing", "")
            ]
        else:
            found.append(cast("Route", route).path)
    return found


def filled(path: str, places: dict[str, list[str]]) -> list[str]:
    """A path with each of the values that its places may hold."""
    found = [path]
    for name in re.findall(r"{(\w+)(?::\w+)?}", path):
        found = [re.sub(rf"{{{name}(:\w+)?}}", value, one) for one in found for value in places.get(name, ["nonsense"])]
    return found


def strict(seen: Seen) -> list[str]:
    """What is wrong with the headers of an answer."""
    headers, response = seen.response.headers, seen.response
    is_frame = FRAME.fullmatch(seen.path) is not None
    always = FRAMED if is_frame else ALWAYS
    wrong = [f"{name}: {headers.get(name)}" for name, value in always.items() if headers.get_list(name) != [value]]
    wrong += ["x-frame-options"] if is_frame and "x-frame-options" in headers else []
    wrong += wrong_policy(seen, is_frame=is_frame)
    is_page = headers.get("content-type", "").startswith("text/html")
    if headers["referrer-policy"] != ("same-origin" if is_page else "no-referrer"):
        wrong.append(f"referrer: {headers['referrer-policy']}")
    if response.has_redirect_location:  # it holds no document that could use a power
        wrong += ["powers"] if "permissions-policy" in headers else []
    else:
        wrong += powers(headers["permissions-policy"])
    if headers.get("cache-control") != "no-store" and not MAY_BE_KEPT.fullmatch(seen.path):
        wrong.append(f"kept: {headers.get('cache-control')}")
    is_for_engines = seen.method in {"GET", "HEAD"} and response.is_success and FOR_SEARCH_ENGINES.fullmatch(seen.path)
    if headers["x-robots-tag"] != ("all" if is_for_engines else "noindex, nofollow"):
        wrong.append(f"robots: {headers['x-robots-tag']}")
    return wrong + [name for name in ("server", "x-powered-by") if name in headers]


def wrong_policy(seen: Seen, *, is_frame: bool) -> list[str]:
    """What a page may load and do, where that is not what it should be."""
    response = seen.response
    policy = dict(part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";"))
    if seen.method == "HEAD":  # the page that it is about is not here to look at
        policy["style-src"] = re.sub(f"'self' {A_HASH}", "'self'", policy["style-src"], count=1)
    elif inside := style_in(response):
        policy["style-src"] = policy["style-src"].replace(f"'self' {inside}", "'self'", 1)
    allowed = [PLAIN, SIGNING_IN] if seen.path in SCRIPTED else [PLAIN]
    if HOLDING.fullmatch(seen.path):
        allowed = [PLAIN, GUARDED]
    if response.is_success and seen.path == "/graphiql":
        allowed = [EXPLORER]
    if response.is_success and (is_frame or BUILDER.fullmatch(seen.path)):
        allowed = [framed(policy["style-src"]) if is_frame else building(policy["style-src"])]
    return [] if policy in allowed else [f"policy: {policy}"]


def powers(granted: str) -> list[str]:
    """What is wrong with the powers of a page: none is granted, and those that matter are named."""
    denied = granted.split(", ")
    is_strict = all(one.endswith("=()") for one in denied) and {"camera=()", "geolocation=()", "usb=()"} <= set(denied)
    return [] if is_strict else ["powers"]


def style_in(response: httpx.Response) -> str | None:
    """What a policy calls the style that stands in a page."""
    found = re.search("<style>(.*?)</style>", response.text, re.DOTALL)
    return assets.source_of(found[1]) if found else None


def framed(styles: str) -> dict[str, str]:
    """What the small page may: its own style, no picture, and nobody around it but ourselves, as nobody is named."""
    assert re.fullmatch(HASHES, styles), styles
    plain = {name: text for name, text in PLAIN.items() if name != "img-src"}
    return plain | {"style-src": styles, "frame-ancestors": "'self'"}


def building(styles: str) -> dict[str, str]:
    """What the page may that shows what other sites would show: those styles, and the small page in a frame."""
    assert re.fullmatch(f"'self' 'unsafe-hashes' {HASHES}", styles), styles
    return PLAIN | {"style-src": styles, "frame-src": "'self'"}


@asynccontextmanager
async def surface(house: House, which: Surface, *, public_url: str = "http://127.0.0.1:8000") -> AsyncGenerator[Desk]:
    update = {"surface": which, "public_url": public_url, "show_mailbox": True}
    async with standing(replace(house, settings=house.settings.model_copy(update=update))) as desk:
        yield desk


@pytest.mark.parametrize("which", SURFACES)
async def test_every_route_of_every_surface_wears_them_whatever_is_asked(house: House, which: Surface) -> None:
    letter = await offered(house)
    brownsville = str(await house.database.pool.fetchval("SELECT id FROM place WHERE name = 'Brownsville' LIMIT 1"))
    statement = token(house, "state-capacity", letter.office.id)
    places = {
        "lang": ["en", "es"],
        "where": [brownsville, f"{brownsville}/held", "us/tx/brownsville/free", "us/xx", "nonsense"],
        "id": [str(letter.office.id), str(uuid4()), "nonsense"],
        "token": [letter.token, statement, "forged"],
    }
    async with surface(house, which) as desk:
        routes = every(doors(desk.house))
        paths = [*(one for path in routes for one in filled(path, places)), "/nothing", "/r", "/%00", "/graphql/"]
        seen = list[Seen]()
        for path in dict.fromkeys(paths):
            for method in METHODS if path in routes or "nonsense" in path else ("GET", "POST"):
                for accept in ("text/html", "application/json"):
                    response = await desk.http.request(method, path, headers={"accept": accept})
                    seen.append(Seen(method=method, path=path, response=response))
    wrong = {f"{one.method} {one.path} {one.response.status_code}": found for one in seen if (found := strict(one))}
    assert wrong == {}
    statuses = {one.response.status_code for one in seen}
    assert {200, 404, 405} <= statuses
    assert 500 not in statuses


async def test_answers_that_carry_something_wear_them_too(house: House) -> None:
    letter = await offered(house)
    id = next(iter(trusted_documents_of_ours()))
    async with surface(house, "all") as desk:
        await desk.hire()
        base = desk.http
        form = {"accept": "text/html", "sec-fetch-site": "same-origin"}
        answers = [
            ("POST", "/en/find", await base.post("/en/find", data={"where": "Brownsville TX"}, headers=form)),
            ("POST", "/en/status", await base.post("/en/status", data={"code": "1"}, headers=form)),
            ("POST", letter.path, await base.post(letter.path, data={"answer": "nonsense"}, headers=form)),
            ("POST", "/graphql", await base.post("/graphql", json={"query": "{ languages { tag } }"})),
            ("POST", "/graphql", await base.post("/graphql", json={"query": "{"})),
            ("POST", "/graphql", await base.post("/graphql", content=b"[" * 70_000)),
            ("GET", "/graphql?", await base.get("/graphql", params={"documentId": id, "variables": "{}"})),
            ("POST", "/staff/login", await base.post("/staff/login", json={"email": "a@b.invalid", "password": "x"})),
            ("POST", "/staff/login", await base.post("/staff/login", json=(who := sign_in()))),
            ("POST", "/staff/login", await base.post("/staff/login", data=who, headers=form)),
            ("POST", "/staff/logout", await base.post("/staff/logout", headers=form)),
            ("GET", "/static/plain.css", await base.get(assets.address("plain.css"))),
        ]
    for method, path, response in answers:
        assert strict(Seen(method=method, path=path, response=response)) == [], (method, path, response.status_code)
    assert {response.status_code for _, _, response in answers} >= {200, 303, 401, 415}


def sign_in() -> dict[str, str]:
    return {"email": "anna@demo.invalid", "password": PASSWORD}


def trusted_documents_of_ours() -> Mapping[str, str]:
    return trusted_documents(OPERATIONS / "public")


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
async def test_whoever_signs_out_leaves_nothing_in_the_browser(desk: Desk, content_type: str) -> None:
    headers = {**await desk.staff(), "sec-fetch-site": "same-origin", "content-type": content_type}
    response = await desk.http.post("/staff/logout", headers=headers)
    assert response.headers["clear-site-data"] == '"cache", "cookies", "storage"'


async def test_over_https_every_answer_says_to_stay_there(house: House) -> None:
    async with surface(house, "all", public_url="https://referral.test") as desk:
        for path in ("/", "/nothing", "/graphql", "/static/plain.css", "/healthz", "/r/forged", "/en/find"):
            response = await desk.http.get(path)
            assert response.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    async with surface(house, "all") as desk:
        assert "strict-transport-security" not in (await desk.http.get("/")).headers
