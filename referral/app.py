"""The composition root: which doors a process opens, by its surface, and the command. May import everything."""

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from referral.edges import cli
from referral.edges.graphql import routes as graphql
from referral.edges.graphql.schemas import Audience
from referral.edges.house import House
from referral.edges.hsds import reading as hsds
from referral.edges.web import headers
from referral.edges.web import routes as web
from referral.edges.web.desk import desk_routes
from referral.edges.web.health import health_routes


def build(house: House) -> Starlette:
    """The application over an open house. Whoever opened the house closes it."""
    return Starlette(routes=doors(house), middleware=headers.layers(house.settings), exception_handlers=web.HANDLERS)


def doors(house: House) -> list[BaseRoute]:
    """What this process answers. Staff and partners can be served by processes that the public cannot reach."""
    match house.settings.surface:
        case "public":
            return [*graphql.routes(house, (Audience.PUBLIC,)), *hsds.routes(house), *web.public_routes(house)]
        case "partner":
            return [*graphql.routes(house, (Audience.PARTNER,)), *web.partner_routes(house)]
        case "console":
            return [
                *graphql.routes(house, (Audience.STAFF,)),
                *desk_routes(house),
                *web.explorer_routes(house),
                *health_routes(house),
            ]
        case "all":
            return [*graphql.routes(house), *hsds.routes(house), *desk_routes(house), *web.routes(house)]


def main() -> None:
    """The `referral` command."""
    cli.main(build)
