"""The law on delays under the brake, at go-live and after a restored backup: no notice twice, no deadline unseen."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from notifier import standings
from notifier.errors import Stopped, UsageError
from notifier.pipeline.go_live import go_live, open_news
from notifier.pipeline.restore import go_on
from notifier.pipeline.runs import say
from notifier.pipeline.withheld import Saying, Word
from notifier.queries.runs import last_runs
from notifier.store.lookup import table_of
from notifier.store.tables import Message, Meta, Notice, PlanRun
from tests.kept_shops import AsLeft
from tests.live import LIVE
from tests.shop import Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""

LAW = '[delay_rule]\njurisdiction = "auto"\n[shop]\ntimezone = "America/New_York"\n'
DAY = datetime(2026, 5, 18, 15, 0, tzinfo=UTC)
"""Two days before the promised one."""


def late(name: str) -> dict[str, object]:
    """Promised for 20 May, and now expected on 5 June."""
    return order(name, eta_from="2026-06-05", eta_to="2026-06-05")


def braked_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url, LAW + "[safety]\nmax_per_run = 2\n")
    shop.take_in("backorders", [late(name) for name in ("ann", "bob", "cat")], DAY)
    with pytest.raises(Stopped):
        shop.plan(DAY)
    return shop


@pytest.fixture
def braked(as_left: AsLeft) -> Shop:
    """A shop whose run of three notices was stopped."""
    return as_left(braked_made)


def live_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url, LAW + LIVE.format(host="localhost", port=2525))
    shop.take_in("backorders", [late("ann")], DAY)
    return shop


@pytest.fixture
def live(as_left: AsLeft) -> Shop:
    return as_left(live_made)


def test_a_stopped_run_names_the_first_legal_deadline(braked: Shop) -> None:
    with braked.house() as house, house.store.read() as tx:
        (run,) = last_runs(tx, 5, DAY)
    assert (run.as_json()["deadline"], run.as_json()["required"]) == ("2026-05-20", 3)


def test_a_stopped_run_keeps_no_deadline_from_the_team(braked: Shop) -> None:
    with braked.house() as house, house.store.read() as tx:
        found = standings.untold(tx, DAY)
    assert [(one.state, one.hours) for one in found] == [("notice_due", 72)] * 3


def test_an_approved_notice_is_given_once(braked: Shop) -> None:
    (run,) = braked.rows(PlanRun)
    with braked.house() as house:
        say(house, Word(run.id, Saying.REQUIRED_ONLY), "Ada", DAY, lambda done, due: None)
    braked.plan(DAY)
    assert len(braked.rows(Notice)) == 3


def test_a_notice_cannot_be_called_told_at_go_live(live: Shop) -> None:
    with live.house() as house:
        assert open_news(house, DAY)["delay"].notices == 1
        with pytest.raises(UsageError, match="notifier import notices"):
            go_live(house, "Ada", ["delay"], DAY)


def test_a_notice_that_may_have_gone_before_the_restore_waits_for_a_person(live: Shop) -> None:
    live.plan(DAY)
    meta = table_of(Meta)
    with live.house() as house:
        with house.store.write() as tx:
            tx.connection.execute(update(meta).where(meta.c.name.startswith("tick:")).values(value="0"))
        made, held = go_on(house, "Ada", DAY, already_told=True)
    live.plan(DAY)
    assert (made, held, [row.state for row in live.rows(Message)]) == (0, 1, ["withdrawn"])


def test_such_a_notice_goes_once_it_is_approved(live: Shop) -> None:
    live.plan(DAY)
    meta = table_of(Meta)
    with live.house() as house:
        with house.store.write() as tx:
            tx.connection.execute(update(meta).where(meta.c.name.startswith("tick:")).values(value="0"))
        go_on(house, "Ada", DAY, already_told=True)
        run = live.rows(PlanRun)[-1].id
        say(house, Word(run, Saying.REQUIRED_ONLY), "Ada", DAY, lambda done, due: None)
    assert [row.state for row in live.rows(Message)] == ["withdrawn", "queued"]
