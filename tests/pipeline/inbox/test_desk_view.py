"""A reply as its page shows it: judged as work judges, by the figures that are in force."""

from pathlib import Path

import pytest

from notifier.pipeline import policy_figures as figures
from notifier.pipeline.desk_view import next_in, reply
from notifier.pipeline.house import House
from notifier.pipeline.inbox import close
from notifier.pipeline.receive import receive
from notifier.queries.desk import Pile
from notifier.terms.incoming import Incoming, Road
from notifier.terms.page import Stage
from tests.pipeline.inbox.hearing import PERHAPS, hear
from tests.pipeline.test_delay_law import LAW, at, told
from tests.shop import NOON, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""

DAY = "2026-05-10"


def test_a_figure_of_the_law_that_the_console_has_set_counts_on_the_page(tmp_path: Path, database_url: str) -> None:
    """Without a date a line is late `decide_days` before its limit, which is the 20th: ten days are enough for that."""
    shop = open_shop(tmp_path, database_url, LAW)
    shop.take_in("backorders", [order("ann", ordered_at="2026-05-09T10:00:00Z")], at(DAY))
    told(shop, DAY)
    with shop.house() as house:
        receive(house, Incoming(Road.EMAIL, "1", at(DAY, 17), PERHAPS, message_id=1), at(DAY, 17))
        proposal, _ = figures.propose(house, {"delay_rule.decide_days": "10"})
        figures.save(house, proposal, "Lea", "", at(DAY, 17))
        (shown,) = reply(house, 1, (Pile.OPEN, "Kim"), at(DAY, 18)).orders
    assert shown.lines[0].stage is Stage.LATE


def test_who_skipped_some_goes_on_with_the_next(house: House) -> None:
    for words in ("second", "third", "fourth"):
        hear(house, words)
    close(house, [3], "Kim", "", NOON)
    assert next_in(house, Pile.OPEN, "Kim", NOON, passed=3) == 4


def test_after_the_last_one_those_come_that_were_skipped(house: House) -> None:
    for words in ("second", "third"):
        hear(house, words)
    close(house, [3], "Kim", "", NOON)
    assert next_in(house, Pile.OPEN, "Kim", NOON, passed=3) == 1
