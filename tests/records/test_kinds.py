"""Shops that export several files, in whatever order the files come."""

from datetime import date, timedelta
from itertools import permutations

import pytest

from notifier.errors import ImportRefused
from notifier.store.tables import Address, Consent, FactChange, Order, OrderLine, Product, Supply, Suppression
from tests.records.conftest import NOW

FILES = {
    "customers": "customer_id,customer_name,email\nC1,Ann,a@example.com\n",
    "orders": "order_id,customer_id,ordered_at,promised_ship_by,shipped_at\n1,C1,2026-10-01,2026-10-20,\n",
    "lines": "order_id,line_id,sku,quantity\n1,1,A,2\n1,2,B,1\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("order", list(permutations(FILES)))
def test_files_give_the_same_shop_in_any_order(shop, order):
    for kind in order:
        shop.take(kind, FILES[kind])
    lines = shop.rows(OrderLine)
    customer = shop.customers()["C1"]
    assert {(row.sku, row.quantity, row.promised_ship_by, row.customer_id) for row in lines} == {
        ("A", 2, date(2026, 10, 20), customer.id),
        ("B", 1, date(2026, 10, 20), customer.id),
    }
    assert {row.ordered_at for row in lines} == {shop.one(Order).ordered_at}
    assert (customer.name, customer.email_id, shop.one(Order).email_id) == ("Ann", shop.one(Address).id, None)
    assert shop.due() == {"C1"}
    assert not [row for row in shop.rows(FactChange) if row.kind in ("order", "line")]


@pytest.mark.slow
@pytest.mark.parametrize("order", list(permutations(FILES)))
def test_importing_all_files_again_changes_nothing(small, order):
    for kind, content in FILES.items():
        small.take(kind, content)
    small.judged()
    again = [small.take(kind, FILES[kind], now=NOW + timedelta(days=1)).accepted for kind in order]
    assert (again, small.due()) == ([0, 0, 0], set())


def test_a_date_of_the_order_holds_for_lines_without_one_of_their_own(shop):
    for kind, content in FILES.items():
        shop.take(kind, content)
    shop.take("lines", "order_id,line_id,sku,shipped_at\n1,1,A,2026-10-10T00:00:00Z\n1,2,B,\n")
    shop.take("orders", FILES["orders"].replace("20,\n", "20,2026-10-15T00:00:00Z\n"))
    assert [row.shipped_at.day for row in shop.rows(OrderLine)] == [10, 15]


def test_a_promise_edited_on_the_order_is_an_edit_on_its_lines(shop):
    for kind, content in FILES.items():
        shop.take(kind, content)
    shop.take("orders", FILES["orders"].replace("10-20", "11-20"))
    found = {(row.promised_ship_by, row.promised_edit) for row in shop.rows(OrderLine)}
    assert found == {(date(2026, 10, 20), date(2026, 11, 20))}


def test_a_changed_stock_makes_everybody_waiting_for_it_due(shop, tell):
    shop.take("backorders", tell("", "order_id=2|customer_id=C2", "order_id=3|customer_id=C3|sku=B"))
    shop.take("products", "sku,product,stock,price,currency\nA,Apple,5,1.00,EUR\nB,Pear,,1.00,EUR\n")
    shop.judged()
    shop.take("products", "sku,product,stock,price,currency\nA,Apple,6,1.00,EUR\nB,Pear nice,,1.00,EUR\n")
    assert shop.due() == {"C1", "C2"}
    assert [(row.stock, row.name) for row in shop.rows(Product)] == [(6, "Apple"), (None, "Pear nice")]


def test_supply_makes_everybody_waiting_for_it_due(shop, tell):
    shop.take("backorders", tell("", "order_id=3|customer_id=C3|sku=B"))
    shop.judged()
    text = "po_id,sku,quantity,promised_on,received_on\nP1,A,10,2026-12-01,\n"
    shop.take("supply", text)
    assert shop.due() == {"C1"}
    assert shop.take("supply", text).unchanged == 1
    shop.take("supply", text.replace("01,\n", "01,2026-11-30\n"))
    assert shop.one(Supply).received_on == date(2026, 11, 30)


@pytest.mark.parametrize(("cell", "received"), [("", 10), ("4", 4), ("0", 0)])
def test_supply_that_arrived_uncounted_arrived_as_a_whole(small, cell, received):
    small.take("supply", f"po_id,sku,quantity,received_on,received_quantity\nP1,A,10,2026-11-30,{cell}\n")
    assert small.one(Supply).received_quantity == received


def test_supply_that_has_not_arrived_has_received_nothing(small):
    small.take("supply", "po_id,sku,quantity,received_on,received_quantity\nP1,A,10,,\n")
    assert small.one(Supply).received_quantity == 0


CONSENTS = """customer_id,address,channel,class,granted,wording,source,at
C1,,email,marketing,yes,I agree,checkout,2026-10-01T00:00:00Z
,+4915112345678,sms,service,no,,phone call,2026-10-02T00:00:00Z
"""


def test_consents_are_appended_once(shop, tell):
    shop.take("backorders", tell("phone=+4915112345678"))
    shop.judged()
    first, second = shop.take("consents", CONSENTS), shop.take("consents", CONSENTS)
    assert (first.accepted, second.accepted, second.unchanged) == (2, 0, 2)
    found = [(row.channel, row.granted, row.customer_id is None, row.address_id is None) for row in shop.rows(Consent)]
    assert found == [("email", True, False, True), ("sms", False, True, False)]
    assert shop.due() == {"C1"}


def test_a_suppression_needs_no_known_address_and_is_kept_as_a_hash(shop):
    text = "address,channel,reason,at\nGone@Example.com,,complaint,\n+4915112345678,sms,stop,2026-10-01T00:00:00Z\n"
    assert shop.take("suppressions", text).accepted == 2
    assert shop.take("suppressions", text, now=NOW + timedelta(days=1)).unchanged == 2
    rows = shop.rows(Suppression)
    assert [(row.channel, row.reason, len(row.address_hash)) for row in rows] == [
        ("email", "complaint", 64),
        ("sms", "stop", 64),
    ]
    assert shop.rows(Address) == []


def test_a_suppression_makes_who_ordered_with_the_address_due(shop, tell):
    shop.take("backorders", tell("email=a@example.com"))
    shop.judged()
    shop.take("suppressions", "address,reason\nA@example.com,bounced\n")
    assert shop.due() == {"C1"}


def full_export(tell, numbers):
    return tell(*(f"order_id={number}" for number in numbers))


def test_a_customer_whose_last_line_left_a_full_export_is_due(shop, tell):
    rows = ("", "order_id=2|customer_id=C2|sku=B", "order_id=3|customer_id=C3|sku=C")
    shop.take("backorders", tell(*rows), snapshot=True)
    shop.judged()
    shop.take("backorders", tell(*rows[:2]), snapshot=True)
    assert shop.due() == {"C3"}


def test_a_line_that_leaves_a_full_export_is_closed_and_nobody_is_told_it_was_cancelled(shop, tell):
    shop.take("backorders", full_export(tell, range(4)), snapshot=True)
    shop.judged()
    report = shop.take("backorders", full_export(tell, range(3)), snapshot=True)
    assert report.closed == 1
    assert [row.status for row in shop.rows(OrderLine)] == ["open", "open", "open", "closed"]
    [change] = shop.rows(FactChange)
    assert (change.field, change.old, change.new) == ("status", "open", "closed")


def test_a_closed_line_that_comes_back_is_open_again(shop, tell):
    for numbers in (range(4), range(3), range(4)):
        shop.take("backorders", full_export(tell, numbers), snapshot=True)
    assert [row.status for row in shop.rows(OrderLine)] == ["open"] * 4


def test_a_full_export_that_lost_more_than_half_is_refused_unless_accepted(shop, tell):
    shop.take("backorders", full_export(tell, range(5)), snapshot=True)
    with pytest.raises(ImportRefused, match=r"3 of 5 open lines.*--accept-shrink"):
        shop.take("backorders", full_export(tell, [0, 1, 9]), snapshot=True)
    assert len(shop.rows(OrderLine)) == 5
    assert shop.take("backorders", full_export(tell, [0, 1]), snapshot=True, accept_shrink=True).closed == 3


def test_a_rejected_row_of_a_full_export_is_not_absent(shop, tell):
    shop.take("backorders", full_export(tell, range(3)), snapshot=True)
    report = shop.take("backorders", tell("order_id=0", "order_id=1", "order_id=2|quantity=0"), snapshot=True)
    assert (report.rejected, report.closed) == (1, 0)


def test_a_full_export_of_one_profile_closes_no_line_of_another(shop, tell):
    shop.take("backorders", full_export(tell, range(2)), snapshot=True, profile="one")
    shop.take("backorders", full_export(tell, range(7, 9)), snapshot=True, profile="two")
    assert {row.status for row in shop.rows(OrderLine)} == {"open"}
