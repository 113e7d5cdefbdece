"""Places are stated, held, taken and given back, and never given twice."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

import given
import pytest

from referral.directory import capacity, providers
from referral.directory.capacity import Count, Statement
from referral.directory.providers import ProviderId
from referral.directory.words import CapacityUnit, Openness
from referral.foundation.clock import now
from referral.foundation.db import Database, Tx, execute, value
from referral.foundation.errors import NoCapacity, NotFound, ValidationFailed
from referral.foundation.vocabulary import HelpType

COUNTS = [
    Count(unit=CapacityUnit.FULL_CASES, available=4),
    Count(unit=CapacityUnit.FULL_CASES, available=3, help_type=HelpType.LEGAL_ASYLUM),
    Count(unit=CapacityUnit.BEDS_TONIGHT, available=2),
]
WAITS = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%capacity%')"
Act = Callable[[Tx], Awaitable[None]]
CASES, BEDS = CapacityUnit.FULL_CASES, CapacityUnit.BEDS_TONIGHT
ASYLUM = HelpType.LEGAL_ASYLUM


async def stated(database: Database, provider: UUID, *counts: Count, openness: Openness = Openness.OPEN) -> None:
    async with database.transaction() as tx:
        await capacity.state(tx, provider, Statement(openness=openness, counts=counts), by="test", now=now())


async def the_count(database: Database) -> UUID:
    return await value(database.reader, "SELECT id FROM capacity")


async def counts(database: Database) -> tuple[int, int, int]:
    """Stated, taken, held."""
    return tuple(await database.pool.fetchrow("SELECT stated, taken, held FROM capacity"))  # pyright: ignore[reportReturnType] - three columns


async def step(database: Database, act: Act) -> str:
    """Do something in a transaction of its own; the name of the refusal where it is refused."""
    try:
        async with database.transaction() as tx:
            await act(tx)
    except NoCapacity as refusal:
        return refusal.code
    return "done"


async def test_an_offer_holds_a_place_an_acceptance_takes_it_and_an_end_gives_it_back(fresh_db: Database) -> None:
    await given.office(fresh_db, places=2)
    id = await the_count(fresh_db)
    life: list[tuple[Act, tuple[int, int, int]]] = [
        (lambda tx: capacity.hold(tx, id), (2, 0, 1)),
        (lambda tx: capacity.hold(tx, id), (2, 0, 2)),
        (lambda tx: capacity.take(tx, id, held=True), (2, 1, 1)),
        (lambda tx: capacity.release(tx, id, taken=False), (2, 1, 0)),
        (lambda tx: capacity.take(tx, id, held=False), (2, 2, 0)),
        (lambda tx: capacity.release(tx, id, taken=True), (2, 1, 0)),
    ]
    for act, expected in life:
        assert await step(fresh_db, act) == "done"
        assert await counts(fresh_db) == expected


async def test_the_last_place_held_is_nobody_elses(fresh_db: Database) -> None:
    await given.office(fresh_db, places=1)
    id = await the_count(fresh_db)
    assert await step(fresh_db, lambda tx: capacity.hold(tx, id)) == "done"
    assert await step(fresh_db, lambda tx: capacity.hold(tx, id)) == "NO_CAPACITY"
    assert await step(fresh_db, lambda tx: capacity.take(tx, id, held=False)) == "NO_CAPACITY"
    assert await step(fresh_db, lambda tx: capacity.take(tx, id, held=True)) == "done"
    assert await step(fresh_db, lambda tx: capacity.take(tx, id, held=True)) == "NO_CAPACITY"
    assert await counts(fresh_db) == (1, 1, 0)


@pytest.mark.parametrize("how", ["hold", "take"])
async def test_sixty_at_once_get_no_more_places_than_there_are(fresh_db: Database, how: str) -> None:
    await given.office(fresh_db, places=7)
    id = await the_count(fresh_db)

    async def act(tx: Tx) -> None:
        await (capacity.hold(tx, id) if how == "hold" else capacity.take(tx, id, held=False))

    said = await asyncio.gather(*(step(fresh_db, act) for _ in range(60)))
    assert (said.count("done"), said.count("NO_CAPACITY")) == (7, 53)
    assert await counts(fresh_db) == ((7, 0, 7) if how == "hold" else (7, 7, 0))


async def test_what_is_given_back_twice_never_makes_a_place_out_of_nothing(fresh_db: Database) -> None:
    await given.office(fresh_db, places=1)
    id = await the_count(fresh_db)
    for taken in (True, False, True):
        await step(fresh_db, lambda tx, taken=taken: capacity.release(tx, id, taken=taken))
    assert await counts(fresh_db) == (1, 0, 0)


async def test_the_database_itself_refuses_to_give_a_place_twice(fresh_db: Database) -> None:
    await given.office(fresh_db, places=1)
    with pytest.raises(Exception, match="capacity_never_oversubscribed"):
        await fresh_db.pool.execute("UPDATE capacity SET taken = 2")


# ---------------------------------------------------------------- statements
async def test_a_new_statement_starts_the_count_anew_beside_the_places_that_offers_hold(fresh_db: Database) -> None:
    office = await given.office(fresh_db, places=5)
    id = await the_count(fresh_db)
    await step(fresh_db, lambda tx: capacity.take(tx, id, held=False))
    await step(fresh_db, lambda tx: capacity.hold(tx, id))
    await stated(fresh_db, office.id, Count(unit=CASES, available=3))
    assert await counts(fresh_db) == (4, 0, 1)
    assert await free(fresh_db, office.id) == {CASES: 3}


async def free(database: Database, provider: UUID) -> dict[CapacityUnit, int]:
    """What the listing shows as free."""
    listing = await providers.provider(database.reader, provider)
    assert listing
    return {count.unit: count.available for count in listing.capacities}


async def test_a_count_for_one_help_goes_before_the_general_one(fresh_db: Database) -> None:
    office = await given.office(fresh_db, places=9)
    await stated(fresh_db, office.id, Count(unit=CASES, available=1, help_type=HelpType.LEGAL_ASYLUM))
    asylum = await capacity.counted(fresh_db.reader, office.id, HelpType.LEGAL_ASYLUM)
    other = await capacity.counted(fresh_db.reader, office.id, HelpType.LEGAL_APPEAL)
    stored = "SELECT help_type FROM capacity WHERE id = $1"
    assert await value(fresh_db.reader, stored, asylum) == "legal.asylum"
    assert await value(fresh_db.reader, stored, other) is None


async def test_a_count_is_believed_for_its_time_and_beds_for_a_night(fresh_db: Database) -> None:
    office = await given.office(fresh_db, places=None)
    assert await capacity.counted(fresh_db.reader, office.id, HelpType.HUM_SHELTER) is None
    await stated(fresh_db, office.id, Count(unit=BEDS, available=4), Count(unit=CASES, available=2))
    lives = dict(await fresh_db.pool.fetch("SELECT unit, expires_at - stated_at FROM capacity"))
    assert lives == {BEDS.value: timedelta(days=1), CASES.value: timedelta(days=30)}
    async with fresh_db.transaction() as tx:
        await execute(tx, "UPDATE capacity SET expires_at = now() - interval '1 second'")
    assert await capacity.counted(fresh_db.reader, office.id, HelpType.HUM_SHELTER) is None


async def test_who_declares_itself_full_has_no_place_left_and_keeps_what_it_gave(fresh_db: Database) -> None:
    office = await given.office(fresh_db, places=5)
    id = await the_count(fresh_db)
    await step(fresh_db, lambda tx: capacity.take(tx, id, held=False))
    await step(fresh_db, lambda tx: capacity.hold(tx, id))

    async def full(tx: Tx) -> None:
        await capacity.lock_counts(tx, office.id)
        await capacity.declare_full(tx, office.id)

    await step(fresh_db, full)
    assert await counts(fresh_db) == (2, 1, 1)
    assert await step(fresh_db, lambda tx: capacity.hold(tx, id)) == "NO_CAPACITY"
    assert await step(fresh_db, lambda tx: capacity.take(tx, id, held=True)) == "done"
    listing = await providers.provider(fresh_db.reader, office.id)
    assert listing
    assert listing.openness is Openness.CLOSED


@pytest.mark.parametrize(
    ("statement", "path", "code"),
    [
        (Statement(openness=Openness.OPEN, waitlist_days=-1), "waitlist_estimate_days", "OUT_OF_RANGE"),
        (Statement(openness=Openness.OPEN, waitlist_days=3651), "waitlist_estimate_days", "OUT_OF_RANGE"),
        (
            Statement(openness=Openness.OPEN, counts=(Count(unit=CASES, available=100_001),)),
            "capacities.0.available",
            "OUT_OF_RANGE",
        ),
        (
            Statement(openness=Openness.OPEN, counts=(Count(unit=CASES, available=2, maximum=1),)),
            "capacities.0.maximum",
            "OUT_OF_RANGE",
        ),
        (
            Statement(openness=Openness.OPEN, counts=(Count(unit=CASES, available=-1),)),
            "capacities.0.available",
            "OUT_OF_RANGE",
        ),
        (
            Statement(openness=Openness.OPEN, counts=(Count(unit=CASES, available=0, maximum=-1),)),
            "capacities.0.maximum",
            "OUT_OF_RANGE",
        ),
        (
            Statement(openness=Openness.OPEN, counts=(Count(unit=CASES, available=2, maximum=100_001),)),
            "capacities.0.maximum",
            "OUT_OF_RANGE",
        ),
        (
            Statement(
                openness=Openness.OPEN,
                counts=(Count(unit=BEDS, available=1), *(Count(unit=CASES, available=2, help_type=ASYLUM),) * 2),
            ),
            "capacities.2",
            "TWICE",
        ),
        (Statement(openness=Openness.OPEN, counts=(Count(unit=CASES, available=2),) * 2), "capacities.1", "TWICE"),
        (Statement(openness=Openness.OPEN, counts=(Count(unit=CASES, available=2),) * 41), "capacities", "TOO_MANY"),
    ],
)
async def test_a_statement_without_sense_is_refused_and_nothing_changes(
    fresh_db: Database, statement: Statement, path: str, code: str
) -> None:
    office = await given.office(fresh_db, places=5)
    with pytest.raises(ValidationFailed) as refused:
        async with fresh_db.transaction() as tx:
            await capacity.state(tx, office.id, statement, by="test", now=now())
    assert [(".".join(problem.path), problem.code) for problem in refused.value.problems] == [(path, code)]
    assert await counts(fresh_db) == (5, 0, 0)


async def test_nobody_states_for_a_listing_that_is_not_there(fresh_db: Database) -> None:
    with pytest.raises(NotFound):
        await stated(fresh_db, ProviderId(uuid4()), Count(unit=CASES, available=1))


async def test_statements_and_holds_at_once_never_oversubscribe(fresh_db: Database) -> None:
    office = await given.office(fresh_db, places=3)
    id = await the_count(fresh_db)
    said = await asyncio.gather(
        *(step(fresh_db, lambda tx: capacity.hold(tx, id)) for _ in range(20)),
        *(stated(fresh_db, office.id, Count(unit=CASES, available=3)) for _ in range(2)),
    )
    places, taken, held = await counts(fresh_db)
    assert 3 <= said.count("done") == held <= places
    assert held <= 3 + 2 * 3  # what was there, and what each statement said is free besides
    assert taken == 0


async def test_every_slip_of_a_statement_is_named_at_once(fresh_db: Database) -> None:
    office = await given.office(fresh_db)
    counts = (Count(unit=CASES, available=-1), Count(unit=BEDS, available=5, maximum=4), Count(unit=BEDS, available=1))
    statement = Statement(openness=Openness.OPEN, counts=counts, waitlist_days=-1)
    with pytest.raises(ValidationFailed) as refused:
        async with fresh_db.transaction() as tx:
            await capacity.state(tx, office.id, statement, by="test", now=now())
    assert [".".join(problem.path) for problem in refused.value.problems] == [
        "waitlist_estimate_days",
        "capacities.0.available",
        "capacities.1.maximum",
        "capacities.2",
    ]


async def test_a_statement_keeps_what_it_says_and_who_said_it(fresh_db: Database) -> None:
    office = await given.office(fresh_db, openness=None)
    statement = Statement(
        openness=Openness.WAITLIST, counts=(Count(unit=CASES, available=3, maximum=8),), waitlist_days=90
    )
    async with fresh_db.transaction() as tx:
        await capacity.state(tx, office.id, statement, by="link", now=now())
    listing = await providers.provider(fresh_db.reader, office.id)
    assert listing
    assert (listing.openness, listing.waitlist_estimate_days) == (Openness.WAITLIST, 90)
    assert [(count.available, count.maximum) for count in listing.capacities] == [(3, 8)]
    said = await fresh_db.pool.fetchrow(
        "SELECT openness_stated_by, openness_expires_at - openness_stated_at FROM provider"
    )
    assert tuple(said) == ("link", capacity.LIFETIME)


async def test_what_a_statement_does_not_repeat_is_believed_no_longer(fresh_db: Database) -> None:
    office = await given.office(fresh_db, places=5)
    await stated(fresh_db, office.id, Count(unit=BEDS, available=2))
    assert await free(fresh_db, office.id) == {BEDS: 2}
    await stated(fresh_db, office.id)
    assert await free(fresh_db, office.id) == {}
    assert await capacity.counted(fresh_db.reader, office.id, HelpType.HUM_SHELTER) is None


async def test_openness_is_believed_as_long_as_the_shortest_lived_count(fresh_db: Database) -> None:
    office = await given.office(fresh_db)
    lives = "SELECT openness_expires_at - openness_stated_at FROM provider"
    for said, life in (
        ((Count(unit=CASES, available=2), Count(unit=BEDS, available=2)), timedelta(days=1)),
        ((Count(unit=CASES, available=2),), timedelta(days=30)),
        ((), timedelta(days=30)),
    ):
        await stated(fresh_db, office.id, *said)
        assert await value(fresh_db.reader, lives) == life


async def test_who_states_one_place_while_offers_hold_three_gives_one_more(fresh_db: Database) -> None:
    office = await given.office(fresh_db, places=3)
    id = await the_count(fresh_db)
    for _ in range(3):
        assert await step(fresh_db, lambda tx: capacity.hold(tx, id)) == "done"
    await stated(fresh_db, office.id, Count(unit=CASES, available=1))
    assert await free(fresh_db, office.id) == {CASES: 1}
    assert await step(fresh_db, lambda tx: capacity.hold(tx, id)) == "done"
    assert await step(fresh_db, lambda tx: capacity.hold(tx, id)) == "NO_CAPACITY"
    for _ in range(4):
        assert await step(fresh_db, lambda tx: capacity.take(tx, id, held=True)) == "done"
    assert await counts(fresh_db) == (4, 4, 0)


async def test_a_statement_while_an_offer_is_being_made_waits_and_loses_no_place(fresh_db: Database) -> None:
    office = await given.office(fresh_db, places=2)
    id = await the_count(fresh_db)
    async with fresh_db.transaction() as tx:
        await capacity.hold(tx, id)
        stating = asyncio.create_task(stated(fresh_db, office.id, Count(unit=CASES, available=2)))
        await somebody_waits(fresh_db)
    await stating
    assert await counts(fresh_db) == (3, 0, 1)
    assert await free(fresh_db, office.id) == {CASES: 2}


async def somebody_waits(database: Database) -> None:
    """Until a statement about places waits for somebody else's lock."""
    async with asyncio.timeout(30):
        while not await value(database.reader, WAITS):
            await asyncio.sleep(0.005)


async def test_a_first_statement_and_one_that_follows_on_its_heels_do_not_wait_in_a_ring(fresh_db: Database) -> None:
    office = await given.office(fresh_db)
    await stated(fresh_db, office.id, *COUNTS)
    first, *rest = sorted(COUNTS, key=lambda count: (count.help_type or "", count.unit))
    for number, count in enumerate((first, *rest)):  # ids that run against the order of the counts
        await fresh_db.pool.execute(
            "UPDATE capacity SET id = $1 WHERE help_type IS NOT DISTINCT FROM $2 AND unit = $3",
            UUID(int=100 - number),
            count.help_type,
            count.unit,
        )
    async with fresh_db.transaction() as tx:  # it began before there was anything to lock, and is half way
        await capacity.keep_counts(tx, office.id, (first,), now())
        following = asyncio.create_task(stated(fresh_db, office.id, *COUNTS))
        await somebody_waits(fresh_db)
        await capacity.keep_counts(tx, office.id, tuple(rest), now())
    await following
    assert await value(fresh_db.reader, "SELECT count(*) FROM capacity") == len(COUNTS)


async def test_statements_holds_and_takes_at_two_offices_never_wait_in_a_ring(fresh_db: Database) -> None:
    offices = [(await given.office(fresh_db, places=4)).id for _ in range(2)]
    for office in offices:
        await stated(fresh_db, office, *COUNTS)
    counts_of = [
        [id for (id,) in await fresh_db.pool.fetch("SELECT id FROM capacity WHERE provider_id = $1", office)]
        for office in offices
    ]
    random = Random(5)  # noqa: S311 - the same mixture each time
    lives = [
        *(stated(fresh_db, random.choice(offices), *random.sample(COUNTS, n % 3 + 1)) for n in range(30)),
        *(full(fresh_db, random.choice(offices)) for _ in range(6)),
        *(held_and_ended(fresh_db, [random.choice(ids) for ids in counts_of], random) for _ in range(40)),
        *(step(fresh_db, taking(random.choice(random.choice(counts_of)))) for _ in range(20)),
    ]
    random.shuffle(lives)
    await asyncio.gather(*lives)
    assert await value(fresh_db.reader, "SELECT sum(held) FROM capacity") == 0
    assert await value(fresh_db.reader, "SELECT count(*) FROM capacity WHERE taken > stated") == 0
    assert await value(fresh_db.reader, "SELECT count(*) FROM capacity") == sum(map(len, counts_of))


def taking(id: UUID) -> Act:
    return lambda tx: capacity.take(tx, id, held=False)


async def full(database: Database, office: UUID) -> None:
    async with database.transaction() as tx:
        await capacity.lock_counts(tx, office)
        await capacity.declare_full(tx, office)


async def held_and_ended(database: Database, ids: list[UUID], random: Random) -> None:
    """One person's offers at several offices, each made in a transaction of its own, and ended by one answer."""
    held = [id for id in ids if await step(database, lambda tx, id=id: capacity.hold(tx, id)) == "done"]
    wins = random.choice([None, *held])
    async with database.transaction() as tx:
        for id in sorted(held):
            if id == wins:
                await capacity.take(tx, id, held=True)
            else:
                await capacity.release(tx, id, taken=False)


async def test_first_statements_of_one_office_at_once_leave_one_count_each(fresh_db: Database) -> None:
    office = await given.office(fresh_db, openness=None)
    await asyncio.gather(*(stated(fresh_db, office.id, *(COUNTS if n % 2 else reversed(COUNTS))) for n in range(10)))
    assert await value(fresh_db.reader, "SELECT count(*) FROM capacity") == len(COUNTS)
