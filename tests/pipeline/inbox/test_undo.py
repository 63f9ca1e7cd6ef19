"""What a person did with a reply is taken back where it can be, on the road by which it was done."""

from pathlib import Path

import pytest

from notifier.errors import UsageError
from notifier.pipeline.actions import do as shop_does
from notifier.pipeline.desk import CallBack, Taking, give_back, plan_call, snooze, take
from notifier.pipeline.house import House
from notifier.pipeline.inbox import Act, Doing, act, close, inbox
from notifier.pipeline.receive import receive
from notifier.pipeline.undo import Undone, offered_to, undo
from notifier.store.tables import Action, Consent, Hold, ReplyDesk, ReplyStep
from notifier.terms.incoming import Incoming, Road
from tests.pipeline.inbox.hearing import HOUR, PERHAPS, hear, told_by_law
from tests.pipeline.inbox.test_person_inbox import do
from tests.pipeline.test_delay_law import at, state
from tests.pipeline.test_receive_texts import ANN, BY_TEXT
from tests.pipeline.test_receive_texts import SETTINGS as TEXTS
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""

THEN = NOON + 4 * HOUR


def back(house: House) -> Undone:
    return undo(house, 1, "Sam", THEN)


def test_a_reply_that_was_closed_waits_again(house: House) -> None:
    close(house, [1], "Kim", "", THEN)
    back(house)
    assert len(inbox(house)) == 1


def test_a_cancellation_is_taken_back_by_a_newer_word(shop: Shop, house: House) -> None:
    do(house, Doing.CANCEL)
    back(house)
    assert [(row.state, row.closed_as, row.closed_by) for row in shop.rows(Action)] == [("withdrawn", "kept", "Sam")]


def test_after_a_cancellation_was_taken_back_the_reply_waits(house: House) -> None:
    do(house, Doing.CANCEL)
    back(house)
    assert [one.id for one in inbox(house)] == [1]


def test_who_took_what_back_is_on_record(shop: Shop, house: House) -> None:
    do(house, Doing.CANCEL)
    back(house)
    assert [(row.what, row.by, row.undone_by) for row in shop.rows(ReplyStep)] == [
        ("acted", "Kim", "Sam"),
        ("undone", "Sam", ""),
    ]


def test_what_was_taken_back_can_be_done_again(shop: Shop, house: House) -> None:
    do(house, Doing.CANCEL)
    back(house)
    again = act(house, Act(1, Doing.CANCEL, "Kim"), THEN + HOUR)
    assert (again.closed, again.received.again, shop.rows(Action)[-1].state) == (True, False, "requested")


def test_a_cancellation_that_the_shop_has_made_stays(house: House) -> None:
    do(house, Doing.CANCEL)
    shop_does(house, [1], "Kim", NOON + 3 * HOUR)
    with pytest.raises(UsageError, match="stopped it already"):
        back(house)


def test_a_cancellation_of_what_has_shipped_stays(shop: Shop, house: House) -> None:
    do(house, Doing.CANCEL)
    shop.take_in("backorders", [order("ann", status="shipped", shipped_at="2026-06-01T18:30:00Z")], THEN)
    with pytest.raises(UsageError, match="cannot be taken back"):
        undo(house, 1, "Sam", THEN + HOUR)


def by_law(folder: Path, url: str, what: Doing) -> Shop:
    """Ann had a notice, wrote something, and Kim did `what` for her."""
    shop = told_by_law(folder, url, "2026-07-01")
    with shop.house() as house:
        receive(house, Incoming(Road.EMAIL, "1", at("2026-05-12"), PERHAPS, message_id=1), at("2026-05-12"))
        act(house, Act(1, what, "Kim"), at("2026-05-12", 16))
    return shop


def test_before_the_law_a_cancellation_taken_back_is_fresh_consent(tmp_path: Path, database_url: str) -> None:
    shop = by_law(tmp_path, database_url, Doing.CANCEL)
    before = state(shop, "2026-05-13")
    with shop.house() as house:
        undo(house, 1, "Sam", at("2026-05-13"))
    assert (before, state(shop, "2026-05-14")) == ("cancel_due", "consented")


def test_a_consent_stays(tmp_path: Path, database_url: str) -> None:
    shop = by_law(tmp_path, database_url, Doing.ACCEPT)
    with shop.house() as house, pytest.raises(UsageError, match="a consent to wait is the customer's word"):
        undo(house, 1, "Sam", at("2026-05-13"))


def texted(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url, TEXTS, NOTIFIER_SMS__AUTH_TOKEN="0" * 32)
    shop.take_in("backorders", [order("ann", **BY_TEXT)])
    return shop


def done_and_undone_after_a_stop(house: House, what: Doing) -> None:
    receive(house, Incoming(Road.SMS, "0", NOON, "STOP", ANN), NOON)
    receive(house, Incoming(Road.SMS, "1", NOON + HOUR, PERHAPS, ANN), NOON + HOUR)
    reply = inbox(house)[-1].id
    do(house, what, reply)
    undo(house, reply, "Sam", THEN)


def test_the_hold_of_a_complaint_is_lifted(shop: Shop, house: House) -> None:
    do(house, Doing.COMPLAINT)
    back(house)
    assert [row.lifted_by for row in shop.rows(Hold)] == ["Sam"]


def test_a_change_is_asked_for_no_more(shop: Shop, house: House) -> None:
    do(house, Doing.CHANGE)
    back(house)
    assert [(row.kind, row.state) for row in shop.rows(Action)] == [("change", "withdrawn")]


def test_an_opt_out_by_mistake_brings_back_news_of_orders_alone(tmp_path: Path, database_url: str) -> None:
    shop = texted(tmp_path, database_url)
    with shop.house() as house:
        receive(house, Incoming(Road.SMS, "1", NOON + HOUR, PERHAPS, ANN), NOON + HOUR)
        do(house, Doing.OPT_OUT)
        back(house)
    words = [(row.message_class, row.granted) for row in shop.rows(Consent)]
    assert words == [("service", False), ("marketing", False), ("service", True)]


def test_an_opt_out_that_may_be_the_customers_own_stays(tmp_path: Path, database_url: str) -> None:
    shop = texted(tmp_path, database_url)
    with shop.house() as house:
        receive(house, Incoming(Road.SMS, "1", NOON + HOUR, "hm, maybe stop", ANN), NOON + HOUR)
        (one,) = inbox(house)
        assert "opt_out" in (one.intent, one.suggestion)
        do(house, Doing.OPT_OUT)
        with pytest.raises(UsageError, match="only START"):
            back(house)


def test_a_no_from_before_stays_when_an_opt_out_is_taken_back(tmp_path: Path, database_url: str) -> None:
    shop = texted(tmp_path, database_url)
    with shop.house() as house:
        done_and_undone_after_a_stop(house, Doing.OPT_OUT)
    assert not any(row.granted for row in shop.rows(Consent))


def test_a_stop_that_came_after_the_opt_out_is_the_customers_own_and_stays(tmp_path: Path, database_url: str) -> None:
    shop = texted(tmp_path, database_url)
    with shop.house() as house:
        receive(house, Incoming(Road.SMS, "1", NOON + HOUR, PERHAPS, ANN), NOON + HOUR)
        do(house, Doing.OPT_OUT)
        receive(house, Incoming(Road.SMS, "2", NOON + 2 * HOUR, "STOP", ANN), NOON + 2 * HOUR)
        with pytest.raises(UsageError, match="only START"):
            back(house)
    assert not any(row.granted for row in shop.rows(Consent))


def test_an_opt_in_of_somebody_who_never_objected_is_taken_back_without_a_no(shop: Shop, house: House) -> None:
    do(house, Doing.OPT_IN)
    assert "changed nothing" in back(house).words
    assert all(row.granted for row in shop.rows(Consent))


def test_an_opt_in_after_a_no_is_taken_back_by_a_no(tmp_path: Path, database_url: str) -> None:
    shop = texted(tmp_path, database_url)
    with shop.house() as house:
        done_and_undone_after_a_stop(house, Doing.OPT_IN)
    assert [row.granted for row in shop.rows(Consent) if row.message_class == "service"] == [False, True, False]


def test_after_a_complaint_by_mistake_a_consent_still_counts_from_its_receipt(
    tmp_path: Path, database_url: str
) -> None:
    shop = told_by_law(tmp_path, database_url, "2026-07-01")
    with shop.house() as house:
        yes = Incoming(Road.EMAIL, "1", at("2026-06-18"), "well well", message_id=1)
        receive(house, yes, at("2026-06-18"))
        act(house, Act(1, Doing.COMPLAINT, "Kim"), at("2026-06-22"))
        undo(house, 1, "Sam", at("2026-06-22", 16))
        act(house, Act(1, Doing.ACCEPT, "Kim"), at("2026-06-22", 17))
    assert state(shop, "2026-06-22") == "consented"


def test_a_step_on_the_desk_is_taken_back_to_where_it_was(shop: Shop, house: House) -> None:
    take(house, Taking(1, "Kim", "Kim"), THEN)
    snooze(house, 1, THEN + HOUR, "Kim", THEN)
    back(house)
    assert [(row.taken_by, row.snoozed_until) for row in shop.rows(ReplyDesk)] == [("Kim", None)]


def test_steps_are_taken_back_one_after_the_other(shop: Shop, house: House) -> None:
    take(house, Taking(1, "Kim", "Kim"), THEN)
    plan_call(house, CallBack(1, THEN + HOUR, "Kim"), THEN)
    back(house)
    back(house)
    assert [(row.taken_by, row.call_at) for row in shop.rows(ReplyDesk)] == [("", None)]


def test_what_somebody_has_done_since_is_not_taken_back_instead(shop: Shop, house: House) -> None:
    close(house, [1], "Kim", "", THEN)
    seen = shop.rows(ReplyStep)[-1].id
    undo(house, 1, "Max", THEN, seen)
    act(house, Act(1, Doing.CANCEL, "Max"), THEN)
    with pytest.raises(UsageError, match="Max has taken that back already"):
        undo(house, 1, "Kim", THEN, seen)
    assert [row.state for row in shop.rows(Action)] == ["requested"]


def test_who_did_what_since_is_told(shop: Shop, house: House) -> None:
    take(house, Taking(1, "Kim", "Kim"), THEN)
    seen = shop.rows(ReplyStep)[-1].id
    do(house, Doing.CANCEL)
    with pytest.raises(UsageError, match="Kim has done something with reply 1 since: acted for the customer: cancel"):
        undo(house, 1, "Sam", THEN, seen)


def test_to_undo_one_step_twice_takes_one_back(shop: Shop, house: House) -> None:
    take(house, Taking(1, "Kim", "Kim"), THEN)
    snooze(house, 1, THEN + HOUR, "Kim", THEN)
    last = shop.rows(ReplyStep)[-1].id
    undo(house, 1, "Kim", THEN, last)
    with pytest.raises(UsageError, match="taken that back already"):
        undo(house, 1, "Kim", THEN, last)
    assert shop.rows(ReplyDesk)[0].taken_by == "Kim"


def test_a_step_of_another_reply_is_not_taken_back(shop: Shop, house: House) -> None:
    hear(house, "and another")
    close(house, [2], "Kim", "", THEN)
    with pytest.raises(UsageError, match="nothing was done"):
        undo(house, 1, "Kim", THEN, shop.rows(ReplyStep)[-1].id)


def test_a_call_that_was_given_back_comes_back_with_its_note(shop: Shop, house: House) -> None:
    plan_call(house, CallBack(1, THEN + HOUR, "Kim", "ask for the colour"), THEN)
    give_back(house, 1, "Kim", THEN)
    back(house)
    assert [(row.call_at, row.call_note) for row in shop.rows(ReplyDesk)] == [(THEN + HOUR, "ask for the colour")]


@pytest.mark.parametrize(("what", "goes"), [(Doing.CANCEL, True), (Doing.ACCEPT, False), (Doing.COMPLAINT, True)])
def test_only_what_can_be_taken_back_is_offered_so(tmp_path: Path, database_url: str, what: Doing, goes: bool) -> None:
    with by_law(tmp_path, database_url, what).house() as house:
        assert (offered_to(house, 1, "Kim", at("2026-05-13")) is not None) == goes


def test_nobody_is_offered_to_undo_somebody_elses_step_after_their_own(house: House) -> None:
    close(house, [1], "Kim", "", THEN)
    assert (offered_to(house, 1, "Kim", THEN) is None, offered_to(house, 1, "Sam", THEN) is None) == (False, True)


def test_where_nothing_was_done_nothing_is_taken_back(house: House) -> None:
    with pytest.raises(UsageError, match="nothing was done"):
        back(house)
