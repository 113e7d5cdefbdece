"""`referral import`: lists of providers, and the places and languages that come along."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from referral.edges import house
from referral.edges.commands.terminal import Bars, console, fail, run, settings
from referral.edges.hsds.importing import ImportReport, import_hsds
from referral.edges.hsds.rows import NotHsds
from referral.foundation import reference
from referral.foundation.settings import Settings

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "eoir_pro_bono"
SHIPPED_SOURCE = "US Department of Justice, EOIR: list of pro bono legal service providers, September 2026"
SHOWN_ERRORS = 200
SOME_ROWS_FAILED = 2

commands = typer.Typer(no_args_is_help=True, help="Bring data in. Running it again changes only what changed.")


@commands.command()
def hsds(
    path: Annotated[
        Path | None,
        typer.Argument(help="A tabular HSDS 3 package (folder or zip) or JSON services. Default: the shipped list."),
    ] = None,
    source: Annotated[str | None, typer.Option(help="Where the list comes from, as people will read it.")] = None,
) -> None:
    """Insert or update a list of providers. Exit code 2 if rows failed (the good ones landed), 1 if it is no HSDS."""
    package = path or SHIPPED
    if not package.exists():  # told before the places are loaded, which takes a while the first time
        fail(f"{package} does not exist. Name a folder, a zip or a JSON file, or nothing for the shipped list.")
    named = SHIPPED_SOURCE if package.resolve() == SHIPPED else package.name
    run(importing(settings(), package, source or named))


@commands.command(name="reference")
def import_reference() -> None:
    """Load places and languages. The first time takes a minute, later ones no time."""
    run(loading(settings()))


async def importing(chosen: Settings, path: Path, source: str) -> None:
    async with house.opened(chosen, tell=console.print) as opened:
        with Bars() as bars:
            await reference.load(opened.database, progress=bars.tell)  # courts and languages are looked up in it
            try:
                report = await import_hsds(opened.database, path, source=source, progress=bars.tell)
            except NotHsds as no:
                fail(f"{path}: {no}")
            except OSError as error:
                fail(f"{path} cannot be read ({error.strerror}).")
    show(report)
    if report.errors:
        raise typer.Exit(SOME_ROWS_FAILED)


async def loading(chosen: Settings) -> None:
    async with house.opened(chosen, tell=console.print) as opened:
        with Bars() as bars:
            counts = await reference.load(opened.database, progress=bars.tell)
    console.print(f"{counts.places:,} places, {counts.names:,} names and {counts.languages:,} languages changed.")


def show(report: ImportReport) -> None:
    """The numbers by table, then every row or field that could not be used."""
    table = Table("table", "new", "changed", "same", "gone", "failed", box=None, pad_edge=False)
    for name, counts in report.counts.items():
        cells = (counts.inserted, counts.updated, counts.unchanged, counts.removed, counts.failed)
        table.add_row(name, *map(str, cells))
    console.print(table)
    console.print(f"Changes: {report.changed}.")
    if not report.errors:
        return
    errors = Table("file", "row", "field", "reason", "row landed", box=None, pad_edge=False)
    for error in report.errors[:SHOWN_ERRORS]:
        errors.add_row(error.file, str(error.row), error.field, error.reason, "yes" if error.landed else "no")
    console.print(errors)
    more = len(report.errors) - SHOWN_ERRORS
    console.print(f"Errors: {len(report.errors)}{f', {more} of them not shown' if more > 0 else ''}.")
