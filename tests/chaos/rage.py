"""Many lives of workers, each cut short, and then the account: what the servers took against what the database says."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from sqlalchemy import select

from notifier.store.lookup import table_of
from notifier.store.tables import Address, Message
from tests.chaos.book import Book
from tests.chaos.life import NOTHING_LEFT, Life, as_line
from tests.chaos.points import AT_THE_SERVER, POINTS
from tests.shop import NOON, Shop, open_shop, order
from tests.standins.twilio_api import ACCOUNT, TOKEN, TwilioApi

ROOT = Path(__file__).resolve().parents[2]
BY_CHANCE = "by chance"
"""No moment: an end after some time, wherever the worker is then."""

MOMENTS = (*POINTS, BY_CHANCE, BY_CHANCE)

LONGEST_LIFE = 4.0
"""Seconds after which a life is ended whose moment did not come; it does not count."""

SETTINGS = """
[shop]
country = "DE"
timezone = "Europe/Berlin"
[brands.default]
sender = "Oak <orders@oak.example>"
postal_address = "1 Test Street, Salem"
[delivery]
mode = "live"
render_workers = 1
claim_size = {claim}
retry_first_seconds = 1
max_attempts = 40
[email]
host = "127.0.0.1"
port = {mail_port}
security = "none"
timeout_seconds = {timeout}
connections = {connections}
hello_name = "shop.example"
{email}
[sms]
enabled = true
account_sid = "{account}"
messaging_service_sid = "MG{zeros}"
api_base = "{api}"
daily_limit = 100000
daily_limit_by_range = 100000
timeout_seconds = 5
{sms}
[safety]
max_per_run = 1000000
surge_factor = 0
{more}
"""


def chaos_shop(folder: Path, url: str, book: Book, api: TwilioApi, timeout: int = 5, **more: str) -> Shop:
    """A shop in mode live that sends to the two servers; `more`: claim, connections, lines for email, sms, and more."""
    servers = {"mail_port": book.port, "api": api.url, "account": ACCOUNT, "zeros": "0" * 32}
    toml = SETTINGS.format(
        **servers, timeout=timeout, **{"claim": "60", "connections": "8", "email": "", "sms": "", "more": ""} | more
    )
    return open_shop(folder, url, toml, NOTIFIER_SMS__AUTH_TOKEN=TOKEN)


def queue_more(shop: Shop, first: int, emails: int, texts: int) -> None:
    """New customers, each due one message; numbers begin at `first`."""
    fresh = {"promised_ship_by": "", "ordered_at": "2026-05-31T10:00:00Z", "timezone": "Europe/Berlin"}
    by_text = fresh | {"preferred_channel": "sms", "email": "", "country": "DE"}
    # Every other email is required by law or promise, so that it goes once more where nobody can tell.
    rows = [order(f"e{first + n}", **(fresh if n % 2 else {"timezone": "Europe/Berlin"})) for n in range(emails)]
    rows += [order(f"t{first + n}", phone=f"+4915112{first + n:06}", **by_text) for n in range(texts)]
    shop.take_in("backorders", rows)
    shop.plan()


class Parent:
    """The warm parent of lives."""

    def __init__(self, into: IO[str], out: IO[str]) -> None:
        self._into = into
        self._out = out

    def begin(self, life: Life) -> int:
        """Let a life begin; returns its pid."""
        self._into.write(as_line(life))
        self._into.flush()
        return int(self._out.readline())

    def ended(self) -> int:
        """Wait for the end of the life that has begun; its exit code, negative for a signal."""
        return int(self._out.readline())


@contextmanager
def warm_parent(within: Sequence[str] = ()) -> Iterator[Parent]:
    """A warm parent, ended with the block; `within` is a command that runs another one."""
    command = [*within, sys.executable, "-m", "tests.chaos.life"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Parent(process.stdin, process.stdout)
        finally:
            process.kill()


@dataclass(slots=True)
class Rage:
    """One run of many lives. `ends` counts how lives ended, by moment."""

    shop: Shop
    book: Book
    api: TwilioApi
    seed: int
    mutant: str = ""
    real_pool: bool = False
    lease: float = 1.0
    born: float = field(default_factory=time.time)
    ends: Counter[str] = field(default_factory=Counter)
    customers: int = 0

    def kill(self, parent: Parent, kills: int) -> None:
        """Let so many lives be killed, then let one come to its end."""
        dice = random.Random(self.seed)
        moments: list[str] = []
        while sum(self.ends.values()) < kills:
            moments = moments or dice.sample(MOMENTS, len(MOMENTS))
            self._one_life(parent, moments.pop(), dice)
        while self.live(parent, self.life()) != NOTHING_LEFT:
            pass

    def life(self, point: str = "", nth: int = 1) -> Life:
        """A life in this run."""
        return Life(
            settings=str(self.shop.folder / "settings.toml"),
            database_url=self.shop.settings.database_url,
            now=NOON.isoformat(),
            born=self.born,
            point=point,
            nth=nth,
            lease=self.lease,
            mutant=self.mutant,
            real_pool=self.real_pool,
        )

    def _one_life(self, parent: Parent, point: str, dice: random.Random) -> None:
        nth = 1 if point.startswith(("renewal", "claim")) else dice.randint(1, 6)
        pid = parent.begin(self.life() if point == BY_CHANCE else self.life(point, nth))
        deadline = dice.uniform(0.05, 1.2) if point == BY_CHANCE else LONGEST_LIFE
        late: list[int] = []
        killer = threading.Timer(deadline, lambda: (late.append(pid), _end(pid)))
        killer.start()
        if point == AT_THE_SERVER:
            self.book.on_mail = self.api.on_text = _at_nth(nth, pid)
        code = parent.ended()
        killer.cancel()
        self.book.on_mail = self.api.on_text = lambda: None
        if code == -signal.SIGKILL and (point == BY_CHANCE or not late):
            self.ends[point] += 1
        if code == NOTHING_LEFT or self._little_left():
            self.more(120, 30)

    def live(self, parent: Parent, life: Life) -> int:
        """Let one life come to its end."""
        parent.begin(life)
        return parent.ended()

    def more(self, emails: int, texts: int) -> None:
        """Queue messages for new customers."""
        queue_more(self.shop, self.customers, emails, texts)
        self.customers += max(emails, texts)

    def _little_left(self) -> bool:
        return sum(row.state == "queued" for row in self.shop.rows(Message)) < 40


def _end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _at_nth(nth: int, pid: int) -> Callable[[], None]:
    left = nth

    def hear() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            _end(pid)

    return hear


@dataclass(frozen=True, slots=True)
class Account:
    """The books compared, by message. `lost`: said to be sent, and no server has it. `doubled`: taken twice, and not an
    email that is flagged as a possible duplicate.

    `untold`: a server has it, and the database says neither so nor that nobody knows.
    """

    lost: list[str]
    doubled: list[str]
    untold: list[str]
    states: Counter[str]

    @property
    def faults(self) -> tuple[list[str], list[str], list[str]]:
        """Nothing in each, where all is well."""
        return self.lost, self.doubled, self.untold


def account(shop: Shop, book: Book, api: TwilioApi) -> Account:
    """Compare what the servers took with what the database says."""
    texts = Counter(text.form["To"] for text in api.texts)
    message, address = table_of(Message), table_of(Address)
    columns = (message.c.uid, message.c.channel, message.c.state, message.c.maybe_double, address.c.value)
    rows = select(*columns).join(address, address.c.id == message.c.address_id)
    lost, doubled, untold, states = [], [], [], Counter[str]()
    with shop.house() as house, house.store.read() as tx:
        for row in tx.connection.execute(rows):
            taken = book.taken[row.uid] if row.channel == "email" else texts[row.value]
            states[f"{row.channel} {row.state}"] += 1
            if row.state == "accepted" and not taken:
                lost.append(row.uid)
            if taken > (2 if row.channel == "email" and row.maybe_double else 1):
                doubled.append(row.uid)
            if taken and row.state not in ("accepted", "unknown"):
                untold.append(row.uid)
    return Account(lost, doubled, untold, states)
