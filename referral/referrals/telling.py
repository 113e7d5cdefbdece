"""The person hears that there is news, if they agreed to be told: one letter for all that happened within minutes."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from referral.foundation import audit, mail, outbox
from referral.foundation.actors import ActorKind
from referral.foundation.db import Tx, execute
from referral.foundation.outbox import JobKind
from referral.foundation.vault import Vault
from referral.intake import consents, requests
from referral.intake.words import ConsentScope, ContactChannel

# News comes in company, such as a yes and a message about it.
SOON = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a letter may go, in which language, and whether it may say who writes."""

    address: str = field(repr=False)
    language: str
    discreet: bool


async def news(tx: Tx, request_id: UUID) -> None:
    """Order a letter that says that something is new, and nothing of what."""
    await execute(
        tx,
        outbox.PUT.format(rows="VALUES ($1, $2::uuid, now() + $3::interval)"),
        JobKind.TELL_REQUESTER.value,
        request_id,
        SOON,
    )


async def addresses(tx: Tx, vault: Vault, request_id: UUID) -> list[Address]:
    """The mail addresses of a person who agreed to be told; opening them leaves an audit row.

    Calls and texts are not sent by machine: those people see the news with their receipt.
    """
    request = await requests.request(tx, request_id)
    if request is None or request.data_key is None:
        return []
    if ConsentScope.NOTIFY_ME not in await consents.standing(tx, request_id):
        return []
    if request.person is None:
        return []
    await audit.record(tx, actor=ActorKind.SYSTEM, actor_id=None, act="contact_opened", subject_id=request_id)
    person = requests.person_of(vault, request)
    language = requests.facts_of(vault, request).ui_language
    return [
        Address(address=one.value.strip(), language=language, discreet=not one.may_say_who_we_are)
        for one in (person.contacts if person else ())
        if one.channel is ContactChannel.EMAIL and mail.is_address(one.value.strip())
    ]
