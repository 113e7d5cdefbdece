"""`referral partner`, `referral provider`: who may come in, and how a provider is reached."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated
from uuid import UUID

import typer

from referral.directory import providers
from referral.directory.upkeep import asking, hiding, merging
from referral.edges import house, letters, worker
from referral.edges.commands.terminal import complaints, console, fail, run, settings
from referral.edges.demo import card
from referral.edges.house import House
from referral.foundation.actors import TOLD_BEFORE, PartnerId, Scope
from referral.foundation.clock import now
from referral.foundation.settings import Settings
from referral.partners import accounts as partners

partner_commands = typer.Typer(no_args_is_help=True, help="API keys of partner applications.")
provider_commands = typer.Typer(no_args_is_help=True, help="How a provider is reached.")

STILL_PUBLIC = (
    "It was merged into {0}, which stays public, maybe at the same address. Hide that too: referral provider hide {0}"
)
ASKING_IS_OFF = "Nobody is asked by mail: set REFERRAL_SMTP_URL, or REFERRAL_ASK_PROVIDERS to known or listed."
Act = Callable[[House], Awaitable[str]]
Days = Annotated[int, typer.Option(help="For how many days the key works.", min=1, max=365)]
Listing = Annotated[UUID, typer.Argument(help="The id of the listing.")]


@partner_commands.command(name="add")
def add_partner(
    name: Annotated[str, typer.Argument(help="The name of the application.")],
    scope: Annotated[list[Scope], typer.Option(help="What the key opens; may be given more than once.")],
    organization: Annotated[UUID | None, typer.Option(help="The organization it answers for, if it is one.")] = None,
    days: Days = 365,
) -> None:
    """Register an application and print its key, once. Only a hash of it is kept."""
    speaking = [one.value for one in scope if one in (Scope.REFERRAL_RESPOND, Scope.DIRECTORY_PROPOSE)]
    if speaking and organization is None:
        fail(f"--scope {speaking[0]} speaks for an organization: name it with --organization.")

    async def add(opened: House) -> str:
        async with opened.database.transaction() as tx:
            made = await partners.add(
                tx,
                name=name,
                scopes=frozenset(scope),
                organization_id=organization,
                now=now(),
                lifetime=timedelta(days=days),
            )
        return made.key

    say(settings(), add)


@partner_commands.command(name="list")
def list_partners() -> None:
    """Applications and their keys: what each key opens, until when, and the last day on which it was used."""

    async def listing(opened: House) -> str:
        return "\n".join(key_line(key) for key in await partners.keys(opened.database.reader))

    say(settings(), listing)


def key_line(key: partners.KeyListed) -> str:
    used = f"used {key.last_used_on}" if key.last_used_on else "never used"
    left = (key.expires_at - now()).days
    until = f"until {key.expires_at:%Y-%m-%d}"
    if key.expires_at <= now():
        until = f"ended {key.expires_at:%Y-%m-%d}"
    elif left < TOLD_BEFORE.days:
        until += f" (ends in {left} days)"
    return f"{key.partner_id}  {key.name}  key {key.id}  {', '.join(key.scopes)}  {until}  {used}"


@partner_commands.command(name="rotate")
def rotate_partner(
    partner_id: Annotated[UUID, typer.Argument(help="The id of the application, as `list` shows it.")],
    days: Days = 365,
    overlap_days: Annotated[int, typer.Option(help="So many days the old key still works.", min=0, max=30)] = 30,
) -> None:
    """Print the key that follows the one an application has; both work until the overlap is over."""

    async def rotate(opened: House) -> str:
        async with opened.database.transaction() as tx:
            made = await partners.rotate(
                tx,
                PartnerId(partner_id),
                now=now(),
                lifetime=timedelta(days=days),
                overlap=timedelta(days=overlap_days),
            )
        return made.key

    say(settings(), rotate)


@partner_commands.command(name="renew")
def renew_partner(
    partner_id: Annotated[UUID, typer.Argument(help="The id of the application, as `list` shows it.")],
    scope: Annotated[list[Scope], typer.Option(help="What the new key opens; may be given more than once.")],
    days: Days = 365,
) -> None:
    """Print another key for an application. The old one goes on working until it is revoked or runs out."""

    async def renew(opened: House) -> str:
        async with opened.database.transaction() as tx:
            made = await partners.renew(
                tx, PartnerId(partner_id), scopes=frozenset(scope), now=now(), lifetime=timedelta(days=days)
            )
        return made.key

    say(settings(), renew)


@partner_commands.command(name="revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="The part of the key between the underscores; `list` shows it too.")],
) -> None:
    """End a key at once."""

    async def revoke(opened: House) -> str:
        async with opened.database.transaction() as tx:
            await partners.revoke(tx, key_id)
        return f"The key {key_id} opens nothing any more."

    say(settings(), revoke)


@provider_commands.command()
def link(provider_id: Listing) -> None:
    """Print a signed link by which a provider says whether it takes new people. It works for 30 days."""

    async def make(opened: House) -> str:
        if await providers.provider(opened.database.reader, provider_id) is None:
            fail(f"There is no listing {provider_id}.")
        return letters.capacity_link(opened, provider_id, now=now())

    say(at_its_address(settings()), make)


@provider_commands.command()
def email(
    provider_id: Listing, address: Annotated[str, typer.Argument(help="Where offers are sent; empty for nowhere.")]
) -> None:
    """Set the address that offers to a provider are sent to."""

    async def change(opened: House) -> str:
        async with opened.database.transaction() as tx:
            await providers.set_referral_email(tx, provider_id, address or None)
        return "Offers go there now." if address else "Offers are sent nowhere now; staff must call."

    say(settings(), change)


@provider_commands.command()
def ask(
    due: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--due", help="Whoever never spoke, or whose last word lapses within two days or has.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write to nobody; show who would be asked.")] = False,  # noqa: FBT002
) -> None:
    """Ask providers by mail whether they still take people; the worker sends, and asks by itself every hour.

    Exit code 0: done, also where nobody is due. 1: asking is switched off. 2: it was not said whom to ask.
    """
    if not due:
        fail("Say whom to ask: --due.", code=2)
    chosen = settings()
    if chosen.asked == "nobody" and not dry_run:
        fail(ASKING_IS_OFF)

    async def ordering(opened: House) -> str:
        if dry_run:
            return await who_is_due(opened)
        return f"Letters ordered: {await worker.order_asking(opened)}. The worker sends them."

    say(chosen, ordering)


async def who_is_due(opened: House) -> str:
    """The addresses that would be asked now, with the listings that each letter would name."""
    at, moment, with_listed = opened.database.reader, now(), opened.settings.asked == "listed"
    addresses = await asking.due(at, with_listed=with_listed, now=moment)
    asks = await asking.asks(at, addresses, with_listed=with_listed, now=moment)
    lines = [line for one in asks for line in (one.address, *(f"  {letters.called(each)}" for each in one.listings))]
    lines.append(f"Would be asked: {len(asks)}." if asks else "Nobody is due.")
    return "\n".join([*lines, ASKING_IS_OFF] if opened.settings.asked == "nobody" else lines)


@provider_commands.command()
def hide(provider_id: Listing) -> None:
    """Make the place of a listing confidential: where it is can be read and searched by nobody any more."""

    async def change(opened: House) -> str:
        async with opened.database.transaction() as tx:
            await hiding.hide(tx, opened.vault, provider_id, now=now())
            kept = await merging.kept_for(tx, provider_id)
        hidden = (
            "Its place is hidden. Only the state is shown. Check that names, descriptions, phones and drawn areas of "
            "its service and organization do not tell it."
        )
        return f"{hidden}\n{STILL_PUBLIC.format(kept)}" if kept else hidden

    say(settings(), change)


@provider_commands.command()
def show(provider_id: Listing) -> None:
    """Make the hidden place of a listing public again, as it was."""

    async def change(opened: House) -> str:
        async with opened.database.transaction() as tx:
            await hiding.show(tx, opened.vault, provider_id)
        return "Its place is public again."

    say(settings(), change)


def at_its_address(chosen: Settings) -> Settings:
    """Addresses begin where the demonstration is served, if one runs here and the operator named no other."""
    if "public_url" in chosen.model_fields_set:
        return chosen
    if demo_url := card.served_at(chosen.home):
        return chosen.model_copy(update={"public_url": demo_url})
    # Apart from what is printed for a script.
    complaints.print(f"REFERRAL_PUBLIC_URL is not set: the address begins with {chosen.public_url}.", markup=False)
    return chosen


def say(chosen: Settings, act: Act) -> None:
    """Open the house, do one thing, and print what came of it."""

    async def doing() -> str:
        async with house.opened(chosen, tell=lambda _news: None) as opened:
            return await act(opened)

    console.print(run(doing()), markup=False, soft_wrap=True)
