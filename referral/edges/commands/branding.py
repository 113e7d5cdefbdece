"""`referral config`: is the organization's file understood, and what is left to do before launch?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from referral.edges.commands.terminal import console, fail
from referral.foundation import branding_reading, contrast
from referral.foundation.branding import ANY, Branding, Hotline
from referral.foundation.branding_reading import BrandingUnusable
from referral.foundation.clock import now

commands = typer.Typer(no_args_is_help=True)

LEFT_TO_DO = 2
File = Annotated[Path, typer.Argument(help="The file that REFERRAL_CONFIG is to name.", dir_okay=False)]


@commands.callback()  # else the one command would have no name
def group() -> None:
    """What the organization says of itself, in referral.toml."""


@commands.command()
def check(file: File) -> None:
    """Say what is understood. Ends with 0; with 1 if it cannot be used, with 2 if something is left before launch."""
    try:
        found = branding_reading.read(file)
    except BrandingUnusable as wrong:
        fail(str(wrong))
    show(found)
    if left := branding_reading.before_launch(found, now().date()):
        console.print("\nBefore launch:")
        for one in left:
            console.print(f"- {one}", markup=False, soft_wrap=True)
        raise typer.Exit(LEFT_TO_DO)


def show(found: Branding) -> None:
    """What the pages will say, without the words themselves."""
    spoken = ", ".join(found.words) or "none, so the pages' own words are used"
    kept = contrast.ratio(contrast.WHITE, found.colours.accent)
    table = Table(show_header=False, box=None)
    for what, value in (
        ("name", found.name),
        ("phone", found.organization.phone or "none"),
        ("words", spoken),
        ("areas", ", ".join(by_any_name(area.name) for area in found.areas) or "none: it helps everywhere"),
        ("accent", f"{found.colours.accent}, {kept:.2f}:1 with white"),
        ("may frame", ", ".join(found.embedding.sites) or "nobody"),
    ):
        table.add_row(what, escape(value))
    for one in found.hotlines:
        table.add_row("hotline", escape(line(one)))
    console.print(table)


def line(one: Hotline) -> str:
    called = f"called {one.checked_on}" if one.checked_on else f"not called yet, read on {one.seen_on}"
    return f"{one.number}  {by_any_name(one.name)}: {', '.join(one.dangers)}; {called}"


def by_any_name(said: Mapping[str, str]) -> str:
    return said.get("en") or said.get(ANY) or next(iter(said.values()))
