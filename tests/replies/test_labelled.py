"""The labelled replies: what the classifier may never do on them (docs/intents.md)."""

from collections.abc import Callable
from functools import cache

import pytest

from notifier.terms.reply import Classification
from tests.replies.book import BOOK
from tests.replies.labelled_set import Row, rows

SETS = ("tuning", "held_out", "fresh", "second", "third", "fourth", "fifth", "sixth", "seventh")


@cache
def read() -> list[tuple[Row, Classification]]:
    return [(row, row.read(BOOK)) for name in SETS for row in rows(name)]


def wrong(is_wrong: Callable[[Row, Classification], bool]) -> list[str]:
    return [f"{row.where}: {row.text}" for row, found in read() if is_wrong(row, found)]


def test_no_opt_out_is_missed() -> None:
    asked = sum(row.is_opt_out for row, _ in read())
    missed = wrong(Row.misses_opt_out)
    assert len(missed) <= asked // 100, missed


def test_no_ordinary_message_silences_its_sender() -> None:
    assert not wrong(Row.invents_opt_out)


def test_nothing_irrevocable_is_done_that_was_not_asked_for() -> None:
    assert not wrong(Row.destroys)


def test_what_is_not_read_right_is_handed_to_a_person_or_to_the_page() -> None:
    assert not wrong(lambda row, found: not row.is_right_or_with_a_person(found))


def test_most_replies_need_no_help() -> None:
    assert len(wrong(lambda row, found: not row.is_right(found))) <= len(read()) // 10


@pytest.mark.parametrize(
    ("least", "chosen"),
    [
        (600, lambda row: True),
        (250, lambda row: row.is_ordinary and row.looks_like_opt_out),
        (250, lambda row: row.is_opt_out),
    ],
    ids=["all", "ordinary", "opt_out"],
)
def test_the_set_is_large_enough(least: int, chosen: Callable[[Row], bool]) -> None:
    assert sum(chosen(row) for row, _ in read()) >= least


def test_no_reply_stands_in_two_sets() -> None:
    """The authors of the sixth and the seventh set had not seen the others."""
    known = [row for row, _ in read() if not row.where.startswith(("sixth", "seventh"))]
    seen = [(row.text, row.offered, row.channel) for row in known if len(row.text.split()) > 3]
    assert len(seen) == len(set(seen))
