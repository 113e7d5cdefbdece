"""What follows from what a person at the desk decides: offers, places, letters, consents."""

from uuid import uuid4

import given
import pytest
from given import Office
from referrals_given import answered, as_it_stands, history, offered, someone, status
from triage_given import claim, colleague, holder

from referral.edges import worker
from referral.edges.house import House
from referral.foundation import mail
from referral.foundation.actors import Staff
from referral.foundation.clock import now
from referral.foundation.db import value
from referral.foundation.errors import Conflict
from referral.intake import consents, messages
from referral.intake.requests import HelpRequest
from referral.intake.words import CloseReason, HelpRequestStatus
from referral.referrals.words import ReferralAnswer, ReferralStatus
from referral.triage import asking, triage
from referral.triage.states import TriageStep
from referral.triage.triage import Triage


async def decide(
    house: House, who: Staff, request: HelpRequest, step: TriageStep, close_reason: CloseReason | None = None
) -> HelpRequestStatus:
    act = Triage(request_id=request.id, idempotency_key=str(uuid4()), step=step, close_reason=close_reason)
    async with house.database.transaction() as tx:
        await triage.triage(tx, house.vault, who, act, now=now())
    return (await as_it_stands(house, request)).status


async def held(house: House, office: Office) -> int:
    return await value(house.database.reader, "SELECT held FROM capacity WHERE provider_id = $1", office.id)


async def test_handed_back_the_machine_offers_again_and_nobody_holds_it(house: House) -> None:
    await given.office(house.database)
    anna, request = await colleague(house), await someone(house)
    assert await decide(house, anna, request, TriageStep.ASK_PERSON) is HelpRequestStatus.NEEDS_INFO
    await worker.work_off(house)
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.NEEDS_INFO
    assert await holder(house, request.id) == anna.id
    assert await decide(house, anna, request, TriageStep.HAND_BACK) is HelpRequestStatus.MATCHING
    assert await holder(house, request.id) is None
    await worker.work_off(house)
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.OFFERED
    told = await history(house, request)
    assert told[:6] == ["submitted", "claimed", "asked_person", "message_sent", "handed_back", "offered"]


async def asked_person(house: House, request: HelpRequest, question: str | None = None) -> list[str]:
    """What the person reads once staff have asked."""
    anna, key = await colleague(house), str(uuid4())
    act = Triage(request_id=request.id, idempotency_key=key, step=TriageStep.ASK_PERSON, question=question)
    for _ in range(2):  # sent twice, asked once
        async with house.database.transaction() as tx:
            await triage.triage(tx, house.vault, anna, act, now=now())
    seen = await messages.written(house.database.reader, house.vault, await as_it_stands(house, request))
    return [message.text for message in seen.messages]


async def test_who_is_asked_something_reads_it_as_a_message_and_hears_that_there_is_news(house: House) -> None:
    request = await someone(house)
    assert await asked_person(house, request, "¿En qué corte es su audiencia?") == ["¿En qué corte es su audiencia?"]
    assert await value(house.database.reader, "SELECT count(*) FROM outbox WHERE kind = 'tell_requester'") == 1
    kept: bytes = await value(house.database.reader, "SELECT sealed FROM message")
    assert b"audiencia" not in kept


async def test_who_is_asked_without_words_reads_in_their_language_that_the_team_needs_something(house: House) -> None:
    spanish = await someone(house, ui_language="es")
    assert await asked_person(house, spanish) == [asking.WE_NEED_SOMETHING["es"]]
    assert asking.said_in("pt-BR") == asking.WE_NEED_SOMETHING["en"]


async def test_a_request_in_a_line_is_offered_to_nobody_by_machine(house: House) -> None:
    await given.office(house.database)
    anna, request = await colleague(house), await someone(house)
    assert await decide(house, anna, request, TriageStep.WAITLIST) is HelpRequestStatus.WAITLISTED
    await worker.work_off(house)
    assert (await as_it_stands(house, request)).status is HelpRequestStatus.WAITLISTED


async def test_closing_takes_open_offers_back_and_gives_places_free(house: House) -> None:
    office = await given.office(house.database)
    anna, request = await colleague(house), await someone(house)
    offer = await offered(house, request, given.terms(office))
    assert await held(house, office) == 1
    assert await decide(house, anna, request, TriageStep.CLOSE, CloseReason.OUTSIDE_SCOPE) is HelpRequestStatus.CLOSED
    assert await status(house, offer.id) is ReferralStatus.RECALLED
    assert await held(house, office) == 0


@pytest.mark.parametrize(
    ("reason", "stands", "is_told"),
    [
        (CloseReason.SERVED_FULL, ReferralStatus.ACCEPTED, False),
        (CloseReason.REMOVED_OR_DEPORTED, ReferralStatus.RECALLED, True),
    ],
)
async def test_whoever_said_yes_keeps_a_person_who_was_served_and_hears_when_it_is_over(
    house: House, reason: CloseReason, stands: ReferralStatus, *, is_told: bool
) -> None:
    office = await given.office(house.database)
    anna, request = await colleague(house), await someone(house)
    offer = await offered(house, request, given.terms(office))
    await answered(house, offer.id, ReferralAnswer.ACCEPT)
    await decide(house, anna, request, TriageStep.CLOSE, reason)
    await worker.work_off(house)
    assert await status(house, offer.id) is stands
    subjects = {letter.subject for letter in mail.letters(house.settings.mail_folder)}
    assert ("A request was taken back / Se retiró una solicitud" in subjects) is is_told


async def test_reopened_while_a_yes_holds_it_stands_there(house: House) -> None:
    office = await given.office(house.database)
    anna, request = await colleague(house), await someone(house)
    offer = await offered(house, request, given.terms(office))
    await answered(house, offer.id, ReferralAnswer.ACCEPT)
    await decide(house, anna, request, TriageStep.CLOSE, CloseReason.ADVICE_GIVEN)
    assert await decide(house, anna, request, TriageStep.REOPEN) is HelpRequestStatus.REFERRED


async def test_consent_withdrawn_by_word_of_mouth_ends_all_consents(house: House) -> None:
    anna, request = await colleague(house), await someone(house)
    await decide(house, anna, request, TriageStep.CLOSE, CloseReason.CONSENT_WITHDRAWN)
    assert await consents.standing(house.database.reader, request.id) == frozenset()
    with pytest.raises(Conflict):
        await decide(house, anna, request, TriageStep.REOPEN)


async def test_a_line_is_not_for_a_request_whose_offer_is_open(house: House) -> None:
    office = await given.office(house.database)
    anna, request = await colleague(house), await someone(house)
    offer = await offered(house, request, given.terms(office))
    with pytest.raises(Conflict):
        await decide(house, anna, request, TriageStep.WAITLIST)
    await answered(house, offer.id, ReferralAnswer.ASK, words="Which court?")  # in triage now, the offer still open
    await claim(house, anna, request.id)
    with pytest.raises(Conflict):
        await decide(house, anna, request, TriageStep.WAITLIST)
    assert await status(house, offer.id) is ReferralStatus.MORE_INFO
    assert await decide(house, anna, request, TriageStep.HAND_BACK) is HelpRequestStatus.OFFERED
