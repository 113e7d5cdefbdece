"""What somebody has answered so far, until it is sent: sealed so that only their browser opens it.

The browser holds a token and nothing else. The row is found by a hash of it and opened by a key that follows from it:
neither the database nor any process can read a draft while its owner is away. Half an hour of silence, and it is
gone. Who stops and finishes later gets a code of the same form as a receipt, which finds and opens it for a week.
"""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from referral.foundation.claims import Kind
from referral.foundation.db import Tx, execute, one, show
from referral.foundation.vault import KEY_BYTES, SALT_BYTES, DataKey, Vault, decrypt, encrypt, seal, unseal
from referral.intake import receipts
from referral.intake.receipts import Receipt

TABLE = "help_draft"
TOKEN_BYTES = 32
IDLE = timedelta(minutes=30)
KEPT = timedelta(days=7)
MOST_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is sealed: the answers, the key that a retry of sending has, and after sending the receipt alone."""

    answers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    key: str = field(repr=False)
    receipt: str | None = field(default=None, repr=False)
    page: str = field(default="", repr=False)  # the token of the page on which it can be sent
    code: str | None = field(default=None, repr=False)  # one comes back with, until the page that shows it is left
    is_rated: bool = False  # whether they said how the form was, and not what they said


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An open draft, and the token that opens it."""

    id: UUID
    token: str = field(repr=False)
    data_key: DataKey = field(repr=False)
    content: Content = field(repr=False)
    is_kept: bool  # by a code

    @property
    def is_sent(self) -> bool:
        return self.content.receipt is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """As the database has it."""

    id: UUID
    by_token: bytes = field(repr=False)
    answers: bytes = field(repr=False)
    by_code: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code to come back with, and what it makes of a salt. Slow to make, so it is made before a transaction."""

    code: Receipt = field(repr=False)
    salt: bytes = field(repr=False)
    stretched: bytes = field(repr=False)


ROW = "id, by_token, answers, by_code"


async def begin(tx: Tx, vault: Vault, answers: Mapping[str, str]) -> Draft:
    """A new draft with these answers."""
    token, key = secrets.token_urlsafe(TOKEN_BYTES), DataKey(secrets.token_bytes(KEY_BYTES))
    draft = Draft(
        id=uuid4(),
        token=token,
        data_key=key,
        content=Content(answers=answers, key=str(uuid4())),
        is_kept=False,
    )
    await show(tx, Kind.DRAFT, looked_up(vault, token).hex())
    await execute(
        tx,
        "INSERT INTO help_draft (id, look_up, by_token, answers) VALUES ($1, $2, $3, $4)",
        draft.id,
        looked_up(vault, token),
        encrypt(by_token(vault, token), key, bound_to=draft.id.bytes),
        sealed(draft),
    )
    return draft


async def show_token(tx: Tx, vault: Vault, token: str) -> None:
    """Whoever asks has this token: its draft is theirs to change."""
    await show(tx, Kind.DRAFT, looked_up(vault, token).hex())


async def open_draft(tx: Tx, vault: Vault, token: str) -> Draft | None:
    """The draft of this token; None where there is none, or it lay still for too long. Its time begins anew."""
    hashed = looked_up(vault, token)
    await show(tx, Kind.DRAFT, hashed.hex())
    row = await one(
        tx,
        Row,
        f"""
        UPDATE help_draft SET touched_at = clock_timestamp()
         WHERE look_up = $1 AND touched_at > clock_timestamp() - $2::interval
        RETURNING {ROW}""",
        hashed,
        IDLE,
    )
    if row is None:
        return None
    return opened(row, token, DataKey(decrypt(by_token(vault, token), row.by_token, bound_to=row.id.bytes)))


async def write(tx: Tx, draft: Draft, content: Content) -> Draft:
    """Keep what the draft holds now. Its time begins anew."""
    written = replace(draft, content=content)
    await execute(
        tx,
        "UPDATE help_draft SET answers = $2, touched_at = clock_timestamp() WHERE id = $1",
        draft.id,
        sealed(written),
    )
    return written


async def discard(tx: Tx, vault: Vault, token: str) -> None:
    """Delete the draft of this token. One that has a code is kept for the code, and this token finds it no more."""
    hashed = looked_up(vault, token)
    await show(tx, Kind.DRAFT, hashed.hex())
    await execute(tx, "DELETE FROM help_draft WHERE look_up = $1 AND code_look_up IS NULL", hashed)
    unknown = secrets.token_bytes(len(hashed))
    await show(tx, Kind.DRAFT, unknown.hex())
    await execute(tx, "UPDATE help_draft SET look_up = $2, by_token = '' WHERE look_up = $1", hashed, unknown)


# ---------------------------------------------------------------- stop, and finish later
async def new_code() -> Code:
    """A code that nobody has."""
    code = receipts.checked(secrets.randbelow(10**receipts.DIGITS))
    salt = secrets.token_bytes(SALT_BYTES)
    return Code(code=code, salt=salt, stretched=await asyncio.to_thread(receipts.stretched, code, salt))


async def keep(tx: Tx, vault: Vault, draft: Draft, new: Code) -> Draft:
    """Keep the draft for a week, for whoever has this code; an older code of it opens nothing any more."""
    wrapped = new.salt + encrypt(by_code(vault, new.stretched), draft.data_key, bound_to=draft.id.bytes)
    await execute(
        tx,
        """
        UPDATE help_draft SET code_look_up = $2, by_code = $3, kept_until = clock_timestamp() + $4::interval
         WHERE id = $1""",
        draft.id,
        code_looked_up(vault, new.code),
        wrapped,
        KEPT,
    )
    return await write(tx, replace(draft, is_kept=True), replace(draft.content, code=new.code))


async def come_back(tx: Tx, vault: Vault, typed: str) -> Draft | None:
    """The draft of this code, under a new token; None, after as long a time, for a wrong or an old code."""
    code = receipts.read(typed) or Receipt("")
    hashed = code_looked_up(vault, code)
    await show(tx, Kind.DRAFT, hashed.hex())
    row = await one(
        tx,
        Row,
        f"SELECT {ROW} FROM help_draft WHERE code_look_up = $1 AND kept_until > clock_timestamp() FOR UPDATE",
        hashed,
    )
    salt = row.by_code[:SALT_BYTES] if row and row.by_code else vault.digest("draft of nobody", code)[:SALT_BYTES]
    stretched = await asyncio.to_thread(receipts.stretched, code, salt)
    if row is None or row.by_code is None:
        return None
    key = DataKey(decrypt(by_code(vault, stretched), row.by_code[SALT_BYTES:], bound_to=row.id.bytes))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await show(tx, Kind.DRAFT, looked_up(vault, token).hex())
    await execute(
        tx,
        "UPDATE help_draft SET look_up = $2, by_token = $3, touched_at = clock_timestamp() WHERE id = $1",
        row.id,
        looked_up(vault, token),
        encrypt(by_token(vault, token), key, bound_to=row.id.bytes),
    )
    return opened(row, token, key)


async def let_code_go(tx: Tx, draft: Draft) -> None:
    """Nobody comes back to it by a code any more: it was sent."""
    await execute(
        tx, "UPDATE help_draft SET code_look_up = NULL, by_code = NULL, kept_until = NULL WHERE id = $1", draft.id
    )


async def wipe_idle(tx: Tx) -> int:
    """Delete what lay still for too long, by the database's clock; how many."""
    return await execute(
        tx,
        """
        DELETE FROM help_draft
         WHERE id IN (SELECT id FROM help_draft
                       WHERE touched_at <= clock_timestamp() - $1::interval
                         AND (kept_until IS NULL OR kept_until <= clock_timestamp())
                       ORDER BY touched_at
                       LIMIT $2)""",
        IDLE,
        MOST_AT_ONCE,
    )


# ---------------------------------------------------------------- keys
def sealed(draft: Draft) -> bytes:
    return seal(draft.data_key, msgspec.json.encode(draft.content), table=TABLE, row=draft.id, name="answers")


def opened(row: Row, token: str, key: DataKey) -> Draft:
    content = msgspec.json.decode(unseal(key, row.answers, table=TABLE, row=row.id, name="answers"), type=Content)
    return Draft(id=row.id, token=token, data_key=key, content=content, is_kept=row.by_code is not None)


def looked_up(vault: Vault, token: str) -> bytes:
    return vault.digest("draft look-up", token)


def code_looked_up(vault: Vault, code: Receipt) -> bytes:
    return vault.digest("draft code look-up", code)


def by_token(vault: Vault, token: str) -> bytes:
    """The key that follows from a token; the database has no part of it."""
    return derived(vault, token.encode(), b"referral/draft/token")


def by_code(vault: Vault, stretched: bytes) -> bytes:
    return derived(vault, stretched, b"referral/draft/code")


def derived(vault: Vault, secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=vault.pepper.derive("draft"), info=purpose).derive(secret)
