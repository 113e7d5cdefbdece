"""A GraphQL request over HTTP: read within limits, let in by audience, paid for, run, answered. JSON by POST.

By GET only trusted documents of the public directory, by the sha-256 of their text, so that answers can be cached, and
what a schema says of itself.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from time import monotonic

import orjson
from starlette.requests import Request
from starlette.responses import Response

from referral.edges import admission, auth, callers, ticks
from referral.edges.budgets import Budget, Ledger, Purse
from referral.edges.graphql import addresses, execution, schemas
from referral.edges.graphql.asked import JSON, Asked, Turned, asked_in, decoded, must_be_json, read
from referral.edges.graphql.codes import Code
from referral.edges.graphql.context import Context, Who
from referral.edges.graphql.cost import SUBMISSIONS, Bill
from referral.edges.graphql.execution import NOT_NOW
from referral.edges.graphql.kept import Kept
from referral.edges.graphql.remembered import Answer, Remembered
from referral.edges.graphql.schemas import Audience
from referral.edges.house import House
from referral.edges.repeats import Folded
from referral.foundation.actors import Partner, Visitor
from referral.foundation.claims import Claims, Kind
from referral.foundation.clock import now
from referral.foundation.errors import RateLimited
from referral.foundation.settings import Settings
from referral.foundation.trouble import traced
from referral.intake.words import Suspicion

SECONDS = 10
GRAPHQL_JSON = "application/graphql-response+json"
CACHED_SECONDS = 60
POINTS_OF_A_REFUSAL = 10  # to read and check a document that cannot be run is work, too
MOST_LISTED = {Audience.PUBLIC: 100, Audience.PARTNER: 100, Audience.STAFF: 2_000}  # staff name requests by the page
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, and what they are told apart by when their budget is looked up."""

    who: Who
    mark: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """From which purse an answer is paid: how much was asked of it, and what it came to."""

    purse: Purse
    requested: int
    actual: int

    def extension(self, at: float) -> dict[str, object]:
        purse = self.purse
        left = {"name": purse.budget.name, "limit": purse.budget.quota, "left": purse.left}
        return {
            "requested": self.requested,
            "actual": self.actual,
            "budget": {**left, "resetSeconds": purse.seconds(at)},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """What one caller of an audience may spend. Asking for help has a budget of its own: whatever else is asked from
    the same network, and however much, a request still gets through.
    """

    points: Budget
    submissions: Budget  # of visitors `lanes` keeps account


def budgets(audience: Audience, settings: Settings) -> Budgets:
    match audience:
        case Audience.PUBLIC:
            points, submissions = settings.visitor_points, settings.visitor_submissions
        case Audience.PARTNER:
            points, submissions = settings.partner_points, settings.partner_submissions
        case Audience.STAFF:
            points, submissions = settings.staff_points, settings.partner_submissions
    return Budgets(
        points=Budget(name="points", quota=points, unit="cost-points"),
        submissions=Budget(name="submissions", quota=submissions),
    )


class Door:
    """One of the three doors."""

    def __init__(self, house: House, audience: Audience, documents: Mapping[str, str]) -> None:
        self.house, self.audience, self.documents = house, audience, documents
        self.schema = schemas.schema(audience).core
        self.kept, self.remembered = Kept(), Remembered()
        self.wrong_keys = auth.WrongKeys()
        self.budgets, self.ledger = budgets(audience, house.settings), Ledger()
        self.turned_away = Folded(log=log)

    async def answer(self, request: Request) -> Response:
        media_type = accepted(request)
        try:
            async with asyncio.timeout(SECONDS):
                return await self.answered(request, media_type)
        except Turned as turned:
            self.note(turned.code)
            return refusal(turned, media_type)
        except RateLimited as limited:
            self.note(Code.RATE_LIMITED)
            wait = str(limited.retry_after_seconds)
            return refusal(Turned(429, Code.RATE_LIMITED, limited.message, Retry_After=wait), media_type)
        except (TimeoutError, OSError) as error:
            log.error("no answer in time: %s", traced(error))  # noqa: TRY400 - a traceback may hold data
            return refusal(Turned(503, Code.UNAVAILABLE, NOT_NOW, Retry_After="30"), media_type)

    def shown(self, request: Request) -> Claims:
        """By what the caller was let in; a question may show more, such as a receipt."""
        match self.audience:
            case Audience.PUBLIC:
                return Claims()
            case Audience.PARTNER:
                return auth.key_shown(request)
            case Audience.STAFF:
                return auth.session_shown(request, is_https=self.house.settings.is_https)

    async def answered(self, request: Request, media_type: str) -> Response:
        is_get = request.method == "GET"
        asked = self.by_address(request) if is_get else await self.posted(request)
        caller, at = await self.caller(request), monotonic()
        purse = self.ledger.purse(self.budgets.points, caller.mark, at)
        if not purse.left and not any(name in asked.query for name in SUBMISSIONS):
            raise over(purse, at)
        prepared = execution.prepare(self.schema, asked.query)
        bill = execution.billed(prepared, asked.operation_name, asked.variables)
        if isinstance(bill, execution.Outcome):
            purse.drain(POINTS_OF_A_REFUSAL)
            return self.told(
                bill, media_type, Paid(purse=purse, requested=0, actual=POINTS_OF_A_REFUSAL), at, caller.who
            )
        shown, question = self.shown(request), None
        if bill.is_submission and self.audience is Audience.PUBLIC:
            entered = await admission.of_program(self.house, request, sent_in(asked), at=at)
            paid = Paid(purse=entered.purse, requested=1, actual=1)
            async with admission.turn(self.house, entered) as house:
                context = await self.context(house.claiming(shown), caller.who, entered.suspicion)
                outcome = await self.run(prepared, asked, context)
        else:
            paid = self.pay(bill, caller, purse, at)
            if self.audience is Audience.PUBLIC and (is_get or prepared.is_remembered):
                question = self.remembered.question(asked, caller.mark)
            is_dated = question is not None and self.remembered.is_asked_again(question)
            context = await self.context(self.house.claiming(shown), caller.who, is_dated=is_dated)
            if question is not None and (known := await self.remembered.still(context.at, question, context.lexicon)):
                paid.purse.give_back(paid.requested - known.points)
                if is_get:
                    return kept_by_others(known.body, media_type)
                return counted(known.body, media_type, replace(paid, actual=known.points), at)
            try:
                outcome = await self.run(prepared, asked, context)
            finally:
                if Kind.RECEIPT in shown.shown:  # whether anything has it or not
                    ticks.begin(request, at)
        paid = settled(paid, bill, outcome)
        if self.audience is not Audience.PUBLIC or not outcome.was_run or "errors" in outcome.body:
            return self.told(outcome, media_type, paid, at, caller.who)
        body = orjson.dumps(outcome.body)
        if question is not None and outcome.read is not None:
            self.remembered.put(question, Answer(body, points=paid.actual, read=outcome.read, lexicon=context.lexicon))
        return kept_by_others(body, media_type) if is_get else counted(body, media_type, paid, at)

    async def posted(self, request: Request) -> Asked:
        must_be_json(request)
        if auth.is_cross_site(request, self.house.settings.public_url):
            raise Turned(403, Code.CROSS_SITE, "This came from another site.")
        return await read(request, most_listed=MOST_LISTED[self.audience])

    def pay(self, bill: Bill, caller: Caller, purse: Purse, at: float) -> Paid:
        """Take what a document asks for from the purse that is for it. Raises Turned where there is too little."""
        amount = bill.points
        if bill.is_submission:
            purse, amount = self.ledger.purse(self.budgets.submissions, caller.mark, at), 1
        if not purse.take(amount):
            raise over(purse, at)
        return Paid(purse=purse, requested=amount, actual=amount)

    def told(self, outcome: execution.Outcome, media_type: str, paid: Paid, at: float, who: Who) -> Response:
        """An answer, whatever it is. What is refused is logged by its code."""
        if outcome.refused is not None:
            self.note(outcome.refused)
        is_well = outcome.was_run or (media_type == JSON and outcome.refused is not Code.TOO_MUCH)
        response = counted(orjson.dumps(outcome.body), media_type, paid, at, status=200 if is_well else 400)
        response.headers.update(ending_soon(who))
        return response

    def note(self, code: Code) -> None:
        self.turned_away.note(f"the {self.audience.value} door turned a request away: {code.value}", monotonic())

    async def run(self, prepared: execution.Prepared, asked: Asked, context: Context) -> execution.Outcome:
        return await execution.run(
            self.schema,
            prepared,
            variables=asked.variables,
            operation_name=asked.operation_name,
            context=context,
        )

    async def context(
        self, house: House, who: Who, suspicion: Suspicion | None = None, *, is_dated: bool = False
    ) -> Context:
        lexicon = (await house.shelf.read(house.database.reader)).described
        return Context(
            house=house,
            who=who,
            now=now(),
            lexicon=lexicon,
            kept=self.kept,
            suspicion=suspicion,
            is_dated=is_dated,
        )

    async def caller(self, request: Request) -> Caller:
        """Who asks; Turned away where the audience wants someone known."""
        settings = self.house.settings
        match self.audience:
            case Audience.PUBLIC:
                return Caller(who=Visitor(), mark=callers.network(request, settings.trusted_proxies))
            case Audience.PARTNER:
                partner = await auth.partner(request, self.house.database, now=now())
                if partner is None:
                    pause = self.wrong_keys.pause(now())
                    if pause is None:
                        raise Turned(429, Code.RATE_LIMITED, "So many wrong keys in one minute.", Retry_After="60")
                    await asyncio.sleep(pause)
                    raise Turned(
                        401,
                        Code.NO_API_KEY,
                        "Send an API key that is valid, as Authorization: Bearer.",
                        WWW_Authenticate="Bearer",
                    )
                return Caller(who=partner, mark=request.headers["authorization"].partition(" ")[2].strip().encode())
            case Audience.STAFF:
                staff = await auth.staff(request, self.house.database, is_https=settings.is_https, now=now())
                if staff is None:
                    raise Turned(401, Code.NOT_SIGNED_IN, "Sign in at /staff/login first.")
                session = auth.session_token(request, is_https=settings.is_https) or ""
                return Caller(who=staff, mark=session.encode())

    def by_address(self, request: Request) -> Asked:
        """What stands in an address: `?documentId=sha256:...&variables={...}`, or `?query={ __typename }`.

        Addresses are kept in histories and logs. So only trusted documents of the public directory are asked for
        there, by their hash, and at every door what the schema says of itself.
        """
        asked = addresses.parameters(request.scope["query_string"])
        id, query = asked.get("documentId"), asked.get("query")
        if id is not None and self.audience is Audience.PUBLIC:
            query = self.documents.get(id)
            if query is None:
                raise Turned(404, Code.UNKNOWN_DOCUMENT, "There is no trusted document with this id.")
        elif query is None or not execution.is_of_schema(execution.prepare(self.schema, query)):
            raise Turned(405, Code.METHOD, "Use POST; GET is for trusted documents, by documentId.", Allow="POST")
        variables, most_listed = asked.get("variables"), MOST_LISTED[self.audience]
        body = {
            "query": query,
            "variables": None if variables is None else decoded(variables.encode(), most_listed=most_listed),
            "operationName": asked.get("operationName"),
        }
        return asked_in(body)


def sent_in(asked: Asked) -> object:
    """What a proof of work is spent on: a retry is the same."""
    return [asked.query, asked.variables, asked.operation_name]


def settled(paid: Paid, bill: Bill, outcome: execution.Outcome) -> Paid:
    """What was asked for and turned out not to be there is given back."""
    if bill.is_submission:
        return paid
    found = bill.actual(outcome.body.get("data"))
    actual = found if outcome.was_run else min(found, POINTS_OF_A_REFUSAL)
    paid.purse.give_back(paid.requested - actual)
    return replace(paid, actual=actual)


def counted(body: bytes, media_type: str, paid: Paid, at: float, *, status: int = 200) -> Response:
    """An answer with what it cost, for nobody but who asked."""
    return Response(
        b'%b,"extensions":%b}' % (body[:-1], orjson.dumps({"cost": paid.extension(at)})),
        status_code=status,
        media_type=media_type,
        headers={"Cache-Control": "no-store", "Vary": "Accept", **fields_of(paid.purse, at)},
    )


def kept_by_others(body: bytes, media_type: str) -> Response:
    """An answer that is the same for everybody, and so says nothing of anybody's budget."""
    headers = {"Cache-Control": f"public, max-age={CACHED_SECONDS}", "Vary": "Accept"}
    return Response(body, media_type=media_type, headers=headers)


def over(purse: Purse, at: float) -> Turned:
    """Too little is left."""
    told = {name.replace("-", "_"): text for name, text in fields_of(purse, at).items()}
    sentence = "Your budget for this minute is spent. Ask for less, or come back when Retry-After says."
    return Turned(429, Code.RATE_LIMITED, sentence, Retry_After=str(purse.seconds(at)), **told)


def fields_of(purse: Purse, at: float) -> dict[str, str]:
    return {"RateLimit-Policy": purse.budget.policy, "RateLimit": purse.told(at)}


def ending_soon(who: Who) -> dict[str, str]:
    """Tell a program in good time that its key ends: a header that whoever runs it can watch for."""
    if not isinstance(who, Partner) or who.key is None or not who.key.ends_soon(now()):
        return {}
    return {"Referral-Key-Expires": f"{who.key.expires_at:%Y-%m-%d}"}


def accepted(request: Request) -> str:
    """The media type of the answer: the specification's where it is asked for, plain JSON otherwise."""
    return GRAPHQL_JSON if GRAPHQL_JSON in request.headers.get("accept", "") else JSON


def refusal(turned: Turned, media_type: str) -> Response:
    body = {"errors": [{"message": turned.message, "extensions": {"code": turned.code.value}}]}
    return Response(
        orjson.dumps(body),
        status_code=turned.status,
        media_type=media_type,
        headers={"Cache-Control": "no-store", **turned.headers},
    )
