"""HOSTILE.md 81: what is planted in a person's fields shows up in no log, no answer and no explanation."""

import json
from pathlib import Path

import pytest

from notifier.cli import main

pytestmark = pytest.mark.slow

NAME, MAIL, NUMBER, NOTE, POSTAL = "xqzname", "xqzmail@shop.example.com", "+12125550187", "xqznote", "90210-4321"
HEAD = (
    "order_id,customer_id,customer_name,email,phone,country,postal_code,sku,product,ordered_at,promised_ship_by,status"
)
ROW = f"O1,ann,{NAME},{MAIL},{NUMBER},US,{POSTAL},LAMP,Reading lamp"
LATE = ["--now", "2026-06-01T15:00Z"]
LATER = ["--now", "2026-06-10T15:00Z"]
PLANTED = (NAME, MAIL, MAIL.partition("@")[0], NUMBER, NUMBER[2:], NOTE, POSTAL)


@pytest.fixture
def said(tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]) -> str:
    """All that the commands wrote, from the import to the erasure; an unreadable row is among the imported ones."""
    settings = tmp_path / "settings.toml"
    settings.write_text(f"[database]\nurl = {json.dumps(database_url)}\n", encoding="utf-8")
    orders = tmp_path / "orders.csv"
    shipped = tmp_path / "shipped.csv"
    bad = ROW.replace("O1", "O2") + ",yesterday,2026-05-20,backordered"
    orders.write_text(f"{HEAD}\n{ROW},2026-05-01,2026-05-20,backordered\n{bad}\n", encoding="utf-8")
    shipped.write_text(f"{HEAD}\n{ROW},2026-05-01,2026-05-20,shipped\n", encoding="utf-8")
    commands = [
        ["migrate"],
        ["import", "backorders", str(orders), *LATE],
        ["plan", *LATE],
        ["deliver", *LATE],
        ["log", "call", "ann", "--by", "Lee", "--note", NOTE, *LATE],
        ["log", "call", "--order", "O1", "--by", "Lee", "--note", NOTE, "--complaint", *LATE, "--json"],
        ["hold", "ann", "--by", "Lee", "--reason", NOTE, *LATE],
        ["explain", "--customer", "ann"],
        ["explain", "--customer", "ann", "--json"],
        ["export", "contacts"],
        ["export", "messages", "--format", "jsonl"],
        ["export", "decisions"],
        ["status"],
        ["status", "--json"],
        ["erase", "ann", *LATE],
        ["release", "ann", "--by", "Lee", *LATE],
        ["import", "backorders", str(shipped), *LATER],
        ["erase", "ann", *LATER],
        ["erase", "ann", *LATER, "--json"],
        ["hold", "ann", "--by", "Lee", "--reason", NOTE, *LATER],
        ["export", "--customer", "ann"],
    ]
    codes = [main(["--settings", str(settings), *words]) for words in commands]
    assert codes == [0, 1, *[0] * 10, 1, 1, 1, 0, 0, 0, 0, 2, 0]
    told = capsys.readouterr()
    return told.out + told.err


def test_nothing_planted_shows_up(said: str) -> None:
    assert "Lee wrote it down" in said
    assert [planted for planted in PLANTED if planted in said] == []
