"""Which doors a process opens, by its surface."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from referral.edges import ticks
from referral.edges.budgets import Ledger
from referral.edges.graphql import routes as graphql
from referral.edges.graphql.schemas import Audience
from referral.edges.house import House
from referral.edges.hsds import reading as hsds
from referral.edges.web import crowds, headers
from referral.edges.web import routes as web
from referral.edges.web.health import health_routes
from referral.foundation.logins import Login


def application(house: House) -> Starlette:
    """Every door over an open house."""
    layers = [
        Middleware(ticks.Ticking, tick_seconds=house.settings.tick_seconds),
        *headers.layers(house.settings),
        Middleware(crowds.Crowds, settings=house.settings, ledger=Ledger()),
    ]
    made = Starlette(routes=doors(house), middleware=layers, exception_handlers=web.HANDLERS)
    made.state.branding = house.branding  # every page says whose it is, those of refusals too
    made.state.is_demonstration = house.settings.show_mailbox  # nobody may take it for help
    return made


def doors(house: House) -> list[BaseRoute]:
    """What this process answers. Staff and partners can be served by processes that the public cannot reach."""
    match house.settings.surface:
        case "public":
            return public(house.facing(Login.PUBLIC))
        case "partner":
            partner = house.facing(Login.PARTNER)
            return [*graphql.routes(partner, Audience.PARTNER), *web.partner_routes(partner)]
        case "console":
            console = house.facing(Login.CONSOLE)
            return [*staff(console), *web.explorer_routes(console), *health_routes(console)]
        case "all":
            visited = house.facing(Login.PUBLIC)
            return [
                *graphql.routes(house.facing(Login.PARTNER), Audience.PARTNER),
                *staff(house.facing(Login.CONSOLE)),
                *graphql.routes(visited, Audience.PUBLIC),
                *hsds.routes(visited),
                *web.routes(visited),
            ]


def public(house: House) -> list[BaseRoute]:
    return [*graphql.routes(house, Audience.PUBLIC), *hsds.routes(house), *web.public_routes(house)]


def staff(house: House) -> list[BaseRoute]:
    from referral.edges.web.desk import desk_routes  # noqa: PLC0415 - what checks who comes in takes 10 MB

    return [*graphql.routes(house, Audience.STAFF), *desk_routes(house)]
