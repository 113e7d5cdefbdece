"""`referral jobs` as an operator types it."""

from pathlib import Path
from uuid import uuid4

from commands_given import referral

from referral.foundation import outbox
from referral.foundation.db import Database, value
from referral.foundation.outbox import JobKind


async def test_an_operator_sees_what_waits_stops_it_and_lets_it_go_on(fresh_db: Database, tmp_path: Path) -> None:
    assert referral(fresh_db.dsn, tmp_path, "jobs", "list").said == "No jobs wait.\n"
    subject = uuid4()
    async with fresh_db.transaction() as tx:
        await outbox.put(tx, JobKind.MATCH, subject)
    id = str(await value(fresh_db.reader, "SELECT id FROM outbox"))

    listed = referral(fresh_db.dsn, tmp_path, "jobs", "list", "--kind", "match", "--state", "due")
    assert listed.code == 0
    assert listed.said.startswith(f"{id}  match  {subject}  due  0 of 12  20")
    assert "\n1 match due, the first of them for 20" in listed.said

    parked = referral(fresh_db.dsn, tmp_path, "jobs", "park", id)
    assert (parked.code, parked.said) == (0, "Parked: 1. `referral jobs retry` lets them go on.\n")
    shown = referral(fresh_db.dsn, tmp_path, "jobs", "show", id)
    assert shown.code == 0
    assert "state      parked\n" in shown.said
    assert "failure    PARKED_BY_OPERATOR\n" in shown.said

    retried = referral(fresh_db.dsn, tmp_path, "jobs", "retry", "--parked", "--kind", "match")
    assert (retried.code, retried.said) == (0, "To be tried again: 1.\n")
    assert await value(fresh_db.reader, "SELECT parked_at IS NULL AND attempts = 0 FROM outbox")


async def test_what_cannot_be_done_is_one_sentence_and_nothing_is_half_done(fresh_db: Database, tmp_path: Path) -> None:
    async with fresh_db.transaction() as tx:
        await outbox.put(tx, JobKind.MATCH, uuid4())
    id = str(await value(fresh_db.reader, "SELECT id FROM outbox"))
    missing = referral(fresh_db.dsn, tmp_path, "jobs", "park", id, "99999999")
    assert missing.code == 1
    assert missing.complaints == (
        "There is no job 99999999: it is done, or never was. `referral jobs list` shows those that wait.\n"
    )
    assert await value(fresh_db.reader, "SELECT parked_at IS NULL FROM outbox")
    which = referral(fresh_db.dsn, tmp_path, "jobs", "retry")
    assert (which.code, which.complaints) == (
        2,
        "Say which: numbers of jobs, or --parked for all that are parked, and not both.\n",
    )
    assert referral(fresh_db.dsn, tmp_path, "jobs", "show", str(2**63)).code == 2
