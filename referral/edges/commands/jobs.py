"""`referral jobs`: what waits for the worker, what it gave up on, and a word of the operator's."""

from datetime import datetime
from typing import Annotated

import typer

from referral.edges.commands.accounts import say
from referral.edges.commands.terminal import fail, settings
from referral.edges.house import House
from referral.foundation import backlog
from referral.foundation.backlog import JobState, Tally, Waiting
from referral.foundation.clock import now
from referral.foundation.outbox import MAX_ATTEMPTS, JobKind

commands = typer.Typer(no_args_is_help=True, help="What waits for the worker, and what it gave up on.")

HIGHEST = 2**63 - 1  # as the database counts
Id = Annotated[int, typer.Argument(help="The number of the job, as `list` shows it.", min=1, max=HIGHEST)]
Ids = Annotated[list[int] | None, typer.Argument(help="Numbers of jobs, as `list` shows them.", min=1, max=HIGHEST)]
Kinds = Annotated[list[JobKind] | None, typer.Option("--kind", help="Only this kind; may be given more than once.")]


@commands.command(name="list")
def list_jobs(
    kind: Kinds = None,
    state: Annotated[
        list[JobState] | None, typer.Option(help="Only jobs that stand so; may be given more than once.")
    ] = None,
    first: Annotated[int, typer.Option(help="How many lines at most.", min=1, max=10_000)] = 50,
) -> None:
    """Show jobs, those that have been due longest first, then how many there are of each kind.

    A line is: number, kind, id of what it is about, state, tries, since or until when, the code of the last failure.
    Exit code 0, also where there are none.
    """

    async def listing(opened: House) -> str:
        at = opened.database.reader
        found = await backlog.jobs(at, kinds=kind or (), states=state or (), first=first)
        tallies = await backlog.tallies(at)
        return "\n".join([*map(line, found), *map(tally, tallies)] if tallies else ["No jobs wait."])

    say(settings(), listing)


@commands.command()
def show(id: Id) -> None:
    """Show all that is known of one job. Exit code 1: there is no such job."""

    async def showing(opened: House) -> str:
        found = await backlog.job(opened.database.reader, id)
        if found is None:
            raise backlog.missing(id)
        return "\n".join(f"{name:<10} {text}" for name, text in told(found))

    say(settings(), showing)


@commands.command()
def retry(
    ids: Ids = None,
    parked: Annotated[bool, typer.Option("--parked", help="Every parked job, or those of --kind.")] = False,  # noqa: FBT002 - a flag
    kind: Kinds = None,
) -> None:
    """Let jobs be tried at once, as if for the first time. All of those named, or none.

    Exit code 0: done. 1: one of them is not there, or a worker is at it. 2: it was not said which.
    """
    if bool(ids) == parked:
        fail("Say which: numbers of jobs, or --parked for all that are parked, and not both.", code=2)
    if kind and not parked:
        fail("--kind goes with --parked. Numbers of jobs name them already.", code=2)

    async def retrying(opened: House) -> str:
        async with opened.database.transaction() as tx:
            if parked:
                return f"To be tried again: {await backlog.retry_parked(tx, kind or ())}."
            for id in sorted(set(ids or ())):
                await backlog.retry(tx, id)
        return f"To be tried again: {len(set(ids or ()))}."

    say(settings(), retrying)


@commands.command()
def park(
    ids: Annotated[list[int], typer.Argument(help="Numbers of jobs, as `list` shows them.", min=1, max=HIGHEST)],
) -> None:
    """Leave jobs alone until `retry`; a worker that is at one takes back what it did. All of those named, or none.

    A letter that has gone out is not called back. Exit code 0: done. 1: one of them is not there, or is parked.
    """

    async def parking(opened: House) -> str:
        async with opened.database.transaction() as tx:
            for id in sorted(set(ids)):
                await backlog.park(tx, id)
        return f"Parked: {len(set(ids))}. `referral jobs retry` lets them go on."

    say(settings(), parking)


# ---------------------------------------------------------------- in words
def line(job: Waiting) -> str:
    return "  ".join([str(job.id), job.kind, str(job.subject_id), job.state.value, tries(job), when(job), why(job)])


def tally(one: Tally) -> str:
    return f"{one.jobs} {one.kind} {one.state.value}, the first of them for {moment(one.oldest)}"


def told(job: Waiting) -> list[tuple[str, str]]:
    return [
        ("job", str(job.id)),
        ("kind", job.kind),
        ("about", str(job.subject_id)),
        ("state", job.state.value),
        ("tries", tries(job)),
        ("ordered", moment(job.created_at)),
        ("for", moment(job.run_at)),
        ("at work", f"until {moment(job.leased_until)}, if not renewed" if job.state is JobState.AT_WORK else "no"),
        ("parked", moment(job.parked_at) if job.parked_at else "no"),
        ("failure", why(job)),
        ("now", moment(now())),
    ]


def tries(job: Waiting) -> str:
    return f"{job.attempts} of {MAX_ATTEMPTS}"


def when(job: Waiting) -> str:
    """Since when it is parked, until when a worker has it, or for when it is."""
    return moment(job.parked_at or (job.leased_until if job.state is JobState.AT_WORK else None) or job.run_at)


def why(job: Waiting) -> str:
    return job.error_code or "none"


def moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z" if at else "never"
