"""Retention: who and what is forgotten after `[retention] days`, and who never is."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from notifier.conversation import reply_of
from notifier.helpdesk import Written, keep
from notifier.pipeline.cleanup import clean_up
from notifier.pipeline.inbox import close
from notifier.pipeline.receive import receive
from notifier.pipeline.retention import Forgotten, forget_old
from notifier.store.lookup import table_of
from notifier.store.tables import (
    Address,
    Consent,
    Customer,
    Evidence,
    Message,
    MessageBody,
    Notice,
    Suppression,
    TeamAnswer,
)
from notifier.terms.incoming import Incoming, Road
from notifier.terms.time import add_years
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow

CLOSED = {"status": "shipped", "shipped_at": "2026-06-05T10:00:00Z"}
SHIPPED = NOON + timedelta(days=5)
TWO_YEARS = NOON + timedelta(days=740)
SEVEN_YEARS = add_years(TWO_YEARS, 6)


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url)
    shop.take_in("backorders", [order("ann"), order("bob")])
    shop.plan()
    shop.deliver()
    shop.take_in("backorders", [order("ann", **CLOSED), order("bob")], SHIPPED)
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    """Ann's order was late, she was told, and it shipped; Bob still waits for his."""
    return as_left(shop_made)


def forgotten(shop: Shop, now: datetime = TWO_YEARS) -> Forgotten:
    with shop.house() as house:
        return forget_old(house, now)


def names(shop: Shop) -> set[str]:
    return {row.name for row in shop.rows(Customer)} - {""}


def give_notice(shop: Shop) -> None:
    """Ann's message carried a notice."""
    with shop.house() as house, house.store.write() as tx:
        query = select(table_of(Message).c.id).where(table_of(Message).c.customer_id == 1)
        message = tx.connection.execute(query).scalar_one()
        row = {"line_id": 1, "answers": date(2026, 5, 20), "kind": "F3", "message_id": message, "live": "live"}
        tx.connection.execute(
            insert(table_of(Notice)),
            row | {"promised": date(2026, 5, 20), "source": "bot", "created_at": NOON, "sent_at": NOON},
        )


def test_who_has_not_been_heard_of_for_so_long_is_forgotten(shop: Shop) -> None:
    assert forgotten(shop) == Forgotten(messages=1, contacts=0, people=1, evidence=0)
    assert names(shop) == {"Bob"}
    assert {row.value for row in shop.rows(Address)} == {None, "bob@shop.example.com"}


def test_who_has_an_open_line_is_never_touched(shop: Shop) -> None:
    forgotten(shop, SEVEN_YEARS)
    bob = [row for row in shop.rows(Message) if row.subject]
    assert (len(bob), len(shop.rows(MessageBody))) == (1, 1)


def test_nobody_is_forgotten_a_day_too_early(shop: Shop) -> None:
    over = datetime(2026, 6, 5, 10, 0, tzinfo=UTC) + timedelta(days=730)
    assert forgotten(shop, over).people == 0
    assert forgotten(shop, over + timedelta(seconds=1)).people == 1


def test_a_second_pass_finds_nothing(shop: Shop) -> None:
    forgotten(shop)
    assert forgotten(shop) == Forgotten(0, 0, 0, 0)


def test_the_clean_up_forgets(shop: Shop) -> None:
    with shop.house() as house:
        clean_up(house, TWO_YEARS)
    assert names(shop) == {"Bob"}


def test_no_address_is_suppressed_by_being_forgotten(shop: Shop) -> None:
    forgotten(shop)
    assert shop.rows(Suppression) == []


def test_an_old_file_describes_nobody_anew(shop: Shop) -> None:
    forgotten(shop)
    shop.take_in("customers", [_row("ann")], TWO_YEARS)
    shop.take_in("orders", [_row("ann") | {"order_id": "O-ann", "ordered_at": "2026-05-01T10:00:00Z"}], TWO_YEARS)
    assert names(shop) == {"Bob"}
    assert {row.value for row in shop.rows(Address)} == {None, "bob@shop.example.com"}


def _row(name: str) -> dict[str, Any]:
    return {"customer_id": name, "customer_name": name.title(), "email": f"{name}@shop.example.com"}


def test_a_new_order_brings_somebody_back(shop: Shop) -> None:
    forgotten(shop)
    placed = TWO_YEARS - timedelta(days=1)
    back = {"order_id": "O-2", "ordered_at": placed.isoformat(), "promised_ship_by": "2028-06-01"}
    shop.take_in("backorders", [order("ann", **back)], TWO_YEARS)
    assert names(shop) == {"Ann", "Bob"}
    assert shop.plan(TWO_YEARS).as_json()["decisions"]["send"] >= 1


def test_a_no_is_remembered_and_a_yes_is_not(shop: Shop) -> None:
    said = {"customer_id": "ann", "channel": "email", "at": "2026-05-01T10:00:00Z", "wording": "offers?"}
    yes_and_no = [
        said | {"class": "marketing", "granted": "yes"},
        said | {"class": "service", "granted": "no"},
    ]
    shop.take_in("consents", yes_and_no)
    forgotten(shop)
    assert [(row.message_class, row.granted, row.wording) for row in shop.rows(Consent)] == [("service", False, "")]
    assert [row.kind for row in shop.rows(Evidence)] == ["consent", "consent"]


def test_a_notice_goes_to_the_archive_before_its_message_is_forgotten(shop: Shop) -> None:
    give_notice(shop)
    forgotten(shop)
    kept = shop.rows(Evidence)
    assert [(row.kind, row.keep_until) for row in kept] == [("notice", add_years(TWO_YEARS - timedelta(days=730), 5))]
    assert len(shop.rows(MessageBody)) == 1


def test_evidence_is_deleted_when_its_years_are_over(shop: Shop) -> None:
    give_notice(shop)
    forgotten(shop)
    assert forgotten(shop, SEVEN_YEARS).evidence == 1
    assert shop.rows(Evidence) == []


def test_the_words_of_a_notice_stay_with_a_customer_who_is_active(shop: Shop) -> None:
    give_notice(shop)
    _order_again(shop)
    assert forgotten(shop).messages == 0
    assert forgotten(shop, SEVEN_YEARS).messages == 1


def test_other_words_go_although_the_customer_is_active(shop: Shop) -> None:
    _order_again(shop)
    done = forgotten(shop)
    assert (done.messages, done.people) == (1, 0)
    assert [row.subject for row in shop.rows(Message) if row.customer_id == 1] == [""]


def _order_again(shop: Shop) -> None:
    """Ann had another order last year, which shipped at once."""
    again = {"order_id": "O-2", "ordered_at": "2028-01-10T10:00:00Z", "status": "shipped"}
    shop.take_in("backorders", [order("ann", **again, shipped_at="2028-01-11T10:00:00Z")], TWO_YEARS)


def answered(shop: Shop, at: datetime) -> None:
    """Zoe, whom nobody knew, wrote; it was found to be Ann's, and the team answered at `at`."""
    with shop.house() as house:
        receive(house, Incoming(Road.EMAIL, "1", SHIPPED, "", "zoe@shop.example.com", message_id=1), SHIPPED)
        with house.store.write() as tx:
            reply = reply_of(tx, 1)
            assert reply is not None
            keep(tx, reply, Written("a", "We will call you."), at)
        close(house, [1], "Kim", "", at)


def test_the_teams_answer_is_forgotten_with_the_reply(shop: Shop) -> None:
    answered(shop, SHIPPED)
    shop.take_in("backorders", [order("ann", order_id="O-2", **CLOSED)], TWO_YEARS)
    forgotten(shop)
    assert [row.words for row in shop.rows(TeamAnswer)] == [""]


def test_a_reply_that_was_answered_lately_keeps_the_answer(shop: Shop) -> None:
    answered(shop, TWO_YEARS - timedelta(days=1))
    forgotten(shop)
    assert [row.words for row in shop.rows(TeamAnswer)] == ["We will call you."]
