"""Signed links: what lets a provider answer without an account.

A token names one purpose and one subject and runs out. It is signed, not kept: a stolen database holds none. Whether
it has been used is asked of its subject (an offer answers once), not of the token.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal, cast
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from referral.foundation import claims
from referral.foundation.claims import Kind
from referral.foundation.db import Database, Reader, execute, show, value
from referral.foundation.errors import Expired, NotFound
from referral.foundation.vault import Vault

Purpose = Literal["answer-referral", "state-capacity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a valid token says."""

    purpose: Purpose
    subject: UUID
    expires_at: datetime


def sign(vault: Vault, link: Link) -> str:
    """The token for a link: letters, digits, `-`, `_` and `.`, fit for a URL's path."""
    return signer(vault, link.purpose).dumps([link.subject.hex, int(link.expires_at.timestamp())])


def read(vault: Vault, purpose: Purpose, token: str, *, now: datetime) -> Link:
    """The link behind a token. NotFound if it is forged or for another purpose, Expired if its time has passed."""
    link = peek(vault, purpose, token)
    if link.expires_at <= now:
        raise Expired("This link has run out. Ask for a new one.")
    return link


def peek(vault: Vault, purpose: Purpose, token: str) -> Link:
    """The link behind a token, even one that has run out. NotFound if it is forged or for another purpose."""
    try:
        subject, expires = cast("tuple[str, int]", signer(vault, purpose).loads(token))
    except BadData:
        raise NotFound("This link is not one of ours.") from None
    return Link(purpose=purpose, subject=UUID(hex=subject), expires_at=datetime.fromtimestamp(expires, UTC))


def signer(vault: Vault, purpose: Purpose) -> URLSafeSerializer:
    return URLSafeSerializer(
        vault.derive("links"), salt=purpose, signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"}
    )


async def shown(at: Reader, vault: Vault, link: Link) -> None:
    """Whoever asks by `at` came by this link: what it is for is open to them."""
    await show(at, Kind.LINK, claims.of_link(vault.derive("links in the database"), link.purpose, link.subject))


async def let_database_check(owner: Database, vault: Vault) -> None:
    """Give the database what it needs to know our links by; only the owner can. It cannot be read by any surface."""
    inner, outer = claims.halves(vault.derive("links in the database"))
    if await value(owner.reader, "SELECT (inner_block, outer_block) = ($1, $2) FROM claim.link_key", inner, outer):
        return
    async with owner.transaction() as tx:
        await execute(
            tx,
            """
            INSERT INTO claim.link_key (inner_block, outer_block) VALUES ($1, $2)
            ON CONFLICT (is_one) DO UPDATE
               SET inner_block = excluded.inner_block, outer_block = excluded.outer_block""",
            inner,
            outer,
        )
