"""How a command talks: progress, one sentence for a failure that was to be expected, and what to do about it."""

import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar

import pydantic
import typer
import uvloop
from pydantic_settings import SettingsError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from referral.foundation import branding_reading, mail
from referral.foundation.db import DatabaseUnreachable
from referral.foundation.embedded import ClusterError
from referral.foundation.errors import Refused, ValidationFailed
from referral.foundation.gazetteer import outside_geocoder
from referral.foundation.logins import NoLogins
from referral.foundation.settings import Settings
from referral.foundation.trouble import traced
from referral.foundation.vault import KeyFileUnusable
from referral.matching.answers import Rule

Result = TypeVar("Result")

console = Console(highlight=False)
complaints = Console(stderr=True, highlight=False)
log = logging.getLogger(__name__)

EXPECTED = (ClusterError, KeyFileUnusable, DatabaseUnreachable, NoLogins, Refused)


def settings(**changes: object) -> Settings:
    """The settings, or a sentence for each variable that cannot be used; told before anything is started."""
    try:
        chosen = Settings(**{name: value for name, value in changes.items() if value is not None})  # pyright: ignore[reportArgumentType] - checked by pydantic
    except pydantic.ValidationError as error:
        for wrong in error.errors(include_url=False, include_input=False):
            name = "_".join(str(part) for part in wrong["loc"]).upper()
            complaints.print(f"REFERRAL_{name}: {wrong['msg']}", markup=False)
        raise typer.Exit(1) from None
    except SettingsError as error:  # a list or a table that is no JSON
        fail(f"A REFERRAL_ variable cannot be read: {error}. Write it as JSON.")
    if unknown := sorted(chosen.relaxed_rules - {rule.value for rule in Rule}):
        known = ", ".join(rule.value for rule in Rule)
        fail(f"REFERRAL_RELAXED_RULES: there is no rule {', '.join(unknown)}. The rules are: {known}.")
    try:
        mail.mailer(chosen)
        outside_geocoder(chosen)
        branding_reading.read(chosen.config)
    except ValueError as error:
        fail(str(error))
    return chosen


def fail(sentence: str, *, code: int = 1) -> NoReturn:
    """Say what is wrong and what to do, on standard error."""
    complaints.print(sentence, markup=False, soft_wrap=True)
    raise typer.Exit(code)


def run(
    work: Coroutine[None, None, Result],
    *,
    loop: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop,
) -> Result:
    """Run a command's work to its end. SIGINT and SIGTERM cancel it, so everything it opened is closed again."""
    try:
        with asyncio.Runner(loop_factory=loop) as runner:
            return runner.run(stoppable(work))
    except asyncio.CancelledError:
        raise typer.Exit(130) from None
    except ValidationFailed as refused:
        fail("\n".join(f"{'.'.join(one.path)}: {one.message}" for one in refused.problems))
    except EXPECTED as error:
        fail(str(error) or type(error).__name__)


async def stoppable(work: Coroutine[None, None, Result]) -> Result:
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().set_exception_handler(note)

    def stop() -> None:
        if not task.cancelling():  # asked again, it goes on closing what it opened
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    return await task


def note(_loop: asyncio.AbstractEventLoop, trouble: dict[str, Any]) -> None:
    """Write down an error that nobody waited for; the loop's own message would quote it."""
    error = trouble.get("exception")
    log.error("outside of any task: %s", traced(error) if error else "no exception")


class WithoutWords(logging.Formatter):
    """Writes the type and place of an exception, never its text, which may hold what somebody typed."""

    def formatException(self, ei: Any) -> str:  # noqa: ANN401, N802 - the logging module's own signature and name
        return traced(ei[1])


def write_log(level: int = logging.INFO) -> None:
    """One line an event on standard error. What is logged are ids, codes and durations, never what people sent."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(WithoutWords("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[lines], force=True)
    for name in ("uvicorn", "uvicorn.error", "alembic", "asyncio"):
        logging.getLogger(name).setLevel(logging.ERROR)


class Bars:
    """Progress bars, one for each thing that is worked on; calls may come from any thread."""

    def __init__(self, on: Console = console) -> None:
        self.progress = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=on,
        )
        self.tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.progress.stop()

    def tell(self, what: str, done: int, total: int) -> None:
        if what not in self.tasks:
            self.tasks[what] = self.progress.add_task(what, total=total)
        self.progress.update(self.tasks[what], completed=done, total=total)
