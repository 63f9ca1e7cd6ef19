"""A slip that is taken back: what is as before, what a newer word keeps, and when it is too late."""

from datetime import date
from pathlib import Path

import pytest

from notifier.errors import Stopped, UsageError
from notifier.store.tables import Message, OrderLine
from notifier.terms.slip import Slip
from tests.pipeline.slipping import JUNE_30, MINUTE, approve, cut_off, day_of, supply, undo, waiting, waiting_shop
from tests.shop import NOON, Shop

pytestmark = pytest.mark.slow
"""Each lives through the main job; the rules themselves are tested without it."""


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return waiting_shop(tmp_path, database_url)


def test_an_undone_slip_leaves_everything_as_before_and_nobody_is_told(shop: Shop) -> None:
    slip = approve(shop)
    undo(shop, slip)
    shop.plan(NOON + 3 * MINUTE)
    assert (day_of(shop), {one.delay_reason for one in shop.rows(OrderLine)}, shop.rows(Message)) == (
        date(2026, 6, 10),
        {""},
        [],
    )


def test_what_is_queued_when_a_slip_is_undone_is_withdrawn_and_not_sent(shop: Shop) -> None:
    slip = approve(shop)
    shop.plan(NOON + MINUTE)
    undo(shop, slip)
    shop.deliver(NOON + 3 * MINUTE)
    assert ({one.state for one in shop.rows(Message)}, shop.sent()) == ({"withdrawn"}, [])


def test_a_slip_that_somebody_has_read_of_cannot_be_undone(shop: Shop) -> None:
    slip = approve(shop)
    shop.plan(NOON + MINUTE)
    shop.deliver(NOON + MINUTE)
    with pytest.raises(UsageError, match="read already"):
        undo(shop, slip)


def test_a_slip_is_undone_only_once(shop: Shop) -> None:
    slip = approve(shop)
    undo(shop, slip)
    with pytest.raises(UsageError, match="undone already, by Lea"):
        undo(shop, slip)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_slips_undone_in_any_order_leave_everything_as_before_both(shop: Shop, order: tuple[int, int]) -> None:
    shop.take_in("backorders", [waiting("kim", eta_to="2026-06-12")])
    made = approve(shop), approve(shop, Slip(po="PO-7", day=date(2026, 7, 9), reason="A storm."), NOON + MINUTE)
    back = [undo(shop, made[one]) for one in order]
    lines = shop.rows(OrderLine)
    assert (day_of(shop), {one.delay_reason for one in lines}, lines[-1].eta_to) == (
        date(2026, 6, 10),
        {""},
        date(2026, 6, 12),
    )
    assert 0 not in back[1:]


def test_what_a_later_slip_says_stays_when_the_earlier_one_is_undone(shop: Shop) -> None:
    first = approve(shop)
    approve(shop, Slip(po="PO-7", day=date(2026, 7, 9), reason=JUNE_30.reason), NOON + MINUTE)
    assert undo(shop, first) == 0
    assert (day_of(shop), {one.delay_reason for one in shop.rows(OrderLine)}) == (date(2026, 7, 9), {JUNE_30.reason})


def test_a_file_that_says_the_old_day_still_brings_nothing_new_once_the_earlier_slip_is_undone(shop: Shop) -> None:
    first = approve(shop)
    approve(shop, Slip(po="PO-7", day=date(2026, 7, 9)), NOON + MINUTE)
    undo(shop, first)
    supply(shop, "2026-06-10", NOON + 3 * MINUTE)
    assert day_of(shop) == date(2026, 7, 9)


def test_no_slip_is_undone_while_an_import_that_concerns_it_is_cut_off(shop: Shop) -> None:
    slip = approve(shop)
    shop.take_in("backorders", [waiting("ann", quantity=2)], NOON + MINUTE)
    cut_off(shop)
    with pytest.raises(Stopped, match="has not come to its end"):
        undo(shop, slip)
    assert day_of(shop) == date(2026, 6, 30)
