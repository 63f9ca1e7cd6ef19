"""Explain tells what customers answered, what was made of it, and what the shop did: never in their words."""

from zoneinfo import ZoneInfo

import pytest

from notifier.pipeline.actions import do
from notifier.pipeline.explain import explain_customer, explain_message, explain_order
from notifier.pipeline.inbox import close
from notifier.pipeline.receive import receive
from notifier.terms.incoming import Incoming, Road
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop, told_shop

pytestmark = pytest.mark.slow
"""Each lives through the main job before it asks."""

UTC = ZoneInfo("UTC")


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    """Ann was told of her backorder by email."""
    return as_left(told_shop, "ann")


def hear(shop: Shop, words: str) -> None:
    with shop.house() as house:
        receive(house, Incoming(Road.EMAIL, words, NOON, words, message_id=1), NOON)


def told(shop: Shop) -> str:
    with shop.house() as house:
        (found,) = explain_customer(house.store, "ann", UTC)
    return found.as_text()


def test_a_reply_is_told_with_what_it_did_and_its_answer(shop: Shop) -> None:
    hear(shop, "please cancel my order")
    assert (
        "On 1 June 2026 at 15:00 the customer wrote by email in answer to message 1: understood as cancel order"
        " (certain) about order O-ann (1 line). Done: the shop was asked to stop the order. Answered by message 2."
    ) in told(shop)


def test_a_reply_is_told_once(shop: Shop) -> None:
    hear(shop, "please cancel my order")
    assert told(shop).count("cancel order (certain)") == told(shop).count("understood as") == 1


def test_a_reply_is_not_quoted(shop: Shop) -> None:
    hear(shop, "please cancel my order, my cat Mitzi broke it")
    assert "Mitzi" not in told(shop)


def test_why_a_reply_was_not_answered_is_told(shop: Shop) -> None:
    for words in ("hm hm", "oh well"):
        hear(shop, words)
    assert "Not answered by email, because the customer's messages had been answered as often" in told(shop)


def test_a_reply_that_waits_says_so(shop: Shop) -> None:
    hear(shop, "hm hm")
    assert "It waits for a person." in told(shop)


def test_who_saw_to_a_reply_is_told(shop: Shop) -> None:
    hear(shop, "hm hm")
    with shop.house() as house:
        close(house, [1], "Kim", "", NOON)
    assert "Kim saw to it at 15:00." in told(shop)


def test_what_the_shop_did_is_told(shop: Shop) -> None:
    hear(shop, "please cancel my order")
    with shop.house() as house:
        do(house, [1], "Kim", NOON)
    assert "the cancellation of order O-ann, line LAMP#1, was done, by the word of Kim." in told(shop)


def test_the_story_of_an_order_has_the_replies_about_it(shop: Shop) -> None:
    hear(shop, "please cancel my order")
    with shop.house() as house:
        (found,) = explain_order(house.store, "O-ann", UTC)
    assert [one["intent"] for one in found.as_json()["replies"]] == ["cancel_order"]


def test_the_story_of_a_message_has_the_replies_to_it(shop: Shop) -> None:
    hear(shop, "please cancel my order")
    with shop.house() as house:
        counts = [len(explain_message(house.store, one, UTC)[0].as_json()["replies"]) for one in (1, 2)]
    assert counts == [1, 0]
