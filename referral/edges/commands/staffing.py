"""`referral staff`: who works here, what they may do, and how somebody gets their first keys, or new ones."""

import sys
from typing import Annotated

import typer

from referral.edges.commands.accounts import at_its_address, say
from referral.edges.commands.terminal import fail, settings
from referral.edges.house import House
from referral.foundation.actors import Staff, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import Tx
from referral.triage import staff
from referral.triage.entry import enrolment
from referral.triage.entry.sessions import Way

staff_commands = typer.Typer(
    no_args_is_help=True,
    help="Accounts of the team. Whoever can run this holds the machine: every act is written down as the system's.",
)
Email = Annotated[str, typer.Argument(help="The e-mail address of the account.")]

BEGIN = """\
{who} begins at {address}
with this code, once, before {until:%Y-%m-%d %H:%M} UTC:

  {code}

Hand it over in person or by phone, not by mail. It opens the account."""


@staff_commands.command(name="add")
def add_staff(
    email: Email,
    name: Annotated[str, typer.Option(help="Their name, as colleagues see it.", prompt=True)],
    role: Annotated[StaffRole, typer.Option(help="What they may do.")] = StaffRole.INTAKE,
    password_stdin: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option("--password-stdin", help="Intake only: read a first password from standard input, one line."),
    ] = False,
) -> None:
    """Open an account and print a code, which works once and for a day: with it they make their own passkey.

    With --password-stdin they have a password instead. It is never an argument: arguments can be read by others.
    """
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None

    async def add(opened: House) -> str:
        if password is not None and not opened.policy.lets_in(role, Way.PASSWORD):
            fail(
                f"Who has the role {role.value} signs in with a passkey. Leave --password-stdin out: a code is printed."
            )
        async with opened.database.transaction() as tx:
            added = await staff.add(tx, email=email, name=name, role=role, password=password, now=now())
            if password is None:
                return await new_start(tx, opened, added)
        return f"{added.email} may sign in at {opened.settings.public_url}/staff/login"

    say(at_its_address(settings()), add)


@staff_commands.command(name="list")
def list_staff() -> None:
    """All accounts: role, how they come in, when they were last here, and whether they are shut."""

    async def listing(opened: House) -> str:
        found = await staff.listed(opened.database.reader)
        return "\n".join(line(one) for one in found) or "Nobody works here yet. Begin: referral staff add --role admin"

    say(settings(), listing)


def line(one: staff.Listed) -> str:
    keys = [f"{one.passkeys} passkeys"] if one.passkeys else []
    keys += ["password and codes" if one.has_codes else "password"] if one.has_password else []
    state = f"shut {one.disabled_at:%Y-%m-%d}" if one.disabled_at else ", ".join(keys) or "no keys yet"
    seen = f"  seen {one.last_seen_at:%Y-%m-%d %H:%M}" if one.last_seen_at else ""
    return f"{one.email}  {one.name}  {one.role.value}  {state}{seen}"


@staff_commands.command(name="role")
def change_role(email: Email, role: Annotated[StaffRole, typer.Argument(help="What they may do from now on.")]) -> None:
    """Change what somebody may do. Their sessions end, and they sign in again as the new role asks."""

    async def change(opened: House) -> str:
        async with opened.database.transaction() as tx:
            changed = await staff.change_role(tx, email, role)
        said = f"{changed.email} is {role.value} now and signs in again."
        if opened.policy.lets_in(role, Way.PASSWORD):
            return said
        return f"{said} That takes a passkey. Have they none? referral staff reset {changed.email}"

    say(settings(), change)


@staff_commands.command(name="reset")
def reset_staff(email: Email) -> None:
    """Print a code for a new start, for whoever lost their keys. Once it is used, whatever opened the account is gone.

    Two colleagues can do this without you: askNewStart and agreeToNewStart give each of them half a code.
    """

    async def reset(opened: House) -> str:
        async with opened.database.transaction() as tx:
            found = await staff.account_of(tx, staff.folded(email))
            if found is None:
                fail("There is no account with this e-mail. See them all: referral staff list")
            if found.disabled_at is not None:
                fail("This account is shut, and stays so. Open another: referral staff add")
            return await new_start(tx, opened, found.staff)

    say(at_its_address(settings()), reset)


@staff_commands.command(name="disable")
def disable_staff(email: Email) -> None:
    """Shut an account for good; every session of it ends at once, everywhere, and what it has in hand is let go."""

    async def disable(opened: House) -> str:
        async with opened.database.transaction() as tx:
            shut = await staff.disable(tx, email, now=now())
        return f"{shut.email} can no longer sign in."

    say(settings(), disable)


async def new_start(tx: Tx, opened: House, who: Staff) -> str:
    """A code for somebody, and what to do with it."""
    moment = now()
    code = await enrolment.by_operator(tx, who.id, now=moment)
    address = f"{opened.party.origin}/staff/enrol"
    return BEGIN.format(who=who.email, address=address, until=moment + enrolment.LIVES, code=spaced(code))


def spaced(code: str) -> str:
    """In fours, as people read it out."""
    signs = code.replace("-", "")
    return "-".join(signs[at : at + 4] for at in range(0, len(signs), 4))
