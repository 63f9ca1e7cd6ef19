"""Of what a person held back the team is reminded while it is owed; a trial holds nothing back in another mode."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from notifier import app
from notifier.errors import Stopped
from notifier.pipeline.brake import alarm_required
from notifier.pipeline.withheld import Saying
from notifier.store.lookup import table_of
from notifier.store.tables import PlanRun, Withheld
from tests.kept_shops import AsLeft
from tests.pipeline.test_brake import FIVE, LIMIT, stop, word
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url, LIMIT)


def remind(shop: Shop, *hours: int) -> list[str]:
    """The emails to the team, once it was reminded so many hours after noon."""
    for number in hours:
        with shop.house() as house:
            asyncio.run(alarm_required(house, app.team(shop.settings), NOON + timedelta(hours=number)))
    return shop.sent()


def test_the_team_is_reminded_daily_of_required_messages_held_back(shop: Shop) -> None:
    run = stop(shop, *map(order, ("ann", "bob", "cat"))).run
    word(shop, run, Saying.REJECT)
    assert len(remind(shop, 1, 2, 26)) == 2


def closed(*names: str) -> list[dict[str, object]]:
    """The lines of these customers, shipped an hour after noon."""
    return [order(name, status="shipped", shipped_at="2026-06-01T16:00:00Z") for name in names]


def test_the_team_is_reminded_no_more_once_the_lines_have_closed(shop: Shop) -> None:
    run = stop(shop, *map(order, ("ann", "bob", "cat"))).run
    word(shop, run, Saying.REJECT)
    shop.take_in("backorders", closed("ann", "bob", "cat"), NOON + timedelta(hours=2))
    assert remind(shop, 3, 27) == []


def test_the_team_is_reminded_of_those_alone_whose_lines_are_open(shop: Shop) -> None:
    run = stop(shop, *map(order, ("ann", "bob", "cat"))).run
    word(shop, run, Saying.REJECT)
    shop.take_in("backorders", closed("ann"), NOON + timedelta(hours=2))
    (mail,) = remind(shop, 3)
    assert "2 of them are required messages" in mail


def after_trial_made(folder: Path, url: str) -> Shop:
    trial = open_shop(folder, url, f'{LIMIT}[delivery]\nmode = "shadow"\n')
    run = stop(trial, *map(order, ("ann", "bob", "cat"))).run
    word(trial, run, Saying.REJECT)
    return open_shop(folder, url, LIMIT)


@pytest.fixture
def after_trial(as_left: AsLeft) -> Shop:
    """The shop, whose run with required messages was rejected in mode shadow."""
    return as_left(after_trial_made)


def test_the_team_is_not_reminded_of_what_was_held_back_in_another_mode(after_trial: Shop) -> None:
    assert remind(after_trial, 3, 27) == []


def test_what_was_held_back_in_another_mode_is_proposed_afresh(after_trial: Shop) -> None:
    with pytest.raises(Stopped, match="write to 3 customers"):
        after_trial.plan(NOON + 2 * FIVE)


def test_what_was_held_back_in_another_mode_too_is_held_back_and_reminded_of(after_trial: Shop) -> None:
    run = stop(after_trial).run
    word(after_trial, run, Saying.REJECT)
    (mail,) = remind(after_trial, 3)
    assert (after_trial.plan(NOON + timedelta(hours=3)).messaged, f"Run {run} holds" in mail) == (0, True)


def test_what_was_held_back_in_mode_live_is_not_forgotten_for_a_trial(after_trial: Shop) -> None:
    with after_trial.house() as house, house.store.write() as tx:
        tx.connection.execute(table_of(PlanRun).update().values(mode="live"))
    live = {row.run_id for row in after_trial.rows(Withheld)}
    word(after_trial, stop(after_trial).run, Saying.REJECT)
    assert {row.run_id for row in after_trial.rows(Withheld)} == live
