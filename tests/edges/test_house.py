"""What stands before anything is served: the right key for what the database holds."""

from pathlib import Path

import pytest
from desk import Desk

from referral.edges import house
from referral.foundation.db import value
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


@pytest.mark.parametrize(
    ("surface", "seconds"), [("public", "2s"), ("partner", "5s"), ("console", "5s"), ("all", "5s")]
)
async def test_the_database_gives_up_on_a_statement_sooner_for_the_public(
    desk: Desk, tmp_path: Path, surface: str, seconds: str
) -> None:
    chosen = settings(tmp_path, desk).model_copy(update={"surface": surface})
    async with house.opened(chosen, tell=print) as opened:
        assert opened.reserved is not None
        for database in (opened.database, opened.reserved):
            for at in (database.reader, database.reader.steady):
                assert await value(at, "SHOW statement_timeout") == seconds


async def test_an_operator_may_choose_how_long_a_statement_takes(desk: Desk, tmp_path: Path) -> None:
    chosen = settings(tmp_path, desk).model_copy(update={"surface": "public", "statement_seconds": 7})
    async with house.opened(chosen, tell=print) as opened:
        assert await value(opened.database.reader, "SHOW statement_timeout") == "7s"
