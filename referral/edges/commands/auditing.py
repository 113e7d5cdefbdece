"""`referral audit`: is the audit trail as it was written, and how far do its anchors go?"""

from pathlib import Path
from typing import Annotated

import typer

from referral.edges.commands.accounts import say
from referral.edges.commands.terminal import complaints, console, fail, run, settings
from referral.edges.house import House, opened
from referral.foundation.chain import anchor_file, anchors, verifying
from referral.foundation.chain.anchor_file import AnchorsUnreadable
from referral.foundation.chain.anchors import Anchor
from referral.foundation.chain.damage import Damage, Kind
from referral.foundation.chain.verifying import Verdict
from referral.foundation.clock import now
from referral.foundation.settings import Settings

commands = typer.Typer(no_args_is_help=True, help="The audit trail: linked, anchored, and looked through.")

DAMAGED, NOT_KNOWN = 1, 2
LATE_SECONDS = 300.0
MOST_NAMED = 100
WORDS = {
    Kind.EDITED: "an act was changed",
    Kind.MISSING: "acts were deleted",
    Kind.ADDED: "acts were put in that nobody linked",
    Kind.MOVED: "an act stands in another's place",
    Kind.CUT: "the end was cut off",
    Kind.REWRITTEN: "one or more acts were changed, and every hash after them made anew",
    Kind.HEAD: "the end of the chain is not where it was",
    Kind.ANCHOR: "an anchor was changed or is missing",
}
Hex = Annotated[
    list[str] | None,
    typer.Option("--key", help="A public key of before, as `referral audit key` printed it; may be given again."),
]


@commands.command()
def verify(
    files: Annotated[
        list[Path] | None,
        typer.Option("--anchors", help="A file of anchors; may be given again. Else those that are set."),
    ] = None,
    key: Hex = None,
) -> None:
    """Go through the whole trail and say what was done to it, where, and of what kind.

    Exit code 0: nothing is wrong. 1: something is. 2: not known: no anchor outside the database could be read, or
    acts wait to be linked for longer than five minutes.
    """
    chosen, keys = settings(), [public_key(text) for text in key or ()]
    outside, unreadable = anchors_outside(chosen, files)

    async def verifying_it() -> Verdict:
        async with opened(chosen, tell=lambda _news: None) as house, house.database.snapshot() as at:
            own = anchors.public_key(anchors.anchor_key(house.vault))
            return await verifying.verify(at, outside, [own, *keys])

    verdict = run(verifying_it())
    console.print(summary(verdict), markup=False, soft_wrap=True)
    for one in verdict.damage[:MOST_NAMED]:
        complaints.print(named(one), markup=False, soft_wrap=True)
    if len(verdict.damage) > MOST_NAMED:
        complaints.print(f"And {len(verdict.damage) - MOST_NAMED} more.", markup=False)
    if verdict.damage:
        raise typer.Exit(DAMAGED)
    doubts = [*unreadable, *doubts_about(verdict, outside)]
    if doubts:
        fail("\n".join(doubts), code=NOT_KNOWN)


@commands.command(name="anchors")
def list_anchors(
    first: Annotated[int, typer.Option(help="How many of the newest.", min=1, max=10_000)] = 20,
) -> None:
    """Show the newest anchors that the files outside hold, as they stand there. Exit code 2: there are none."""
    outside, unreadable = anchors_outside(settings(), None)
    if not outside:
        fail("\n".join(unreadable) or "There are no anchors yet.", code=NOT_KNOWN)
    for one in sorted({one.number: one for one in outside}.values(), key=lambda one: one.number)[-first:]:
        typer.echo(anchor_file.line(one).decode())


@commands.command(name="key")
def print_key() -> None:
    """Print the public key that anchors are signed with. Keep it elsewhere: after a change of keys it is asked for."""

    async def telling(house: House) -> str:
        return anchors.public_key(anchors.anchor_key(house.vault)).hex()

    say(settings(), telling)


def anchors_outside(chosen: Settings, files: list[Path] | None) -> tuple[list[Anchor], list[str]]:
    """The anchors of all files, and a sentence for each file that cannot be read whole."""
    found, unreadable = list[Anchor](), list[str]()
    for path in files or chosen.anchor_files:
        try:
            told, wrong = anchor_file.read(path)
        except AnchorsUnreadable as error:
            unreadable.append(str(error))
            continue
        found += told
        unreadable += [f"{path}, line {number}: this is not an anchor." for number in wrong[:MOST_NAMED]]
    return found, unreadable


def public_key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        fail("--key: write the 64 hex digits that `referral audit key` printed.", code=NOT_KNOWN)
    return key


def summary(verdict: Verdict) -> str:
    until = f", the newest of {verdict.anchored_at:%Y-%m-%d %H:%M} UTC" if verdict.anchored_at else ""
    lines = [f"Acts: {verdict.acts}, the last at {verdict.last}. Anchors: {verdict.anchors}{until}."]
    if verdict.unlinked.acts:
        lines.append(f"Not linked yet: {verdict.unlinked.acts}.")
    if verdict.anchors_of_others:
        lines.append(f"Anchors of another trail, left aside: {verdict.anchors_of_others}.")
    if not verdict.damage:
        lines.append("Nothing is wrong with what is linked.")
    return "\n".join(lines)


def named(one: Damage) -> str:
    what = "anchor" if one.kind is Kind.ANCHOR else "position"
    where = f"{what} {one.first}" if one.first == one.last else f"{what}s {one.first} to {one.last}"
    return f"{one.kind.value}, {where}: {WORDS[one.kind]}."


def doubts_about(verdict: Verdict, outside: list[Anchor]) -> list[str]:
    """What keeps us from saying that all is well."""
    found: list[str] = []
    if verdict.acts and len(outside) <= verdict.anchors_of_others:
        found.append("No anchor outside the database was read: that nothing was cut off is not known.")
    oldest = verdict.unlinked.oldest
    if oldest is not None and (now() - oldest).total_seconds() > LATE_SECONDS:
        found.append(f"Acts wait to be linked since {oldest:%Y-%m-%d %H:%M} UTC. Does a worker run?")
    return found
