"""What waits for a person, and what the person's word does: as of the receipt, by the customer's own road."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from notifier.errors import UsageError
from notifier.pipeline.house import House
from notifier.pipeline.inbox import Act, Acted, Doing, act, assign, close, conversation_of, inbox
from notifier.pipeline.people import Asked as Whom
from notifier.pipeline.receive import receive
from notifier.store.asked import OwnWish, asked_of
from notifier.store.tables import Action, Answer, Consent, Contact, LegalStanding, Message, Reply
from notifier.terms.effects import Asked
from notifier.terms.incoming import Incoming, Road
from tests.pipeline.inbox.hearing import HOUR, PERHAPS, hear, told_by_law
from tests.pipeline.test_delay_law import at, state
from tests.pipeline.test_receive_texts import ANN, BY_TEXT, told_by_text
from tests.pipeline.test_receive_texts import SETTINGS as TEXTS
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""


@pytest.fixture
def house(shop: Shop) -> Iterator[House]:
    """Nobody has written yet."""
    with shop.house() as opened:
        yield opened


def do(house: House, what: Doing, reply: int = 1, **more: str) -> Acted:
    return act(house, Act(reply, what, "Kim", **more), NOON + 3 * HOUR)


def test_what_is_not_clear_waits_with_its_order_and_words(house: House) -> None:
    hear(house)
    assert [(one.orders, one.words, one.customer) for one in inbox(house)] == [(("O-ann",), PERHAPS, "ann")]


def test_without_a_day_of_the_law_somebody_must_look_within_a_day(house: House) -> None:
    hear(house)
    assert [one.deadline for one in inbox(house)] == [NOON + 25 * HOUR]


def test_the_day_of_the_law_comes_first(tmp_path: Path, database_url: str) -> None:
    shop = told_by_law(tmp_path, database_url)
    with shop.house() as house:
        receive(house, Incoming(Road.EMAIL, "1", at("2026-05-12"), PERHAPS, message_id=1), at("2026-05-12"))
        (one,) = inbox(house)
    (standing,) = shop.rows(LegalStanding)
    assert (one.by_law, one.deadline) == (standing.deadline_at, standing.deadline_at)


def test_a_line_that_may_be_cancelled_alarms_while_silence_would_be_consent(tmp_path: Path, database_url: str) -> None:
    shop = told_by_law(tmp_path, database_url)
    with shop.house() as house:
        receive(house, Incoming(Road.EMAIL, "1", at("2026-05-12"), PERHAPS, message_id=1), at("2026-05-12"))
    shop.plan(at("2026-05-12"))
    assert [row.alarm for row in shop.rows(LegalStanding)] == ["cancellation_unclear"]


def test_what_is_closed_waits_no_more(house: House) -> None:
    hear(house)
    close(house, [1], "Kim", "", NOON + 3 * HOUR)
    assert inbox(house) == []


def test_closing_frees_what_was_frozen(house: House) -> None:
    hear(house)
    close(house, [1], "Kim", "", NOON + 3 * HOUR)
    with house.store.read() as tx:
        assert asked_of(tx, [1], NOON + 4 * HOUR) == {}


def test_before_it_is_closed_the_line_is_frozen(house: House) -> None:
    hear(house)
    with house.store.read() as tx:
        assert asked_of(tx, [1], NOON + 4 * HOUR) == {1: OwnWish(Asked.UNCLEAR)}


def test_what_does_not_wait_cannot_be_closed(house: House) -> None:
    with pytest.raises(UsageError, match="no reply 9"):
        close(house, [9], "Kim", "", NOON)


def test_an_operator_cancels_as_of_the_receipt(shop: Shop, house: House) -> None:
    hear(house)
    do(house, Doing.CANCEL)
    assert [(row.kind, row.requested_at, row.requested_by) for row in shop.rows(Action)] == [
        ("cancel", NOON + HOUR, "Kim")
    ]


def test_what_was_acted_on_waits_no_more(house: House) -> None:
    hear(house)
    assert (do(house, Doing.CANCEL).closed, inbox(house)) == (True, [])


def test_a_consent_counts_from_its_receipt_although_its_time_is_over_when_it_is_read(
    tmp_path: Path, database_url: str
) -> None:
    shop = told_by_law(tmp_path, database_url, "2026-07-01")
    with shop.house() as house:
        hello = Incoming(Road.EMAIL, "1", at("2026-06-18"), "well well", message_id=1)
        receive(house, hello, at("2026-06-18"))
        act(house, Act(1, Doing.ACCEPT, "Kim"), at("2026-06-22"))
    assert state(shop, "2026-06-22") == "consented"


def test_to_keep_a_frozen_order_closes_the_reply_and_agrees_to_no_date(shop: Shop, house: House) -> None:
    hear(house)
    found = do(house, Doing.KEEP)
    assert (found.closed, shop.rows(Answer), inbox(house)) == (True, [], [])


def test_what_does_not_count_still_waits(shop: Shop, house: House) -> None:
    hear(house)
    shop.take_in("backorders", [order("ann", status="shipped", shipped_at="2026-06-01T15:30:00Z")], NOON + 2 * HOUR)
    found = do(house, Doing.CANCEL)
    assert (found.closed, found.why, len(inbox(house))) == (False, "too_late shipped", 1)


def test_an_operators_act_is_never_a_thing_that_waits_itself(house: House) -> None:
    hear(house)
    do(house, Doing.COMPLAINT)
    assert inbox(house) == []


def test_the_customer_is_told_what_was_done_for_them(shop: Shop, house: House) -> None:
    hear(house)
    do(house, Doing.CANCEL)
    assert shop.rows(Message)[-1].occasion == "reply:2"


def test_an_opt_in_by_an_operator_is_for_order_messages_alone(shop: Shop, house: House) -> None:
    hear(house)
    do(house, Doing.OPT_IN)
    assert [(row.message_class, row.granted) for row in shop.rows(Consent)] == [("service", True)]


def test_a_swap_names_its_product(house: House) -> None:
    hear(house)
    with pytest.raises(UsageError, match="names the product"):
        do(house, Doing.SWAP)


def test_for_somebody_unknown_nothing_can_be_done(house: House) -> None:
    hear(house, message=None, sender="zoe@shop.example.com")
    with pytest.raises(UsageError, match="assign it to a customer"):
        do(house, Doing.CANCEL)


def test_an_assigned_reply_can_be_acted_on(shop: Shop, house: House) -> None:
    hear(house, message=None, sender="zoe@shop.example.com")
    assign(house, 1, Whom("bob"), "Kim", NOON + 3 * HOUR)
    do(house, Doing.CANCEL)
    assert [(row.customer_id, row.kind) for row in shop.rows(Action)] == [(2, "cancel")]


def test_an_assigned_cancellation_freezes_until_it_is_closed(house: House) -> None:
    hear(house, message=None, sender="zoe@shop.example.com")
    assign(house, 1, Whom("bob"), "Kim", NOON + 3 * HOUR)
    with house.store.read() as tx:
        assert asked_of(tx, [2], NOON + 4 * HOUR) == {2: OwnWish(Asked.UNCLEAR)}


def test_an_assigned_reply_keeps_no_address_and_is_a_contact(shop: Shop, house: House) -> None:
    hear(house, message=None, sender="zoe@shop.example.com")
    assign(house, 1, Whom("bob"), "Kim", NOON + 3 * HOUR)
    assert (shop.rows(Reply)[0].sender, [row.customer_id for row in shop.rows(Contact)][-1]) == ("", 2)


def test_a_reply_of_somebody_is_not_assigned_to_another(house: House) -> None:
    hear(house)
    with pytest.raises(UsageError, match="already"):
        assign(house, 1, Whom("bob"), "Kim", NOON)


def test_the_order_of_another_customer_is_refused(house: House) -> None:
    hear(house)
    with pytest.raises(UsageError, match="another customer's"):
        do(house, Doing.CANCEL, order="O-bob")


def test_a_conversation_is_told_with_the_newest_last(house: House) -> None:
    hear(house)
    _, turns = conversation_of(house, 1)
    assert [(one.who, one.words) for one in turns][-1] == ("customer", PERHAPS)


def test_a_text_of_ours_is_told_with_its_words(tmp_path: Path, database_url: str) -> None:
    shop = told_by_text(tmp_path, database_url)
    with shop.house() as house:
        receive(house, Incoming(Road.SMS, "1", NOON + HOUR, "hmm", ANN), NOON + HOUR)
        _, turns = conversation_of(house, 1)
    assert "Reading lamp" in turns[0].words


def test_acting_twice_does_it_once(shop: Shop, house: House) -> None:
    hear(house)
    do(house, Doing.CANCEL)
    with pytest.raises(UsageError, match="Kim has seen to reply 1 already"):
        do(house, Doing.CANCEL)
    assert len(shop.rows(Answer)) == 1


def two_lines(shop: Shop) -> None:
    """Ann's order has two lines, and the first one has shipped."""
    first = order("ann", status="shipped", shipped_at="2026-06-01T15:30:00Z")
    shop.take_in("backorders", [first, order("ann", line_id="2", sku="SHADE", product="Shade")], NOON + 2 * HOUR)


def test_acting_for_one_line_is_no_bar_to_acting_for_another(shop: Shop, house: House) -> None:
    two_lines(shop)
    hear(house)
    first = do(house, Doing.CANCEL, order="O-ann", line="LAMP#1")
    second = do(house, Doing.CANCEL, order="O-ann", line="2")
    assert (first.closed, second.closed) == (False, True)


def test_what_counts_for_one_line_of_two_is_said_for_each(shop: Shop, house: House) -> None:
    two_lines(shop)
    hear(house)
    found = do(house, Doing.CANCEL, order="O-ann")
    assert (found.closed, [(one.line, one.done) for one in found.lines]) == (True, [("LAMP#1", False), ("2", True)])


def test_an_operators_opt_out_covers_the_number_that_wrote(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url, TEXTS, NOTIFIER_SMS__AUTH_TOKEN="0" * 32)
    shop.take_in("backorders", [order("ann", **BY_TEXT)])
    with shop.house() as house:
        receive(house, Incoming(Road.SMS, "1", NOON + HOUR, PERHAPS, ANN), NOON + HOUR)
        do(house, Doing.OPT_OUT)
        number = inbox_row(shop).address_id
    assert {(row.address_id, row.customer_id) for row in shop.rows(Consent)} == {(number, None)}


def inbox_row(shop: Shop) -> Reply:
    found: Reply = shop.rows(Reply)[0]
    return found
