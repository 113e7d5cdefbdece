"""What does a request to a GraphQL door say? Read within limits, or refused before it is read as GraphQL."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from typing import Any, cast

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request

from referral.edges import bodies
from referral.edges.graphql.codes import Code

BODY_BYTES = 64 * 1024
BODY_SECONDS = 5
MOST_NESTED = 24
JSON = "application/json"
UTF_8 = frozenset({"utf-8", "utf8"})
BRACKETS = re.compile(rb"[\[\]{}]")
NUL = re.compile(r"\\u(?:0000|\{0+\})")  # as GraphQL spells it
OPENING = frozenset({b"[", b"{"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a well-formed body says."""

    query: str
    variables: Mapping[str, object] | None
    operation_name: str | None


class Turned(Exception):  # noqa: N818 - an answer, not an error
    """Refused before anything was run."""

    def __init__(self, status: int, code: Code, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = {name.replace("_", "-"): text for name, text in headers.items()}


def must_be_json(request: Request) -> None:
    """A page of another site can send other types without asking first; this one it cannot."""
    if not is_json(request.headers.get("content-type", "")):
        raise Turned(415, Code.CONTENT_TYPE, f"Send {JSON}, in UTF-8.", Accept_Post=JSON)


async def read(request: Request, *, most_listed: int) -> Asked:
    """The body of a POST, within the size allowed."""
    return asked_in(decoded(await body_of(request), most_listed=most_listed))


def is_json(content_type: str) -> bool:
    """Whether this says JSON in UTF-8. The usual spellings are known by sight."""
    if content_type in {JSON, f"{JSON}; charset=utf-8"}:
        return True
    if content_type.partition(";")[0].strip().lower() != JSON:
        return False
    header = Message()
    header["Content-Type"] = content_type
    charset = header.get_param("charset", "utf-8")
    return isinstance(charset, str) and charset.lower() in UTF_8


async def body_of(request: Request) -> bytes:
    """What was sent; too much is refused by what is announced, and where nothing is, as soon as it comes."""
    too_large = Turned(413, Code.TOO_LARGE, f"Send at most {BODY_BYTES} bytes.")
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > BODY_BYTES:
        raise too_large
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await bodies.read(request, most_bytes=BODY_BYTES)
    except TimeoutError:
        raise Turned(408, Code.CUT_OFF, "The body did not come in time.", Connection="close") from None
    except HTTPException as error:
        if error.status_code == HTTPStatus.BAD_REQUEST:
            raise Turned(400, Code.CUT_OFF, "The body was cut off.") from None
        raise too_large from None


def decoded(body: bytes, *, most_listed: int) -> object:
    """The JSON. Depth is looked at before anything is built, and no name may stand twice in an object: what one
    reader takes for the value another would not.
    """
    plain = without_texts(body)
    if is_deep(plain):
        raise Turned(400, Code.TOO_DEEP, f"Nest JSON at most {MOST_NESTED} deep.")
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Turned(400, Code.NOT_JSON, "This is not JSON.") from None
    if members(found, most_listed) != plain.count(b":"):
        raise Turned(400, Code.DUPLICATE_KEY, "A name stands twice in one object.")
    return found


def without_texts(body: bytes) -> bytes:
    """What stands between the texts of JSON. Without escaped signs, every second part of it is inside quotes."""
    return b"".join(body.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2])


def is_deep(plain: bytes) -> bool:
    """Whether JSON whose texts were taken out is nested deeper than allowed."""
    if plain.count(b"[") + plain.count(b"{") <= MOST_NESTED:
        return False
    depth = 0
    for sign in BRACKETS.findall(plain):
        depth += 1 if sign in OPENING else -1
        if depth > MOST_NESTED:
            return True
    return False


def members(value: object, most_listed: int) -> int:
    """How many names stand in all objects of it. Raises Turned where a list is longer than allowed."""
    names, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            inside = cast("dict[str, object]", one)
            names += len(inside)
            waiting += inside.values()
        elif isinstance(one, list):
            listed = cast("list[object]", one)
            if len(listed) > most_listed:
                raise bad(f"A list has at most {most_listed} entries.")
            waiting += listed
    return names


def asked_in(body: object) -> Asked:
    if not isinstance(body, dict):
        raise bad("Send a JSON object with query, and variables where it has some.")
    fields = cast("dict[str, Any]", body)
    query, variables, name = fields.get("query"), fields.get("variables"), fields.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise bad("query must be a text that is not empty.")
    if not isinstance(variables, dict | None):
        raise bad("variables must be a JSON object.")
    if not isinstance(name, str | None):
        raise bad("operationName must be a text.")
    if not isinstance(fields.get("extensions"), dict | None):
        raise bad("extensions must be a JSON object.")
    if "\0" in query or ("\\u" in query and NUL.search(query)):
        raise bad("query may not hold the character NUL.")
    return Asked(query=query, variables=cast("dict[str, object] | None", variables), operation_name=name)


def bad(message: str) -> Turned:
    return Turned(400, Code.BAD_REQUEST, message)
