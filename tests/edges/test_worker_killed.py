"""Worker processes are killed at random moments, and each thing they were to do is done once."""

import given
import killer
from commands_given import environment
from postbox import Postbox, listening

from referral.edges import worker
from referral.edges.house import House
from referral.foundation.outbox import JobKind

PEOPLE, KILLS, OFFICES = 250, 10, 8


def test_every_kind_of_job_has_somebody_who_does_it() -> None:
    assert set(worker.JOBS) == set(JobKind)
    assert not set(worker.DECISIONS) & set(worker.LETTERS)


async def test_workers_killed_again_and_again_do_each_job_once(house: House) -> None:
    database, post = house.database, Postbox()
    for number in range(OFFICES):
        await given.office(database, name=f"Office {number}", places=PEOPLE)
    await killer.ask(database, house.vault, PEOPLE)
    async with killer.watched(database):
        with listening(post) as port:
            surroundings = environment(database.dsn, house.settings.home, REFERRAL_SMTP_URL=f"smtp://127.0.0.1:{port}")
            came = await killer.work(database, surroundings, post.received, jobs=2 * PEOPLE, kills=KILLS, seed=20261126)
    assert came.broken == dict.fromkeys(killer.BROKEN, 0)
    assert (came.jobs, came.kills, came.different_letters) == (2 * PEOPLE, KILLS, PEOPLE)
    assert PEOPLE <= came.letters <= PEOPLE + came.taken_over  # none lost; a twin only where its worker was killed
    assert came.taken_over > 0  # the kills hit jobs at hand
    assert came.ended == [0, 0]
