"""The person corrects a request: what is not named stays, urgency is judged anew, and offers that no longer fit end."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import given
import pytest
from given import terms
from referrals_given import HERE, KNOWN, answered, as_it_stands, history, offered, placed, status, submitted

from referral.edges.house import House
from referral.foundation.clock import now
from referral.foundation.db import value
from referral.foundation.errors import Conflict, NotFound, ValidationFailed, problem
from referral.foundation.vocabulary import CasePosture, HelpType
from referral.intake import consents, requests
from referral.intake.amending import Changes
from referral.intake.form import PERSON_NOTE_LIMIT, LookedUp, Person, SafeContact, Spot
from referral.intake.requests import HelpRequest
from referral.intake.submitting import Submitted
from referral.intake.words import AgeBand, ConsentScope, ContactChannel, HelpRequestStatus, UrgencyLevel
from referral.referrals import amending, leaving
from referral.referrals.words import ReferralAnswer, ReferralStatus

MCALLEN = Spot(
    place_id=HERE.place_id, name="McAllen", kind="town", country="US", state="TX", county="Hidalgo County",
    latitude=given.MCALLEN[0], longitude=given.MCALLEN[1],
)  # fmt: skip


async def amended(
    house: House,
    kept: Submitted,
    *,
    place: Any = None,
    known: Mapping[str, str] = KNOWN,
    receipt: str | None = None,
    **named: Any,
) -> HelpRequest:
    async with house.database.transaction() as tx:
        return await amending.amend(
            tx,
            house.vault,
            receipt or kept.receipt,
            Changes(**named),
            LookedUp(languages=known, place=place),
            now=now(),
        )


def everything(house: House, request: HelpRequest) -> dict[str, Any]:
    facts, person = requests.facts_of(house.vault, request), requests.person_of(house.vault, request)
    named = {name: getattr(facts, name) for name in type(facts).__slots__}
    return {**named, "person": person, "help_types": request.help_types, "languages": request.languages}


@pytest.mark.parametrize(
    ("named", "became"),
    [
        ({"posture": CasePosture.APPEAL_PENDING}, {"posture": CasePosture.APPEAL_PENDING}),
        ({"country": None}, {"country": None}),
        ({"household_size": 4}, {"household_size": 4}),
        ({"age": AgeBand.UNDER_18}, {"age": AgeBand.UNDER_18}),
        ({"languages": ("mam", "es")}, {"languages": ("mam", "es")}),
        ({"reading_language": "es"}, {"reading_language": "es"}),
        ({"person": None}, {"person": None}),
        ({"near": None}, {"place": None}),
        ({"needs_interpreter": True}, {"needs_interpreter": True}),
    ],
)
async def test_what_is_named_changes_and_the_rest_stays(
    house: House, named: dict[str, Any], became: dict[str, Any]
) -> None:
    kept = await submitted(house)
    before = everything(house, kept.request)
    after = everything(house, await amended(house, kept, **named))
    assert after == {**before, **became}
    assert "updated" in await history(house, kept.request)


async def test_the_same_said_twice_changes_nothing(house: House) -> None:
    kept = await submitted(house)
    one = await amended(house, kept, household_size=3)
    row = await house.database.pool.fetchrow("SELECT * FROM help_request")
    two = await amended(house, kept, household_size=3)
    assert await house.database.pool.fetchrow("SELECT * FROM help_request") == row
    assert one == two
    assert (await history(house, kept.request)).count("updated") == 1
    await amended(house, kept)  # nothing named at all
    assert (await history(house, kept.request)).count("updated") == 1


@pytest.mark.parametrize(
    ("named", "path", "code"),
    [
        ({"help_types": ()}, "help_types", "EMPTY"),
        ({"languages": ("xx",)}, "languages.0", "UNKNOWN_LANGUAGE"),
        ({"household_size": 99}, "household_size", "OUT_OF_RANGE"),
        ({"country": "Honduras"}, "country", "UNKNOWN_COUNTRY"),
        ({"arrived_on": now().date() + timedelta(days=2)}, "arrived_on", "OUT_OF_RANGE"),
        ({"person": Person(note="x" * (PERSON_NOTE_LIMIT + 1))}, "person.note", "TOO_LONG"),
    ],
)
async def test_what_is_wrong_is_named_as_at_first_and_nothing_changes(
    house: House, named: dict[str, Any], path: str, code: str
) -> None:
    kept = await submitted(house)
    row = await house.database.pool.fetchrow("SELECT * FROM help_request")
    with pytest.raises(ValidationFailed) as refused:
        await amended(house, kept, **named)
    assert [(".".join(one.path), one.code) for one in refused.value.problems] == [(path, code)]
    assert await house.database.pool.fetchrow("SELECT * FROM help_request") == row


async def test_a_place_that_is_not_known_is_named_too(house: House) -> None:
    kept = await submitted(house)
    with pytest.raises(ValidationFailed) as refused:
        await amended(house, kept, near="somewhere", place=problem("near.text", "UNKNOWN_PLACE", "Not known."))
    assert [one.code for one in refused.value.problems] == ["UNKNOWN_PLACE"]


async def test_a_day_that_has_become_too_old_does_not_stand_in_the_way_of_something_else(house: House) -> None:
    kept = await submitted(house, next_hearing_on=now().date() - timedelta(days=300))
    later = now() + timedelta(days=200)
    async with house.database.transaction() as tx:
        found = LookedUp(languages=KNOWN)
        changed = await amending.amend(tx, house.vault, kept.receipt, Changes(household_size=2), found, now=later)
    assert requests.facts_of(house.vault, changed).household_size == 2


async def test_a_wrong_receipt_opens_nothing_and_a_closed_request_is_not_changed(house: House) -> None:
    kept = await submitted(house)
    with pytest.raises(NotFound):
        await amended(house, kept, receipt="0000 0000 0000 0000 0000 00", household_size=2)
    async with house.database.transaction() as tx:
        await leaving.withdraw(tx, house.vault, kept.receipt, erase=False, now=now())
    with pytest.raises(Conflict):
        await amended(house, kept, household_size=2)
    async with house.database.transaction() as tx:
        await leaving.withdraw(tx, house.vault, kept.receipt, erase=True, now=now())
    with pytest.raises(NotFound):
        await amended(house, kept, household_size=2)


async def test_urgency_is_judged_anew(house: House) -> None:
    kept = await submitted(house)
    assert kept.request.urgency is UrgencyLevel.NORMAL
    soon = await amended(house, kept, next_hearing_on=now().date() + timedelta(days=5))
    assert (soon.urgency, soon.respond_by) == (UrgencyLevel.URGENT, soon.created_at + timedelta(hours=72))
    assert "urgency_changed" in await history(house, kept.request)
    assert (await amended(house, kept, next_hearing_on=None)).urgency is UrgencyLevel.NORMAL


async def test_what_a_provider_raised_stays_raised(house: House) -> None:
    kept = await submitted(house)
    await house.database.pool.execute("UPDATE help_request SET raised_to = 'urgent', urgency = 'urgent'")
    assert (await amended(house, kept, household_size=2)).urgency is UrgencyLevel.URGENT


async def test_what_waited_for_the_person_goes_back_to_the_team(house: House) -> None:
    kept = await submitted(house)
    await house.database.pool.execute("UPDATE help_request SET status = 'needs_info'")
    assert (await amended(house, kept, household_size=2)).status is HelpRequestStatus.IN_TRIAGE


# ---------------------------------------------------------------- consents
async def test_consents_named_are_all_there_are_and_keeping_the_request_is_always_one(house: House) -> None:
    kept = await submitted(house)
    await amended(house, kept, consents=(ConsentScope.SHARE_SUMMARY,))
    at = house.database.reader
    assert await consents.standing(at, kept.request.id) == {ConsentScope.STORE_REQUEST, ConsentScope.SHARE_SUMMARY}
    assert "consent_withdrawn" in await history(house, kept.request)
    await amended(house, kept, consents=tuple(ConsentScope))
    assert await consents.standing(at, kept.request.id) == set(ConsentScope)
    assert "consent_given" in await history(house, kept.request)
    withdrawn = [one for one in await consents.given(at, kept.request.id) if one.withdrawn_at]
    assert len(withdrawn) == len(ConsentScope) - 2  # what was agreed to once stays written down


async def test_without_consent_to_share_an_open_offer_is_recalled_and_nobody_else_is_asked(house: House) -> None:
    kept = await submitted(house)
    made = await offered(house, kept.request, terms(await given.office(house.database)))
    await amended(house, kept, consents=(ConsentScope.MATCH_AUTOMATICALLY,))
    assert await status(house, made.id) is ReferralStatus.RECALLED
    assert await value(house.database.reader, "SELECT held FROM capacity") == 0
    assert await placed(house, kept.request) is None


# ---------------------------------------------------------------- offers
async def test_an_offer_that_no_longer_fits_is_recalled_and_the_search_goes_on(house: House) -> None:
    kept = await submitted(house)
    spanish = await given.office(house.database, languages=("es",))
    mam = await given.office(house.database, languages=("mam",), point=given.MCALLEN)
    made = await placed(house, kept.request)
    assert made
    assert made.provider_id == spanish.id
    changed = await amended(house, kept, languages=("mam",))
    assert await status(house, made.id) is ReferralStatus.RECALLED
    assert changed.status is HelpRequestStatus.MATCHING
    found = await placed(house, kept.request)
    assert found
    assert found.provider_id == mam.id
    await amended(house, kept, languages=("es",))  # the first one refused nothing, and may be asked again
    again = await placed(house, kept.request)
    assert again
    assert again.provider_id == spanish.id


async def test_an_offer_that_still_fits_stays(house: House) -> None:
    kept = await submitted(house)
    office = await given.office(house.database, places=1)
    made = await offered(house, kept.request, terms(office))  # its last place is held by this very offer
    changed = await amended(house, kept, near="McAllen", place=MCALLEN, person=Person(name="Another alias"))
    assert await status(house, made.id) is ReferralStatus.OFFERED
    assert changed.status is HelpRequestStatus.OFFERED
    assert await value(house.database.reader, "SELECT held FROM capacity") == 1


async def test_a_need_that_is_gone_takes_its_offer_along(house: House) -> None:
    kept = await submitted(house, help_types=(HelpType.LEGAL_ASYLUM, HelpType.HUM_SHELTER))
    await given.office(house.database)
    await given.office(house.database, help_types=(HelpType.HUM_SHELTER,))
    lawyer, bed = await placed(house, kept.request), await placed(house, kept.request)
    assert lawyer
    assert bed
    await amended(house, kept, help_types=(HelpType.LEGAL_ASYLUM,))
    assert await status(house, lawyer.id) is ReferralStatus.OFFERED
    assert await status(house, bed.id) is ReferralStatus.RECALLED


async def test_a_yes_stands_whatever_is_corrected(house: House) -> None:
    kept = await submitted(house)
    made = await offered(house, kept.request, terms(await given.office(house.database)))
    await answered(house, made.id, ReferralAnswer.ACCEPT)
    contacts = (SafeContact(channel=ContactChannel.PHONE, value="+1 956 555 0199"),)
    changed = await amended(house, kept, languages=("ht",), person=Person(contacts=contacts))
    assert await status(house, made.id) is ReferralStatus.ACCEPTED
    assert changed.status is HelpRequestStatus.REFERRED
    assert (await as_it_stands(house, kept.request)).languages == ("ht",)
