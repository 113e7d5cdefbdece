"""`referral import`: lists of providers, and the places and languages that come along."""

import csv
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from referral.directory.lists.keeping import Outcome
from referral.directory.lists.retiring import MOST_PERCENT, MissingPolicy
from referral.edges import house
from referral.edges.commands.terminal import Bars, console, fail, run, settings
from referral.edges.hsds.importing import ImportReport, Terms, import_flat, import_hsds
from referral.edges.hsds.package import named_source
from referral.edges.hsds.rows import NotHsds
from referral.foundation import reference
from referral.foundation.db import to_json
from referral.foundation.settings import Settings

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "eoir_pro_bono"
SHIPPED_EDITIONS = "US Department of Justice, EOIR: list of pro bono legal service providers"
SHIPPED_SOURCE = f"{SHIPPED_EDITIONS}, September 2026"
SHOWN_ERRORS = 200
SHOWN_CHANGES = 100
LONGEST_SHOWN = 60
SOME_ROWS_FAILED = 2
STANDS = {
    Outcome.KEPT: "agreed on",
    Outcome.AGREES: "both are the same now",
    Outcome.NEWER: "the list, it is newer; staff have to look",
    Outcome.OLDER: "agreed on, it is newer; staff have to look",
}

EditionOf = Annotated[
    str | None, typer.Option(help="How the sources of this list's editions begin, if not with the whole of --source.")
]
MissingOption = Annotated[MissingPolicy, typer.Option(help="What becomes of listings that this edition leaves out.")]
RetireUpTo = Annotated[
    int, typer.Option(min=1, max=100, help="Refuse to retire more than so many percent of the list.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")]

ErrorsTo = Annotated[
    Path | None, typer.Option("--errors", help="Also write every error into this CSV file, for whoever mends the list.")
]

commands = typer.Typer(no_args_is_help=True, help="Bring data in. Running it again changes only what changed.")


@commands.command()
def hsds(
    path: Annotated[
        Path | None,
        typer.Argument(help="A tabular HSDS 3 package (folder or zip) or JSON services. Default: the shipped list."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            help="Where the list comes from, as people will read it. Default: what its descriptor names, else the file."
        ),
    ] = None,
    edition_of: EditionOf = None,
    missing: MissingOption = MissingPolicy.REPORT,
    retire_up_to: RetireUpTo = MOST_PERCENT,
    dry_run: DryRun = False,  # noqa: FBT002 - a flag
    errors_to: ErrorsTo = None,
) -> None:
    """Insert or update a list of providers.

    Exit code 2 if rows failed (the good ones landed), 1 if nothing was written: it is no HSDS, or more would be retired
    than is allowed.
    """
    package = path or SHIPPED
    if not package.exists():  # told before the places are loaded, which takes a while the first time
        fail(f"{package} does not exist. Name a folder, a zip or a JSON file, or nothing for the shipped list.")
    is_shipped = package.resolve() == SHIPPED
    named = source or (SHIPPED_SOURCE if is_shipped else named_source(package) or package.name)
    edition = edition_of or (SHIPPED_EDITIONS if is_shipped and source is None else None)
    terms = Terms(missing=missing, edition_of=edition, retire_up_to=retire_up_to, dry_run=dry_run)
    write_errors(errors_to, run(importing(settings(), package, named, terms)))


@commands.command(name="csv")
def flat(
    path: Annotated[Path, typer.Argument(help="A list as CSV, plain or gzipped: one line, one service.")],
    mapping: Annotated[Path, typer.Option(help="What its columns mean, as TOML. Examples: docs/examples.")],
    source: Annotated[
        str | None, typer.Option(help="Where the list comes from. Default: what the mapping says, else its name.")
    ] = None,
    edition_of: EditionOf = None,
    missing: MissingOption = MissingPolicy.REPORT,
    retire_up_to: RetireUpTo = MOST_PERCENT,
    dry_run: DryRun = False,  # noqa: FBT002 - a flag
    errors_to: ErrorsTo = None,
) -> None:
    """Insert or update a plain list.

    Exit code 2 if lines or parts of them could not be used (the rest landed), 1 if nothing was written.
    """
    try:
        given = tomllib.loads(mapping.read_text(encoding="utf-8"))
    except OSError as error:
        fail(f"{mapping} cannot be read ({error.strerror}).")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        fail(f"{mapping} is no TOML: {error}")
    if not path.is_file():
        fail(f"{path} does not exist, or is no file.")
    named = source or str(given.get("source") or path.name)
    terms = Terms(missing=missing, edition_of=edition_of, retire_up_to=retire_up_to, dry_run=dry_run)
    write_errors(errors_to, run(importing(settings(), path, named, terms, given)))


@commands.command(name="reference")
def import_reference() -> None:
    """Load places and languages. The first time takes a minute, later ones no time."""
    run(loading(settings()))


async def importing(
    chosen: Settings, path: Path, source: str, terms: Terms, given: dict[str, Any] | None = None
) -> ImportReport:
    """An HSDS package or, where a mapping is `given`, a plain list."""
    async with house.opened(chosen, tell=console.print) as opened:
        with Bars() as bars:
            await reference.load(opened.database, progress=bars.tell)  # courts and languages are looked up in it
            try:
                if given is None:
                    report = await import_hsds(opened.database, path, source=source, progress=bars.tell, terms=terms)
                else:
                    report = await import_flat(
                        opened.database, path, given, source=source, progress=bars.tell, terms=terms
                    )
            except NotHsds as no:
                fail(f"{path}: {no}")
            except OSError as error:
                fail(f"{path} cannot be read ({error.strerror}).")
    show(report)
    show_kept(report)
    show_missing(report, terms)
    if terms.dry_run:
        show_differences(report)
    return report


def write_errors(path: Path | None, report: ImportReport) -> None:
    """All errors as a file, if one is asked for; then the exit code that says there were some."""
    if path is not None:
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                lines = csv.writer(file)
                lines.writerow(("file", "row", "field", "reason", "row landed"))
                lines.writerows((one.file, one.row, one.field, one.reason, one.landed) for one in report.errors)
        except OSError as error:
            fail(f"{path} cannot be written ({error.strerror}). What the import did stands.")
        console.print(f"Every error is in {path}.", markup=False)
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


def show_kept(report: ImportReport) -> None:
    """What was agreed on with providers and the list says otherwise: what is kept, and what staff have to look at."""
    if not report.kept:
        return
    table = Table("listing", "fact", "the list says", "agreed on", "what stands", box=None, pad_edge=False)
    for one in report.kept[:SHOWN_CHANGES]:
        said = (one.listing, one.fact.value, shown(one.listed), shown(one.approved), STANDS[one.outcome])
        table.add_row(*map(escape, said))
    console.print(table)
    if (more := len(report.kept) - SHOWN_CHANGES) > 0:
        console.print(f"... and {more:,} more.")


def show_missing(report: ImportReport, terms: Terms) -> None:
    """Which listings this edition leaves out, and what became of them."""
    if not report.missing:
        return
    for listing in report.missing[:SHOWN_CHANGES]:
        console.print(f"No longer listed: {listing.name}", markup=False)
    if (more := len(report.missing) - SHOWN_CHANGES) > 0:
        console.print(f"... and {more:,} more.")
    if report.retired:
        console.print(f"Retired: {report.retired:,}. They come back when a list names them again.")
    elif terms.missing is MissingPolicy.RETIRE:
        console.print("Nothing was retired, since rows failed: a broken row is no missing one. Mend them first.")
    else:
        console.print("They stay listed. To take them out: --missing retire.")


def show_differences(report: ImportReport) -> None:
    """What a dry run would have changed in listings that are known already."""
    if report.differences:
        table = Table("listing", "field", "now", "then", box=None, pad_edge=False)
        for one in report.differences[:SHOWN_CHANGES]:
            table.add_row(*map(escape, (one.listing, one.field, shown(one.before), shown(one.after))))
        console.print(table)
        if (more := len(report.differences) - SHOWN_CHANGES) > 0:
            console.print(f"... and {more:,} more.")
    console.print("This was a dry run: nothing was written.")


def shown(value: object) -> str:
    """A value in one short line."""
    text = "" if value is None else value if isinstance(value, str) else to_json(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
