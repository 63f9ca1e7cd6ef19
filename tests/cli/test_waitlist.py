"""`notifier waitlist`: the list, the demand, and whom an operator puts there."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.calls import Call, caller
from tests.waiting import ANN, BEA, open_lamp_shop, waiting

pytestmark = pytest.mark.slow

AT = ("--now", "2026-06-01T18:00:00Z")
AGREED = ("--wording", "You may write to me.", "--evidence", "call 4711")


@pytest.fixture
def call(tmp_path: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> Call:
    """Ann and Bea wait for the lamp; the shop is in the United States and sends no texts."""
    waiting(open_lamp_shop(tmp_path, sqlite_url), ANN, BEA)
    database = f"[database]\nurl = {json.dumps(sqlite_url)}\n"
    (tmp_path / "settings.toml").write_text(f'[shop]\ncountry = "US"\n{database}')
    capsys.readouterr()
    return caller(tmp_path / "settings.toml", capsys)


def shown(call: Call, *words: str) -> dict[str, Any]:
    code, said, _ = call("waitlist", *words, "--json")
    assert code == 0
    found: dict[str, Any] = json.loads(said)
    return found


def test_it_counts_how_much_each_product_is_wanted(call: Call) -> None:
    assert [(one["sku"], one["waiting"], one["stock"]) for one in shown(call)["demand"]] == [("LAMP", 2, 0)]


def test_it_lists_who_waits_in_the_order_of_signing_up_with_masked_addresses(call: Call) -> None:
    rows = [(one["address"], one["state"]) for one in shown(call)["waiting"]]
    assert rows == [("a***@shop.example.com", "waiting"), ("b***@shop.example.com", "waiting")]


def test_for_people_it_says_the_same_in_words(call: Call) -> None:
    said = " ".join(call("waitlist")[2].split())
    assert "LAMP Reading lamp: 2 wait, 0 not confirmed, 0 told, 0 ended; stock 0" in said


def test_another_product_is_left_out(call: Call) -> None:
    assert shown(call, "--sku", "SOFA") == {"demand": [], "waiting": []}


def test_a_look_by_hand_says_what_it_did(call: Call) -> None:
    code, said, _ = call("waitlist", "tell", *AT, "--json")
    assert (code, json.loads(said)) == (0, {"told": 0, "not_confirmed": 0, "passed_over": {}})


def test_an_operator_puts_somebody_on_the_list(call: Call) -> None:
    code, said, _ = call("waitlist", "add", "LAMP", "--email", "dan@shop.example.com", *AGREED, *AT, "--json")
    assert (code, json.loads(said)["state"]) == (0, "waiting")


def test_without_the_words_that_were_agreed_to_the_customer_is_asked(call: Call) -> None:
    _, said, _ = call("waitlist", "add", "LAMP", "--email", "dan@shop.example.com", *AT, "--json")
    assert json.loads(said)["state"] == "pending"


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("LAMP",), "give one of --email and --phone"),
        (("GHOST", "--email", "dan@shop.example.com"), "there is no such product"),
        (("LAMP", "--phone", "+14155552671"), "no texts go there"),
    ],
)
def test_what_cannot_be_names_the_remedy(call: Call, words: tuple[str, ...], remedy: str) -> None:
    code, _, said = call("waitlist", "add", *words, *AT)
    assert (code, remedy in " ".join(said.split())) == (2, True)
