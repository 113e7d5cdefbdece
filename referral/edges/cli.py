"""The commands of `referral`, composed. What serves HTTP is built by the caller, who alone may know every door."""

import typer

from referral.edges.commands import (
    accounts,
    auditing,
    branding,
    database,
    demo,
    exporting,
    forgetting,
    importing,
    jobs,
    keys,
    serving,
    simulating,
    staffing,
    translating,
)
from referral.edges.commands.serving import Build

HELP = "Gets a person who seeks asylum to someone who can help, safely. Settings are REFERRAL_* environment variables."


def application() -> typer.Typer:
    commands = typer.Typer(name="referral", help=HELP, no_args_is_help=True, pretty_exceptions_enable=False)
    commands.command(name="serve")(serving.serve)
    commands.command(name="worker")(serving.work)
    commands.command(name="demo")(demo.demo)
    commands.command(name="simulate")(simulating.simulate)
    commands.command(name="contract")(database.contract)
    commands.command(name="retention")(forgetting.forget)
    commands.add_typer(importing.commands, name="import")
    commands.add_typer(exporting.commands, name="export")
    commands.add_typer(staffing.staff_commands, name="staff")
    commands.add_typer(accounts.partner_commands, name="partner")
    commands.add_typer(accounts.provider_commands, name="provider")
    commands.add_typer(jobs.commands, name="jobs")
    commands.add_typer(auditing.commands, name="audit")
    commands.add_typer(keys.commands, name="keys")
    commands.add_typer(branding.commands, name="config")
    commands.add_typer(database.commands, name="db")
    commands.add_typer(translating.commands, name="i18n")
    return commands


def main(build: Build) -> None:
    """Run the command that was typed."""
    application()(obj=build)
