"""An operator makes the logins of the surfaces, and hands each process the one it needs."""

import stat
from pathlib import Path

import pytest
from commands_given import referral

from referral.foundation.db import Database, DatabaseUnreachable, connect
from referral.foundation.logins import Login


async def user_of(address: str) -> str:
    database = await connect(address, size=1)
    try:
        return await database.pool.fetchval("SELECT current_user::text")
    finally:
        await database.close()


def addresses(said: str) -> dict[str, str]:
    lines = (line.partition("=") for line in said.splitlines() if line.startswith("REFERRAL_"))
    return {name: address for name, _, address in lines}


async def test_the_logins_are_told_once_and_get_in(fresh_db: Database, tmp_path: Path) -> None:
    told = referral(fresh_db.dsn, tmp_path, "db", "roles")
    found = addresses(told.said)
    assert (told.code, list(found)) == (0, [f"REFERRAL_{login.value.upper()}_DATABASE_URL" for login in Login])
    for login, address in zip(Login, found.values(), strict=True):
        assert await user_of(address) == f"referral_{login.value}_login"


async def test_they_go_into_a_file_of_ones_own_and_again_they_are_others(fresh_db: Database, tmp_path: Path) -> None:
    file = tmp_path / "public.env"
    assert referral(fresh_db.dsn, tmp_path, "db", "roles", "public", "--file", str(file)).code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (first,) = addresses(file.read_text()).values()
    refused = referral(fresh_db.dsn, tmp_path, "db", "roles", "public", "--file", str(file))
    assert (refused.code, "cannot be written" in refused.complaints) == (1, True)
    assert await user_of(first) == "referral_public_login"  # a refusal changes no password
    (second,) = addresses(referral(fresh_db.dsn, tmp_path, "db", "roles", "public").said).values()
    assert await user_of(second) == "referral_public_login"
    with pytest.raises(DatabaseUnreachable) as refusal:
        await user_of(first)
    assert first.partition("@")[0] not in str(refusal.value)


def test_a_surface_that_there_is_not_is_named(fresh_db: Database, tmp_path: Path) -> None:
    told = referral(fresh_db.dsn, tmp_path, "db", "roles", "visitors")
    assert (told.code, "visitors" in told.complaints) == (2, True)
