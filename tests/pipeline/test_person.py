"""The person's own export (RULES.md U4): all that is held, whole, in one JSON document."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from notifier import outbox
from notifier.pipeline import holds
from notifier.pipeline.erase import erase
from notifier.pipeline.people import Asked
from notifier.pipeline.person import person_document
from notifier.queries.person import SECTIONS
from notifier.store.lookup import table_of
from notifier.store.tables import Message
from tests.calls import Call, caller
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow

LATER = NOON + timedelta(days=9)


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    """Ann was told of a delay, consented, called; Bob has a number in common with her."""
    toml = f"[database]\nurl = {json.dumps(database_url)}\n"
    shop = open_shop(tmp_path, database_url, toml)
    shop.take_in("backorders", [order("ann", phone="+12125550187"), order("bob", phone="+12125550187")])
    yes = {
        "customer_id": "ann",
        "channel": "email",
        "class": "marketing",
        "granted": "yes",
        "wording": "Offers, please",
    }
    shop.take_in("consents", [yes | {"source": "checkout", "at": "2026-05-01T10:00:00Z"}])
    shop.take_in("suppressions", [{"address": "+12125550187", "reason": "stop"}])
    shop.plan()
    shop.deliver()
    with shop.house() as house:
        holds.call(house, Asked("ann"), holds.Said("Lee", "wants her lamp"), LATER, complaint=True)
    return shop


def document(shop: Shop, customer: str = "ann") -> dict[str, Any]:
    with shop.house() as house:
        found: dict[str, Any] = json.loads("".join(person_document(house, Asked(customer), LATER)))
        return found


def test_it_has_every_section(shop: Shop) -> None:
    assert set(document(shop)) == {"made_at", "profile", *SECTIONS, "evidence"}


def test_addresses_are_whole(shop: Shop) -> None:
    assert [one["value"] for one in document(shop)["addresses"]] == ["ann@shop.example.com", "+12125550187"]


def test_a_message_can_be_read_as_it_was_sent(shop: Shop) -> None:
    message = document(shop)["messages"][0]
    assert "Reading lamp" in message["body"]
    assert message["address"] == "ann@shop.example.com"


def test_a_consent_has_its_wording_and_source(shop: Shop) -> None:
    consent = document(shop)["consents"][0]
    assert (consent["wording"], consent["source"]) == ("Offers, please", "checkout")


def test_what_was_noted_about_the_person_is_told_to_the_person(shop: Shop) -> None:
    assert [one["note"] for one in document(shop)["holds"]] == ["wants her lamp"]


def test_orders_decisions_contacts_and_suppressions_are_there(shop: Shop) -> None:
    found = document(shop)
    assert [one["order"] for one in found["orders"]] == ["O-ann"]
    assert {one["sku"] for one in found["lines"]} == {"LAMP"}
    assert found["decisions"][0]["trace"][0]["rule"] == "marketplace"
    assert [one["channel"] for one in found["contacts"]] == ["email", "call"]
    assert [(one["reason"], one["address"]) for one in found["suppressions"]] == [("stop", "+12125550187")]


def test_a_message_that_is_held_by_another_version_can_still_be_read(shop: Shop) -> None:
    with shop.house() as house, house.store.write() as tx:
        message = table_of(Message)
        tx.connection.execute(update(message).values(state="claimed", claimed_by="w"))
        outbox.hold_back(tx, "w", [outbox.Fault(1, "render_failed", "another version")], LATER)
    assert "Reading lamp" in document(shop)["messages"][0]["body"]


def test_nothing_of_anybody_else_is_in_it(shop: Shop) -> None:
    assert "bob" not in json.dumps(document(shop)).casefold()


def test_of_somebody_erased_it_names_the_archive(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", status="shipped", shipped_at="2026-06-05T10:00:00Z")], LATER)
    with shop.house() as house:
        erase(house, Asked("ann"), "Lee", LATER)
    found = document(shop)
    assert found["evidence"]["sentence"] == (
        "Evidence of 0 notices and 1 consents is kept until 2031-06-10 under the law."
    )
    assert "Offers, please" not in json.dumps(found)
    assert (found["profile"]["name"], found["messages"][0]["body"]) == ("", None)


@pytest.fixture
def call(shop: Shop, capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(shop.folder / "settings.toml", capsys)


def test_the_command_prints_one_json_object(call: Call) -> None:
    code, said, _ = call("export", "--customer", "ann", "--json")
    assert (code, json.loads(said)["profile"]["customer"]) == (0, "ann")


@pytest.mark.parametrize("words", [("export",), ("export", "messages", "--customer", "ann")])
def test_a_list_or_a_person_is_asked_for_and_not_both(call: Call, words: tuple[str, ...]) -> None:
    assert call(*words)[0] == 2


def test_an_open_line_ends_the_erasure_with_1_and_names_the_order(call: Call) -> None:
    code, _, said = call("erase", "ann")
    assert (code, "O-ann" in said) == (1, True)


def test_an_unknown_customer_ends_with_2(call: Call) -> None:
    assert [call(*words)[0] for words in (("erase", "zoe"), ("export", "--customer", "zoe"))] == [2, 2]


def test_hold_and_release_print_one_json_object(call: Call) -> None:
    _, held, _ = call("hold", "bob", "--by", "Lee", "--reason", "asked", "--until", "2099-01-31", "--json")
    assert json.loads(held) == {
        "customer": "bob", "brand": "default", "hold": "hold", "until": "2099-02-01T00:00:00+00:00", "lifted": 0,
    }  # fmt: skip
    _, released, _ = call("release", "bob", "--by", "Lee", "--json")
    assert json.loads(released)["lifted"] == 1


def test_a_call_is_logged_by_the_order_too(call: Call) -> None:
    code, said, _ = call("log", "call", "--order", "O-bob", "--by", "Lee", "--now", "2026-06-10T15:00Z", "--json")
    assert (code, json.loads(said)["until"]) == (0, "2026-06-24T15:00:00+00:00")
