"""A request is kept once, sealed, and found, withdrawn and erased by nobody but who holds its receipt."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from referral.edges.house import House
from referral.foundation.actors import Partner, PartnerId, Scope, Visitor
from referral.foundation.clock import now
from referral.foundation.db import Tx
from referral.foundation.errors import IdempotencyKeyReused, NotFound, ValidationFailed, problem
from referral.foundation.vault import SealBroken
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.intake import consents, receipts, requests, submitting
from referral.intake.form import Answers, CourtNamed, LookedUp, OnBehalf, Person, SafeContact, Spot
from referral.intake.requests import HelpRequest
from referral.intake.submitting import Submitted
from referral.intake.words import (
    AgeBand,
    CanAfford,
    CloseReason,
    ConsentScope,
    ContactChannel,
    HelpRequestStatus,
    Relationship,
    Representation,
    UrgencyCriterion,
    UrgencyLevel,
)

TOWN = Spot(
    place_id=UUID(int=1), name="Brownsville", kind="town", country="US", state="TX", county="Cameron County",
    latitude=25.9017, longitude=-97.4975,
)  # fmt: skip
COURT = CourtNamed(id=UUID(int=2), name="Harlingen", state="TX", latitude=26.2, longitude=-97.7)
FOUND = LookedUp(languages={"es": "es", "mam": "mam"}, place=TOWN, court=COURT)
ANA = Person(
    name="Ana Ñandú",
    contacts=(
        SafeContact(channel=ContactChannel.SMS, value="+1 956 555 0100", may_leave_message=True, safe_times="noon"),
        SafeContact(channel=ContactChannel.EMAIL, value="ana@demo.invalid"),
    ),
    note="My brother Efraín was taken.",
)
ANSWERS = Answers(
    idempotency_key="a random key",
    representation=Representation.HAD_BEFORE,
    can_afford=CanAfford.PARTLY,
    help_types=(HelpType.LEGAL_ASYLUM, HelpType.HUM_SHELTER),
    languages=("mam", "es"),
    consents=(ConsentScope.SHARE_SUMMARY, ConsentScope.NOTIFY_ME),
    claims=(ProtectionClaim.ASYLUM,),
    posture=CasePosture.IN_REMOVAL_PROCEEDINGS,
    reading_language="es",
    needs_interpreter=True,
    country="HN",
    household_size=3,
    age=AgeBand.ADULT,
    circumstances=(UrgencyCriterion.TORTURE_SURVIVOR,),
    arrived_on=date(2026, 1, 2),
    next_hearing_on=now().date() + timedelta(days=200),
    court=COURT.id,
    person=ANA,
    on_behalf=OnBehalf(relationship=Relationship.FRIEND, person_knows=True),
    ui_language="es",
)
VISITOR = Visitor()
ONE, OTHER = (
    Partner(id=PartnerId(UUID(int=number)), name=f"App {number}", scopes=frozenset({Scope.REQUEST_SUBMIT}))
    for number in (11, 12)
)


async def sent(
    house: House, answers: Answers = ANSWERS, *, who: Visitor | Partner = VISITOR, found: LookedUp = FOUND
) -> Submitted:
    async with house.database.transaction() as tx:
        return await submitting.submit(tx, house.vault, who, answers, found, now=now())


async def closed(house: House, receipt: str, *, erase: bool = False) -> HelpRequest:
    async with house.database.transaction() as tx:
        closed = await requests.close(tx, house.vault, receipt, now=now())
        return (await requests.wipe(tx, closed.id, now()) or closed) if erase else closed


async def rows(house: House, table: str = "help_request") -> int:
    return await house.database.pool.fetchval(f"SELECT count(*) FROM {table}")


async def history(house: House) -> list[tuple[str, str]]:
    """What was done by whom, in order."""
    events = await house.database.pool.fetch("SELECT kind, actor FROM request_event ORDER BY id")
    return [(kind, actor) for kind, actor in events]


# ---------------------------------------------------------------- sent
async def test_a_request_is_kept_with_its_consents_its_history_and_an_order_to_look(house: House) -> None:
    kept = (await sent(house)).request
    assert (kept.status, kept.close_reason, kept.is_live) == (HelpRequestStatus.SUBMITTED, None, True)
    assert (kept.help_types, kept.languages) == (ANSWERS.help_types, ANSWERS.languages)
    assert (kept.country, kept.state, kept.partner_id) == ("US", "TX", None)
    assert kept.urgency is UrgencyLevel.ELEVATED
    assert kept.respond_by - kept.created_at == timedelta(days=7)
    given = await consents.given(house.database.reader, kept.id)
    assert {one.scope for one in given} == {*ANSWERS.consents, ConsentScope.STORE_REQUEST}
    assert {(one.language, one.withdrawn_at, one.text_version) for one in given} == {
        ("es", None, submitting.QUESTION_SET)
    }
    assert await history(house) == [("submitted", "helper")]
    orders = await house.database.pool.fetch("SELECT kind, subject_id FROM outbox ORDER BY kind")
    assert [tuple(order) for order in orders] == [("match", kept.id), ("re_evaluate", kept.id)]


async def test_everything_that_was_said_comes_back_to_who_has_the_keys(house: House) -> None:
    kept = (await sent(house)).request
    assert requests.person_of(house.vault, kept) == ANA
    facts = requests.facts_of(house.vault, kept)
    assert (facts.place, facts.court, facts.country, facts.on_behalf) == (TOWN, COURT, "HN", ANSWERS.on_behalf)
    assert (facts.claims, facts.circumstances) == (ANSWERS.claims, frozenset(ANSWERS.circumstances))
    assert (facts.arrived_on, facts.next_hearing_on) == (ANSWERS.arrived_on, ANSWERS.next_hearing_on)
    assert (facts.household_size, facts.needs_interpreter, facts.ui_language) == (3, True, "es")


async def test_who_gives_nothing_of_themselves_has_nothing_kept(house: House) -> None:
    kept = (await sent(house, replace(ANSWERS, person=None, on_behalf=None))).request
    assert kept.person is None
    assert requests.person_of(house.vault, kept) is None
    assert await history(house) == [("submitted", "requester")]


async def test_a_form_with_a_slip_leaves_nothing(house: House) -> None:
    with pytest.raises(ValidationFailed):
        await sent(house, replace(ANSWERS, household_size=0))
    assert [await rows(house, table) for table in ("help_request", "consent", "request_event", "outbox")] == [0] * 4


# ---------------------------------------------------------------- sent again
async def test_a_retry_gets_the_first_receipt_and_keeps_nothing_more(house: House) -> None:
    first = await sent(house)
    again = await sent(house)
    assert (again.receipt, again.request) == (first.receipt, first.request)
    assert [await rows(house, table) for table in ("help_request", "request_event", "outbox")] == [1, 1, 2]
    assert await rows(house, "consent") == 3


async def test_twenty_at_once_are_one_request_with_one_receipt(house: House) -> None:
    kept = await asyncio.gather(*(sent(house) for _ in range(20)))
    assert len({(one.receipt, one.request.id) for one in kept}) == 1
    assert [await rows(house, table) for table in ("help_request", "request_event", "outbox")] == [1, 1, 2]
    assert await rows(house, "consent") == 3


async def test_twenty_other_bodies_at_once_under_one_key_are_one_request_and_nineteen_refusals(house: House) -> None:
    bodies = [replace(ANSWERS, household_size=size) for size in range(1, 21)]
    kept = await asyncio.gather(*(sent(house, body) for body in bodies), return_exceptions=True)
    assert sorted(type(one).__name__ for one in kept) == [*["IdempotencyKeyReused"] * 19, "Submitted"]
    assert await rows(house) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"can_afford": CanAfford.YES},
        {"languages": ("es", "mam")},
        {"consents": (ConsentScope.SHARE_SUMMARY,)},
        {"person": replace(ANA, note="Another note.")},
        {"person": None},
        {"next_hearing_on": None},
    ],
)
async def test_another_body_under_the_same_key_is_refused(house: House, change: dict[str, Any]) -> None:
    await sent(house)
    with pytest.raises(IdempotencyKeyReused):
        await sent(house, replace(ANSWERS, **change))
    assert await rows(house) == 1


async def test_another_place_under_the_same_key_is_another_body(house: House) -> None:
    await sent(house, replace(ANSWERS, near="Brownsville"))
    with pytest.raises(IdempotencyKeyReused):
        await sent(house, replace(ANSWERS, near="Matamoros"))


async def test_a_retry_gets_its_receipt_whatever_the_look_ups_say_today(house: House) -> None:
    first = await sent(house)
    moved = replace(FOUND, place=replace(TOWN, name="Brownsville, renamed"))
    unknown = LookedUp(languages={}, place=problem("near.text", "UNKNOWN_PLACE", "Where?"))
    for today in (moved, unknown):
        again = await sent(house, found=today)
        assert (again.receipt, again.request) == (first.receipt, first.request)
    assert requests.facts_of(house.vault, first.request).place == TOWN


async def test_a_new_key_is_a_new_request_with_a_receipt_of_its_own(house: House) -> None:
    first, second = await sent(house), await sent(house, replace(ANSWERS, idempotency_key="another key"))
    assert first.receipt != second.receipt
    assert first.request.id != second.request.id


async def test_a_retry_after_the_request_was_taken_back_finds_it_closed(house: House) -> None:
    first = await sent(house)
    await closed(house, first.receipt)
    again = await sent(house)
    assert (again.receipt, again.request.status) == (first.receipt, HelpRequestStatus.CLOSED)


async def test_a_retry_after_it_was_erased_brings_nothing_back(house: House) -> None:
    first = await sent(house)
    await closed(house, first.receipt, erase=True)
    with pytest.raises(IdempotencyKeyReused):
        await sent(house)
    assert await rows(house) == 1
    assert await house.database.pool.fetchval("SELECT data_key IS NULL AND person IS NULL FROM help_request")


async def test_a_partners_keys_are_its_own(house: House) -> None:
    kept = [await sent(house, who=who) for who in (VISITOR, ONE, OTHER)]
    assert len({one.receipt for one in kept}) == len({one.request.id for one in kept}) == 3
    assert [one.request.partner_id for one in kept] == [None, ONE.id, OTHER.id]
    assert (await sent(house, who=ONE)).request.id == kept[1].request.id
    with pytest.raises(IdempotencyKeyReused):
        await sent(house, replace(ANSWERS, can_afford=CanAfford.YES), who=ONE)


# ---------------------------------------------------------------- sealed
SHORT = 2  # letters


async def stored(house: House) -> list[tuple[object, ...]]:
    """All that was written of a request, in every table."""
    found: list[tuple[object, ...]] = []
    for table in ("help_request", "consent", "request_event", "outbox"):
        found += [tuple(row.values()) for row in await house.database.pool.fetch(f"SELECT * FROM {table}")]
    return found


def stands_in(word: str, row: tuple[object, ...]) -> bool:
    """In anything that is not sealed as it is. In sealed bytes two letters stand side by side by chance, in one run of
    thirty: there a very short word is looked for as a value of JSON.
    """
    in_bytes = word if len(word) > SHORT else f'"{word}"'
    return any(in_bytes.encode() in part if isinstance(part, bytes) else word in str(part) for part in row)


async def test_what_tells_who_a_person_is_stands_nowhere_in_the_clear(house: House) -> None:
    kept = await sent(house)
    everything = await stored(house)
    told = [
        *("Ana", "Ñandú", "956 555", "ana@demo", "noon", "Efraín", "brother", "HN", "Cameron", "Brownsville"),
        *("Harlingen", "torture", "in_removal", "2026-01-02", "had_before", "friend", "25.9017"),
        *(kept.receipt, receipts.written(kept.receipt), ANSWERS.idempotency_key),
    ]
    assert [word for word in told if any(stands_in(word, row) for row in everything)] == []
    assert any(stands_in("legal.asylum", row) for row in everything)  # this test sees what is in the clear
    assert any(stands_in("es", row) for row in everything)
    assert stands_in("HN", (b'{"country":"HN"}',))
    assert str(kept.receipt) not in repr(kept)


async def test_a_sealed_part_moved_to_another_request_or_field_does_not_open(house: House) -> None:
    one = (await sent(house)).request
    other = (await sent(house, replace(ANSWERS, idempotency_key="another key"))).request
    with pytest.raises(SealBroken):
        requests.person_of(house.vault, replace(one, person=other.person))
    with pytest.raises(SealBroken):
        requests.person_of(house.vault, replace(one, person=other.person, data_key=other.data_key))
    with pytest.raises(SealBroken):
        requests.person_of(house.vault, replace(one, person=one.facts))


async def test_the_length_of_what_is_sealed_does_not_tell_who_wrote_much(house: House) -> None:
    short = replace(ANSWERS, person=Person(name="A"), idempotency_key="short key")
    lengths = {len((await sent(house, answers)).request.person or b"") for answers in (ANSWERS, short)}
    assert len(lengths) == 1


# ---------------------------------------------------------------- found
async def test_a_receipt_finds_its_request_however_it_is_typed_and_a_wrong_one_finds_none(house: House) -> None:
    kept = await sent(house)
    receipt = kept.receipt
    swapped = receipt[:3] + receipt[4] + receipt[3] + receipt[5:]
    wrong = receipts.derive(house.vault, b"nobody's key")
    typed = {
        receipts.written(receipt): kept.request.id,
        receipt.translate({ord(str(digit)): 0x0660 + digit for digit in range(10)}): kept.request.id,
        wrong: None,
        swapped if swapped != receipt else "": None,
        "": None,
        "no receipt": None,
    }
    for text, id in typed.items():
        found = await requests.by_receipt(house.database.reader, house.vault, text)
        assert (found.id if found else None) == id


# ---------------------------------------------------------------- taken back
async def test_who_takes_a_request_back_takes_every_consent_back(house: House) -> None:
    kept = await sent(house)
    stands = await closed(house, receipts.written(kept.receipt))
    assert (stands.status, stands.close_reason) == (HelpRequestStatus.CLOSED, CloseReason.WITHDRAWN_BY_PERSON)
    assert await consents.standing(house.database.reader, kept.request.id) == frozenset()
    assert len(await consents.given(house.database.reader, kept.request.id)) == 3
    assert (await history(house))[1:] == [("consent_withdrawn", "requester")]
    assert requests.person_of(house.vault, stands) == ANA  # closed is not erased


async def test_taking_back_twice_is_once(house: House) -> None:
    kept = await sent(house)
    first = await closed(house, kept.receipt)
    assert await closed(house, kept.receipt) == first
    assert len(await history(house)) == 2


async def test_a_request_taken_back_can_be_erased_later(house: House) -> None:
    kept = await sent(house)
    await closed(house, kept.receipt)
    erased = await closed(house, kept.receipt, erase=True)
    assert (erased.data_key, erased.facts, erased.person) == (None, None, None)
    assert [kind for kind, _ in await history(house)] == ["submitted", "consent_withdrawn", "erased"]


async def test_erasing_leaves_a_row_that_says_only_that_something_was_here(house: House) -> None:
    kept = await sent(house, who=ONE)
    erased = await closed(house, kept.receipt, erase=True)
    assert (erased.is_live, erased.help_types, erased.languages) == (False, (), ())
    assert (erased.country, erased.state, erased.partner_id, erased.urgency) == (None, None, None, UrgencyLevel.NORMAL)
    row = await house.database.pool.fetchrow("SELECT data_key, facts, person, receipt_hash FROM help_request")
    assert tuple(row) == (None, None, None, None)
    for opens in (requests.facts_of, requests.person_of):
        with pytest.raises(NotFound):
            opens(house.vault, replace(erased, person=kept.request.person))
    assert await requests.by_receipt(house.database.reader, house.vault, kept.receipt) is None
    with pytest.raises(NotFound):
        await closed(house, kept.receipt, erase=True)


@pytest.mark.parametrize("receipt", ["", "no receipt", "0000 0000 0000 0000 0000 98"])
async def test_a_receipt_of_nothing_takes_nothing_back(house: House, receipt: str) -> None:
    await sent(house)
    with pytest.raises(NotFound):
        await closed(house, receipt, erase=True)
    assert await house.database.pool.fetchval("SELECT status FROM help_request") == "submitted"


async def test_taken_back_and_erased_at_once_is_one_end(house: House) -> None:
    kept = await sent(house)
    ends = await asyncio.gather(
        *(closed(house, kept.receipt, erase=number % 2 == 0) for number in range(8)), return_exceptions=True
    )
    assert all(isinstance(end, HelpRequest | NotFound) for end in ends)
    assert await house.database.pool.fetchval("SELECT status = 'closed' AND data_key IS NULL FROM help_request")
    assert [kind for kind, _ in await history(house)].count("consent_withdrawn") == 1


async def test_a_request_held_by_one_decision_waits_for_no_reader_and_for_the_next_decision(house: House) -> None:
    kept = await sent(house)
    async with deciding(house, kept.request.id):
        assert await requests.by_receipt(house.database.reader, house.vault, kept.receipt)
        second = asyncio.create_task(closed(house, kept.receipt))
        await waits(house)
        assert not second.done()
    assert (await second).status is HelpRequestStatus.CLOSED


@asynccontextmanager
async def deciding(house: House, id: UUID) -> AsyncGenerator[Tx]:
    async with house.database.transaction() as tx:
        assert await requests.locked(tx, id)
        yield tx


async def waits(house: House) -> None:
    """Until somebody waits for a lock."""
    async with asyncio.timeout(30):
        while not await house.database.pool.fetchval(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE')"
        ):
            await asyncio.sleep(0.005)


async def test_many_are_read_in_one_question(house: House) -> None:
    kept = [(await sent(house, replace(ANSWERS, idempotency_key=f"key number {n}"))).request for n in range(3)]
    asked = [kept[0].id, kept[2].id, UUID(int=99)]
    found = await requests.requests(house.database.reader, asked)
    assert found == {kept[0].id: kept[0], kept[2].id: kept[2]}
    assert await requests.request(house.database.reader, UUID(int=99)) is None
