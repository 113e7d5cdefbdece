"""`referral serve` and `referral worker`: the two kinds of process a running system is made of."""

import asyncio
import gc
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from typing import Annotated

import typer
import uvicorn
import uvloop
from starlette.types import ASGIApp

from referral.edges import house, keeper
from referral.edges.commands import forgetful
from referral.edges.commands.terminal import console, fail, run, settings, write_log
from referral.edges.house import House
from referral.foundation.logins import Login
from referral.foundation.settings import Settings

Build = Callable[[House], ASGIApp]
Host = Annotated[str | None, typer.Option(help="The address to listen on. Default: REFERRAL_HOST, else 127.0.0.1.")]
Port = Annotated[int | None, typer.Option(help="The port; 0 takes a free one. Default: REFERRAL_PORT, else 8000.")]
Surface = Annotated[
    str | None,
    typer.Option(
        help="Which doors it opens: public, partner, console, all. Default: REFERRAL_SURFACE, else all. With public it "
        "takes no private keys: it takes requests in and opens none but by its receipt."
    ),
]
GRACE_SECONDS = 5
SPEAKS: dict[str, tuple[Login, ...]] = {
    "public": (Login.PUBLIC,),
    "partner": (Login.PARTNER,),
    "console": (Login.CONSOLE,),
    "all": (Login.PUBLIC, Login.PARTNER, Login.CONSOLE),
}
MADE_BEFORE_LOOKING = 20_000


class Server(uvicorn.Server):
    """Uvicorn without its own signal handling: the command decides what ends, and in which order."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def serve(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    surface: Surface = None,
    with_worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Also do the worker's work.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Serve pages and GraphQL. Starts the embedded Postgres unless REFERRAL_DATABASE_URL names another."""
    write_log()
    chosen = settings(host=host, port=port, surface=surface)
    if with_worker:
        with_private_keys(chosen)
    if not chosen.holds_private_keys:
        forgetful.start_again()
    listener = listen(chosen)
    chosen = with_address(chosen, listener)
    run(
        serving(chosen, context.obj, listener, with_worker=with_worker),
        loop=uvloop.new_event_loop if chosen.holds_private_keys else asyncio.new_event_loop,
    )


def work(
    at_once: Annotated[
        int | None, typer.Option(help="Jobs at hand at once. Default: REFERRAL_JOBS_AT_ONCE, else 4.", min=1, max=64)
    ] = None,
) -> None:
    """Match requests, tell and ask providers, end offers that ran out. As many as you like may run at once, anywhere.

    A signal ends it: the jobs at hand are finished first. Exit code 0: ended so. 1: it could not begin.
    """
    write_log()
    run(working(with_private_keys(settings(jobs_at_once=at_once))))


def with_private_keys(chosen: Settings) -> Settings:
    """The same, for what cannot be done without private keys."""
    if not chosen.holds_private_keys:
        fail(
            "A worker opens requests, and the surface public holds no private keys. Run the worker on another surface."
        )
    return chosen


async def serving(chosen: Settings, build: Build, listener: socket.socket, *, with_worker: bool) -> None:
    wanted = (*SPEAKS[chosen.surface], *([Login.WORKER] if with_worker else []))
    async with house.serving(chosen, wanted, tell=console.print) as opened, serving_house(opened, build, listener):
        if opened.vault.opens:
            await keeper.make_keys(opened)
        console.print(f"Serving at {chosen.public_url}", markup=False)
        await (working_until_stopped(opened) if with_worker else waiting_until_stopped(opened))


async def working(chosen: Settings) -> None:
    async with house.serving(chosen, [Login.WORKER], tell=console.print) as opened:
        console.print("Working. Ctrl-C stops.")
        await working_until_stopped(opened)


async def working_until_stopped(opened: House) -> None:
    """Do the worker's work until a signal comes; the job at hand is finished first."""
    from referral.edges import worker  # noqa: PLC0415 - who only serves need not know how to match or write letters

    stopping = asyncio.Event()
    job = asyncio.ensure_future(worker.run(opened, stopping))
    try:
        await asyncio.shield(job)
    except asyncio.CancelledError:
        stopping.set()
        await job


async def waiting_until_stopped(opened: House) -> None:
    """Wait until a signal comes: a good end, not a failure."""
    with suppress(asyncio.CancelledError):
        async with nullcontext() if opened.vault.opens else forgetful.forgetting():
            await asyncio.Event().wait()


@asynccontextmanager
async def serving_house(opened: House, build: Build, listener: socket.socket) -> AsyncGenerator[None]:
    """Answer HTTP for a block; open answers are given a few seconds to end."""
    config = uvicorn.Config(
        build(opened),
        loop="none",
        http="httptools",
        ws="none",
        lifespan="off",
        proxy_headers=False,  # the door itself looks at who forwarded what
        access_log=False,  # paths hold the tokens of links
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = Server(config)
    gc.collect()
    gc.freeze()  # schemas and modules stay for good: looking through them again and again stops every answer meanwhile
    # An answer makes a thousand things and leaves a few circles: look seldom, but at all that is not frozen often
    # enough that circles which outlive one answer do not pile up.
    gc.set_threshold(MADE_BEFORE_LOOKING, 10, 2)
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    try:
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn tells no other way
            await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await serving


# ---------------------------------------------------------------- the address
def listen(chosen: Settings) -> socket.socket:
    """Take the port before anything else is done, so that a taken one is told at once.

    What is written is sent at once, on every connection: asyncio sees to that only where a socket says that it is TCP,
    and Python's does not. Without it the second part of an answer waits for the first to be confirmed, 40 ms.
    """
    try:
        taken = socket.create_server((chosen.host, chosen.port), reuse_port=False)
    except OSError as error:
        fail(f"{chosen.host}:{chosen.port} cannot be listened on ({error.strerror}). Choose another with --port.")
    taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return taken


def with_address(chosen: Settings, listener: socket.socket) -> Settings:
    """Links in letters begin with the address that is really served, unless the operator named one."""
    if "public_url" in chosen.model_fields_set:
        return chosen
    host, port = listener.getsockname()[:2]
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    return chosen.model_copy(update={"public_url": f"http://{shown}:{port}", "port": port})
