"""Many at once, and processes that die in the middle: nothing is kept twice, given twice or half done."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import UUID

import desk as desks
import given
import httpx
import pytest
from desk import Desk, at_once, holding, operation, until

from referral.edges import worker
from referral.foundation.actors import Visitor
from referral.foundation.clock import now
from referral.foundation.vocabulary import HelpType
from referral.intake import submitting
from referral.intake.form import Answers, LookedUp
from referral.intake.words import CanAfford, ConsentScope, Representation
from referral.referrals import offers
from referral.referrals.offers import THE_SYSTEM

ROOT = Path(__file__).resolve().parents[2]
WAITS_FOR_A_LOCK = """
    SELECT EXISTS (SELECT FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1)"""


async def test_the_same_request_sent_twenty_times_at_once_is_kept_once(desk: Desk) -> None:
    await given.office(desk.database)
    body = given.asking()
    answers = await at_once(desk.published("public/SubmitHelpRequest", input=body) for _ in range(20))
    assert answers[0]["__typename"] == "SubmitHelpRequestPayload"
    assert all(answer == answers[0] for answer in answers)
    assert await desk.sql("SELECT count(*) FROM help_request") == 1
    assert await desk.sql("SELECT count(*) FROM outbox WHERE kind = 'match'") == 1
    assert await desk.sql("SELECT count(*) FROM request_event") == 1
    assert (await desk.status(answers[0]["receipt"]))["id"] == answers[0]["helpRequest"]["id"]

    other = await desk.published("public/SubmitHelpRequest", input={**body, "canAfford": "YES"})
    assert (other["code"], other["path"]) == ("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])
    another = await desk.submit()
    assert another["receipt"] != answers[0]["receipt"]


async def test_five_places_go_to_five_of_two_hundred(desk: Desk) -> None:
    tokens = await offered_without_holding(desk, 200, places=5)
    answers = await at_once(desk.respond(token, "ACCEPT") for token in tokens)
    said = [answer["__typename"] for answer in answers]
    assert {name: said.count(name) for name in set(said)} == {"ReferralPayload": 5, "NoCapacityProblem": 195}
    assert all(answer["code"] == "NO_CAPACITY" for answer in answers if answer["__typename"] == "NoCapacityProblem")
    assert await desk.sql("SELECT (taken, held) = (5, 0) FROM capacity")
    assert await desk.sql("SELECT count(*) FROM referral WHERE status = 'accepted'") == 5
    assert await desk.sql("SELECT count(*) FROM help_request WHERE status = 'referred'") == 5
    assert await desk.sql("SELECT count(*) FROM audit_event WHERE act = 'contact_released'") == 5


async def offered_without_holding(desk: Desk, people: int, *, places: int) -> list[str]:
    """So many people offered to one office by staff who had their reasons; the tokens of the letters."""
    office = await given.office(desk.database, places=places)
    terms = given.terms(office, holds=False)
    tokens: list[str] = []
    async with desk.database.transaction() as tx:
        for number in range(people):
            kept = await submitting.submit(
                tx, desk.house.vault, Visitor(), someone(number), LookedUp(languages={"es": "es"}), now=now()
            )
            offer = await offers.offer(tx, kept.request, terms, THE_SYSTEM, now=now())
            tokens.append(desk.signed("answer-referral", offer.id))
    return tokens


def someone(number: int) -> Answers:
    return Answers(
        idempotency_key=f"person {number}",
        representation=Representation.NONE,
        can_afford=CanAfford.NO,
        help_types=(HelpType.LEGAL_ASYLUM,),
        languages=("es",),
        consents=tuple(ConsentScope),
    )


async def test_two_yeses_to_one_person_are_one_yes(desk: Desk) -> None:
    offices = [await given.office(desk.database, name=name) for name in ("First", "Second")]
    await desk.submit(circumstances=["IMMINENT_REMOVAL"])
    await desk.work()
    answers = await at_once(desk.respond(desk.token(office), "ACCEPT") for office in offices)
    assert sorted(answer["__typename"] for answer in answers) == ["ConflictProblem", "ReferralPayload"]
    assert await desk.sql("SELECT (sum(taken), sum(held)) = (1, 0) FROM capacity")


async def test_a_yes_and_a_withdrawal_at_once_leave_no_place_taken(desk: Desk) -> None:
    office = await given.office(desk.database)
    receipt = (await desk.submit())["receipt"]
    await desk.work()
    answer, gone = await at_once([desk.respond(desk.token(office), "ACCEPT"), desk.withdraw(receipt)])
    assert answer["__typename"] in {"ReferralPayload", "ConflictProblem"}
    assert gone["helpRequest"]["status"] == "CLOSED"
    assert await desk.sql("SELECT (taken, held) = (0, 0) FROM capacity")
    assert (await desk.look(desk.token(office)))["request"] is None


async def test_many_workers_offer_each_request_once(desk: Desk) -> None:
    await given.office(desk.database, places=50)
    await at_once(desk.submit() for _ in range(12))
    await at_once(desk.work() for _ in range(4))
    assert await desk.sql("SELECT count(*) FROM referral") == 12
    assert await desk.sql("SELECT held FROM capacity") == 12
    assert (
        await desk.sql(
            "SELECT count(*) FROM outbox WHERE kind NOT IN ('remind_provider', 'expire_offer', 're_evaluate')"
        )
        == 0
    )


async def test_a_worker_that_dies_after_offering_leaves_nothing_and_the_next_offers_once(desk: Desk) -> None:
    office = await given.office(desk.database)
    await desk.submit()
    async with holding(desk.database, "SELECT FROM provider FOR NO KEY UPDATE"):  # an offer's last write
        await died(desk, "%UPDATE provider SET offers_made%")
        assert await desk.sql("SELECT count(*) FROM referral") == 0
    assert await desk.work() == 0  # the dead worker's lease still runs
    await desk.sql("UPDATE outbox SET leased_until = now() - interval '1 second'")
    await desk.work()
    assert await desk.sql("SELECT count(*) FROM referral") == 1
    assert await desk.sql("SELECT held FROM capacity") == 1
    assert await desk.sql("SELECT offers_made FROM provider") == 1
    assert len(desk.letters(office)) == 1


async def test_a_worker_that_dies_after_sending_sends_again_and_writes_it_down_once(desk: Desk) -> None:
    office = await given.office(desk.database)
    await desk.submit()
    assert await worker.work_once(desk.house)
    async with holding(desk.database, "SELECT FROM help_request FOR UPDATE"):
        await died(desk, "%INSERT INTO request_event%")
        assert len(desk.letters(office)) == 1
    await desk.sql("UPDATE outbox SET leased_until = now() - interval '1 second' WHERE leased_until IS NOT NULL")
    await desk.work()
    assert len(desk.letters(office)) == 2  # better twice than never
    assert await desk.sql("SELECT count(*) FROM request_event WHERE kind = 'provider_told'") == 1


async def died(desk: Desk, waiting_statement: str) -> None:
    """A worker ends in the middle of a job, where a lock holds it up."""
    work = asyncio.create_task(worker.work_once(desk.house))
    await until(desk, WAITS_FOR_A_LOCK, waiting_statement)
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work


async def test_a_worker_that_was_too_slow_finds_its_job_gone_and_takes_its_effect_back(desk: Desk) -> None:
    await given.office(desk.database)
    await desk.submit()
    async with holding(desk.database, "SELECT FROM provider FOR NO KEY UPDATE") as tx:
        slow = asyncio.create_task(worker.work_once(desk.house))
        await until(desk, WAITS_FOR_A_LOCK, "%UPDATE provider SET offers_made%")
        await tx.source.execute("UPDATE outbox SET lease = lease + 1, attempts = attempts + 1 WHERE kind = 'match'")
        await tx.source.execute("COMMIT; BEGIN")
        assert await slow
    assert await desk.sql("SELECT count(*) FROM referral") == 0
    assert await desk.sql("SELECT held FROM capacity") == 0
    assert await desk.sql("SELECT (lease, attempts) = (2, 2) FROM outbox WHERE kind = 'match'")


async def test_a_server_killed_between_keeping_and_answering_gives_the_same_receipt_later(
    desk: Desk, tmp_path: Path
) -> None:
    await given.office(desk.database)
    body = {"query": operation("public/SubmitHelpRequest"), "variables": {"input": given.asking()}}
    async with server(desk, tmp_path) as (process, http), holding(desk.database, "LOCK TABLE provider"):
        # The answer tells who is open, so it reads the listings, and waits; what was asked is kept before that.
        lost = asyncio.create_task(http.post("/graphql", json=body))
        await until(desk, "SELECT EXISTS (SELECT FROM help_request)")
        await until(desk, WAITS_FOR_A_LOCK, "%")
        process.kill()
        with pytest.raises(httpx.TransportError):
            await lost
    id: UUID = await desk.sql("SELECT id FROM help_request")

    async with server(desk, tmp_path) as (_, http):
        first, second = [(await http.post("/graphql", json=body)).json()["data"]["submitHelpRequest"] for _ in range(2)]
        assert first["helpRequest"]["id"] == str(id)
        assert first["receipt"] == second["receipt"]
        query = {"query": operation("public/HelpRequestByReceipt"), "variables": {"receipt": first["receipt"]}}
        assert (await http.post("/graphql", json=query)).json()["data"]["helpRequest"]["id"] == str(id)
    assert await desk.sql("SELECT count(*) FROM help_request") == 1


@asynccontextmanager
async def server(desk: Desk, home: Path) -> AsyncGenerator[tuple[asyncio.subprocess.Process, httpx.AsyncClient]]:
    """A server of its own process on the same database, and a client of it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "referral", "serve", "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"REFERRAL_DATABASE_URL": desk.database.dsn, "REFERRAL_HOME": str(home)},
    )
    assert process.stdout
    try:
        async with asyncio.timeout(60), desks.client(await port_of(process.stdout)) as http:
            yield process, http
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await asyncio.wait_for(process.stdout.read(), 30)
        await process.wait()


async def port_of(told: asyncio.StreamReader) -> int:
    """The port that the server says it listens on."""
    async for line in told:
        if b"Serving at http://" in line:
            return int(line.decode().strip().rpartition(":")[2])
    raise AssertionError("The server did not start.")
