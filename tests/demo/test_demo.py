"""The demo keeps what it promises: it ends, it shows every kind of message, and nothing leaves its folder."""

import csv
import io
import re
import socket
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from notifier.demo.story import run_demo
from notifier.errors import UsageError
from notifier.records.addresses import read_email
from notifier.store.engine import Store, open_engine

pytestmark = pytest.mark.slow

MORNING = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
"""Half past ten in Berlin, half past eight in the evening in Sydney, half past one at night in Portland."""


@dataclass(frozen=True)
class Run:
    """A demo that has ended: its folder, what it printed, and what it would have reached."""

    folder: Path
    said: str
    reached: list[str]

    def rows(self, query: str) -> list[Any]:
        engine = open_engine(f"sqlite:///{self.folder / 'notifier.db'}")
        store = Store(engine)
        try:
            with store.read() as tx:
                return list(tx.connection.exec_driver_sql(query))
        finally:
            store.close()


_watching: list[list[str]] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo") and _watching:
        _watching[-1].append(f"{event} {arguments[-1] if event == 'socket.connect' else arguments[0]}")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One demo for all tests of this module, watched by the interpreter's own audit of the network."""
    sys.addaudithook(_watch)
    folder, paper = tmp_path_factory.mktemp("demo") / "shop", io.StringIO()
    _watching.append([])
    try:
        run_demo(folder, MORNING, Console(file=paper, width=160))
    finally:
        reached = _watching.pop()
    return Run(folder, paper.getvalue(), reached)


def test_the_watch_on_the_network_would_notice_a_connection() -> None:
    sys.addaudithook(_watch)
    _watching.append([])
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        seen = _watching.pop()
    assert any(one.startswith("socket.connect") for one in seen)


def test_nothing_reaches_the_network(run: Run) -> None:
    assert run.reached == []


def test_the_shop_has_some_40_backorders_in_many_countries(run: Run) -> None:
    rows = list(csv.DictReader((run.folder / "backorders.csv").open(encoding="utf-8")))
    countries, zones = {row["country"] for row in rows}, {row["timezone"] for row in rows}
    assert 38 <= len(rows) <= 45
    assert {"US", "GB", "DE", "AT", "FR", "CA", "AU", "JP"} <= countries
    assert len(zones) >= 12


def test_every_address_is_one_that_nobody_can_own(run: Run) -> None:
    rows = csv.DictReader((run.folder / "backorders.csv").open(encoding="utf-8"))
    domains = {read_email(row["email"]).value.partition("@")[2] for row in rows if row["email"]}
    assert all(domain == "example.com" or domain.endswith(".example") for domain in domains)


def test_no_placeholder_is_left_in_the_files(run: Run) -> None:
    left = [path.name for path in run.folder.rglob("*.csv") if re.search(r"\{(day|hours)", path.read_text("utf-8"))]
    assert left == []


def test_every_purpose_is_written_today(run: Run) -> None:
    today = "SELECT DISTINCT purpose FROM message WHERE run_id = (SELECT max(id) FROM plan_run) AND state = 'accepted'"
    purposes = {row[0] for row in run.rows(today)}
    assert purposes == {
        "placed", "delay", "eta_change", "progress", "ready", "reward", "cancelled", "thank_you"
    }  # fmt: skip


def test_every_message_of_the_week_was_delivered(run: Run) -> None:
    assert {row[0] for row in run.rows("SELECT DISTINCT state FROM message")} == {"accepted"}


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        ("hold", "quiet_hours"),
        ("hold", "cap"),
        ("skip", "opted_out"),
        ("skip", "suppressed"),
        ("skip", "marketplace"),
        ("skip", "no_address"),
        ("skip", "not_textable"),
        ("skip", "no_consent"),
    ],
)
def test_every_reason_not_to_write_is_shown(run: Run, verdict: str, reason: str) -> None:
    query = "SELECT DISTINCT verdict, reason FROM decision WHERE last_run = (SELECT max(id) FROM plan_run)"
    assert (verdict, reason) in {tuple(row) for row in run.rows(query)}


def test_texts_go_out_and_some_wait_for_the_morning(run: Run) -> None:
    query = "SELECT verdict FROM decision WHERE channel = 'sms' AND last_run = (SELECT max(id) FROM plan_run)"
    assert {"send", "hold"} <= {row[0] for row in run.rows(query)}


def test_a_german_customer_reads_german(run: Run) -> None:
    subjects = [row[0] for row in run.rows("SELECT subject FROM message WHERE locale LIKE 'de%' AND channel = 'email'")]
    assert subjects
    assert all(subject.startswith("Bestellung") for subject in subjects)


def test_the_index_leads_to_every_message_as_it_was_rendered(run: Run) -> None:
    index = (run.folder / "index.html").read_text("utf-8")
    pages = set(re.findall(r'href="(pages/[^"]+)"', index))
    emails = sorted((run.folder / "outbox").glob("*.eml"))
    texts = list((run.folder / "outbox").glob("*.txt"))
    assert len(pages) == len(emails)
    assert index.count('class="bubble"') == len(texts) > 0
    wanted = Counter(_html(path) for path in emails)
    assert Counter((run.folder / page).read_text("utf-8") for page in pages) == wanted


def _html(path: Path) -> str:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_the_summary_names_people_reasons_and_the_next_step(run: Run) -> None:
    for words in ("Owen Tremblay", "as often as the shop allows", "index.html", "notifier explain", "notifier init"):
        assert words in run.said


def test_the_summary_shows_no_reason_as_a_bare_code(run: Run) -> None:
    assert 'the answer was "' not in run.said


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="not the demo's"):
        run_demo(tmp_path, MORNING, Console(file=io.StringIO()))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.slow
@pytest.mark.parametrize("hour", [1, 7, 13, 19])
@pytest.mark.parametrize("day", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)])
def test_the_demo_is_believable_at_any_hour(tmp_path: Path, day: datetime, hour: int) -> None:
    paper = io.StringIO()
    run_demo(tmp_path / "shop", day.replace(hour=hour), Console(file=paper, width=160))
    found = Run(tmp_path / "shop", paper.getvalue(), [])
    query = (
        "SELECT DISTINCT purpose FROM decision WHERE verdict <> 'skip' AND last_run = (SELECT max(id) FROM plan_run)"
    )
    assert len(found.rows(query)) == 8
    assert "as often as the shop allows" in found.said
    assert {row[0] for row in found.rows("SELECT DISTINCT state FROM message")} == {"accepted"}


def test_a_second_demo_takes_the_place_of_the_first(tmp_path: Path) -> None:
    for _ in range(2):
        run_demo(tmp_path / "shop", MORNING, Console(file=io.StringIO()))
    runs = Run(tmp_path / "shop", "", []).rows("SELECT count(*) FROM plan_run")
    assert runs[0][0] == 10
