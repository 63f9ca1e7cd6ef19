"""The ground gives way: a network cut, a database ended, full or locked. Nothing is lost or doubled; all goes on."""

import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select

from notifier.pipeline.guard import LIVE_SINCE
from notifier.store.engine import IDLE_SECONDS, SQLITE_BUSY_SECONDS
from notifier.store.lookup import table_of
from notifier.store.meta import keep_moment
from notifier.store.tables import Attempt
from tests.chaos.book import Book, mail_book
from tests.chaos.crew import Post, crew, in_hand, on_their_way
from tests.chaos.rage import Rage, account, chaos_shop
from tests.shop import NOON, Shop
from tests.standins.network import Place, place_apart
from tests.standins.own_postgresql import own_postgresql
from tests.standins.twilio_api import twilio_api

pytestmark = [pytest.mark.slow, pytest.mark.soak]

LEASE = 2.0
PER_SECOND = 100
"""Emails, so that there is still enough to send when the ground is firm again."""

_attempt = table_of(Attempt)


@contextmanager
def raging(
    folder: Path, url: str, hosts: tuple[str, ...] = ("127.0.0.1",), per_second: int = PER_SECOND
) -> Iterator[Rage]:
    with mail_book(hosts=hosts) as book, twilio_api() as api:
        shop = chaos_shop(folder, url, book, api, email=f"per_second = {per_second}")
        yield Rage(shop, book, api, seed=4, lease=LEASE)


def until(true: Callable[[], object], seconds: float) -> float:
    """Wait until it is true; returns the seconds that it took."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds
        time.sleep(0.05)
    return time.monotonic() - begun


def quiet(book: Book, seconds: float) -> bool:
    """Whether nothing came for so long."""
    return bool(book.entries) and time.monotonic() - book.entries[-1].at > seconds


def tell_and_check(rage: Rage, what: str) -> None:
    """Print what was seen; nothing is lost, doubled or untold, and nobody is still waiting."""
    found, at = account(rage.shop, rage.book, rage.api), [entry.at for entry in rage.book.entries]
    gap = max(after - before for before, after in itertools.pairwise(at))
    never = sum(found.states.values()) - len(at) - len(rage.api.texts)
    print(f"{what}: {dict(found.states)}, longest silence {gap:.1f} s, {never} unknown that were never taken")
    assert found.faults == ([], [], [])
    assert {name.split()[1] for name in found.states} <= {"accepted", "unknown"}


def alive(post: Post) -> bool:
    with suppress(ProcessLookupError):
        os.kill(post.pid, 0)
        return True
    return False


def tries_of(shop: Shop, post: Post, after: int = 0) -> int:
    """How many tries this worker has begun; `after` that many of all."""
    mine = (_attempt.c.worker == f"life:{post.pid}") & (_attempt.c.id > after)
    with shop.house() as house, house.store.read() as tx:
        return int(tx.connection.execute(select(func.count()).where(mine)).scalar_one())


def last_try(shop: Shop) -> int:
    with shop.house() as house, house.store.read() as tx:
        return int(tx.connection.execute(select(func.max(_attempt.c.id))).scalar_one() or 0)


@pytest.mark.parametrize(("seconds", "mail_too"), [(45, True), (45, False), (6, False)])
def test_a_worker_cut_off_from_its_database_comes_back_by_itself(tmp_path: Path, seconds: int, mail_too: bool) -> None:
    with (
        place_apart() as place,
        own_postgresql(place.first.here, place.first.there) as server,
        raging(tmp_path, server.url, ("127.0.0.1", place.second.here)) as rage,
    ):
        go_live(rage.shop)
        rage.more(4000 + 150 * seconds, 0)
        near = replace(rage.life(), stays=True)
        far = replace(near, settings=str(settings_for(rage, place)), database_url=server.far_url)
        cables = (place.first, place.second)[: 1 + mail_too]
        with crew([near]) as (post,), crew([far], place.within) as (apart,):
            until(lambda: tries_of(rage.shop, apart) > 100 and in_hand(rage.shop, apart), 60)
            for cable in cables:
                cable.cut()
            time.sleep(seconds)
            meanwhile, healed = tries_of(rage.shop, post), last_try(rage.shop)
            for cable in cables:
                cable.mend()
            back = until(lambda: tries_of(rage.shop, apart, healed), 60)
            until(lambda: not on_their_way(rage.shop), 200)
            assert alive(post) and alive(apart)
        assert meanwhile > 100
        tell_and_check(rage, f"cut for {seconds} s, back after {back:.1f} s, {meanwhile} by the other one")


def go_live(shop: Shop) -> None:
    """A mail server that is not on loopback needs a person's word."""
    with shop.house() as house, house.store.write() as tx:
        keep_moment(tx, LIVE_SINCE, NOON)


def settings_for(rage: Rage, place: Place) -> Path:
    """The shop's settings as they are read in the place apart."""
    path = rage.shop.folder / "apart.toml"
    plain = (rage.shop.folder / "settings.toml").read_text("utf-8")
    path.write_text(plain.replace('host = "127.0.0.1"', f'host = "{place.second.here}"'), "utf-8")
    return path


def test_a_worker_frozen_in_a_transaction_keeps_the_others_waiting_for_a_minute_at_most(tmp_path: Path) -> None:
    with own_postgresql() as server, raging(tmp_path, server.url) as rage:
        rage.more(2500, 0)
        with (
            crew([replace(rage.life(), stays=True)] * 2) as posts,
            psycopg.connect(server.url, autocommit=True) as look,
        ):
            until(lambda: len(rage.book.entries) > 200, 60)
            until(lambda: frozen_in_a_transaction(posts[1], look), 60)
            stood = until(lambda: quiet(rage.book, 2), 20) and until(lambda: not quiet(rage.book, 2), IDLE_SECONDS + 10)
            posts[1].signal(signal.SIGCONT)
            until(lambda: not on_their_way(rage.shop), 100)
        tell_and_check(rage, f"all stood for {stood:.0f} s")


def frozen_in_a_transaction(post: Post, look: "psycopg.Connection[tuple[int]]") -> bool:
    """Freeze it; whether the rate's row is locked by somebody who does nothing. Else thaw it."""
    post.signal(signal.SIGSTOP)
    time.sleep(0.3)
    idle = look.execute(
        "SELECT count(*) FROM pg_stat_activity a JOIN pg_locks l USING (pid) WHERE a.state = 'idle in transaction'"
        " AND a.state_change < clock_timestamp() - interval '0.2 s' AND l.relation = 'route'::regclass"
        " AND l.mode = 'RowShareLock'"
    ).fetchone()
    if idle and idle[0]:
        return True
    post.signal(signal.SIGCONT)
    return False


def test_postgresql_ended_at_once_forgets_no_hand_off(tmp_path: Path) -> None:
    with own_postgresql() as server, raging(tmp_path, server.url, per_second=0) as rage:
        rage.more(4000, 600)
        with crew([replace(rage.life(), stays=True)] * 2) as posts:
            for taken in (300, 1000, 1800):
                until(lambda least=taken: len(rage.book.entries) > least, 60)
                server.stop()
                time.sleep(2)
                server.start()
            until(lambda: not on_their_way(rage.shop), 120)
            assert all(map(alive, posts))
        tell_and_check(rage, "ended three times")


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A folder on a disk of its own."""
    if os.geteuid() or not shutil.which("mount"):
        pytest.skip("missing: root, to mount a small disk")
    folder = Path(tempfile.mkdtemp(prefix="notifier-disk-"))
    try:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", folder], check=False)
        if mounted.returncode:
            pytest.skip("missing: the right to mount a small disk")
        try:
            yield folder
        finally:
            # Lazily, because the test has its database still open.
            subprocess.run(["umount", "--lazy", folder], check=True)
    finally:
        folder.rmdir()


def fill(folder: Path) -> Path:
    """Take all the room that is left."""
    filling = folder / "filling"
    with filling.open("wb", buffering=0) as out, suppress(OSError):
        while True:
            out.write(bytes(4096))
    return filling


def test_with_a_full_disk_nothing_goes_that_cannot_be_recorded(tmp_path: Path) -> None:
    with small_disk(96) as disk, raging(disk, f"sqlite:///{disk}/notifier.db", per_second=0) as rage:
        rage.more(3000, 300)
        with crew([replace(rage.life(), stays=True)]) as (post,):
            until(lambda: len(rage.book.entries) > 100, 60)
            filling = fill(disk)
            until(lambda: quiet(rage.book, 3), 60)
            stood_at = len(rage.book.entries)
            time.sleep(8)
            assert len(rage.book.entries) == stood_at < 3000
            filling.unlink()
            until(lambda: not on_their_way(rage.shop), 120)
            assert alive(post)
        tell_and_check(rage, f"full after {stood_at} mails")


def test_a_writer_that_holds_the_lock_for_longer_than_anybody_waits_stops_nothing_for_good(
    tmp_path: Path, sqlite_url: str
) -> None:
    with raging(tmp_path, sqlite_url, per_second=0) as rage:
        rage.more(1500, 200)
        with crew([replace(rage.life(), stays=True)]) as (post,):
            until(lambda: len(rage.book.entries) > 100, 60)
            writer = sqlite3.connect(tmp_path / "notifier.db", isolation_level=None, timeout=30)
            writer.execute("BEGIN IMMEDIATE")
            time.sleep(SQLITE_BUSY_SECONDS + 10)
            writer.execute("ROLLBACK")
            writer.close()
            until(lambda: not on_their_way(rage.shop), 120)
            assert alive(post)
        tell_and_check(rage, f"locked for {SQLITE_BUSY_SECONDS + 10} s")
