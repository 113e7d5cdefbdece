"""What must a machine compute before a request for help is taken, while very many are sent?"""

from dataclasses import dataclass
from time import monotonic

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from referral.edges.house import House
from referral.foundation.clock import now
from referral.intake import proofs


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenges:
    """In ALTCHA's form, at the price of the moment; `asked` says whether a proof is wanted at all."""

    house: House

    async def give(self, _request: Request) -> Response:
        house, at = self.house, monotonic()
        made = proofs.challenge(house.vault, price=house.lanes.price(house.settings, at), now=now())
        is_asked = not house.lanes.is_calm(house.settings, at)
        return JSONResponse({**proofs.written(made), "asked": is_asked}, headers={"Cache-Control": "no-store"})
