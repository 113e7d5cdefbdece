"""`referral demo`: from nothing to a running service on real offices, with fictional people and one's story."""

import asyncio
import logging
import socket
import time
from typing import Annotated

import typer

from referral.edges import house, worker
from referral.edges.commands.importing import SHIPPED, SHIPPED_SOURCE
from referral.edges.commands.serving import Build, listen, serving_house, waiting_until_stopped, with_address
from referral.edges.commands.terminal import Bars, console, fail, run, settings, write_log
from referral.edges.demo import card, overlay
from referral.edges.demo.card import Card
from referral.edges.demo.story import StoryBroke, Teller
from referral.edges.house import House
from referral.edges.hsds.importing import import_hsds
from referral.foundation import reference
from referral.foundation.logins import Login
from referral.foundation.settings import Settings

Port = Annotated[
    int | None,
    typer.Option(envvar="PORT", help="The port; 0 takes a free one. Default: REFERRAL_PORT, else 8000."),
]


def demo(context: typer.Context, port: Port = None) -> None:
    """Everything at once, to try: database, real directory, fictional requests, server, worker. Ctrl-C ends it all."""
    write_log(logging.WARNING)
    chosen = settings(port=port, show_mailbox=True).model_copy(
        # No letter leaves, real offices are not asked, and whoever tries it out waits for no plan.
        update={"smtp_url": None, "ask_providers": "nobody", "plan": "off"}
    )
    listener = listen(chosen)
    run(showing(with_address(chosen, listener), context.obj, listener))


async def showing(chosen: Settings, build: Build, listener: socket.socket) -> None:
    began = time.monotonic()
    async with (
        house.opened(chosen, tell=console.print) as owned,
        house.with_surfaces(owned, tuple(Login)) as opened,
    ):
        if await overlay.belongs_to_others(opened.database.reader):
            fail("This database holds work that is not the demonstration's. Give it another REFERRAL_HOME or database.")
        await prepare(opened)
        async with serving_house(opened, build, listener):
            stopping = asyncio.Event()
            working = asyncio.ensure_future(worker.run(opened, stopping))
            try:
                shown = await card.write(opened)
                await tell(opened)
                hand_over(shown)
                say(f"From nothing to here in {time.monotonic() - began:.0f} s.")
                say(f"Ready. {shown.base_url} (Ctrl-C stops everything, Postgres included)")
                await waiting_until_stopped(opened)
            finally:
                stopping.set()
                await working


async def prepare(opened: House) -> None:
    """Places and languages, the real directory, and the fictional overlay; what is there already takes no time."""
    with Bars() as bars:
        await reference.load(opened.database, progress=bars.tell)
        await import_hsds(opened.database, SHIPPED, source=SHIPPED_SOURCE, progress=bars.tell)
        await overlay.lay(opened, bars.tell)


async def tell(opened: House) -> None:
    say("\nThe story of one request, by real calls to /graphql:\n")
    try:
        await Teller(house=opened, base_url=opened.settings.public_url, say=say).tell()
    except (StoryBroke, OSError, TimeoutError) as error:
        fail(f"The story stopped: {error or type(error).__name__}")


LAST_WORDS = """
The same in REFERRAL_HOME/demo.json. Four things to click:
  help      ask for help as a person would, in any of seven languages
  graphiql  press play: who can help near Brownsville
  mailbox   open a letter, follow its link, and accept
  staff     sign in, choose the Staff door in graphiql, and ask { queue { nodes { status urgency { level } } } }
"""


def hand_over(shown: Card) -> None:
    say("\nReal offices from a US government list of September 2026: confirm by phone.")
    say("People, and what offices say of their openness, are synthetic.\n")
    for name, address in shown.addresses.items():
        say(f"  {name:<9} {address}")
    say(f"  login     {shown.base_url}/staff/login   {shown.login.email}   {shown.login.password}")
    for key in shown.keys:
        answers = f"; answers for {key.organization}" if key.organization else ""
        say(f"  API key   {key.key}   ({', '.join(key.scopes)}{answers})")
    say(LAST_WORDS)


def say(line: str) -> None:
    console.print(line, markup=False, soft_wrap=True)
    console.file.flush()
