"""Staff take a referral back and say why; the place is free, the request is theirs, and its provider is told."""

import asyncio
from uuid import UUID, uuid4

import given
import pytest
from given import terms
from referrals_given import PROVIDER, answered, as_it_stands, history, offered, placed, someone, status

from referral.edges.house import House
from referral.foundation.actors import ActorKind, Staff, StaffId, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import value
from referral.foundation.errors import Conflict, NotFound, ValidationFailed
from referral.foundation.vocabulary import HelpType
from referral.intake.words import HelpRequestStatus
from referral.referrals import answering, notes, reading, recalling
from referral.referrals.reading import Referral
from referral.referrals.words import DeclineReason, ReferralAnswer, ReferralStatus

ANNA = Staff(id=StaffId(UUID(int=1)), email="anna@demo.invalid", name="Anna", role=StaffRole.INTAKE)
WHY = "They moved to another office."


async def recalled(house: House, id: UUID, reason: str = WHY) -> Referral:
    async with house.database.transaction() as tx:
        return await recalling.recall(tx, house.vault, ANNA, id, reason, now=now())


async def letters_ordered(house: House, id: UUID) -> int:
    return await value(
        house.database.reader,
        "SELECT count(*) FROM outbox WHERE kind = 'tell_withdrawn' AND subject_id = $1",
        id,
    )


@pytest.mark.parametrize("is_accepted", [False, True])
async def test_a_recall_frees_the_place_and_brings_the_request_to_the_team(house: House, *, is_accepted: bool) -> None:
    request = await someone(house)
    made = await offered(house, request, terms(await given.office(house.database)))
    if is_accepted:
        await answered(house, made.id, ReferralAnswer.ACCEPT)
    assert (await recalled(house, made.id)).status is ReferralStatus.RECALLED
    assert await value(house.database.reader, "SELECT (taken, held) = (0, 0) FROM capacity")
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.IN_TRIAGE
    told = await reading.histories(house.database.reader, [made.id])
    assert (told[-1].status, told[-1].actor) == (ReferralStatus.RECALLED, ActorKind.INTAKE_STAFF)
    assert (await history(house, request))[-1] == "recalled"
    kept = await notes.of_referrals(house.database.reader, house.vault, request, [made.id])
    assert [note.text for note in kept[made.id]] == [WHY]
    # Whoever had said yes may have the contact, and is told; an offer that nobody opened is met by its page.
    assert await letters_ordered(house, made.id) == int(is_accepted)


async def test_whoever_has_opened_an_offer_is_told(house: House) -> None:
    made = await offered(house, await someone(house), terms(await given.office(house.database)))
    await house.database.pool.execute("UPDATE referral SET status = 'viewed'")
    await recalled(house, made.id)
    assert await letters_ordered(house, made.id) == 1


async def test_the_machine_does_not_go_back_on_a_recall(house: House) -> None:
    request = await someone(house)
    made = await offered(house, request, terms(await given.office(house.database)))
    await recalled(house, made.id)
    await house.database.pool.execute("UPDATE help_request SET status = 'matching'")
    assert await placed(house, request) is None


async def test_beside_a_yes_the_request_stays_with_it(house: House) -> None:
    needs = (HelpType.LEGAL_ASYLUM, HelpType.HUM_SHELTER)
    request = await someone(house, help_types=needs)
    await given.office(house.database)
    await given.office(house.database, help_types=(HelpType.HUM_SHELTER,))
    lawyer, bed = await placed(house, request), await placed(house, request)
    assert lawyer
    assert bed
    await answered(house, lawyer.id, ReferralAnswer.ACCEPT)
    await recalled(house, bed.id)
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.REFERRED


@pytest.mark.parametrize(("reason", "code"), [("", "EMPTY"), (" .\n", "EMPTY"), ("x" * 501, "TOO_LONG")])
async def test_a_recall_says_why(house: House, reason: str, code: str) -> None:
    made = await offered(house, await someone(house), terms(await given.office(house.database)))
    with pytest.raises(ValidationFailed) as refused:
        await recalled(house, made.id, reason)
    assert [(one.path, one.code) for one in refused.value.problems] == [(("reason",), code)]
    assert await status(house, made.id) is ReferralStatus.OFFERED


async def test_what_has_ended_or_never_was_is_not_recalled(house: House) -> None:
    made = await offered(house, await someone(house), terms(await given.office(house.database)))
    await answered(house, made.id, ReferralAnswer.DECLINE, reason=DeclineReason.OTHER)
    with pytest.raises(Conflict):
        await recalled(house, made.id)
    with pytest.raises(NotFound):
        await recalled(house, uuid4())


async def test_a_yes_and_a_recall_at_once_leave_no_place_behind(house: House) -> None:
    for _ in range(8):
        office = await given.office(house.database)
        made = await offered(house, await someone(house), terms(office))

        async def yes(id: UUID = made.id) -> None:
            async with house.database.transaction() as tx:
                await answering.answer(tx, house.vault, id, ReferralAnswer.ACCEPT, PROVIDER, now=now())

        replies = await asyncio.gather(yes(), recalled(house, made.id), return_exceptions=True)
        assert isinstance(replies[0], Conflict | None)
        assert not isinstance(replies[1], BaseException)  # staff win, before or after the yes
        assert await status(house, made.id) is ReferralStatus.RECALLED
        assert await value(
            house.database.reader, "SELECT (taken, held) = (0, 0) FROM capacity WHERE provider_id = $1", office.id
        )
