"""Pause and resume end to end: what is due, queued, or claimed and not handed off stays where it is."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notifier import outbox
from notifier.errors import UsageError
from notifier.pipeline.claims import claim
from notifier.pipeline.pauses import in_force, pause, resume
from notifier.store.bodies import Packer
from notifier.store.tables import Decision, Message
from notifier.terms.pause import Pause
from notifier.terms.words import Channel
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""

ALL = Pause(required=True)


def shop_made(folder: Path, url: str) -> Shop:
    found = open_shop(folder, url)
    found.take_in("backorders", [order("ann"), order("bob", ordered_at="2026-05-31T10:00:00Z", promised_ship_by="")])
    return found


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    return as_left(shop_made)


def stop(shop: Shop, what: Pause, now: datetime = NOON) -> None:
    with shop.house() as house:
        pause(house, what, "Ada", "too many complaints", now)


def go_on(shop: Shop, what: Pause | None, now: datetime = NOON) -> None:
    with shop.house() as house:
        resume(house, what, "Ada", now)


def go_on_required(shop: Shop, what: Pause | None) -> None:
    with shop.house() as house:
        resume(house, what, "Bob", NOON, required_only=True)


def purposes(shop: Shop) -> list[str]:
    return sorted(row.purpose for row in shop.rows(Message))


def test_a_pause_without_a_scope_lets_required_messages_go(shop: Shop) -> None:
    stop(shop, Pause())
    shop.plan()
    assert purposes(shop) == ["delay"]


def test_a_paused_message_is_held_with_that_reason(shop: Shop) -> None:
    stop(shop, Pause("placed"))
    shop.plan()
    assert [(row.verdict, row.reason) for row in shop.rows(Decision) if row.purpose == "placed"] == [("hold", "paused")]


def test_a_pause_of_all_stops_required_messages_too(shop: Shop) -> None:
    stop(shop, ALL)
    shop.plan()
    assert purposes(shop) == []


def test_a_pause_of_texts_lets_emails_go(shop: Shop) -> None:
    stop(shop, Pause(channel=Channel.SMS, required=True))
    shop.plan()
    assert purposes(shop) == ["delay", "placed"]


def test_what_was_queued_before_the_pause_stays_queued(shop: Shop) -> None:
    shop.plan()
    stop(shop, ALL)
    assert (shop.deliver().claimed, [row.state for row in shop.rows(Message)]) == (0, ["queued", "queued"])


def test_what_is_not_paused_is_not_kept_waiting_behind_it(shop: Shop) -> None:
    shop.plan()
    stop(shop, Pause())
    assert (shop.deliver().accepted, [row.state for row in shop.rows(Message)]) == (1, ["accepted", "queued"])


def test_what_was_claimed_before_the_pause_is_not_handed_off(shop: Shop) -> None:
    shop.plan()
    with shop.house() as house:
        ready, lease = claim(house, Channel.EMAIL, 500, NOON).ready, house.sending.lease
        stop(shop, ALL)
        group = [outbox.Rendered(one.message.id, one.message.fence, "", Packer().packed(b"x"), "", "") for one in ready]
        with house.store.write() as tx:
            back = outbox.put_back_paused(tx, lease.worker, [one.message_id for one in group])
            gone = outbox.hand_off(tx, lease, group, NOON)
    assert (len(back), gone, {row.state for row in shop.rows(Message)}) == (2, {}, {"queued"})


def test_a_pause_between_claim_and_hand_off_stops_the_delivery(shop: Shop) -> None:
    shop.plan()
    asked = iter([NOON])

    def clock() -> datetime:
        # The first question is the claim's; by the second it is done and nothing is handed off yet.
        if next(asked, None) is None and not paused_once:
            paused_once.append(True)
            stop(shop, ALL)
        return NOON

    paused_once: list[bool] = []
    report = shop.deliver_by(clock, None)
    assert (report.accepted, shop.sent(), {row.state for row in shop.rows(Message)}) == (0, [], {"queued"})


def test_resumed_messages_go_at_once(shop: Shop) -> None:
    shop.plan()
    stop(shop, ALL)
    shop.deliver()
    go_on(shop, ALL)
    assert shop.deliver().accepted == 2


def test_what_plan_held_is_judged_at_once_after_resuming(shop: Shop) -> None:
    stop(shop, ALL)
    shop.plan()
    later = NOON + timedelta(minutes=1)
    go_on(shop, None, later)
    shop.plan(later)
    assert purposes(shop) == ["delay", "placed"]


def test_resuming_what_is_not_paused_says_what_is(shop: Shop) -> None:
    stop(shop, Pause("placed"))
    with pytest.raises(UsageError, match="placed but what is required, by Ada"):
        go_on(shop, Pause("progress"))


def test_a_pause_of_a_purpose_that_is_none_names_those_that_are(shop: Shop) -> None:
    with pytest.raises(UsageError, match="progress"):
        stop(shop, Pause("progres"))


def test_pausing_twice_is_one_pause(shop: Shop) -> None:
    stop(shop, Pause("placed"))
    stop(shop, Pause("placed"))
    with shop.house() as house:
        assert len(in_force(house)) == 1


def test_a_pause_of_all_can_be_narrowed_to_all_but_what_is_required(shop: Shop) -> None:
    stop(shop, ALL)
    go_on_required(shop, Pause())
    shop.plan()
    assert purposes(shop) == ["delay"]


def test_a_narrowed_pause_still_names_why_it_is_there(shop: Shop) -> None:
    stop(shop, ALL)
    go_on_required(shop, None)
    with shop.house() as house:
        (left,) = in_force(house)
    assert left.startswith("everything but what is required, by Bob") and left.endswith("(too many complaints)")


def test_nothing_required_to_let_go_is_said_with_what_is_paused(shop: Shop) -> None:
    stop(shop, Pause())
    with pytest.raises(UsageError, match="but what is required, by Ada"):
        go_on_required(shop, None)
