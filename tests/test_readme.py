"""What a newcomer reads names everything there is to set."""

import re
from pathlib import Path

from referral.foundation.settings import Settings

README = Path(__file__).parents[1] / "README.md"


def test_the_settings_table_lists_every_setting_and_no_other() -> None:
    listed = re.findall(r"^\| `REFERRAL_(\w+)` \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name.lower() for name in listed} == set(Settings.model_fields)
