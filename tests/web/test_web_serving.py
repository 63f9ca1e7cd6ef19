"""The web of a real shop: served beside its work or alone, with the receipts of its own texts."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from notifier.cli import main
from notifier.errors import SettingsError
from notifier.store.tables import Attempt, Consent, Reply, Suppression
from notifier.terms.words import Channel
from notifier.web.serving import web_serving
from tests.doubtful import lose, state
from tests.live import LIVE
from tests.shop import Shop, open_shop
from tests.standins.ports import kept_port
from tests.web import plain_http
from tests.web.hooked import STATUS, TOKEN, Twilio

pytestmark = pytest.mark.slow
"""Each serves on a port of its own."""

WEB = """
[web]
listen = "127.0.0.1:{port}"
public_url = "https://go.shop.example"
"""
PATIENCE = 300.0


@pytest.fixture
def port() -> Iterator[int]:
    with kept_port() as found:
        yield found


def open_web(folder: Path, url: str, port: int) -> Shop:
    toml = LIVE.format(host="mail.example.com", port=2525) + WEB.format(port=port)
    return open_shop(folder, url, toml, NOTIFIER_SMS__AUTH_TOKEN=TOKEN)


async def test_46_duplicates_of_a_failure_suppress_a_number_once(tmp_path: Path, database_url: str, port: int) -> None:
    shop = open_web(tmp_path, database_url, port)
    with shop.house() as house:
        lost = lose(house, channel=Channel.SMS)
        async with web_serving(shop.settings, house):
            answers = await asyncio.to_thread(ask_46_times, Twilio(f"http://127.0.0.1:{port}"), lost.attempt)
        assert (answers, state(house, lost)) == ({204}, ("refused", "opted_out"))
    assert [one.reason for one in shop.rows(Suppression)] == ["opted_out"]


def ask_46_times(twilio: Twilio, attempt: int) -> set[int]:
    def ask(_: int) -> int:
        return twilio.status(f"?attempt={attempt}", MessageStatus="failed", ErrorCode="21610").status_code

    with ThreadPoolExecutor(8) as together:
        return set(together.map(ask, range(46)))


async def test_46_duplicates_of_a_stop_are_one_reply_and_one_opt_out(
    tmp_path: Path, database_url: str, port: int
) -> None:
    shop = open_web(tmp_path, database_url, port)
    with shop.house() as house:
        async with web_serving(shop.settings, house):
            answers = await asyncio.to_thread(write_46_times, Twilio(f"http://127.0.0.1:{port}"))
    words = [(row.message_class, row.granted) for row in shop.rows(Consent)]
    assert (answers, len(shop.rows(Reply)), words) == ({200}, 1, [("service", False), ("marketing", False)])


def write_46_times(twilio: Twilio) -> set[int]:
    with ThreadPoolExecutor(8) as together:
        return set(together.map(lambda _: twilio.text(Body="STOP").status_code, range(46)))


async def test_receipts_out_of_order_leave_the_last_word(tmp_path: Path, database_url: str, port: int) -> None:
    shop = open_web(tmp_path, database_url, port)
    with shop.house() as house:
        lost = lose(house, channel=Channel.SMS)
        async with web_serving(shop.settings, house):
            twilio = Twilio(f"http://127.0.0.1:{port}")
            for said in ("delivered", "sent", "queued", "undelivered", "delivered"):
                await asyncio.to_thread(
                    twilio.status, f"?attempt={lost.attempt}", MessageStatus=said, ErrorCode="30005"
                )
        assert state(house, lost)[0] == "accepted"
    assert ([one.receipt for one in shop.rows(Attempt)], shop.rows(Suppression)) == (["delivered"], [])


async def test_without_a_token_there_are_no_webhooks(tmp_path: Path, sqlite_url: str, port: int) -> None:
    shop = open_shop(tmp_path, sqlite_url, WEB.format(port=port))
    with shop.house() as house:
        async with web_serving(shop.settings, house):
            answer = await asyncio.to_thread(Twilio(f"http://127.0.0.1:{port}", token="").status)
    assert answer.status_code == 404


async def test_once_it_stops_nobody_listens_any_more(tmp_path: Path, sqlite_url: str, port: int) -> None:
    shop = open_web(tmp_path, sqlite_url, port)
    with shop.house() as house:
        async with web_serving(shop.settings, house):
            pass
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=5):
            pass


async def test_a_port_that_is_taken_is_told_with_the_remedy(tmp_path: Path, sqlite_url: str, port: int) -> None:
    shop = open_web(tmp_path, sqlite_url, port)
    with shop.house() as house:
        async with web_serving(shop.settings, house):
            with pytest.raises(SettingsError, match=r"\[web\] listen: .* NOTIFIER_WEB__LISTEN"):
                async with web_serving(shop.settings, house):
                    pass


def test_the_command_wants_to_know_where_to_listen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "settings.toml").write_text("")
    code = main(["web", "--settings", str(tmp_path / "settings.toml")])
    assert (code, "[web] listen is empty" in capsys.readouterr().err) == (2, True)


@pytest.mark.parametrize("command", ["web", "run"])
def test_a_command_serves_until_sigterm(tmp_path: Path, port: int, command: str) -> None:
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2]), "NOTIFIER_SMS__AUTH_TOKEN": TOKEN}
    (tmp_path / "settings.toml").write_text(WEB.format(port=port) + "[delivery]\nrender_workers = 1\n")
    notifier = [sys.executable, "-m", "notifier"]
    subprocess.run([*notifier, "migrate"], cwd=tmp_path, env=environ, check=True, capture_output=True, timeout=60)
    with subprocess.Popen([*notifier, command], cwd=tmp_path, env=environ, stderr=subprocess.PIPE, text=True) as child:
        try:
            answered = wait_for_answer(f"http://127.0.0.1:{port}{STATUS}")
            child.send_signal(signal.SIGTERM)
            _, said = child.communicate(timeout=PATIENCE)
        finally:
            child.kill()
    assert (answered, child.returncode, "stopped" in said) == (403, 0, True)


def wait_for_answer(url: str) -> int:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return plain_http.post(url).status_code
        except httpx2.ConnectError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
