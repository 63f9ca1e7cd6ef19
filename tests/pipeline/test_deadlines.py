"""The order of `notifier deadlines`: what somebody must see to stands first, whatever law it is under."""

from pathlib import Path

import pytest

from notifier.pipeline.answers import Asked, answer, refunded
from notifier.pipeline.deadlines import deadlines
from notifier.terms.law import Said
from tests.pipeline.test_delay_law import LAW, at, told
from tests.shop import Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url, LAW)


def listed(shop: Shop, day: str) -> list[tuple[str, str]]:
    """Customer and state, as the list has them."""
    with shop.house() as house:
        return [(one.customer, one.state) for one in deadlines(house, at(day))]


def on_time(name: str) -> dict[str, object]:
    """An American order, promised for 20 June and expected before."""
    return order(name, promised_ship_by="2026-06-20", eta_to="2026-06-18")


def test_an_overdue_line_without_a_deadline_of_the_law_stands_before_one_on_time(shop: Shop) -> None:
    shop.take_in("backorders", [on_time("bob"), order("deb", country="DE", eta_to="2026-06-05")], at("2026-05-10"))
    told(shop, "2026-05-10")
    told(shop, "2026-06-08")
    assert listed(shop, "2026-06-10") == [("deb", "awaiting_consent"), ("bob", "on_time")]


def test_a_date_that_was_told_decides_before_the_promise(shop: Shop) -> None:
    rows = [order("deb", country="DE", eta_to="2026-06-15"), order("eva", country="DE", eta_to="2026-06-12")]
    shop.take_in("backorders", rows, at("2026-05-10"))
    told(shop, "2026-05-10")
    assert [name for name, _ in listed(shop, "2026-05-11")] == ["eva", "deb"]


def test_lines_that_nobody_has_to_see_to_stand_last(shop: Shop) -> None:
    rows = [on_time("bob"), order("ada", eta_to="2026-06-05"), order("cat", eta_to="2026-06-05")]
    shop.take_in("backorders", rows, at("2026-05-10"))
    told(shop, "2026-05-10")
    gone = order("cat", eta_to="2026-06-05", status="shipped", shipped_at="2026-05-11T10:00:00Z")
    shop.take_in("backorders", [gone], at("2026-05-12"))
    with shop.house() as house:
        answer(house, Said.CANCEL, Asked("O-ada", "", "Kim"), at("2026-05-12"))
        refunded(house, Asked("O-ada", "", "Kim"), at("2026-05-13"))
    assert listed(shop, "2026-05-14") == [("bob", "on_time"), ("cat", "shipped"), ("ada", "refunded")]


def test_who_agreed_to_wait_however_long_stands_behind_every_day(shop: Shop) -> None:
    shop.take_in("backorders", [on_time("bob"), order("ada")], at("2026-05-10"))
    told(shop, "2026-05-16")
    with shop.house() as house:
        answer(house, Said.ACCEPT, Asked("O-ada", "", "Kim"), at("2026-05-17"))
    assert listed(shop, "2026-05-18") == [("bob", "on_time"), ("ada", "consented_indefinite")]
