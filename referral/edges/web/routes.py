"""Which addresses are pages?"""

from starlette.routing import BaseRoute, Mount, Route

from referral.edges.house import House
from referral.edges.web import refusals
from referral.edges.web.answers import Answers
from referral.edges.web.assets import FOLDER, Assets
from referral.edges.web.challenges import Challenges
from referral.edges.web.colours import Colours
from referral.edges.web.corrections import Corrections
from referral.edges.web.embed import Embed
from referral.edges.web.find import Find
from referral.edges.web.graphiql import Explorer
from referral.edges.web.health import health_routes
from referral.edges.web.help.asking import Asking
from referral.edges.web.help.held import AT, Held
from referral.edges.web.help.later import Later
from referral.edges.web.help.leaving import Leaving
from referral.edges.web.help.one_page import OnePage
from referral.edges.web.help.receipt import ReceiptPage
from referral.edges.web.help.sending import Sending
from referral.edges.web.help.staying import Staying
from referral.edges.web.help.voices import Voices
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
    find, wrong, status, held = Find(house=house), Wrong(house=house), Status(house=house), Held(house=house)
    embed = Embed(house=house, find=find, whole=OnePage(house=house))
    return [
        Route("/challenge", Challenges(house=house).give, methods=["GET"], name="challenge"),
        Route("/", Home(house=house).show, methods=["GET"], name="home"),
        Route("/{lang}/find", find.ask, methods=["GET"], name="find"),
        Route("/{lang}/find", find.look_up, methods=["POST"], name="find_where"),
        Route("/{lang}/find/{where:path}", find.near, methods=["GET"], name="find_place"),
        Route("/{lang}/find/{where:path}", find.narrow, methods=["POST"], name="find_narrowed"),
        Route("/embed", embed.build, methods=["GET"], name="embed"),
        Route("/{lang}/embed", embed.build, methods=["GET"], name="embed_in"),
        Route("/{lang}/embed/near", embed.near, methods=["GET"], name="frame_near"),
        Route("/{lang}/embed/find", embed.look_up, methods=["POST"], name="frame_where"),
        Route("/{lang}/embed/form", embed.form, methods=["GET"], name="frame_form"),
        Route("/{lang}/embed/answers", embed.answers, methods=["POST"], name="frame_answers"),
        Route("/{lang}/listings/{id}/wrong", wrong.show, methods=["GET"], name="wrong"),
        Route("/{lang}/listings/{id}/wrong", wrong.report, methods=["POST"], name="report"),
        *form_pages(house),
        Route("/status", status.ask, methods=["GET"], name="status"),
        Route("/{lang}/status", status.ask, methods=["GET"], name="status_in"),
        Route("/{lang}/status", held.elsewhere(status.answer), methods=["POST"], name="status_of"),
        Route(f"/{{lang}}/status{AT}", held.show, methods=["GET"], name="status_held"),
    ]


def form_pages(house: House) -> list[BaseRoute]:
    """Seeking asylum? The form."""
    asking, sending, receipt = Asking(house=house), Sending(house=house), ReceiptPage(house=house)
    later, leaving, whole = Later(house=house), Leaving(house=house), OnePage(house=house)
    held = Held(house=house)
    return [
        Route("/exit", leaving.leave, methods=["GET"], name="exit"),
        Route("/{lang}/exit", leaving.leave, methods=["GET"], name="exit_in"),
        Route("/ended", leaving.ended, methods=["GET"], name="ended_anywhere"),
        Route("/{lang}/ended", leaving.ended, methods=["GET"], name="ended"),
        Route("/audio/{tag}/{page}", Voices(house=house).play, methods=["GET"], name="audio"),
        Route("/help", asking.languages, methods=["GET"], name="help_languages"),
        Route("/{lang}/help", asking.start, methods=["GET"], name="help_start"),
        Route("/{lang}/help", asking.begin, methods=["POST"], name="help_begin"),
        Route("/{lang}/help/all", whole.show, methods=["GET"], name="help_all"),
        Route("/{lang}/help/all", held.elsewhere(whole.send), methods=["POST"], name="help_all_sent"),
        Route("/{lang}/help/check", sending.check, methods=["GET"], name="help_check"),
        Route("/{lang}/help/check", held.elsewhere(sending.send), methods=["POST"], name="help_send"),
        Route("/{lang}/help/receipt", receipt.show, methods=["GET"], name="help_receipt"),
        Route("/{lang}/help/receipt", held.elsewhere(receipt.type_back), methods=["POST"], name="help_typed_back"),
        Route("/{lang}/help/done", receipt.done, methods=["GET"], name="help_done"),
        Route("/{lang}/help/easy", receipt.rate, methods=["POST"], name="help_rated"),
        Route("/{lang}/help/later", later.ask, methods=["GET"], name="help_later"),
        Route("/{lang}/help/later", later.stop, methods=["POST"], name="help_stop"),
        Route("/{lang}/help/code", later.box, methods=["GET"], name="help_code"),
        Route("/{lang}/help/code", held.elsewhere(later.come_back), methods=["POST"], name="help_come_back"),
        Route("/{lang}/help/stay", Staying(house=house).words, methods=["GET"], name="help_stay_words"),
        Route("/{lang}/help/stay", Staying(house=house).stay, methods=["POST"], name="help_stay"),
        Route("/{lang}/help/{page}", asking.ask, methods=["GET"], name="help_ask"),
        Route("/{lang}/help/{page}", held.elsewhere(asking.answer), methods=["POST"], name="help_answer"),
        Route(f"/{{lang}}/help/{{page}}{AT}", held.show, methods=["GET"], name="help_held"),
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
        Route("/static/colours.css", Colours(brand=house.branding).show, methods=["GET"], name="colours"),
        Mount("/static", Assets(directory=FOLDER), name="static"),
    ]


def mailbox_routes(house: House) -> list[BaseRoute]:
    """Nothing, unless this is a demonstration."""
    if not house.settings.show_mailbox:
        return []
    return [Route("/mailbox", Mailbox(settings=house.settings).show, methods=["GET"], name="mailbox")]
