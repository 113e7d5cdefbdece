"""Whatever people, providers, staff and the clock do, and wherever a process dies: what must hold holds.

Hypothesis draws the steps. After each one the whole database is held against the promises. By REFERRAL_TEST_RUNS more
runs can be asked for than the suite takes.
"""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise, product
from uuid import UUID, uuid4

import given as start
from given import Office
from hypothesis import HealthCheck, given, settings, strategies
from referrals_given import ANSWERS, KNOWN, submitted

from referral.directory import capacity
from referral.directory.capacity import Count, Statement
from referral.directory.words import CapacityUnit, Openness
from referral.edges.house import House
from referral.foundation.actors import ActorKind, Staff, StaffId, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import Tx, value
from referral.foundation.errors import Refused
from referral.foundation.vocabulary import HelpType
from referral.intake import consents, messages, requests
from referral.intake.amending import Changes
from referral.intake.form import LookedUp
from referral.intake.requests import HelpRequest
from referral.intake.words import ConsentScope, HelpRequestStatus
from referral.referrals import (
    amending,
    answering,
    choosing,
    leaving,
    offers,
    outcomes,
    placing,
    reading,
    recalling,
    states,
    views,
)
from referral.referrals.choosing import Choice
from referral.referrals.notes import By
from referral.referrals.outcomes import Told
from referral.referrals.reading import Referral
from referral.referrals.views import Beholder
from referral.referrals.words import DeclineReason, ReferralAnswer, ReferralOutcome, ReferralStatus

RUNS = int(os.environ.get("REFERRAL_TEST_RUNS", "12"))
STEPS = 50
ANNA = Staff(id=StaffId(UUID(int=1)), email="anna@demo.invalid", name="Anna", role=StaffRole.INTAKE)
AT_PROVIDER = By(kind=ActorKind.PROVIDER_STAFF)
NEEDS = (
    (HelpType.LEGAL_ASYLUM,),
    (HelpType.HUM_SHELTER,),
    (HelpType.LEGAL_ASYLUM, HelpType.HUM_SHELTER),
    (HelpType.HUM_SHELTER, HelpType.LEGAL_ASYLUM),
)
AGREED = (
    tuple(ConsentScope),
    (ConsentScope.MATCH_AUTOMATICALLY, ConsentScope.SHARE_SUMMARY),
    (ConsentScope.MATCH_AUTOMATICALLY,),
    (),
)
EMPTIED = ("outbox", "help_request", "listing_report", "capacity", "provider")


class Died(Exception):  # noqa: N818 - no error: it is what the story is about
    """The process was killed before it could commit."""


@dataclass(slots=True)
class World:
    """Everyone there is, and what the story knows about them beside the database."""

    house: House
    offices: list[Office] = field(default_factory=list[Office])
    people: list[tuple[str, UUID]] = field(default_factory=list[tuple[str, UUID]])
    erased: set[UUID] = field(default_factory=set[UUID])
    restated: set[UUID] = field(default_factory=set[UUID])  # offices that have counted anew

    def person(self, pick: int) -> tuple[str, UUID]:
        return self.people[pick % len(self.people)]

    def office(self, pick: int) -> Office:
        return self.offices[pick % len(self.offices)]

    async def referral(self, pick: int, *statuses: ReferralStatus) -> Referral | None:
        """One of those that stand so."""
        ids: list[UUID] = await value(
            self.house.database.reader,
            "SELECT coalesce(array_agg(id ORDER BY offered_at, id), '{}') FROM referral WHERE status = ANY($1::text[])",
            [status.value for status in statuses or tuple(ReferralStatus)],
        )
        return await reading.referral(self.house.database.reader, ids[pick % len(ids)]) if ids else None


Step = Callable[[World, Tx, int, int], Awaitable[None]]


async def look(world: World, tx: Tx, pick: int, _how: int) -> None:
    await placing.offer_best(tx, world.house.vault, world.person(pick)[1], now=now())


async def choose(world: World, tx: Tx, pick: int, how: int) -> None:
    choice = Choice(
        idempotency_key=str(uuid4()),
        request_id=world.person(pick)[1],
        provider_id=world.office(how).id,
        override_reason="We spoke with them." if how % 2 else None,
    )
    await choosing.offer_chosen(tx, world.house.vault, ANNA, choice, now=now())


async def view(world: World, tx: Tx, pick: int, _how: int) -> None:
    if found := await world.referral(pick):
        await offers.view(tx, found.id)


async def reply(world: World, tx: Tx, pick: int, how: int, answer: ReferralAnswer) -> None:
    # Mostly to what can be answered; sometimes to what cannot.
    among = tuple(states.OPEN) if how % 5 else ()
    if found := await world.referral(pick, *among):
        reason = tuple(DeclineReason)[how % len(DeclineReason)]
        words = "Which town?" if answer is ReferralAnswer.ASK or how % 3 == 0 else None
        await answering.answer(
            tx, world.house.vault, found.id, answer, AT_PROVIDER, reason=reason, words=words, now=now()
        )


async def accept(world: World, tx: Tx, pick: int, how: int) -> None:
    await reply(world, tx, pick, how, ReferralAnswer.ACCEPT)


async def decline(world: World, tx: Tx, pick: int, how: int) -> None:
    await reply(world, tx, pick, how, ReferralAnswer.DECLINE)


async def ask(world: World, tx: Tx, pick: int, how: int) -> None:
    await reply(world, tx, pick, how, ReferralAnswer.ASK)


async def run_out(world: World, tx: Tx, pick: int, how: int) -> None:
    """The clock of an offer runs out, and the job that ends it comes; or it comes too early."""
    if found := await world.referral(pick, *states.OPEN):
        if how % 3:
            await tx.source.execute(
                "UPDATE referral SET expires_at = now() - interval '1 second' WHERE id = $1", found.id
            )
        if how % 4:
            await offers.expire(tx, found.id, now=now())


async def recall(world: World, tx: Tx, pick: int, how: int) -> None:
    among = tuple(states.LIVE) if how % 4 else ()
    if found := await world.referral(pick, *among):
        await recalling.recall(tx, world.house.vault, ANNA, found.id, "We found somebody nearer.", now=now())


async def tell(world: World, tx: Tx, pick: int, how: int) -> None:
    among = tuple(states.AFTER_YES) if how % 4 else ()
    if found := await world.referral(pick, *among):
        outcome = (None, *ReferralOutcome)[how % (len(ReferralOutcome) + 1)]
        reason = tuple(DeclineReason)[pick % len(DeclineReason)] if outcome is ReferralOutcome.NOT_SERVED else None
        told = Told(reached=True if outcome is None else None, outcome=outcome, reason=reason)
        await outcomes.record(tx, world.house.vault, found.id, told, AT_PROVIDER, now=now())


async def amend(world: World, tx: Tx, pick: int, how: int) -> None:
    changes = (
        Changes(consents=AGREED[how % len(AGREED)]),
        Changes(help_types=NEEDS[how % len(NEEDS)]),
        Changes(languages=(("es",), ("mam",), ("es", "mam"))[how % 3]),
        Changes(next_hearing_on=now().date() + timedelta(days=how % 30)),
    )[how % 4]
    receipt, _ = world.person(pick)
    await amending.amend(tx, world.house.vault, receipt, changes, LookedUp(languages=KNOWN), now=now())


async def write(world: World, tx: Tx, pick: int, how: int) -> None:
    request = await requests.locked(tx, world.person(pick)[1])
    if request is not None:
        await messages.from_person(tx, world.house.vault, request, "Is there news?", f"key number {how}", now=now())


async def withdraw(world: World, tx: Tx, pick: int, how: int) -> None:
    receipt, id = world.person(pick)
    await leaving.withdraw(tx, world.house.vault, receipt, erase=how % 2 == 0, now=now())
    if how % 2 == 0:
        world.erased.add(id)


async def count_anew(world: World, tx: Tx, pick: int, how: int) -> None:
    office = world.office(pick)
    openness = (Openness.OPEN, Openness.OPEN, Openness.CLOSED, Openness.WAITLIST)[how % 4]
    counts = (Count(unit=CapacityUnit.FULL_CASES, available=how % 4),)
    await capacity.state(tx, office.id, Statement(openness=openness, counts=counts), by="test", now=now())
    world.restated.add(office.id)


async def hand_back(world: World, tx: Tx, pick: int, _how: int) -> None:
    """Whoever looked lets the machine go on."""
    await tx.source.execute(
        "UPDATE help_request SET status = 'matching' WHERE id = $1 AND status = 'in_triage'", world.person(pick)[1]
    )


STEPS_THERE_ARE: tuple[Step, ...] = (
    look, look, look, choose, view, accept, accept, decline, ask, run_out, recall, tell, tell, amend, write, withdraw,
    count_anew, hand_back,
)  # fmt: skip
SUBMIT = len(STEPS_THERE_ARE)
STEP = strategies.tuples(
    strategies.integers(0, SUBMIT + 1), strategies.integers(0, 99), strategies.integers(0, 99), strategies.booleans()
)


async def take(world: World, number: int, pick: int, how: int, *, dies: bool) -> None:
    """One step, committed, refused, or lost because the process died before its commit."""
    if number >= SUBMIT or not world.people:
        kept = await submitted(
            world.house, help_types=NEEDS[how % len(NEEDS)], consents=AGREED[pick % 2 and how % len(AGREED)]
        )
        world.people.append((kept.receipt, kept.request.id))
        return
    erased, restated = set(world.erased), set(world.restated)
    try:
        async with world.house.database.transaction() as tx:
            await STEPS_THERE_ARE[number](world, tx, pick, how)
            if dies and how % 3 == 0:
                raise Died  # noqa: TRY301 - where a process dies is where it stands
    except (Died, Refused):
        world.erased, world.restated = erased, restated


# ---------------------------------------------------------------- what must hold
async def places_hold(world: World) -> None:
    """None given twice: each open offer holds one, each yes has one, each end gave it back."""
    rows = await world.house.database.pool.fetch(
        """
        SELECT c.provider_id, c.stated, c.taken, c.held,
               count(r.id) FILTER (WHERE r.holds AND r.status IN ('offered', 'viewed', 'more_info')) AS open,
               count(r.id) FILTER (WHERE r.status IN ('accepted', 'in_progress')) AS yes
          FROM capacity c LEFT JOIN referral r ON r.capacity_id = c.id
         GROUP BY c.id"""
    )
    for row in rows:
        assert row["taken"] <= row["stated"]
        assert row["held"] == row["open"]
        assert row["taken"] <= row["yes"]
        if row["provider_id"] not in world.restated:
            assert row["taken"] == row["yes"]


async def histories_hold(world: World) -> list[Referral]:
    """One live offer of a person at a provider; each history whole, in order, by steps that the table allows."""
    at = world.house.database.reader
    found = [one for _, id in world.people for one in await reading.of_request(at, id)]
    live = [(one.request_id, one.provider_id) for one in found if one.status in states.LIVE]
    assert len(live) == len(set(live))
    events = await reading.histories(at, [one.id for one in found])
    for one in found:
        steps = [event for event in events if event.referral_id == one.id]
        assert steps[0].status is ReferralStatus.OFFERED
        assert steps[-1].status is one.status
        assert all(after.status in states.NEXT[before.status] for before, after in pairwise(steps))
        assert all(before.at <= after.at for before, after in pairwise(steps))
    return found


async def consents_hold(world: World, request: HelpRequest, referrals: list[Referral]) -> None:
    """Without consent nothing is asked by a machine, and nobody sees the person."""
    at, vault = world.house.database.reader, world.house.vault
    standing = await consents.standing(at, request.id)
    for one in referrals:
        if one.status in states.OPEN:
            assert ConsentScope.SHARE_SUMMARY in standing
        seen = await views.for_provider(at, vault, request, one, now=now())
        if one.status not in states.LIVE:
            assert seen is None
        elif seen is not None and (not one.shows_person or ConsentScope.SHARE_CONTACT not in standing):
            assert seen.beholder is Beholder.PROVIDER_ASKED


async def requests_hold(world: World, referrals: list[Referral]) -> None:
    """A receipt opens its own request and no other; where a request stands is where its referrals stand."""
    at, vault = world.house.database.reader, world.house.vault
    for receipt, id in world.people:
        opened = await requests.by_receipt(at, vault, receipt)
        assert (opened.id if opened else None) == (None if id in world.erased else id)
        request = await requests.request(at, id)
        assert request
        own = [one for one in referrals if one.request_id == id]
        if request.status is HelpRequestStatus.CLOSED:
            assert not any(one.status in states.LIVE for one in own)
        elif any(one.shows_person for one in own):
            assert request.status in {HelpRequestStatus.REFERRED, HelpRequestStatus.IN_SERVICE}
        # A yes takes back every other offer of the same need; what staff offer after it is their own wish.
        for yes, rival in product(own, own):
            if yes.shows_person and rival.status in states.OPEN and set(yes.needs) & set(rival.needs):
                assert yes.responded_at
                assert rival.offered_at >= yes.responded_at
        if request.data_key is not None:
            await consents_hold(world, request, own)


async def begun(house: House) -> World:
    """Nobody has asked yet; a few offices with a few places."""
    for table in EMPTIED:
        await house.database.pool.execute(f"DELETE FROM {table}" if table != "provider" else "SELECT 1")
    async with house.database.transaction() as tx:
        await start.no_trail(tx)
    await house.database.pool.execute("UPDATE provider SET openness = 'closed', openness_expires_at = now()")
    shelter = (HelpType.HUM_SHELTER,)
    return World(
        house=house,
        offices=[
            await start.office(house.database, name="Synthetic Lawyers", places=2),
            await start.office(house.database, name="Synthetic Shelter", places=1, help_types=shelter),
            await start.office(house.database, name="Synthetic House of Both", places=2, help_types=NEEDS[2]),
            await start.office(house.database, name="Synthetic Mam Office", places=None, languages=("mam", "es")),
        ],
    )


@settings(
    max_examples=RUNS,
    deadline=None,
    derandomize="REFERRAL_TEST_RUNS" not in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(steps=strategies.lists(STEP, min_size=STEPS, max_size=STEPS))
async def test_whatever_happens_what_must_hold_holds(house: House, steps: list[tuple[int, int, int, bool]]) -> None:
    assert ANSWERS.consents  # who asks agrees to everything, if nothing else is drawn
    world = await begun(house)
    for number, pick, how, dies in steps:
        await take(world, number, pick, how, dies=dies)
        await places_hold(world)
        await requests_hold(world, await histories_hold(world))
