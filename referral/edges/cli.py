"""The commands of `referral`, composed. What serves HTTP is built by the caller, who alone may know every door."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from referral.edges.commands.serving import Build

HELP = "Gets a person who seeks asylum to someone who can help, safely. Settings are REFERRAL_* environment variables."

# Where each is: its module among the commands, and its name there.
COMMANDS = {
    "serve": ("serving", "serve"),
    "worker": ("serving", "work"),
    "demo": ("demo", "demo"),
    "simulate": ("simulating", "simulate"),
    "contract": ("contracting", "contract"),
    "retention": ("forgetting", "forget"),
    "import": ("importing", "commands"),
    "export": ("exporting", "commands"),
    "staff": ("staffing", "staff_commands"),
    "partner": ("accounts", "partner_commands"),
    "provider": ("accounts", "provider_commands"),
    "jobs": ("jobs", "commands"),
    "audit": ("auditing", "commands"),
    "keys": ("keys", "commands"),
    "db": ("database", "commands"),
    "config": ("branding", "commands"),
    "i18n": ("translating", "commands"),
}


def application(typed: str | None = None) -> typer.Typer:
    """Every command, or the only one that is typed: what the others need would take longer to read than it works."""
    commands = typer.Typer(name="referral", no_args_is_help=True, pretty_exceptions_enable=False)
    commands.callback(help=HELP)(lambda: None)  # so that one command alone is called by its name too
    for name in (typed,) if typed in COMMANDS else COMMANDS:
        module, found = COMMANDS[name]
        command = getattr(import_module(f"referral.edges.commands.{module}"), found)
        if isinstance(command, typer.Typer):
            commands.add_typer(command, name=name)
        else:
            commands.command(name=name)(command)
    return commands


def main(build: "Build") -> None:
    """Run the command that was typed."""
    application(next((word for word in sys.argv[1:] if not word.startswith("-")), None))(obj=build)
