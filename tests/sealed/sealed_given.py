"""What stories about keys start from: people of several weeks, and what an older version left behind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import given

from referral.edges.house import House
from referral.foundation.actors import Visitor
from referral.foundation.db import Database
from referral.foundation.errors import NotFound
from referral.foundation.keys.root import derived
from referral.foundation.vault import OLD_WRAP, Vault, encrypt
from referral.foundation.vocabulary import CasePosture, HelpType
from referral.intake import receipts, requests, submitting
from referral.intake.form import Answers, LookedUp, Person, SafeContact
from referral.intake.receipts import Receipt
from referral.intake.requests import HelpRequest
from referral.intake.words import CanAfford, ConsentScope, ContactChannel, Representation

MONDAY = datetime(2026, 9, 7, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def answers(key: str | None = None, name: str = "Synthetic Person", phone: str = "+1 956 555 0100") -> Answers:
    return Answers(
        idempotency_key=key or str(uuid4()),
        representation=Representation.NONE,
        can_afford=CanAfford.NO,
        help_types=(HelpType.LEGAL_ASYLUM,),
        languages=("es",),
        consents=tuple(ConsentScope),
        posture=CasePosture.IN_REMOVAL_PROCEEDINGS,
        person=Person(name=name, contacts=(SafeContact(channel=ContactChannel.PHONE, value=phone),)),
    )


async def people(house: House, count: int, moment: datetime) -> list[submitting.Submitted]:
    """So many people who ask at this moment."""
    sent: list[submitting.Submitted] = []
    for _ in range(count):
        async with house.database.transaction() as tx:
            sent.append(
                await submitting.submit(
                    tx, house.vault, Visitor(), answers(), LookedUp(languages={"es": "es"}), now=moment
                )
            )
    return sent


async def readable(database: Database, vault: Vault) -> set[UUID]:
    """Everyone whose facts and person open."""
    ids = await database.pool.fetch("SELECT id FROM help_request")
    found = await requests.requests(database.reader, [row["id"] for row in ids])
    return {id for id, request in found.items() if opens(vault, request)}


def opens(vault: Vault, request: HelpRequest) -> bool:
    try:
        return bool(requests.facts_of(vault, request)) and requests.person_of(vault, request) is not None
    except NotFound:  # erased, or its key destroyed
        return False


def with_old_root(house: House, folder: Path) -> House:
    """The house with keys that began as one root key, as an older version made it."""
    folder.mkdir(mode=0o700)
    (folder / "root.key").write_bytes(b"k" * 32)
    (folder / "root.key").chmod(0o600)
    settings = house.settings.model_copy(update={"keys": folder})
    return replace(house, settings=settings, vault=given.vault_in(folder))


async def made_old(house: House) -> dict[UUID, Receipt]:
    """Leave every request as an older version kept it; the receipts that were given out."""
    kept: dict[UUID, Receipt] = {}
    wrap = derived(b"k" * 32, OLD_WRAP)
    for row in await house.database.pool.fetch("SELECT id FROM help_request WHERE data_key IS NOT NULL"):
        request = await requests.request(house.database.reader, row["id"])
        assert request
        hashed = house.vault.digest("idempotency", f"an old key of {request.id}")
        kept[request.id] = receipts.derive(house.vault, hashed)
        await house.database.pool.execute(
            """UPDATE help_request SET data_key = $2, requester_key = NULL, idempotency_hash = $3, receipt_hash = $4
                WHERE id = $1""",
            request.id,
            encrypt(wrap, requests.key_of(house.vault, request), bound_to=request.id.bytes),
            hashed,
            receipts.hashed(house.vault, kept[request.id]),
        )
    return kept
