"""The law on delays end to end: notices go once, answers count or do not, and the team hears of what it must do."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from notifier.pipeline.alarms import digest
from notifier.pipeline.answers import Answered, Asked, answer, refunded
from notifier.pipeline.bounces import bounce
from notifier.pipeline.deadlines import Deadline, deadlines
from notifier.store.tables import Contact, Message, Notice
from notifier.terms.law import Said
from tests.shop import Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""

LAW = '[delay_rule]\njurisdiction = "auto"\n[shop]\ntimezone = "America/New_York"\n'


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url, LAW)


def at(day: str, hour: int = 15) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00").replace(tzinfo=UTC)


def late(eta: str = "2026-06-05", **more: Any) -> dict[str, Any]:
    """Ordered on 1 May, promised for 20 May, now expected on `eta`."""
    return order("ann", eta_from=eta, eta_to=eta, **more)


def told(shop: Shop, day: str) -> None:
    shop.plan(at(day))
    shop.deliver(at(day))


def stands(shop: Shop, day: str) -> Deadline:
    with shop.house() as house:
        return deadlines(house, at(day))[0]


def state(shop: Shop, day: str) -> str:
    return stands(shop, day).state


def say(shop: Shop, said: Said, day: str) -> Answered:
    with shop.house() as house:
        return answer(house, said, Asked("O-ann", "", "Kim"), at(day))


def test_a_date_after_the_promise_is_told_by_a_notice(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    assert [(row.purpose, row.notice, row.state) for row in shop.rows(Message)] == [("delay", "F3", "accepted")]


def test_silence_after_the_first_notice_is_consent_until_the_new_date(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    now = stands(shop, "2026-05-11")
    assert (now.state, now.notice, str(now.deadline)) == ("awaiting_objection", "F3", "2026-06-05")


def test_a_notice_is_planned_once(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    told(shop, "2026-05-11")
    assert len(shop.rows(Notice)) == 1


def test_a_date_more_than_thirty_days_late_needs_consent(shop: Shop) -> None:
    shop.take_in("backorders", [late("2026-07-01")], at("2026-05-10"))
    told(shop, "2026-05-10")
    now = stands(shop, "2026-05-11")
    assert (now.state, now.notice, str(now.deadline)) == ("awaiting_consent", "F4", "2026-06-19")


def test_without_consent_in_time_the_line_is_to_be_cancelled(shop: Shop) -> None:
    shop.take_in("backorders", [late("2026-07-01")], at("2026-05-10"))
    told(shop, "2026-05-10")
    assert (state(shop, "2026-06-19"), state(shop, "2026-06-20")) == ("awaiting_consent", "cancel_due")


def test_consent_by_phone_keeps_the_line(shop: Shop) -> None:
    shop.take_in("backorders", [late("2026-07-01")], at("2026-05-10"))
    told(shop, "2026-05-10")
    say(shop, Said.ACCEPT, "2026-05-12")
    assert state(shop, "2026-06-20") == "consented"


def test_consent_after_the_deadline_does_not_count(shop: Shop) -> None:
    shop.take_in("backorders", [late("2026-07-01")], at("2026-05-10"))
    told(shop, "2026-05-10")
    done = say(shop, Said.ACCEPT, "2026-06-21")
    assert (done.counted, done.lines[0].reason) == (False, "too_late")


def test_a_slip_within_the_told_date_is_no_new_notice(shop: Shop) -> None:
    shop.take_in("backorders", [late("2026-06-15")], at("2026-05-10"))
    told(shop, "2026-05-10")
    shop.take_in("backorders", [late("2026-06-01")], at("2026-05-12"))
    told(shop, "2026-05-14")
    shop.take_in("backorders", [late("2026-06-14")], at("2026-05-20"))
    told(shop, "2026-05-20")
    assert [row.kind for row in shop.rows(Notice)] == ["F3"]


def test_a_better_date_is_told_for_information_and_the_notice_stands(shop: Shop) -> None:
    shop.take_in("backorders", [late("2026-06-15")], at("2026-05-10"))
    told(shop, "2026-05-10")
    shop.take_in("backorders", [late("2026-05-28")], at("2026-05-14"))
    told(shop, "2026-05-14")
    purposes = [row.purpose for row in shop.rows(Message)]
    assert (purposes, str(stands(shop, "2026-05-15").revised)) == (["delay", "eta_change"], "2026-06-15")


def test_a_line_already_late_when_first_seen_is_never_written_to_as_if_that_cured_it(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-25"))
    told(shop, "2026-05-25")
    assert (state(shop, "2026-05-25"), shop.rows(Message)) == ("cancel_due", [])


def test_a_customer_without_an_email_is_called_by_a_person(shop: Shop) -> None:
    shop.take_in("backorders", [late(email="", phone="")], at("2026-05-10"))
    shop.plan(at("2026-05-10"))
    assert alarms(shop) == ["no_way_to_tell"]


def alarms(shop: Shop) -> list[str]:
    from notifier.store.tables import LegalStanding

    return [row.alarm for row in shop.rows(LegalStanding)]


def test_a_shipment_despite_a_cancellation_is_an_alarm(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    say(shop, Said.CANCEL, "2026-05-12")
    shop.take_in("backorders", [late(status="shipped", shipped_at="2026-05-13T10:00:00Z")], at("2026-05-14"))
    shop.plan(at("2026-05-14"))
    assert alarms(shop) == ["shipped_despite_cancellation"]


def test_a_confirmed_cancellation_is_told_and_its_refund_awaited(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    say(shop, Said.CANCEL, "2026-05-12")
    say(shop, Said.CONFIRM, "2026-05-12")
    told(shop, "2026-05-12")
    purposes = [row.purpose for row in shop.rows(Message)]
    now = stands(shop, "2026-05-13")
    assert (purposes, now.state, str(now.refund_by)) == (["delay", "cancelled"], "refund_due", "2026-05-21")


def test_a_cancellation_is_not_told_before_somebody_has_confirmed_it(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    say(shop, Said.CANCEL, "2026-05-12")
    told(shop, "2026-05-12")
    assert [row.purpose for row in shop.rows(Message)] == ["delay"]


def test_a_sent_refund_ends_the_line(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    say(shop, Said.CANCEL, "2026-05-12")
    with shop.house() as house:
        refunded(house, Asked("O-ann", "", "Kim"), at("2026-05-14"))
    assert state(shop, "2026-05-15") == "refunded"


def test_a_setting_confirms_lapsed_lines_by_itself(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url, LAW.replace('"auto"\n', '"auto"\non_lapse = "cancel"\n'))
    shop.take_in("backorders", [late("2026-07-01")], at("2026-05-10"))
    told(shop, "2026-05-10")
    told(shop, "2026-06-20")
    assert [row.purpose for row in shop.rows(Message)][-1] == "cancelled"


def test_an_answer_is_a_contact_of_the_customer(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    say(shop, Said.ACCEPT, "2026-05-12")
    assert [(row.direction, row.actor) for row in shop.rows(Contact)] == [("out", "bot"), ("in", "Kim")]


def test_a_notice_of_an_older_tool_is_taken_over(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-25"))
    row = {"order_id": "O-ann", "sku": "LAMP", "sent_at": "2026-05-18T09:00:00Z"}
    shop.take_in("notices", [row | {"promised": "2026-05-20", "revised": "2026-06-05", "kind": "F3"}], at("2026-05-25"))
    told(shop, "2026-05-25")
    assert (state(shop, "2026-05-25"), shop.rows(Message)) == ("awaiting_objection", [])


def test_the_team_reads_of_a_deadline_once_at_each_warning(shop: Shop) -> None:
    from notifier import standings

    shop.take_in("backorders", [late("2026-07-01")], at("2026-05-10"))
    told(shop, "2026-05-10")
    shop.plan(at("2026-05-11"))
    heard = []
    for moment in (at("2026-06-17"), at("2026-06-17", 16), at("2026-06-19"), at("2026-06-20", 2)):
        with shop.house() as house, house.store.write() as tx:
            found = standings.untold(tx, moment)
            standings.mark_told(tx, found, moment)
            heard.append([one.hours for one in found])
            assert "ann" not in digest(found, house.judging.policy.timezone).replace("O-ann", "")
    assert heard == [[72], [], [24], [4]]


def test_a_german_customer_is_told_plainly_without_a_notice(shop: Shop) -> None:
    shop.take_in("backorders", [late(country="DE")], at("2026-05-10"))
    told(shop, "2026-05-10")
    assert [(row.purpose, row.notice) for row in shop.rows(Message)] == [("delay", "")]


def test_kinds_that_differ_in_what_silence_means_are_two_emails(shop: Shop) -> None:
    lines = [late(line_id="1"), late("2026-07-01", line_id="2", sku="VASE")]
    shop.take_in("backorders", lines, at("2026-05-10"))
    told(shop, "2026-05-10")
    assert sorted(row.notice for row in shop.rows(Message)) == ["F3", "F4"]


def test_a_line_that_ships_between_decision_and_hand_off_frees_its_notice(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    shop.plan(at("2026-05-10"))
    gone = late(status="shipped", shipped_at="2026-05-10T15:30:00Z")
    shop.take_in("backorders", [gone], at("2026-05-10", 16))
    shop.deliver(at("2026-05-10", 16))
    assert [(row.live, row.sent_at) for row in shop.rows(Notice)] == [(None, None)]


def test_nothing_else_names_a_later_date_before_the_notice(shop: Shop) -> None:
    shop.take_in("backorders", [late("2026-05-18", ordered_at="2026-05-09T10:00:00Z")], at("2026-05-10"))
    told(shop, "2026-05-10")
    rule = '[delay_rule]\nsettle_minutes = 600\njurisdiction = "auto"\n[shop]\ntimezone = "America/New_York"\n'
    settling = open_shop(shop.folder, shop.settings.database.url, rule)
    shop.take_in("backorders", [late("2026-06-05", ordered_at="2026-05-09T10:00:00Z")], at("2026-05-12"))
    settling.plan(at("2026-05-12"))
    assert [row.purpose for row in shop.rows(Message)] == ["placed"]


def test_a_run_with_nobody_listening_still_counts_its_alarms(shop: Shop) -> None:
    from notifier import app
    from notifier.pipeline.alarms import tell_deadlines

    shop.take_in("backorders", [late()], at("2026-05-25"))
    shop.plan(at("2026-05-25"))
    with shop.house() as house:
        assert asyncio.run(tell_deadlines(house, app.team(shop.settings), at("2026-05-25"))) == 1


def test_a_slip_past_the_told_date_is_told_by_a_renewed_notice(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    shop.take_in("backorders", [late("2026-06-12")], at("2026-05-25"))
    told(shop, "2026-05-25")
    assert [(row.kind, str(row.answers)) for row in shop.rows(Notice)] == [("F3", "2026-05-20"), ("F5", "2026-06-05")]


def test_silence_after_a_renewed_notice_is_cancellation(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    shop.take_in("backorders", [late("2026-06-12")], at("2026-05-25"))
    told(shop, "2026-05-25")
    assert (state(shop, "2026-06-05"), state(shop, "2026-06-06")) == ("awaiting_renewed_consent", "cancel_due")


def test_a_bounced_notice_is_none_and_a_person_hears_of_it(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    with shop.house() as house:
        bounce(house, shop.rows(Message)[0].id, "Kim", at("2026-05-11"))
    shop.plan(at("2026-05-11"))
    assert (state(shop, "2026-05-11"), alarms(shop), len(shop.rows(Notice))) == (
        "notice_due",
        ["notice_uncertain"],
        1,
    )


SIDS = f'account_sid = "AC{"0" * 32}"\nmessaging_service_sid = "MG{"0" * 32}"\n'
TEXTS = f"{LAW}[sms]\nenabled = true\n{SIDS}"
PHONE = {"phone": "+12125552368", "timezone": "America/New_York", "region": "NY", "postal_code": "10001"}


def test_a_text_follows_its_email_and_never_goes_before_it(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url, TEXTS)
    shop.take_in("backorders", [late(**PHONE)], at("2026-05-11"))
    told(shop, "2026-05-11")
    first = [(row.channel, row.state) for row in shop.rows(Message)]
    shop.deliver(at("2026-05-11", 16))
    then = [(row.channel, row.state) for row in shop.rows(Message)]
    assert (first, then) == (
        [("email", "accepted"), ("sms", "queued")],
        [("email", "accepted"), ("sms", "accepted")],
    )


def test_a_text_that_would_name_another_date_than_its_email_stays_unsaid(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url, TEXTS)
    shop.take_in("backorders", [late(**PHONE)], at("2026-05-11"))
    told(shop, "2026-05-11")
    shop.take_in("backorders", [late("2026-06-12", **PHONE)], at("2026-05-11", 16))
    shop.deliver(at("2026-05-11", 17))
    assert [(row.channel, row.state) for row in shop.rows(Message)][1] == ("sms", "withdrawn")


def test_goods_on_the_shelf_are_no_late_order_on_the_promised_day(shop: Shop) -> None:
    shop.take_in("products", [{"sku": "LAMP", "stock": 5}], at("2026-05-10"))
    shop.take_in("backorders", [order("ann", status="open")], at("2026-05-10"))
    told(shop, "2026-05-20")
    assert (state(shop, "2026-05-20"), shop.rows(Message)) == ("on_time", [])


def test_a_yes_found_after_the_cancellation_was_confirmed_does_not_take_it_back(shop: Shop) -> None:
    shop.take_in("backorders", [late("2026-07-01")], at("2026-05-10"))
    told(shop, "2026-05-10")
    say(shop, Said.CONFIRM, "2026-06-20")
    assert say(shop, Said.ACCEPT, "2026-06-18").lines[0].reason == "already_cancelled"


def test_a_notice_counts_from_its_hand_off_not_from_the_late_answer(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    assert [row.sent_at for row in shop.rows(Notice)] == [row.handed_off_at for row in shop.rows(Message)]


def test_puerto_rico_is_under_american_law(shop: Shop) -> None:
    shop.take_in("backorders", [late(country="PR")], at("2026-05-10"))
    told(shop, "2026-05-10")
    assert [row.notice for row in shop.rows(Message)] == ["F3"]
