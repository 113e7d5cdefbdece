"""Whom the machine asks next, whom it never asks, and when it leaves the request to a person."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import given
import pytest
from at_once import meanwhile, waits_for_a_lock
from given import Office
from referrals_given import HERE, answered, as_it_stands, history, placed, someone, submitted

from referral.directory import capacity
from referral.directory.words import Openness
from referral.edges.house import House
from referral.foundation.actors import Scope
from referral.foundation.clock import now
from referral.foundation.db import value
from referral.foundation.vocabulary import HelpType
from referral.intake.requests import HelpRequest
from referral.intake.words import ConsentScope, HelpRequestStatus, UrgencyCriterion, UrgencyLevel
from referral.matching import finding
from referral.partners import accounts
from referral.referrals import leaving, placing
from referral.referrals.reading import Referral
from referral.referrals.words import DeclineReason, ReferralAnswer, ReferralStatus

IN_DANGER = (UrgencyCriterion.IMMEDIATE_DANGER_TO_LIFE,)
AN_HOUR_AWAY = (26.9, -97.7)


async def ranked(house: House, request: HelpRequest) -> list[UUID]:
    """Every feasible provider, best first."""
    async with house.database.transaction() as tx:
        need = await finding.need_of(tx, house.vault, request, now=now())
        return [verdict.candidate.provider_id for verdict in await finding.ranked(tx, need, now=now())]


async def left_to_a_person(house: House, request: HelpRequest) -> bool:
    stands = (await as_it_stands(house, request)).status
    return stands is HelpRequestStatus.IN_TRIAGE and (await history(house, request))[-1] == "needs_person"


async def asked(house: House, request: HelpRequest, *relaxed: str) -> UUID | None:
    """The provider that the machine asks now."""
    made = await placed(house, request, *relaxed)
    return made.provider_id if made else None


async def test_the_best_who_may_be_asked_is_asked_first(house: House) -> None:
    await given.office(house.database, point=given.EL_PASO)
    best = await given.office(house.database)
    await given.office(house.database, point=given.MCALLEN, help_types=(HelpType.LEGAL_ORIENTATION,))
    request = await someone(house)
    first, *_ = await ranked(house, request)
    made = await placed(house, request)
    assert made
    assert (made.provider_id, made.help_type, made.status) == (
        best.id,
        HelpType.LEGAL_ASYLUM,
        ReferralStatus.OFFERED,
    )
    assert made.provider_id == first
    assert made.score > 0
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.OFFERED


async def test_who_would_never_hear_of_an_offer_is_passed_over(house: House) -> None:
    """Without an address it hears of none, unless its own software asks for them with a key."""
    silent = await given.office(house.database)
    told = await given.office(house.database, point=AN_HOUR_AWAY)
    await house.database.pool.execute("UPDATE provider SET referral_email = NULL WHERE id = $1", silent.id)
    request = await someone(house)
    assert (await ranked(house, request))[0] == silent.id  # it fits best, and staff see it
    assert await asked(house, request) == told.id
    await with_key(house, silent, Scope.DIRECTORY_READ)
    assert await asked(house, await someone(house)) == told.id
    await with_key(house, silent, Scope.REFERRAL_RESPOND)
    assert await asked(house, await someone(house)) == silent.id


async def with_key(house: House, office: Office, scope: Scope) -> None:
    async with house.database.transaction() as tx:
        await accounts.add(
            tx,
            name=f"Synthetic partner {scope.value}",
            scopes=frozenset({scope}),
            organization_id=office.organization_id,
            now=now(),
            lifetime=timedelta(days=1),
        )


@pytest.mark.parametrize(
    ("circumstances", "level"),
    [
        (IN_DANGER, UrgencyLevel.CRITICAL),
        ((UrgencyCriterion.NO_SHELTER_TONIGHT,), UrgencyLevel.URGENT),
        ((UrgencyCriterion.TORTURE_SURVIVOR,), UrgencyLevel.ELEVATED),
        ((), UrgencyLevel.NORMAL),
    ],
)
async def test_an_offer_lives_the_shorter_the_more_it_presses(
    house: House, circumstances: tuple[UrgencyCriterion, ...], level: UrgencyLevel
) -> None:
    await given.office(house.database)
    made = await placed(house, await someone(house, circumstances=circumstances))
    assert made
    assert made.expires_at - made.offered_at == level.offer_lives


async def test_the_offer_is_of_the_help_that_the_provider_gives(house: House) -> None:
    await given.office(house.database, help_types=(HelpType.LEGAL_APPEAL, HelpType.LEGAL_REMOVAL_DEFENSE))
    made = await placed(house, await someone(house))
    assert made
    assert made.help_type is HelpType.LEGAL_REMOVAL_DEFENSE


# ---------------------------------------------------------------- room
async def test_a_full_one_is_passed_over(house: House) -> None:
    await given.office(house.database, places=0)
    farther = await given.office(house.database, point=AN_HOUR_AWAY)
    assert await asked(house, await someone(house)) == farther.id


async def test_who_gave_the_last_place_away_a_moment_ago_is_passed_over_and_nothing_of_that_stays(
    house: House,
) -> None:
    best = await given.office(house.database, places=1)
    farther = await given.office(house.database, point=AN_HOUR_AWAY)
    request = await someone(house)
    async with meanwhile(house.database) as tx:
        counted = await capacity.counted(tx, best.id, HelpType.LEGAL_ASYLUM)
        assert counted
        await capacity.hold(tx, counted)
        looking = asyncio.create_task(placed(house, request))
        await waits_for_a_lock(house.database, "UPDATE capacity")  # it has seen a free place, and goes for it
    made = await looking
    assert made
    assert made.provider_id == farther.id
    assert await value(house.database.reader, "SELECT count(*) FROM referral") == 1
    assert (await history(house, request)).count("offered") == 1
    assert await value(house.database.reader, "SELECT offers_made FROM provider WHERE id = $1", best.id) == 0


async def test_many_who_are_placed_at_once_get_a_place_each_and_none_twice(house: House) -> None:
    offices = [await given.office(house.database, places=places) for places in (1, 2, 3)]
    people = [await someone(house) for _ in range(9)]
    made = await asyncio.gather(*(placed(house, person) for person in people))
    given_away = Counter(one.provider_id for one in made if one)
    assert given_away == {offices[0].id: 1, offices[1].id: 2, offices[2].id: 3}
    left = [person for person, one in zip(people, made, strict=True) if one is None]
    assert [await left_to_a_person(house, person) for person in left] == [True] * 3


@pytest.mark.parametrize("openness", [Openness.PAUSED, Openness.CLOSED, Openness.WAITLIST, None])
async def test_who_is_closed_has_a_waiting_list_or_has_not_said_is_never_asked_by_machine(
    house: House, openness: Openness | None
) -> None:
    await given.office(house.database, openness=openness)
    request = await someone(house)
    assert await asked(house, request, "accepting", "language", "place") is None
    assert await left_to_a_person(house, request)


# ---------------------------------------------------------------- doubt
@pytest.fixture
async def doubtful(house: House) -> Office:
    """An office that says nothing of languages."""
    return await given.office(house.database, languages=())


async def test_a_doubtful_one_is_a_persons_to_ask(house: House, doubtful: Office) -> None:
    request = await someone(house)
    assert await ranked(house, request) == [doubtful.id]
    assert await asked(house, request) is None
    assert await left_to_a_person(house, request)
    assert await value(house.database.reader, "SELECT count(*) FROM referral") == 0


async def test_a_doubt_that_the_operator_accepts_is_none(house: House, doubtful: Office) -> None:
    assert await asked(house, await someone(house), "language") == doubtful.id


async def test_another_doubt_than_the_one_accepted_still_counts(house: House, doubtful: Office) -> None:
    assert await asked(house, await someone(house), "place", "detained") is None


async def test_a_sure_one_goes_before_a_doubtful_one_that_is_nearer(house: House, doubtful: Office) -> None:
    sure = await given.office(house.database, point=AN_HOUR_AWAY)
    assert await asked(house, await someone(house), "language") == sure.id


# ---------------------------------------------------------------- consent
@pytest.mark.parametrize(
    "consents",
    [
        (),
        (ConsentScope.SHARE_SUMMARY, ConsentScope.SHARE_CONTACT),
        (ConsentScope.MATCH_AUTOMATICALLY,),
    ],
    ids=["nothing", "no machine", "nothing shared"],
)
async def test_without_consent_a_person_looks(house: House, consents: tuple[ConsentScope, ...]) -> None:
    await given.office(house.database)
    request = await someone(house, consents=consents)
    assert await asked(house, request) is None
    assert await left_to_a_person(house, request)
    assert await value(house.database.reader, "SELECT sum(held) FROM capacity") == 0


# ---------------------------------------------------------------- how many at once
async def test_who_is_in_the_gravest_danger_is_offered_to_two_organizations_at_once(house: House) -> None:
    one = await given.office(house.database)
    await given.office(house.database, organization_id=one.organization_id)  # a sister office, as near
    other = await given.office(house.database, point=AN_HOUR_AWAY)
    await given.office(house.database, point=given.EL_PASO)
    request = await someone(house, circumstances=IN_DANGER)
    await house.database.pool.execute("DELETE FROM outbox")
    first = await placed(house, request)
    assert first
    assert first.organization_id == one.organization_id
    again = "SELECT count(*) FROM outbox WHERE kind = 'match'"
    assert await value(house.database.reader, again) == 1  # it puts itself back for the second
    await house.database.pool.execute("DELETE FROM outbox")
    assert await asked(house, request) == other.id
    assert await value(house.database.reader, again) == 0
    assert await placed(house, request) is None
    assert await value(house.database.reader, "SELECT sum(held) FROM capacity") == 2


async def test_where_only_one_organization_can_be_asked_the_offer_stands_and_nobody_is_called(house: House) -> None:
    await given.office(house.database)
    request = await someone(house, circumstances=IN_DANGER)
    assert await placed(house, request)
    assert await placed(house, request) is None
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.OFFERED


async def test_when_one_of_two_says_no_another_is_asked_beside_the_second(house: House) -> None:
    for _ in range(3):
        await given.office(house.database)
    request = await someone(house, circumstances=IN_DANGER)
    first, second = await placed(house, request), await placed(house, request)
    assert first
    assert second
    await answered(house, first.id, ReferralAnswer.DECLINE, reason=DeclineReason.OTHER)
    third = await placed(house, request)
    assert third
    assert third.provider_id not in {first.provider_id, second.provider_id}


@pytest.mark.parametrize("circumstances", [(), (UrgencyCriterion.DETAINED,)])
async def test_anyone_else_is_offered_to_one_at_a_time(
    house: House, circumstances: tuple[UrgencyCriterion, ...]
) -> None:
    await given.office(house.database)
    await given.office(house.database)
    request = await someone(house, circumstances=circumstances)
    assert await placed(house, request)
    assert await placed(house, request) is None
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.OFFERED


async def test_the_same_request_placed_ten_times_at_once_is_offered_once(house: House) -> None:
    for _ in range(3):
        await given.office(house.database)
    request = await someone(house)
    made = await asyncio.gather(*(placed(house, request) for _ in range(10)))
    assert sum(one is not None for one in made) == 1
    assert await value(house.database.reader, "SELECT sum(held) FROM capacity") == 1


# ---------------------------------------------------------------- on and on
async def declined(house: House, made: Referral | None, reason: DeclineReason = DeclineReason.OTHER) -> UUID:
    assert made
    await answered(house, made.id, ReferralAnswer.DECLINE, reason=reason)
    return made.provider_id


async def test_after_eight_offers_a_person_looks(house: House) -> None:
    for _ in range(10):
        await given.office(house.database)
    request = await someone(house)
    said_no = [await declined(house, await placed(house, request)) for _ in range(placing.MOST_OFFERS)]
    assert len(set(said_no)) == len(said_no) == 8
    assert await placed(house, request) is None
    assert await left_to_a_person(house, request)


async def test_nobody_is_asked_twice_about_one_person_not_even_after_silence(house: House) -> None:
    office = await given.office(house.database)
    request = await someone(house)
    made = await placed(house, request)
    assert made
    await house.database.pool.execute("UPDATE referral SET status = 'expired'")
    assert await placed(house, request) is None
    assert await left_to_a_person(house, request)
    assert await asked(house, await someone(house)) == office.id  # about someone else they are


async def test_after_a_conflict_of_interest_no_office_of_that_organization_is_asked(house: House) -> None:
    one = await given.office(house.database)
    await given.office(house.database, organization_id=one.organization_id)
    other = await given.office(house.database, point=given.EL_PASO)
    request = await someone(house)
    made = await placed(house, request)
    assert made
    assert made.organization_id == one.organization_id
    await declined(house, made, DeclineReason.CONFLICT_OF_INTEREST)
    assert await asked(house, request, "place") == other.id


async def test_after_another_no_the_sister_office_may_be_asked(house: House) -> None:
    one = await given.office(house.database)
    sister = await given.office(house.database, organization_id=one.organization_id)
    request = await someone(house)
    said_no = await declined(house, await placed(house, request), DeclineReason.OUTSIDE_AREA)
    assert {said_no, await asked(house, request)} == {one.id, sister.id}


# ---------------------------------------------------------------- nothing to do
@pytest.mark.parametrize("stands", ["in_triage", "needs_info", "waitlisted", "draft"])
async def test_a_request_that_is_not_looking_is_left_alone(house: House, stands: str) -> None:
    await given.office(house.database)
    request = await someone(house)
    await house.database.pool.execute("UPDATE help_request SET status = $1", stands)
    assert await placed(house, request) is None
    assert (await as_it_stands(house, request)).status.value == stands
    assert await history(house, request) == ["submitted"]


@pytest.mark.parametrize("erase", [False, True])
async def test_a_request_that_was_taken_back_is_offered_to_nobody(house: House, *, erase: bool) -> None:
    await given.office(house.database)
    sent = await submitted(house)
    async with house.database.transaction() as tx:
        await leaving.withdraw(tx, house.vault, sent.receipt, erase=erase, now=now())
    assert await placed(house, sent.request) is None
    assert await value(house.database.reader, "SELECT count(*) FROM referral") == 0


async def test_an_order_for_a_request_that_is_not_there_does_nothing(house: House) -> None:
    async with house.database.transaction() as tx:
        assert await placing.offer_best(tx, house.vault, uuid4(), now=now()) is None


async def test_nobody_at_all_is_a_persons_work_and_no_error(house: House) -> None:
    request = await someone(house, place=None)
    assert await placed(house, request) is None
    assert await left_to_a_person(house, request)


async def test_a_place_too_wide_to_measure_from_leaves_it_to_a_person(house: House) -> None:
    await given.office(house.database, state="AZ")
    request = await someone(house, place=replace(HERE, kind="state", name="Texas"))
    assert await placed(house, request) is None
    assert await left_to_a_person(house, request)
