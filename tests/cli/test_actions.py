"""`notifier actions` as a person and as a program call it."""

import csv
import io
import json
from pathlib import Path

import pytest

from notifier.pipeline.answers import Asked, answer
from notifier.terms.law import Said
from tests.calls import Call, caller
from tests.shop import NOON, open_shop, order

pytestmark = pytest.mark.slow
"""Each runs whole commands."""

AT = "2026-06-01T17:30:00Z"


@pytest.fixture
def call(tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]) -> Call:
    """Ann has cancelled; her product's name would act as a formula."""
    shop = open_shop(tmp_path, database_url, f"[database]\nurl = {json.dumps(database_url)}\n")
    shop.take_in("backorders", [order("ann", product="=1+1", email="ann@shop.example.com")])
    with shop.house() as house:
        answer(house, Said.CANCEL, Asked("O-ann", "", "Kim"), NOON)
    return caller(tmp_path / "settings.toml", capsys)


def test_what_is_open_is_a_table_for_people(call: Call) -> None:
    _, _, told = call("actions", "--now", AT)
    assert all(word in told for word in ("cancel", "O-ann", "LAMP", "2 h"))


def test_what_is_open_is_a_list_for_programs(call: Call) -> None:
    _, said, _ = call("actions", "--json")
    assert [(one["kind"], one["order"], one["state"]) for one in json.loads(said)] == [("cancel", "O-ann", "requested")]


def test_a_cell_of_the_csv_acts_as_no_formula(call: Call) -> None:
    _, said, _ = call("actions", "--csv", "-")
    (row,) = csv.DictReader(io.StringIO(said))
    assert not row["product"].startswith("=")


def test_the_csv_is_written_to_the_file(call: Call, tmp_path: Path) -> None:
    call("actions", "--csv", str(tmp_path / "actions.csv"))
    assert "O-ann" in (tmp_path / "actions.csv").read_text("utf-8")


def test_what_is_done_is_open_no_more(call: Call) -> None:
    call("actions", "done", "1", "--by", "Kim", "--now", AT)
    _, said, _ = call("actions", "--json")
    assert [one["kind"] for one in json.loads(said)] == ["refund"]


def test_done_says_by_whose_word(call: Call) -> None:
    _, said, _ = call("actions", "done", "1", "--by", "Kim", "--now", AT, "--json")
    assert json.loads(said) == {"done": [1], "by": "Kim", "reason": ""}


def test_an_action_that_is_not_open_is_a_usage_fault(call: Call) -> None:
    code, _, told = call("actions", "done", "9", "--by", "Kim")
    assert (code, "no such action is open" in told) == (2, True)


def test_a_refusal_says_why(call: Call) -> None:
    code, said, _ = call("actions", "refuse", "1", "--reason", "packed", "--by", "Kim", "--json", "--now", AT)
    assert (code, json.loads(said)["reason"]) == (0, "packed")


def test_keep_takes_a_cancellation_back(call: Call) -> None:
    call("answer", "O-ann", "keep", "--by", "Kim", "--now", AT)
    assert json.loads(call("actions", "--json")[1]) == []
