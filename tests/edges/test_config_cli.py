"""`referral config check`: what an organization's file says, and what is left before launch."""

from pathlib import Path

from commands_given import referral
from typer.testing import CliRunner

from referral.edges import cli
from referral.foundation.clock import now

LAUNCHED = """
[organization]
name = "Synthetic [bold]"
phone = "+1 202 555 0100"
privacy = "https://example.org/privacy"
[[hotlines]]
name = "Synthetic line"
number = "+1 202 555 0101"
dangers = ["violence"]
source = "https://example.org/"
seen_on = 2026-01-01
"""


def check(file: Path) -> tuple[int, str]:
    told = CliRunner().invoke(cli.application(), ["config", "check", str(file)], env={"COLUMNS": "200"})
    return told.exit_code, told.output


def test_a_file_that_is_ready_ends_with_nought(tmp_path: Path) -> None:
    (file := tmp_path / "referral.toml").write_text(f"{LAUNCHED}checked_on = {now().date()}\n")
    code, said = check(file)
    assert (code, "Synthetic [bold]" in said, "Before launch" in said) == (0, True, False)


def test_what_is_left_before_launch_ends_with_two(tmp_path: Path) -> None:
    (file := tmp_path / "referral.toml").write_text(LAUNCHED)
    code, said = check(file)
    assert (code, "nobody has called it yet" in said) == (2, True)


def test_a_wrong_file_ends_with_one_and_names_key_and_line(tmp_path: Path) -> None:
    (file := tmp_path / "referral.toml").write_text('[colours]\naccent = "#cccccc"\n')
    code, said = check(file)
    assert code == 1
    assert "line 2, colours.accent" in said


def test_nothing_is_started_with_a_wrong_file(dsn: str, tmp_path: Path) -> None:
    (file := tmp_path / "referral.toml").write_text("[organization]\n")
    told = referral(dsn, tmp_path, "db", "status", REFERRAL_CONFIG=str(file))
    assert told.code == 1
    assert "organization.name: this has to be said" in told.complaints
