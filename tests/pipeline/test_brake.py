"""The brake end to end: a run too large stops, is shown, and goes, in part or not at all, by a person's word."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from notifier import app
from notifier.errors import Stopped, UsageError
from notifier.pipeline.brake import tell_stop
from notifier.pipeline.plan_report import PlanReport
from notifier.pipeline.runs import say
from notifier.pipeline.withheld import Saying, Word
from notifier.queries.runs import last_runs
from notifier.store.lookup import table_of
from notifier.store.tables import Decision, ImportRun, Message, PlanRun
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""

LIMIT = "[safety]\nmax_per_run = 2\n[team]\nemail = 'team@shop.example.com'\n"
FIVE = timedelta(minutes=5)


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url, LIMIT)


def placed(name: str) -> dict[str, object]:
    """A new backorder without a promise: news, but nothing that the law requires."""
    return order(name, ordered_at="2026-05-31T10:00:00Z", promised_ship_by="")


def stop(shop: Shop, *rows: dict[str, object]) -> Stopped:
    if rows:
        shop.take_in("backorders", rows)
    with pytest.raises(Stopped) as found:
        shop.plan()
    return found.value


def word(shop: Shop, run: int | None, saying: Saying, now=NOON + FIVE) -> PlanReport:
    with shop.house() as house:
        return say(house, Word(run or 0, saying), "Ada", now, lambda done, due: None)


def states(shop: Shop) -> list[str]:
    return [row.state for row in shop.rows(PlanRun)]


def told(shop: Shop) -> list[str]:
    return sorted(row.purpose for row in shop.rows(Message))


def test_a_run_that_is_too_large_says_which_it_is_and_what_to_type(shop: Shop) -> None:
    found = stop(shop, *map(order, ("ann", "bob", "cat")))
    (run,) = shop.rows(PlanRun)
    asked = (f"notifier approve {run.id}" in str(found), f"notifier reject {run.id}" in str(found))
    assert (found.run, asked) == (run.id, (True, True))


def test_a_stopped_run_is_kept_with_counts_and_samples_but_no_address(shop: Shop) -> None:
    stop(shop, *map(order, ("ann", "bob", "cat")))
    with shop.house() as house, house.store.read() as tx:
        (run,) = last_runs(tx, 5, NOON)
    shown = run.as_json()
    assert (run.state, run.messaged, shown["by_purpose"]) == ("stopped", 3, {"delay": {"messages": 3, "customers": 3}})
    assert ([one["customer"] for one in shown["samples"]], "@" in str(shown)) == (["ann", "bob", "cat"], False)


def test_a_stopped_run_shows_no_address_that_a_shop_takes_for_an_id(shop: Shop) -> None:
    stop(shop, *[order(name, customer_id=f"{name}@shop.example.com") for name in ("ann", "bob", "cat")])
    assert "ann@" not in shop.rows(PlanRun)[0].found


def test_the_same_stop_five_minutes_later_is_the_same_run(shop: Shop) -> None:
    stop(shop, *map(order, ("ann", "bob", "cat")))
    with pytest.raises(Stopped):
        shop.plan(NOON + FIVE)
    assert states(shop) == ["stopped"]


def test_what_was_queued_within_the_hour_counts(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann"), order("bob")])
    shop.plan()
    shop.take_in("backorders", [order("cat")])
    with pytest.raises(Stopped):
        shop.plan(NOON + timedelta(minutes=59))
    assert len(shop.rows(Message)) == 2


def test_what_was_queued_more_than_an_hour_ago_does_not_count(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann"), order("bob")])
    shop.plan()
    shop.take_in("backorders", [order("cat")])
    assert shop.plan(NOON + timedelta(minutes=61)).verdicts["send"] == 1


def test_time_alone_lets_nothing_go_that_a_person_was_asked_about(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann"), order("bob")])
    shop.plan()
    stop(shop, order("cat"))
    with pytest.raises(Stopped):
        shop.plan(NOON + timedelta(minutes=61))


def test_a_stopped_run_whose_facts_are_mended_needs_no_word(shop: Shop) -> None:
    rows = [order(name) for name in ("ann", "bob", "cat")]
    stop(shop, *rows)
    shop.take_in("backorders", [row | {"status": "cancelled"} for row in rows[1:]])
    assert (shop.plan(NOON + FIVE).verdicts["send"], states(shop)) == (1, ["overtaken", "done"])


def test_an_approved_run_goes_and_names_who_approved(shop: Shop) -> None:
    run = stop(shop, *map(order, ("ann", "bob", "cat"))).run
    word(shop, run, Saying.APPROVE)
    (row,) = shop.rows(PlanRun)
    assert (told(shop), row.state, row.decided_by, row.messaged) == (["delay"] * 3, "approved", "Ada", 3)


def test_an_approval_is_good_for_once(shop: Shop) -> None:
    run = stop(shop, *map(order, ("ann", "bob", "cat"))).run
    word(shop, run, Saying.APPROVE)
    with pytest.raises(UsageError, match="approved by Ada"):
        word(shop, run, Saying.APPROVE)


def test_an_approved_run_does_not_stop_the_next_small_one(shop: Shop) -> None:
    run = stop(shop, *map(order, ("ann", "bob", "cat"))).run
    word(shop, run, Saying.APPROVE)
    shop.take_in("backorders", [order("dan")])
    assert shop.plan(NOON + 2 * FIVE).verdicts["send"] == 1


def test_an_approval_sends_what_is_right_now_and_not_what_was(shop: Shop) -> None:
    rows = [order(name) for name in ("ann", "bob", "cat")]
    run = stop(shop, *rows).run
    shop.take_in("backorders", [rows[0] | {"status": "shipped", "shipped_at": "2026-06-01T14:00:00Z"}])
    assert word(shop, run, Saying.APPROVE).verdicts["send"] == 2


def test_a_run_that_has_grown_by_more_than_a_tenth_wants_another_look(shop: Shop) -> None:
    run = stop(shop, *map(order, ("ann", "bob", "cat"))).run
    shop.take_in("backorders", [order("dan"), order("eve")])
    with pytest.raises(Stopped, match="delay from 3 to 5 customers"):
        word(shop, run, Saying.APPROVE)
    assert (told(shop), states(shop)) == ([], ["stopped"])


def test_an_approval_covers_only_the_purposes_that_were_shown(shop: Shop) -> None:
    run = stop(shop, placed("ann"), placed("bob"), placed("cat")).run
    shop.take_in("backorders", [order(name) for name in ("ann", "bob", "cat")])
    with pytest.raises(Stopped, match="delay from 0 to 3 customers"):
        word(shop, run, Saying.APPROVE)
    assert (told(shop), states(shop)) == ([], ["stopped"])


def test_an_approval_covers_only_the_kinds_of_notice_that_were_shown(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url, f'{LIMIT}[delay_rule]\njurisdiction = "us_435"\n')
    late = [order(name, promised_ship_by="2026-06-10", eta_to="2026-06-20") for name in ("ann", "bob", "cat")]
    run = stop(shop, *late).run
    shop.take_in("backorders", [row | {"eta_to": "2026-09-01"} for row in late])
    with pytest.raises(Stopped, match="F4 from 0 to 3 customers"):
        word(shop, run, Saying.APPROVE)


def test_the_team_is_shown_a_waiting_run_again_that_would_send_something_else(shop: Shop) -> None:
    run = stop(shop, placed("ann"), placed("bob"), placed("cat")).run
    with shop.house() as house:
        asyncio.run(tell_stop(house, app.team(shop.settings), run or 0, NOON))
    stop(shop, *[order(name) for name in ("ann", "bob", "cat")])
    assert [row.told_at for row in shop.rows(PlanRun)] == [None]


def test_a_second_word_is_only_about_what_the_first_one_left(shop: Shop) -> None:
    run = stop(shop, order("ann"), order("bob"), placed("cat")).run
    word(shop, run, Saying.REQUIRED_ONLY)
    shop.take_in("backorders", [placed("dan")])
    with pytest.raises(Stopped, match="is not about"):
        word(shop, run, Saying.APPROVE, NOON + 2 * FIVE)
    assert told(shop) == ["delay", "delay"]


def test_the_required_ones_are_approved_once(shop: Shop) -> None:
    run = stop(shop, order("ann"), order("bob"), placed("cat")).run
    word(shop, run, Saying.REQUIRED_ONLY)
    with pytest.raises(UsageError, match="waits for nobody"):
        word(shop, run, Saying.REQUIRED_ONLY, NOON + 2 * FIVE)


def test_only_the_required_ones_go_where_that_was_said(shop: Shop) -> None:
    run = stop(shop, order("ann"), order("bob"), placed("cat")).run
    word(shop, run, Saying.REQUIRED_ONLY)
    assert told(shop) == ["delay", "delay"]


def test_the_rest_of_a_run_waits_although_it_is_small_now(shop: Shop) -> None:
    run = stop(shop, order("ann"), order("bob"), placed("cat")).run
    word(shop, run, Saying.REQUIRED_ONLY)
    shop.plan(NOON + timedelta(hours=2))
    assert told(shop) == ["delay", "delay"]


def test_the_rest_of_a_run_goes_once_it_is_approved_too(shop: Shop) -> None:
    run = stop(shop, order("ann"), order("bob"), placed("cat")).run
    word(shop, run, Saying.REQUIRED_ONLY)
    word(shop, run, Saying.APPROVE, NOON + 2 * FIVE)
    assert told(shop) == ["delay", "delay", "placed"]


def test_a_rejected_run_is_not_proposed_again(shop: Shop) -> None:
    run = stop(shop, placed("ann"), placed("bob"), placed("cat")).run
    word(shop, run, Saying.REJECT)
    assert (shop.plan(NOON + timedelta(hours=2)).verdicts["send"], states(shop)) == (0, ["rejected", "done"])


def test_explain_knows_that_a_run_was_rejected(shop: Shop) -> None:
    run = stop(shop, placed("ann"), placed("bob"), placed("cat")).run
    word(shop, run, Saying.REJECT)
    assert {(row.verdict, row.reason) for row in shop.rows(Decision)} == {("skip", "run_rejected")}


def test_other_news_of_a_rejected_line_is_told(shop: Shop) -> None:
    rows = [placed(name) | {"promised_ship_by": "2026-06-02"} for name in ("ann", "bob", "cat")]
    run = stop(shop, *rows).run
    word(shop, run, Saying.REJECT)
    shop.take_in("backorders", [row | {"status": "cancelled"} for row in rows[1:]], NOON + timedelta(days=1))
    assert shop.plan(NOON + timedelta(days=2)).as_json()["by_purpose"] == {"delay": {"send": 1, "hold": 0, "skip": 0}}


def test_required_messages_cannot_be_rejected_in_silence(shop: Shop) -> None:
    run = stop(shop, *map(order, ("ann", "bob", "cat"))).run
    report = word(shop, run, Saying.REJECT)
    shop.plan(NOON + timedelta(hours=3))
    assert (report.reasons["awaiting_approval"], told(shop)) == (3, [])


def test_required_messages_of_a_rejected_run_go_once_they_are_approved(shop: Shop) -> None:
    run = stop(shop, *map(order, ("ann", "bob", "cat"))).run
    word(shop, run, Saying.REJECT)
    word(shop, run, Saying.REQUIRED_ONLY, NOON + timedelta(hours=3))
    assert told(shop) == ["delay"] * 3


def test_the_team_is_shown_a_stopped_run_once(shop: Shop) -> None:
    run = stop(shop, *map(order, ("ann", "bob", "cat"))).run
    for minutes in (0, 5, 10):
        with shop.house() as house:
            asyncio.run(tell_stop(house, app.team(shop.settings), run or 0, NOON + timedelta(minutes=minutes)))
    (mail,) = shop.sent()
    assert (f"notifier approve {run}" in mail, "customer ann" in mail, "ann@" in mail) == (True, True, False)


def test_from_the_tenth_run_on_five_times_the_usual_is_too_much(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url)
    for number in range(9):
        shop.take_in("backorders", [order(f"c{number}")])
        shop.plan(NOON + number * FIVE)
    shop.take_in("backorders", [order(f"many{number}") for number in range(6)])
    with pytest.raises(Stopped, match="5 times the usual 1"):
        shop.plan(NOON + 9 * FIVE)


def test_before_the_tenth_run_nothing_is_usual(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url)
    for number in range(8):
        shop.take_in("backorders", [order(f"c{number}")])
        shop.plan(NOON + number * FIVE)
    shop.take_in("backorders", [order(f"many{number}") for number in range(6)])
    assert shop.plan(NOON + 9 * FIVE).messaged == 6


def test_a_dry_run_counts_beyond_the_limit(shop: Shop) -> None:
    shop.take_in("backorders", [order(name) for name in ("ann", "bob", "cat")])
    report = shop.plan(dry_run=True)
    assert (report.messaged, "makes 3 within an hour" in report.too_large, states(shop)) == (3, True, [])


def test_a_dry_run_within_the_limit_would_not_stop(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann")])
    assert shop.plan(dry_run=True).as_json()["would_stop"] == ""


def cut_off(shop: Shop, kind: str) -> None:
    """Leave the last import of `kind` as a crash leaves it, after its rows and before its end."""
    runs = table_of(ImportRun)
    with shop.house() as house, house.store.write() as tx:
        tx.connection.execute(runs.update().where(runs.c.kind == kind).values(state="running"))


def test_rows_of_an_import_that_was_cut_off_do_not_count(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann")])
    cut_off(shop, "backorders")
    report = shop.plan()
    assert (report.verdicts["send"], report.unfinished) == (0, 1)


def test_rows_of_an_import_that_was_cut_off_count_once_the_file_is_imported_again(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann")])
    cut_off(shop, "backorders")
    shop.take_in("products", [{"sku": "LAMP", "category": "lamps"}])
    before = shop.plan().verdicts["send"]
    shop.take_in("backorders", [order("ann"), order("bob")])
    assert (before, shop.plan(NOON + FIVE).verdicts["send"]) == (0, 2)
