"""`referral contract`: what is written down from the code for those who build on it."""

from pathlib import Path
from typing import Annotated

import typer

from referral.edges.commands.terminal import complaints, console, fail
from referral.edges.graphql import schemas
from referral.edges.graphql.schemas import Audience
from referral.edges.hsds import openapi
from referral.privacy import table


def contract(
    folder: Annotated[
        Path,
        typer.Argument(help="Where public.graphql, partner.graphql, staff.graphql, hsds.json and visibility.md stand."),
    ],
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit code 1 if they differ.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Write the published schema of each audience and of the HSDS API, and who sees what of it."""
    try:
        different = written(folder, check=check)
    except OSError as error:
        fail(f"{folder} cannot be used ({error.strerror}). Name a folder this account can write.")
    if check and different:
        complaints.print(f"Not as the code has it: {', '.join(different)}. Write anew: referral contract {folder}")
        raise typer.Exit(1)
    console.print(
        f"{'Written' if different else 'Nothing to write'}: {', '.join(different) or 'all as the code has it'}."
    )


def written(folder: Path, *, check: bool) -> list[str]:
    """The files that are not as the code has them; unless it is only a check, they are now."""
    different: list[str] = []
    texts = {f"{audience.value}.graphql": schemas.sdl(audience) for audience in Audience}
    for name, text in {**texts, openapi.FILE: openapi.written(), table.FILE: table.written()}.items():
        path = folder / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        different.append(path.name)
        if not check:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return different
