"""What a person does with a message: each keeps that nothing is said twice, or against the law."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from notifier.errors import UsageError
from notifier.pipeline.message_acts import Act, acts_for, cancel_messages, judge_anew, release_messages
from notifier.pipeline.receive import receive
from notifier.queries.message_list import Listed, Wanted, message_page
from notifier.store.lookup import table_of
from notifier.store.tables import Message, MessageLine
from notifier.terms.incoming import Incoming, Road
from notifier.terms.words import MessageState
from tests.shop import NOON, Shop, open_shop, order

FRESH = {"ordered_at": "2026-05-31T10:00:00Z", "promised_ship_by": "2026-07-10", "eta_to": "2026-07-01"}
"""Just ordered and in time: no law asks for a notice."""
US_LAW = '[shop]\ncountry = "US"\n[delay_rule]\njurisdiction = "us_435"\n'


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Shop:
    """One message is queued: Ann is to be told of her backorder."""
    made = open_shop(tmp_path, database_url)
    made.take_in("backorders", [order("ann", **FRESH)])
    made.plan()
    return made


def becomes(shop: Shop, state: MessageState, reason: str = "", **more: object) -> int:
    """The one message stands there now; returns its id."""
    with shop.store.write() as tx:
        tx.connection.execute(update(table_of(Message)).values(state=state.value, reason=reason, **more))
    (row,) = shop.rows(Message)
    return int(row.id)


def states(shop: Shop) -> list[tuple[str, str]]:
    return [(row.state, row.reason) for row in shop.rows(Message)]


def listed(shop: Shop, state: MessageState) -> Listed:
    with shop.house() as house, house.store.read() as tx:
        (found,) = message_page(tx, Wanted(state, "folder")).messages
    return found


def test_a_released_message_goes(shop: Shop) -> None:
    one = becomes(shop, MessageState.HELD, "render_failed: x", template_version="v1")
    with shop.house() as house:
        release_messages(house, [one], "Kim")
    assert states(shop) == [("queued", "released")]
    shop.deliver()
    assert (len(shop.sent()), states(shop)) == (1, [("accepted", "")])


def test_a_released_message_that_is_no_longer_right_does_not_go(shop: Shop) -> None:
    one = becomes(shop, MessageState.HELD, "render_failed: x", template_version="v1")
    shop.take_in("backorders", [order("ann", **FRESH | {"status": "shipped", "shipped_at": "2026-05-30"})])
    with shop.house() as house:
        release_messages(house, [one], "Kim")
    shop.deliver()
    assert (shop.sent(), states(shop)[0][0]) == ([], "withdrawn")


def test_a_cancelled_message_never_goes_however_often_plan_looks(shop: Shop) -> None:
    one = becomes(shop, MessageState.QUEUED)
    with shop.house() as house:
        cancel_messages(house, [one], "Kim", NOON)
    for _ in range(2):
        shop.plan()
        shop.deliver()
    assert (shop.sent(), states(shop)) == ([], [("withdrawn", "cancelled_by: Kim")])


def test_after_a_cancelled_message_other_news_goes(shop: Shop) -> None:
    one = becomes(shop, MessageState.QUEUED)
    with shop.house() as house:
        cancel_messages(house, [one], "Kim", NOON)
    shop.take_in("backorders", [order("ann", **FRESH | {"order_id": "O-2", "sku": "DESK"})])
    shop.plan()
    shop.deliver()
    (mail,) = shop.sent()
    assert "O-2" in mail


def test_what_the_law_requires_cannot_be_cancelled(database_url: str, tmp_path: Path) -> None:
    shop = open_shop(tmp_path, database_url, US_LAW)
    shop.take_in("backorders", [order("ann", promised_ship_by="2026-06-05", eta_to="2026-06-20")])
    shop.plan()
    (row,) = shop.rows(Message)
    with shop.house() as house, pytest.raises(UsageError, match="required by law"):
        cancel_messages(house, [row.id], "Kim", NOON)
    assert acts_for(house, listed(shop, MessageState.QUEUED)) == ()


def test_a_refused_message_that_is_judged_anew_goes_once_more(shop: Shop) -> None:
    one = becomes(shop, MessageState.REFUSED, "policy")
    with shop.store.write() as tx:
        tx.connection.execute(update(table_of(MessageLine)).values(live=None))
    shop.plan()
    assert states(shop) == [("refused", "policy")], "nothing brings it back by itself"
    with shop.house() as house:
        judge_anew(house, [one], "Kim", NOON)
    shop.plan()
    shop.deliver()
    assert (len(shop.sent()), [state for state, _ in states(shop)]) == (1, ["withdrawn", "accepted"])


def test_what_was_refused_for_an_address_that_is_gone_is_not_tried_again(shop: Shop) -> None:
    one = becomes(shop, MessageState.REFUSED, "bad_recipient")
    with shop.house() as house, pytest.raises(UsageError, match="mend the customer's address"):
        judge_anew(house, [one], "Kim", NOON)


@pytest.mark.slow
def test_an_acknowledgement_that_was_refused_is_not_tried_again_because_no_plan_makes_it(shop: Shop) -> None:
    shop.deliver()
    with shop.house() as house:
        receive(house, Incoming(Road.EMAIL, "1", NOON, "Please cancel my order.", message_id=1), NOON)
    with shop.store.write() as tx:
        of = table_of(Message).c.purpose == "reply_ack"
        tx.connection.execute(update(table_of(Message)).where(of).values(state="refused", reason="policy"))
    one = listed(shop, MessageState.REFUSED)
    with shop.house() as house:
        assert (one.purpose, acts_for(house, one)) == ("reply_ack", ())
        with pytest.raises(UsageError, match="so none makes it again"):
            judge_anew(house, [one.id], "Kim", NOON)
    assert states(shop)[-1] == ("refused", "policy")


@pytest.mark.parametrize(
    ("state", "reason", "acts"),
    [
        (MessageState.QUEUED, "", (Act.CANCEL,)),
        (MessageState.HELD, "render_failed: x", (Act.RELEASE, Act.CANCEL)),
        (MessageState.CLAIMED, "", ()),
        (MessageState.HANDED_OFF, "", ()),
        (MessageState.ACCEPTED, "", ()),
        (MessageState.REFUSED, "policy", (Act.ANEW,)),
        (MessageState.REFUSED, "bad_recipient", ()),
        (MessageState.UNKNOWN, "", (Act.SENT, Act.RESEND)),
        (MessageState.WITHDRAWN, "shipped", ()),
        (MessageState.TAKEN_OVER, "told_before", ()),
    ],
)
def test_what_may_be_done_is_offered_where_a_message_stands(
    shop: Shop, state: MessageState, reason: str, acts: tuple[Act, ...]
) -> None:
    becomes(shop, state, reason)
    with shop.house() as house:
        assert acts_for(house, listed(shop, state)) == acts


@pytest.mark.parametrize(
    "act",
    [
        lambda house, one: release_messages(house, [one], "Kim"),
        lambda house, one: cancel_messages(house, [one], "Kim", NOON),
        lambda house, one: judge_anew(house, [one], "Kim", NOON),
    ],
)
def test_a_message_that_has_gone_is_left_alone(shop: Shop, act: Callable[..., object]) -> None:
    one = becomes(shop, MessageState.ACCEPTED)
    with shop.house() as house, pytest.raises(UsageError, match="is accepted"):
        act(house, one)
    assert states(shop) == [("accepted", "")]


def test_of_several_messages_all_are_changed_or_none(shop: Shop) -> None:
    one = becomes(shop, MessageState.HELD, "render_failed: x")
    with shop.house() as house, pytest.raises(UsageError, match="there is no message 99"):
        release_messages(house, [one, 99], "Kim")
    assert states(shop) == [("held", "render_failed: x")]


def test_a_message_of_another_mode_is_left_alone(shop: Shop) -> None:
    one = becomes(shop, MessageState.HELD, "x", mode="live")
    with shop.house() as house, pytest.raises(UsageError, match="of mode live, and the mode is folder"):
        release_messages(house, [one], "Kim")
