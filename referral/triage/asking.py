"""What is a person asked when a request waits for something from them? A message of the team, and news of it.

Staff write the question; without one the person reads, in their language, that the team has to talk to them first.
"""

from datetime import datetime
from types import MappingProxyType

from referral.foundation.actors import Staff
from referral.foundation.db import Tx
from referral.foundation.vault import Vault
from referral.intake import messages, requests
from referral.intake.requests import HelpRequest
from referral.referrals import telling

UNWRITTEN = "en"  # for a language we have not written

WE_NEED_SOMETHING = MappingProxyType(
    {
        "en": (
            "We need to know something more before we can go on looking for help for you. Please write to us here, and "
            "say how and when it is safe to reach you. If something in your request has changed, you can correct it."
        ),
        "es": (
            "Necesitamos saber algo más antes de seguir buscando ayuda para usted. Escríbanos aquí y díganos cómo y "
            "cuándo podemos comunicarnos con usted sin peligro. Si algo de su solicitud ha cambiado, puede corregirlo."
        ),
    }
)


async def ask(
    tx: Tx,
    vault: Vault,
    staff: Staff,
    request: HelpRequest,
    question: str | None,
    idempotency_key: str,
    *,
    now: datetime,
) -> None:
    """Write it to the person, sealed as every message is, and order a letter that says that there is news."""
    text = question or said_in(requests.facts_of(vault, request).ui_language)
    if await messages.from_staff(tx, vault, staff, request, text, idempotency_key, now=now):
        await telling.news(tx, request.id)


def said_in(language: str) -> str:
    return WE_NEED_SOMETHING.get(language.partition("-")[0].lower()) or WE_NEED_SOMETHING[UNWRITTEN]
