"""An operator sees what waits, lets what was parked be tried again, and stops what must not go on."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from referral.foundation import backlog, outbox
from referral.foundation.backlog import JobState
from referral.foundation.clock import now
from referral.foundation.db import Database, execute
from referral.foundation.errors import Conflict, NotFound
from referral.foundation.outbox import Job, JobKind, LeaseLost


async def ordered(database: Database, kind: JobKind = JobKind.MATCH, *, later: timedelta | None = None) -> UUID:
    id = uuid4()
    async with database.transaction() as tx:
        await outbox.put(tx, kind, id, run_at=now() + later if later else None)
    return id


async def at_work(database: Database) -> Job:
    job = await outbox.take(database)
    assert job
    return job


async def parked(database: Database) -> Job:
    """A job that has failed as often as it may."""
    await ordered(database)
    job = await at_work(database)
    async with database.transaction() as tx:
        await execute(tx, "UPDATE outbox SET attempts = $2 WHERE id = $1", job.id, outbox.MAX_ATTEMPTS)
        await outbox.postpone(tx, job, error_code="MAIL_REFUSED")
    return job


async def states(database: Database) -> list[JobState]:
    return [one.state for one in await backlog.jobs(database.reader)]


async def test_each_job_says_where_it_stands(fresh_db: Database) -> None:
    given_up = await parked(fresh_db)
    await ordered(fresh_db, JobKind.RECALL_OFFER)
    begun = await at_work(fresh_db)
    waiting = await ordered(fresh_db)
    later = await ordered(fresh_db, JobKind.EXPIRE_OFFER, later=timedelta(days=1))
    found = {one.state: one for one in await backlog.jobs(fresh_db.reader)}
    assert {state: one.subject_id for state, one in found.items()} == {
        JobState.PARKED: given_up.subject_id,
        JobState.AT_WORK: begun.subject_id,
        JobState.DUE: waiting,
        JobState.LATER: later,
    }
    assert (found[JobState.PARKED].error_code, found[JobState.PARKED].attempts) == ("MAIL_REFUSED", 12)
    assert [(one.kind, one.state, one.jobs) for one in await backlog.tallies(fresh_db.reader)] == [
        ("expire_offer", JobState.LATER, 1),
        ("match", JobState.DUE, 1),
        ("match", JobState.PARKED, 1),
        ("recall_offer", JobState.AT_WORK, 1),
    ]


async def test_jobs_are_found_by_kind_and_by_where_they_stand(fresh_db: Database) -> None:
    await parked(fresh_db)
    match, expiring = await ordered(fresh_db), await ordered(fresh_db, JobKind.EXPIRE_OFFER)
    at = fresh_db.reader
    assert [one.subject_id for one in await backlog.jobs(at, kinds=[JobKind.EXPIRE_OFFER])] == [expiring]
    assert [one.subject_id for one in await backlog.jobs(at, states=[JobState.DUE])] == [match, expiring]
    assert [one.subject_id for one in await backlog.jobs(at, states=[JobState.DUE], first=1)] == [match]
    assert await backlog.jobs(at, kinds=[JobKind.EXPIRE_OFFER], states=[JobState.PARKED]) == []


async def test_a_job_of_a_kind_that_nobody_knows_is_shown_and_left_alone(fresh_db: Database) -> None:
    async with fresh_db.transaction() as tx:
        await execute(tx, "INSERT INTO outbox (kind, subject_id) VALUES ('of_tomorrow', gen_random_uuid())")
    assert [one.kind for one in await backlog.jobs(fresh_db.reader)] == ["of_tomorrow"]
    assert await outbox.take(fresh_db) is None


async def test_what_was_parked_is_tried_again_as_if_for_the_first_time(fresh_db: Database) -> None:
    given_up = await parked(fresh_db)
    async with fresh_db.transaction() as tx:
        await backlog.retry(tx, given_up.id)
    again = await at_work(fresh_db)
    assert (again.id, again.attempts) == (given_up.id, 1)


async def test_all_that_is_parked_of_one_kind_is_tried_again_at_once(fresh_db: Database) -> None:
    for _ in range(3):
        await parked(fresh_db)
    async with fresh_db.transaction() as tx:
        assert await backlog.retry_parked(tx, [JobKind.EXPIRE_OFFER]) == 0
        assert await backlog.retry_parked(tx, [JobKind.MATCH]) == 3
    assert await states(fresh_db) == [JobState.DUE] * 3


async def test_what_a_worker_is_at_is_not_tried_again_beside_it(fresh_db: Database) -> None:
    await ordered(fresh_db)
    job = await at_work(fresh_db)
    with pytest.raises(Conflict, match=str(job.id)):
        async with fresh_db.transaction() as tx:
            await backlog.retry(tx, job.id)
    assert await states(fresh_db) == [JobState.AT_WORK]


async def test_a_worker_whose_job_is_parked_takes_back_what_it_did(fresh_db: Database) -> None:
    await ordered(fresh_db)
    job = await at_work(fresh_db)
    async with fresh_db.transaction() as tx:
        await backlog.park(tx, job.id)
    with pytest.raises(LeaseLost):
        async with fresh_db.transaction() as tx:
            await outbox.finish(tx, job)
    assert not await outbox.renew(fresh_db, job)
    assert await states(fresh_db) == [JobState.PARKED]


async def test_a_new_order_stands_beside_one_that_is_parked_and_both_can_be_done(fresh_db: Database) -> None:
    subject = await ordered(fresh_db)
    (first,) = await backlog.jobs(fresh_db.reader)
    async with fresh_db.transaction() as tx:
        await backlog.park(tx, first.id)
    async with fresh_db.transaction() as tx:
        await outbox.put(tx, JobKind.MATCH, subject)
    async with fresh_db.transaction() as tx:
        await backlog.retry(tx, first.id)
    assert {(await at_work(fresh_db)).subject_id for _ in range(2)} == {subject}


async def test_what_is_not_there_is_said_and_what_is_parked_is_not_parked_twice(fresh_db: Database) -> None:
    async with fresh_db.transaction() as tx:
        for act in (backlog.retry, backlog.park):
            with pytest.raises(NotFound, match="There is no job 99999999"):
                await act(tx, 99_999_999)
    given_up = await parked(fresh_db)
    with pytest.raises(Conflict, match="parked already"):
        async with fresh_db.transaction() as tx:
            await backlog.park(tx, given_up.id)
    assert (await backlog.jobs(fresh_db.reader))[0].error_code == "MAIL_REFUSED"
