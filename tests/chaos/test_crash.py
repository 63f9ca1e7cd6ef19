"""Workers killed at any moment: nothing is lost without a trace, nothing is sent twice; wrong orders are caught."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.book import mail_book
from tests.chaos.evidence import settle
from tests.chaos.points import POINTS
from tests.chaos.rage import Account, Parent, Rage, account, chaos_shop, warm_parent
from tests.standins.twilio_api import twilio_api

pytestmark = pytest.mark.slow
"""Each lets many workers live and die."""

SEED = int(os.environ.get("CHAOS_SEED", "4"))
SHORT, LONG = (90, 120, 30), (500, 45_000, 5_000)
"""Kills, and the emails and texts that wait when they begin."""


def after_kills(rage: Rage, parent: Parent, kills: int) -> Account:
    rage.kill(parent, kills)
    found = account(rage.shop, rage.book, rage.api)
    print(f"{kills} kills: {dict(rage.ends)}, {dict(found.states)}")
    return found


@contextmanager
def raging(folder: Path, url: str, waiting: tuple[int, int], **how: Any) -> Iterator[tuple[Rage, Parent]]:
    with mail_book() as book, twilio_api() as api, warm_parent() as parent:
        rage = Rage(chaos_shop(folder, url, book, api), book, api, SEED, **how)
        rage.more(*waiting)
        yield rage, parent


@pytest.mark.parametrize(
    ("kills", "emails", "texts"),
    [pytest.param(*SHORT, id="short"), pytest.param(*LONG, id="long", marks=pytest.mark.soak)],
)
def test_workers_killed_at_any_moment_lose_nothing_and_double_nothing(
    tmp_path: Path, database_url: str, kills: int, emails: int, texts: int
) -> None:
    with raging(tmp_path, database_url, (emails, texts), real_pool=kills == LONG[0]) as (rage, parent):
        found = after_kills(rage, parent, kills)
        there_and_unknown = settle(rage, parent)
        settled = account(rage.shop, rage.book, rage.api)
    print(f"settled: {dict(settled.states)}")
    assert (found.faults, settled.faults, there_and_unknown) == (([], [], []), ([], [], []), [])
    assert {*POINTS} - {*rage.ends} <= ({"rendered"} if rage.real_pool else set()), "not every moment was reached"


@pytest.mark.parametrize("mutant", ["mark_then_send", "send_then_mark"])
def test_a_wrong_order_of_work_is_caught(tmp_path: Path, sqlite_url: str, mutant: str) -> None:
    with raging(tmp_path, sqlite_url, SHORT[1:], mutant=mutant) as (rage, parent):
        found = after_kills(rage, parent, 10)
    assert (bool(found.lost), bool(found.doubled)) == (mutant == "mark_then_send", mutant == "send_then_mark")
