"""Passwords and codes that are good enough and good once, new starts that take two colleagues, sessions that end."""

import asyncio
from datetime import datetime, timedelta

import pytest
from pyotp.totp import TOTP

from referral.foundation.actors import Staff, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import Database, execute, value
from referral.foundation.errors import Conflict, NotAllowed, NotFound, Refused, ValidationFailed
from referral.foundation.vault import Secret, Vault
from referral.triage import staff
from referral.triage.entry import codes, enrolment, passwords, sessions, signing_in
from referral.triage.entry.sessions import Policy, SignedIn, Way

LONG = "canary horse battery"
SHORT = "canary horse"
START = now().replace(microsecond=0)
VAULT = Vault(Secret(bytes(range(32))), Secret(bytes(range(32))))


async def hired(db: Database, name: str, role: StaffRole = StaffRole.INTAKE, password: str | None = LONG) -> Staff:
    async with db.transaction() as tx:
        return await staff.add(
            tx, email=f"{name}@demo.invalid", name=name.title(), role=role, password=password, now=START
        )


async def enter(
    db: Database,
    who: Staff,
    password: str = LONG,
    code: str = "",
    *,
    at: datetime = START,
    policy: Policy | None = None,
) -> SignedIn:
    async with db.transaction() as tx:
        return await signing_in.sign_in(
            tx, VAULT, policy or Policy(), email=who.email, password=password, code=code, now=at
        )


async def with_codes(db: Database, who: Staff) -> TOTP:
    """An app that shows codes for somebody, set up half a minute ago."""
    async with db.transaction() as tx:
        app = TOTP((await codes.offer(tx, VAULT, who)).secret)
        before = START - timedelta(seconds=60)
        await codes.confirm(tx, VAULT, who, app.at(before), now=before)
    return app


async def anew(db: Database, by: tuple[Staff, Staff], who: Staff) -> tuple[str, str]:
    """The halves that two colleagues are told."""
    async with db.transaction() as tx:
        asked = await enrolment.ask(tx, by[0], who.id, "Lost the phone.", now=START)
        agreed = await enrolment.agree(tx, by[1], asked.id, now=START)
    return asked.half, agreed.half


# ---------------------------------------------------------------- passwords
@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("password1234567", "TOO_COMMON"),
        ("PassWord-1234567", "TOO_COMMON"),
        ("passwordpassword", "TOO_COMMON"),
        ("iloveyou iloveyou", "TOO_COMMON"),
        ("abcdefghijklmnop", "TOO_COMMON"),
        ("9876543210987654", "TOO_COMMON"),
        ("qwertyuiopasdfgh", "TOO_COMMON"),
        ("aaaaaaaaaaaaaaaaaaaa", "TOO_COMMON"),
        ("!!!!!!!!!!!!!!!!!!!!", "TOO_COMMON"),
        ("I am Berta Canary!!", "TELLS_WHO"),
        ("b.canary at the door", "TELLS_WHO"),
        ("too short, sorry", None),
        ("fourteen signs", "BAD_LENGTH"),
        ("ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ ᏗᎪᏪᎵ", None),
    ],
)
def test_what_is_guessed_first_or_tells_who_it_is_is_refused(password: str, code: str | None) -> None:
    found = list(passwords.wrong_in(password, email="b.canary@demo.invalid", name="Berta Canary"))
    assert [one.code for one in found] == ([code] if code else [])
    assert password not in repr(found)


def test_beside_a_code_a_password_may_have_eight_characters() -> None:
    def wrong(password: str) -> list[str]:
        return [one.code for one in passwords.wrong_in(password, email="a@b.invalid", name="A", with_code=True)]

    assert (wrong("eight :)"), wrong("seven :"), wrong("password")) == ([], ["BAD_LENGTH"], ["TOO_COMMON"])


async def test_a_supervisor_comes_in_by_no_password_and_is_told_what_everybody_is_told(fresh_db: Database) -> None:
    said: set[str] = set()
    for role in (StaffRole.SUPERVISOR, StaffRole.ADMIN):
        chief = await hired(fresh_db, role.value, role)
        with pytest.raises(NotAllowed) as refused:
            await enter(fresh_db, chief)
        said.add(refused.value.message)
        app = await with_codes(fresh_db, chief)
        with pytest.raises(NotAllowed):
            await enter(fresh_db, chief, code=app.at(START))
    anna = await hired(fresh_db, "anna")
    with pytest.raises(NotAllowed) as wrong:
        await enter(fresh_db, anna, "not the password")
    with pytest.raises(NotAllowed) as strict:
        await enter(fresh_db, anna, policy=Policy(strong_only=frozenset(StaffRole)))
    assert said | {wrong.value.message} == {strict.value.message}
    assert (await enter(fresh_db, anna)).staff == anna


async def test_a_short_password_of_before_opens_nothing_alone(fresh_db: Database) -> None:
    anna = await hired(fresh_db, "anna")
    async with fresh_db.transaction() as tx:
        await execute(tx, "UPDATE staff SET password_hash = $1", passwords.hashed(SHORT))
    with pytest.raises(NotAllowed):
        await enter(fresh_db, anna, SHORT)
    app = await with_codes(fresh_db, anna)
    await enter(fresh_db, anna, SHORT, app.at(START))


# ---------------------------------------------------------------- codes
async def test_a_code_is_needed_once_it_is_set_up_and_is_good_once(fresh_db: Database) -> None:
    anna = await hired(fresh_db, "anna")
    app = await with_codes(fresh_db, anna)
    for wrong in ("", "000000" if app.at(START) != "000000" else "000001", app.at(START)[:5], "codes"):
        with pytest.raises(NotAllowed):
            await enter(fresh_db, anna, code=wrong)
    code = app.at(START)
    await enter(fresh_db, anna, code=f" {code[:3]} {code[3:]} ")
    assert await value(fresh_db.reader, "SELECT way FROM staff_session") == "password_and_code"
    with pytest.raises(NotAllowed):
        await enter(fresh_db, anna, code=code, at=START + timedelta(seconds=5))
    with pytest.raises(NotAllowed):  # one of before the last one used, although it is not too old
        await enter(fresh_db, anna, code=app.at(START - timedelta(seconds=30)))
    later = START + timedelta(seconds=30)
    await enter(fresh_db, anna, code=app.at(later), at=later)


async def test_of_many_who_send_one_code_at_once_one_is_in(fresh_db: Database) -> None:
    anna = await hired(fresh_db, "anna")
    code = (await with_codes(fresh_db, anna)).at(START)
    answers = await asyncio.gather(*(enter(fresh_db, anna, code=code) for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(one, SignedIn) for one in answers) == 1
    assert sum(isinstance(one, NotAllowed) for one in answers) == 5


@pytest.mark.parametrize(("seconds", "is_in"), [(-90, False), (-30, True), (0, True), (30, True), (90, False)])
async def test_clocks_may_differ_by_half_a_minute(fresh_db: Database, seconds: int, *, is_in: bool) -> None:
    anna = await hired(fresh_db, "anna")
    async with fresh_db.transaction() as tx:
        app = TOTP((await codes.offer(tx, VAULT, anna)).secret)
        before = START - timedelta(hours=1)
        await codes.confirm(tx, VAULT, anna, app.at(before), now=before)
    attempt = enter(fresh_db, anna, code=app.at(START + timedelta(seconds=seconds)))
    if is_in:
        await attempt
    else:
        with pytest.raises(NotAllowed):
            await attempt


async def test_an_app_counts_once_it_showed_a_code_and_its_secret_is_sealed(fresh_db: Database) -> None:
    anna = await hired(fresh_db, "anna")
    async with fresh_db.transaction() as tx:
        with pytest.raises(Conflict):
            await codes.confirm(tx, VAULT, anna, "123456", now=START)
        offered = await codes.offer(tx, VAULT, anna)
        with pytest.raises(ValidationFailed):
            await codes.confirm(tx, VAULT, anna, "12345", now=START)
    await enter(fresh_db, anna)  # nothing has changed so far
    stored = await value(fresh_db.reader, "SELECT s::text FROM staff s")
    assert offered.secret not in stored
    assert offered.secret.encode().hex() not in stored
    assert offered.secret not in repr(offered)
    async with fresh_db.transaction() as tx:
        with pytest.raises(NotAllowed):  # a password that may be short would be left
            await codes.drop(tx, anna)


# ---------------------------------------------------------------- a new start
async def test_two_colleagues_hold_half_a_code_each_and_neither_half_opens(fresh_db: Database) -> None:
    anna = await hired(fresh_db, "anna")
    chief = await hired(fresh_db, "chief", StaffRole.SUPERVISOR)
    admin = await hired(fresh_db, "admin", StaffRole.ADMIN)
    before = await enter(fresh_db, anna)
    first, second = await anew(fresh_db, (chief, admin), anna)
    for wrong in (first, second, first + first, second + second, f"{first}{'A' * 16}", "", "x" * 500):
        with pytest.raises(NotAllowed):
            await enrolment.holder(fresh_db.reader, wrong, now=START)
    assert (await enrolment.holder(fresh_db.reader, f"{second} - {first}".lower(), now=START)) == anna
    async with fresh_db.transaction() as tx:
        assert await sessions.by_session(tx, before.token, now=START) == anna  # until it is used, nothing is lost
        begun = await enrolment.with_password(tx, Policy(), first + second, "another canary horse", now=START)
        assert await sessions.by_session(tx, before.token, now=START) is None
        assert await sessions.by_session(tx, begun.token, now=START) == anna
    with pytest.raises(NotAllowed):
        await enter(fresh_db, anna)
    await enter(fresh_db, anna, "another canary horse")
    async with fresh_db.transaction() as tx:
        with pytest.raises(NotAllowed):
            await enrolment.use(tx, first + second, now=START)
    stored = await value(fresh_db.reader, "SELECT e::text FROM staff_enrolment e")
    assert first not in stored
    assert second not in stored


async def test_a_code_is_over_after_a_day_and_when_a_newer_one_is_made(fresh_db: Database) -> None:
    anna = await hired(fresh_db, "anna")
    chief, other = [await hired(fresh_db, name, StaffRole.SUPERVISOR) for name in ("chief", "other")]
    old = "".join(await anew(fresh_db, (chief, other), anna))
    with pytest.raises(NotAllowed):
        await enrolment.holder(fresh_db.reader, old, now=START + timedelta(hours=24))
    new = "".join(await anew(fresh_db, (other, chief), anna))
    with pytest.raises(NotAllowed):
        await enrolment.holder(fresh_db.reader, old, now=START)
    assert await enrolment.holder(fresh_db.reader, new, now=START) == anna


async def test_nobody_gives_a_new_start_alone_to_themselves_or_as_intake(fresh_db: Database) -> None:
    anna, berta = await hired(fresh_db, "anna"), await hired(fresh_db, "berta")
    chief, other = [await hired(fresh_db, name, StaffRole.SUPERVISOR) for name in ("chief", "other")]

    async def tries(by: Staff, whom: Staff | None) -> None:
        async with fresh_db.transaction() as tx:
            if whom is not None:
                await enrolment.ask(tx, by, whom.id, "Why.", now=START)
            else:
                await enrolment.agree(tx, by, half.id, now=START)

    async def refused(by: Staff, whom: Staff | None = None) -> type[Refused]:
        with pytest.raises(Refused) as said:
            await tries(by, whom)
        return type(said.value)

    assert await refused(berta, anna) is NotAllowed
    assert await refused(chief, chief) is NotAllowed
    async with fresh_db.transaction() as tx:
        half = await enrolment.ask(tx, chief, other.id, "Why.", now=START)
        with pytest.raises(ValidationFailed):
            await enrolment.ask(tx, chief, other.id, " ", now=START)
    for by in (chief, other, berta):  # whoever asked, whom it is for, and intake
        assert await refused(by) is NotAllowed
    async with fresh_db.transaction() as tx:
        await staff.disable(tx, anna.email, now=START)
    assert await refused(chief, anna) is NotFound


async def test_a_new_start_of_a_supervisor_is_a_passkey_and_a_bad_password_spends_no_code(fresh_db: Database) -> None:
    anna, chief = await hired(fresh_db, "anna"), await hired(fresh_db, "chief", StaffRole.SUPERVISOR)
    for who, password, kind in ((chief, LONG, NotAllowed), (anna, "too short", ValidationFailed)):
        async with fresh_db.transaction() as tx:
            code = await enrolment.by_operator(tx, who.id, now=START)
        with pytest.raises(kind):
            async with fresh_db.transaction() as tx:
                await enrolment.with_password(tx, Policy(), code, password, now=START)
        assert await enrolment.holder(fresh_db.reader, code, now=START) == who


# ---------------------------------------------------------------- accounts and sessions
async def test_admins_keep_accounts_and_nobody_their_own(fresh_db: Database) -> None:
    anna, admin = await hired(fresh_db, "anna"), await hired(fresh_db, "admin", StaffRole.ADMIN)
    chief = await hired(fresh_db, "chief", StaffRole.SUPERVISOR)
    async with fresh_db.transaction() as tx:
        for by in (anna, chief):
            with pytest.raises(NotAllowed):
                await staff.add(tx, email="x@demo.invalid", name="X", role=StaffRole.ADMIN, by=by, now=START)
            with pytest.raises(NotAllowed):
                await staff.disable(tx, admin.email, by=by, now=START)
            with pytest.raises(NotAllowed):
                await staff.change_role(tx, anna.email, StaffRole.ADMIN, by=by)
        for act in (
            staff.disable(tx, admin.email, by=admin, now=START),
            staff.change_role(tx, admin.email, StaffRole.SUPERVISOR, by=admin),
        ):
            with pytest.raises(NotAllowed):
                await act
    assert await value(fresh_db.reader, "SELECT count(*) FROM staff WHERE disabled_at IS NULL") == 3


async def test_whose_role_changes_is_out_and_comes_in_as_the_new_role_asks(fresh_db: Database) -> None:
    anna, admin = await hired(fresh_db, "anna"), await hired(fresh_db, "admin", StaffRole.ADMIN)
    token = (await enter(fresh_db, anna)).token
    async with fresh_db.transaction() as tx:
        changed = await staff.change_role(tx, anna.email, StaffRole.SUPERVISOR, by=admin)
        assert await sessions.by_session(tx, token, now=START) is None
    assert changed.role is StaffRole.SUPERVISOR
    with pytest.raises(NotAllowed):
        await enter(fresh_db, anna)
    acts = await fresh_db.pool.fetch("SELECT act, actor_id FROM audit_event WHERE subject_id = $1 ORDER BY id", anna.id)
    assert tuple(acts[-1]) == ("role_became_supervisor", admin.id)


async def test_somebody_sees_their_own_sessions_and_ends_them_and_no_others(fresh_db: Database) -> None:
    anna, berta = await hired(fresh_db, "anna"), await hired(fresh_db, "berta")
    here, there, hers = await enter(fresh_db, anna), await enter(fresh_db, anna), await enter(fresh_db, berta)
    async with fresh_db.transaction() as tx:
        mine = await sessions.of(tx, anna, now=START)
        (of_berta,) = await sessions.of(tx, berta, now=START)
        assert (len(mine), {one.way for one in mine}) == (2, {Way.PASSWORD})
        with pytest.raises(NotFound):
            await sessions.end(tx, anna, of_berta.id)
        known = await sessions.session(tx, there.token)
        assert known
        await sessions.end(tx, anna, known.id)
        assert await sessions.by_session(tx, there.token, now=START) is None
        renewed = await sessions.renewed(tx, here.token)
        assert await sessions.by_session(tx, here.token, now=START) is None
        assert await sessions.by_session(tx, renewed, now=START) == anna
        assert await sessions.by_session(tx, hers.token, now=START) == berta
        with pytest.raises(NotAllowed):
            await sessions.fresh(tx, renewed, now=START + timedelta(minutes=16))
        assert await sessions.of(tx, anna, now=START + timedelta(minutes=15)) == []
