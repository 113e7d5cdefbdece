"""A form without a script: when was the page made that sent it, and which one request is it good for?

Each page carries a token that we sign and do not keep. What follows from it is the idempotency key of the request, so a
token makes one request, however often it is sent and to whichever process. A robot that posts at once, or goes on with
a page of this morning, is told from a person by the token's age.
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import cast

from itsdangerous import BadData, URLSafeSerializer

from referral.foundation.vault import Vault

YOUNGEST, OLDEST = timedelta(seconds=3), timedelta(hours=2)
NONCE_BYTES = 16
MOST_WRITTEN = 200  # characters that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class FormToken:
    """What a token of ours says."""

    nonce: str = field(repr=False)
    issued_at: datetime

    @property
    def idempotency_key(self) -> str:
        return f"form/{self.nonce}"

    def is_quick(self, now: datetime) -> bool:
        """Whether nobody could have read the page by then."""
        return now - self.issued_at < YOUNGEST

    def is_old(self, now: datetime) -> bool:
        return now - self.issued_at > OLDEST


def issue(vault: Vault, *, now: datetime) -> str:
    """A token for one page: letters, digits, `-`, `_` and `.`."""
    return signer(vault).dumps([secrets.token_urlsafe(NONCE_BYTES), int(now.timestamp() * 1000)])


def read(vault: Vault, written: str) -> FormToken | None:
    """The token that was posted; None for one that is not ours."""
    try:
        nonce, issued = cast("tuple[str, int]", signer(vault).loads(written[:MOST_WRITTEN]))
    except BadData:
        return None
    return FormToken(nonce=nonce, issued_at=datetime.fromtimestamp(issued / 1000, UTC))


def signer(vault: Vault) -> URLSafeSerializer:
    """By the pepper, which a process of the public has, too: a token opens nothing."""
    return URLSafeSerializer(
        vault.pepper.derive("form tokens"),
        salt="ask for help",
        signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"},
    )
