"""The console's part of the demo: there is something to do, whatever the hour, and a way to sign in."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from notifier.demo.stage import is_staged, stage, staged
from notifier.demo.story import run_demo
from notifier.errors import UsageError
from notifier.pipeline.inbox import inbox
from notifier.pipeline.signing_in import sign_in
from notifier.settings import load_settings
from notifier.store.tables import Message, PlanRun
from notifier.terms.operator import Signing, Turn
from tests.shop import Shop

pytestmark = pytest.mark.slow

DAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """The demo's shop, staged at four hours of a day."""
    found = {}
    for hour in (3, 9, 15, 21):
        folder = tmp_path_factory.mktemp("demo") / "shop"
        run_demo(folder, DAY.replace(hour=hour), Console(file=io.StringIO()))
        stage(folder, 8080, DAY.replace(hour=hour))
        found[hour] = folder
    return found


def shop_in(folder: Path) -> Shop:
    return Shop(folder, load_settings(folder / "settings.toml", {}))


@pytest.mark.parametrize("hour", [3, 9, 15, 21])
def test_messages_are_held_because_of_one_mistyped_variable(folders: dict[int, Path], hour: int) -> None:
    held = {row.reason for row in shop_in(folders[hour]).rows(Message) if row.state == "held"}
    assert len(held) == 1 and "did you mean 'greeting'?" in held.pop()


@pytest.mark.parametrize("hour", [3, 9, 15, 21])
def test_a_run_waits_for_a_word(folders: dict[int, Path], hour: int) -> None:
    assert [row.state for row in shop_in(folders[hour]).rows(PlanRun)][-1] == "stopped"


@pytest.mark.parametrize("hour", [3, 9, 15, 21])
def test_at_least_two_replies_need_a_person(folders: dict[int, Path], hour: int) -> None:
    with shop_in(folders[hour]).house() as house:
        assert len(inbox(house)) >= 2


def test_the_password_that_is_printed_opens_the_console(folders: dict[int, Path]) -> None:
    found = staged(folders[9], 8080)
    with shop_in(folders[9]).house() as house:
        signing = Signing(found.name, found.password, "near", "a browser")
        assert sign_in(house, signing, Turn(60, 60), DAY.replace(hour=9))


def test_a_shop_is_staged_once(folders: dict[int, Path], tmp_path: Path) -> None:
    assert (is_staged(folders[9]), is_staged(tmp_path)) == (True, False)


def test_a_staged_shop_is_served_at_the_port_that_is_asked_for(folders: dict[int, Path]) -> None:
    staged(folders[15], 9191)
    found = shop_in(folders[15]).settings.web
    assert (found.listen, found.public_url) == ("127.0.0.1:9191", "http://127.0.0.1:9191")


def test_only_a_demos_shop_is_staged(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no demo's shop"):
        stage(tmp_path, 8080, DAY)
