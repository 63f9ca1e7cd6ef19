"""`notifier run` as it is watched: what was planted in records, and its secrets, show up in no log and on no page."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError

import pytest

from tests.standins.ports import kept_port

pytestmark = pytest.mark.slow

NAME, MAIL, NUMBER, TOKEN = (
    "xqzname",
    "xqzmail@shop.example.com",
    "+12125550187",
    "xqztoken0123456789xqztoken0123456789",
)
PLANTED = (NAME, MAIL, MAIL.partition("@")[0], NUMBER, NUMBER[2:], TOKEN)
PATIENCE = 300.0
SETTINGS = """
[delivery]
render_workers = 1
[schedule]
deliver_seconds = 1
[logging]
format = "json"
[metrics]
listen = "127.0.0.1:{port}"
[[sources]]
name = "orders"
kind = "backorders"
glob = "exports/*.csv"
[policy]
email_from = "00:00"
email_until = "23:59:59"
"""
HEAD = "order_id,customer_id,customer_name,email,phone,country,sku,ordered_at,status"
PAGES = ("metrics", "readyz", "healthz")


@dataclass(frozen=True, slots=True)
class Watched:
    """A run that was watched until it had written its message, and was then stopped."""

    pages: dict[str, str]
    said: str
    code: int


def environment() -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[1])
    return os.environ | {"PYTHONPATH": root, "NOTIFIER_SIGNING__KEY": TOKEN, "NOTIFIER_SMS__AUTH_TOKEN": TOKEN}


def notifier(folder: Path, *words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "notifier", *words]
    return subprocess.Popen(command, cwd=folder, env=environment(), stderr=subprocess.PIPE, text=True)


def exports(folder: Path) -> None:
    """A good file, one without a header, one with a row that cannot be read; all an hour old."""
    ordered = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    row = f"O1,ann,{NAME},{MAIL},{NUMBER},US,LAMP,{ordered},backordered"
    files = {"a": f"{HEAD}\n{row}\n", "b": f"{row}\n", "c": f"{HEAD}\n{row.replace(ordered, NAME)}\n"}
    folder.mkdir()
    an_hour_ago = time.time() - 3600
    for name, text in files.items():
        path = folder / f"{name}.csv"
        path.write_text(text)
        os.utime(path, (an_hour_ago, an_hour_ago))


def read(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return str(answer.read().decode())
    except HTTPError as refused:
        return refused.read().decode()
    except OSError:
        return ""


def wait_until(met: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if met():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("seen")
    with kept_port() as port:
        (folder / "settings.toml").write_text(SETTINGS.format(port=port))
        exports(folder / "exports")
        assert notifier(folder, "migrate").wait(PATIENCE) == 0
        child = notifier(folder, "run")
        try:
            assert wait_until(lambda: any((folder / "outbox").glob("*.eml"))), "nothing was written"
            ready = f"http://127.0.0.1:{port}/readyz"
            assert wait_until(lambda: '"ready":true' in read(ready)), read(ready)
            pages = {page: read(f"http://127.0.0.1:{port}/{page}") for page in PAGES}
            child.send_signal(signal.SIGTERM)
            _, said = child.communicate(timeout=PATIENCE)
        finally:
            child.kill()
        yield Watched(pages, said, child.returncode)


def test_nothing_planted_shows_up_on_a_page(watched: Watched) -> None:
    assert [word for word in PLANTED if any(word in page for page in watched.pages.values())] == []


def test_nothing_planted_shows_up_in_what_it_says(watched: Watched) -> None:
    assert "a file of a source was refused" in watched.said
    assert [word for word in PLANTED if word in watched.said] == []


def test_what_it_logs_is_json(watched: Watched) -> None:
    logged = [json.loads(line) for line in watched.said.splitlines() if line.startswith("{")]
    assert any(one["event"] == "a file of a source was refused" for one in logged)


def test_all_pages_answer_while_it_works(watched: Watched) -> None:
    last_plan = "notifier_last_plan_seconds" in watched.pages["metrics"]
    ready = '"ready":true' in watched.pages["readyz"]
    assert (last_plan, ready, watched.pages["healthz"]) == (True, True, "alive\n")


def test_it_ends_cleanly_while_it_is_watched(watched: Watched) -> None:
    assert (watched.code, "nothing is in flight" in watched.said) == (0, True)
