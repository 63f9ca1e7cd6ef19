"""Who of the team sees to a reply, until when it rests, and that the law's day is never slept through."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notifier.errors import UsageError
from notifier.pipeline.desk import CallBack, Taking, called, give_back, plan_call, snooze, take
from notifier.pipeline.holds import Said
from notifier.pipeline.house import House
from notifier.pipeline.inbox import close, inbox
from notifier.pipeline.receive import receive
from notifier.queries.desk import Place, done_lately
from notifier.store.tables import Contact, Hold, ReplyDesk, ReplyStep
from notifier.terms.desk import Desk
from notifier.terms.incoming import Incoming, Road
from tests.pipeline.inbox.hearing import HOUR, PERHAPS, hear, told_by_law
from tests.pipeline.test_delay_law import at
from tests.shop import NOON, Shop

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""

THEN = NOON + 3 * HOUR


def test_a_reply_is_taken_by_whoever_is_named(shop: Shop, house: House) -> None:
    take(house, Taking(1, "Sam", "Kim"), THEN)
    assert shop.rows(ReplyDesk)[0].taken_by == "Sam"


def test_a_step_is_kept_with_who_took_it(shop: Shop, house: House) -> None:
    take(house, Taking(1, "Sam", "Kim"), THEN)
    assert [(row.by, row.what) for row in shop.rows(ReplyStep)] == [("Kim", "taken")]


def test_what_is_given_back_is_nobodys(shop: Shop, house: House) -> None:
    take(house, Taking(1, "Kim", "Kim"), THEN)
    give_back(house, 1, "Kim", THEN)
    assert shop.rows(ReplyDesk)[0].taken_by == ""


def test_a_reply_rests_and_still_waits(shop: Shop, house: House) -> None:
    snooze(house, 1, THEN + HOUR, "Kim", THEN)
    assert (shop.rows(ReplyDesk)[0].snoozed_until, len(inbox(house))) == (THEN + HOUR, 1)


def test_nothing_rests_until_a_moment_that_is_over(house: House) -> None:
    with pytest.raises(UsageError, match="over"):
        snooze(house, 1, THEN - HOUR, "Kim", THEN)


def test_nothing_rests_until_a_moment_of_which_a_zone_cannot_say_the_day(house: House) -> None:
    with pytest.raises(UsageError, match="3000"):
        snooze(house, 1, datetime(9999, 12, 31, 23, 59, tzinfo=UTC), "Kim", THEN)


def test_without_a_day_of_the_law_a_reply_may_rest_for_days(house: House) -> None:
    assert snooze(house, 1, THEN + timedelta(days=5), "Kim", THEN).desk.snoozed_until == THEN + timedelta(days=5)


def test_what_was_done_lately_is_told_once_with_the_newest_first(house: House) -> None:
    hear(house, "and another")
    for reply in (1, 2):
        take(house, Taking(reply, "Kim", "Kim"), THEN)
    close(house, [2], "Kim", "", THEN)
    close(house, [1], "Kim", "", THEN)
    with house.store.read() as tx:
        assert done_lately(tx) == [1, 2]


def test_a_reply_that_somebody_else_has_just_taken_is_not_taken_unseen(shop: Shop, house: House) -> None:
    take(house, Taking(1, "Kim", "Kim", seen=0), THEN)
    with pytest.raises(UsageError, match="Kim took it"):
        take(house, Taking(1, "Sam", "Sam", seen=0), THEN)
    assert shop.rows(ReplyDesk)[0].taken_by == "Kim"


def test_a_reply_may_be_taken_from_somebody_who_was_seen_to_have_it(shop: Shop, house: House) -> None:
    take(house, Taking(1, "Kim", "Kim", seen=0), THEN)
    take(house, Taking(1, "Sam", "Sam", seen=shop.rows(ReplyStep)[0].id), THEN)
    assert shop.rows(ReplyDesk)[0].taken_by == "Sam"


def test_of_two_who_take_a_reply_at_once_one_has_it(shop: Shop, house: House) -> None:
    def grab(by: str) -> str:
        with suppress(UsageError):
            return take(house, Taking(1, by, by, seen=0), THEN).desk.taken_by
        return ""

    with ThreadPoolExecutor(2) as both:
        said = sorted(both.map(grab, ("Kim", "Sam")))
    assert said == ["", shop.rows(ReplyDesk)[0].taken_by]


def test_what_somebody_else_has_just_taken_is_not_given_back_unseen(house: House) -> None:
    take(house, Taking(1, "Kim", "Kim", seen=0), THEN)
    with pytest.raises(UsageError, match="since you opened"):
        give_back(house, 1, "Sam", THEN, seen=0)


def test_no_call_is_planned_unseen_for_what_somebody_else_has_just_taken(house: House) -> None:
    take(house, Taking(1, "Kim", "Kim", seen=0), THEN)
    with pytest.raises(UsageError, match="since you opened"):
        plan_call(house, CallBack(1, THEN + HOUR, "Sam", seen=0), THEN)


def test_who_has_closed_a_reply_is_told_to_whoever_comes_too_late(house: House) -> None:
    close(house, [1], "Kim", "", THEN)
    with pytest.raises(UsageError, match="Kim has seen to reply 1 already"):
        close(house, [1], "Sam", "", THEN)


def test_what_is_not_there_is_not_taken(house: House) -> None:
    with pytest.raises(UsageError, match="no reply 9"):
        take(house, Taking(9, "Kim", "Kim"), THEN)


@pytest.fixture
def by_law(tmp_path: Path, database_url: str) -> Iterator[House]:
    """A reply about a line with a day by law."""
    shop = told_by_law(tmp_path, database_url)
    with shop.house() as house:
        receive(house, Incoming(Road.EMAIL, "1", at("2026-05-12"), PERHAPS, message_id=1), at("2026-05-12"))
        yield house


def test_no_reply_rests_past_the_laws_day(by_law: House) -> None:
    day = inbox(by_law)[0].by_law
    assert day is not None
    with pytest.raises(UsageError, match=f"by {day:%Y-%m-%d}"):
        snooze(by_law, 1, day + timedelta(minutes=1), "Kim", at("2026-05-12"))


def test_a_reply_rests_until_the_laws_day(by_law: House) -> None:
    day = inbox(by_law)[0].by_law
    assert day is not None
    assert snooze(by_law, 1, day, "Kim", at("2026-05-12")).desk.snoozed_until == day


def test_a_day_that_the_law_sets_later_ends_the_rest() -> None:
    place = Place(1, NOON, NOON + HOUR, Desk(snoozed_until=NOON + 3 * HOUR))
    assert (place.rests(NOON), place.rests(NOON + HOUR)) == (True, False)


def test_no_call_is_planned_past_the_laws_day(by_law: House) -> None:
    day = inbox(by_law)[0].by_law
    assert day is not None
    with pytest.raises(UsageError, match="law"):
        plan_call(by_law, CallBack(1, day + timedelta(hours=1), "Kim"), at("2026-05-12"))


def test_who_will_phone_has_the_reply(shop: Shop, house: House) -> None:
    plan_call(house, CallBack(1, THEN + HOUR, "Kim", "ask for the colour"), THEN)
    (row,) = shop.rows(ReplyDesk)
    assert (row.taken_by, row.call_at, row.call_note) == ("Kim", THEN + HOUR, "ask for the colour")


def test_a_call_that_was_made_is_logged_and_closes_the_reply(shop: Shop, house: House) -> None:
    called(house, 1, Said("Kim", "she waits"), THEN)
    assert ([row.channel for row in shop.rows(Contact)][-1], inbox(house)) == ("call", [])


def test_a_call_that_two_log_at_once_is_logged_once(shop: Shop, house: House) -> None:
    def log(by: str) -> int:
        with suppress(UsageError):
            return called(house, 1, Said(by), THEN)
        return 0

    with ThreadPoolExecutor(2) as both:
        said = sorted(both.map(log, ("Kim", "Sam")))
    assert (said, [row.channel for row in shop.rows(Contact)].count("call")) == ([0, 1], 1)


def test_a_call_keeps_the_customer_quiet(shop: Shop, house: House) -> None:
    called(house, 1, Said("Kim"), THEN)
    assert [row.reason for row in shop.rows(Hold)] == ["call"]


def test_nobody_phones_somebody_unknown(house: House) -> None:
    hear(house, message=None, sender="zoe@shop.example.com")
    with pytest.raises(UsageError, match="assign it to a customer"):
        called(house, 2, Said("Kim"), THEN)
