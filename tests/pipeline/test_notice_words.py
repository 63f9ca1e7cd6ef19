"""From a late line to the words of its notice: what the law's state machine found is what the customer reads."""

import email
import email.policy
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifier import notices
from notifier.pipeline.answers import Asked, answer
from notifier.store.tables import Message, OrderLine
from notifier.terms.law import Said
from tests.shop import Shop, open_shop, order

pytestmark = pytest.mark.slow

LAW = '[delay_rule]\njurisdiction = "auto"\n[shop]\ntimezone = "America/New_York"\n'


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url, LAW)


def on(shop: Shop, day: str, eta: str, **more: str) -> str:
    """Import ann's line with its ETA on `day`, plan and deliver; the text of the newest email, on one line."""
    now = datetime.fromisoformat(f"{day}T15:00:00").replace(tzinfo=UTC)
    shop.take_in("backorders", [order("ann", eta_from=eta, eta_to=eta, **more)], now)
    shop.plan(now)
    shop.deliver(now)
    newest = email.message_from_string(shop.sent()[-1], policy=email.policy.default)
    body = newest.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def test_a_first_notice_says_until_when_silence_waits(shop: Shop) -> None:
    assert "If you do nothing, you agree to wait until June 5, 2026." in on(shop, "2026-05-10", "2026-06-05")


def test_a_notice_without_a_date_says_when_silence_cancels(shop: Shop) -> None:
    text = on(shop, "2026-05-14", "")
    assert "No shipping date yet." in text
    assert "If it has not shipped by June 19, 2026, and you have not told us by then" in text


def test_a_renewed_notice_asks_for_an_answer_by_the_day_told_before(shop: Shop) -> None:
    on(shop, "2026-05-10", "2026-06-05")
    text = on(shop, "2026-06-01", "2026-06-20")
    assert [row.purpose for row in shop.rows(Message)] == ["delay", "delay_renewed"]
    assert "Another delay: please answer by June 5, 2026" in text
    assert "Ships on June 20, 2026" in text


def test_a_renewed_notice_repeats_the_day_that_was_told_and_not_the_day_of_the_answer(shop: Shop) -> None:
    on(shop, "2026-05-10", "2026-07-01")
    text = on(shop, "2026-06-01", "2026-08-01")
    assert "please answer by June 19, 2026" in text
    assert "We had told you: shipping by July 1, 2026." in text


def test_a_european_customer_reads_that_silence_is_not_agreement(shop: Shop) -> None:
    assert "Your silence is not agreement." in on(shop, "2026-05-10", "2026-06-05", country="DE", locale="en")


def test_a_cancellation_that_the_customer_asked_for_says_so_with_the_day_of_the_refund(shop: Shop) -> None:
    on(shop, "2026-05-10", "2026-06-05")
    now = datetime(2026, 5, 12, 15, tzinfo=UTC)
    with shop.house() as house:
        answer(house, Said.CANCEL, Asked("O-ann", "", "Kim"), now)
    text = on(shop, "2026-05-12", "2026-06-05", status="cancelled")
    assert "Why: You asked us to cancel it." in text
    assert "at the latest you get back in full" in text


def test_a_cancellation_gives_the_reason_that_came_first_and_not_a_later_word(shop: Shop) -> None:
    on(shop, "2026-05-10", "2026-07-01")
    asked, confirmed = (datetime(2026, 6, day, 15, tzinfo=UTC) for day in (20, 21))
    line = shop.rows(OrderLine)[0].id
    with shop.house() as house:
        with house.store.write() as tx:
            notices.keep_answers(tx, [notices.Heard(line, Said.CANCEL, asked, "Kim", "call")], asked)
        answer(house, Said.CONFIRM, Asked("O-ann", "", "Kim"), confirmed)
    assert "Why: We could not ship it in time." in on(shop, "2026-06-22", "2026-07-01")


def test_a_delay_email_names_the_promised_day_that_european_law_goes_by(shop: Shop) -> None:
    told = on(shop, "2026-05-16", "2026-06-05", country="DE", locale="en", deliver_by="2026-05-28")
    assert "Promised to ship by 25 May 2026" in told
