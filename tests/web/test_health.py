"""/healthz, /readyz and /metrics over HTTP."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx2
import pytest

from notifier import app
from notifier.errors import SettingsError
from notifier.terms.meter import SILENT
from notifier.web.health import health_app
from notifier.web.serving import serving
from tests.shop import Shop, open_shop
from tests.standins.ports import kept_port

pytestmark = pytest.mark.slow
"""Each serves on a port of its own."""

SECRET = "postgresql://shop:hunter2@db.example/shop"


async def ask(
    path: str,
    metrics: Callable[[], bytes] = lambda: b"",
    why: Callable[[], Sequence[str]] = tuple,
    ready_within: float = 30,
) -> httpx2.Response:
    transport = httpx2.ASGITransport(health_app(metrics, why, ready_within))
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop") as client:
        return await client.get(path)


async def test_a_process_whose_loop_turns_is_alive() -> None:
    assert (await ask("/healthz")).status_code == 200


async def test_a_process_that_can_work_is_ready() -> None:
    found = await ask("/readyz")
    assert (found.status_code, found.json()) == (200, {"ready": True, "why": []})


async def test_a_process_that_cannot_work_says_why_in_a_word() -> None:
    found = await ask("/readyz", why=lambda: ["restored"])
    assert (found.status_code, found.json()) == (503, {"ready": False, "why": ["restored"]})


@pytest.fixture
def answer() -> Iterator[threading.Event]:
    """A database that says nothing before the test is over."""
    event = threading.Event()
    yield event
    event.set()


async def test_a_database_that_does_not_answer_is_not_waited_for(answer: threading.Event) -> None:
    found = await ask("/readyz", why=lambda: ["late"] if answer.wait(30) else [], ready_within=0.05)
    assert (found.status_code, found.json()["why"]) == (503, ["database"])


async def test_a_process_is_alive_while_its_database_hangs(answer: threading.Event) -> None:
    transport = httpx2.ASGITransport(health_app(lambda: b"", lambda: ["late"] if answer.wait(30) else [], 0.05))
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop") as client:
        await client.get("/readyz")
        assert (await client.get("/healthz")).status_code == 200


def fails() -> bytes:
    raise RuntimeError(SECRET)


@pytest.mark.parametrize(("path", "code"), [("/metrics", 500), ("/readyz", 503)])
async def test_a_fault_is_told_without_its_words(path: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    found = await ask(path, fails, fails)  # type: ignore[arg-type]
    told = capsys.readouterr()
    assert (found.status_code, SECRET in found.text + told.out + told.err) == (code, False)


async def test_metrics_come_as_prometheus_text() -> None:
    found = await ask("/metrics", lambda: b"notifier_pauses 0\n")
    assert (found.text, found.headers["content-type"].split(";")[0]) == ("notifier_pauses 0\n", "text/plain")


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/"])
async def test_there_is_nothing_else_to_see(path: str) -> None:
    assert (await ask(path)).status_code == 404


@pytest.fixture
def port() -> Iterator[int]:
    with kept_port() as found:
        yield found


def listening(folder: Path, url: str, port: int) -> Shop:
    return open_shop(folder, url, f'[metrics]\nlisten = "127.0.0.1:{port}"\n')


async def test_a_shop_is_served_on_the_loop_of_its_work(tmp_path: Path, sqlite_url: str, port: int) -> None:
    shop = listening(tmp_path, sqlite_url, port)
    with shop.house() as house:
        async with serving(shop.settings, house) as meter, httpx2.AsyncClient() as client:
            meter.claimed(7)
            found = await client.get(f"http://127.0.0.1:{port}/metrics")
    assert (
        "notifier_messages_claimed_total 7.0" in found.text and 'notifier_not_ready{why="database"} 0.0' in found.text
    )


async def test_once_the_work_is_done_nobody_listens_any_more(tmp_path: Path, sqlite_url: str, port: int) -> None:
    shop = listening(tmp_path, sqlite_url, port)
    with shop.house() as house:
        async with serving(shop.settings, house):
            pass
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=5):
            pass


async def test_a_port_that_is_taken_is_told_with_the_remedy(tmp_path: Path, sqlite_url: str, port: int) -> None:
    shop = listening(tmp_path, sqlite_url, port)
    with shop.house() as house:
        async with serving(shop.settings, house):
            with pytest.raises(SettingsError, match=r"\[metrics\] listen: .* a port of its own"):
                async with serving(shop.settings, house):
                    pass


async def test_without_a_place_nothing_listens_and_nothing_is_counted(tmp_path: Path, sqlite_url: str) -> None:
    shop = open_shop(tmp_path, sqlite_url)
    with shop.house() as house:
        async with serving(shop.settings, house) as meter:
            assert meter is SILENT


def test_the_look_from_beside_has_connections_of_its_own(tmp_path: Path, sqlite_url: str) -> None:
    shop = open_shop(tmp_path, sqlite_url)
    with shop.house() as house:
        watch = app.open_watch(shop.settings, house)
        state = watch.state()
        watch.close()
        with house.store.read() as tx:
            assert state is not None and tx.database_now()
