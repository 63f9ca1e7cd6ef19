"""`notifier run` as one process: it reads a source, plans, delivers, and stops cleanly."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

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
PATIENCE = 40.0


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
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=60, check=False
    )


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}


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


def test_sigterm_ends_it_with_nothing_in_flight(folder: Path, running: "subprocess.Popen[str]") -> None:
    wait_until((folder / "outbox").is_dir)
    running.send_signal(signal.SIGTERM)
    _, said = running.communicate(timeout=PATIENCE)
    assert (running.returncode, "nothing is in flight" in said) == (0, True)


def test_run_refuses_an_old_schema_with_the_command_to_type(tmp_path: Path) -> None:
    (tmp_path / "signing.key").write_text("k" * 40)
    done = notifier(tmp_path, "run")
    assert (done.returncode, "notifier migrate" in done.stderr) == (2, True)
