"""demo.json: addresses, a staff login, API keys and signed links, for people and for scripts. Kept over restarts."""

import json
import os
import secrets
import socket
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from referral.edges import letters
from referral.edges.demo.overlay import STATED_BY
from referral.edges.house import House
from referral.foundation.actors import Scope, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import Tx, many, one
from referral.partners import accounts as partners
from referral.triage import staff

EMAIL = "demo@demo.invalid"
LIFETIME = timedelta(days=365)
KNOCKING_SECONDS = 2.0
PATHS = {
    "home": "/",
    "help": "/en/help",
    "graphql": "/graphql",
    "partner": "/graphql/partner",
    "staff": "/graphql/staff",
    "graphiql": "/graphiql",
    "mailbox": "/mailbox",
    "readyz": "/readyz",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An API key of the demonstration."""

    name: str
    scopes: tuple[Scope, ...]
    organization_id: UUID | None
    organization: str | None
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A staff login of the demonstration."""

    email: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is made once and read back at the next start."""

    staff: Login
    api_keys: tuple[Key, ...]
    base_url: str = ""  # of that start


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything that demo.json says."""

    base_url: str
    login: Login
    keys: tuple[Key, ...]
    links: tuple[dict[str, str], ...]
    started_at: datetime

    @property
    def addresses(self) -> dict[str, str]:
        return {name: f"{self.base_url}{path}" for name, path in PATHS.items()}

    def as_json(self) -> dict[str, Any]:
        return {
            "base_url": self.base_url,
            "addresses": self.addresses,
            "staff": {
                "email": self.login.email,
                "password": self.login.password,
                "login_url": f"{self.base_url}/staff/login",
            },
            "api_keys": [json.loads(msgspec.json.encode(key)) for key in self.keys],
            "provider_links": list(self.links),
            "started_at": self.started_at.isoformat(timespec="seconds"),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something with an id and a name."""

    id: UUID
    name: str


async def write(house: House) -> Card:
    """Write demo.json, readable by its owner alone; login and keys are made where there are none that work."""
    path = house.settings.home / "demo.json"
    kept = read(path)
    if kept is None or not await works(house, kept):
        kept = await make(house)
    card = Card(
        base_url=house.settings.public_url.rstrip("/"),
        login=kept.staff,
        keys=kept.api_keys,
        links=await links(house),
        started_at=now(),
    )
    text = json.dumps(card.as_json(), indent=2, ensure_ascii=False)
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text + "\n")
    draft.replace(path)
    return card


def served_at(home: Path) -> str | None:
    """The address of the demonstration that runs on this home; None where none does."""
    kept = read(home / "demo.json")
    address = urlsplit(kept.base_url if kept else "")
    if kept is None or address.hostname is None:
        return None
    try:
        socket.create_connection((address.hostname, address.port or 80), timeout=KNOCKING_SECONDS).close()
    except OSError:
        return None
    return kept.base_url


def read(path: Path) -> Kept | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Kept)
    except (OSError, msgspec.DecodeError):
        return None


async def works(house: House, kept: Kept) -> bool:
    """Whether the database still knows them: it may be another one than last time."""
    at = house.database.reader
    if await staff.account_of(at, kept.staff.email) is None:
        return False
    return all([await partners.by_key(at, key.key, now=now()) is not None for key in kept.api_keys])


async def make(house: House) -> Kept:
    """A new login and two new keys; names carry a mark, so that an older set does not stand in the way."""
    mark, password = secrets.token_hex(3), secrets.token_urlsafe(15)
    office = await organization_with_room(house)
    email = EMAIL if await staff.account_of(house.database.reader, EMAIL) is None else f"demo-{mark}@demo.invalid"
    async with house.database.transaction() as tx:
        await staff.add(tx, email=email, name="Demo Staff", role=StaffRole.INTAKE, password=password, now=now())
        keys = [
            await new_key(tx, f"Demo partner {mark}", tuple(Scope), office),
            await new_key(tx, f"Demo reader {mark}", (Scope.DIRECTORY_READ,), None),
        ]
    return Kept(staff=Login(email=email, password=password), api_keys=tuple(keys))


async def new_key(tx: Tx, name: str, scopes: tuple[Scope, ...], office: Named | None) -> Key:
    made = await partners.add(
        tx,
        name=name,
        scopes=frozenset(scopes),
        organization_id=office.id if office else None,
        now=now(),
        lifetime=LIFETIME,
    )
    return Key(
        name=name,
        scopes=scopes,
        organization_id=office.id if office else None,
        organization=office.name if office else None,
        key=made.key,
    )


async def organization_with_room(house: House) -> Named | None:
    """The organization with the most offers, so that a key for it has something to answer."""
    return await one(
        house.database.reader,
        Named,
        """
        SELECT o.id, o.name
          FROM organization o
          JOIN provider p ON p.organization_id = o.id
         WHERE p.openness_stated_by = $1 AND p.openness = 'open'
         GROUP BY o.id
         ORDER BY sum(p.offers_made) DESC, o.id
         LIMIT 1""",
        STATED_BY,
    )


async def links(house: House) -> tuple[dict[str, str], ...]:
    """Links by which a few providers could say whether they take new people."""
    offices = await many(
        house.database.reader,
        Named,
        "SELECT id, name FROM provider WHERE openness_stated_by = $1 ORDER BY name, id LIMIT 3",
        STATED_BY,
    )
    return tuple(
        {
            "provider_id": str(office.id),
            "name": office.name,
            "state_capacity_url": letters.capacity_link(house, office.id, now=now()),
        }
        for office in offices
    )
