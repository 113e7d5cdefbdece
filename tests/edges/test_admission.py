"""While very many ask for help: a proof lets one in, a page has its own way, and what is left waits for staff."""

import asyncio
import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import desk as desks
import given
import httpx
import pytest
from altcha import Challenge, Payload, solve_challenge
from desk import Desk, operation
from starlette.requests import Request

from referral.edges import admission, worker
from referral.edges.admission import TOKEN, TRAP, Verdict
from referral.edges.budgets import Budget, Ledger
from referral.edges.graphql.schemas import Audience
from referral.edges.house import House
from referral.edges.lanes import Turns
from referral.foundation.actors import Staff, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import value
from referral.foundation.errors import Conflict, ValidationFailed
from referral.intake import form_tokens, proofs
from referral.intake.words import Suspicion
from referral.triage import staff, triage
from referral.triage.states import TriageStep
from referral.triage.triage import Triage

SUBMIT = operation("public/SubmitHelpRequest")


def crowded(house: House, **settings: int) -> House:
    """A house at an hour in which one request a minute would be many."""
    return replace(house, settings=house.settings.model_copy(update={"calm_submissions": 1, **settings}))


def solved(challenge: dict[str, Any]) -> str:
    made: Challenge = Challenge.from_dict(challenge)  # pyright: ignore[reportUnknownMemberType] - `dict`, it says
    solution = solve_challenge(made)
    assert solution
    return Payload(made, solution).to_base64()


async def send(desk: Desk, proof: str = "", body: object = None, network: str = "192.0.2.7") -> httpx.Response:
    headers = {"X-Forwarded-For": network} | ({"Referral-Proof": proof} if proof else {})
    return await desk.post(SUBMIT, {"input": body or given.asking()}, Audience.PUBLIC, **headers)


async def why(house: House) -> list[str | None]:
    return await value(house.database.reader, "SELECT array_agg(quarantined ORDER BY created_at) FROM help_request")


async def test_a_proof_lets_one_in_once_and_a_retry_again(house: House) -> None:
    async with desks.standing(crowded(house)) as desk:
        await send(desk)
        challenge = (await desk.http.get("/challenge")).json()
        assert not challenge["asked"]
        proof, body = solved(challenge), given.asking()
        first = await send(desk, proof, body)
        assert (await desk.http.get("/challenge")).json()["asked"]
        again = await send(desk, proof, body)
        assert again.json()["data"] == first.json()["data"]
        other = await send(desk, proof)
        assert other.json()["data"]["submitHelpRequest"]["receipt"]
    assert await why(house) == [None, None, "no_proof"]


@pytest.mark.parametrize("written", ["", "x", base64.b64encode(b"[]").decode(), "a" * 5_000])
async def test_what_is_no_proof_is_none(house: House, written: str) -> None:
    assert proofs.check(house.vault, written) is None


async def test_a_proof_of_a_cheaper_price_than_was_signed_is_none(house: House) -> None:
    made = proofs.written(proofs.challenge(house.vault, price=0, now=now()))
    cheaper = {**made, "parameters": {**made["parameters"], "keyPrefix": "", "cost": 1}}
    assert proofs.check(house.vault, solved(cheaper)) is None
    proof = solved(made)
    assert proofs.check(house.vault, proof) is not None
    wrong = json.loads(base64.b64decode(proof))
    wrong["solution"]["counter"] += 1
    assert proofs.check(house.vault, base64.b64encode(json.dumps(wrong).encode()).decode()) is None
    late = proofs.written(proofs.challenge(house.vault, price=0, now=now() - timedelta(hours=1)))
    assert proofs.check(house.vault, solved(late)) is None


def page(house: House, age: timedelta, **fields: str) -> dict[str, str]:
    return {TOKEN: form_tokens.issue(house.vault, now=now() - age), **fields}


async def judged(house: House, posted: dict[str, str]) -> admission.Judged:
    scope: dict[str, Any] = {"type": "http", "headers": [], "client": ("192.0.2.9", 1), "path": "/"}
    return await admission.of_form(house, Request(scope), posted, now=now())


async def test_a_page_of_ours_is_taken_and_what_no_person_sends_is_quarantined(house: House) -> None:
    fine = await judged(house, page(house, timedelta(seconds=30)))
    assert (fine.verdict, fine.suspicion) == (Verdict.TAKEN, None)
    quick = await judged(house, page(house, timedelta(0)))
    assert (quick.verdict, quick.suspicion) == (Verdict.QUARANTINED, Suspicion.TOO_QUICK)
    trapped = await judged(house, page(house, timedelta(seconds=30), **{TRAP: "https://spam.example"}))
    assert trapped.suspicion is Suspicion.TRAP_FILLED
    for posted in (page(house, timedelta(hours=3)), {TOKEN: "forged"}, {}):
        assert (await judged(house, posted)).verdict is Verdict.COME_BACK


async def test_a_token_makes_one_key(house: House) -> None:
    posted = page(house, timedelta(minutes=1))
    one, same = await judged(house, posted), await judged(house, posted)
    assert one.idempotency_key == same.idempotency_key
    assert one.idempotency_key != (await judged(house, page(house, timedelta(minutes=1)))).idempotency_key


async def test_while_many_come_forms_have_a_bucket_and_the_rest_is_quarantined(house: House) -> None:
    full = crowded(house, form_submissions=2)
    verdicts = [(await judged(full, page(house, timedelta(minutes=1)))).suspicion for _ in range(4)]
    assert verdicts == [None, None, None, Suspicion.NO_PROOF]


async def decided(house: House, who: Staff, id: UUID, step: TriageStep, reason: str | None) -> None:
    act = Triage(request_id=id, idempotency_key=str(uuid4()), step=step, reason=reason)
    async with house.database.transaction() as tx:
        await triage.triage(tx, house.vault, who, act, now=now())


async def test_no_machine_touches_what_is_in_quarantine_until_staff_let_it_out(house: House) -> None:
    await given.office(house.database)
    async with desks.standing(crowded(house, visitor_submissions=1)) as desk:
        await send(desk)
        await send(desk)
    async with house.database.transaction() as tx:
        anna = await staff.add(
            tx, email="anna@demo.invalid", name="Anna", role=StaffRole.INTAKE, password=desks.PASSWORD, now=now()
        )
    await worker.work_off(house)
    ask = "SELECT count(*) FROM referral r JOIN help_request h ON h.id = r.request_id WHERE h.id = $1"
    id = await value(house.database.reader, "SELECT id FROM help_request WHERE quarantined IS NOT NULL")
    assert await value(house.database.reader, ask, id) == 0
    with pytest.raises(Conflict):
        await decided(house, anna, id, TriageStep.HAND_BACK, "Looks real.")
    with pytest.raises(ValidationFailed):
        await decided(house, anna, id, TriageStep.ADMIT, None)
    await decided(house, anna, id, TriageStep.ADMIT, "A shelter sent many for its guests.")
    await worker.work_off(house)
    assert await value(house.database.reader, ask, id) == 1
    with pytest.raises(Conflict):
        await decided(house, anna, id, TriageStep.ADMIT, "Again.")


async def test_the_first_of_a_network_waits_for_no_flood() -> None:
    ledger, turns, order = Ledger(), Turns(at_once=1), list[str]()

    async def one(network: bytes) -> None:
        purse = ledger.purse(Budget(name="s", quota=100), network, 0.0)
        purse.take(1)
        async with turns.turn(purse):
            await asyncio.sleep(0)
            order.append(network.decode())

    await asyncio.gather(*(one(b"flood") for _ in range(20)), one(b"honest"))
    assert order.index("honest") == 1
    assert len(order) == 21
    assert turns.busy == 0


async def test_a_flood_of_networks_leaves_the_honest_their_receipts(house: House) -> None:
    """Each of the flood has a valid proof; nobody of it had to compute it."""
    flooded = crowded(house, visitor_submissions=5, quarantine_submissions=5)

    async with desks.standing(flooded) as desk:

        async def flood(number: int) -> httpx.Response:
            made = proofs.written(proofs.challenge(house.vault, price=0, now=now()))
            return await send(desk, solved(made), network=f"198.51.{number % 4}.1")

        sent = [flood(number) for number in range(60)]
        honest = [
            send(desk, solved((await desk.http.get("/challenge")).json()), network=f"203.0.{n}.1") for n in range(5)
        ]
        answers = await asyncio.gather(*sent, *honest)
    assert all(answer.status_code == 200 for answer in answers[-5:])
    assert sum(answer.status_code == 429 for answer in answers[:-5]) >= 30
    taken = await value(house.database.reader, "SELECT count(*) FROM help_request WHERE quarantined IS NULL")
    assert taken >= 5


async def test_pages_and_lists_have_a_limit_and_say_when_to_come_back(house: House) -> None:
    small = replace(house, settings=house.settings.model_copy(update={"page_views": 10, "hsds_reads": 10}))
    async with desks.standing(small) as desk:
        for path, kind in (("/hsds", "application/json"), ("/status", "text/html")):
            answers = [await desk.http.get(path, headers={"Accept": kind}) for _ in range(11)]
            assert [answer.status_code for answer in answers] == [200] * 10 + [429]
            assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        assert "Wait a minute" in answers[-1].text
        assert (await desk.http.get("/healthz")).status_code == 200
        other = {"X-Forwarded-For": "192.0.2.1"}
        assert (await desk.http.get("/hsds", headers=other)).status_code == 200
