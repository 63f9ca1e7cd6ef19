"""The same word typed again, about a delay or a refund: it is written down once, until something else is told."""

from pathlib import Path

import pytest

from notifier.pipeline.answers import Asked, refunded
from notifier.store.tables import Answer, Contact
from notifier.terms.law import Said
from tests.pipeline.test_delay_law import LAW, at, late, say, told
from tests.shop import Shop, open_shop

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url, LAW)


def test_the_same_yes_typed_again_is_written_down_once(shop: Shop) -> None:
    shop.take_in("backorders", [late("2026-07-01")], at("2026-05-10"))
    told(shop, "2026-05-10")
    say(shop, Said.ACCEPT, "2026-05-12")
    again = say(shop, Said.ACCEPT, "2026-05-13")
    written = (len(shop.rows(Answer)), [row.direction for row in shop.rows(Contact)])
    assert (again.lines[0].reason, written) == ("already_recorded", (1, ["out", "in"]))


def test_a_yes_to_a_renewed_notice_is_another_answer(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    say(shop, Said.ACCEPT, "2026-05-12")
    shop.take_in("backorders", [late("2026-06-12")], at("2026-05-25"))
    told(shop, "2026-05-25")
    assert (say(shop, Said.ACCEPT, "2026-05-26").counted, len(shop.rows(Answer))) == (True, 2)


def test_the_same_cancellation_typed_again_is_written_down_once(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    say(shop, Said.CANCEL, "2026-05-12")
    assert (say(shop, Said.CANCEL, "2026-05-13").lines[0].reason, len(shop.rows(Answer))) == ("already_recorded", 1)


def test_a_german_yes_is_written_down_once_until_another_date_is_told(shop: Shop) -> None:
    shop.take_in("backorders", [late(country="DE")], at("2026-05-10"))
    told(shop, "2026-05-10")
    say(shop, Said.ACCEPT, "2026-05-12")
    again = say(shop, Said.ACCEPT, "2026-05-13")
    shop.take_in("backorders", [late("2026-06-25", country="DE")], at("2026-05-14"))
    told(shop, "2026-05-14")
    assert (again.lines[0].reason, say(shop, Said.ACCEPT, "2026-05-15").counted) == ("already_recorded", True)


@pytest.mark.parametrize("country", ["US", "CA"])
def test_a_refund_is_recorded_once_whether_or_not_a_law_sets_its_day(shop: Shop, country: str) -> None:
    shop.take_in("backorders", [late(country=country)], at("2026-05-10"))
    told(shop, "2026-05-10")
    say(shop, Said.CANCEL, "2026-05-12")
    with shop.house() as house:
        refunded(house, Asked("O-ann", "", "Kim"), at("2026-05-14"))
        again = refunded(house, Asked("O-ann", "", "Kim"), at("2026-05-15"))
    assert again.lines[0].reason == "already_refunded"
