"""The composition root: the command, and what it serves. May import everything."""

from typing import TYPE_CHECKING

from referral.edges import cli

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from referral.edges.house import House


def build(house: "House") -> "Starlette":
    """The application over an open house. Whoever opened the house closes it."""
    from referral import doors  # noqa: PLC0415 - who serves nothing starts in less than half the time without them

    return doors.application(house)


def main() -> None:
    """The `referral` command."""
    cli.main(build)
