"""The first page of the console: what needs somebody, what waits and why, what comes, on both databases."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from notifier.pipeline.glance import terms_of
from notifier.pipeline.pauses import pause
from notifier.pipeline.remembered import Memory
from notifier.pipeline.today import FRESH, Coming, Need, Today, remembered_backlog, remembered_coming, today
from notifier.pipeline.trouble import About
from notifier.store.lookup import table_of
from notifier.store.tables import LegalStanding, Message
from notifier.terms.law import LegalState
from notifier.terms.pause import Pause
from tests.shop import NOON, Shop, open_shop, order

NIGHT = NOON.replace(hour=3)
"""In New York the evening before: nobody is written to."""

NEW = {"ordered_at": "2026-05-31T10:00:00Z", "promised_ship_by": "2026-07-10", "eta_to": "2026-07-01"}
SETTINGS = '[shop]\ncountry = "US"\ntimezone = "America/New_York"\n[delay_rule]\njurisdiction = "us_435"\n'


DAY = timedelta(days=1)
TOLD, OWED = LegalState.AWAITING_OBJECTION, LegalState.NOTICE_DUE


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Shop:
    return open_shop(tmp_path, database_url, SETTINGS)


def coming(shop: Shop, memory: Memory | None = None, after: timedelta = timedelta(0)) -> Coming:
    with shop.house() as house:
        return remembered_coming(house, memory or Memory(), NOON + after, FRESH).value


def seen(shop: Shop) -> Today:
    with shop.house() as house:
        return today(house, terms_of(shop.settings), coming(shop), NOON)


def needs(shop: Shop) -> dict[About | str, Need]:
    return {one.about: one for one in seen(shop).needs}


def becomes(shop: Shop, **values: object) -> None:
    with shop.store.write() as tx:
        tx.connection.execute(update(table_of(Message)).values(**values))


def stand(shop: Shop, *lines: tuple[LegalState, timedelta]) -> None:
    """Each stands so before the law, with a deadline so long after NOON."""
    shop.take_in("backorders", [order(f"c{number}") for number in range(len(lines))])
    rows = [
        LegalStanding(line_id=number + 1, state=state, rule="F1", deadline_at=NOON + after).model_dump()
        for number, (state, after) in enumerate(lines)
    ]
    with shop.store.write() as tx:
        tx.connection.execute(insert(table_of(LegalStanding)), rows)


def test_a_shop_that_never_planned_is_told_so_with_the_command(shop: Shop) -> None:
    found = needs(shop)
    assert list(found) == [About.PLAN]
    assert (found[About.PLAN].grave, "notifier plan" in found[About.PLAN].remedy) == (True, True)


def test_held_messages_are_told_with_why(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", **NEW), order("ben", **NEW)])
    shop.plan()
    becomes(shop, state="held", reason="render_failed: placed/email.md line 3: there is no variable 'x'")
    found = seen(shop)
    assert {one.about: one.number for one in found.needs}[About.HELD] == 2
    assert found.held == (
        (2, "its template could not be filled in (placed/email.md line 3: there is no variable 'x')"),
    )


def test_what_waits_for_its_hour_is_told_with_why(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", phone="+12125552368", **NEW)], NIGHT)
    shop.plan(NIGHT)
    with shop.house() as house:
        found = remembered_coming(house, Memory(), NIGHT, FRESH).value
    assert [(one.number, one.why) for one in found.waits] == [
        (1, "it was outside the hours in which customers are written to")
    ]


def test_a_hold_that_a_later_decision_overtook_waits_no_longer(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", phone="+12125552368", **NEW)], NIGHT)
    shop.plan(NIGHT)
    shop.plan()
    assert coming(shop).waits == ()


def test_deadlines_are_told_by_day_with_how_many_are_still_to_be_told(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", promised_ship_by="2026-06-03", eta_to="2026-06-20")])
    shop.plan()
    (day,) = coming(shop).deadlines
    assert (day.due.lines, day.due.owed, needs(shop)["deadline"].number) == (1, 1, 1)


def test_the_next_deadline_counts_only_lines_still_to_be_told_of_the_first_day_that_has_any(shop: Shop) -> None:
    stand(shop, (TOLD, DAY), (TOLD, 3 * DAY), (OWED, 3 * DAY), (OWED, 5 * DAY))
    assert needs(shop)["deadline"].number == 1


def test_one_line_is_told_of_as_one_with_its_own_deadline(shop: Shop) -> None:
    stand(shop, (TOLD, 2 * DAY), (OWED, 2 * DAY + timedelta(hours=3)))
    words = "order line is still to be told of its delay by law within 2 days."
    assert (needs(shop)["deadline"].words, coming(shop).deadlines[0].due.first) == (words, NOON + timedelta(hours=51))


def test_deadlines_of_lines_that_were_told_need_nobody(shop: Shop) -> None:
    stand(shop, (TOLD, DAY), (TOLD, 3 * DAY))
    assert "deadline" not in needs(shop)


def test_a_refund_that_is_owed_is_counted_with_the_deadlines_of_its_day(shop: Shop) -> None:
    stand(shop, (TOLD, DAY), (LegalState.REFUND_DUE, DAY), (LegalState.CANCEL_DUE, DAY))
    (day,) = coming(shop).deadlines
    assert (day.due.lines, day.due.owed, day.due.refunds) == (3, 0, 2)


def test_messages_that_wait_are_not_numbered_with_those_whose_time_has_not_come(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", **NEW), order("ben", **NEW)])
    shop.plan()
    with shop.store.write() as tx:
        table = table_of(Message)
        tx.connection.execute(update(table).where(table.c.id == 1).values(not_before=NOON.replace(year=2999)))
    assert needs(shop)[About.QUEUE].number == 0


def test_a_pause_has_no_number(shop: Shop) -> None:
    with shop.house() as house:
        pause(house, Pause(), "Lee", "", NOON)
    assert needs(shop)["pause"].number == 0


def test_what_comes_is_remembered_for_a_minute(shop: Shop) -> None:
    memory = Memory()
    before = coming(shop, memory)
    shop.take_in("backorders", [order("ann", promised_ship_by="2026-06-03", eta_to="2026-06-20")])
    shop.plan()
    assert coming(shop, memory, timedelta(seconds=59)) is before
    assert coming(shop, memory, FRESH) != before


def test_the_backlog_tells_as_of_when_it_is(shop: Shop) -> None:
    memory = Memory()
    with shop.house() as house:
        first = remembered_backlog(house, memory, NOON, FRESH)
        shop.take_in("backorders", [order("ann")])
        again = remembered_backlog(house, memory, NOON + timedelta(seconds=30), FRESH)
        later = remembered_backlog(house, memory, NOON + FRESH, FRESH)
    assert (again is first, later.at, later.value.units) == (True, NOON + FRESH, 1)
