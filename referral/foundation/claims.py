"""What has a caller shown that opens rows of people? Secrets only, so that nobody can claim what they do not know.

Row-level security decides by these: the look-up hash of a receipt or of a draft, a submission's key, a signed link, the
token of a staff session, the secret of an API key. The database hashes each and looks it up in tables that no login
reads (migrations 0035 and 0037). They are set for one transaction at a time, and end with it.
"""

import hmac
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

BLOCK = 64


class Kind(StrEnum):
    """Each is a setting of the transaction."""

    RECEIPT = "referral.receipts"
    SUBMISSION = "referral.submissions"
    LINK = "referral.links"
    DRAFT = "referral.drafts"
    SESSION = "referral.session"
    KEY = "referral.key"


class Claims:
    """What one caller has shown so far. A question may show several receipts, and then all of them count."""

    __slots__ = ("shown",)

    def __init__(self) -> None:
        self.shown: dict[Kind, list[str]] = {}

    def __bool__(self) -> bool:
        return bool(self.shown)

    def add(self, kind: Kind, secret: str) -> bool:
        """Whether it is new."""
        known = self.shown.setdefault(kind, [])
        if secret in known:
            return False
        known.append(secret)
        return True

    def written(self) -> list[str]:
        """The value of each setting, in the order of the kinds; empty ones too, so that nothing older stands."""
        return [",".join(self.shown.get(kind, ())) for kind in Kind]


def of_session(token: str) -> Claims:
    """Who has this session."""
    return one(Kind.SESSION, token)


def of_key(secret: str) -> Claims:
    """Who has this API key."""
    return one(Kind.KEY, secret)


def one(kind: Kind, secret: str) -> Claims:
    claims = Claims()
    claims.add(kind, secret)
    return claims


def of_link(key: bytes, purpose: str, subject: UUID) -> str:
    """What a holder of a signed link shows: the subject, and a keyed hash that only the vault's own key makes."""
    return subject.hex + hmac.digest(key, f"{purpose}/{subject.hex}".encode(), sha256).hex()


def halves(key: bytes) -> tuple[bytes, bytes]:
    """The two blocks that HMAC-SHA-256 begins with: with them a database can check it, having only sha256."""
    whole = key.ljust(BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in whole), bytes(byte ^ 0x5C for byte in whole)
