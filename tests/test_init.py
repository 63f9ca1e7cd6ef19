"""`notifier init`: what it writes works at once, and nothing of the shop's is ever overwritten."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifier.cli import main
from notifier.errors import UsageError
from notifier.pipeline.starter import copy_templates, filled, write_shop
from notifier.settings import load_settings
from notifier.settings.document import document
from notifier.template_files import load_catalogue, packaged_folder
from notifier.terms.time import zone

pytestmark = pytest.mark.slow
"""Each makes a shop of its own and works in it."""

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


def test_the_settings_it_writes_have_no_fault(tmp_path: Path) -> None:
    write_shop(tmp_path / "shop", NOW)
    assert load_settings(tmp_path / "shop" / "settings.toml", {}).delivery.mode.value == "folder"


def test_the_reference_is_every_setting_there_is(tmp_path: Path) -> None:
    write_shop(tmp_path, NOW)
    assert (tmp_path / "settings.reference.toml").read_text("utf-8") == document()


def test_secrets_and_messages_stay_out_of_version_control(tmp_path: Path) -> None:
    write_shop(tmp_path, NOW)
    assert {"signing.key", "*.db", "outbox/"} <= set((tmp_path / ".gitignore").read_text("utf-8").split())


def test_the_sample_leads_to_written_messages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop = tmp_path / "shop"
    assert main(["init", str(shop)]) == 0
    settings = ["--settings", str(shop / "settings.toml")]
    orders = str(shop / "backorders.csv")
    codes = [
        main([*settings, *words]) for words in (["migrate"], ["import", "backorders", orders], ["plan"], ["deliver"])
    ]
    assert codes == [0, 0, 0, 0]
    assert len(list((shop / "outbox").glob("*.eml"))) >= 2


def test_it_prints_the_commands_that_come_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", str(tmp_path / "my shop")])
    said = capsys.readouterr().out
    assert "my shop' && notifier migrate" in said
    assert "notifier import backorders backorders.csv" in said
    assert "notifier plan && notifier deliver" in said


@pytest.mark.parametrize("name", ["settings.toml", "backorders.csv", ".gitignore"])
def test_a_file_that_stands_there_stops_it_before_anything_is_written(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(UsageError, match=name.replace(".", r"\.")):
        write_shop(tmp_path, NOW)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "mine")]


def test_a_folder_that_cannot_be_made_is_a_usage_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert main(["init", str(tmp_path / "file" / "shop")]) == 2


def test_the_packaged_templates_are_copied_to_edit(tmp_path: Path) -> None:
    target = copy_templates(tmp_path)
    assert load_catalogue([target]).purposes == load_catalogue([packaged_folder()]).purposes


def test_own_templates_are_never_copied_over(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    with pytest.raises(UsageError, match="already"):
        copy_templates(tmp_path)


def test_days_are_counted_in_the_shops_zone_and_hours_from_the_moment() -> None:
    assert filled("{day-1} {hours-3}", NOW, zone("America/New_York")) == "2026-11-21 2026-11-22T23:30:00Z"
