"""A confidential place, from outside: whatever is asked by HTTP, the answer is the same wherever it is, byte by byte.

The two worlds that are compared differ only in where one place is: its point, address, telephones, hours, time zone
and what it is called. Each question is asked in both; REFERRAL_HIDDEN_QUESTIONS=5000 asks 10,000 in all, and takes
some minutes. The server reads as a role of the database that may not even touch the table of hidden places: what an
answer costs cannot depend on what cannot be read.
"""

import os
import re
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import desk as desks
import given
import httpx
import pytest
from desk import Desk
from hidden_questions import About, Question, Questions, next_page

from referral.directory.upkeep import hiding
from referral.edges.house import House
from referral.edges.hsds import exporting
from referral.edges.hsds.exporting import Form
from referral.foundation.actors import Scope
from referral.foundation.clock import now
from referral.foundation.db import Tx, connect, execute, value
from referral.foundation.vocabulary import HelpType

QUESTIONS = int(os.environ.get("REFERRAL_HIDDEN_QUESTIONS", "1000"))  # each is asked in both worlds
SEED = 5
AT_ONCE = 8
SHELTER = (HelpType.HUM_SHELTER,)
NOT_TOLD = {"date", "ratelimit"}  # headers that say when, and how much one asked before
LEFT = re.compile(rb',"left":\d+,"resetSeconds":\d+')


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Where a refuge is, and everything that would tell it."""

    point: tuple[float, float]
    zone: str
    city: str
    street: str
    zip: str
    name: str
    phone: str
    opens_at: str


MCALLEN = Secret(
    point=given.MCALLEN, zone="America/Chicago", city="McAllen", street="77 Calle Escondida", zip="78501",
    name="Casa Oculta", phone="+1 956 555 0177", opens_at="06:11",
)  # fmt: skip
EL_PASO = Secret(
    point=given.EL_PASO, zone="America/Denver", city="El Paso", street="5 Hidden Lane", zip="79901",
    name="Safe Harbor", phone="+1 915 555 0105", opens_at="07:22",
)  # fmt: skip
SECRETS = (MCALLEN, EL_PASO)
WORDS = (
    "Escondida", "Hidden", "Lane", "Harbor", "Oculta", "McAllen", "78501", "79901", "9565550177", "555 0105",
    "shelter", "Office", "albergue", "Refuge", "77", "0611",
)  # fmt: skip
TOWNS = ("McAllen TX", "El Paso", "78501", "79901", "Reynosa", "Brownsville TX", "Texas", "El Paso Immigration Court")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All that leaves the house."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuge:
    """A shelter and what belongs to it; a second service of the same group stands at the same place."""

    listing: UUID
    second: UUID
    organization: UUID
    place: UUID


async def refuge(house: House) -> Refuge:
    """A shelter among public offices, whose group has another office in the open."""
    points = [given.BROWNSVILLE, given.MCALLEN, given.EL_PASO] * 3
    for number, point in enumerate(points):
        await given.office(house.database, name=f"Office {number}", point=point, help_types=SHELTER)
    first = await given.office(house.database, name="Refuge", help_types=SHELTER, languages=("es", "ht"))
    second = await given.office(house.database, name="Counsel", organization_id=first.organization_id, openness=None)
    await given.office(house.database, name="In the open", organization_id=first.organization_id)
    async with house.database.transaction() as tx:
        place = await value(tx, "SELECT location_id FROM provider WHERE id = $1", first.id)
        await execute(tx, "UPDATE provider SET location_id = $2 WHERE id = $1", second.id, place)
        await execute(
            tx,
            """INSERT INTO phone (id, organization_id, number)
               VALUES ('00000000-0000-4000-8000-000000000001', $1, '+1 800 555 0100')""",
            first.organization_id,
        )
        await state_hours(tx, first.id)
    return Refuge(listing=first.id, second=second.id, organization=first.organization_id, place=place)


async def state_hours(tx: Tx, listing: UUID) -> None:
    """Hours of its service: now, by the clock of McAllen; an hour from now, by the clock of El Paso."""
    here = datetime.now(ZoneInfo(MCALLEN.zone))
    await execute(
        tx,
        """INSERT INTO schedule (id, service_id, weekdays, opens_at, closes_at)
           SELECT '00000000-0000-4000-8000-000000000002', service_id, '{MO,TU,WE,TH,FR,SA,SU}', $2, $3
             FROM provider WHERE id = $1""",
        listing,
        f"{here - timedelta(minutes=30):%H:%M}",
        f"{here + timedelta(minutes=30):%H:%M}",
    )


async def move(house: House, one: Refuge, secret: Secret) -> None:
    """The same shelter with everything that tells where it is: of the place, and of what is offered there."""
    async with house.database.transaction() as tx:
        await execute(
            tx,
            """UPDATE location SET latitude = $2, longitude = $3, city = $4, lines = ARRAY[$5], postal_code = $6,
                                   name = $7, description = $5, transportation = $5, accessibility = ARRAY[$5],
                                   time_zone = $8
                WHERE id = $1""",
            one.place, *secret.point, secret.city, secret.street, secret.zip, secret.name, secret.zone,
        )  # fmt: skip
        await execute(tx, "DELETE FROM phone WHERE location_id = $1 OR provider_id = $2", one.place, one.listing)
        await execute(tx, "DELETE FROM schedule WHERE location_id = $1 OR provider_id = $2", one.place, one.second)
        await execute(
            tx, "INSERT INTO phone (id, location_id, number) VALUES ($1, $2, $3)", uuid4(), one.place, secret.phone
        )
        await execute(
            tx, "INSERT INTO phone (id, provider_id, number) VALUES ($1, $2, $3)", uuid4(), one.listing, secret.phone
        )
        await execute(
            tx,
            """INSERT INTO schedule (id, location_id, provider_id, weekdays, opens_at, closes_at)
               VALUES (gen_random_uuid(), $1, NULL, '{MO,TU}', $3, '20:00'),
                      (gen_random_uuid(), NULL, $2, '{MO,TU}', $3, '20:00')""",
            one.place,
            one.second,
            secret.opens_at,
        )
        await execute(
            tx,
            "UPDATE provider SET name = $2, description = $3 WHERE location_id = $1",
            one.place,
            f"Refuge – {secret.name}",
            f"Ring at {secret.street}",
        )


async def hide(house: House, one: Refuge) -> None:
    async with house.database.transaction() as tx:
        await hiding.hide(tx, house.vault, one.listing, now=now())


async def show(house: House, one: Refuge) -> None:
    async with house.database.transaction() as tx:
        await hiding.show(tx, house.vault, one.listing)


@asynccontextmanager
async def outside(house: House) -> AsyncGenerator[Desk]:
    """The doors, over a database that lets nobody near the hidden places."""
    role, owner = f"outside_{secrets.token_hex(4)}", house.database
    await owner.pool.execute(
        f"CREATE ROLE {role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};"
        f"GRANT UPDATE (last_used_on) ON api_key TO {role}"
    )
    database = await connect(f"{owner.dsn}&role={role}")
    try:
        async with desks.standing(replace(house, database=database)) as desk:
            yield desk
    finally:
        await database.close()
        await owner.pool.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


async def about(house: House, one: Refuge, key: dict[str, str]) -> About:
    async def ids(sql: str) -> list[UUID]:
        return [row[0] for row in await house.database.pool.fetch(sql)]

    etags = ('W/"1"', '"1"')
    everyone = await ids("SELECT id FROM provider ORDER BY id")
    services = await ids(f"SELECT service_id FROM provider WHERE location_id = '{one.place}' ORDER BY id")
    towns = await ids(
        """SELECT id FROM place WHERE (kind, name, country) IN (('town', 'McAllen', 'US'), ('town', 'El Paso', 'US'))
            UNION ALL SELECT id FROM place WHERE kind = 'state' AND (country, state) = ('US', 'TX') ORDER BY id"""
    )
    return About(
        listings=[*everyone, *[one.listing, one.second] * 6],
        services=services,
        organizations=[one.organization],
        places=towns,
        points=[secret.point for secret in SECRETS],
        words=WORDS,
        postcodes=[secret.zip for secret in SECRETS],
        towns=TOWNS,
        etags=etags,
        key=key,
        origin=house.settings.public_url,
    )


async def asked(http: httpx.AsyncClient, question: Question) -> Answer:
    response = await http.request(
        question.method, question.path, headers=question.headers, content=question.content or None
    )
    headers = tuple(pair for pair in response.headers.items() if pair[0] not in NOT_TOLD)
    # What is left of a budget depends on who asked first. What a question costs is the same for everybody.
    body = LEFT.sub(b"", response.content)
    return Answer(status=response.status_code, headers=headers, body=body)


async def answers(desk: Desk, subject: About, count: int) -> list[tuple[Question, Answer]]:
    """As many questions, in order, with the pages that some of them lead to."""
    questions, found = Questions(subject, SEED), list[tuple[Question, Answer]]()
    while len(found) < count:
        asked_now = [with_next_page(desk.http, questions.next()) for _ in range(AT_ONCE)]
        for pages in await desks.at_once(asked_now):
            found += pages
    return found


async def with_next_page(http: httpx.AsyncClient, question: Question) -> list[tuple[Question, Answer]]:
    found = [(question, await asked(http, question))]
    further = next_page(question, found[0][1].body) if question.goes_on else None
    return [*found, (further, await asked(http, further))] if further else found


async def exports(house: House, folder: Path) -> dict[str, bytes]:
    """Every file of both forms of the export."""
    await exporting.export_hsds(house.database, folder / "tables", form=Form.TABULAR, replace=False, progress=silent)
    await exporting.export_hsds(house.database, folder / "list.json", form=Form.JSON, replace=False, progress=silent)
    return {file.name: file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def silent(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def difference(here: tuple[Question, Answer], there: tuple[Question, Answer]) -> str:
    """A question, and both answers from a little before they part."""
    one, other = here[1].body, there[1].body
    at = max(0, next((n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0) - 200)
    asked = f"{here[0].method} {here[0].path} {here[0].content[-200:]!r}"
    return f"{asked}\n{here[1].status} {one[at : at + 400]!r}\n{there[1].status} {other[at : at + 400]!r}"


async def partner_key(house: House) -> dict[str, str]:
    async with desks.standing(house) as desk:
        return await desk.partner(Scope.DIRECTORY_READ)


@pytest.mark.timeout(1_800)
async def test_every_answer_is_the_same_wherever_it_is(house: House, tmp_path: Path) -> None:
    one = await refuge(house)
    subject = await about(house, one, await partner_key(house))
    worlds: list[list[tuple[Question, Answer]]] = []
    packages: list[dict[str, bytes]] = []
    for secret in SECRETS:
        await move(house, one, secret)
        await hide(house, one)
        async with outside(house) as desk:
            worlds.append(await answers(desk, subject, QUESTIONS))
            packages.append(await exports(desk.house, tmp_path / secret.name))
        await show(house, one)
    differing = [difference(*pair) for pair in zip(*worlds, strict=True) if pair[0] != pair[1]]
    assert len(differing) == 0, "\n\n".join([f"{len(differing)} differ", *differing[:5]])
    assert packages[0] == packages[1]
    bodies = b"\n".join([*(answer.body for _, answer in worlds[1]), *packages[1].values()])
    for secret in SECRETS:
        for canary in (secret.street, secret.name, secret.phone, secret.opens_at, re.sub(r"\D", "", secret.phone)):
            assert canary.encode() not in bodies, canary
    assert sum(str(one.listing).encode() in answer.body for _, answer in worlds[0]) > QUESTIONS / 10
    assert {answer.status for _, answer in worlds[0]} == {200, 303, 400, 404, 415, 422}


async def test_the_questions_tell_places_apart_that_are_not_hidden(house: House) -> None:
    """Else they would prove nothing."""
    one = await refuge(house)
    subject = await about(house, one, await partner_key(house))
    worlds: list[list[tuple[Question, Answer]]] = []
    for secret in SECRETS:
        await move(house, one, secret)
        async with outside(house) as desk:
            worlds.append(await answers(desk, subject, 200))
    assert sum(here != there for here, there in zip(*worlds, strict=True)) > 60
