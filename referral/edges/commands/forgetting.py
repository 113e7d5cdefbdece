"""`referral retention`: deleting what was kept as long as promised."""

from datetime import timedelta
from typing import Annotated

import typer

from referral.edges import worker
from referral.edges.commands.accounts import say
from referral.edges.commands.terminal import settings
from referral.edges.house import House
from referral.foundation.clock import now
from referral.referrals import erasing, retention
from referral.referrals.erasing import KEPT
from referral.referrals.retention import What

WORDS = {
    What.CONTENT: "Closed for {days} days, all of it to be deleted but an empty row: {number}.",
    What.CONTACT: "Closed for {days} days, name and contacts to be deleted: {number}.",
    What.SILENCE: "Not closed and silent for {days} days, to be put before staff, who decide: {number}.",
}


def forget(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show how many are due; change nothing.")] = False,  # noqa: FBT002 - a flag
    report: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--report", help="Show what was erased in the last days, and what is left; change nothing.")
    ] = False,
    days_back: Annotated[int, typer.Option("--days", help="Of how many days the report tells.", min=1, max=3650)] = 30,
) -> None:
    """Delete what was kept as long as promised; the worker does it, and looks by itself every hour.

    A request that is not closed is never deleted. For how long what is kept: REFERRAL_KEEP_CONTACT_DAYS,
    REFERRAL_KEEP_CLOSED_DAYS, REFERRAL_SILENT_DAYS. Exit code 0, also where nothing is due.
    """

    if report:
        say(settings(), lambda opened: reporting(opened, days_back))
        return

    async def ordering(opened: House) -> str:
        found = await retention.numbers(opened.database.reader, opened.kept, now=now())
        lines = [WORDS[what].format(days=days(opened, what), number=number) for what, number in found.items()]
        if not dry_run:
            lines.append(f"Ordered: {await worker.order_forgetting(opened)}. The worker does it.")
        return "\n".join(lines)

    say(settings(), ordering)


async def reporting(opened: House, days_back: int) -> str:
    """What went, by day, reason and table; then what of an erased request is kept, and why."""
    moment = now()
    found = await erasing.report(opened.database.reader, since=moment - timedelta(days=days_back), until=moment)
    lines = [f"{one.day}  {one.why.value}  {one.what}: {one.number}" for one in found] or ["Nothing was erased."]
    return "\n".join([*lines, "", "Kept of an erased request:", *(f"  {table}: {why}" for table, why in KEPT.items())])


def days(opened: House, what: What) -> int:
    kept = opened.kept
    return {What.CONTENT: kept.content, What.CONTACT: kept.contact, What.SILENCE: kept.silence}[what].days
