"""Excel workbooks are read as their first sheet: dates as dates, lines where they were, bombs and damage refused."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from notifier import app
from notifier.errors import ImportRefused
from notifier.pipeline.imports import ImportReport, ImportRequest, import_records, look_at_records
from notifier.records.workbook import is_workbook, write_csv
from notifier.store.tables import OrderLine
from tests.shop import NOON, Shop, open_shop

HEAD = ["order_id", "customer_id", "email", "country", "sku", "ordered_at", "promised_ship_by", "quantity"]
ANN = ["1001", "ann", "ann@oak.example", "US", "LAMP", datetime(2026, 5, 1, 10), date(2026, 6, 20), 2.0]


def book(folder: Path, *rows: list[Any], name: str = "orders.xlsx") -> Path:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    made.create_sheet("other").append(["not", "this"])
    made.save(folder / name)
    return folder / name


def as_csv(path: Path) -> str:
    into = path.with_suffix(".csv")
    write_csv(path, into)
    return into.read_text("utf-8")


def test_a_date_is_an_iso_date_and_a_whole_number_has_no_point(tmp_path: Path) -> None:
    line = as_csv(book(tmp_path, HEAD, ANN)).splitlines()[1]
    assert line == "1001,ann,ann@oak.example,US,LAMP,2026-05-01 10:00:00,2026-06-20,2"


def test_a_cell_of_several_lines_is_one_line_so_that_faults_name_the_right_one(tmp_path: Path) -> None:
    assert as_csv(book(tmp_path, ["a"], ["one\ntwo"], ["three"])).splitlines() == ["a", "one two", "three"]


def test_a_formula_is_read_as_what_it_came_to_and_never_worked_out(tmp_path: Path) -> None:
    assert "1+1" not in as_csv(book(tmp_path, ["a", "b"], ["x", "=1+1"]))


def test_a_row_that_ends_early_is_filled_up_and_one_that_says_more_keeps_it(tmp_path: Path) -> None:
    made = as_csv(book(tmp_path, ["a", "b"], ["1"], ["1", "2", "3"], ["1", "2", None]))
    assert made.splitlines() == ["a,b", "1,", "1,2,3", "1,2"]


@pytest.fixture
def shop(tmp_path: Path, sqlite_url: str) -> Shop:
    return open_shop(tmp_path, sqlite_url)


def taken(shop: Shop, path: Path, *, good: bool = True) -> ImportReport:
    act = import_records if good else look_at_records
    request = ImportRequest("backorders", path)
    with shop.house() as house:
        return act(house, app.shop_context(shop.settings), request, NOON, lambda done, whole: None)


def test_a_workbook_is_imported_and_its_rejects_lie_beside_it(shop: Shop) -> None:
    path = book(shop.folder, HEAD, ANN, [*ANN[:5], "soon", None, 1])
    report = taken(shop, path)
    assert (report.accepted, report.rejected, len(shop.rows(OrderLine))) == (1, 1, 1)
    assert report.reject_file == f"{path}.csv.rejects.csv"
    assert Path(report.reject_file).read_text().splitlines()[1].startswith("3,ordered_at,")


@pytest.mark.parametrize("name", ["orders.csv", "Export.xlsm", "orders"])
def test_a_workbook_is_known_by_what_is_in_it_whatever_it_is_called(shop: Shop, name: str) -> None:
    path = book(shop.folder, HEAD, ANN).rename(shop.folder / name)
    assert taken(shop, path).accepted == 1


def test_a_workbook_is_looked_through_without_being_taken(shop: Shop) -> None:
    report = taken(shop, book(shop.folder, HEAD, ANN), good=False)
    assert (report.accepted, shop.rows(OrderLine)) == (1, [])


def test_what_is_refused_names_the_workbook_and_no_folder_of_ours(shop: Shop) -> None:
    path = book(shop.folder, ["nothing", "known"], ["a", "b"])
    with pytest.raises(ImportRefused) as fault:
        taken(shop, path)
    assert (str(path) in str(fault.value), "notifier-workbook" in str(fault.value)) == (True, False)


def zipped(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", parts.pop("workbook", b"<nonsense"))
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="unpacks to"):
        as_csv(zipped(tmp_path / "bomb.xlsx", sheet=bytes(64 * 1024**2)))


def test_entities_that_grow_are_refused(tmp_path: Path) -> None:
    grows = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "boo"}">' for n in range(9))
    bomb = f'<?xml version="1.0"?><!DOCTYPE w [{grows}]><workbook>&e8;</workbook>'.encode()
    with pytest.raises(ImportRefused, match="cannot be read"):
        as_csv(zipped(tmp_path / "laughs.xlsx", workbook=bomb))


@pytest.mark.parametrize("content", [b"PK\x03\x04 cut off", b"order_id,sku\n", b""])
def test_what_is_no_workbook_is_left_to_the_readers_of_text(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes(content)
    assert not is_workbook(path)


def test_another_zip_is_no_workbook(tmp_path: Path) -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("photo.jpg", b"x")
    path = tmp_path / "photos.xlsx"
    path.write_bytes(kept.getvalue())
    assert not is_workbook(path)
