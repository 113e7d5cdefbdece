"""`referral keys officer, escrow, recover`: people who together bring the keys back when the root key is lost."""

from base64 import b64decode, b64encode
from pathlib import Path
from typing import Annotated

import typer

from referral.edges import house
from referral.edges.commands.accounts import say
from referral.edges.commands.terminal import console, fail, settings
from referral.edges.house import House
from referral.foundation.keys import escrow
from referral.foundation.keys import files as key_files
from referral.foundation.keys import folder as key_folder
from referral.foundation.keys.hybrid import PrivateHalf
from referral.foundation.keys.refusals import KeyElsewhere, KeyFileUnusable, SealBroken

NO_PRIVATE = "This folder holds no private keys. Do this where they are."


def officer(
    private: Annotated[Path, typer.Argument(help="Where to write the private half; keep it away from the machine.")],
) -> None:
    """Make a recovery officer's key pair: the private half into a file, the public one on the screen.

    Exit code 0: made. 1: the file is there already; nothing is written over.
    """
    half = PrivateHalf.made()
    try:
        if not key_files.write_once(private, b64encode(half.raw) + b"\n"):
            fail(f"{private} is there already. Nothing is written over.")
    except OSError as error:
        fail(f"{private} cannot be written ({error.strerror}).")
    console.print(b64encode(half.public).decode(), soft_wrap=True, markup=False)


def put_in_escrow(
    into: Annotated[Path, typer.Argument(help="The file to write. It is worth nothing without enough officers.")],
    officers: Annotated[list[Path], typer.Option("--officer", help="A file with an officer's public half; one each.")],
    needed: Annotated[int, typer.Option(help="How many of them must come.", min=1)] = 2,
) -> None:
    """Seal the keys to recovery officers, of whom some together bring them back when the root key is lost.

    Make a new one, and destroy the old, whenever a week was made or destroyed: it holds the weeks of its day.
    Exit code 0: done. 1: a file cannot be used, or is there already.
    """
    halves = [read(path) for path in officers]

    async def sealing(opened: House) -> str:
        ring = opened.vault.ring
        if ring is None or ring.root is None:
            raise KeyElsewhere(NO_PRIVATE)
        contents = key_folder.to_escrow(opened.settings.key_folder, ring.root, ring)
        try:
            written = escrow.sealed(contents, halves, needed=needed)
        except ValueError as error:
            fail(str(error))
        if not key_files.write_once(into, written):
            fail(f"{into} is there already. Nothing is written over.")
        return f"{into} opens with {needed} of {len(halves)} officers."

    say(settings(), sealing)


def recover(
    written: Annotated[Path, typer.Argument(help="The escrow.", exists=True, dir_okay=False)],
    officers: Annotated[list[Path], typer.Option("--officer", help="A file with an officer's private half; one each.")],
) -> None:
    """Make the key folder anew from an escrow, under a new root key. REFERRAL_KEYS names the folder, which is empty.

    Exit code 0: done. 1: these officers are too few or not its own, or the folder is not empty.
    """
    chosen, halves = settings(), [read(path) for path in officers]
    try:
        contents = escrow.opened(written.read_bytes(), halves)
        count = key_folder.from_escrow(contents, chosen.key_folder, house.root_key(chosen))
    except SealBroken:
        fail("These officers cannot open it: they are too few, or not the ones it was sealed to.")
    except (ValueError, KeyFileUnusable) as error:
        fail(str(error))
    console.print(f"{chosen.key_folder} opens {count} weeks and classes again.", markup=False, soft_wrap=True)


def read(path: Path) -> bytes:
    try:
        return b64decode(path.read_bytes().strip(), validate=True)
    except (OSError, ValueError):
        fail(f"{path} holds no officer's key.")
