"""Which addresses are for staff alone?"""

from starlette.routing import Route

from referral.edges.house import House
from referral.edges.web.account import account_routes
from referral.edges.web.enrol import enrol_routes
from referral.edges.web.sign_in import sign_in_routes
from referral.edges.web.through import through_routes


def desk_routes(house: House) -> list[Route]:
    """Coming in by any way that is open, a new start, and one's own account."""
    return [*sign_in_routes(house), *enrol_routes(house), *through_routes(house), *account_routes(house)]
