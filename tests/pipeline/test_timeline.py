"""A customer's and an order's page of their story, newest first, on both databases."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from notifier.pipeline import timeline
from notifier.pipeline.content import links_of
from notifier.pipeline.desk_view import reply
from notifier.pipeline.holds import Said, call, hold, release
from notifier.pipeline.letter_shown import letter_shown
from notifier.pipeline.people import Asked
from notifier.pipeline.receive import receive
from notifier.pipeline.timeline import CustomerPage, Entry, OrderPage, customer_page, order_page
from notifier.queries.desk import Pile
from notifier.render.links import NOBODYS
from notifier.store.lookup import table_of
from notifier.store.tables import Customer, Decision, Message, Order
from notifier.terms.incoming import Incoming, Road
from tests.kept_shops import AsLeft
from tests.pipeline.test_receive_texts import ANN, BY_TEXT
from tests.pipeline.test_receive_texts import SETTINGS as TEXTS
from tests.shop import NOON, Shop, open_shop, order

LATER = NOON + timedelta(hours=2)


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    return as_left(ann_has_called)


def ann_has_called(folder: Path, database_url: str) -> Shop:
    """Ann was told of one of her two orders; she has called, and agreed to wait."""
    made = open_shop(folder, database_url)
    made.take_in("backorders", [order("ann", eta_to="2026-06-20"), order("ann", order_id="O-2", eta_to="2026-06-20",
                 promised_ship_by="2026-07-20", sku="DESK")])  # fmt: skip
    made.plan()
    made.deliver()
    with made.house() as house:
        call(house, Asked("ann"), Said("Kim", "she was angry"), LATER, complaint=False)
    return made


def customer(shop: Shop, **more: object) -> CustomerPage:
    with shop.house() as house:
        (row,) = [one for one in shop.rows(Customer) if one.key == "ann"]
        found = customer_page(house, row.id, None, LATER)
    assert found is not None
    return found


def of_order(shop: Shop, key: str) -> OrderPage:
    with shop.house() as house:
        (row,) = [one for one in shop.rows(Order) if one.key == key]
        found = order_page(house, row.id, None, LATER)
    assert found is not None
    return found


def test_a_timeline_tells_what_happened_newest_first(shop: Shop) -> None:
    entries = customer(shop).timeline.entries
    assert [one.kind for one in entries] == ["hold", "contact", "sent", "order", "order"]
    assert [one.at for one in entries] == sorted((one.at for one in entries), reverse=True)


def test_a_message_comes_with_its_reasons_the_dates_it_told_and_what_became_of_it(shop: Shop) -> None:
    (sent,) = [one for one in customer(shop).timeline.entries if one.kind == "sent"]
    assert sent.message is not None
    assert (sent.message.state, sent.told[0].order) == ("accepted", "O-ann")
    assert ("caps", "pass") in [(step.rule, step.result) for step in sent.steps]
    assert "the promised day, 20 May, was over" in sent.words


def test_the_head_tells_who_it_is_without_a_whole_address(shop: Shop) -> None:
    who = customer(shop).customer
    assert (who.name, who.email, [one.key for one in who.orders]) == ("Ann", "a***@shop.example.com", ["O-2", "O-ann"])
    assert who.hold is not None and who.hold.by == "Kim"


def test_no_note_of_an_operator_is_told(shop: Shop) -> None:
    assert "angry" not in str(customer(shop))


def test_an_order_tells_what_concerns_it_alone(shop: Shop) -> None:
    kinds = {key: [one.kind for one in of_order(shop, key).timeline.entries] for key in ("O-ann", "O-2")}
    assert kinds == {"O-ann": ["sent", "order"], "O-2": ["order"]}


def test_an_order_reads_no_decision_from_before_it_was_known(shop: Shop) -> None:
    with shop.store.write() as tx:
        old = {"first_at": NOON - timedelta(days=1), "lines": "this cannot be read"}
        tx.connection.execute(update(table_of(Decision)).values(**old))
    assert [one.kind for one in of_order(shop, "O-2").timeline.entries] == ["order"]


def test_an_order_has_its_lines_with_the_last_date_told(shop: Shop) -> None:
    (line,) = of_order(shop, "O-ann").lines
    assert (line.product, str(line.told)) == ("Reading lamp", "2026-06-20")


def test_what_a_customer_wrote_is_quoted_with_what_was_made_of_it(shop: Shop) -> None:
    words = "Where is my lamp?? <script>alert(1)</script>"
    with shop.house() as house:
        mail = Incoming(Road.EMAIL, "key-1", LATER, words, sender="ann@shop.example.com", subject="Re: lamp")
        receive(house, replace(mail, customer_id=shop.rows(Customer)[0].id), LATER)
    replies = [one for one in customer(shop).timeline.entries if one.kind == "reply"]
    assert [one.quoted for one in replies] == [("Re: lamp", words)]


def test_a_hold_that_was_lifted_is_told_with_who_lifted_it(shop: Shop) -> None:
    with shop.house() as house:
        hold(house, Asked("ann"), Said("Kim"), LATER + timedelta(minutes=1), None)
        release(house, Asked("ann"), Said("Lee"), LATER + timedelta(minutes=2))
    told = [one.words for one in customer(shop).timeline.entries if one.kind == "hold"]
    assert "Lee lifted the hold" in told[0]


def told_by_page(shop: Shop, name: str) -> list[list[Entry]]:
    """All pages of a customer's story."""
    (row,) = [one for one in shop.rows(Customer) if one.key == name]
    mark, pages = None, []
    with shop.house() as house:
        for _ in range(20):
            page = customer_page(house, row.id, mark, LATER)
            assert page is not None
            pages.append([*page.timeline.entries])
            mark = page.timeline.rest
            if mark is None:
                break
    return pages


def called_often(shop: Shop, *moments: datetime) -> None:
    with shop.house() as house:
        for at in moments:
            call(house, Asked("ann"), Said("Kim"), at, complaint=False)


def each_once(pages: list[list[Entry]], kind: str) -> list[int]:
    """How many of this kind are told, and whether each page is full and nothing is told twice."""
    seen = [(one.at, one.kind, one.words) for page in pages for one in page]
    assert {len(page) for page in pages[:-1]} <= {timeline.A_PAGE}
    return [len([one for one in seen if one[1] == kind]), len(seen) - len(set(seen))]


def test_a_long_story_is_told_page_by_page_and_each_thing_once(shop: Shop) -> None:
    called_often(shop, *[LATER + timedelta(hours=hour) for hour in range(1, 101)])
    assert each_once(told_by_page(shop, "ann"), "contact") == [101, 0]


def test_a_story_of_orders_alone_is_told_to_its_end(database_url: str, tmp_path: Path) -> None:
    shop = open_shop(tmp_path, database_url)
    days = [f"2026-{month:02}-{day:02}T10:00:00Z" for month in (1, 2, 3) for day in range(1, 29)]
    shop.take_in("backorders", [order("ann", order_id=f"O-{at}", ordered_at=at) for at in days])
    assert each_once(told_by_page(shop, "ann"), "order") == [len(days), 0]


def test_what_shares_one_moment_is_told_to_its_end(database_url: str, tmp_path: Path) -> None:
    shop = open_shop(tmp_path, database_url)
    shop.take_in("backorders", [order("ann", order_id=f"O-{number}") for number in range(100)])
    assert each_once(told_by_page(shop, "ann"), "order") == [100, 0]


def test_a_full_page_that_is_the_last_leads_to_no_other(database_url: str, tmp_path: Path) -> None:
    shop = open_shop(tmp_path, database_url)
    shop.take_in("backorders", [order("ann", order_id=f"O-{number}") for number in range(timeline.A_PAGE)])
    assert len(told_by_page(shop, "ann")) == 1


def test_nobody_has_no_page(shop: Shop) -> None:
    with shop.house() as house:
        assert (customer_page(house, 999, None, NOON), order_page(house, 999, None, NOON)) == (None, None)


def test_an_email_is_shown_as_it_was_sent(shop: Shop) -> None:
    (row,) = shop.rows(Message)
    with shop.house() as house:
        found = letter_shown(house, row.id)
    assert found is not None
    assert ("Reading lamp" in found.html, "Reading lamp" in found.text) == (True, True)


def test_a_message_that_has_not_gone_has_no_body_yet(database_url: str, tmp_path: Path) -> None:
    shop = open_shop(tmp_path, database_url)
    shop.take_in("backorders", [order("bob")])
    shop.plan()
    (row,) = shop.rows(Message)
    with shop.house() as house:
        found = letter_shown(house, row.id)
        assert letter_shown(house, row.id + 1) is None
    assert found is not None
    assert (found.html, found.text) == ("", "")


PAGES = '[web]\nlisten = "127.0.0.1:8080"\npublic_url = "https://oak.example"\n'
CUSTOMERS_OWN = f"/{NOBODYS}"


def test_an_email_is_shown_without_its_customers_keys(database_url: str, tmp_path: Path) -> None:
    shop = open_shop(tmp_path, database_url, PAGES)
    shop.take_in("backorders", [order("ann")])
    shop.plan()
    shop.deliver()
    (row,) = shop.rows(Message)
    with shop.house() as house:
        links, found = links_of(house, row), letter_shown(house, row.id)
    assert found is not None and links.page in shop.sent()[0].replace("=\n", "")
    keys = [link.rpartition("/")[2] for link in (links.page, links.short, links.unsubscribe)]
    assert not [key for key in keys if key in found.html + found.text]
    assert (CUSTOMERS_OWN in found.html, CUSTOMERS_OWN in found.text) == (True, True)


@pytest.mark.slow
def test_a_text_is_shown_without_its_customers_key_in_timeline_and_inbox(database_url: str, tmp_path: Path) -> None:
    shop = open_shop(tmp_path, database_url, TEXTS + PAGES, NOTIFIER_SMS__AUTH_TOKEN="0" * 32)
    shop.take_in("backorders", [order("ann", **BY_TEXT)])
    shop.plan()
    shop.deliver()
    (row,) = shop.rows(Message)
    with shop.house() as house:
        link = links_of(house, row).short
        receive(house, Incoming(Road.SMS, "1", NOON, f"what is {link}?", ANN), NOON)
        told = [*customer(shop).timeline.entries]
        beside = reply(house, 1, (Pile.OPEN, "Kim"), NOON)
    shown = [*(one.text for one in told), *(one.quoted[1] for one in told), *(one.words for one in beside.turns)]
    assert link not in str((shown, beside.one.words, letter_text(shop, row.id)))
    assert len([one for one in shown if CUSTOMERS_OWN in one]) == 4


def letter_text(shop: Shop, message: int) -> str:
    with shop.house() as house:
        found = letter_shown(house, message)
    return found.text if found is not None else ""
