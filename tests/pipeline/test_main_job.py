"""The main job end to end: records in, decisions, outbox, judged again, files out, contacts logged."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notifier.errors import Stopped
from notifier.store.tables import Contact, Decision, Message, PlanRun, PromiseTold
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url)


def test_an_overdue_line_is_told_once(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann")])
    assert shop.plan().as_json()["by_purpose"] == {"delay": {"send": 1, "hold": 0, "skip": 0}}


def test_planning_twice_says_nothing_the_second_time(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann")])
    shop.plan()
    assert shop.plan().verdicts["send"] == 0


def test_importing_again_after_telling_says_nothing_more(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann")])
    shop.plan()
    shop.deliver()
    shop.take_in("backorders", [order("ann", delay_reason="typhoon")])
    assert shop.plan().verdicts["send"] == 0


def test_a_dry_run_stores_nothing(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann")])
    shop.plan(dry_run=True)
    assert (shop.rows(Decision), shop.rows(Message), shop.rows(PlanRun)) == ([], [], [])


def test_a_delivered_message_is_a_contact(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann")])
    shop.plan()
    report = shop.deliver()
    assert (report.accepted, [row.purpose for row in shop.rows(Contact)]) == (1, ["delay"])


def test_a_date_told_stands_in_the_promise_ledger(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", eta_from="2026-06-10", eta_to="2026-06-14")])
    shop.plan()
    shop.deliver()
    assert [str(row.eta_to) for row in shop.rows(PromiseTold)] == ["2026-06-14"]


def test_a_line_shipped_between_plan_and_delivery_is_not_written_about(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann")])
    shop.plan()
    shop.take_in("backorders", [order("ann", status="shipped", shipped_at="2026-06-01T14:00:00Z")])
    assert (shop.deliver().withdrawn, shop.sent()) == (1, [])


def test_a_message_loses_the_line_that_shipped_meanwhile(shop: Shop) -> None:
    lines = [order("ann", line_id="1"), order("ann", line_id="2", sku="VASE", product="Blue vase")]
    shop.take_in("backorders", lines)
    shop.plan()
    shop.take_in("backorders", [lines[0], lines[1] | {"status": "shipped", "shipped_at": "2026-06-01T14:00:00Z"}])
    shop.deliver()
    assert ["Blue vase" in text for text in shop.sent()] == [False]


def test_a_suppression_between_plan_and_delivery_wins(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann")])
    shop.plan()
    row = {"address": "ann@shop.example.com", "channel": "email", "reason": "bounced", "at": "2026-06-01T14:30:00Z"}
    shop.take_in("suppressions", [row])
    shop.deliver()
    assert [(row.state, row.reason) for row in shop.rows(Message)] == [("withdrawn", "suppressed")]


def test_a_promise_broken_by_a_slipped_purchase_order_is_told_with_the_new_date(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", promised_ship_by="2026-06-20")])
    shop.take_in("supply", [{"po_id": "P1", "sku": "LAMP", "quantity": 5, "promised_on": "2026-07-01"}])
    assert shop.plan().as_json()["by_purpose"]["delay"]["send"] == 1


def test_first_ordered_is_first_served(shop: Shop) -> None:
    late = order("bob", ordered_at="2026-05-02T10:00:00Z", promised_ship_by="2026-06-20", status="open")
    shop.take_in("backorders", [order("ann", promised_ship_by="2026-06-20", status="open"), late])
    shop.take_in("products", [{"sku": "LAMP", "stock": 1}])
    shop.take_in("supply", [{"po_id": "P1", "sku": "LAMP", "quantity": 5, "promised_on": "2026-07-01"}])
    shop.plan()
    assert [row.occasion for row in shop.rows(Message)] == ["2:promise:2026-06-20"]


def test_a_first_import_of_history_floods_nobody(shop: Shop) -> None:
    gone = [order(f"c{i}", status="shipped", shipped_at="2026-05-25T10:00:00Z") for i in range(20)]
    shop.take_in("backorders", gone)
    assert shop.plan().verdicts == {}


def test_a_told_line_that_ships_late_is_thanked_for(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann")])
    shop.plan()
    shop.deliver()
    later = NOON + timedelta(days=9)
    shop.take_in("backorders", [order("ann", status="shipped", shipped_at="2026-06-09T10:00:00Z")], later)
    shop.plan(later)
    assert [row.purpose for row in shop.rows(Message)] == ["delay", "thank_you"]


def test_a_past_moment_can_be_planned_from_a_later_export(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", status="shipped", shipped_at="2026-06-09T10:00:00Z")])
    assert shop.plan().as_json()["by_purpose"]["delay"]["send"] == 1


def test_the_brake_stops_a_run_before_anything_is_queued(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url, "[safety]\nmax_per_run = 2\n")
    shop.take_in("backorders", [order(name) for name in ("ann", "bob", "cat")])
    with pytest.raises(Stopped):
        shop.plan()
    assert (shop.rows(Message), [run.state for run in shop.rows(PlanRun)]) == ([], ["stopped"])


def test_an_unchanged_hold_updates_its_row(shop: Shop) -> None:
    young = order("ann", ordered_at="2026-05-31T10:00:00Z", promised_ship_by="", timezone="Asia/Tokyo")
    shop.take_in("backorders", [young])
    shop.plan()
    shop.take_in("backorders", [young | {"gift": "true"}])
    shop.plan(NOON + timedelta(minutes=5))
    assert [(row.verdict, row.times) for row in shop.rows(Decision)] == [("hold", 2)]


def test_a_held_message_goes_when_its_hour_has_come(shop: Shop) -> None:
    shop.take_in(
        "backorders", [order("ann", ordered_at="2026-05-31T10:00:00Z", promised_ship_by="", timezone="Asia/Tokyo")]
    )
    shop.plan()
    morning = datetime.fromisoformat("2026-06-02T08:30:00+09:00")
    assert shop.plan(morning).as_json()["by_purpose"] == {"placed": {"send": 1, "hold": 0, "skip": 0}}


def test_two_orders_of_one_address_are_one_email(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann"), order("ann", order_id="O-2", sku="VASE")])
    shop.plan()
    assert len(shop.rows(Message)) == 1


def test_orders_placed_with_two_addresses_are_two_emails(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann"), order("ann", order_id="O-2", email="work@shop.example.com")])
    shop.plan()
    assert len(shop.rows(Message)) == 2


def test_an_order_dated_ahead_is_looked_at_when_its_moment_has_come(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", ordered_at="2026-06-03T10:00:00Z", promised_ship_by="")])
    shop.plan()
    later = NOON + timedelta(days=2, minutes=1)
    assert shop.plan(later).as_json()["by_purpose"] == {"placed": {"send": 1, "hold": 0, "skip": 0}}


def test_two_past_moments_can_be_planned_one_after_the_other(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann"), order("bob", promised_ship_by="2026-06-03")])
    shop.plan()
    assert shop.plan(NOON + timedelta(days=3)).as_json()["by_purpose"] == {"delay": {"send": 1, "hold": 0, "skip": 0}}


def test_a_line_gone_from_a_snapshot_is_written_about_no_more(tmp_path: Path, database_url: str) -> None:
    toml = '[profiles.full]\nkind = "backorders"\nsnapshot = true\n'
    shop = open_shop(tmp_path, database_url, toml)
    shop.take_in("backorders", [order("ann"), order("bob"), order("cat")], profile="full")
    shop.take_in("backorders", [order("ann"), order("bob")], profile="full")
    shop.plan()
    assert len(shop.rows(Message)) == 2


def test_a_told_line_gone_from_a_snapshot_is_neither_late_nor_thanked_for(tmp_path: Path, database_url: str) -> None:
    toml = '[profiles.full]\nkind = "backorders"\nsnapshot = true\n'
    shop = open_shop(tmp_path, database_url, toml)
    dated = [order(name, eta_to="2026-06-20") for name in ("ann", "bob", "cat")]
    shop.take_in("backorders", dated, profile="full")
    shop.plan()
    shop.deliver()
    shop.take_in("backorders", dated[:2], NOON + timedelta(days=1), profile="full")
    shop.plan(NOON + timedelta(days=30))
    assert [row.purpose for row in shop.rows(Message) if row.customer_id == 3] == ["delay"]
