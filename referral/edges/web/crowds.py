"""How many pages, and how many answers of the HSDS read API, may one network have in a minute?

The GraphQL doors keep account of their own. Files and health checks cost nothing, so they are for everybody.
"""

from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from referral.edges import callers
from referral.edges.budgets import Budget, Ledger
from referral.edges.web import refusals
from referral.foundation.settings import Settings

FREE = ("/static/", "/graphql", "/healthz", "/readyz")


@dataclass(frozen=True, slots=True)
class Crowds:
    """Answers 429, with when to come back, in the place of what stands behind it."""

    app: ASGIApp
    settings: Settings
    ledger: Ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        budget = None if scope["type"] != "http" else budget_of(scope["path"], self.settings)
        if budget is None:
            await self.app(scope, receive, send)
            return
        request, at = Request(scope), monotonic()
        purse = self.ledger.purse(budget, callers.network(request, self.settings.trusted_proxies), at)
        if purse.take(1):
            await self.app(scope, receive, send)
            return
        response = refusals.answer(request, HTTPStatus.TOO_MANY_REQUESTS, code="RATE_LIMITED")
        response.headers["Retry-After"] = str(purse.seconds(at))
        await response(scope, receive, send)


def budget_of(path: str, settings: Settings) -> Budget | None:
    if path.startswith(FREE):
        return None
    is_hsds = path == "/hsds" or path.startswith("/hsds/")
    return (
        Budget(name="hsds", quota=settings.hsds_reads) if is_hsds else Budget(name="pages", quota=settings.page_views)
    )
