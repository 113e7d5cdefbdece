"""Staff come in with a password, stay while they work, and are out everywhere once their account is shut."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from argon2 import PasswordHasher

from referral.foundation.actors import Staff, StaffId, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import Database, execute, value
from referral.foundation.errors import Conflict, NotAllowed, NotFound, RateLimited, ValidationFailed
from referral.foundation.vault import Secret, Vault
from referral.triage import staff
from referral.triage.entry import passwords, sessions, signing_in
from referral.triage.entry.sessions import Policy, SignedIn, Way

EMAIL = "anna@demo.invalid"
PASSWORD = "canary horse battery"
START = now()
VAULT = Vault(Secret(bytes(32)), Secret(bytes(32)))


@pytest.fixture
async def db(fresh_db: Database) -> Database:
    async with fresh_db.transaction() as tx:
        await execute(tx, "DELETE FROM sign_in_attempt")
    return fresh_db


async def hired(db: Database, email: str = EMAIL, *, role: StaffRole = StaffRole.INTAKE) -> Staff:
    async with db.transaction() as tx:
        return await staff.add(tx, email=email, name="Anna", role=role, password=PASSWORD, now=START)


async def enter(db: Database, email: str = EMAIL, password: str = PASSWORD, *, at: datetime = START) -> SignedIn:
    async with db.transaction() as tx:
        return await signing_in.sign_in(tx, VAULT, Policy(), email=email, password=password, now=at)


async def seen(db: Database, token: str, *, at: datetime) -> Staff | None:
    async with db.transaction() as tx:
        return await sessions.by_session(tx, token, now=at)


async def count(db: Database, email: str = EMAIL, *, at: datetime = START) -> None:
    async with db.transaction() as tx:
        await signing_in.count_attempt(tx, email, now=at)


async def shut(db: Database, email: str = EMAIL) -> None:
    async with db.transaction() as tx:
        await staff.disable(tx, email, now=START)


async def refusal(step: Callable[[], Awaitable[object]]) -> tuple[str, str]:
    with pytest.raises(NotAllowed) as refused:
        await step()
    return refused.value.code, refused.value.message


# ---------------------------------------------------------------- accounts


async def test_an_account_is_kept_under_its_lower_case_e_mail(db: Database) -> None:
    made = await hired(db, "  Anna@Demo.INVALID ", role=StaffRole.SUPERVISOR)
    assert (made.email, made.name, made.role) == (EMAIL, "Anna", StaffRole.SUPERVISOR)
    assert await staff.staff_member(db.reader, made.id) == made


async def test_one_e_mail_has_one_account(db: Database) -> None:
    await hired(db)
    with pytest.raises(Conflict):
        await hired(db, "ANNA@demo.invalid")
    await shut(db)
    with pytest.raises(Conflict):
        await hired(db)


async def test_everything_wrong_with_an_account_is_named_at_once(db: Database) -> None:
    with pytest.raises(ValidationFailed) as failed:
        async with db.transaction() as tx:
            await staff.add(tx, email="anna", name=" ", role=StaffRole.INTAKE, password="canary", now=START)
    assert [problem.path for problem in failed.value.problems] == [("email",), ("name",), ("password",)]
    assert "canary" not in repr(failed.value.problems)
    assert await value(db.reader, "SELECT count(*) FROM staff") == 0


@pytest.mark.parametrize(
    ("password", "is_fine"),
    [
        ("four words do it", True),
        ("four words do i", True),
        ("four words do ", False),
        ("ñandúes" * 18 + "es", True),
        ("ñandúes" * 19, False),
    ],
)
def test_a_password_alone_has_15_to_128_characters(password: str, *, is_fine: bool) -> None:
    assert (list(staff.wrong_in(EMAIL, "Anna", password)) == []) is is_fine


async def test_nobody_is_found_under_an_unknown_id(db: Database) -> None:
    await hired(db)
    assert await staff.staff_member(db.reader, StaffId(uuid4())) is None


# ---------------------------------------------------------------- signing in


async def test_the_right_password_opens_a_session(db: Database) -> None:
    made = await hired(db)
    signed_in = await enter(db, " ANNA@demo.invalid")
    assert signed_in.staff == made
    assert await seen(db, signed_in.token, at=START) == made


async def test_a_password_typed_on_another_keyboard_is_the_same(db: Database) -> None:
    async with db.transaction() as tx:
        await staff.add(
            tx, email=EMAIL, name="Anna", role=StaffRole.INTAKE, password="mi contrase\u00f1a larga", now=START
        )
    assert (await enter(db, password="mi contrasen\u0303a larga")).staff.email == EMAIL


async def test_unknown_wrong_and_disabled_are_refused_in_the_same_words(db: Database) -> None:
    await hired(db)
    await hired(db, "berta@demo.invalid")
    await shut(db, "berta@demo.invalid")
    refusals = {
        await refusal(lambda: enter(db, password="not the password")),
        await refusal(lambda: enter(db, "nobody@demo.invalid")),
        await refusal(lambda: enter(db, "berta@demo.invalid")),
        await refusal(lambda: enter(db, "no e-mail\x00 at all")),
    }
    assert len(refusals) == 1
    assert await value(db.reader, "SELECT count(*) FROM staff_session") == 0


async def test_where_nobody_is_known_nobody_is_read_as_an_account_is_and_comes_in_by_nothing(db: Database) -> None:
    made = await hired(db)
    known, nobody = [await staff.account_or_nobody(db.reader, email) for email in (EMAIL, "nobody@demo.invalid")]
    assert (known.id, nobody.id) == (made.id, staff.NOBODY)
    for name in ("role", "code_sealed", "code_counter", "disabled_at"):
        assert getattr(known, name) == getattr(nobody, name)
    assert len(known.password_hash or "") == len(nobody.password_hash or "")
    is_what_the_decoy_was_made_of = "nobody has this password"
    assert passwords.is_right(passwords.DECOY, is_what_the_decoy_was_made_of)
    refused = await refusal(lambda: enter(db, "nobody@demo.invalid", is_what_the_decoy_was_made_of))
    assert refused == await refusal(lambda: enter(db, password="not the password"))


@pytest.mark.usefixtures("real_hashes")
async def test_an_unknown_e_mail_takes_as_long_as_a_wrong_password(db: Database) -> None:
    await hired(db)

    async def seconds(email: str) -> float:
        started = time.perf_counter()
        await refusal(lambda: enter(db, email, "not the password"))
        return time.perf_counter() - started

    rounds = [(await seconds(EMAIL), await seconds("nobody@demo.invalid")) for _ in range(5)]
    wrong, unknown = (statistics.median(times) for times in zip(*rounds, strict=True))
    assert 0.5 < unknown / wrong < 2


@pytest.mark.usefixtures("real_hashes")
def test_the_decoy_costs_what_a_real_hash_costs() -> None:
    assert not passwords.HASHER.check_needs_rehash(passwords.DECOY)
    assert not passwords.is_right(passwords.DECOY, PASSWORD)


@pytest.mark.usefixtures("real_hashes")
async def test_a_hash_from_weaker_times_is_renewed_at_the_next_sign_in(db: Database) -> None:
    await hired(db)
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    async with db.transaction() as tx:
        await execute(tx, "UPDATE staff SET password_hash = $1", weak)
    await enter(db)
    renewed = str(await value(db.reader, "SELECT password_hash FROM staff"))
    assert renewed != weak
    assert not passwords.HASHER.check_needs_rehash(renewed)
    await enter(db)
    assert await value(db.reader, "SELECT password_hash FROM staff") == renewed


async def test_no_password_and_no_token_is_stored_or_shown(db: Database) -> None:
    await hired(db)
    signed_in = await enter(db)
    stored = await value(
        db.reader,
        """
        SELECT string_agg(line, ' ')
          FROM (SELECT a::text FROM staff a UNION SELECT s::text FROM staff_session s) AS stored (line)""",
    )
    assert PASSWORD not in stored
    assert signed_in.token not in stored
    assert signed_in.token not in repr(signed_in)
    async with db.transaction() as tx:
        assert "argon2" not in repr(await staff.account_of(tx, EMAIL))


# ---------------------------------------------------------------- guessing


async def test_after_ten_attempts_the_eleventh_waits_for_the_window_to_pass(db: Database) -> None:
    for minute in range(10):
        await count(db, at=START + timedelta(minutes=minute))
    with pytest.raises(RateLimited) as limited:
        await count(db, " ANNA@Demo.invalid", at=START + timedelta(minutes=10))
    assert limited.value.retry_after_seconds == 300
    await count(db, "berta@demo.invalid", at=START + timedelta(minutes=10))
    await count(db, at=START + timedelta(minutes=15))


async def test_guesses_that_come_at_once_are_counted_one_by_one(db: Database) -> None:
    answers = await asyncio.gather(*(count(db) for _ in range(30)), return_exceptions=True)
    assert (sum(a is None for a in answers), sum(isinstance(a, RateLimited) for a in answers)) == (10, 20)


async def test_addresses_without_an_account_are_counted_alike(db: Database) -> None:
    for _ in range(10):
        await count(db, "my password by mistake\x00")
    with pytest.raises(RateLimited):
        await count(db, "my password by mistake\x00")
    assert b"mistake" not in await value(db.reader, "SELECT email_hash FROM sign_in_attempt")


async def test_the_right_password_forgets_the_wrong_ones(db: Database) -> None:
    await hired(db)
    for _ in range(10):
        await count(db)
    await enter(db)
    await count(db)
    assert await value(db.reader, "SELECT attempts FROM sign_in_attempt") == 1


async def test_counts_whose_time_is_over_are_swept_away(db: Database) -> None:
    for number in range(5):
        await count(db, f"nobody{number}@demo.invalid")
    await count(db, at=START + timedelta(minutes=15))
    assert await value(db.reader, "SELECT count(*) FROM sign_in_attempt") == 1


# ---------------------------------------------------------------- sessions


async def test_a_session_ends_after_fifteen_idle_minutes(db: Database) -> None:
    await hired(db)
    token = (await enter(db)).token
    assert await seen(db, token, at=START + timedelta(minutes=14)) is not None
    assert await seen(db, token, at=START + timedelta(minutes=28)) is not None
    assert await seen(db, token, at=START + timedelta(minutes=43)) is None


async def test_a_session_ends_after_twelve_hours_of_work(db: Database) -> None:
    await hired(db)
    token = (await enter(db)).token
    for minutes in range(10, 720, 10):
        assert await seen(db, token, at=START + timedelta(minutes=minutes)) is not None
    assert await seen(db, token, at=START + timedelta(hours=12)) is None


async def test_use_is_written_down_at_most_once_a_minute(db: Database) -> None:
    await hired(db)
    token = (await enter(db)).token
    last_used: list[datetime] = []
    for seconds in (30, 59, 60, 90, 119, 120):
        await seen(db, token, at=START + timedelta(seconds=seconds))
        last_used.append(await value(db.reader, "SELECT last_used_at FROM staff_session"))
    assert [round((at - START).total_seconds()) for at in last_used] == [0, 0, 60, 60, 60, 120]


@pytest.mark.parametrize("token", ["", "x", "\x00", "é", "x" * 5000])
async def test_what_is_no_token_is_nobody(db: Database, token: str) -> None:
    await hired(db)
    await enter(db)
    assert await seen(db, token, at=START) is None


async def test_signing_out_ends_one_session_and_leaves_those_of_others(db: Database) -> None:
    await hired(db)
    await hired(db, "berta@demo.invalid")
    here, elsewhere, other = await enter(db), await enter(db), await enter(db, "berta@demo.invalid")
    async with db.transaction() as tx:
        await sessions.sign_out(tx, here.token)
        await sessions.sign_out(tx, here.token)
    assert await seen(db, here.token, at=START) is None
    assert await seen(db, elsewhere.token, at=START) is not None
    assert await seen(db, other.token, at=START) is not None


async def test_sessions_that_have_ended_are_cleared_at_the_next_sign_in(db: Database) -> None:
    await hired(db)
    await enter(db)
    await enter(db, at=START + timedelta(hours=1))
    assert await value(db.reader, "SELECT count(*) FROM staff_session") == 1


async def test_shutting_an_account_ends_its_sessions_everywhere_and_no_others(db: Database) -> None:
    made = await hired(db)
    await hired(db, "berta@demo.invalid")
    tokens = [(await enter(db)).token for _ in range(2)]
    other = await enter(db, "berta@demo.invalid")
    await shut(db, " ANNA@demo.invalid")
    await shut(db)
    assert [await seen(db, token, at=START) for token in tokens] == [None, None]
    assert await seen(db, other.token, at=START) is not None
    assert await staff.staff_member(db.reader, made.id) == made


async def test_a_session_opened_while_the_account_is_shut_opens_nothing(db: Database) -> None:
    made = await hired(db)
    async with db.transaction() as tx:
        token = (await sessions.begin(tx, made, Way.PASSWORD, now=START)).token
        await shut(db)
    assert await seen(db, token, at=START) is None


async def test_an_account_that_does_not_exist_cannot_be_shut(db: Database) -> None:
    await hired(db)
    with pytest.raises(NotFound):
        await shut(db, "nobody@demo.invalid")
