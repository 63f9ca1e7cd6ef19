"""A stopped run is about the customers that were shown, and about nobody else, whatever comes in while it waits."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from notifier.errors import Stopped, UsageError
from notifier.pipeline.brake import TooLarge, stopped
from notifier.pipeline.pauses import pause, resume
from notifier.pipeline.plan_report import PlanReport
from notifier.pipeline.stopped_run import still_to_come
from notifier.pipeline.withheld import Saying
from notifier.store.lookup import table_of
from notifier.store.runs import waiting_run
from notifier.store.stopped import mark_told
from notifier.store.tables import Customer, ImportRun, PlanRun, StoppedNews
from notifier.terms.pause import Pause
from tests.pipeline.test_brake_at_night import (
    EAST,
    EVENING,
    LIMIT,
    MORNING,
    WEST,
    placed,
    states,
    stop,
    told,
    told_at,
    word,
)
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""

SOON = NOON + timedelta(minutes=5)
ISLANDS = {"timezone": "Pacific/Honolulu"}
"""Where it is five in the morning at NOON."""

CANCELLED = {"status": "cancelled"}


@pytest.fixture
def shop(tmp_path: Path, sqlite_url: str) -> Shop:
    return open_shop(tmp_path, sqlite_url, LIMIT)


@pytest.fixture
def both(tmp_path: Path, database_url: str) -> Shop:
    """The same on both databases, for what reads and writes to whom a run would tell what."""
    return open_shop(tmp_path, database_url, LIMIT)


def placed_by(*names: str, **more: str) -> list[dict[str, object]]:
    return [placed(name, **more) for name in names]


def found(shop: Shop) -> dict[str, Any]:
    """What people are shown of the first run."""
    shown: dict[str, Any] = json.loads(shop.rows(PlanRun)[0].found)
    return shown


def planned(shop: Shop, now: Any) -> None:
    """A plan that may stop."""
    try:
        shop.plan(now)
    except Stopped:
        return


def test_what_is_mended_for_some_lets_none_of_the_others_go(both: Shop) -> None:
    islanders = placed_by("x", "y", "z", **ISLANDS)
    stop(both, *placed_by("ann", "bob", **EAST), placed("cat", **WEST), *islanders)
    both.take_in("backorders", [row | CANCELLED for row in islanders], SOON)
    for now in (SOON, EVENING, MORNING):
        planned(both, now)
    assert told(both) == []


def test_as_many_others_are_shown_and_not_taken_for_the_same(shop: Shop) -> None:
    rows = placed_by("ann", "bob", "cat", **EAST)
    stop(shop, *rows)
    shop.take_in("backorders", [row | CANCELLED for row in rows], SOON)
    shop.take_in("backorders", placed_by("x", "y", "z", sku="DESK", **EAST), SOON)
    planned(shop, SOON)
    assert {one["customer"] for one in found(shop)["samples"]} == {"x", "y", "z"}


def test_a_word_covers_nobody_who_was_not_shown(shop: Shop) -> None:
    rows = placed_by("ann", "bob", "cat", **EAST)
    run = stop(shop, *rows)
    shop.take_in("backorders", [row | CANCELLED for row in rows], SOON)
    shop.take_in("backorders", placed_by("x", "y", "z", sku="DESK", **EAST), SOON)
    with pytest.raises(Stopped, match="has grown"):
        word(shop, run, Saying.APPROVE, SOON)


def test_required_ones_are_still_shown_after_a_pause_in_which_facts_were_mended(shop: Shop) -> None:
    rows = [order(name, **EAST) for name in ("ann", "bob", "cat", "eve")]
    stop(shop, *rows)
    with shop.house() as house:
        pause(house, Pause(required=True), "Ada", "", NOON)
        shop.take_in("backorders", [rows[3] | CANCELLED], SOON)
        shop.plan(SOON)
        resume(house, None, "Ada", SOON)
    planned(shop, SOON + timedelta(minutes=5))
    assert (found(shop)["required"], len(found(shop)["samples"])) == (3, 3)


def test_an_earlier_deadline_that_comes_in_is_shown(tmp_path: Path, sqlite_url: str) -> None:
    shop = open_shop(tmp_path, sqlite_url, f'{LIMIT}[delay_rule]\njurisdiction = "us_435"\n')
    late = {"eta_from": "2026-07-20", "eta_to": "2026-07-25"}
    stop(shop, *[order(name, promised_ship_by="2026-06-20", **late) for name in ("ann", "bob", "cat")])
    shop.take_in("backorders", [order("eve", sku="DESK", promised_ship_by="2026-06-03", **late)], SOON)
    planned(shop, SOON)
    assert found(shop)["deadline"] == "2026-06-03"


def test_others_who_wait_for_their_hour_hold_nobody_up_once_facts_are_mended(shop: Shop) -> None:
    islanders = placed_by("x", "y", "z", **ISLANDS)
    shop.take_in("backorders", islanders)
    shop.plan()
    rows = placed_by("ann", "bob", "cat", sku="DESK", **EAST)
    stop(shop, *rows)
    shop.take_in("backorders", [row | CANCELLED for row in rows], SOON)
    shop.take_in("backorders", [order("eve", sku="BED", **EAST)], SOON)
    shop.plan(SOON)
    assert told(shop) == ["delay"]


def test_a_word_waits_for_an_import_that_concerns_the_run(both: Shop) -> None:
    run = stop(both, *placed_by("ann", "bob", "cat", **EAST))
    with both.house() as house, house.store.write() as tx:
        tx.connection.execute(update(table_of(ImportRun)).values(state="interrupted"))
    with pytest.raises(Stopped, match="import the same file again"):
        word(both, run, Saying.REJECT, SOON)


def test_a_word_on_an_older_run_names_the_one_that_must_be_decided_first(shop: Shop) -> None:
    older = stop(shop, order("dan", **EAST), *placed_by("ann", "bob", **EAST))
    word(shop, older, Saying.REJECT)
    newer = stop(shop, *placed_by("x", "y", "z", sku="DESK", **EAST))
    with pytest.raises(UsageError, match=f"run {newer} waits, too"):
        word(shop, older, Saying.REQUIRED_ONLY, SOON)


def test_a_stop_that_a_word_has_overtaken_asks_nobody_again(shop: Shop) -> None:
    run = stop(shop, *placed_by("ann", "bob", "cat", **EAST))
    with shop.house() as house, house.store.read() as tx:
        waiting = tx.connection.execute(table_of(PlanRun).select()).one()
    word(shop, run, Saying.APPROVE)
    with shop.house() as house:
        found = stopped(house, PlanReport(SOON), TooLarge("of the limit", waiting))
    assert (found.run, states(shop)) == (None, ["approved"])


def test_the_team_is_mailed_again_where_more_than_a_tenth_came_in(shop: Shop) -> None:
    run = stop(shop, *placed_by("ann", "bob", "cat", **EAST))
    told_at(shop, run, NOON)
    shop.take_in("backorders", placed_by("x", "y", sku="DESK", **EAST), SOON)
    planned(shop, SOON)
    assert shop.rows(PlanRun)[0].told_at is None


@pytest.mark.parametrize("saying", list(Saying))
def test_nothing_is_kept_of_a_run_that_is_decided(shop: Shop, saying: Saying) -> None:
    run = stop(shop, *placed_by("ann", "bob", "cat", **EAST))
    word(shop, run, saying)
    assert shop.rows(StoppedNews) == []


def test_a_swap_of_customers_is_mailed_again(shop: Shop) -> None:
    rows = placed_by("ann", "bob", "cat", **EAST)
    mailed(shop, stop(shop, *rows))
    shop.take_in("backorders", [row | CANCELLED for row in rows], SOON)
    shop.take_in("backorders", placed_by("x", "y", "z", sku="DESK", **EAST), SOON)
    planned(shop, SOON)
    assert shop.rows(PlanRun)[0].told_at is None


def test_growth_by_small_steps_is_mailed_again(shop: Shop) -> None:
    mailed(shop, stop(shop, *placed_by(*(f"c{number}" for number in range(10)), **EAST)))
    for step in range(3):
        shop.take_in("backorders", [placed(f"new{step}", sku="DESK", **EAST)], SOON)
        planned(shop, SOON + timedelta(minutes=step))
    assert shop.rows(PlanRun)[0].told_at is None


def test_who_wait_for_their_hour_when_a_run_stops_are_rejected_with_it(shop: Shop) -> None:
    run = stop(shop, *placed_by("ann", "bob", "cat", **EAST), *placed_by("x", "y", **ISLANDS))
    word(shop, run, Saying.REJECT, SOON)
    shop.plan(NOON + timedelta(hours=6))
    assert told(shop) == []


@pytest.mark.parametrize("saying", [Saying.REQUIRED_ONLY, Saying.APPROVE])
def test_another_line_of_a_customer_does_not_lock_what_is_held(shop: Shop, saying: Saying) -> None:
    rows = [order(name, **EAST) for name in ("ann", "bob", "cat")]
    run = stop(shop, *rows)
    word(shop, run, Saying.REJECT)
    shop.take_in("backorders", [order("ann", sku="DESK", **EAST) | {"order_id": "O-2"}], SOON)
    planned(shop, SOON)
    word(shop, run, saying, SOON + timedelta(minutes=5))
    assert told(shop) == ["delay"] * 3


def test_an_evenings_second_word_says_how_many_still_wait(shop: Shop) -> None:
    run = stop(shop, *placed_by("ann", "bob", **EAST), placed("dan", **WEST))
    word(shop, run, Saying.REQUIRED_ONLY)
    assert len(word(shop, run, Saying.APPROVE, EVENING).later) == 2


def test_who_cannot_be_judged_is_still_to_come(shop: Shop) -> None:
    stop(shop, *placed_by("ann", "bob", "cat", **EAST))
    report = PlanReport(SOON, unjudged={shop.rows(Customer)[0].id, -1})
    with shop.house() as house, house.store.read() as tx:
        waiting = waiting_run(tx, house.sending.mode)
        assert still_to_come(tx, waiting, report) == 1


def mailed(shop: Shop, run: int) -> None:
    """The team has been mailed of the run."""
    told_at(shop, run, NOON)
    with shop.house() as house, house.store.write() as tx:
        mark_told(tx, run)
