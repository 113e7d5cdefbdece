"""What stands before anything is served: the right key for what the database holds, and the right logins."""

from pathlib import Path

import pytest
from desk import Desk

from referral.edges import house
from referral.foundation.db import value
from referral.foundation.logins import Login
from referral.foundation.settings import Settings
from referral.foundation.vault import KeyFileUnusable


def settings(home: Path, desk: Desk) -> Settings:
    return Settings.model_validate({"home": home, "database_url": desk.database.dsn})


async def test_a_lost_key_file_is_never_replaced_by_a_new_one(desk: Desk, tmp_path: Path) -> None:
    await desk.submit()
    elsewhere = settings(tmp_path / "elsewhere", desk)
    with pytest.raises(KeyFileUnusable, match="is missing, and the database holds"):
        async with house.opened(elsewhere, tell=print):
            pytest.fail("opened without its key")
    assert not elsewhere.key_file.exists()


async def test_a_key_that_opens_nothing_here_is_refused(desk: Desk, tmp_path: Path) -> None:
    elsewhere = settings(tmp_path / "elsewhere", desk)
    async with house.opened(elsewhere, tell=print):
        assert elsewhere.key_file.exists()  # nothing is sealed yet, so a new key does no harm
    await desk.submit()
    with pytest.raises(KeyFileUnusable, match="is not the key"):
        async with house.opened(elsewhere, tell=print):
            pytest.fail("opened with another key")


async def test_the_right_key_opens_the_house_again(desk: Desk) -> None:
    await desk.submit()
    async with house.opened(settings(desk.house.settings.home, desk), tell=print) as again:
        assert again.vault == desk.house.vault


# ---------------------------------------------------------------- as whom it is served
async def test_each_surface_is_served_by_a_login_of_its_own_and_none_by_the_owner(desk: Desk) -> None:
    chosen = settings(desk.house.settings.home, desk)
    async with house.serving(chosen, tuple(Login), tell=print) as served:
        users = {
            login: await value(served.facing(login).database.reader, "SELECT current_user::text") for login in Login
        }
        assert users == {login: f"referral_{login.value}_home" for login in Login}
        assert served.database is served.surfaces[Login.PUBLIC]


async def test_what_is_reserved_for_requests_is_the_publics_and_nobody_elses(desk: Desk) -> None:
    chosen = settings(desk.house.settings.home, desk)
    async with house.serving(chosen, tuple(Login), tell=print) as served:
        reserved = served.facing(Login.PUBLIC).reserved
        assert reserved is not None
        assert await value(reserved.reader, "SELECT current_user::text") == "referral_public_home"
        assert all(served.facing(login).reserved is None for login in Login if login is not Login.PUBLIC)
    async with house.serving(chosen, [Login.PARTNER], tell=print) as served:
        assert served.reserved is None


async def test_a_surface_with_an_address_of_its_own_needs_the_owners_for_nothing(desk: Desk, tmp_path: Path) -> None:
    await desk.submit()
    public = desk.house.surfaces[Login.PUBLIC].dsn
    chosen = Settings.model_validate({"home": desk.house.settings.home, "public_database_url": public})
    async with house.serving(chosen, [Login.PUBLIC], tell=print) as served:
        assert await value(served.database.reader, "SELECT count(*) FROM help_request") == 0
        assert list(served.surfaces) == [Login.PUBLIC]
    without_private = chosen.model_copy(update={"surface": "public"})
    async with house.serving(without_private, [Login.PUBLIC], tell=print) as served:
        assert not served.vault.opens
    without_key = chosen.model_copy(update={"home": tmp_path / "elsewhere"})
    with pytest.raises(KeyFileUnusable, match="is missing"):  # it cannot know whether something is sealed
        async with house.serving(without_key, [Login.PUBLIC], tell=print):
            pytest.fail("opened without its key")
    assert not without_key.key_file.exists()


async def test_a_door_that_was_not_opened_has_no_database(desk: Desk) -> None:
    async with house.serving(settings(desk.house.settings.home, desk), [Login.WORKER], tell=print) as served:
        with pytest.raises(KeyError):
            served.facing(Login.PUBLIC)


@pytest.mark.parametrize(
    ("surface", "login", "seconds"),
    [
        ("public", Login.PUBLIC, "2s"),
        ("partner", Login.PARTNER, "5s"),
        ("console", Login.CONSOLE, "5s"),
        ("all", Login.PUBLIC, "5s"),
    ],
)
async def test_the_database_gives_up_on_a_statement_sooner_for_the_public(
    desk: Desk, surface: str, login: Login, seconds: str
) -> None:
    chosen = settings(desk.house.settings.home, desk).model_copy(update={"surface": surface})
    async with house.serving(chosen, [login], tell=print) as served:
        facing = served.facing(login)
        for database in filter(None, (facing.database, facing.reserved)):
            for at in (database.reader, database.reader.steady):
                assert await value(at, "SHOW statement_timeout") == seconds


async def test_an_operator_may_choose_how_long_a_statement_takes(desk: Desk) -> None:
    chosen = settings(desk.house.settings.home, desk).model_copy(update={"surface": "public", "statement_seconds": 7})
    async with house.serving(chosen, [Login.PUBLIC], tell=print) as served:
        assert await value(served.facing(Login.PUBLIC).database.reader, "SHOW statement_timeout") == "7s"
