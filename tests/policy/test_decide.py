"""Groups, the ladder, texts on top, and judging twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from notifier.policy.decide import Judged, Written, decide, ladder, still_due
from notifier.policy.figures import BrandFigures, Cap, Policy
from notifier.terms.decision import Judgement
from notifier.terms.facts import CustomerFacts, Suppression
from notifier.terms.purpose import Purpose
from notifier.terms.words import Channel, LineStatus, NoticeKind, Verdict
from tests.policy.people import (
    BERLIN,
    EMAIL,
    NOON,
    OTHER_EMAIL,
    PACKAGED,
    PHONE,
    POLICY,
    TEXTING,
    customer,
    eta,
    judge,
    line,
    on,
    purpose_of,
    said,
    told,
)

LATE = {"promised": on("2027-03-01")}
NIGHT = datetime(2027, 3, 3, 22, 0, tzinfo=UTC)
MORNING = datetime(2027, 3, 4, 9, 0, tzinfo=UTC)
ALL = tuple(PACKAGED.values())


def again(who: CustomerFacts, written: Written, policy: Policy = POLICY, now: datetime = NOON) -> Judged:
    return still_due(who, ladder(ALL), policy, now, written)


def test_all_due_lines_of_one_address_share_one_message_sorted_by_line() -> None:
    judged = judge(customer(line(id=5), line(id=2)))
    assert [[one.line_id for one in decision.lines] for decision in judged.decisions] == [[2, 5]]
    assert judged.decisions[0].occasion == "2:new+5:new"


def test_lines_of_two_addresses_never_share_a_message() -> None:
    judged = judge(customer(line(id=1), line(id=2, email=OTHER_EMAIL)))
    assert [(one.address_id, len(one.lines)) for one in judged.decisions] == [(EMAIL.id, 1), (OTHER_EMAIL.id, 1)]


def test_two_locales_at_one_address_never_share_a_message_nor_a_run() -> None:
    judged = judge(customer(line(id=1, locale="de"), line(id=2, locale="en")))
    assert [(one.locale, one.verdict) for one in judged.decisions] == [("de", Verdict.SEND), ("en", Verdict.HOLD)]


def test_the_locale_comes_from_order_customer_country_and_brand_in_that_order() -> None:
    policy = replace(POLICY, brands={"north": BrandFigures(BERLIN, "sv")})
    asked = [
        (line(locale="fr_CA", country="DE"), customer(locale="it", country="AT"), "fr-CA"),
        (line(country="DE"), customer(locale="it", country="AT"), "it"),
        (line(country="BR"), customer(country="AT"), "pt-BR"),
        (line(), customer(country="AT"), "de-AT"),
        (line(country="US"), customer(), "en-US"),
        (line(country="GB"), customer(), "en-GB"),
        (line(), customer(country=""), "sv"),
        (line(), customer(country="XX"), "sv"),
    ]
    assert [judge(replace(who, lines=(one,)), policy).decisions[0].locale for one, who, _ in asked] == [
        locale for _, _, locale in asked
    ]


def test_a_delay_absorbs_placed_on_its_own_line() -> None:
    assert said(judge(customer(line(**LATE)))) == ["delay email send due"]


def test_a_lower_rung_on_another_line_waits_a_day_for_the_higher() -> None:
    judged = judge(customer(line(id=1, **LATE), line(id=2)))
    assert said(judged) == ["delay email send due", "placed email hold waits_for_delay"]
    assert judged.decisions[1].hold_until == NOON + timedelta(hours=24)


def test_what_waits_for_a_higher_rung_is_never_lost() -> None:
    delay = told("delay", NOON, "promise:2027-03-01")
    assert said(judge(customer(line(id=1, tellings=(delay,), **LATE), line(id=2)), now=NOON + timedelta(days=1))) == [
        "placed email send due"
    ]


def test_a_higher_rung_at_one_address_delays_nothing_at_another() -> None:
    judged = judge(customer(line(id=1, **LATE), line(id=2, email=OTHER_EMAIL)))
    assert said(judged) == ["delay email send due", "placed email send due"]


def test_a_delay_that_reaches_nobody_absorbs_nothing() -> None:
    placed = told("placed", NOON - timedelta(days=9), "new", eta="2027-03-10", channel=Channel.SMS)
    knows = told("delay", NOON - timedelta(days=8), "promise:2027-03-01", eta="2027-03-20", channel=Channel.SMS)
    one = line(email=None, phone=PHONE, forecast=eta("2027-03-30"), tellings=(placed, knows), **LATE)
    assert said(judge(customer(one, timezone="Europe/Berlin"), TEXTING)) == [
        "delay email skip no_address",
        "eta_change sms send due",
    ]


def test_a_preferred_text_comes_before_email() -> None:
    who = customer(line(phone=PHONE), preferred_channel=Channel.SMS, timezone="Europe/Berlin")
    assert said(judge(who, TEXTING)) == ["placed sms send due"]


def test_a_preferred_text_in_the_night_waits_for_the_morning_and_is_no_email() -> None:
    who = customer(line(phone=PHONE), preferred_channel=Channel.SMS, timezone="Europe/Berlin")
    assert said(judge(who, TEXTING, NIGHT)) == ["placed sms hold quiet_hours"]


def test_a_preferred_channel_that_fails_is_told_and_the_next_one_wins() -> None:
    who = customer(line(phone=replace(PHONE, textable=False)), preferred_channel=Channel.SMS)
    assert said(judge(who, TEXTING)) == ["placed sms skip not_textable", "placed email send due"]


def test_a_suppressed_email_leaves_the_text() -> None:
    who = customer(line(phone=PHONE), timezone="Europe/Berlin", suppressions=(Suppression(EMAIL.id, "bounced", NOON),))
    assert said(judge(who, TEXTING)) == ["placed email skip suppressed", "placed sms send due"]


def test_a_line_without_an_email_goes_by_text_beside_one_that_has_it() -> None:
    who = customer(line(id=1), line(id=2, email=None, phone=PHONE), timezone="Europe/Berlin")
    assert said(judge(who, TEXTING)) == ["placed email send due", "placed sms send due"]


class TestTextOnTop:
    WHO = customer(line(phone=PHONE, **LATE), timezone="Europe/Berlin", preferred_channel=Channel.SMS)

    def after_email(self, at: datetime) -> CustomerFacts:
        return replace(
            self.WHO, lines=(replace(self.WHO.lines[0], tellings=(told("delay", at, "promise:2027-03-01"),)),)
        )

    def test_a_delay_goes_by_email_with_a_text_on_top_whatever_is_preferred(self) -> None:
        assert said(judge(self.WHO, TEXTING)) == ["delay email send due", "delay sms send due"]

    def test_without_texting_there_is_only_the_email(self) -> None:
        assert said(judge(self.WHO)) == ["delay email send due"]

    def test_the_text_waits_for_the_morning_while_the_email_goes(self) -> None:
        assert said(judge(self.WHO, TEXTING, NIGHT)) == ["delay email send due", "delay sms hold quiet_hours"]
        assert said(judge(self.after_email(NIGHT), TEXTING, MORNING)) == ["delay sms send due"]

    def test_a_text_a_day_late_stays_unsent(self) -> None:
        assert said(judge(self.after_email(NIGHT), TEXTING, NIGHT + timedelta(days=1, hours=10))) == []

    def test_a_text_alone_is_no_notice_so_the_email_is_still_due(self) -> None:
        text = told("delay", NOON, "promise:2027-03-01", channel=Channel.SMS)
        who = replace(self.WHO, lines=(replace(self.WHO.lines[0], tellings=(text,)),))
        assert said(judge(who, TEXTING)) == ["delay email send due"]

    def test_who_has_no_email_gets_the_text_and_a_person_hears_of_the_missing_email(self) -> None:
        who = replace(self.WHO, lines=(replace(self.WHO.lines[0], email=None),))
        assert said(judge(who, TEXTING)) == ["delay email skip no_address", "delay sms send due"]

    def test_the_email_counts_against_the_cap_of_its_text(self) -> None:
        policy = replace(TEXTING, caps=(Cap(1, timedelta(days=1)),))
        assert said(judge(self.WHO, policy)) == ["delay email send due", "delay sms hold cap"]


def test_nothing_due_and_nothing_ahead_needs_no_further_look() -> None:
    one = line(promised=None, ordered_at=NOON - timedelta(days=40))
    assert judge(customer(one)).due_at is None


def test_after_a_message_the_next_day_is_looked_at() -> None:
    assert judge(customer(line())).due_at == datetime(2027, 3, 3, 23, 0, tzinfo=UTC)


def test_a_dated_fact_ahead_is_looked_at_when_it_begins_to_count() -> None:
    ahead = NOON + timedelta(hours=5)
    one = line(ordered_at=NOON - timedelta(days=40), promised=None, changes_at=ahead)
    assert judge(customer(one)).due_at == ahead


def test_a_promise_ahead_is_looked_at_when_its_day_is_over() -> None:
    one = line(ordered_at=NOON - timedelta(days=40))
    assert judge(customer(one)).due_at == datetime(2027, 3, 20, 23, 0, tzinfo=UTC)


def test_an_end_that_was_told_is_not_told_again() -> None:
    placed, ended = told("placed", NOON - timedelta(days=1), "new"), told("cancelled", NOON, "cancelled")
    assert said(judge(customer(line(cancelled_at=NOON, tellings=(placed,))))) == ["cancelled email send due"]
    assert said(judge(customer(line(cancelled_at=NOON, tellings=(placed, ended))))) == []


def test_a_new_purpose_is_one_folder_with_its_own_figures() -> None:
    quick = purpose_of(
        'class = "service"\nrung = "progress"\noccasion = "waiting"\ntitle = "Ten days"\n[figures]\nevery_days = 10\n',
        "ten_days",
    )
    one = line(promised=None, ordered_at=NOON - timedelta(days=10))
    assert said(judge_by(customer(one), quick, NOON)) == ["ten_days email send due"]
    assert said(judge_by(customer(one), quick, NOON - timedelta(days=1))) == []


def judge_by(who: CustomerFacts, purpose: Purpose, now: datetime) -> Judgement:
    return decide(who, (purpose,), POLICY, now)


class TestJudgedTwice:
    DELAY = Written(Channel.EMAIL, "delay", EMAIL.id, NoticeKind.NONE, (1, 2))
    PLACED = Written(Channel.EMAIL, "placed", EMAIL.id, NoticeKind.NONE, (1,))
    WHO = customer(line(id=1, **LATE), line(id=2, **LATE))

    def test_a_message_that_is_still_right_goes_with_its_lines(self) -> None:
        assert again(self.WHO, self.DELAY) == Judged(Verdict.SEND, "due", (1, 2))

    def test_a_line_that_shipped_since_leaves_the_message(self) -> None:
        who = customer(line(id=1, shipped_at=NOON, **LATE), line(id=2, **LATE))
        assert again(who, self.DELAY).line_ids == (2,)

    def test_a_line_that_came_later_does_not_join_a_written_message(self) -> None:
        who = customer(*self.WHO.lines, line(id=3, **LATE))
        assert again(who, self.DELAY).line_ids == (1, 2)

    def test_a_shipment_since_planning_wins(self) -> None:
        assert again(customer(line(shipped_at=NOON)), self.PLACED) == Judged(Verdict.SKIP, "shipped")

    def test_a_cancellation_since_planning_wins(self) -> None:
        assert again(customer(line(status=LineStatus.CANCELLED)), self.PLACED) == Judged(Verdict.SKIP, "cancelled")

    def test_an_opt_out_since_planning_wins(self) -> None:
        who = customer(line(), suppressions=(Suppression(EMAIL.id, "stop", NOON),))
        assert again(who, self.PLACED) == Judged(Verdict.SKIP, "suppressed")

    def test_the_night_holds_a_message_planned_by_day(self) -> None:
        judged = again(customer(line()), self.PLACED, now=NIGHT)
        assert (judged.verdict, judged.hold_until) == (Verdict.HOLD, datetime(2027, 3, 4, 7, 0, tzinfo=UTC))

    def test_a_message_that_must_now_wait_for_a_higher_rung_is_withdrawn(self) -> None:
        judged = again(customer(line(id=1), line(id=2, **LATE)), self.PLACED)
        assert (judged.verdict, judged.reason) == (Verdict.SKIP, "waits_for_delay")

    def test_a_message_to_an_address_the_order_no_longer_names_is_withdrawn(self) -> None:
        assert again(customer(line(email=OTHER_EMAIL)), self.PLACED) == Judged(Verdict.SKIP, "no_longer_due")

    def test_an_email_and_its_text_never_withdraw_each_other(self) -> None:
        tellings = (
            told("delay", NOON, "promise:2027-03-01", message_id=50),
            told("delay", NOON, "promise:2027-03-01", message_id=51, channel=Channel.SMS),
        )
        who = customer(line(phone=PHONE, tellings=tellings, **LATE), timezone="Europe/Berlin")
        text = Written(Channel.SMS, "delay", PHONE.id, NoticeKind.NONE, (1,))
        email = replace(self.DELAY, line_ids=(1,))
        assert again(who.without(50), email, TEXTING).verdict is Verdict.SEND
        assert again(who.without(51), text, TEXTING).verdict is Verdict.SEND
