"""What a story starts from: offices that exist and say something of themselves, and what a person sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from referral.directory import capacity
from referral.directory.capacity import Count, Statement
from referral.directory.words import CapacityUnit, LanguageMode, Openness
from referral.foundation.clock import now
from referral.foundation.db import Database, Tx, execute
from referral.foundation.keys.folder import open_vault
from referral.foundation.keys.root import FileRoot
from referral.foundation.vault import Vault
from referral.foundation.vocabulary import HelpType
from referral.referrals.offers import Terms

SOURCE = "synthetic, for tests"
MANY = 500
AT_ONCE = 2_000
BROWNSVILLE = (25.9017, -97.4975)
MCALLEN = (26.2034, -98.2300)
EL_PASO = (31.7619, -106.4850)


def vault_in(folder: Path) -> Vault:
    """The keys of this folder, the private ones too; made where there are none."""
    return open_vault(folder, FileRoot(folder / "root.key"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A listing made for a test."""

    id: UUID
    organization_id: UUID
    name: str


async def office(
    database: Database,
    *,
    name: str = "Synthetic Office",
    point: tuple[float, float] = BROWNSVILLE,
    country: str = "US",
    state: str = "TX",
    languages: tuple[str, ...] = ("es", "en"),
    help_types: tuple[HelpType, ...] = (HelpType.LEGAL_ASYLUM,),
    openness: Openness | None = Openness.OPEN,
    places: int | None = 5,
    organization_id: UUID | None = None,
    accepts_detained: str = "yes",
    accepts_minors: str = "yes",
) -> Office:
    """An office where all that rules ask is known; `openness=None` says nothing, `places=None` counts nothing."""
    organization, location, service, provider = organization_id or uuid4(), uuid4(), uuid4(), uuid4()
    async with database.transaction() as tx:
        await execute(
            tx,
            "INSERT INTO organization (id, name, kind, source) VALUES ($1, $2, 'legal', $3) ON CONFLICT DO NOTHING",
            organization,
            f"{name} (organization)",
            SOURCE,
        )
        await execute(
            tx,
            """
            INSERT INTO location (id, organization_id, latitude, longitude, time_zone, city, country, state, source)
            VALUES ($1, $2, $3, $4, 'America/Chicago', 'Synthetic City', $5, $6, $7)""",
            location,
            organization,
            point[0],
            point[1],
            country,
            state,
            SOURCE,
        )
        await execute(
            tx,
            """
            INSERT INTO service (id, organization_id, name, status, depth, help_types, delivery_modes, facts,
                                 accepts_detained, accepts_minors, last_modified, source)
            VALUES ($1, $2, $3, 'active', 'full_representation', $4, '{in_person}', '{}', $5, $6, $7, $8)""",
            service,
            organization,
            name,
            [help_type.value for help_type in help_types],
            accepts_detained,
            accepts_minors,
            now(),
            SOURCE,
        )
        await execute(
            tx,
            """
            INSERT INTO provider (id, organization_id, service_id, location_id, name, referral_email, source)
            VALUES ($1, $2, $3, $4, $5, $6, $7)""",
            provider,
            organization,
            service,
            location,
            name,
            f"{provider}@demo.invalid",
            SOURCE,
        )
        for tag in languages:
            await execute(
                tx,
                "INSERT INTO language_offered (id, service_id, tag, mode) VALUES ($1, $2, $3, $4)",
                uuid4(),
                service,
                tag,
                LanguageMode.STAFF_FLUENT.value,
            )
        if openness is not None:
            counts = () if places is None else (Count(unit=CapacityUnit.FULL_CASES, available=places),)
            await capacity.state(tx, provider, Statement(openness=openness, counts=counts), by="test", now=now())
    return Office(id=provider, organization_id=organization, name=name)


async def offices(
    database: Database,
    points: Sequence[tuple[float, float] | None],
    *,
    names: Sequence[str] | None = None,
    help_types: tuple[HelpType, ...] = (HelpType.LEGAL_ASYLUM,),
) -> list[UUID]:
    """Many offices at once, each an organization of its own that says nothing but its help and where it is.

    Their ids come in the order of the points, and grow with it; None is an office without a point.
    """
    async with database.transaction() as tx:
        return await many_offices(tx, points, names=names, help_types=help_types)


async def many_offices(
    tx: Tx,
    points: Sequence[tuple[float, float] | None],
    *,
    names: Sequence[str] | None = None,
    help_types: tuple[HelpType, ...] = (HelpType.LEGAL_ASYLUM,),
) -> list[UUID]:
    """The same in a transaction that the story holds open."""
    ids = sorted(uuid4() for _ in points)
    called = list(names or [f"Office {number:05d}" for number in range(len(points))])
    for start in range(0, len(ids), AT_ONCE):  # no statement comes near the time limit, however busy the machine
        part = slice(start, start + AT_ONCE)
        await insert_offices(tx, ids[part], called[part], points[part], help_types)
        await execute(tx, "SET CONSTRAINTS refresh_at_commit IMMEDIATE")  # the story sees them before it commits
        await execute(tx, "SET CONSTRAINTS refresh_at_commit DEFERRED")
    if len(ids) >= MANY:  # what the planner knows of tables that grew a moment ago is luck
        await execute(tx, "ANALYZE organization, location, service, provider, listing_card, listing_offer")
    return ids


async def insert_offices(
    tx: Tx,
    ids: list[UUID],
    names: list[str],
    points: Sequence[tuple[float, float] | None],
    help_types: tuple[HelpType, ...],
) -> None:
    await execute(
        tx,
        """
        WITH wanted AS (
             SELECT id, name, latitude, longitude
               FROM unnest($1::uuid[], $2::text[], $3::float8[], $4::float8[]) AS w(id, name, latitude, longitude)
        ), organizations AS (
             INSERT INTO organization (id, name, source) SELECT id, name, $6 FROM wanted
        ), locations AS (
             INSERT INTO location (id, organization_id, latitude, longitude, time_zone, country, state, source)
             SELECT id, id, latitude, longitude, 'America/Chicago', 'US', 'TX', $6 FROM wanted
        ), services AS (
             INSERT INTO service (id, organization_id, name, status, help_types, last_modified, source)
             SELECT id, id, name, 'active', $5, now(), $6 FROM wanted
        )
        INSERT INTO provider (id, organization_id, service_id, location_id, name, source)
        SELECT id, id, id, id, name, $6 FROM wanted""",
        ids,
        names,
        [point[0] if point else None for point in points],
        [point[1] if point else None for point in points],
        [help_type.value for help_type in help_types],
        SOURCE,
    )


def asking(**changes: Any) -> dict[str, Any]:
    """The input of submitHelpRequest for a person that the standard office fits in everything; a new key each time."""
    return {
        "idempotencyKey": str(uuid4()),
        "representation": "NONE",
        "canAfford": "NO",
        "helpTypes": ["LEGAL_ASYLUM"],
        "claims": ["ASYLUM"],
        "posture": "IN_REMOVAL_PROCEEDINGS",
        "languages": ["es"],
        "near": {"text": "Brownsville TX"},
        "country": "HN",
        "age": "ADULT",
        "circumstances": [],
        "person": {
            "name": "Synthetic Person",
            "contacts": [{"channel": "PHONE", "value": "+1 956 555 0100", "mayLeaveMessage": False}],
            "note": "A synthetic note.",
        },
        "consents": ["STORE_REQUEST", "MATCH_AUTOMATICALLY", "SHARE_SUMMARY", "SHARE_CONTACT", "NOTIFY_ME"],
        "uiLanguage": "es",
        **changes,
    }


def terms(office: Office, *, lives: timedelta = timedelta(days=1), holds: bool = True) -> Terms:
    """What an offer to this office is made of, as a test makes it."""
    return Terms(
        provider_id=office.id,
        organization_id=office.organization_id,
        help_type=HelpType.LEGAL_ASYLUM,
        needs=(HelpType.LEGAL_ASYLUM,),
        score=500,
        rules_version="test",
        lives=lives,
        holds=holds,
    )


async def no_trail(tx: Tx) -> None:
    """An audit trail as on the first day. Only who owns the database can do so, by switching its triggers off."""
    await execute(
        tx,
        """
        SET LOCAL session_replication_role = replica;
        DELETE FROM audit_event;
        DELETE FROM audit_anchor;
        UPDATE audit_head SET position = 0, hash = decode(repeat('00', 32), 'hex'), trail = gen_random_uuid();
        SET LOCAL session_replication_role = origin""",
    )
