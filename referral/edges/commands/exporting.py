"""`referral export`: what is published, for other directories."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from referral.edges import house
from referral.edges.commands.terminal import Bars, console, fail, run, settings
from referral.edges.hsds.exporting import Form, export_hsds
from referral.foundation.settings import Settings

commands = typer.Typer(no_args_is_help=True, help="Give away what is published.")


@commands.callback()
def export() -> None:
    """Keep the name of what is exported in the command, though there is one so far."""


@commands.command()
def hsds(
    path: Annotated[Path, typer.Argument(help="The folder or .zip to write; with --format json, the file.")],
    form: Annotated[
        Form, typer.Option("--format", help="tabular: CSV files with datapackage.json. json: an array of services.")
    ] = Form.TABULAR,
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of the package there.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Write the directory as an HSDS 3.1 package. Hidden places have no address and no coordinates.

    Exit code 1 if nothing was written, such as where something stands at the path already.
    """
    run(exporting(settings(), path.resolve(), form, replace=replace))


async def exporting(chosen: Settings, path: Path, form: Form, *, replace: bool) -> None:
    async with house.opened(chosen, tell=console.print) as opened:
        with Bars() as bars:
            try:
                counts = await export_hsds(opened.database, path, form=form, replace=replace, progress=bars.tell)
            except OSError as error:
                fail(f"{path} cannot be written ({error.strerror}). Name a path this account can write.")
    table = Table("table", "rows", box=None, pad_edge=False)
    for name, count in counts.items():
        table.add_row(name, f"{count:,}")
    console.print(table)
    console.print(f"Written: {path}", markup=False, soft_wrap=True)
