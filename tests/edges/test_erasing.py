"""Of a request that was erased nothing is left in any table but what is said to be kept; and what went is counted."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import given
import pytest
from commands_given import referral
from desk import Desk, operation

from referral.edges import chaining, worker
from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import StaffRole
from referral.foundation.clock import now
from referral.foundation.db import execute, value
from referral.referrals.erasing import KEPT

# What may still say something in a row that is kept: ids, times, codes and what everybody gets.
MAY_STAY: dict[str, set[str]] = {
    "help_request": {
        "id", "status", "close_reason", "created_at", "updated_at", "urgency", "respond_by", "idempotency_hash",
        "body_hash", "help_types", "languages", "question_set",
    },
    "request_event": {"id", "request_id", "at", "kind", "actor", "actor_id", "subject_id"},
    "consent": {"request_id", "scope", "given_at", "withdrawn_at", "text_version", "language"},
    "referral": {
        "id", "request_id", "provider_id", "organization_id", "help_type", "status", "capacity_id", "holds",
        "offered_at", "expires_at", "responded_at", "offered_by", "offered_by_id", "idempotency_hash", "score",
        "rules_version", "needs", "excluded_until",
    },
    "referral_event": {"id", "referral_id", "at", "status", "actor", "actor_id"},
    "audit_event": {"id", "at", "actor", "actor_id", "act", "subject_id", "counts", "position", "hash"},
    "plan_proposal": {
        "plan_id", "position", "request_id", "provider_id", "points", "is_certain", "rivals", "state", "changed",
        "referral_id",
    },
    "plan_left_over": {"plan_id", "position", "request_id", "reason", "waits_for"},
    "outbox": {
        "id", "kind", "subject_id", "run_at", "attempts", "lease", "leased_until", "parked_at", "error_code",
        "created_at",
    },
}  # fmt: skip
EMPTY: dict[str, dict[str, Any]] = {
    "help_request": {"help_types": [], "languages": [], "urgency": "normal", "body_hash": "\\x"},
    "consent": {"language": ""},
    "referral": {"score": 0},
}


async def a_whole_life(desk: Desk) -> tuple[str, str]:
    """A request that leaves something in every table that a request can; its id and its receipt."""
    office = await given.office(desk.database)
    kept = await desk.submit()
    id, receipt = kept["helpRequest"]["id"], kept["receipt"]
    headers = await desk.staff(StaffRole.SUPERVISOR)
    await desk.published("staff/PlanAssignments", headers, input={"idempotencyKey": str(uuid4()), "requestIds": [id]})
    await desk.work()
    token = desk.token(office)
    await desk.respond(token, "ASK", note="Words of the provider.")
    said = {"receipt": receipt, "text": "Words of the person.", "idempotencyKey": str(uuid4())}
    await desk.published("public/SendMessage", input=said)
    await desk.published("staff/ClaimHelpRequest", headers, id=id)
    await desk.published("staff/AddNote", headers, requestId=id, text="Words of the team.", idempotencyKey=str(uuid4()))
    await desk.published("staff/Request", headers, id=id)
    await desk.respond(token, "DECLINE", declineReason="OTHER", note="More words of the provider.")
    await chaining.link(desk.house)
    return id, receipt


async def tables(desk: Desk) -> list[str]:
    return await desk.sql(
        """SELECT array_agg(format('%I.%I', schemaname, tablename)) FROM pg_tables
            WHERE schemaname IN ('public', 'conf') AND tablename NOT IN ('place', 'place_name', 'alembic_version')"""
    )


async def mentioning(desk: Desk, ids: set[str]) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table in which one of these ids stands."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table in await tables(desk):
        rows = await desk.database.pool.fetch(
            f"SELECT to_jsonb(t) AS row FROM {table} t WHERE t::text ~ $1", "|".join(ids)
        )
        if rows:
            found[table.removeprefix("public.")] = [row["row"] for row in rows]
    return found


def ids_in(found: dict[str, list[dict[str, Any]]]) -> set[str]:
    """The ids of what belongs to a request: by them, too, something could be found again."""
    own = ("message", "request_note", "referral", "referral_note", "help_request")
    return {row["id"] for table in own for row in found.get(table, [])}


def sealed_in(found: dict[str, list[dict[str, Any]]]) -> set[str]:
    """Every ciphertext, wrapped key and keyed hash, as the database writes it."""
    kept_hashes = {"idempotency_hash", "hash"}
    return {
        text
        for rows in found.values()
        for row in rows
        for name, text in row.items()
        if isinstance(text, str) and text.startswith("\\x") and len(text) > 4 and name not in kept_hashes
    }


async def everything_of(desk: Desk, id: str) -> tuple[dict[str, list[dict[str, Any]]], set[str]]:
    ids = ids_in(await mentioning(desk, {id})) | {id}
    return await mentioning(desk, ids), ids


async def nothing_is_left(desk: Desk, ids: set[str], sealed: set[str]) -> None:
    left = await mentioning(desk, ids)
    assert set(left) <= set(KEPT), "a table that nobody said is kept"
    for table, rows in left.items():
        for row in rows:
            says = {name for name, told in row.items() if told is not None}
            assert says <= MAY_STAY[table], table
            for name, told in EMPTY.get(table, {}).items():
                assert row[name] == told, (table, name)
    for table in await tables(desk):
        text = await desk.sql(f"SELECT string_agg(to_jsonb(t)::text, ' ') FROM {table} t") or ""
        assert not [one for one in sealed if json.dumps(one)[1:-1] in text], table


async def reported(desk: Desk) -> dict[str, Any]:
    row = await desk.database.pool.fetchrow(
        "SELECT act, actor, counts FROM audit_event WHERE counts IS NOT NULL ORDER BY id DESC LIMIT 1"
    )
    return dict(row)


def test_what_is_kept_is_known_column_by_column() -> None:
    assert set(MAY_STAY) == set(KEPT)


async def test_whoever_erases_a_request_leaves_nothing_and_the_report_counts_it(desk: Desk) -> None:
    id, receipt = await a_whole_life(desk)
    before, ids = await everything_of(desk, id)
    # Without this the test could pass on a request that had nothing: each of these has something to lose.
    losing = {"help_request", "message", "request_note", "request_claim", "referral_note", "referral", "consent"}
    assert losing <= set(before)
    assert len(sealed_in(before)) > 6
    await desk.withdraw(receipt, erase=True)
    await nothing_is_left(desk, ids, sealed_in(before))
    told = await reported(desk)
    assert (told["act"], told["actor"]) == ("erased_on_request", "requester")
    for table in ("message", "request_note", "referral_note"):
        assert told["counts"][table] == len(before[table])
    assert {"request", "help_request.facts", "help_request.person", "referral.answers"} <= set(told["counts"])
    assert all(number > 0 for number in told["counts"].values())


async def test_age_leaves_as_little_and_says_that_it_was_age(desk: Desk) -> None:
    id, receipt = await a_whole_life(desk)
    await desk.withdraw(receipt)
    before, ids = await everything_of(desk, id)
    await grown_old(desk, id, 31)
    await worker.order_forgetting(desk.house)
    await desk.work()
    assert await reported(desk) == {
        "act": "contact_erased_by_age", "actor": "system",
        "counts": {"request": 1, "help_request.person": 1, "contact_index": 2},
    }  # fmt: skip
    await grown_old(desk, id, 91)
    await worker.order_forgetting(desk.house)
    await desk.work()
    await nothing_is_left(desk, ids, sealed_in(before))
    told = await reported(desk)
    assert (told["act"], told["actor"]) == ("erased_by_age", "system")
    assert "help_request.person" not in told["counts"]  # it went before


async def grown_old(desk: Desk, id: str, days: float) -> None:
    await desk.sql(
        "UPDATE help_request SET updated_at = now() - $2::interval WHERE id = $1", UUID(id), timedelta(days=days)
    )


async def test_without_a_report_nothing_is_erased(desk: Desk) -> None:
    id, receipt = await a_whole_life(desk)
    before, _ = await everything_of(desk, id)
    await desk.sql("ALTER TABLE audit_event ADD CONSTRAINT never CHECK (counts IS NULL) NOT VALID")
    try:
        variables = {"receipt": receipt, "erase": True}
        body = await desk.answered(operation("public/WithdrawHelpRequest"), variables, Audience.PUBLIC)
    finally:
        await desk.sql("ALTER TABLE audit_event DROP CONSTRAINT never")
    assert body["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert (await everything_of(desk, id))[0] == before


# ---------------------------------------------------------------- reading the report
ERASURES = "query ($from: Date!, $to: Date!) { erasures(from: $from, to: $to) { day why what number } }"


@pytest.mark.parametrize("role", [StaffRole.SUPERVISOR, StaffRole.ADMIN])
async def test_supervisors_read_what_was_erased_and_nothing_of_whom(desk: Desk, role: StaffRole) -> None:
    for _ in range(2):
        await desk.withdraw((await desk.submit())["receipt"], erase=True)
    today = f"{now():%Y-%m-%d}"
    headers = await desk.staff(role)
    told = (await desk.ask(ERASURES, {"from": today, "to": today}, Audience.STAFF, **headers))["erasures"]
    assert {"day": today, "why": "ON_REQUEST", "what": "request", "number": 2} in told
    assert {"day": today, "why": "ON_REQUEST", "what": "help_request.person", "number": 2} in told
    subjects = await value(desk.database.reader, "SELECT array_agg(id::text) FROM help_request")
    assert not any(id in str(told) for id in subjects)
    long_ago = {"from": "2020-01-01", "to": "2020-02-01"}
    assert (await desk.ask(ERASURES, long_ago, Audience.STAFF, **headers))["erasures"] == []


async def test_intake_staff_do_not_read_it_and_days_in_the_wrong_order_are_named(desk: Desk) -> None:
    body = await desk.answered(
        ERASURES, {"from": "2026-01-01", "to": "2026-01-02"}, Audience.STAFF, **await desk.staff()
    )
    assert body["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    chief = await desk.staff_named("chief@demo.invalid", StaffRole.SUPERVISOR)
    for last in ("2025-12-31", "2027-02-01"):
        body = await desk.answered(ERASURES, {"from": "2026-01-01", "to": last}, Audience.STAFF, **chief)
        assert body["data"] is None
        assert '"to"' in json.dumps(body["errors"])


async def test_the_operator_reads_it_too(desk: Desk, dsn: str, tmp_path: Path) -> None:
    home = desk.house.settings.home
    await desk.withdraw((await desk.submit())["receipt"], erase=True)
    async with desk.database.transaction() as tx:
        await execute(
            tx,
            """
            INSERT INTO audit_event (at, actor, act, subject_id, counts)
            VALUES (now() - interval '40 days', 'system', 'erased_by_age', gen_random_uuid(), '{"request": 1}')""",
        )
    told = referral(dsn, home, "retention", "--report").said.splitlines()
    today = f"{now():%Y-%m-%d}"
    assert f"{today}  erased_on_request  request: 1" in told
    assert not [line for line in told if "erased_by_age" in line]
    assert all(any(line.strip().startswith(f"{table}: ") for line in told) for table in KEPT)
