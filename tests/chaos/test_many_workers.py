"""Schedulers and workers at the same time on one PostgreSQL: nothing doubled or lost, no cap and no limit breached."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.chaos.book import Book, mail_book
from tests.chaos.crew import Post, crew, in_hand, most_over, on_their_way, written_to
from tests.chaos.rage import Rage, account, chaos_shop
from tests.chaos.test_crash import SEED
from tests.shop import Shop, order
from tests.standins.twilio_api import TwilioApi, twilio_api

pytestmark = pytest.mark.slow

SCHEDULERS, WORKERS = 2, 3
LEASE = 2.0
TEXT_CONNECTIONS = 8
DUE = int(os.environ.get("CHAOS_DUE", "100000"))
"""Customers that are due in the long storm."""

FRESH = {"promised_ship_by": "", "ordered_at": "2026-05-31T10:00:00Z", "timezone": "Europe/Berlin", "country": "DE"}
BY_TEXT = FRESH | {"preferred_channel": "sms", "email": ""}
ONE_A_DAY = '[[policy.caps]]\ncount = 1\nperiod = "24h"'


@dataclass(frozen=True, slots=True)
class Storm:
    """How many are due by which way, taken in by so many imports, and how fast, in messages a second, they may go.

    A tenth of the customers by email order three times by three addresses, and may get one message a day. `slow` are
    mails to a domain with a rate of its own, and of the texts `abroad` half are over the limit of the day.
    """

    emails: int
    texts: int
    slow: int
    abroad: int
    imports: int
    kills: int
    rates: tuple[int, int, int]
    connections: int
    claim: int

    @property
    def customers(self) -> int:
        return self.emails + self.texts + self.slow

    def shop(self, folder: Path, url: str, book: Book, api: TwilioApi) -> Shop:
        email, slow, sms = self.rates
        return chaos_shop(
            folder,
            url,
            book,
            api,
            claim=str(self.claim),
            connections=str(self.connections),
            email=f'per_second = {email}\nper_second_by_domain = {{ "slow.example" = {slow} }}',
            sms=f"""per_second = {sms}
                    allowed_countries = ["DE", "AT"]
                    daily_limit_by_country = {{ AT = {self.abroad // 2} }}""",
            more=ONE_A_DAY,
        )

    def orders(self, part: int) -> list[dict[str, str]]:
        """What comes in with one of the imports. Of a customer with three orders, one in each of the first three."""
        rows = []
        if part == 0:
            rows += [order(f"s{n}", **FRESH, email=f"s{n}@slow.example") for n in range(self.slow)]
            for n in range(self.texts):
                phone = {"country": "AT", "phone": f"+43664112{n:06}"} if n < self.abroad else {}
                rows.append(order(f"t{n}", **(BY_TEXT | {"phone": f"+4915112{n:06}"} | phone)))
        for n in range(self.emails):
            if n % 10 == 0 and part < 3:
                rows.append(order(f"e{n}", **FRESH, order_id=f"O-e{n}-{part}", email=f"e{n}-{part}@many.example"))
            elif n % 10 and n % self.imports == part:
                rows.append(order(f"e{n}", **FRESH, email=f"e{n}@quick.example"))
        return rows


SHORT = Storm(1170, 280, slow=50, abroad=40, imports=4, kills=12, rates=(120, 6, 40), connections=4, claim=60)
LONG = Storm(
    DUE - DUE // 8,
    DUE // 10,
    DUE // 40,
    abroad=200,
    imports=6,
    kills=120,
    rates=(600, 20, 60),
    connections=16,
    claim=500,
)


@contextmanager
def at_work(rage: Rage, workers: int = WORKERS, schedulers: int = 0) -> Iterator[list[Post]]:
    """The crew, workers last."""
    life = replace(rage.life(), stays=True)
    with crew([replace(life, plans=True)] * schedulers + [life] * workers) as posts:
        yield posts


@dataclass(slots=True)
class Fate:
    """Kills so many times (`left`), and once freezes the last of the crew for two leases, with messages in its hand."""

    shop: Shop
    posts: list[Post]
    dice: random.Random
    left: int
    frozen_with: int = 0
    thaws_at: float = 0.0
    thawed: bool = False

    def strike(self) -> None:
        """One stroke, now and then; few of them at a scheduler, so that a long plan comes to its end sometimes."""
        if self.left and self.dice.random() < 0.3:
            self.left -= 1
            schedulers, workers = self.posts[:SCHEDULERS], self.posts[SCHEDULERS : None if self.thawed else -1]
            post = self.dice.choice(schedulers if self.dice.random() < 0.06 else workers)
            post.kill()
            post.fill()
        if not self.thawed:
            self._freeze_or_thaw(self.posts[-1])

    def _freeze_or_thaw(self, post: Post) -> None:
        if not self.frozen_with:
            post.signal(signal.SIGSTOP)
            self.frozen_with, self.thaws_at = in_hand(self.shop, post), time.monotonic() + 2 * LEASE
        if not self.frozen_with or time.monotonic() > self.thaws_at:
            post.signal(signal.SIGCONT)
            self.thawed = self.frozen_with > 0


def rage_through(storm: Storm, rage: Rage) -> Fate:
    """Take in and plan, deliver, kill, freeze and thaw, until all that may go today has gone."""
    with at_work(rage, WORKERS, SCHEDULERS) as posts:
        fate = Fate(rage.shop, posts, random.Random(rage.seed), storm.kills)
        for part in range(storm.imports):
            rage.shop.take_in("backorders", storm.orders(part))
            fate.strike()
        while fate.left or not fate.thawed or written_to(rage.shop) < storm.customers or on_their_way(rage.shop):
            fate.strike()
            time.sleep(0.25)
    return fate


def most_to_one(book: Book, api: TwilioApi) -> int:
    """The most messages that the servers took for one customer."""
    mails = Counter(entry.to.partition("@")[0].partition("-")[0] for entry in book.entries)
    return max((mails + Counter(text.form["To"] for text in api.texts)).values())


def over_the_rates(storm: Storm, book: Book, api: TwilioApi) -> tuple[float, float, float]:
    """By how many messages the fullest stretch was above each rate; below 0: by none.

    In flight are those of each worker, and of one that was killed with its last bytes on their way.
    """
    mails, slow = [entry.at for entry in book.entries], [one.at for one in book.entries if "@slow" in one.to]
    texts = [text.taken_at for text in api.texts]
    of_mails, of_texts = (WORKERS + 1) * storm.connections, (WORKERS + 1) * TEXT_CONNECTIONS
    email, domain, sms = storm.rates
    return most_over(mails, email, of_mails), most_over(slow, domain, of_mails), most_over(texts, sms, of_texts)


@pytest.mark.parametrize(
    "storm", [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.soak)]
)
def test_two_schedulers_and_three_workers_keep_every_promise_at_once(
    tmp_path: Path, postgresql_url: str, storm: Storm
) -> None:
    begun = time.monotonic()
    with mail_book() as book, twilio_api() as api:
        rage = Rage(storm.shop(tmp_path, postgresql_url, book, api), book, api, SEED, lease=LEASE)
        fate = rage_through(storm, rage)
    found, over = account(rage.shop, book, api), over_the_rates(storm, book, api)
    abroad = sum(text.form["To"].startswith("+43") for text in api.texts)
    print(f"{storm.kills} kills, frozen with {fate.frozen_with}: {dict(found.states)}, {abroad} abroad, rates {over}")
    print(f"{len(book.entries)} mails and {len(api.texts)} texts in {time.monotonic() - begun:.0f} s")
    assert found.faults == ([], [], [])
    assert written_to(rage.shop) == storm.customers
    assert most_to_one(book, api) == 1, "a cap was breached"
    assert abroad <= storm.abroad // 2
    assert max(over) <= 0, "a rate was breached"


@pytest.mark.parametrize("per_second", [0, 100])
@pytest.mark.parametrize(
    "backlog", [pytest.param(1200, id="short"), pytest.param(30_000, id="long", marks=pytest.mark.soak)]
)
def test_what_is_more_important_overtakes_all_that_nobody_has_in_hand(
    tmp_path: Path, postgresql_url: str, backlog: int, per_second: int
) -> None:
    with mail_book() as book, twilio_api() as api:
        shop = chaos_shop(tmp_path, postgresql_url, book, api, email=f"per_second = {per_second}")
        rage = Rage(shop, book, api, SEED, lease=LEASE)
        shop.take_in("backorders", [order(f"e{n}", **FRESH) for n in range(backlog)])
        shop.plan()
        with at_work(rage):
            wait_for(book, 150)
            shop.take_in("backorders", [order("late")])
            shop.plan()
            before, queued_at = len(book.entries), time.monotonic()
            after, gone_at = place_of(book, "late@shop.example.com")
    print(
        f"{per_second or 'no limit'}: after {gone_at - queued_at:.1f} s, {after - before} mails of {backlog} before it"
    )
    assert after - before <= WORKERS * (2 * SHORT.claim + 8)


def wait_for(book: Book, mails: int) -> None:
    while len(book.entries) < mails:
        time.sleep(0.01)


def place_of(book: Book, recipient: str) -> tuple[int, float]:
    """Where in the book, and when, the mail to this recipient stands, once it does."""
    place = 0
    while True:
        while place < len(book.entries):
            if book.entries[place].to == recipient:
                return place, book.entries[place].at
            place += 1
        time.sleep(0.01)
