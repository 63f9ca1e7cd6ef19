"""`notifier erase` as people and programs call it: who did it, one question at a terminal, a refusal as JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from notifier.store.tables import Customer
from tests.calls import Call, caller
from tests.shop import Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each opens a shop, and a terminal needs a process of its own."""

SHIPPED = {"status": "shipped", "shipped_at": "2026-05-30T10:00:00Z"}
NOW = ("--now", "2026-06-10T15:00Z")


@pytest.fixture
def shop(tmp_path: Path, sqlite_url: str) -> Shop:
    """Ann's order has shipped, Bob still waits for his."""
    shop = open_shop(tmp_path, sqlite_url, f"[database]\nurl = {json.dumps(sqlite_url)}\n")
    shop.take_in("backorders", [order("ann", **SHIPPED), order("bob")])
    return shop


@pytest.fixture
def call(shop: Shop, capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(shop.folder / "settings.toml", capsys)


def at_a_terminal(shop: Shop, typed: str, *words: str) -> tuple[int, str]:
    """The exit code, and what was written, where standard input is a terminal at which somebody types `typed`."""
    ours, theirs = os.openpty()
    os.write(ours, f"{typed}\n".encode())
    command = [sys.executable, "-m", "notifier", "--settings", str(shop.folder / "settings.toml"), *words]
    try:
        done = subprocess.run(command, stdin=theirs, capture_output=True, text=True, check=False, timeout=60)
    finally:
        os.close(ours)
        os.close(theirs)
    return done.returncode, done.stderr


def ann(shop: Shop) -> Any:
    return next(row for row in shop.rows(Customer) if row.key == "ann")


def test_the_name_given_is_kept_with_the_erasure(shop: Shop, call: Call) -> None:
    call("erase", "ann", "--by", "Kim", *NOW)
    assert ann(shop).erased_by == "Kim"


def test_without_a_name_that_of_the_login_is_kept(shop: Shop, call: Call) -> None:
    call("erase", "ann", *NOW)
    assert ann(shop).erased_by == (os.environ.get("LOGNAME") or os.environ.get("USER") or "operator")


def test_a_script_is_not_asked(call: Call) -> None:
    code, _, told = call("erase", "ann", *NOW)
    assert (code, "for good?" in told) == (0, False)


def test_at_a_terminal_a_no_erases_nothing(shop: Shop) -> None:
    code, told = at_a_terminal(shop, "n", "erase", "ann", *NOW)
    assert (code, "Erase customer 'ann' for good?" in told, ann(shop).erased_at) == (2, True, None)


def test_at_a_terminal_a_yes_erases(shop: Shop) -> None:
    assert (at_a_terminal(shop, "y", "erase", "ann", *NOW)[0], ann(shop).erased_at is None) == (0, False)


@pytest.mark.parametrize("word", ["--yes", "--json"])
def test_at_a_terminal_nobody_is_asked_who_said_so_before(shop: Shop, word: str) -> None:
    code, told = at_a_terminal(shop, "n", "erase", "ann", word, *NOW)
    assert (code, "for good?" in told) == (0, False)


def test_a_refusal_is_one_json_object_with_its_reason(call: Call) -> None:
    code, said, told = call("erase", "bob", "--json", *NOW)
    found = json.loads(said)
    assert (code, found.pop("why") in told) == (1, True)
    assert found == {"refused": True, "reason": "open_orders", "orders": ["O-bob"], "message": None} | {
        "customer": "bob",
        "brand": "default",
    }


def test_an_erasure_in_json_was_not_refused_and_names_who_did_it(call: Call) -> None:
    _, said, _ = call("erase", "ann", "--by", "Kim", "--json", *NOW)
    found = json.loads(said)
    assert (found["refused"], found["erased_by"]) == (False, "Kim")


def test_a_second_erasure_says_by_whom_the_first_was(call: Call) -> None:
    call("erase", "ann", "--by", "Kim", *NOW)
    _, _, told = call("erase", "ann", "--by", "Lee", *NOW)
    assert "was erased on 2026-06-10 by Kim already" in told
