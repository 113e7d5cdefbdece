"""`referral keys`: what opens what was sealed. docs/keys.md says when to do what."""

from pathlib import Path
from typing import Annotated

import typer

from referral.edges import keeper
from referral.edges.commands import officers
from referral.edges.commands.accounts import say
from referral.edges.commands.terminal import Bars, fail, settings
from referral.edges.house import House
from referral.foundation.clock import now
from referral.foundation.keys import folder as key_folder
from referral.foundation.keys.epochs import Epoch
from referral.foundation.keys.refusals import KeyElsewhere
from referral.foundation.keys.ring import Held, Ring
from referral.foundation.keys.root import RootKey
from referral.sealed import rewrapping, rows
from referral.sealed.rows import Number

commands = typer.Typer(no_args_is_help=True, help="The keys that seal what people send, by week.")

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would go; change nothing.")]
Sure = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
NO_PRIVATE = "This folder holds no private keys. Do this where they are."


def ring_of(opened: House) -> Ring:
    if opened.vault.ring is None:
        raise KeyElsewhere(NO_PRIVATE)
    return opened.vault.ring


def root_of(ring: Ring) -> RootKey:
    if ring.root is None:
        raise KeyElsewhere(NO_PRIVATE)
    return ring.root


@commands.command(name="list")
def list_keys() -> None:
    """Show every week: its days, what its keys do, and how many rows are sealed under it. Exit code 0."""

    async def listing(opened: House) -> str:
        counted = await rows.numbers(opened.database.reader)
        lines = [line(one, total(counted, one.epoch)) for one in ring_of(opened).held()]
        if old := total(counted, None):
            lines.append(f"{old:>8} rows of older versions. Run: referral keys rewrap")
        return "\n".join(lines) if lines else "There are no keys yet."

    say(settings(), listing)


@commands.command()
def status() -> None:
    """Say whether all is well with the keys, and what to do if not. Exit code 0: well. 1: something is to be done."""

    async def telling(opened: House) -> str:
        troubles = await wrong(opened)
        if troubles:
            fail("\n".join(troubles))
        return "All is well: this week has its keys, and everything sealed has a key that opens it."

    say(settings(), telling)


async def wrong(opened: House) -> list[str]:
    """What an operator should do, a sentence each."""
    ring, counted = ring_of(opened), await rows.numbers(opened.database.reader)
    found: list[str] = []
    if not opened.vault.can_seal(now()):
        found.append("This week has no public key: nothing can be taken in. Run: referral keys export-public")
    if not opened.vault.opens:
        return found
    opens = {one.epoch for one in ring.held() if one.opens}
    lost = sum(one.rows for one in counted if one.epoch and one.epoch not in opens)
    if lost:
        found.append(f"{lost} rows are sealed under keys that are not here. Run `referral keys list`.")
    if to_wrap := await rewrapping.left(opened.database.reader, ring):
        found.append(f"{to_wrap} rows are wrapped by older keys. Run: referral keys rewrap")
    return found


@commands.command()
def create(
    weeks: Annotated[int, typer.Option(help="For so many weeks after this one.", min=0, max=52)] = 8,
) -> None:
    """Make the keys of the coming weeks; the worker does so every hour. Exit code 0, also where all are there."""

    async def creating(opened: House) -> str:
        root_of(ring := ring_of(opened))
        made = ring.make_ahead(now(), weeks=weeks)
        return "\n".join([*(epoch.name for epoch in made), f"Made: {len(made)}."])

    say(settings(), creating)


@commands.command()
def rotate(
    epochs: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--epochs", help="Also new keys for this week: what comes in from now on is sealed by them.")
    ] = False,
) -> None:
    """Make a new root key, and wrap the other keys by it; the one before is destroyed. People may come in meanwhile.

    Interrupted, it is made up for by calling it again. Exit code 0: done. 1: the root key cannot be changed here.
    """

    async def rotating(opened: House) -> str:
        ring = ring_of(opened)
        count = key_folder.rotate(opened.settings.key_folder, root_of(ring), ring)
        lines = [f"There is a new root key, and {count} private halves are wrapped by it. Make a new backup of it."]
        if epochs:
            lines += [f"New: {epoch.name}" for epoch in ring.make_anew(now())]
            lines.append("Run `referral keys rewrap`, and bring the public folder up to date.")
        return "\n".join(lines)

    say(settings(), rotating)


@commands.command()
def rewrap() -> None:
    """Wrap anew the data keys of older versions, and of weeks that have newer keys. People may come in meanwhile.

    Interrupted, it goes on with what is left when it is called again. Exit code 0: nothing is left.
    """

    async def wrapping(opened: House) -> str:
        ring, at = ring_of(opened), opened.database.reader
        root, total_rows = root_of(ring), await rewrapping.left(at, ring)
        with Bars() as bars:
            done = await rewrapping.rewrap(
                opened.database,
                opened.vault,
                now=now(),
                tell=lambda done: bars.tell("rows", done, max(done, total_rows)),
            )
        folder = opened.settings.key_folder
        forgotten = not await rows.old_ones_left(at) and key_folder.forget_old_wrap(folder, root, ring.backup)
        after = "\nThe key of older versions is destroyed. Run `referral keys rotate`, too." if forgotten else ""
        return f"Wrapped anew: {done}.{after}"

    say(settings(), wrapping)


@commands.command()
def destroy(
    epoch: Annotated[str, typer.Option(help="The week, as `list` names it, such as request-2026-W48.")],
    dry_run: DryRun = False,  # noqa: FBT002 - a flag
    yes: Sure = False,  # noqa: FBT002 - a flag
) -> None:
    """Destroy a week's keys, for good: nobody reads again what was sealed under them, in no backup either.

    Its rows are emptied. Run it also on each machine that has a public folder, or export that folder anew.
    Exit code 0: done. 1: there are no such keys, or it was not wanted. 2: that is no name of a week.
    """
    wanted = Epoch.named(epoch)
    if wanted is None:
        fail(f"{epoch} is no name of a week. Write it as `referral keys list` does: request-2026-W48", code=2)

    async def destroying(opened: House) -> str:
        if wanted not in {one.epoch for one in ring_of(opened).held()}:
            fail(f"There are no keys of {wanted.name} here.")
        found = await rows.of_epoch(opened.database.reader, wanted)
        told = ", ".join(f"{count} in {kept_in}" for kept_in, count in found.items()) or "no rows"
        if dry_run:
            return f"Would be unreadable for good: {told}."
        if not yes:
            typer.confirm(f"Unreadable for good: {told}. Destroy {wanted.name}?", abort=True)
        emptied = await keeper.end(opened, wanted)
        return f"The keys of {wanted.name} are destroyed; unreadable: {told}. Requests emptied: {emptied}."

    say(settings(), destroying)


@commands.command(name="export-public")
def export_public(
    into: Annotated[Path, typer.Argument(help="The folder; made if it is not there.", file_okay=False)],
) -> None:
    """Bring a folder up to date for a machine that the public can reach. It seals, and opens nothing.

    Do it again every few weeks: what has been made since is added, what has been destroyed goes. Exit code 0: done.
    """
    chosen = settings()

    async def exporting(_: House) -> str:
        count = key_folder.export_public(chosen.key_folder, into)
        return f"{into} holds the public halves of {count} weeks and classes. On that machine: REFERRAL_KEYS={into}"

    say(chosen, exporting)


commands.command(name="officer")(officers.officer)
commands.command(name="escrow")(officers.put_in_escrow)
commands.command(name="recover")(officers.recover)


def line(one: Held, count: int) -> str:
    does = "destroyed" if one.is_destroyed else "seals, opens" if one.opens else "seals"
    return f"{count:>8} rows  {one.epoch.name:<22} {one.epoch.begins_on} to {one.epoch.ends_on}  {does}"


def total(counted: list[Number], epoch: Epoch | None) -> int:
    return sum(one.rows for one in counted if one.epoch == epoch)
