"""A supplier slipped: what is shown, what is written, what the next plan and the next file make of it."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from notifier.errors import Stopped, UsageError
from notifier.pipeline import slip as slips
from notifier.pipeline.slip_look import LATER, NEVER, NOW, SILENT
from notifier.store.tables import FactChange, ImportRun, Message, OrderLine, SlipMade, SlipMove, Supply
from notifier.terms.slip import Slip
from tests.pipeline.slipping import JUNE_30, MINUTE, approve, cut_off, day_of, late, look, supply, waiting, waiting_shop
from tests.shop import NOON, Shop, open_shop

pytestmark = pytest.mark.slow
"""Each lives through the main job; the rules themselves are tested without it."""


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return waiting_shop(tmp_path, database_url)


def test_a_look_shows_the_customers_by_legal_kind_and_what_becomes_of_them(shop: Shop) -> None:
    found, _ = look(shop)
    assert (found.customers, found.lines) == (4, 4)
    assert {kind: dict(counts) for kind, counts in found.kinds.items()} == {
        "F3": {NOW: 2, NEVER: 1},
        "EU": {NOW: 1},
    }


def test_a_slip_without_a_date_makes_the_first_notice_one_whose_silence_cancels(shop: Shop) -> None:
    shop.take_in("backorders", [waiting("kim", promised_ship_by="2026-06-11")])
    with shop.house() as house:
        found, _ = slips.look(house, Slip(po="PO-7", reason="The factory burnt down."), NOON + timedelta(days=4))
    assert found.of("F4", NOW) == 1


def test_a_look_shows_messages_as_they_will_be_read_with_the_new_day_and_the_reason(shop: Shop) -> None:
    _, letters = look(shop)
    american = next(one for one in letters if one.kind == "F3")
    assert (american.fault, "held in port" in american.text, "July 1" in american.text) == (
        "",
        True,
        True,
    )


def test_a_look_changes_nothing(shop: Shop) -> None:
    before = [shop.rows(table) for table in (Supply, OrderLine, FactChange, ImportRun, Message)]
    look(shop)
    assert [shop.rows(table) for table in (Supply, OrderLine, FactChange, ImportRun, Message)] == before


def test_an_approved_slip_moves_the_delivery_and_the_history_says_when_and_what(shop: Shop) -> None:
    approve(shop)
    moved = [(one.kind, one.field, one.old, one.new) for one in shop.rows(FactChange) if one.kind == "supply"]
    assert (day_of(shop), moved) == (date(2026, 6, 30), [("supply", "promised_on", "2026-06-10", "2026-06-30")])


def test_an_approved_slip_leaves_the_promise_as_it_was(shop: Shop) -> None:
    approve(shop)
    assert {one.promised_ship_by for one in shop.rows(OrderLine)} == {date(2026, 6, 20)}


def test_the_next_plan_tells_whom_the_look_showed_and_its_brake_does_not_ask_again(shop: Shop) -> None:
    approve(shop)
    report = shop.plan(NOON + MINUTE)
    assert (report.messaged, sorted({one.notice for one in shop.rows(Message)})) == (3, ["", "F3"])


def test_a_plan_right_after_that_is_not_stopped_for_what_the_slip_told(shop: Shop) -> None:
    approve(shop)
    shop.plan(NOON + MINUTE)
    shop.take_in("backorders", [late("zoe")], NOON + MINUTE)
    assert shop.plan(NOON + 2 * MINUTE).messaged == 1


def test_the_brake_still_asks_about_all_others(shop: Shop) -> None:
    approve(shop)
    shop.take_in("backorders", [late("zoe"), late("max")], NOON + MINUTE)
    with pytest.raises(Stopped, match="write to 2 customers"):
        shop.plan(NOON + MINUTE)


def test_an_approval_ends_after_three_days(shop: Shop) -> None:
    approve(shop)
    with pytest.raises(Stopped):
        shop.plan(NOON + timedelta(days=4))


def test_an_approval_of_fewer_than_it_has_become_is_refused_and_nothing_is_written(shop: Shop) -> None:
    with pytest.raises(Stopped, match="F3 from 0 to 2 customers"):
        approve(shop, shown={"F3": 0, "delay": 5})
    assert day_of(shop) == date(2026, 6, 10)


def test_the_same_old_word_in_the_next_file_does_not_undo_a_slip(shop: Shop) -> None:
    approve(shop)
    supply(shop, "2026-06-10", NOON + MINUTE)
    assert day_of(shop) == date(2026, 6, 30)


def test_a_newer_word_in_a_later_file_wins(shop: Shop) -> None:
    approve(shop)
    supply(shop, "2026-07-15", NOON + MINUTE)
    assert day_of(shop) == date(2026, 7, 15)


def test_after_a_newer_word_the_files_count_again(shop: Shop) -> None:
    approve(shop)
    supply(shop, "2026-07-15", NOON + MINUTE)
    supply(shop, "2026-06-10", NOON + 2 * MINUTE)
    assert day_of(shop) == date(2026, 6, 10)


def test_a_second_slip_is_not_undone_by_the_oldest_word(shop: Shop) -> None:
    approve(shop)
    approve(shop, Slip(po="PO-7", day=date(2026, 7, 9)), NOON + MINUTE)
    supply(shop, "2026-06-10", NOON + 2 * MINUTE)
    assert day_of(shop) == date(2026, 7, 9)


def test_a_slip_that_says_what_the_records_say_already_is_refused(shop: Shop) -> None:
    approve(shop)
    with pytest.raises(UsageError, match="say so already"):
        approve(shop, at=NOON + MINUTE)
    assert len(shop.rows(SlipMade)) == 1


def test_a_lines_own_date_gives_way_to_that_of_its_delivery(shop: Shop) -> None:
    shop.take_in("backorders", [waiting("kim", eta_from="2026-06-12", eta_to="2026-06-12")])
    found, _ = look(shop)
    approve(shop)
    assert (found.own_dates, shop.rows(OrderLine)[-1].eta_to) == (1, None)


def test_an_old_date_in_a_row_that_changed_otherwise_does_not_come_back(shop: Shop) -> None:
    shop.take_in("backorders", [waiting("kim", eta_to="2026-06-12")])
    approve(shop)
    shop.take_in("backorders", [waiting("kim", eta_to="2026-06-12", quantity=2)], NOON + MINUTE)
    line = shop.rows(OrderLine)[-1]
    assert (line.quantity, line.eta_to, line.delay_reason) == (2, None, "The ship was held in port.")


def test_a_newer_date_in_a_row_counts_again(shop: Shop) -> None:
    shop.take_in("backorders", [waiting("kim", eta_to="2026-06-12")])
    approve(shop)
    shop.take_in("backorders", [waiting("kim", eta_to="2026-07-20")], NOON + MINUTE)
    assert shop.rows(OrderLine)[-1].eta_to == date(2026, 7, 20)


def test_a_newer_date_of_the_order_reaches_a_line_whose_date_a_slip_moved(shop: Shop) -> None:
    kim = {"order_id": "O-kim", "customer_id": "kim", "email": "kim@shop.example.com", "ordered_at": "2026-05-20"}
    shop.take_in("orders", [kim | {"eta_to": "2026-06-12"}])
    shop.take_in("lines", [{"order_id": "O-kim", "sku": "LAMP", "line_id": "1", "quantity": 1}])
    approve(shop)
    shop.take_in("orders", [kim | {"eta_to": "2026-07-20"}], NOON + MINUTE)
    assert shop.rows(OrderLine)[-1].eta_to == date(2026, 7, 20)


def test_a_sku_without_any_delivery_moves_the_lines_own_ship_dates(shop: Shop) -> None:
    shop.take_in("backorders", [waiting("kim", sku="SOFA", product="Sofa", eta_to="2026-06-12")])
    approve(shop, Slip(sku="SOFA", day=date(2026, 7, 1)))
    assert shop.rows(OrderLine)[-1].eta_to == date(2026, 7, 2)


def test_a_sku_moves_all_its_deliveries_and_a_purchase_order_only_its_own(shop: Shop) -> None:
    more = [{"po_id": "PO-8", "sku": "LAMP", "quantity": 5, "promised_on": "2026-06-11"}]
    shop.take_in("supply", more)
    approve(shop, Slip(sku="LAMP", day=date(2026, 6, 30)))
    by_sku = [one.promised_on for one in shop.rows(Supply)]
    approve(shop, Slip(po="PO-8", day=date(2026, 7, 2)), NOON + MINUTE)
    assert (by_sku, [one.promised_on.day for one in shop.rows(Supply)]) == ([date(2026, 6, 30)] * 2, [30, 2])


def test_news_of_an_earlier_day_is_news_too(shop: Shop) -> None:
    found, _ = look(shop, Slip(po="PO-7", day=date(2026, 6, 3)))
    assert (found.lines, found.listed[0].now.last if found.listed[0].now else None) == (4, date(2026, 6, 4))


def test_whom_the_delivery_does_not_serve_is_not_shown(shop: Shop) -> None:
    shop.take_in("backorders", [waiting("kim", sku="SOFA", product="Sofa")])
    found, _ = look(shop)
    assert "kim" not in {one.customer for one in found.listed}


def test_who_has_no_address_is_counted_with_the_reason(shop: Shop) -> None:
    found, _ = look(shop)
    assert dict(found.never) == {"no_address": 1}


def test_at_night_they_are_told_later_and_the_approval_lasts_until_the_morning(
    tmp_path: Path, database_url: str
) -> None:
    shop = open_shop(tmp_path, database_url, "[safety]\nmax_per_run = 1\n[placed]\nmax_age_days = 60\n")
    supply(shop)
    rows = [waiting(name, promised_ship_by="") for name in ("ann", "bob")]
    shop.take_in("backorders", rows)
    evening = NOON + timedelta(hours=13)
    with shop.house() as house:
        found, _ = slips.look(house, JUNE_30, evening)
        slips.approve(house, JUNE_30, found.shown, "Lea", evening)
    shop.plan(evening)
    assert (found.all_of(LATER), shop.plan(NOON + timedelta(days=1)).messaged) == (2, 2)


def test_who_was_told_and_hears_nothing_new_is_silent(shop: Shop) -> None:
    approve(shop)
    shop.plan(NOON + MINUTE)
    shop.deliver(NOON + MINUTE)
    again, _ = look(shop)
    assert (again.all_of(NOW), again.all_of(SILENT)) == (0, 3)


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        (Slip(po="PO-9", day=date(2026, 6, 30)), "nothing of purchase order PO-9 is on its way"),
        (Slip(sku="NONE", day=date(2026, 6, 30)), "nobody waits for SKU NONE"),
        (Slip(po="PO-7", day=date(2026, 5, 30)), "is over"),
        (Slip(po="PO-7", day=date(2036, 5, 30)), "more than 730 days ahead"),
    ],
)
def test_a_slip_of_nothing_or_to_an_impossible_day_is_refused(shop: Shop, slip: Slip, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        look(shop, slip)


def test_no_slip_while_an_import_that_concerns_it_is_cut_off(shop: Shop) -> None:
    cut_off(shop)
    with pytest.raises(Stopped, match="has not come to its end"):
        look(shop)


def test_every_move_keeps_what_the_files_stated(shop: Shop) -> None:
    approve(shop)
    approve(shop, Slip(po="PO-7", day=date(2026, 7, 9)), NOON + MINUTE)
    moves = [(one.old, one.new, one.stated) for one in shop.rows(SlipMove) if one.kind == "supply"]
    assert moves == [("2026-06-10", "2026-06-30", "2026-06-10"), ("2026-06-30", "2026-07-09", "2026-06-10")]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Name the purchase order"),
        ({"po": "PO-7"}, "write the reason"),
        ({"po": "PO-7", "reason": "x" * 301}, "at most 300"),
        ({"po": "PO\n7", "reason": "why"}, "line break"),
    ],
)
def test_a_slip_says_what_it_lacks(given: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Slip(**given)  # type: ignore[arg-type]
