"""What a customer reads in a required notice and in a cancellation, by kind, law and language."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from notifier.render.catalogue import Catalogue
from notifier.render.compile import render_email
from notifier.terms.content import Content, Item
from notifier.terms.law import Jurisdiction, Said
from notifier.terms.time import EtaRange
from notifier.terms.words import NoticeKind
from tests.render.once import once

Make = Callable[..., Content]
Read = Callable[..., str]

R = date(2026, 12, 7)
FAR = EtaRange(date(2027, 1, 11), date(2027, 1, 15))
US, EU = Jurisdiction.US_435, Jurisdiction.EU


@pytest.fixture
def read(catalogue: Catalogue, make: Make) -> Read:
    """read("delay", locale="en", notice=…, law=…, item={…}): the text part on one line."""

    def run(purpose: str, locale: str = "en", **changed: Any) -> str:
        compiled = once(catalogue.source(purpose, locale, "oak"))
        return " ".join(render_email(compiled, make(purpose, locale=locale, **changed)).text.split())

    return run


def test_f3_says_that_doing_nothing_is_waiting_until_the_new_date(read: Read) -> None:
    assert "Wait: If you do nothing, you agree to wait until 7 December 2026." in read(
        "delay", notice=NoticeKind.F3, law=US, item={"revised": R}
    )


def test_f3_names_a_day_for_each_item_where_they_differ(read: Read, item: Item) -> None:
    items = (replace(item, revised=R), replace(item, name="Ridge Tent", revised=date(2026, 12, 9)))
    text = read("delay", notice=NoticeKind.F3, law=US, items=items)
    days = ("you agree to wait until 7 December 2026", "you agree to wait until 9 December 2026")
    first, second = (text.index(day) for day in days)
    assert first < text.index("Ridge Tent") < second
    assert "you agree to wait for each item until the day named with it" in text


def test_f4_says_by_when_silence_cancels(read: Read) -> None:
    changed = {"eta": FAR, "revised": FAR.last, "answer_by": date(2026, 12, 20)}
    assert (
        "If it has not shipped by 20 December 2026, and you have not told us by then that you agree to wait, it is "
        "cancelled automatically and you get a full refund. Silence means cancellation."
    ) in read("delay", notice=NoticeKind.F4, law=US, item=changed)


def test_f4_without_a_date_or_a_reason_says_both_honestly(read: Read) -> None:
    changed = {"eta": None, "reason": "", "answer_by": date(2026, 12, 20)}
    text = read("delay", notice=NoticeKind.F4, law=US, item=changed)
    assert "No shipping date yet." in text
    assert "Why: Our stock did not come in on time." in text
    assert "You can cancel at any time before we ship" in text


def test_f4_never_says_that_silence_is_consent(read: Read) -> None:
    changed = {"eta": FAR, "revised": FAR.last, "answer_by": date(2026, 12, 20)}
    assert "If you do nothing, you agree" not in read("delay", notice=NoticeKind.F4, law=US, item=changed)


@pytest.mark.parametrize(("locale", "told"), [("en", "by 7 December 2026"), ("de", "bis zum 7. Dezember 2026")])
def test_f5_names_the_day_told_before_as_the_day_of_the_answer(read: Read, locale: str, told: str) -> None:
    changed = {"eta": FAR, "revised": FAR.last, "told": R, "answer_by": R}
    text = read("delay_renewed", locale, notice=NoticeKind.F5, law=US, item=changed)
    assert text.count(told) >= 4


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en", "We had told you: shipping by 18 December 2026."),
        ("de", "Bisher genannt: Versand bis zum 18. Dezember 2026."),
    ],
)
def test_f5_names_the_day_told_before_where_the_answer_is_due_sooner(read: Read, locale: str, told: str) -> None:
    changed = {"eta": FAR, "revised": FAR.last, "told": date(2026, 12, 18), "answer_by": R}
    assert told in read("delay_renewed", locale, notice=NoticeKind.F5, law=US, item=changed)


def test_eu_says_that_silence_is_not_agreement(read: Read) -> None:
    text = read("delay", law=EU)
    assert "Your silence is not agreement." in text
    assert "you need not do anything" not in text


def test_without_a_law_the_customer_may_wait_without_a_word(read: Read) -> None:
    assert "Wait: you need not do anything, and we will keep you posted." in read("delay")


def test_several_items_with_one_day_share_one_sentence(read: Read, item: Item) -> None:
    one = replace(item, eta=None, answer_by=date(2026, 12, 20))
    text = read("delay", notice=NoticeKind.F4, law=US, items=(one, replace(one, name="Ridge Tent")))
    assert "Each item that has not shipped by 20 December 2026 is cancelled automatically" in text


@pytest.mark.parametrize(
    ("ended_by", "told"), [(Said.CANCEL, "You asked us to cancel it."), (Said.CONFIRM, "We could not ship it in time.")]
)
def test_a_cancellation_says_why(read: Read, ended_by: Said, told: str) -> None:
    assert f"Why: {told}" in read("cancelled", item={"ended_by": ended_by})


def test_a_cancellation_without_a_known_end_gives_the_shops_reason(read: Read) -> None:
    assert "Why: The container is held in port." in read("cancelled")


def test_a_cancellation_says_by_when_everything_goes_back(read: Read) -> None:
    told = "By 4 December 2026 at the latest you get back in full what you have paid for it, its shipping included"
    assert told in read("cancelled", item={"refund_by": date(2026, 12, 4)})


def test_a_cancellation_without_a_known_day_still_promises_the_full_refund(read: Read) -> None:
    assert "You get back in full what you have paid for it" in read("cancelled")


@pytest.mark.parametrize(
    ("notice", "lacks"),
    [(NoticeKind.F3, "revised ship date"), (NoticeKind.F4, "day of the answer"), (NoticeKind.F5, "day of the answer")],
)
def test_a_notice_without_the_day_it_stands_on_cannot_be_made(make: Make, notice: NoticeKind, lacks: str) -> None:
    with pytest.raises(ValueError, match=lacks):
        make("delay", notice=notice, law=US)
