"""A partner shows its key and is known; a key that is wrong, old or revoked opens nothing."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import given
import pytest

from referral.foundation.actors import PartnerId, Scope
from referral.foundation.clock import now
from referral.foundation.db import Database, value
from referral.foundation.errors import Conflict, NotFound, ValidationFailed
from referral.partners import accounts
from referral.partners.accounts import NewKey, TooManyKeys

START = now()
YEAR = timedelta(days=365)
READ = frozenset({Scope.DIRECTORY_READ})


async def registered(
    db: Database,
    name: str = "Synthetic App",
    *,
    scopes: frozenset[Scope] = READ,
    organization_id: UUID | None = None,
    lifetime: timedelta = YEAR,
) -> NewKey:
    async with db.transaction() as tx:
        return await accounts.add(
            tx, name=name, scopes=scopes, organization_id=organization_id, now=START, lifetime=lifetime
        )


async def revoked(db: Database, key_id: str) -> None:
    async with db.transaction() as tx:
        await accounts.revoke(tx, key_id)


@asynccontextmanager
async def nothing_kept(db: Database) -> AsyncGenerator[None]:
    yield
    assert await value(db.reader, "SELECT (SELECT count(*) FROM partner) + (SELECT count(*) FROM api_key)") == 0


def id_of(key: str) -> str:
    return key.split("_")[1]


def problems(failed: pytest.ExceptionInfo[ValidationFailed]) -> list[str]:
    return [".".join(problem.path) for problem in failed.value.problems]


# ---------------------------------------------------------------- making keys


async def test_a_partner_is_known_by_its_key(fresh_db: Database) -> None:
    office = await given.office(fresh_db)
    both = frozenset({Scope.DIRECTORY_READ, Scope.REFERRAL_RESPOND})
    made = await registered(fresh_db, "  Synthetic App ", scopes=both, organization_id=office.organization_id)
    assert (made.partner.name, made.partner.organization_id) == ("Synthetic App", office.organization_id)
    assert await accounts.by_key(fresh_db.reader, made.key, now=START) == made.partner
    assert made.partner.may(Scope.REFERRAL_RESPOND)
    assert not made.partner.may(Scope.REQUEST_SUBMIT)


async def test_a_key_can_be_told_from_other_secrets(fresh_db: Database) -> None:
    made = await registered(fresh_db)
    assert re.fullmatch(r"rk_[0-9a-f]{12}_[A-Za-z0-9_-]{43}[0-9a-f]{6}", made.key)


async def test_a_key_is_neither_stored_nor_shown(fresh_db: Database) -> None:
    made = await registered(fresh_db)
    secret = made.key.split("_", 2)[2]
    assert secret not in str(await value(fresh_db.reader, "SELECT k::text FROM api_key k"))
    assert secret not in repr(made)
    assert secret[:43] not in repr(accounts.parse(made.key))


async def test_everything_wrong_with_a_partner_is_named_at_once(fresh_db: Database) -> None:
    async with nothing_kept(fresh_db):
        with pytest.raises(ValidationFailed) as failed:
            await registered(fresh_db, " ", scopes=frozenset(), lifetime=timedelta(0))
        assert problems(failed) == ["name", "scopes", "lifetime"]


async def test_an_unknown_organization_is_named(fresh_db: Database) -> None:
    async with nothing_kept(fresh_db):
        with pytest.raises(ValidationFailed) as failed:
            await registered(fresh_db, organization_id=uuid4())
        assert problems(failed) == ["organization_id"]


async def test_a_name_is_taken_once(fresh_db: Database) -> None:
    await registered(fresh_db)
    with pytest.raises(Conflict):
        await registered(fresh_db)


# ---------------------------------------------------------------- showing keys


async def test_a_key_ends_with_its_lifetime(fresh_db: Database) -> None:
    made = await registered(fresh_db, lifetime=timedelta(days=30))
    just_before = START + timedelta(days=30, microseconds=-1)
    assert await accounts.by_key(fresh_db.reader, made.key, now=just_before) is not None
    assert await accounts.by_key(fresh_db.reader, made.key, now=START + timedelta(days=30)) is None


async def test_a_mistyped_key_is_refused_before_the_database_is_asked(fresh_db: Database) -> None:
    key = (await registered(fresh_db)).key
    for place in range(len(key)):
        mistyped = key[:place] + ("y" if key[place] == "x" else "x") + key[place + 1 :]
        assert accounts.parse(mistyped) is None
    for other in (
        "",
        "rk_",
        key[:-1],
        key + "0",
        key + "\n",
        " " + key,
        key.upper(),
        key.replace("rk_", "rk-"),
        "\x00",
    ):
        assert accounts.parse(other) is None
        assert await accounts.by_key(fresh_db.reader, other, now=START) is None


async def test_a_well_formed_key_with_another_secret_opens_nothing(fresh_db: Database) -> None:
    one, other = await registered(fresh_db), await registered(fresh_db, "Other App")
    body = f"rk_{id_of(one.key)}_{other.key.split('_', 2)[2][:43]}"
    forged = body + accounts.checksum(body)
    assert accounts.parse(forged) is not None
    assert await accounts.by_key(fresh_db.reader, forged, now=START) is None


# ---------------------------------------------------------------- changing keys


async def test_a_partner_changes_keys_without_a_gap(fresh_db: Database) -> None:
    old = await registered(fresh_db)
    submit = frozenset({Scope.REQUEST_SUBMIT})
    async with fresh_db.transaction() as tx:
        new = await accounts.renew(tx, old.partner.id, scopes=submit, now=START, lifetime=YEAR)
    assert await accounts.by_key(fresh_db.reader, old.key, now=START) == old.partner
    assert await accounts.by_key(fresh_db.reader, new.key, now=START) == new.partner
    assert (new.partner.id, new.partner.scopes) == (old.partner.id, submit)
    await revoked(fresh_db, id_of(old.key))
    assert await accounts.by_key(fresh_db.reader, old.key, now=START) is None
    assert await accounts.by_key(fresh_db.reader, new.key, now=START) == new.partner


async def test_a_new_key_opens_at_least_one_thing(fresh_db: Database) -> None:
    old = await registered(fresh_db)
    with pytest.raises(ValidationFailed) as failed:
        async with fresh_db.transaction() as tx:
            await accounts.renew(tx, old.partner.id, scopes=frozenset(), now=START, lifetime=YEAR)
    assert problems(failed) == ["scopes"]


async def test_nobody_gets_a_key_for_a_partner_that_does_not_exist(fresh_db: Database) -> None:
    with pytest.raises(NotFound):
        async with fresh_db.transaction() as tx:
            await accounts.renew(tx, PartnerId(uuid4()), scopes=READ, now=START, lifetime=YEAR)


async def test_revoking_one_key_leaves_those_of_others(fresh_db: Database) -> None:
    one, other = await registered(fresh_db), await registered(fresh_db, "Other App")
    await revoked(fresh_db, id_of(one.key))
    assert await accounts.by_key(fresh_db.reader, one.key, now=START) is None
    assert await accounts.by_key(fresh_db.reader, other.key, now=START) == other.partner


async def test_a_key_is_revoked_once(fresh_db: Database) -> None:
    made = await registered(fresh_db)
    await revoked(fresh_db, id_of(made.key))
    with pytest.raises(NotFound):
        await revoked(fresh_db, id_of(made.key))


# ---------------------------------------------------------------- two at once, and one after the other


async def rotated(db: Database, id: PartnerId, *, days: int = 30, later: timedelta = timedelta(0)) -> NewKey:
    async with db.transaction() as tx:
        return await accounts.rotate(tx, id, now=START + later, lifetime=YEAR, overlap=timedelta(days=days))


async def test_the_key_that_follows_opens_the_same_and_the_old_one_ends_after_the_overlap(fresh_db: Database) -> None:
    old = await registered(fresh_db, scopes=frozenset({Scope.REQUEST_SUBMIT}))
    new = await rotated(fresh_db, old.partner.id, days=7)
    week = START + timedelta(days=7)
    for key in (old.key, new.key):
        found = await accounts.by_key(fresh_db.reader, key, now=week - timedelta(seconds=1))
        assert found is not None
        assert found.scopes == {Scope.REQUEST_SUBMIT}
    assert await accounts.by_key(fresh_db.reader, old.key, now=week) is None
    assert await accounts.by_key(fresh_db.reader, new.key, now=week) is not None


async def test_an_overlap_prolongs_no_key(fresh_db: Database) -> None:
    old = await registered(fresh_db, lifetime=timedelta(days=3))
    await rotated(fresh_db, old.partner.id, days=30)
    assert await accounts.by_key(fresh_db.reader, old.key, now=START + timedelta(days=3)) is None


async def test_a_third_key_at_once_is_refused(fresh_db: Database) -> None:
    old = await registered(fresh_db)
    new = await rotated(fresh_db, old.partner.id)
    with pytest.raises(TooManyKeys):
        await rotated(fresh_db, old.partner.id)
    with pytest.raises(TooManyKeys):
        async with fresh_db.transaction() as tx:
            await accounts.renew(tx, old.partner.id, scopes=READ, now=START, lifetime=YEAR)
    for key in (old.key, new.key):
        assert await accounts.by_key(fresh_db.reader, key, now=START) is not None
    await rotated(fresh_db, old.partner.id, later=timedelta(days=31))  # the first one has ended


async def test_of_many_who_rotate_at_once_one_does(fresh_db: Database) -> None:
    old = await registered(fresh_db)
    ends = await asyncio.gather(*(rotated(fresh_db, old.partner.id) for _ in range(5)), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["NewKey", *["TooManyKeys"] * 4]
    assert len(await accounts.keys(fresh_db.reader)) == 2


async def test_where_no_key_lives_none_follows_and_a_long_overlap_is_named(fresh_db: Database) -> None:
    old = await registered(fresh_db)
    with pytest.raises(ValidationFailed) as failed:
        await rotated(fresh_db, old.partner.id, days=31)
    assert problems(failed) == ["overlap"]
    await revoked(fresh_db, id_of(old.key))
    with pytest.raises(NotFound):
        await rotated(fresh_db, old.partner.id)
    with pytest.raises(NotFound):
        await rotated(fresh_db, PartnerId(uuid4()))


async def test_a_key_lives_a_year_at_most(fresh_db: Database) -> None:
    async with nothing_kept(fresh_db):
        with pytest.raises(ValidationFailed) as failed:
            await registered(fresh_db, lifetime=timedelta(days=366))
        assert problems(failed) == ["lifetime"]


async def test_of_its_use_the_day_is_kept_and_no_more(fresh_db: Database) -> None:
    made = await registered(fresh_db)
    found = await accounts.by_key(fresh_db.reader, made.key, now=START)
    assert found is not None
    assert found.key is not None
    assert found.key.last_used_on is None
    async with fresh_db.transaction() as tx:
        await accounts.used(tx, found.key, day=START.date())
    (listed,) = await accounts.keys(fresh_db.reader)
    assert listed.last_used_on == START.date()
    kind = "SELECT data_type FROM information_schema.columns WHERE table_name = 'api_key' AND column_name = $1"
    assert await value(fresh_db.reader, kind, "last_used_on") == "date"


async def test_what_becomes_of_keys_is_in_the_trail(fresh_db: Database) -> None:
    made = await registered(fresh_db)
    await rotated(fresh_db, made.partner.id)
    await revoked(fresh_db, id_of(made.key))
    acts = await value(
        fresh_db.reader, "SELECT array_agg(act ORDER BY id) FROM audit_event WHERE subject_id = $1", made.partner.id
    )
    assert acts == ["key_issued", "key_issued", "key_revoked"]
