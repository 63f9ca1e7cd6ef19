"""Work in a process of its own: progress, result, refusals, an end on request, and nothing left behind."""

import tempfile
import threading
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from notifier.errors import UsageError
from notifier.pipeline.apart import Apart, Progress
from notifier.pipeline.house import House
from notifier.pipeline.policy_figures import propose
from notifier.pipeline.policy_trial import Outcome, Trial
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each starts a process."""


@dataclass(frozen=True)
class Counting:
    """Counts, leaves a file where temporary files go, and says where that is."""

    to: int = 3

    def __call__(self, house: House, progress: Progress) -> str:
        for done in range(self.to):
            progress(done + 1, self.to)
        with house.store.read() as tx:
            tx.database_now()
        return tempfile.mkdtemp()


@dataclass(frozen=True)
class Refusing:
    """Raises what it is told to."""

    fault: Exception

    def __call__(self, house: House, progress: Progress) -> str:
        raise self.fault


@dataclass(frozen=True)
class Endless:
    """Never ends by itself."""

    def __call__(self, house: House, progress: Progress) -> str:
        progress(1, 2)
        threading.Event().wait()
        return ""


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url)


def begun(shop: Shop, work: object) -> "Apart[str]":
    with shop.house() as house:
        return Apart(work, house, shop.settings.database_url)  # type: ignore[arg-type]


def test_it_tells_how_far_it_is_and_what_it_found_and_its_folder_goes_with_it(shop: Shop) -> None:
    work = begun(shop, Counting())
    work.wait()
    assert (work.over, work.done, work.whole, work.fault) == (True, 3, 3, "")
    assert not Path(work.found or "/").exists()


def test_what_stands_at_a_moment_has_nothing_found_before_it_is_over(shop: Shop) -> None:
    work = begun(shop, Counting())
    work.wait()
    at_its_end, work.over = work.stand, False
    assert (at_its_end.over, at_its_end.found, work.stand.over, work.stand.found) == (True, work.found, False, None)


def test_a_refusal_is_told_in_its_own_words_and_another_fault_by_its_kind_alone(shop: Shop) -> None:
    refused, failed = begun(shop, Refusing(UsageError("name fewer days"))), begun(shop, Refusing(ValueError("ann@x.y")))
    refused.wait()
    failed.wait()
    assert (refused.fault, "ValueError" in failed.fault, "ann" in failed.fault) == ("name fewer days", True, False)


def test_it_ends_when_nobody_wants_it_any_more(shop: Shop) -> None:
    work = begun(shop, Endless())
    work.cancel()
    assert (work.over, work.found, "stopped before" in work.fault) == (True, None, True)


def test_a_trial_of_figures_tells_what_would_have_been_said_more(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", ordered_at="2026-05-27T10:00:00Z", promised_ship_by="")])
    with shop.house() as house:
        found, _ = propose(house, {"placed.max_age_days": "20"})
        days = (NOON - timedelta(days=2)).date(), (NOON + timedelta(days=1)).date()
        work: Apart[Outcome] = Apart(Trial(found.settings, *days), house, shop.settings.database_url)
        work.wait()
    assert work.fault == ""
    assert work.found is not None
    assert (work.found.messages.before, work.found.messages.after, work.found.gained) == (0, 1, 1)
    assert (work.found.first, work.found.by_purpose["placed", "email"].more) == (date(2026, 5, 30), 1)


def test_a_trial_stands_on_the_figures_that_the_console_has_set_already(shop: Shop) -> None:
    from notifier.pipeline.policy_figures import save

    shop.take_in("backorders", [order("ann", ordered_at="2026-05-27T10:00:00Z", promised_ship_by="")])
    with shop.house() as house:
        first, _ = propose(house, {"placed.max_age_days": "20"})
        save(house, first, "Lea", "", NOON)
        second, _ = propose(house, {"placed.max_age_days": "2"})
        days = (NOON - timedelta(days=2)).date(), (NOON + timedelta(days=1)).date()
        work: Apart[Outcome] = Apart(Trial(second.settings, *days), house, shop.settings.database_url)
        work.wait()
    assert work.found is not None
    assert (work.found.messages.before, work.found.messages.after, work.found.lost) == (1, 0, 1)
