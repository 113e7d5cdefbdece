"""Staff choose a provider: with a reason against the rules, never against consent, and once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import given
import pytest
from given import Office, terms
from referrals_given import answered, offered, someone, submitted

from referral.directory.words import Openness
from referral.edges.house import House
from referral.foundation.actors import ActorKind, Staff, StaffId, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import execute, value
from referral.foundation.errors import (
    Conflict,
    IdempotencyKeyReused,
    NoCapacity,
    NotFound,
    Refused,
    ValidationFailed,
)
from referral.foundation.vocabulary import HelpType
from referral.intake.requests import HelpRequest
from referral.intake.words import ConsentScope
from referral.referrals import choosing, leaving, notes
from referral.referrals.choosing import Choice, ConsentMissing
from referral.referrals.reading import Referral
from referral.referrals.words import DeclineReason, ReferralAnswer

ANNA = Staff(id=StaffId(UUID(int=1)), email="anna@demo.invalid", name="Anna", role=StaffRole.INTAKE)
BERTA = Staff(id=StaffId(UUID(int=2)), email="berta@demo.invalid", name="Berta", role=StaffRole.SUPERVISOR)
WHY = "They told me on the phone that they will."


def choice(request: HelpRequest, office: Office, *, reason: str | None = None, key: str = "a random key") -> Choice:
    return Choice(idempotency_key=key, request_id=request.id, provider_id=office.id, override_reason=reason)


async def chosen(house: House, wanted: Choice, staff: Staff = ANNA) -> Referral:
    async with house.database.transaction() as tx:
        return await choosing.offer_chosen(tx, house.vault, staff, wanted, now=now())


async def referrals(house: House) -> int:
    return await value(house.database.reader, "SELECT count(*) FROM referral")


async def test_what_staff_choose_is_offered_in_their_name(house: House) -> None:
    request, office = await someone(house), await given.office(house.database)
    made = await chosen(house, replace(choice(request, office), expires_in_hours=5), BERTA)
    assert (made.provider_id, made.holds) == (office.id, True)
    assert made.expires_at - made.offered_at == timedelta(hours=5)
    by = await house.database.pool.fetchrow("SELECT offered_by, offered_by_id FROM referral")
    assert tuple(by) == ("supervisor", BERTA.id)
    assert await value(house.database.reader, "SELECT held FROM capacity") == 1


async def test_an_offer_lives_as_long_as_its_urgency_says_unless_staff_say_otherwise(house: House) -> None:
    request, office = await someone(house), await given.office(house.database)
    made = await chosen(house, choice(request, office))
    assert made.expires_at - made.offered_at == request.urgency.offer_lives


# ---------------------------------------------------------------- once
async def test_the_same_choice_again_is_the_same_offer_even_after_its_answer(house: House) -> None:
    request, office = await someone(house), await given.office(house.database)
    made = await chosen(house, choice(request, office))
    assert (await chosen(house, choice(request, office))).id == made.id
    await answered(house, made.id, ReferralAnswer.DECLINE, reason=DeclineReason.OTHER)
    assert (await chosen(house, choice(request, office))).id == made.id
    assert await referrals(house) == 1


async def test_the_same_choice_ten_times_at_once_is_one_offer(house: House) -> None:
    request, office = await someone(house), await given.office(house.database)
    made = await asyncio.gather(*(chosen(house, choice(request, office)) for _ in range(10)))
    assert len({one.id for one in made}) == 1
    assert await value(house.database.reader, "SELECT held FROM capacity") == 1


async def test_a_key_is_for_one_choice(house: House) -> None:
    request, office, other = (
        await someone(house),
        await given.office(house.database),
        await given.office(house.database),
    )
    await chosen(house, choice(request, office))
    with pytest.raises(IdempotencyKeyReused):
        await chosen(house, choice(request, other))
    with pytest.raises(IdempotencyKeyReused):
        await chosen(house, choice(await someone(house), office))


async def test_a_key_used_at_once_for_many_people_makes_one_offer_and_every_other_is_refused_by_name(
    house: House,
) -> None:
    office = await given.office(house.database, places=20)
    people = [await someone(house) for _ in range(6)]
    made = await asyncio.gather(*(chosen(house, choice(one, office)) for one in people), return_exceptions=True)
    assert sorted(type(one).__name__ for one in made) == [*["IdempotencyKeyReused"] * 5, "Referral"]
    assert await value(house.database.reader, "SELECT held FROM capacity") == 1


async def test_each_member_of_staff_has_keys_of_their_own(house: House) -> None:
    request = await someone(house)
    one, other = await given.office(house.database), await given.office(house.database)
    made = await chosen(house, choice(request, one), ANNA)
    assert (await chosen(house, choice(request, other), BERTA)).id != made.id


async def test_a_provider_that_has_a_live_offer_is_not_asked_again(house: House) -> None:
    request, office = await someone(house), await given.office(house.database)
    await offered(house, request, terms(office))
    with pytest.raises(Conflict):
        await chosen(house, choice(request, office, reason=WHY))


# ---------------------------------------------------------------- against the rules
@pytest.mark.parametrize(
    ("office", "rule"),
    [
        ({"openness": Openness.CLOSED}, "accepting"),
        ({"help_types": (HelpType.HUM_FOOD,)}, "help"),
        ({"accepts_minors": "only"}, "minor"),
    ],
)
@pytest.mark.parametrize("reason", [None, "", " \n"])
async def test_against_a_rule_staff_must_say_why(
    house: House, office: dict[str, object], rule: str, reason: str | None
) -> None:
    request, unfit = await someone(house), await given.office(house.database, **office)  # pyright: ignore[reportArgumentType] - one field each
    with pytest.raises(ValidationFailed) as refused:
        await chosen(house, choice(request, unfit, reason=reason))
    (problem,) = refused.value.problems
    assert (problem.path, problem.code) == (("override_reason",), "EMPTY")
    assert rule in problem.message
    assert await referrals(house) == 0

    made = await chosen(house, choice(request, unfit, reason=WHY))
    kept = await notes.of_referrals(house.database.reader, house.vault, request, [made.id])
    assert [(note.text, note.actor) for note in kept[made.id]] == [(WHY, ActorKind.INTAKE_STAFF)]


async def test_who_said_no_before_may_be_asked_again_with_a_reason(house: House) -> None:
    request, office = await someone(house), await given.office(house.database)
    made = await offered(house, request, terms(office))
    await answered(house, made.id, ReferralAnswer.DECLINE, reason=DeclineReason.DEADLINE_TOO_CLOSE)
    with pytest.raises(ValidationFailed, match="fields"):
        await chosen(house, choice(request, office))
    assert (await chosen(house, choice(request, office, reason=WHY))).id != made.id


async def test_a_doubt_needs_no_reason_for_a_person_is_looking(house: House) -> None:
    request, office = await someone(house), await given.office(house.database, languages=(), openness=None)
    made = await chosen(house, choice(request, office))
    assert await notes.of_referrals(house.database.reader, house.vault, request, [made.id]) == {}


@pytest.mark.parametrize("consents", [(), (ConsentScope.MATCH_AUTOMATICALLY,)])
async def test_without_consent_no_reason_counts(house: House, consents: tuple[ConsentScope, ...]) -> None:
    request, office = await someone(house, consents=consents), await given.office(house.database)
    with pytest.raises(ConsentMissing):
        await chosen(house, choice(request, office, reason=WHY))
    assert await referrals(house) == 0


async def test_staff_may_choose_where_the_machine_may_not_look(house: House) -> None:
    request = await someone(house, consents=(ConsentScope.SHARE_SUMMARY,))
    assert await chosen(house, choice(request, await given.office(house.database)))


# ---------------------------------------------------------------- full
@pytest.mark.parametrize("openness", [Openness.OPEN, Openness.LIMITED, Openness.WAITLIST])
async def test_a_full_provider_is_asked_with_a_reason_and_holds_no_place(house: House, openness: Openness) -> None:
    request, office = await someone(house), await given.office(house.database, places=0, openness=openness)
    with pytest.raises(NoCapacity):
        await chosen(house, choice(request, office))
    made = await chosen(house, choice(request, office, reason=WHY))
    assert made.holds is False
    assert await value(house.database.reader, "SELECT held FROM capacity") == 0


async def test_who_declared_itself_full_is_asked_with_a_reason_once_it_says_there_is_room_after_all(
    house: House,
) -> None:
    office = await given.office(house.database, places=3)
    before = await offered(house, await someone(house), terms(office))
    await answered(house, before.id, ReferralAnswer.DECLINE, reason=DeclineReason.NO_CAPACITY)
    request = await someone(house)
    with pytest.raises(ValidationFailed):
        await chosen(house, choice(request, office))
    made = await chosen(house, choice(request, office, reason=WHY))
    assert made.holds is False


# ---------------------------------------------------------------- refused
@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"idempotency_key": "1234567"}, "idempotency_key", "LENGTH"),
        ({"idempotency_key": "x" * 201}, "idempotency_key", "LENGTH"),
        ({"expires_in_hours": 0}, "expires_in_hours", "OUT_OF_RANGE"),
        ({"expires_in_hours": 24 * 14 + 1}, "expires_in_hours", "OUT_OF_RANGE"),
        ({"override_reason": "x" * 501}, "override_reason", "TOO_LONG"),
        ({"override_reason": "A123 456 789 has a friend there."}, "override_reason", "IDENTITY_NUMBER"),
    ],
)
async def test_a_choice_without_sense_is_refused(house: House, change: dict[str, object], path: str, code: str) -> None:
    wanted = choice(await someone(house), await given.office(house.database))
    with pytest.raises(ValidationFailed) as refused:
        await chosen(house, replace(wanted, **change))
    assert [(".".join(one.path), one.code) for one in refused.value.problems] == [(path, code)]
    assert await referrals(house) == 0


async def test_what_is_not_there_is_named(house: House) -> None:
    request, office = await someone(house), await given.office(house.database)
    unlisted = await given.office(house.database)
    await house.database.pool.execute(
        "UPDATE service SET status = 'defunct' WHERE id = (SELECT service_id FROM provider WHERE id = $1)", unlisted.id
    )
    wrong: list[tuple[Choice, str]] = [
        (replace(choice(request, office), request_id=uuid4()), "request_id"),
        (replace(choice(request, office), provider_id=uuid4()), "provider_id"),
        (choice(request, unlisted, reason=WHY), "provider_id"),
    ]
    for wanted, path in wrong:
        with pytest.raises(NotFound) as refused:
            await chosen(house, wanted)
        assert refused.value.path == (path,)


@pytest.mark.parametrize(("erase", "refusal"), [(False, Conflict), (True, NotFound)])
async def test_a_request_that_was_taken_back_is_offered_to_nobody(
    house: House, *, erase: bool, refusal: type[Refused]
) -> None:
    office, sent = await given.office(house.database), await submitted(house)
    async with house.database.transaction() as tx:
        await leaving.withdraw(tx, house.vault, sent.receipt, erase=erase, now=now())
    with pytest.raises(refusal):
        await chosen(house, choice(sent.request, office, reason=WHY))
    assert await referrals(house) == 0


# ---------------------------------------------------------------- alternatives
@pytest.mark.parametrize(("offices", "shown"), [(6, 3), (3, 2), (1, 0)])
async def test_alternatives_are_the_best_three_with_room_that_were_not_asked(
    house: House, offices: int, shown: int
) -> None:
    request, points = await someone(house), [(25.9 + number / 3, -97.5) for number in range(offices)]
    open_now = [await given.office(house.database, point=point) for point in points]
    await given.office(house.database, places=0)
    await given.office(house.database, openness=Openness.WAITLIST)
    await given.office(house.database, openness=None)
    await offered(house, request, terms(open_now[0]))
    found = await choosing.alternatives(house.database.reader, house.vault, request, now=now())
    assert [verdict.candidate.provider_id for verdict in found] == [office.id for office in open_now[1 : shown + 1]]


async def test_an_offer_that_is_refused_leaves_nothing(house: House) -> None:
    request, office = await someone(house), await given.office(house.database, places=1)
    async with house.database.transaction() as tx:
        await execute(tx, "UPDATE capacity SET held = 1")
    with pytest.raises(NoCapacity):
        await chosen(house, choice(request, office))
    assert await referrals(house) == 0
    assert await value(house.database.reader, "SELECT count(*) FROM referral_event") == 0
    assert await value(house.database.reader, "SELECT offers_made FROM provider") == 0
