"""What holds of an unknown message whatever happens in whatever order: nothing goes twice but what may, and flagged."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from notifier.errors import UsageError
from notifier.pipeline.decided import say_resend, say_sent
from notifier.pipeline.house import House
from notifier.pipeline.receipts import take_receipt
from notifier.pipeline.unknown import settle_unknown
from notifier.store.tables import Attempt
from notifier.terms.evidence import Receipt, TextSeen, Word
from notifier.terms.purpose import Purpose
from notifier.terms.words import Channel, MessageState, Outcome
from tests.doubtful import Lost, Mailbox, Texts, answer, attempts, contacts, evidence, hand_off, lose, open_house, row
from tests.pipeline.test_many_at_once import at_once
from tests.rows import DELAY, NOW, PROGRESS
from tests.shop import Shop

pytestmark = pytest.mark.slow

SETTLED = (MessageState.ACCEPTED, MessageState.REFUSED)


@pytest.fixture
def opened(tmp_path: Path, database_url: str) -> Iterator[tuple[Shop, House]]:
    with open_house(tmp_path, database_url) as both:
        yield both


@dataclass
class Life:
    """One message lived through, with what persons and proofs allowed."""

    house: House
    lost: Lost
    purpose: Purpose
    channel: Channel
    name: str
    now: datetime = NOW
    by_persons: int = 0
    fates: list[tuple[str, str]] = field(default_factory=list)

    def act(self, what: str) -> None:
        """One thing happens, some time after the last."""
        self.now += timedelta(minutes=16)
        getattr(self, what)()
        self.hold()

    def look_and_find(self) -> None:
        self._settle(found=True)

    def look_in_vain(self) -> None:
        self._settle(found=False)

    def hear_that_it_failed(self) -> None:
        uid = row(self.house, self.lost.message).uid
        take_receipt(self.house, Receipt(Word.FAILED, uid=uid, code="filtered"), self.now)

    def hear_that_it_went(self) -> None:
        take_receipt(self.house, Receipt(Word.SENT, self.lost.attempt), self.now)

    def a_person_sends_it_again(self) -> None:
        try:
            say_resend(self.house, [self.lost.message], "Kim", self.now)
        except UsageError:
            return
        self.by_persons += 1

    def a_person_says_that_it_went(self) -> None:
        try:
            say_sent(self.house, [self.lost.message], "Kim", self.now)
        except UsageError:
            return

    def the_first_worker_hears_late_that_it_went(self) -> None:
        answer(self.house, self.lost, Outcome.ACCEPTED, self.now)

    def the_first_worker_hears_late_that_it_was_refused(self) -> None:
        answer(self.house, self.lost, Outcome.REFUSED, self.now)

    def it_goes_without_an_answer(self) -> None:
        self._hand_off(Outcome.UNKNOWN)

    def it_goes_well(self) -> None:
        self._hand_off(Outcome.ACCEPTED)

    def days_go_by(self) -> None:
        self.now += timedelta(days=1)

    def _hand_off(self, outcome: Outcome) -> None:
        if row(self.house, self.lost.message).state == MessageState.QUEUED:
            hand_off(self.house, self.lost.message, outcome, self.now)

    def _settle(self, found: bool) -> None:
        uid = row(self.house, self.lost.message).uid
        there = {f"{self.name}@shop.example": [TextSeen(f"SM{uuid4()}", Outcome.ACCEPTED)]} if found else {}
        asyncio.run(settle_unknown(self.house, evidence(Mailbox({uid} if found else set()), Texts(there)), self.now))

    def hold(self) -> None:
        """What must be true after each step."""
        now, went = row(self.house, self.lost.message), attempts(self.house, self.lost.message)
        itself = self.channel is Channel.EMAIL and self.purpose is DELAY
        assert went <= 1 + self.by_persons + itself
        assert went == 1 or now.maybe_double
        self.fates.append((now.state, now.reason))
        settled = [one for one in self.fates if one[0] in SETTLED]
        assert not settled or all(one == settled[0] for one in self.fates[self.fates.index(settled[0]) :])
        assert contacts(self.house, self.lost.message) == (now.state == MessageState.ACCEPTED)


STEPS = (
    *("look_and_find", "look_in_vain", "hear_that_it_failed", "hear_that_it_went", "a_person_sends_it_again"),
    *("a_person_says_that_it_went", "it_goes_without_an_answer", "it_goes_well", "days_go_by"),
    *("the_first_worker_hears_late_that_it_went", "the_first_worker_hears_late_that_it_was_refused"),
)


@given(st.lists(st.sampled_from(STEPS), max_size=12), st.sampled_from(Channel), st.sampled_from([DELAY, PROGRESS]))
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_goes_twice_but_what_a_person_or_the_law_wants_and_then_flagged(
    opened: tuple[Shop, House], steps: list[str], channel: Channel, purpose: Purpose
) -> None:
    _, house = opened
    with house.store.write() as tx:
        tx.connection.exec_driver_sql("UPDATE message SET state = 'withdrawn', maybe_double = false")
    name = f"c{uuid4()}"
    life = Life(house, lose(house, name, purpose, channel), purpose, channel, name)
    for step in steps:
        life.act(step)


@pytest.mark.parametrize("channel", Channel)
def test_of_a_person_a_journal_a_receipt_and_a_late_worker_at_once_one_decides(
    opened: tuple[Shop, House], channel: Channel
) -> None:
    _, house = opened
    for number in range(10):
        lost = lose(house, f"c{number}", channel=channel)
        uid, words = row(house, lost.message).uid, iter(range(5))
        there = Texts({f"c{number}@shop.example": [TextSeen(f"SM{number}", Outcome.ACCEPTED)]})
        later = NOW + timedelta(minutes=2)

        def one() -> str:
            try:
                match next(words):  # noqa: B023 - used up before the next turn
                    case 0:
                        say_resend(house, [lost.message], "Kim", later)  # noqa: B023
                    case 1:
                        say_sent(house, [lost.message], "Ann", later)  # noqa: B023
                    case 2:
                        asyncio.run(settle_unknown(house, evidence(Mailbox({uid}), there), later))  # noqa: B023
                    case 3:
                        answer(house, lost, Outcome.REFUSED, later)  # noqa: B023
                    case _:
                        take_receipt(house, Receipt(Word.SENT, lost.attempt), later)  # noqa: B023
            except UsageError:
                return "refused"
            return "done"

        answers = at_once(5, one)
        now = row(house, lost.message)
        assert (now.state, contacts(house, lost.message)) in [("queued", 0), ("accepted", 1), ("refused", 0)]
        assert now.maybe_double == (now.state == "queued") and answers.count("refused") >= 1


def test_two_who_look_at_once_send_it_again_once(opened: tuple[Shop, House]) -> None:
    shop, house = opened
    lost, later = lose(house), NOW + timedelta(minutes=15)
    at_once(3, lambda: asyncio.run(settle_unknown(house, evidence(), later)))
    hand_off(house, lost.message, Outcome.UNKNOWN, later)
    at_once(3, lambda: asyncio.run(settle_unknown(house, evidence(), later + timedelta(hours=1))))
    assert (row(house, lost.message).state, len(shop.rows(Attempt))) == ("unknown", 2)
