"""What stands before anything is served: the right key for what the database holds."""

from pathlib import Path

import pytest
from desk import Desk

from referral.edges import house
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
