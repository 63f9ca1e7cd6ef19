"""`notifier run` as one process: it reads a source, plans, delivers, and stops cleanly."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.standins.smtp_sink import Script, Sink, smtp_sink
from tests.standins.twilio_api import ACCOUNT, TOKEN, Text, TwilioApi, twilio_api

pytestmark = pytest.mark.slow

SETTINGS = """
[delivery]
render_workers = 1
[schedule]
deliver_seconds = 1
[[sources]]
name = "orders"
kind = "backorders"
glob = "exports/*.csv"
[policy]
email_from = "00:00"
email_until = "23:59:59"
"""
LIVE = """
[email]
host = "localhost"
port = {port}
security = "none"
[brands.oak]
name = "Oak"
sender = "Oak <orders@oak.example>"
postal_address = "1 Oak Street, Salem"
[delivery]
mode = "live"
"""
PATIENCE = 300.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "settings.toml").write_text(SETTINGS)
    exports = tmp_path / "exports"
    exports.mkdir()
    ordered = datetime.now(UTC) - timedelta(days=1)
    row = f"O1,ann,Ann,ann@shop.example.com,US,LAMP,{ordered.isoformat()},backordered\n"
    file = exports / "orders.csv"
    file.write_text("order_id,customer_id,customer_name,email,country,sku,ordered_at,status\n" + row)
    an_hour_ago = time.time() - 3600
    os.utime(file, (an_hour_ago, an_hour_ago))
    notifier(tmp_path, "migrate")
    return tmp_path


def notifier(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "notifier", *words]
    return subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def environment() -> dict[str, str]:
    here = str(Path(__file__).resolve().parents[1])
    return os.environ | {"PYTHONPATH": here, "NOTIFIER_SMS__AUTH_TOKEN": TOKEN}


@pytest.fixture
def running(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    child = subprocess.Popen(
        [sys.executable, "-m", "notifier", "run"], cwd=folder, env=environment(), stderr=subprocess.PIPE, text=True
    )
    yield child
    if child.poll() is None:
        child.kill()
    child.wait()


def wait_until(met: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if met():
            return True
        time.sleep(0.1)
    return False


def test_a_source_becomes_a_message_without_a_hand(folder: Path, running: "subprocess.Popen[str]") -> None:
    assert wait_until(lambda: any((folder / "outbox").glob("*.eml")) if (folder / "outbox").is_dir() else False)


@pytest.fixture
def slow_server(folder: Path) -> Iterator[Sink]:
    """The folder's shop is live, at a server that answers no mail before its gate is set."""
    with smtp_sink(Script(gate=threading.Event())) as sink:
        (folder / "settings.toml").write_text(SETTINGS.replace("[delivery]", LIVE.format(port=sink.port)))
        yield sink
        sink.script.gate.set()


def test_sigterm_ends_it_only_once_the_mail_in_flight_is_accepted(
    folder: Path, slow_server: Sink, running: "subprocess.Popen[str]"
) -> None:
    assert wait_until(lambda: slow_server.book.at_gate == 1), "no mail came to be in flight"
    running.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        running.wait(1)
    slow_server.script.gate.set()
    _, said = running.communicate(timeout=PATIENCE)
    assert (running.returncode, "nothing is in flight" in said, states(folder)) == (0, True, ["accepted"])


@pytest.fixture
def texting(folder: Path) -> Iterator[TwilioApi]:
    """The folder's shop is live by text too, and a customer wrote while no webhook was there."""
    with twilio_api() as api:
        live = LIVE.format(port=1).replace('name = "Oak"', 'name = "Oak"\ntext_sender = "+12025550100"')
        sms = f'[sms]\nenabled = true\naccount_sid = "{ACCOUNT}"\napi_base = "{api.url}"\n'
        web = '[web]\npublic_url = "https://go.oak.example"\n'
        (folder / "settings.toml").write_text(SETTINGS.replace("[delivery]", f"{sms}{web}{live}"))
        written = {"To": "+12025550100", "From": "+12025550143", "Body": "Where is my lamp?"}
        at = datetime.now(UTC) - timedelta(minutes=10)
        api.texts.append(Text("SM" + "1" * 32, written, at, direction="inbound"))
        yield api


def test_a_text_that_no_webhook_took_in_is_taken_in(
    folder: Path, texting: TwilioApi, running: "subprocess.Popen[str]"
) -> None:
    assert wait_until(lambda: words_of_replies(folder) == ["Where is my lamp?"])


@pytest.fixture
def crew(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """The scheduler with two workers, without a source's row: nothing is queued before the test says so."""
    command = [sys.executable, "-m", "notifier", "run", "--workers", "2"]
    child = subprocess.Popen(command, cwd=folder, env=environment(), stderr=subprocess.PIPE, text=True)
    yield child
    if child.poll() is None:
        child.kill()
    child.wait()


def workers_of(parent: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(parent), "-f", "worker"], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def test_workers_deliver_what_the_scheduler_plans(folder: Path, crew: "subprocess.Popen[str]") -> None:
    assert wait_until(lambda: any((folder / "outbox").glob("*.eml")) if (folder / "outbox").is_dir() else False)
    crew.send_signal(signal.SIGTERM)
    _, said = crew.communicate(timeout=PATIENCE)
    assert (crew.returncode, "nothing is in flight" in said) == (0, True)


def test_a_worker_that_died_is_started_again(folder: Path, crew: "subprocess.Popen[str]") -> None:
    assert wait_until(lambda: len(workers_of(crew.pid)) == 2)
    gone = workers_of(crew.pid)[0]
    os.kill(gone, signal.SIGKILL)
    assert wait_until(lambda: len(set(workers_of(crew.pid)) - {gone}) == 2)


def test_workers_end_when_their_scheduler_was_killed(folder: Path, crew: "subprocess.Popen[str]") -> None:
    assert wait_until(lambda: (folder / "outbox").is_dir() and len(workers_of(crew.pid)) == 2)
    orphans = workers_of(crew.pid)
    crew.kill()
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in orphans))


def states(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "notifier.db")) as database:
        return [state for (state,) in database.execute("SELECT state FROM message")]


def words_of_replies(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "notifier.db")) as database:
        return [words for (words,) in database.execute("SELECT words FROM reply")]


def test_run_refuses_an_old_schema_with_the_command_to_type(tmp_path: Path) -> None:
    (tmp_path / "signing.key").write_text("k" * 40)
    done = notifier(tmp_path, "run")
    assert (done.returncode, "notifier migrate" in done.stderr) == (2, True)
