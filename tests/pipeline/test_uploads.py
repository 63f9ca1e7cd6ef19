"""Files brought to the console: names of strangers, a private folder, whose they are, and that they go."""

import io
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.errors import UsageError
from notifier.pipeline.cleanup import clean_up
from notifier.pipeline.uploads import KEPT_FOR, TOLD, Shelf, Upload, plain_name
from tests.shop import NOON, open_shop


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "uploads")


def kept(shelf: Shelf, name: str = "orders.csv", by: str = "lea", text: bytes = b"a,b\n") -> Upload:
    return shelf.keep(io.BytesIO(text), Upload("", name, "orders", "", by, NOON, Path()))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("orders.csv", "orders.csv"),
        ("../../etc/passwd", "passwd.csv"),
        ("C:\\exports\\Orders 2026.csv", "Orders_2026.csv"),
        ("<img src=x onerror=alert(1)>.csv", "img_src_x_onerror_alert_1_.csv"),
        (".hidden", "hidden.csv"),
        (".csv", "csv.csv"),
        ("..", "upload.csv"),
        ("", "upload.csv"),
        ("a\r\nSet-Cookie: x=1.csv", "a_Set-Cookie_x_1.csv"),
        ("x" * 300 + ".csv", "x" * 76 + ".csv"),
        (TOLD, "told.json"),
        ("データ.jsonl", "jsonl.csv"),
        ("export.csv.gz", "export.csv.gz"),
    ],
)
def test_a_name_is_a_few_plain_characters_and_never_a_way_out(given: str, name: str) -> None:
    assert plain_name(given) == name


def test_a_file_lies_where_nobody_else_of_the_machine_can_read_it(shelf: Shelf) -> None:
    upload = kept(shelf)
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (shelf.folder, upload.folder, upload.path)]
    assert (modes, upload.path.read_bytes()) == ([0o700, 0o700, 0o600], b"a,b\n")


def test_it_is_found_again_by_whoever_brought_it(shelf: Shelf) -> None:
    upload = kept(shelf)
    assert (shelf.find(upload.token, "lea"), shelf.of("lea")) == (upload, [upload])


@pytest.mark.parametrize("by", ["max", ""])
def test_it_is_nobody_elses(shelf: Shelf, by: str) -> None:
    upload = kept(shelf)
    with pytest.raises(UsageError, match="not here any more"):
        shelf.find(upload.token, by)


@pytest.mark.parametrize("token", ["", "..", "../uploads", "x" * 22, "A" * 21 + "/"])
def test_no_token_leads_anywhere_else(shelf: Shelf, token: str) -> None:
    kept(shelf)
    with pytest.raises(UsageError):
        shelf.find(token, "lea")


def test_what_is_dropped_is_gone_with_all_beside_it(shelf: Shelf) -> None:
    upload = kept(shelf)
    (upload.folder / "orders.csv.rejects.csv").write_text("line,field,reason,row\n")
    shelf.drop(upload)
    assert list(shelf.folder.iterdir()) == []


def test_what_nobody_comes_back_to_is_removed_after_a_day(shelf: Shelf) -> None:
    upload = kept(shelf)
    shelf.sweep(NOON + KEPT_FOR)
    there = upload.path.exists()
    shelf.sweep(NOON + KEPT_FOR + timedelta(minutes=1))
    assert (there, upload.path.exists()) == (True, False)


def test_the_clean_up_removes_it_whether_or_not_anybody_opens_the_page(tmp_path: Path, sqlite_url: str) -> None:
    shop = open_shop(tmp_path, sqlite_url)
    upload = kept(Shelf(shop.settings.upload_folder))
    with shop.house() as house:
        clean_up(house, NOON + KEPT_FOR)
        there = upload.path.exists()
        clean_up(house, NOON + KEPT_FOR + timedelta(minutes=1))
    assert (there, upload.path.exists()) == (True, False)
