"""A GraphQL request over HTTP: read within limits, let in by audience, run, answered. JSON by POST.

By GET only trusted documents of the public directory, by the sha-256 of their text, so that answers can be cached.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from referral.edges import auth, bodies
from referral.edges.graphql import addresses, execution, schemas
from referral.edges.graphql.context import Context, Who
from referral.edges.graphql.execution import NOT_NOW
from referral.edges.graphql.kept import Kept
from referral.edges.graphql.schemas import Audience
from referral.edges.house import House
from referral.foundation.actors import Visitor
from referral.foundation.clock import now
from referral.foundation.trouble import traced

BODY_BYTES = 64 * 1024
SECONDS = 10
JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
CACHED_SECONDS = 60
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a well-formed body says."""

    query: str
    variables: Mapping[str, object] | None
    operation_name: str | None


class Turned(Exception):  # noqa: N818 - an answer, not an error
    """Refused before anything was read as GraphQL."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = {name.replace("_", "-"): text for name, text in headers.items()}


class Door:
    """One of the three doors."""

    def __init__(self, house: House, audience: Audience, documents: Mapping[str, str]) -> None:
        self.house, self.audience, self.documents = house, audience, documents
        self.schema = schemas.schema(audience).core
        self.kept = Kept()

    async def answer(self, request: Request) -> Response:
        media_type = accepted(request)
        try:
            asked = self.trusted(request) if request.method == "GET" else await read(request)
            outcome = await self.run(asked, await self.who(request))
        except Turned as turned:
            return refusal(turned, media_type)
        except (TimeoutError, OSError) as error:
            log.error("no answer in time: %s", traced(error))  # noqa: TRY400 - a traceback may hold data
            return refusal(Turned(503, "UNAVAILABLE", NOT_NOW, Retry_After="30"), media_type)
        status = 200 if outcome.was_run or media_type == JSON else 400
        is_public = request.method == "GET" and outcome.was_run and "errors" not in outcome.body
        headers = {"Cache-Control": f"public, max-age={CACHED_SECONDS}" if is_public else "no-store", "Vary": "Accept"}
        return Response(orjson.dumps(outcome.body), status_code=status, media_type=media_type, headers=headers)

    async def run(self, asked: Asked, who: Who) -> execution.Outcome:
        moment = now()
        async with asyncio.timeout(SECONDS):
            return await execution.run(
                self.schema,
                asked.query,
                variables=asked.variables,
                operation_name=asked.operation_name,
                context=await self.context(who, moment),
            )

    async def context(self, who: Who, moment: datetime) -> Context:
        at = self.house.database.reader
        return Context(
            house=self.house,
            who=who,
            now=moment,
            lexicon=(await self.house.shelf.read(at)).described,
            kept=self.kept,
        )

    async def who(self, request: Request) -> Who:
        """Who asks; Turned away where the audience wants someone known."""
        match self.audience:
            case Audience.PUBLIC:
                return Visitor()
            case Audience.PARTNER:
                partner = await auth.partner(request, self.house.database, now=now())
                if partner is None:
                    raise Turned(
                        401,
                        "NO_API_KEY",
                        "Send an API key that is valid, as Authorization: Bearer.",
                        WWW_Authenticate="Bearer",
                    )
                return partner
            case Audience.STAFF:
                if auth.is_cross_site(request, self.house.settings.public_url):
                    raise Turned(403, "CROSS_SITE", "This came from another site.")
                staff = await auth.staff(request, self.house.database, is_https=self.house.settings.is_https, now=now())
                if staff is None:
                    raise Turned(401, "NOT_SIGNED_IN", "Sign in at /staff/login first.")
                return staff

    def trusted(self, request: Request) -> Asked:
        """A trusted document by its hash: `GET ?documentId=sha256:...&variables={...}`."""
        if self.audience is not Audience.PUBLIC:
            raise Turned(405, "METHOD", "Use POST here.", Allow="POST")
        asked = addresses.parameters(request.scope["query_string"])
        id = asked.get("documentId")
        if id is None:
            raise Turned(405, "METHOD", "Use POST; GET is for trusted documents, by documentId.", Allow="POST")
        query = self.documents.get(id)
        if query is None:
            raise Turned(404, "UNKNOWN_DOCUMENT", "There is no trusted document with this id.")
        variables = asked.get("variables")
        return asked_in({"query": query, "variables": None if variables is None else decoded(variables.encode())})


async def read(request: Request) -> Asked:
    """The body of a POST, of the exact content type and within the size allowed."""
    if auth.media_type(request) != JSON:
        raise Turned(415, "CONTENT_TYPE", f"Send {JSON}.", Accept_Post=JSON)
    try:
        body = await bodies.read(request, most_bytes=BODY_BYTES)
    except HTTPException as error:
        if error.status_code == HTTPStatus.BAD_REQUEST:
            raise Turned(400, "CUT_OFF", "The body was cut off.") from None
        raise Turned(413, "TOO_LARGE", f"Send at most {BODY_BYTES} bytes.") from None
    return asked_in(decoded(body))


def decoded(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Turned(400, "NOT_JSON", "This is not JSON.") from None


def asked_in(body: object) -> Asked:
    if not isinstance(body, dict):
        raise Turned(400, "BAD_REQUEST", "Send a JSON object with query, and variables where it has some.")
    fields = cast("dict[str, Any]", body)
    query, variables, name = fields.get("query"), fields.get("variables"), fields.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise Turned(400, "BAD_REQUEST", "query must be a text that is not empty.")
    if not isinstance(variables, dict | None):
        raise Turned(400, "BAD_REQUEST", "variables must be a JSON object.")
    if not isinstance(name, str | None):
        raise Turned(400, "BAD_REQUEST", "operationName must be a text.")
    return Asked(query=query, variables=cast("dict[str, object] | None", variables), operation_name=name)


def accepted(request: Request) -> str:
    """The media type of the answer: the specification's where it is asked for, plain JSON otherwise."""
    return GRAPHQL_JSON if GRAPHQL_JSON in request.headers.get("accept", "") else JSON


def refusal(turned: Turned, media_type: str) -> Response:
    body = {"errors": [{"message": turned.message, "extensions": {"code": turned.code}}]}
    return Response(
        orjson.dumps(body),
        status_code=turned.status,
        media_type=media_type,
        headers={"Cache-Control": "no-store", **turned.headers},
    )
