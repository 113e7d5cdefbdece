"""What staff send twice is done once: a key says that it is the same act."""

from uuid import UUID

import msgspec

from referral.foundation.actors import Staff
from referral.foundation.db import Tx, execute, value
from referral.foundation.errors import FieldProblem, IdempotencyKeyReused, problem
from referral.foundation.vault import Vault
from referral.intake.form import KEY_LENGTH


def wrong_in(key: str | None) -> list[FieldProblem]:
    if key is None or len(key) in KEY_LENGTH:
        return []
    return [problem("idempotency_key", "LENGTH", "Send 8 to 200 characters; a random UUID is best.")]


async def is_first(tx: Tx, vault: Vault, staff: Staff, request_id: UUID, key: str | None, body: object) -> bool:
    """Whether this act is new; its request is locked, so twins come one after the other.

    Raises IdempotencyKeyReused where the key has made another act.
    """
    if key is None:
        return True
    key_hash = vault.digest("act", f"{staff.id}/{key}")
    body_hash = vault.digest("body", msgspec.json.encode((str(request_id), body), order="sorted"))
    is_new = await execute(
        tx,
        "INSERT INTO triage_act (key_hash, request_id, body_hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        key_hash,
        request_id,
        body_hash,
    )
    if is_new:
        return True
    if await value(tx, "SELECT body_hash FROM triage_act WHERE key_hash = $1", key_hash) != body_hash:
        raise IdempotencyKeyReused("This idempotency key was used for another act. Make a new key.")
    return False
