"""What a newcomer reads names everything there is to set."""

import re
from pathlib import Path

from referral.foundation.settings import Settings

HERE = Path(__file__).parents[1]
README, SETTINGS = HERE / "README.md", HERE / "docs" / "settings.md"
ROW = re.compile(r"^\| `REFERRAL_(\w+)` \|", re.MULTILINE)


def test_the_settings_table_lists_every_setting_once_and_no_other() -> None:
    listed = [name.lower() for name in ROW.findall(SETTINGS.read_text(encoding="utf-8"))]
    assert sorted(listed) == sorted(Settings.model_fields)


def test_the_few_settings_for_newcomers_are_told_as_all_are() -> None:
    few = re.findall(r"^\| `REFERRAL_\w+` \|.*$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert few
    as_from_above = re.sub(r"\]\(([\w-]+\.md)\)", r"](docs/\1)", SETTINGS.read_text(encoding="utf-8"))
    assert set(few) <= set(as_from_above.splitlines())


def test_what_to_click_names_the_page_for_people_who_look_for_help() -> None:
    clicks = README.read_text(encoding="utf-8").partition("## What to click")[2].partition("\n## ")[0]
    assert re.findall(r"\]\(http://127\.0\.0\.1:8000(/\w\w/find)\)", clicks) == ["/en/find", "/es/find"]
