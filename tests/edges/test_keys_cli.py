"""`referral keys` as an operator types it."""

from pathlib import Path
from uuid import UUID

import given
from commands_given import referral, start
from desk import Desk

from referral.foundation.clock import now
from referral.foundation.keys.epochs import Epoch, Kept
from referral.intake import requests


async def test_keys_are_made_ahead_listed_exported_rotated_and_destroyed(desk: Desk, dsn: str, tmp_path: Path) -> None:
    await desk.submit()
    home, week = tmp_path, Epoch.of(Kept.REQUEST, now())

    made = referral(dsn, home, "keys", "create", "--weeks", "1")
    assert made.code == 0, made.complaints
    assert "Made: 5." in made.said  # this week's for requests is there already
    listed = referral(dsn, home, "keys", "list").said.splitlines()
    assert len(listed) == 6
    (line,) = [line for line in listed if week.name in line]
    assert line.split()[0] == "1"
    assert line.endswith("seals, opens")
    well = referral(dsn, home, "keys", "status")
    assert (well.code, "All is well" in well.said) == (0, True)

    away = referral(dsn, home, "keys", "export-public", str(tmp_path / "away"))
    assert (away.code, "6 weeks and classes" in away.said) == (0, True), away.complaints
    rotated = referral(dsn, home, "keys", "rotate", "--epochs")
    assert (rotated.code, f"New: {week.name}.1" in rotated.said) == (0, True), rotated.complaints
    unwell = referral(dsn, home, "keys", "status")
    assert (unwell.code, "1 rows are wrapped by older keys" in unwell.complaints) == (1, True)
    assert "Wrapped anew: 1." in referral(dsn, home, "keys", "rewrap").said

    nothing = referral(dsn, home, "keys", "destroy", "--epoch", "request-1999-W01", "--yes")
    assert (nothing.code, "no keys of request-1999-W01" in nothing.complaints) == (1, True)
    misspelt = referral(dsn, home, "keys", "destroy", "--epoch", "last week")
    assert (misspelt.code, "is no name of a week" in misspelt.complaints) == (2, True)
    name = f"{week.name}.1"
    tried = referral(dsn, home, "keys", "destroy", "--epoch", name, "--dry-run")
    assert tried.said.strip() == "Would be unreadable for good: 1 in help_request."
    unsure = referral(dsn, home, "keys", "destroy", "--epoch", name, typed="n\n")
    assert unsure.code == 1
    assert await desk.sql("SELECT count(data_key) FROM help_request") == 1
    gone = referral(dsn, home, "keys", "destroy", "--epoch", name, "--yes")
    assert (gone.code, "Requests emptied: 1." in gone.said) == (0, True), gone.complaints
    assert await desk.sql("SELECT count(data_key) FROM help_request") == 0


async def test_a_public_machine_serves_without_private_keys_and_nothing_else_works_there(
    desk: Desk, dsn: str, tmp_path: Path
) -> None:
    await desk.submit()
    assert referral(dsn, tmp_path, "keys", "create", "--weeks", "0").code == 0
    assert referral(dsn, tmp_path, "keys", "export-public", str(tmp_path / "away")).code == 0
    away = {"REFERRAL_KEYS": str(tmp_path / "away"), "REFERRAL_SURFACE": "public"}
    refused = referral(dsn, tmp_path / "other", "worker", **away)
    assert (refused.code, "no private keys" in refused.complaints) == (1, True)
    refused = referral(dsn, tmp_path / "other", "serve", "--worker", "--port", "0", **away)
    assert (refused.code, "no private keys" in refused.complaints) == (1, True)
    refused = referral(dsn, tmp_path / "other", "keys", "rotate", **away)
    assert (refused.code, "no private keys" in refused.complaints) == (1, True)
    needed = referral(dsn, tmp_path / "other", "worker", REFERRAL_KEYS=str(tmp_path / "away"))
    assert (needed.code, "holds no private keys" in needed.complaints) == (1, True)
    serving = start(
        dsn, tmp_path / "other", "serve", "--port", "0", "--surface", "public", REFERRAL_KEYS=away["REFERRAL_KEYS"]
    )
    serving.until("Serving at")
    assert serving.stop() == 0


def test_without_any_keys_the_public_surface_says_where_to_get_them(dsn: str, tmp_path: Path) -> None:
    nowhere = referral(dsn, tmp_path, "serve", "--port", "0", "--surface", "public")
    assert (nowhere.code, "export-public" in nowhere.complaints) == (1, True)


async def test_two_of_three_officers_bring_the_keys_back(desk: Desk, dsn: str, tmp_path: Path) -> None:
    sent = await desk.submit()
    privates = [tmp_path / f"officer-{number}" for number in range(3)]
    publics = [tmp_path / f"officer-{number}.pub" for number in range(3)]
    for private, public in zip(privates, publics, strict=True):
        made = referral(dsn, tmp_path, "keys", "officer", str(private))
        assert made.code == 0, made.complaints
        public.write_text(made.said)
    named = [word for public in publics for word in ("--officer", str(public))]
    written = tmp_path / "escrow"
    kept = referral(dsn, tmp_path, "keys", "escrow", str(written), *named)
    assert (kept.code, "2 of 3" in kept.said) == (0, True), kept.complaints
    again = referral(dsn, tmp_path, "keys", "escrow", str(written), *named)
    assert (again.code, "there already" in again.complaints) == (1, True)

    anew = {"REFERRAL_KEYS": str(tmp_path / "new-keys")}
    alone = referral(dsn, tmp_path, "keys", "recover", str(written), "--officer", str(privates[0]), **anew)
    assert (alone.code, "too few" in alone.complaints) == (1, True)
    assert not (tmp_path / "new-keys").exists()
    two = [word for private in privates[1:] for word in ("--officer", str(private))]
    back = referral(dsn, tmp_path, "keys", "recover", str(written), *two, **anew)
    assert (back.code, "again" in back.said) == (0, True), back.complaints
    found = given.vault_in(tmp_path / "new-keys")
    assert found == desk.house.vault
    request = await requests.request(desk.database.reader, UUID(sent["helpRequest"]["id"]))
    assert request
    assert requests.person_of(found, request)
    full = referral(dsn, tmp_path, "keys", "recover", str(written), *two, **anew)
    assert (full.code, "not empty" in full.complaints) == (1, True)
