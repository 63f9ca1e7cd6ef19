"""Another policy is a settings file, or only what differs: its policy sections win, key by key."""

from datetime import time
from pathlib import Path

import pytest

from notifier.errors import SettingsError
from notifier.settings import Settings, load_variant

OWN = '[shop]\nname = "Oak"\n[policy]\nemail_from = "09:00"\nmarketplaces = ["bazaar"]\n'


def variant(folder: Path, other: str) -> Settings:
    (folder / "settings.toml").write_text(OWN)
    (folder / "other.toml").write_text(other)
    return load_variant(folder / "settings.toml", folder / "other.toml", {})


def test_what_the_other_file_says_wins(tmp_path: Path) -> None:
    assert variant(tmp_path, '[policy]\nemail_from = "10:00"\n').policy.email_from == time(10)


def test_what_it_leaves_out_stays_the_shops(tmp_path: Path) -> None:
    assert variant(tmp_path, '[policy]\nemail_from = "10:00"\n').policy.marketplaces == ("bazaar",)


def test_sections_that_are_no_policy_stay_the_shops(tmp_path: Path) -> None:
    assert variant(tmp_path, '[shop]\nname = "Elm"\n').shop.name == "Oak"


def test_caps_of_the_other_file_replace_all_caps(tmp_path: Path) -> None:
    assert [cap.count for cap in variant(tmp_path, '[[policy.caps]]\ncount = 7\nperiod = "7d"\n').policy.caps] == [7]


def test_a_fault_is_told_with_the_line_of_the_other_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"other\.toml:2: \[policy\] email_from"):
        variant(tmp_path, '[policy]\nemail_from = "early"\n')


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(OWN)
    with pytest.raises(SettingsError, match="is not there"):
        load_variant(tmp_path / "settings.toml", tmp_path / "missing.toml", {})
