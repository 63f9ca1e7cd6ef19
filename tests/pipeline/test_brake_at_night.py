"""The brake where not all that it stopped may go at this hour: no hour lets a part of it go by itself."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from notifier.errors import Stopped
from notifier.pipeline.locks import RECORDS_LOCK
from notifier.pipeline.plan_report import PlanReport
from notifier.pipeline.runs import say
from notifier.pipeline.withheld import Saying, Word
from notifier.store.engine import Transaction
from notifier.store.lookup import table_of
from notifier.store.runs import change_run
from notifier.store.tables import Customer, ImportRun, Message, PlanRun
from tests.databases import WAITING
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""

EVENING = NOON + timedelta(hours=10)
"""21:00 in New York, 18:00 in Los Angeles."""

NIGHT = NOON + timedelta(hours=13)
MORNING = NOON + timedelta(days=1)
LIMIT = "[safety]\nmax_per_run = 2\n"
EAST, WEST = {"timezone": "America/New_York"}, {"timezone": "America/Los_Angeles"}


@pytest.fixture
def shop(tmp_path: Path, sqlite_url: str) -> Shop:
    return open_shop(tmp_path, sqlite_url, LIMIT)


def placed(name: str, **more: str) -> dict[str, object]:
    """A new backorder without a promise: news, but nothing that the law requires."""
    return order(name, ordered_at="2026-05-31T10:00:00Z", promised_ship_by="") | more


def stop(shop: Shop, *rows: dict[str, object]) -> int:
    shop.take_in("backorders", rows)
    with pytest.raises(Stopped) as found:
        shop.plan()
    return found.value.run or 0


def stop_four(shop: Shop) -> int:
    """Three customers in the east, one in the west."""
    return stop(shop, *[placed(name, **EAST) for name in ("ann", "bob", "cat")], placed("dan", **WEST))


def word(shop: Shop, run: int, saying: Saying, now=NOON) -> PlanReport:
    with shop.house() as house:
        return say(house, Word(run, saying), "Ada", now, lambda done, due: None)


def states(shop: Shop) -> list[str]:
    return [row.state for row in shop.rows(PlanRun)]


def told(shop: Shop) -> list[str]:
    return sorted(row.purpose for row in shop.rows(Message))


def test_the_few_that_may_still_go_in_the_evening_do_not_let_the_rest_go(shop: Shop) -> None:
    stop_four(shop)
    with pytest.raises(Stopped, match="3 more whom it holds"):
        shop.plan(EVENING)
    assert (told(shop), states(shop)) == ([], ["stopped"])


def test_a_run_that_waits_outlives_the_night(shop: Shop) -> None:
    stop(shop, *[placed(name, **EAST) for name in ("ann", "bob", "cat")])
    shop.plan(NIGHT)
    shop.plan(NIGHT + timedelta(minutes=5))
    with pytest.raises(Stopped):
        shop.plan(MORNING)
    assert states(shop) == ["stopped", "done", "done"]


def test_facts_that_are_mended_in_the_night_need_no_word_in_the_morning(shop: Shop) -> None:
    rows = [placed(name, **EAST) for name in ("ann", "bob", "cat")]
    stop(shop, *rows)
    shop.take_in("backorders", [row | {"status": "cancelled"} for row in rows[1:]], NIGHT)
    shop.plan(NIGHT)
    assert (shop.plan(MORNING).verdicts["send"], states(shop)) == (1, ["overtaken", "done", "done"])


def test_an_evenings_rejection_reaches_those_whose_hour_is_over(shop: Shop) -> None:
    run = stop_four(shop)
    word(shop, run, Saying.REJECT, EVENING)
    shop.plan(MORNING)
    assert told(shop) == []


def test_a_nights_rejection_reaches_those_whom_a_plan_has_put_off(shop: Shop) -> None:
    run = stop(shop, *[placed(name, **EAST) for name in ("ann", "bob", "cat")])
    shop.plan(NIGHT)
    word(shop, run, Saying.REJECT, NIGHT + timedelta(minutes=5))
    shop.plan(MORNING)
    assert (told(shop), states(shop)) == ([], ["rejected", "done", "done"])


def test_an_evenings_word_for_the_required_ones_keeps_the_rest_waiting(shop: Shop) -> None:
    run = stop(shop, order("dan", **WEST), placed("ann", **EAST), placed("bob", **EAST))
    word(shop, run, Saying.REQUIRED_ONLY, EVENING)
    shop.plan(MORNING)
    assert told(shop) == ["delay"]


def test_what_an_evenings_word_kept_waiting_goes_once_it_is_approved(shop: Shop) -> None:
    run = stop(shop, order("dan", **WEST), placed("ann", **EAST), placed("bob", **EAST))
    word(shop, run, Saying.REQUIRED_ONLY, EVENING)
    shop.plan(MORNING)
    word(shop, run, Saying.APPROVE, MORNING + timedelta(minutes=5))
    assert told(shop) == ["delay", "placed", "placed"]


def test_a_rejection_leaves_other_purposes_that_are_held_alone(shop: Shop) -> None:
    run = stop(shop, *[order(name, **WEST) for name in ("ann", "bob", "cat")])
    shop.take_in("backorders", [placed("eve", **EAST)], EVENING)
    word(shop, run, Saying.REJECT, EVENING)
    shop.plan(MORNING)
    assert told(shop) == ["placed"]


def test_facts_that_are_mended_after_a_night_of_plans_need_no_word(shop: Shop) -> None:
    rows = [placed(name, **EAST) for name in ("ann", "bob", "cat")]
    stop(shop, *rows)
    shop.plan(NIGHT)
    shop.take_in("backorders", [row | {"status": "cancelled"} for row in rows], NIGHT)
    shop.take_in("backorders", [order("eve", sku="DESK", **WEST)], NIGHT)
    assert (shop.plan(NIGHT + timedelta(minutes=20)).verdicts["send"], states(shop)[0]) == (1, "overtaken")


def test_customers_whom_an_unfinished_import_concerns_are_still_to_come(shop: Shop) -> None:
    stop_four(shop)
    imports = table_of(ImportRun)
    with shop.house() as house, house.store.write() as tx:
        tx.connection.execute(update(imports).values(state="running"))
    shop.plan(EVENING)
    assert states(shop) == ["stopped", "done"]


def test_an_evening_leaves_what_was_shown_as_it_was(shop: Shop) -> None:
    run = stop_four(shop)
    told_at(shop, run, NOON)
    with pytest.raises(Stopped):
        shop.plan(EVENING)
    (row,) = shop.rows(PlanRun)
    assert (row.told_at, json.loads(row.found)["by_purpose"]["placed"]["customers"]) == (NOON, 4)


def test_a_mornings_word_is_good_after_an_evenings_plan(shop: Shop) -> None:
    run = stop_four(shop)
    with pytest.raises(Stopped):
        shop.plan(EVENING)
    assert word(shop, run, Saying.APPROVE, MORNING).verdicts["send"] == 4


def test_a_nights_rejection_leaves_what_was_ordered_since_to_its_own_plan(shop: Shop) -> None:
    run = stop(shop, *[placed(name, **EAST) for name in ("ann", "bob", "cat")])
    shop.take_in("backorders", [placed(name, sku="DESK", **EAST) for name in ("x", "y")], NIGHT)
    word(shop, run, Saying.REJECT, NIGHT)
    assert shop.plan(MORNING).verdicts["send"] == 2


def test_a_word_for_the_required_ones_alone_holds_the_rest_back_also_in_the_night(shop: Shop) -> None:
    run = stop(shop, *[placed(name, **EAST) for name in ("ann", "bob", "cat")])
    word(shop, run, Saying.REQUIRED_ONLY, NIGHT)
    shop.plan(MORNING)
    assert told(shop) == []


def test_what_one_run_holds_back_no_word_on_another_rejects(shop: Shop) -> None:
    first = stop(shop, order("dan", **WEST), placed("ann", **EAST), placed("bob", **EAST))
    word(shop, first, Saying.REQUIRED_ONLY)
    shop.take_in("backorders", [placed(name, sku="DESK", **WEST) for name in ("x", "y", "z")], EVENING)
    with pytest.raises(Stopped) as second:
        shop.plan(EVENING)
    word(shop, second.value.run or 0, Saying.REJECT, EVENING + timedelta(minutes=5))
    word(shop, first, Saying.APPROVE, MORNING)
    assert told(shop) == ["delay", "placed", "placed"]


def test_a_word_and_an_import_come_one_after_the_other(tmp_path: Path, postgresql_url: str) -> None:
    shop = open_shop(tmp_path, postgresql_url, LIMIT)
    run = stop(shop, *[placed(name, **EAST) for name in ("ann", "bob", "cat")])
    shop.plan(NIGHT)
    with shop.house() as house, ThreadPoolExecutor(1) as pool:
        with house.store.write() as tx:
            tx.lock(RECORDS_LOCK)
            saying = pool.submit(word, shop, run, Saying.REJECT, NIGHT)
            until_somebody_waits(tx)
            tx.connection.execute(update(table_of(Customer)).values(due_at=NIGHT))
        saying.result()
    assert states(shop)[0] == "rejected"


def told_at(shop: Shop, run: int, now: datetime) -> None:
    with shop.house() as house, house.store.write() as tx:
        change_run(tx, run, told_at=now)


def until_somebody_waits(tx: Transaction) -> None:
    """Until another connection waits for a lock of this database, ten minutes at most."""
    for _ in range(12_000):
        if tx.connection.exec_driver_sql(WAITING).scalar_one():
            return
        time.sleep(0.05)
    raise AssertionError("nobody waited")
