"""A job exists exactly if its transaction did, is done by one worker at a time, and is never dropped."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from referral.foundation import outbox
from referral.foundation.clock import now
from referral.foundation.db import Database, execute, value
from referral.foundation.outbox import Job, JobKind, LeaseLost


async def ordered(database: Database, kind: JobKind = JobKind.MATCH, subject: UUID | None = None) -> UUID:
    id = subject or uuid4()
    async with database.transaction() as tx:
        await outbox.put(tx, kind, id)
    return id


async def taken(database: Database) -> Job:
    job = await outbox.take(database)
    assert job
    return job


async def lease_runs_out(database: Database) -> None:
    async with database.transaction() as tx:
        await execute(tx, "UPDATE outbox SET leased_until = now() - interval '1 second' WHERE leased_until IS NOT NULL")


async def finished(database: Database, job: Job) -> None:
    async with database.transaction() as tx:
        await outbox.finish(tx, job)


async def failed(database: Database, job: Job) -> None:
    async with database.transaction() as tx:
        await outbox.postpone(tx, job, error_code="ValueError")


async def waiting(database: Database) -> int:
    return await value(database.reader, "SELECT count(*) FROM outbox")


async def ordered_and_finished(database: Database, job: Job) -> None:
    """An effect, then the end of the job, in one transaction."""
    async with database.transaction() as tx:
        await outbox.put(tx, JobKind.TELL_PROVIDER, job.subject_id)
        await outbox.finish(tx, job)


async def test_what_did_not_commit_was_not_ordered(fresh_db: Database) -> None:
    gone = Job(id=0, kind=JobKind.MATCH, subject_id=uuid4(), attempts=1, lease=1)
    with pytest.raises(LeaseLost):
        await ordered_and_finished(fresh_db, gone)
    assert await waiting(fresh_db) == 0


async def test_a_job_is_taken_by_one_and_gone_when_done(fresh_db: Database) -> None:
    subject = await ordered(fresh_db)
    jobs = await asyncio.gather(*(outbox.take(fresh_db) for _ in range(8)))
    (job,) = [job for job in jobs if job]
    assert (job.kind, job.subject_id, job.attempts, job.lease) == (JobKind.MATCH, subject, 1, 1)
    await finished(fresh_db, job)
    assert await waiting(fresh_db) == 0


async def test_many_jobs_go_to_many_each_to_one(fresh_db: Database) -> None:
    subjects = {await ordered(fresh_db) for _ in range(12)}
    jobs = await asyncio.gather(*(outbox.take(fresh_db) for _ in range(12)))
    assert {job.subject_id for job in jobs if job} == subjects


async def test_the_same_order_twice_is_one_job_due_at_the_earlier_time(fresh_db: Database) -> None:
    subject, soon = uuid4(), now()
    for run_at in (soon.replace(year=soon.year + 2), soon, soon.replace(year=soon.year + 1)):
        async with fresh_db.transaction() as tx:
            await outbox.put(tx, JobKind.EXPIRE_OFFER, subject, run_at=run_at)
    assert await waiting(fresh_db) == 1
    assert await value(fresh_db.reader, "SELECT run_at FROM outbox") == soon
    await ordered(fresh_db, JobKind.MATCH, subject)
    assert await waiting(fresh_db) == 2


async def test_an_order_while_the_job_is_being_done_is_a_job_of_its_own(fresh_db: Database) -> None:
    subject = await ordered(fresh_db)
    first = await taken(fresh_db)
    await ordered(fresh_db, subject=subject)
    second = await taken(fresh_db)
    assert second.id != first.id


async def test_what_is_not_due_waits(fresh_db: Database) -> None:
    later = now().replace(year=now().year + 1)
    async with fresh_db.transaction() as tx:
        await outbox.put(tx, JobKind.EXPIRE_OFFER, uuid4(), run_at=later)
    assert await outbox.take(fresh_db) is None
    assert await outbox.seconds_until_next(fresh_db, at_most=5) == 5
    await ordered(fresh_db)
    assert await outbox.seconds_until_next(fresh_db, at_most=5) == 0


async def test_a_dead_workers_job_goes_to_the_next_when_its_lease_has_run_out(fresh_db: Database) -> None:
    await ordered(fresh_db)
    dead = await taken(fresh_db)
    assert await outbox.take(fresh_db) is None
    await lease_runs_out(fresh_db)
    second = await taken(fresh_db)
    assert (second.id, second.lease, second.attempts) == (dead.id, 2, 2)


async def test_who_was_too_slow_finds_the_job_taken_over_and_its_effect_rolls_back(fresh_db: Database) -> None:
    await ordered(fresh_db)
    slow = await taken(fresh_db)
    await lease_runs_out(fresh_db)
    quick = await taken(fresh_db)
    with pytest.raises(LeaseLost):
        await ordered_and_finished(fresh_db, slow)
    assert await waiting(fresh_db) == 1
    await failed(fresh_db, slow)  # which changes nothing either
    assert await value(fresh_db.reader, "SELECT error_code FROM outbox") is None
    await finished(fresh_db, quick)
    assert await waiting(fresh_db) == 0


async def test_a_job_that_fails_is_tried_again_and_at_the_twelfth_time_parked_for_a_person(fresh_db: Database) -> None:
    subject = await ordered(fresh_db)
    for attempt in range(1, outbox.MAX_ATTEMPTS + 1):
        job = await taken(fresh_db)
        assert (job.subject_id, job.attempts) == (subject, attempt)
        await failed(fresh_db, job)
        pause = await value(
            fresh_db.reader, "SELECT extract(epoch FROM run_at - clock_timestamp())::float8 FROM outbox"
        )
        assert pause <= min(3600, 15 * 2**attempt)
        async with fresh_db.transaction() as tx:
            await execute(tx, "UPDATE outbox SET run_at = now()")
    assert outbox.MAX_ATTEMPTS == 12
    assert await outbox.take(fresh_db) is None
    assert await value(fresh_db.reader, "SELECT parked_at IS NOT NULL AND error_code = 'ValueError' FROM outbox")
    await ordered(fresh_db, subject=subject)  # a new order is not lost on a parked one
    assert (await taken(fresh_db)).attempts == 1


async def test_the_pauses_grow_and_no_two_failures_pause_alike(fresh_db: Database) -> None:
    pauses: dict[int, list[float]] = {1: [], 4: [], 7: []}
    for attempts, found in pauses.items():
        for _ in range(30):
            job = await failing_at(fresh_db, attempts)
            await failed(fresh_db, job)
            found.append(
                await value(
                    fresh_db.reader,
                    "SELECT extract(epoch FROM run_at - clock_timestamp())::float8 FROM outbox WHERE id = $1",
                    job.id,
                )
            )
    assert max(pauses[1]) <= 30 < max(pauses[4]) <= 240 < max(pauses[7]) <= 1920
    assert all(len(set(found)) == 30 for found in pauses.values())


async def failing_at(database: Database, attempts: int) -> Job:
    """A job taken for the so manieth time."""
    await ordered(database)
    job = await taken(database)
    async with database.transaction() as tx:
        await execute(tx, "UPDATE outbox SET attempts = $2 WHERE id = $1", job.id, attempts)
    return replace(job, attempts=attempts)


async def test_no_pause_is_longer_than_an_hour(fresh_db: Database) -> None:
    for _ in range(20):
        await failed(fresh_db, await failing_at(fresh_db, 40))
    longest = await value(
        fresh_db.reader, "SELECT extract(epoch FROM max(run_at) - clock_timestamp())::float8 FROM outbox"
    )
    assert 64 < longest <= 3600


async def test_a_parked_job_stays_and_is_nobodys(fresh_db: Database) -> None:
    job = await failing_at(fresh_db, outbox.MAX_ATTEMPTS)
    await failed(fresh_db, job)
    async with fresh_db.transaction() as tx:
        await execute(tx, "UPDATE outbox SET run_at = now() - interval '1 year'")
    assert await outbox.take(fresh_db) is None
    assert await outbox.seconds_until_next(fresh_db, at_most=7) == 7
    assert await value(fresh_db.reader, "SELECT parked_at IS NOT NULL FROM outbox WHERE id = $1", job.id)


async def test_a_worker_may_ask_for_some_kinds_only(fresh_db: Database) -> None:
    await ordered(fresh_db, JobKind.MATCH)
    await ordered(fresh_db, JobKind.EXPIRE_OFFER)
    job = await outbox.take(fresh_db, [JobKind.EXPIRE_OFFER])
    assert job
    assert job.kind is JobKind.EXPIRE_OFFER
    assert await outbox.take(fresh_db, [JobKind.EXPIRE_OFFER]) is None


async def test_workers_that_compete_do_each_job_once(fresh_db: Database) -> None:
    subjects = {await ordered(fresh_db) for _ in range(40)}
    done: list[UUID] = []

    async def work() -> None:
        while job := await outbox.take(fresh_db):
            done.append(job.subject_id)
            await finished(fresh_db, job)

    await asyncio.gather(*(work() for _ in range(6)))
    assert len(done) == 40
    assert set(done) == subjects
    assert await waiting(fresh_db) == 0


async def test_an_order_that_waits_is_not_lost_when_it_is_taken_at_the_same_moment(fresh_db: Database) -> None:
    subject = await ordered(fresh_db)
    async with fresh_db.transaction() as tx:  # a worker that has taken the job and has not committed yet
        await execute(tx, "UPDATE outbox SET lease = 1, attempts = 1, leased_until = now() + interval '1 minute'")
        again = asyncio.create_task(ordered(fresh_db, subject=subject))
        async with asyncio.timeout(30):
            while not await value(
                fresh_db.reader,
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%outbox%')",
            ):
                await asyncio.sleep(0.005)
    await again
    assert await waiting(fresh_db) == 2
    assert (await taken(fresh_db)).subject_id == subject


async def test_a_worker_sleeps_although_something_is_due_that_it_does_not_do(fresh_db: Database) -> None:
    await ordered(fresh_db, JobKind.MATCH)
    assert await outbox.seconds_until_next(fresh_db, [JobKind.TELL_PROVIDER], at_most=5) == 5
    assert await outbox.seconds_until_next(fresh_db, [JobKind.MATCH], at_most=5) == 0


async def test_some_are_taken_at_once_those_that_are_due_longest(fresh_db: Database) -> None:
    subjects = [await ordered(fresh_db) for _ in range(5)]
    jobs = await outbox.take_some(fresh_db, [JobKind.MATCH], at_most=3)
    assert {job.subject_id for job in jobs} == set(subjects[:3])
    assert {job.lease for job in jobs} == {1}
    assert len(await outbox.take_some(fresh_db, [JobKind.MATCH], at_most=3)) == 2


async def test_a_lease_that_is_renewed_keeps_the_job_and_one_that_was_lost_is_not_renewed(fresh_db: Database) -> None:
    await ordered(fresh_db)
    job = await taken(fresh_db)
    await lease_runs_out(fresh_db)
    assert await outbox.renew(fresh_db, job)
    assert await outbox.take(fresh_db) is None
    await lease_runs_out(fresh_db)
    second = await taken(fresh_db)
    assert not await outbox.renew(fresh_db, job)
    assert await outbox.renew(fresh_db, second)
    await finished(fresh_db, second)
    assert not await outbox.renew(fresh_db, second)


async def test_a_job_whose_workers_died_of_it_twelve_times_is_parked(fresh_db: Database) -> None:
    await failing_at(fresh_db, outbox.MAX_ATTEMPTS)
    await lease_runs_out(fresh_db)
    assert await outbox.take(fresh_db) is None
    assert await outbox.seconds_until_next(fresh_db, at_most=5) == 5
    assert await value(fresh_db.reader, "SELECT parked_at IS NOT NULL AND error_code = 'WORKER_DIED' FROM outbox")
