"""A configured source read again and again: what stops it, what is news, and what the team hears of it."""

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from notifier import app
from notifier.pipeline import configured
from notifier.pipeline.sources import (
    ConfiguredSource,
    SourceReading,
    read_source,
    tell_reading,
    tell_stale,
)
from notifier.pipeline.team import Team, tell_team_daily
from notifier.records.profile import Profile
from notifier.store.tables import OrderLine, SourceState
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.words import Outcome
from tests.shop import NOON, Shop, open_shop

pytestmark = pytest.mark.slow
"""Each reads a source as the scheduler does."""

HEAD = "order_id,customer_id,email,country,sku,ordered_at"
DAY = timedelta(days=1)
SETTINGS = """
[[sources]]
name = "feed"
kind = "backorders"
glob = "exports/*.csv"
stale_after_hours = 24
"""


def row(order: str, **more: str) -> str:
    cells = {"order": order, "ordered": "2026-05-01", **more}
    return f"{cells['order']},C1,ann@shop.example.com,US,LAMP,{cells['ordered']}\n"


@dataclass
class Postbox:
    """A channel that takes what is sent while it is open."""

    open: bool = True
    connections: int = 1
    mails: list[str] = field(default_factory=list)

    async def send(self, parcel: Parcel) -> SendResult:
        if not self.open:
            return SendResult(0, 0, Outcome.DEFERRED, "down", "no server")
        self.mails.append(parcel.body.decode())
        return SendResult(0, 0, Outcome.ACCEPTED, "250", "OK")

    async def close(self) -> None:
        """Nothing to give back."""


@pytest.fixture
def shop(tmp_path: Path, sqlite_url: str) -> Shop:
    (tmp_path / "exports").mkdir()
    return open_shop(tmp_path, sqlite_url, SETTINGS)


@pytest.fixture
def put(shop: Shop) -> Callable[..., Path]:
    """Writes an export that was last changed `age` before NOON."""

    def write(name: str, text: str, age: timedelta = DAY) -> Path:
        path = shop.folder / "exports" / name
        path.write_text(text, "utf-8")
        moment = (NOON - age).timestamp()
        os.utime(path, (moment, moment))
        return path

    return write


def feed(shop: Shop) -> ConfiguredSource:
    return configured.sources(shop.settings)[0]


def look(shop: Shop, now: datetime = NOON, source: ConfiguredSource | None = None) -> SourceReading:
    with shop.house() as house:
        return read_source(house, app.shop_context(shop.settings), source or feed(shop), now)


def state(shop: Shop) -> SourceState:
    [found] = shop.rows(SourceState)
    return found  # type: ignore[return-value]


def team(postbox: Postbox, address: str = "team@shop.example.com") -> Team:
    return Team(address, "Oak <orders@oak.example>", postbox)


def test_a_refused_file_does_not_stop_the_good_one_after_it(shop: Shop, put: Callable[..., Path]) -> None:
    put("a.csv", "no header of ours\n1\n", 2 * DAY)
    put("b.csv", f"{HEAD}\n{row('O1')}")
    reading = look(shop)
    assert ([one.file for one in reading.refused], len(reading.reports), len(shop.rows(OrderLine))) == (["a.csv"], 1, 1)


def test_a_refused_file_is_not_tried_again_until_it_changes(shop: Shop, put: Callable[..., Path]) -> None:
    put("a.csv", "no header of ours\n1\n")
    look(shop)
    assert look(shop) == SourceReading()
    put("a.csv", f"{HEAD}\n{row('O1')}", DAY / 2)
    assert len(look(shop).reports) == 1


def test_a_refused_file_is_tried_again_when_its_profile_is_mended(shop: Shop, put: Callable[..., Path]) -> None:
    put("a.csv", f"{HEAD.replace('sku', 'article')}\n{row('O1')}")
    assert len(look(shop).refused) == 1
    mended = Profile("p", "backorders", columns={"sku": "article"})
    assert len(look(shop, source=replace(feed(shop), profile=mended)).reports) == 1


def test_the_reason_of_a_refusal_stands_at_its_source_until_it_is_mended(shop: Shop, put: Callable[..., Path]) -> None:
    put("a.csv", "no header of ours\n1\n")
    look(shop)
    look(shop)
    assert "a.csv" in state(shop).error
    put("a.csv", f"{HEAD}\n{row('O1')}", DAY / 2)
    look(shop)
    assert state(shop).error == ""


def test_reject_files_that_cannot_be_written_are_no_lasting_fault_of_the_file(
    shop: Shop, put: Callable[..., Path]
) -> None:
    put("a.csv", f"{HEAD}\n{row('O1', ordered='never')}{row('O2')}")
    barred = replace(feed(shop), rejects=shop.folder / "not made yet")
    assert [len(look(shop, source=barred).refused) for _ in range(2)] == [1, 0]
    barred.rejects.mkdir()
    assert look(shop, source=barred).reports[0].accepted == 1


def test_a_deletion_and_a_touch_do_not_end_staleness(shop: Shop, put: Callable[..., Path]) -> None:
    put("a.csv", f"{HEAD}\n{row('O1')}")
    gone = put("b.csv", f"{HEAD}\n{row('O2')}")
    look(shop)
    gone.unlink()
    put("a.csv", f"{HEAD}\n{row('O1')}", DAY / 2)
    look(shop, NOON + DAY)
    assert state(shop).last_new_at == NOON


def test_a_refused_file_and_one_whose_rows_are_all_rejected_are_no_news(shop: Shop, put: Callable[..., Path]) -> None:
    put("a.csv", "no header of ours\n1\n")
    put("b.csv", f"{HEAD}\n{row('O1', ordered='never')}")
    look(shop)
    assert state(shop).last_new_at is None


def test_a_query_that_gives_what_is_refused_is_told_once(shop: Shop, tmp_path: Path) -> None:
    select = "SELECT 1 AS nothing_of_ours"
    source = replace(feed(shop), glob="", database_url=f"sqlite:///{tmp_path / 'erp.db'}", select=select)
    assert [[one.file for one in look(shop, source=source).refused] for _ in range(2)] == [["feed.download"], []]


def test_a_query_that_gives_the_same_again_is_imported_once(shop: Shop, tmp_path: Path) -> None:
    select = "SELECT 'O1' AS order_id, 'C1' AS customer_id, 'LAMP' AS sku, '2026-05-01' AS ordered_at"
    source = replace(feed(shop), glob="", database_url=f"sqlite:///{tmp_path / 'erp.db'}", select=select)
    assert [len(look(shop, source=source).reports) for _ in range(2)] == [1, 0]


class _Export(BaseHTTPRequestHandler):
    """One export that never changes, with an ETag."""

    def do_GET(self) -> None:
        same = self.headers.get("If-None-Match") == '"one"'
        body = b"" if same else f"{HEAD.replace('sku', 'article')}\n{row('O1')}".encode()
        self.send_response(304 if same else 200)
        self.send_header("ETag", '"one"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Be quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Export)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/export.csv"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_refused_download_is_fetched_whole_again_when_its_profile_is_mended(shop: Shop, address: str) -> None:
    source = replace(feed(shop), glob="", url=address)
    mended = replace(source, profile=Profile("p", "backorders", columns={"sku": "article"}))
    found = [look(shop, source=one) for one in (source, source, mended, mended)]
    assert [(len(one.refused), len(one.reports)) for one in found] == [(1, 0), (0, 0), (0, 1), (0, 0)]


def test_the_team_hears_which_file_was_refused_and_where_rejected_rows_are(
    shop: Shop, put: Callable[..., Path]
) -> None:
    put("a.csv", "no header of ours\n1\n")
    put("b.csv", f"{HEAD}\n{row('O1', ordered='never')}{row('O2')}")
    postbox = Postbox()
    assert asyncio.run(tell_reading(team(postbox), "feed", look(shop), NOON))
    [mail] = postbox.mails
    plain = mail.replace("=\r\n", "")
    assert all(words in plain for words in ("a.csv was refused", "1 of 2 rows were rejected", "b.csv.rejects.csv"))


def test_a_reading_without_a_fault_is_no_email(shop: Shop, put: Callable[..., Path]) -> None:
    put("a.csv", f"{HEAD}\n{row('O1')}")
    postbox = Postbox()
    assert asyncio.run(tell_reading(team(postbox), "feed", look(shop), NOON))
    assert postbox.mails == []


def test_a_refusal_that_no_server_took_is_still_to_be_told(shop: Shop, put: Callable[..., Path]) -> None:
    put("a.csv", "no header of ours\n1\n")
    assert not asyncio.run(tell_reading(team(Postbox(open=False)), "feed", look(shop), NOON))


def test_what_was_not_told_is_told_with_the_faults_of_the_next_look(shop: Shop, put: Callable[..., Path]) -> None:
    put("a.csv", "no header of ours\n1\n")
    first = look(shop)
    put("b.csv", f"{HEAD}\n{row('O1', ordered='never')}")
    put("c.csv", f"{HEAD}\n{row('O2')}")
    both = first.with_faults_of(look(shop))
    assert ([one.file for one in both.refused], [one.rejected for one in both.reports]) == (["a.csv"], [1])


def stale_mails(shop: Shop, postbox: Postbox, address: str = "team@shop.example.com") -> int:
    with shop.house() as house:
        return len(asyncio.run(tell_stale(house, team(postbox, address), NOON + 2 * DAY)))


def test_a_stale_source_is_told_again_until_a_server_takes_the_email(shop: Shop, put: Callable[..., Path]) -> None:
    put("a.csv", f"{HEAD}\n{row('O1')}")
    look(shop)
    postbox = Postbox(open=False)
    stale_mails(shop, postbox)
    postbox.open = True
    assert [stale_mails(shop, postbox) for _ in range(2)] == [1, 0]


def test_a_team_without_an_address_has_one_line_of_log_for_a_stale_source(shop: Shop, put: Callable[..., Path]) -> None:
    put("a.csv", f"{HEAD}\n{row('O1')}")
    look(shop)
    assert [stale_mails(shop, Postbox(), "") for _ in range(2)] == [1, 0]


def brake(shop: Shop, postbox: Postbox, now: datetime) -> None:
    with shop.house() as house:
        asyncio.run(tell_team_daily(house.store, team(postbox), "The brake", "900 customers", now))


def test_the_brake_is_told_once_a_day_over_restarts(shop: Shop) -> None:
    postbox = Postbox()
    for minutes in (0, 5, 1439, 1440, 1445):
        brake(shop, postbox, NOON + timedelta(minutes=minutes))
    assert len(postbox.mails) == 2


def test_a_brake_that_no_server_took_is_told_at_the_next_tick(shop: Shop) -> None:
    postbox = Postbox(open=False)
    brake(shop, postbox, NOON)
    postbox.open = True
    brake(shop, postbox, NOON + timedelta(minutes=5))
    assert len(postbox.mails) == 1
