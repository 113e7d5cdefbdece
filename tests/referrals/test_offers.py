"""An offer is made once, answered once, in its time, and never by who may not."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import given
import pytest
from given import terms
from referrals_given import answered, offered, someone, status

from referral.edges.house import House
from referral.foundation.actors import ActorKind
from referral.foundation.clock import now
from referral.foundation.db import execute, value
from referral.foundation.errors import (
    AlreadyAnswered,
    Conflict,
    Expired,
    NoCapacity,
    NotFound,
    Refused,
    ValidationFailed,
)
from referral.intake import requests
from referral.intake.words import ConsentScope, HelpRequestStatus
from referral.referrals import notes, offers, reading
from referral.referrals.notes import By
from referral.referrals.words import DeclineReason, ReferralAnswer, ReferralStatus

ACCEPT, DECLINE, ASK = ReferralAnswer


async def test_an_offer_holds_a_place_and_orders_its_letter_and_its_end(house: House) -> None:
    office, request = await given.office(house.database), await someone(house)
    made = await offered(house, request, terms(office))
    assert (made.status, made.holds) == (ReferralStatus.OFFERED, True)
    assert made.expires_at - made.offered_at == timedelta(days=1)
    orders = await house.database.pool.fetch("SELECT kind, run_at FROM outbox WHERE subject_id = $1", made.id)
    assert {kind for kind, _ in orders} == {"tell_provider", "remind_provider", "expire_offer"}
    assert dict(orders)["remind_provider"] == made.offered_at + timedelta(hours=12)
    assert dict(orders)["expire_offer"] == made.expires_at
    assert await value(house.database.reader, "SELECT held FROM capacity") == 1


async def test_an_office_that_counts_nothing_holds_nothing(house: House) -> None:
    office = await given.office(house.database, places=None)
    made = await offered(house, await someone(house), terms(office))
    assert (made.holds, made.capacity_id) == (False, None)
    assert (await answered(house, made.id, ACCEPT)).status is ReferralStatus.ACCEPTED


async def test_one_office_has_one_live_offer_of_a_person(house: House) -> None:
    office, request = await given.office(house.database), await someone(house)
    made = await offered(house, request, terms(office))
    with pytest.raises(Conflict):
        await offered(house, request, terms(office))
    await answered(house, made.id, DECLINE, reason=DeclineReason.OTHER)
    assert (await offered(house, request, terms(office))).id != made.id


async def test_no_place_no_offer_and_nothing_of_it_stays(house: House) -> None:
    office = await given.office(house.database, places=0)
    request = await someone(house)
    with pytest.raises(NoCapacity):
        await offered(house, request, terms(office))
    assert await value(house.database.reader, "SELECT count(*) FROM referral") == 0
    assert (
        await value(house.database.reader, "SELECT count(*) FROM outbox WHERE kind NOT IN ('match', 're_evaluate')")
        == 0
    )


@pytest.mark.parametrize(
    ("reply", "reason", "words", "path", "code"),
    [
        (DECLINE, None, None, "decline_reason", "EMPTY"),
        (ASK, None, None, "note", "EMPTY"),
        (ASK, None, " \n", "note", "EMPTY"),
        (ASK, None, "x" * 501, "note", "TOO_LONG"),
        (ACCEPT, None, "Is it A123456789?", "note", "IDENTITY_NUMBER"),
    ],
)
async def test_an_answer_that_says_too_little_or_too_much_is_refused(
    house: House, reply: ReferralAnswer, reason: DeclineReason | None, words: str | None, path: str, code: str
) -> None:
    made = await offered(house, await someone(house), terms(await given.office(house.database)))
    with pytest.raises(ValidationFailed) as refused:
        await answered(house, made.id, reply, reason=reason, words=words)
    assert [(".".join(one.path), one.code) for one in refused.value.problems] == [(path, code)]
    assert await status(house, made.id) is ReferralStatus.OFFERED


@pytest.mark.parametrize("first", [ACCEPT, DECLINE])
@pytest.mark.parametrize("then", ReferralAnswer)
async def test_an_answer_stands(house: House, first: ReferralAnswer, then: ReferralAnswer) -> None:
    made = await offered(house, await someone(house), terms(await given.office(house.database)))
    stands = await answered(house, made.id, first, reason=DeclineReason.OTHER)
    with pytest.raises(AlreadyAnswered):
        await answered(house, made.id, then, reason=DeclineReason.DUPLICATE, words="Once more.")
    assert await status(house, made.id) is stands.status


@pytest.mark.parametrize("reply", ReferralAnswer)
async def test_an_offer_whose_time_has_passed_is_not_answered_even_before_it_is_ended(
    house: House, reply: ReferralAnswer
) -> None:
    made = await offered(house, await someone(house), terms(await given.office(house.database), lives=-timedelta(1)))
    with pytest.raises(Expired):
        await answered(house, made.id, reply, reason=DeclineReason.OTHER, words="Is there time?")
    assert await status(house, made.id) is ReferralStatus.OFFERED
    assert await value(house.database.reader, "SELECT held FROM capacity") == 1


async def test_nothing_ends_before_its_time(house: House) -> None:
    made = await offered(house, await someone(house), terms(await given.office(house.database)))
    async with house.database.transaction() as tx:
        await offers.expire(tx, made.id, now=now() + timedelta(days=9))  # the database's clock decides, and no other
    assert await status(house, made.id) is ReferralStatus.OFFERED


async def test_an_end_comes_once_and_gives_back_one_place(house: House) -> None:
    office = await given.office(house.database)
    await offered(house, await someone(house), terms(office))
    made = await offered(house, await someone(house), terms(office, lives=-timedelta(1)))
    for _ in range(2):
        async with house.database.transaction() as tx:
            await offers.expire(tx, made.id, now=now())
    assert await status(house, made.id) is ReferralStatus.EXPIRED
    assert await value(house.database.reader, "SELECT held FROM capacity") == 1
    found = await requests.request(house.database.reader, made.request_id)
    assert found
    assert found.status is HelpRequestStatus.MATCHING


async def test_the_last_place_goes_to_who_says_yes_first_and_the_other_offer_stays_open(house: House) -> None:
    office = await given.office(house.database, places=1)
    one, other = [await offered(house, await someone(house), terms(office, holds=False)) for _ in range(2)]
    await answered(house, one.id, ACCEPT)
    with pytest.raises(NoCapacity):
        await answered(house, other.id, ACCEPT)
    assert await status(house, other.id) is ReferralStatus.OFFERED


async def test_what_is_not_there_is_not_answered(house: House) -> None:
    with pytest.raises(NotFound):
        await answered(house, uuid4(), ACCEPT)
    async with house.database.transaction() as tx:
        assert await offers.view(tx, uuid4()) is None
        await offers.expire(tx, uuid4(), now=now())


async def test_of_a_conflict_of_interest_no_word_is_kept(house: House) -> None:
    request = await someone(house)
    made = await offered(house, request, terms(await given.office(house.database)))
    await answered(
        house, made.id, DECLINE, reason=DeclineReason.CONFLICT_OF_INTEREST, words="We act for the other side."
    )
    assert await value(house.database.reader, "SELECT count(*) FROM referral_note") == 0


async def test_words_are_read_back_in_order_by_who_has_the_key_and_by_nobody_else(house: House) -> None:
    request = await someone(house)
    made = await offered(house, request, terms(await given.office(house.database)))
    await answered(house, made.id, ASK, words="First?")
    await answered(house, made.id, ACCEPT, words="Second.")
    found = await notes.of_referrals(house.database.reader, house.vault, request, [made.id])
    assert [note.text for note in found[made.id]] == ["First?", "Second."]
    erased = replace(request, data_key=None)
    assert await notes.of_referrals(house.database.reader, house.vault, erased, [made.id]) == {}


async def test_opening_is_noted_once_and_never_after_an_answer(house: House) -> None:
    made = await offered(house, await someone(house), terms(await given.office(house.database)))
    for _ in range(3):
        async with house.database.transaction() as tx:
            await offers.view(tx, made.id)
    await answered(house, made.id, ACCEPT)
    async with house.database.transaction() as tx:
        seen = await offers.view(tx, made.id)
    assert seen
    assert seen.status is ReferralStatus.ACCEPTED
    history = await reading.histories(house.database.reader, [made.id])
    assert [event.status.name for event in history] == ["OFFERED", "VIEWED", "ACCEPTED"]


async def test_taking_a_person_back_ends_every_live_offer_and_gives_every_place_back(house: House) -> None:
    request = await someone(house)
    offices = [await given.office(house.database) for _ in range(3)]
    made = [await offered(house, request, terms(office)) for office in offices]
    await answered(house, made[0].id, DECLINE, reason=DeclineReason.OTHER)
    async with house.database.transaction() as tx:
        await execute(tx, "SELECT FROM help_request WHERE id = $1 FOR UPDATE", request.id)
        await offers.end_all(tx, request.id, ReferralStatus.RECALLED, By(kind=ActorKind.REQUESTER))
    stands = [await status(house, one.id) for one in made]
    assert stands == [ReferralStatus.DECLINED, ReferralStatus.RECALLED, ReferralStatus.RECALLED]
    assert await value(house.database.reader, "SELECT sum(held) FROM capacity") == 0


# ---------------------------------------------------------------- what an answer brings about
async def test_a_yes_takes_the_place_releases_the_contact_and_takes_the_other_offers_back(house: House) -> None:
    request = await someone(house)
    one, other = [await offered(house, request, terms(await given.office(house.database))) for _ in range(2)]
    accepted = await answered(house, one.id, ACCEPT)
    assert (accepted.status, accepted.shows_person) == (ReferralStatus.ACCEPTED, True)
    assert accepted.responded_at
    assert await status(house, other.id) is ReferralStatus.RECALLED
    assert sorted(await house.database.pool.fetch("SELECT taken, held FROM capacity")) == [(0, 0), (1, 0)]
    assert await value(house.database.reader, "SELECT status FROM help_request") == "referred"
    assert await value(house.database.reader, "SELECT sum(offers_accepted) FROM provider") == 1
    (released,) = await house.database.pool.fetch("SELECT act, subject_id FROM audit_event")
    assert tuple(released) == ("contact_released", request.id)
    told = [(event.status, event.actor) for event in await reading.histories(house.database.reader, [other.id])]
    assert told == [(ReferralStatus.OFFERED, ActorKind.SYSTEM), (ReferralStatus.RECALLED, ActorKind.SYSTEM)]


async def test_who_is_suspended_accepts_nobody_and_takes_no_place(house: House) -> None:
    office = await given.office(house.database)
    made = await offered(house, await someone(house), terms(office))
    await house.database.pool.execute("UPDATE provider SET verification = 'suspended' WHERE id = $1", office.id)
    with pytest.raises(Conflict, match="suspended"):
        await answered(house, made.id, ACCEPT)
    assert await status(house, made.id) is ReferralStatus.OFFERED
    assert [tuple(row) for row in await house.database.pool.fetch("SELECT taken, held FROM capacity")] == [(0, 1)]


async def test_who_did_not_agree_to_be_contacted_is_not_written_down_as_released(house: House) -> None:
    request = await someone(house, consents=(ConsentScope.SHARE_SUMMARY,))
    made = await offered(house, request, terms(await given.office(house.database)))
    await answered(house, made.id, ACCEPT)
    assert await value(house.database.reader, "SELECT count(*) FROM audit_event") == 0


async def test_a_no_gives_the_place_back_and_the_search_goes_on(house: House) -> None:
    request = await someone(house)
    made = await offered(house, request, terms(await given.office(house.database)))
    await house.database.pool.execute("DELETE FROM outbox")
    declined = await answered(house, made.id, DECLINE, reason=DeclineReason.LANGUAGE_NOT_AVAILABLE)
    assert (declined.status, declined.decline_reason) == (
        ReferralStatus.DECLINED,
        DeclineReason.LANGUAGE_NOT_AVAILABLE,
    )
    assert await value(house.database.reader, "SELECT held FROM capacity") == 0
    assert await value(house.database.reader, "SELECT status FROM help_request") == "matching"
    orders = await house.database.pool.fetch("SELECT kind, subject_id FROM outbox")
    assert [tuple(order) for order in orders] == [("match", request.id)]


async def test_a_no_beside_an_open_offer_leaves_the_request_offered(house: House) -> None:
    request = await someone(house)
    one, _ = [await offered(house, request, terms(await given.office(house.database))) for _ in range(2)]
    await answered(house, one.id, DECLINE, reason=DeclineReason.OTHER)
    assert await value(house.database.reader, "SELECT status FROM help_request") == "offered"


async def test_a_no_for_want_of_room_closes_the_provider_and_keeps_what_others_hold(house: House) -> None:
    office = await given.office(house.database, places=5)
    made = await offered(house, await someone(house), terms(office))
    kept = await offered(house, await someone(house), terms(office))
    await answered(house, made.id, DECLINE, reason=DeclineReason.NO_CAPACITY)
    row = await house.database.pool.fetchrow("SELECT stated, taken, held FROM capacity")
    assert tuple(row) == (1, 0, 1)
    assert await value(house.database.reader, "SELECT openness FROM provider") == "closed"
    assert (await answered(house, kept.id, ACCEPT)).status is ReferralStatus.ACCEPTED


async def test_a_question_goes_to_a_person_and_can_still_become_a_yes(house: House) -> None:
    made = await offered(house, await someone(house), terms(await given.office(house.database)))
    assert (await answered(house, made.id, ASK, words="From which town?")).status is ReferralStatus.MORE_INFO
    assert await value(house.database.reader, "SELECT status FROM help_request") == "in_triage"
    assert await value(house.database.reader, "SELECT held FROM capacity") == 1
    with pytest.raises(Conflict):
        await answered(house, made.id, ASK, words="And which street?")
    await answered(house, made.id, ACCEPT)
    assert await value(house.database.reader, "SELECT (taken, held) = (1, 0) FROM capacity")


@pytest.mark.parametrize("ended", [ReferralStatus.EXPIRED, ReferralStatus.RECALLED])
@pytest.mark.parametrize("reply", ReferralAnswer)
async def test_an_offer_that_has_ended_takes_no_answer(
    house: House, ended: ReferralStatus, reply: ReferralAnswer
) -> None:
    made = await offered(house, await someone(house), terms(await given.office(house.database)))
    await house.database.pool.execute("UPDATE referral SET status = $1", ended.value)
    with pytest.raises(Expired if ended is ReferralStatus.EXPIRED else Conflict):
        await answered(house, made.id, reply, reason=DeclineReason.OTHER, words="Is it too late?")
    assert await status(house, made.id) is ended


# ---------------------------------------------------------------- at once
async def said(house: House, id: UUID, reply: ReferralAnswer, reason: DeclineReason | None = None) -> str:
    """What became of an answer: its status, or the refusal by name."""
    try:
        return (await answered(house, id, reply, reason=reason)).status.value
    except Refused as refusal:
        return refusal.code


async def test_of_two_yeses_to_one_person_one_wins(house: House) -> None:
    request = await someone(house)
    made = [await offered(house, request, terms(await given.office(house.database))) for _ in range(4)]
    replies = await asyncio.gather(*(said(house, one.id, ACCEPT) for one in made))
    assert sorted(replies) == ["CONFLICT", "CONFLICT", "CONFLICT", "accepted"]
    row = await house.database.pool.fetchrow("SELECT sum(taken)::int, sum(held)::int FROM capacity")
    assert tuple(row) == (1, 0)
    assert await value(house.database.reader, "SELECT count(*) FROM audit_event") == 1


async def test_the_same_yes_ten_times_at_once_is_one_yes(house: House) -> None:
    made = await offered(house, await someone(house), terms(await given.office(house.database)))
    replies = await asyncio.gather(*(said(house, made.id, ACCEPT) for _ in range(10)))
    assert sorted(replies) == [*["ALREADY_ANSWERED"] * 9, "accepted"]
    assert await value(house.database.reader, "SELECT (taken, held) = (1, 0) FROM capacity")


async def test_an_offer_made_ten_times_at_once_is_one_offer(house: House) -> None:
    office, request = await given.office(house.database), await someone(house)
    made = await asyncio.gather(*(offered(house, request, terms(office)) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(one, Conflict) for one in made) == 9
    assert await value(house.database.reader, "SELECT held FROM capacity") == 1
    assert await value(house.database.reader, "SELECT offers_made FROM provider") == 1


async def test_answers_that_cross_at_the_same_offices_never_wait_in_a_ring(house: House) -> None:
    offices = [await given.office(house.database, places=30) for _ in range(3)]
    people = [await someone(house) for _ in range(12)]
    made = [[await offered(house, person, terms(office)) for office in offices] for person in people]
    replies = await asyncio.gather(
        *(said(house, theirs[number % 3].id, ACCEPT) for number, theirs in enumerate(made)),
        *(said(house, theirs[(number + 1) % 3].id, DECLINE, DeclineReason.OTHER) for number, theirs in enumerate(made)),
    )
    assert replies[:12] == ["accepted"] * 12
    assert set(replies[12:]) <= {"declined", "CONFLICT"}
    row = await house.database.pool.fetchrow("SELECT sum(taken)::int, sum(held)::int FROM capacity")
    assert tuple(row) == (12, 0)
