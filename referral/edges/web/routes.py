"""Which addresses are pages?"""

from starlette.routing import BaseRoute, Mount, Route

from referral.edges.house import House
from referral.edges.web import refusals
from referral.edges.web.answers import Answers
from referral.edges.web.assets import FOLDER, Assets
from referral.edges.web.challenges import Challenges
from referral.edges.web.corrections import Corrections
from referral.edges.web.find import Find
from referral.edges.web.graphiql import Explorer
from referral.edges.web.health import health_routes
from referral.edges.web.home import Home
from referral.edges.web.mailbox import Mailbox
from referral.edges.web.statements import Statements
from referral.edges.web.status import Status
from referral.edges.web.wrong import Wrong

# For the application that holds the routes: pages raise refusals, and these turn them into words.
HANDLERS = refusals.HANDLERS


def routes(house: House) -> list[BaseRoute]:
    """Every page, the files they load, and the two questions about health."""
    return [
        *public_pages(house),
        *provider_pages(house),
        *mailbox_routes(house),
        *explorer_routes(house),
        *health_routes(house),
    ]


def public_routes(house: House) -> list[BaseRoute]:
    """The same without what only private keys can open."""
    return [*public_pages(house), *explorer_routes(house), *health_routes(house)]


def partner_routes(house: House) -> list[BaseRoute]:
    """What providers open by the links in their letters."""
    return [*provider_pages(house), *mailbox_routes(house), *explorer_routes(house), *health_routes(house)]


def public_pages(house: House) -> list[BaseRoute]:
    """Who is near, and how one's own request stands."""
    find, wrong, status = Find(house=house), Wrong(house=house), Status(house=house)
    return [
        Route("/challenge", Challenges(house=house).give, methods=["GET"], name="challenge"),
        Route("/", Home(house=house).show, methods=["GET"], name="home"),
        Route("/{lang}/find", find.ask, methods=["GET"], name="find"),
        Route("/{lang}/find", find.look_up, methods=["POST"], name="find_where"),
        Route("/{lang}/find/{place}", find.near, methods=["GET"], name="find_place"),
        Route("/{lang}/find/{place}/{who}", find.near, methods=["GET"], name="find_place_for"),
        Route("/{lang}/listings/{id}/wrong", wrong.show, methods=["GET"], name="wrong"),
        Route("/{lang}/listings/{id}/wrong", wrong.report, methods=["POST"], name="report"),
        Route("/status", status.ask, methods=["GET"], name="status"),
        Route("/{lang}/status", status.ask, methods=["GET"], name="status_in"),
        Route("/{lang}/status", status.answer, methods=["POST"], name="status_of"),
    ]


def provider_pages(house: House) -> list[BaseRoute]:
    """An offer and what became of it, a capacity statement, and corrections: by signed links."""
    answers, statements, corrections = Answers(house=house), Statements(house=house), Corrections(house=house)
    return [
        Route("/r/{token}", answers.show, methods=["GET"], name="offer"),
        Route("/r/{token}", answers.answer, methods=["POST"], name="answer"),
        Route("/c/{token}", statements.show, methods=["GET"], name="statement"),
        Route("/c/{token}", statements.state, methods=["POST"], name="state"),
        Route("/c/{token}/facts", corrections.show, methods=["GET"], name="facts"),
        Route("/c/{token}/facts", corrections.correct, methods=["POST"], name="correct"),
    ]


def explorer_routes(house: House) -> list[BaseRoute]:
    """GraphiQL, and the files that every page loads; also for a process that has no other pages."""
    return [
        Route("/graphiql", Explorer(surface=house.settings.surface).show, methods=["GET"], name="graphiql"),
        Mount("/static", Assets(directory=FOLDER), name="static"),
    ]


def mailbox_routes(house: House) -> list[BaseRoute]:
    """Nothing, unless this is a demonstration."""
    if not house.settings.show_mailbox:
        return []
    return [Route("/mailbox", Mailbox(settings=house.settings).show, methods=["GET"], name="mailbox")]
