"""`referral i18n`: how far the translations are, whether one is broken, and whether its English has changed since."""

from itertools import groupby

import typer

from referral.edges import refreshing, translations
from referral.edges.translations import Standing
from referral.foundation import clock

commands = typer.Typer(no_args_is_help=True, help="How far the translations are, and whether one is broken.")


@commands.command()
def status() -> None:
    """Show for each language and catalogue how much is written and how much is reviewed.

    Exit code 1: something lacks, or is a draft. What lacks one text is shown in English as a whole page.
    """
    found = translations.standings()
    for lang, ones in groupby(found, key=lambda one: one.lang):
        several = list(ones)
        texts, written, reviewed = (sum(getattr(one, name) for one in several) for name in COUNTED)
        typer.echo(f"{lang}: {written} of {texts} written, {reviewed} reviewed")
        for one in several:
            typer.echo(f"  {one.domain:<10} {line(one)}")
    if not all(one.is_whole and one.reviewed == one.texts for one in found):
        raise typer.Exit(1)


@commands.command()
def check() -> None:
    """Show what is broken in any catalogue. Exit code 1: something is."""
    found = translations.faults()
    for fault in found:
        typer.echo(fault)
    if found:
        raise typer.Exit(1)
    typer.echo("No catalogue is broken.")


@commands.command()
def refresh() -> None:
    """Make drafts of translations whose English has changed, and write beside each new one which English it is of."""
    found = refreshing.refresh(clock.now().date())
    for file, ids in found.items():
        for id in ids:
            typer.echo(f"{file}: {id} is a draft again.")
    typer.echo(f"{sum(map(len, found.values()))} became drafts.")


COUNTED = ("texts", "written", "reviewed")


def line(one: Standing) -> str:
    if not one.is_whole:
        return f"{one.written} of {one.texts} written: pages are shown in English"
    if one.reviewed < one.texts:
        return f"whole, a draft: {one.reviewed} of {one.texts} reviewed"
    return "whole and reviewed"
