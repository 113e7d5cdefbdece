"""Which application is this, and what may it do? Partners and the API keys they show.

A key lives a year at most, and a partner has two at once at most: the old one and the one that follows it.

A key is `rk_`, the key's id, `_`, a secret of 256 bits, and six digits of a checksum: whoever finds one in a file
knows what it is, and a mistyped one is refused before the database is asked. Only the secret's SHA-256 is kept; the
secret is random, so a slow hash would protect nothing.
"""

import hmac
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from referral.foundation import audit
from referral.foundation.actors import ActorKind, ApiKey, Partner, PartnerId, Scope
from referral.foundation.db import Reader, Tx, execute, many, one, refusing, value
from referral.foundation.errors import Conflict, FieldProblem, NotFound, ValidationFailed, problem

LONGEST_NAME = 200
LONGEST_LIFETIME = timedelta(days=365)
LONGEST_OVERLAP = timedelta(days=30)
AT_ONCE = 2
NOBODYS = bytes(32)  # compared with where there is no such key, so that a wrong id takes as long as a wrong secret
KEY = re.compile(r"(rk_([0-9a-f]{12})_([A-Za-z0-9_-]{43}))([0-9a-f]{6})")


class TooManyKeys(Conflict):
    """A partner has as many live keys as it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key just made: it is told once and never stored."""

    partner: Partner
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyParts:
    """What a well-formed key says."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """A live key with the partner it stands for."""

    id: PartnerId
    name: str
    scopes: frozenset[Scope]
    organization_id: UUID | None
    key_id: str
    expires_at: datetime
    last_used_on: date | None
    secret_hash: bytes = field(repr=False)

    @property
    def partner(self) -> Partner:
        return Partner(
            id=self.id,
            name=self.name,
            scopes=self.scopes,
            organization_id=self.organization_id,
            key=ApiKey(id=self.key_id, expires_at=self.expires_at, last_used_on=self.last_used_on),
        )


async def add(
    tx: Tx,
    *,
    name: str,
    scopes: frozenset[Scope],
    organization_id: UUID | None,
    now: datetime,
    lifetime: timedelta,
) -> NewKey:
    """Register a partner with its first key. Raises ValidationFailed, and Conflict where the name is taken."""
    name = name.strip()
    if problems := (*wrong_name(name), *wrong_in(scopes, lifetime)):
        raise ValidationFailed(problems)
    partner = Partner(id=PartnerId(uuid4()), name=name, scopes=scopes, organization_id=organization_id)
    unknown = problem("organization_id", "UNKNOWN_ORGANIZATION", "There is no organization with this id.")
    with refusing(
        partner_by_name=Conflict("There is a partner with this name."),
        partner_of_organization=ValidationFailed([unknown]),
    ):
        await execute(
            tx,
            "INSERT INTO partner (id, name, organization_id, created_at) VALUES ($1, $2, $3, $4)",
            partner.id,
            partner.name,
            partner.organization_id,
            now,
        )
    return await issue(tx, partner, now=now, lifetime=lifetime)


async def renew(tx: Tx, id: PartnerId, *, scopes: frozenset[Scope], now: datetime, lifetime: timedelta) -> NewKey:
    """Another key for a partner, so that it can change over before the old one ends.

    Raises ValidationFailed, NotFound where there is no such partner, and TooManyKeys where it has two.
    """
    if problems := tuple(wrong_in(scopes, lifetime)):
        raise ValidationFailed(problems)
    return await issue(tx, await locked(tx, id, scopes), now=now, lifetime=lifetime)


async def rotate(tx: Tx, id: PartnerId, *, now: datetime, lifetime: timedelta, overlap: timedelta) -> NewKey:
    """Another key that opens what the live one does, which ends after the overlap if not before.

    Raises ValidationFailed, NotFound where there is no such partner or none of its keys lives, TooManyKeys.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise ValidationFailed([problem("overlap", "OUT_OF_RANGE", f"Send 0 to {LONGEST_OVERLAP.days} days.")])
    partner = await locked(tx, id, frozenset())
    opened: list[str] | None = await value(
        tx,
        """
        SELECT scopes FROM api_key
         WHERE partner_id = $1 AND expires_at > $2
         ORDER BY created_at DESC
         LIMIT 1""",
        id,
        now,
    )
    if opened is None:
        raise NotFound("None of its keys lives. Make a new one: referral partner renew.")
    made = await renew(tx, partner.id, scopes=frozenset(map(Scope, opened)), now=now, lifetime=lifetime)
    await execute(
        tx,
        "UPDATE api_key SET expires_at = $3 WHERE partner_id = $1 AND id <> $2 AND expires_at > $3",
        id,
        key_id(made),
        now + overlap,
    )
    return made


async def locked(tx: Tx, id: PartnerId, scopes: frozenset[Scope]) -> Partner:
    """The partner, held still: its keys are counted before one is added. Raises NotFound."""
    partner = await one(
        tx,
        Partner,
        "SELECT id, name, $2::text[] AS scopes, organization_id FROM partner WHERE id = $1 FOR UPDATE",
        id,
        words(scopes),
    )
    if partner is None:
        raise NotFound("There is no such partner.")
    return partner


def wrong_name(name: str) -> Iterator[FieldProblem]:
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        yield problem("name", "BAD_NAME", f"A name has 1 to {LONGEST_NAME} printable characters.")


def wrong_in(scopes: frozenset[Scope], lifetime: timedelta) -> Iterator[FieldProblem]:
    if not scopes:
        yield problem("scopes", "EMPTY", "A key opens at least one thing.")
    if not timedelta(0) < lifetime <= LONGEST_LIFETIME:
        yield problem("lifetime", "OUT_OF_RANGE", f"A key lives up to {LONGEST_LIFETIME.days} days.")


async def issue(tx: Tx, partner: Partner, *, now: datetime, lifetime: timedelta) -> NewKey:
    living: int = await value(
        tx, "SELECT count(*) FROM api_key WHERE partner_id = $1 AND expires_at > $2", partner.id, now
    )
    if living >= AT_ONCE:
        raise TooManyKeys("This partner has two keys that work. Revoke one first: referral partner revoke.")
    parts = KeyParts(id=secrets.token_hex(6), secret=secrets.token_urlsafe(32))
    await execute(
        tx,
        """
        INSERT INTO api_key (id, partner_id, secret_hash, scopes, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)""",
        parts.id,
        partner.id,
        hash_of(parts.secret),
        words(partner.scopes),
        now,
        now + lifetime,
    )
    await audit.record(tx, actor=ActorKind.SYSTEM, actor_id=None, act="key_issued", subject_id=partner.id)
    return NewKey(partner=partner, key=spell(parts))


def key_id(made: NewKey) -> str:
    return made.key.split("_")[1]


def words(scopes: frozenset[Scope]) -> list[str]:
    return sorted(scope.value for scope in scopes)


def hash_of(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def spell(parts: KeyParts) -> str:
    body = f"rk_{parts.id}_{parts.secret}"
    return body + checksum(body)


def parse(key: str) -> KeyParts | None:
    """The parts of a key; None where it is not one, or has a typing mistake."""
    found = KEY.fullmatch(key)
    if found is None or checksum(found[1]) != found[4]:
        return None
    return KeyParts(id=found[2], secret=found[3])


def checksum(body: str) -> str:
    """Catches typing mistakes; it protects nothing."""
    return sha256(body.encode()).hexdigest()[:6]


async def by_key(at: Reader, key: str, *, now: datetime) -> Partner | None:
    """Whose key this is; None where it is unknown, revoked or past its time."""
    if (parts := parse(key)) is None:
        return None
    stored = await one(
        at,
        StoredKey,
        """
        SELECT partner.id, partner.name, partner.organization_id, api_key.scopes, api_key.secret_hash,
               api_key.id AS key_id, api_key.expires_at, api_key.last_used_on
          FROM api_key
          JOIN partner ON partner.id = api_key.partner_id
         WHERE api_key.id = $1 AND api_key.expires_at > $2""",
        parts.id,
        now,
    )
    kept = NOBODYS if stored is None else stored.secret_hash
    is_right = hmac.compare_digest(kept, hash_of(parts.secret))
    return stored.partner if stored is not None and is_right else None


async def used(tx: Tx, key: ApiKey, *, day: date) -> None:
    """Write down on which day a key was used last: once a day, so that it costs nothing and tells little."""
    await execute(
        tx, "UPDATE api_key SET last_used_on = $2 WHERE id = $1 AND last_used_on IS DISTINCT FROM $2", key.id, day
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyListed:
    """A key as the operator sees it: everything but its secret, which nobody has."""

    id: str
    partner_id: UUID
    name: str
    scopes: tuple[Scope, ...]
    expires_at: datetime
    last_used_on: date | None


async def keys(at: Reader) -> list[KeyListed]:
    """Every key, by the name of its partner, the longest-lived last."""
    return await many(
        at,
        KeyListed,
        """SELECT k.id, k.partner_id, p.name, k.scopes, k.expires_at, k.last_used_on
             FROM api_key k
             JOIN partner p ON p.id = k.partner_id
            ORDER BY p.name, k.expires_at, k.id
            LIMIT 1000""",
    )


async def revoke(tx: Tx, key_id: str) -> None:
    """End a key at once; its id is the part between the underscores. Raises NotFound where there is no such key."""
    partner: UUID | None = await value(tx, "DELETE FROM api_key WHERE id = $1 RETURNING partner_id", key_id)
    if partner is None:
        raise NotFound("There is no such key.")
    await audit.record(tx, actor=ActorKind.SYSTEM, actor_id=None, act="key_revoked", subject_id=partner)
