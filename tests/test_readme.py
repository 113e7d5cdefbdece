"""What a newcomer reads names everything there is to set."""

import re
from pathlib import Path

from referral.foundation.settings import Settings

README = Path(__file__).parents[1] / "README.md"


def test_the_settings_table_lists_every_setting_and_no_other() -> None:
    listed = re.findall(r"^\| `REFERRAL_(\w+)` \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name.lower() for name in listed} == set(Settings.model_fields)


def test_what_to_click_names_the_page_for_people_who_look_for_help() -> None:
    clicks = README.read_text(encoding="utf-8").partition("## What to click")[2].partition("\n## ")[0]
    assert re.findall(r"\]\(http://127\.0\.0\.1:8000(/\w\w/find)\)", clicks) == ["/en/find", "/es/find"]
