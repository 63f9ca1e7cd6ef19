"""What customers wished reaches the shop, and what the shop says of it reaches the law and the customer."""

from datetime import timedelta
from pathlib import Path

import pytest

from notifier.errors import UsageError
from notifier.pipeline.actions import close_shown, do, open_actions, refuse
from notifier.pipeline.answers import Asked, answer, refunded
from notifier.pipeline.receive import receive
from notifier.store.tables import Action, Answer, Message, Reply
from notifier.terms.incoming import Incoming, Road
from notifier.terms.law import Said
from tests.kept_shops import AsLeft
from tests.pipeline.test_delay_law import LAW, at, late, say, state, told
from tests.shop import NOON, Shop, open_shop, order, told_shop

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url, LAW)
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    """Ann was told of a delay under the American rule."""
    return as_left(shop_made)


@pytest.fixture
def lawless(as_left: AsLeft) -> Shop:
    """Ann waits, and no law on delays is set."""
    return as_left(told_shop, "ann")


def actions(shop: Shop) -> list[tuple[str, str]]:
    return [(row.kind, row.state) for row in shop.rows(Action)]


def done(shop: Shop, *ids: int, day: str = "2026-05-13") -> None:
    with shop.house() as house:
        do(house, ids, "Kim", at(day))


def test_an_operators_cancellation_asks_the_shop_for_it(shop: Shop) -> None:
    say(shop, Said.CANCEL, "2026-05-12")
    assert actions(shop) == [("cancel", "requested")]


def test_a_cancellation_said_twice_is_asked_for_once(shop: Shop) -> None:
    say(shop, Said.CANCEL, "2026-05-12")
    say(shop, Said.CANCEL, "2026-05-12")
    assert actions(shop) == [("cancel", "requested")]


def test_a_cancellation_that_is_done_is_confirmed_before_the_law(shop: Shop) -> None:
    say(shop, Said.CANCEL, "2026-05-12")
    done(shop, 1)
    assert (state(shop, "2026-05-13"), [row.said for row in shop.rows(Answer)]) == ("refund_due", ["cancel", "confirm"])


def test_a_cancellation_that_is_done_asks_for_the_refund(shop: Shop) -> None:
    say(shop, Said.CANCEL, "2026-05-12")
    done(shop, 1)
    assert actions(shop) == [("cancel", "done"), ("refund", "requested")]


def test_a_refund_that_is_done_ends_the_line(shop: Shop) -> None:
    say(shop, Said.CANCEL, "2026-05-12")
    done(shop, 1)
    done(shop, 2, day="2026-05-14")
    assert state(shop, "2026-05-15") == "refunded"


def test_nothing_is_paid_back_where_nothing_was_paid(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url, LAW)
    shop.take_in("backorders", [late(amount_paid="0")], at("2026-05-10"))
    told(shop, "2026-05-10")
    say(shop, Said.CANCEL, "2026-05-12")
    done(shop, 1)
    assert actions(shop) == [("cancel", "done")]


def test_the_customer_hears_that_it_is_cancelled_once_it_is_done(shop: Shop) -> None:
    say(shop, Said.CANCEL, "2026-05-12")
    done(shop, 1)
    told(shop, "2026-05-13")
    assert "cancelled" in shop.sent()[-1]


def test_confirm_closes_the_action_and_asks_for_the_refund(shop: Shop) -> None:
    say(shop, Said.CANCEL, "2026-05-12")
    say(shop, Said.CONFIRM, "2026-05-13")
    assert actions(shop) == [("cancel", "done"), ("refund", "requested")]


def test_what_was_done_needs_no_confirmation(shop: Shop) -> None:
    say(shop, Said.CANCEL, "2026-05-12")
    done(shop, 1)
    assert say(shop, Said.CONFIRM, "2026-05-14").lines[0].reason == "already_cancelled"


def test_refunded_closes_the_refund(shop: Shop) -> None:
    say(shop, Said.CANCEL, "2026-05-12")
    say(shop, Said.CONFIRM, "2026-05-13")
    with shop.house() as house:
        refunded(house, Asked("O-ann", "", "Kim"), at("2026-05-14"))
    assert actions(shop) == [("cancel", "done"), ("refund", "done")]


def test_a_line_that_lapsed_and_is_confirmed_asks_for_the_refund(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url, LAW)
    shop.take_in("backorders", [late("2026-07-01")], at("2026-05-10"))
    told(shop, "2026-05-10")
    say(shop, Said.CONFIRM, "2026-06-22")
    assert actions(shop) == [("refund", "requested")]


def test_a_cancellation_taken_back_is_asked_for_no_more(shop: Shop) -> None:
    say(shop, Said.CANCEL, "2026-05-12")
    say(shop, Said.KEEP, "2026-05-12")
    assert (actions(shop), state(shop, "2026-05-13")) == ([("cancel", "withdrawn")], "consented")


def test_what_is_not_open_cannot_be_done(shop: Shop) -> None:
    with pytest.raises(UsageError, match="no such action is open"):
        done(shop, 7)


def test_without_a_law_a_cancellation_is_done_all_the_same(lawless: Shop) -> None:
    with lawless.house() as house:
        answer(house, Said.CANCEL, Asked("O-ann", "", "Kim"), NOON)
        do(house, [1], "Kim", NOON)
        do(house, [2], "Kim", NOON)
    assert (actions(lawless), lawless.rows(Answer)[0].said) == ([("cancel", "done"), ("refund", "done")], "cancel")


def test_without_a_law_the_customer_hears_that_it_is_done_and_nothing_after(lawless: Shop) -> None:
    with lawless.house() as house:
        answer(house, Said.CANCEL, Asked("O-ann", "", "Kim"), NOON)
        do(house, [1], "Kim", NOON)
    lawless.plan()
    lawless.deliver()
    for day in range(1, 30, 7):
        lawless.take_in("backorders", [order("ann", eta_to=f"2026-07-{day:02}")], NOON + timedelta(days=day))
        lawless.plan(NOON + timedelta(days=day))
        lawless.deliver(NOON + timedelta(days=day))
    assert [row.purpose for row in lawless.rows(Message) if row.state == "accepted"][1:] == ["cancelled"]


def test_an_import_that_shows_later_what_was_done_tells_nothing_twice(lawless: Shop) -> None:
    with lawless.house() as house:
        answer(house, Said.CANCEL, Asked("O-ann", "", "Kim"), NOON)
        do(house, [1], "Kim", NOON)
    lawless.plan()
    lawless.deliver()
    lawless.take_in("backorders", [order("ann", status="cancelled")], NOON + timedelta(days=1))
    lawless.plan(NOON + timedelta(days=1))
    assert [row.purpose for row in lawless.rows(Message)][1:] == ["cancelled"]


def test_without_a_law_confirm_closes_what_was_asked_for(lawless: Shop) -> None:
    with lawless.house() as house:
        answer(house, Said.CANCEL, Asked("O-ann", "", "Kim"), NOON)
        answer(house, Said.CONFIRM, Asked("O-ann", "", "Kim"), NOON)
    assert actions(lawless) == [("cancel", "done"), ("refund", "requested")]


def test_who_wanted_what_the_shop_refuses_waits_for_a_person(shop: Shop) -> None:
    say(shop, Said.CANCEL, "2026-05-12")
    with shop.house() as house:
        refuse(house, [1], "Kim", "it is packed", at("2026-05-13"))
    reply = shop.rows(Reply)[0]
    assert (reply.needs_person, "it is packed" in reply.reason) == (True, True)


def test_who_is_owed_a_refund_that_the_shop_refuses_waits_for_a_person(shop: Shop) -> None:
    say(shop, Said.CANCEL, "2026-05-12")
    done(shop, 1)
    with shop.house() as house:
        refuse(house, [2], "Kim", "nothing was paid", at("2026-05-13"))
    assert [(row.needs_person, "does not refund" in row.reason) for row in shop.rows(Reply)] == [(True, True)]


def test_a_reply_whose_wish_is_refused_is_open_again(lawless: Shop) -> None:
    with lawless.house() as house:
        message = Incoming(Road.EMAIL, "1", NOON, "please cancel my order", message_id=1)
        receive(house, message, NOON)
        refuse(house, [1], "Kim", "it is packed", NOON)
    assert [row.needs_person for row in lawless.rows(Reply)] == [True]


def test_a_refusal_needs_a_reason(shop: Shop) -> None:
    say(shop, Said.CANCEL, "2026-05-12")
    with shop.house() as house, pytest.raises(UsageError, match="say why"):
        refuse(house, [1], "Kim", " ", at("2026-05-13"))


def test_an_import_that_shows_it_closes_it(shop: Shop) -> None:
    say(shop, Said.CANCEL, "2026-05-12")
    shop.take_in("backorders", [late(status="cancelled", cancelled_at="2026-05-13T10:00:00Z")], at("2026-05-14"))
    shop.plan(at("2026-05-14"))
    assert actions(shop) == [("cancel", "done"), ("refund", "requested")]


def test_goods_that_left_all_the_same_close_it_with_an_alarm(shop: Shop) -> None:
    say(shop, Said.CANCEL, "2026-05-12")
    shop.take_in("backorders", [late(status="shipped", shipped_at="2026-05-13T10:00:00Z")], at("2026-05-14"))
    with shop.house() as house:
        close_shown(house, at("2026-05-14"))
    assert [(row.state, row.alarm) for row in shop.rows(Action)] == [("refused", "shipped_despite_request")]


def test_a_dry_run_closes_nothing(shop: Shop) -> None:
    say(shop, Said.CANCEL, "2026-05-12")
    shop.take_in("backorders", [late(status="cancelled")], at("2026-05-14"))
    shop.plan(at("2026-05-14"), dry_run=True)
    assert actions(shop) == [("cancel", "requested")]


def test_the_list_tells_what_the_shop_needs_to_know(shop: Shop) -> None:
    say(shop, Said.CANCEL, "2026-05-12")
    with shop.house() as house:
        (one,) = open_actions(house)
    assert (one.order, one.sku, one.quantity, one.kind, one.customer) == ("O-ann", "LAMP", 1, "cancel", "ann")
