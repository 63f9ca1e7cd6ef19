"""What a reply does: certain things are done, likely ones wait, nothing is done that nobody has proven or meant."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.policy.answering import Heard, Outcome, outcome_of
from notifier.terms.effects import ENDS, ActionKind, Asked, Effect, Kind, Wished
from notifier.terms.facts import Alternative, LineFacts
from notifier.terms.incoming import Choice, Road
from notifier.terms.law import Jurisdiction, LegalFacts, Notice
from notifier.terms.money import Money
from notifier.terms.reply import DESTRUCTIVE, Classification, Confidence, Intent, Wish
from notifier.terms.words import Channel, LineStatus, MessageClass, NoticeKind, Scope
from tests.policy.people import NOON, POLICY, customer, line, told

PLACED = told("placed", NOON - timedelta(days=30), "new")
ONE = line(id=1, order="1001", tellings=(PLACED,))
SAME_ORDER = replace(ONE, id=2, line="2")
OTHER_ORDER = replace(ONE, id=3, order="1002")
CERTAIN, LIKELY = Confidence.CERTAIN, Confidence.LIKELY


def reading(intent: Intent, confidence: Confidence = CERTAIN, **more: Any) -> Classification:
    wish = Wish(intent, confidence, **more)
    return Classification((wish,), confidence is not CERTAIN, "read")


def heard(intent: Intent, confidence: Confidence = CERTAIN, *, bound: tuple[int, ...] = (1,), **more: Any) -> Heard:
    wish = {name: more.pop(name) for name in ("bound_to", "order", "about") if name in more}
    return Heard(more.pop("road", Road.SMS), NOON, reading(intent, confidence, **wish), bound, **more)


def does(said: Heard, *lines: LineFacts) -> Outcome:
    return outcome_of(said, customer(*(lines or (ONE,))), POLICY)


def kinds(found: Outcome) -> list[tuple[Kind, int | None]]:
    return [(one.kind, one.line_id) for one in found.effects]


def test_a_certain_cancellation_is_requested() -> None:
    found = does(heard(Intent.CANCEL_ORDER))
    assert found.effects == (Effect(Kind.REQUESTED, 1, ActionKind.CANCEL),)


def test_a_likely_cancellation_freezes_the_line_and_waits_for_a_person() -> None:
    found = does(heard(Intent.CANCEL_ORDER, LIKELY))
    assert (kinds(found), found.needs_person) == ([(Kind.FROZEN, 1)], True)


def test_an_unclear_reply_that_may_be_a_cancellation_freezes_too() -> None:
    unclear = Classification((Wish(Intent.UNCLEAR, Confidence.GUESS),), True, "?", suggestion=Intent.CANCEL_ORDER)
    found = does(Heard(Road.SMS, NOON, unclear, (1,)))
    assert (kinds(found), found.needs_person) == ([(Kind.FROZEN, 1)], True)


def test_words_cancel_an_order_only_where_all_that_is_open_of_it_is_meant() -> None:
    found = does(heard(Intent.CANCEL_ORDER), ONE, SAME_ORDER)
    assert (kinds(found), found.needs_person) == ([(Kind.FROZEN, 1)], True)


def test_the_offered_digit_cancels_the_line_of_its_message_alone() -> None:
    found = does(heard(Intent.CANCEL_ORDER, bound_to="2"), ONE, SAME_ORDER)
    assert kinds(found) == [(Kind.REQUESTED, 1)]


def test_an_order_that_is_named_is_cancelled_whole() -> None:
    found = does(heard(Intent.CANCEL_ORDER, order="#1001"), ONE, SAME_ORDER, OTHER_ORDER)
    assert kinds(found) == [(Kind.REQUESTED, 1), (Kind.REQUESTED, 2)]


def test_an_order_that_the_customer_does_not_have_is_for_a_person() -> None:
    found = does(heard(Intent.CANCEL_ORDER, order="9999"))
    assert ((Kind.REQUESTED, 1) in kinds(found), found.needs_person) == (False, True)


def test_without_a_message_the_only_open_order_is_meant() -> None:
    assert kinds(does(heard(Intent.CANCEL_ORDER, bound=()))) == [(Kind.REQUESTED, 1)]


def test_without_a_message_and_with_two_orders_nothing_is_cancelled() -> None:
    found = does(heard(Intent.CANCEL_ORDER, bound=()), ONE, OTHER_ORDER)
    assert (kinds(found), found.needs_person) == ([(Kind.FROZEN, 1), (Kind.FROZEN, 3)], True)


def test_what_has_shipped_is_not_cancelled_and_a_person_says_so() -> None:
    gone = replace(ONE, status=LineStatus.SHIPPED, shipped_at=NOON - timedelta(days=1))
    found = does(heard(Intent.CANCEL_ORDER, bound_to="2"), gone)
    assert (kinds(found), found.needs_person) == ([(Kind.TOO_LATE, 1)], True)


def test_a_second_cancellation_asks_for_nothing_more() -> None:
    found = does(heard(Intent.CANCEL_ORDER), replace(ONE, asked=Asked.ENDING))
    assert [(one.kind, one.detail) for one in found.effects] == [(Kind.REFUSED, "already_recorded")]


def test_to_agree_to_wait_after_a_cancellation_keeps_the_line() -> None:
    assert kinds(does(heard(Intent.ACCEPT_DELAY), replace(ONE, asked=Asked.ENDING))) == [(Kind.KEPT, 1)]


def wished(kind: ActionKind, minutes: int) -> LineFacts:
    """The line, of which something was wished so many minutes after the reply at hand was received."""
    return replace(ONE, asked=Asked.ENDING, wished=Wished(kind, NOON + timedelta(minutes=minutes)))


def test_an_agreement_that_lay_unread_does_not_undo_a_later_cancellation() -> None:
    found = does(heard(Intent.ACCEPT_DELAY), wished(ActionKind.CANCEL, 30))
    assert ([(one.kind, one.detail) for one in found.effects], found.needs_person) == (
        [(Kind.REFUSED, "overtaken")],
        True,
    )


def test_a_cancellation_ends_an_exchange_that_was_asked_for_before() -> None:
    found = does(heard(Intent.CANCEL_ORDER), wished(ActionKind.SWAP, -30))
    assert found.effects == (Effect(Kind.REQUESTED, 1, ActionKind.CANCEL),)


def test_a_cancellation_that_lay_unread_does_not_undo_a_later_exchange() -> None:
    found = does(heard(Intent.CANCEL_ORDER), wished(ActionKind.SWAP, 30))
    assert ([one.detail for one in found.effects], found.needs_person) == (["overtaken"], True)


def test_a_second_exchange_asks_for_nothing_more() -> None:
    other = Alternative("POT", "Pot", euros("9"), "", "")
    choice = Choice(Intent.TAKE_ALTERNATIVE, (1,), "POT")
    line_ = replace(wished(ActionKind.SWAP, -30), price=euros("9"), alternatives=(other,))
    found = does(heard(Intent.TAKE_ALTERNATIVE, road=Road.PAGE, choice=choice), line_)
    assert [(one.kind, one.detail) for one in found.effects] == [(Kind.REFUSED, "already_recorded")]


def noticed(hours: int) -> LineFacts:
    """The line, with a renewed notice that went so many hours before the reply was received."""
    renewed = Notice(NoticeKind.F5, NOON.date(), None, NOON - timedelta(hours=hours))
    law = LegalFacts(Jurisdiction.US_435, NOON.date(), NOON - timedelta(days=9), notices=(renewed,))
    return replace(ONE, law=law)


def test_an_answer_to_an_older_message_than_the_notice_that_stands_is_no_consent() -> None:
    found = does(heard(Intent.ACCEPT_DELAY, answers_at=NOON - timedelta(hours=9)), noticed(2))
    assert (kinds(found), found.needs_person) == ([(Kind.GAVE_LINK, None)], True)


def test_an_answer_to_the_notice_itself_is_consent() -> None:
    found = does(heard(Intent.ACCEPT_DELAY, answers_at=NOON - timedelta(hours=2)), noticed(2))
    assert Kind.GAVE_LINK not in {one.kind for one in found.effects}


def test_a_mail_that_proves_nothing_changes_no_order() -> None:
    found = does(heard(Intent.CANCEL_ORDER, road=Road.EMAIL, proven=False))
    assert (kinds(found), found.needs_person) == ([(Kind.FROZEN, 1)], True)


def test_a_mail_of_which_a_part_was_not_read_changes_no_order() -> None:
    found = does(heard(Intent.CANCEL_ORDER, road=Road.EMAIL, whole=False))
    assert (kinds(found), found.needs_person) == ([(Kind.FROZEN, 1)], True)


def test_a_stop_by_text_ends_all_texts() -> None:
    found = does(heard(Intent.OPT_OUT))
    assert [(one.channel, one.about) for one in found.effects] == [
        (Channel.SMS, MessageClass.SERVICE),
        (Channel.SMS, MessageClass.MARKETING),
    ]


def test_an_opt_out_by_email_leaves_the_news_of_the_order() -> None:
    found = does(heard(Intent.OPT_OUT, road=Road.EMAIL))
    assert [(one.channel, one.about) for one in found.effects] == [
        (Channel.EMAIL, MessageClass.MARKETING),
        (Channel.EMAIL, Scope.PROGRESS),
    ]


def test_a_likely_opt_out_is_done_and_shown_to_a_person() -> None:
    found = does(heard(Intent.OPT_OUT, LIKELY))
    assert (len(found.effects), found.needs_person) == (2, True)


def test_a_stop_of_a_stranger_counts_too() -> None:
    found = outcome_of(heard(Intent.OPT_OUT), None, POLICY)
    assert (len(found.effects), found.needs_person) == (2, False)


def test_a_start_by_text_brings_back_order_texts_alone() -> None:
    found = does(heard(Intent.OPT_IN))
    assert [(one.kind, one.about) for one in found.effects] == [(Kind.OPTED_IN, MessageClass.SERVICE)]


def test_marketing_is_not_agreed_to_without_its_disclosure() -> None:
    found = does(heard(Intent.OPT_IN, about=MessageClass.MARKETING))
    assert kinds(found) == [(Kind.ASKED_CONSENT, None)]


def test_the_answer_to_the_request_for_consent_agrees() -> None:
    found = does(heard(Intent.OPT_IN, about=MessageClass.MARKETING, asked=True))
    assert [(one.kind, one.about) for one in found.effects] == [(Kind.OPTED_IN, MessageClass.MARKETING)]


def test_words_from_the_page_go_to_a_person_whatever_they_ask() -> None:
    found = does(heard(Intent.ASK_ETA, road=Road.PAGE))
    assert (found.needs_person, "customer's page" in found.reason) == (True, True)


def test_a_choice_from_the_page_needs_no_person() -> None:
    assert not does(heard(Intent.ACCEPT_DELAY, road=Road.PAGE, choice=Choice(Intent.ACCEPT_DELAY, (1,)))).needs_person


def test_swap_by_text_only_opens_the_page() -> None:
    assert kinds(does(heard(Intent.TAKE_ALTERNATIVE, bound_to="3"))) == [(Kind.GAVE_LINK, None)]


def euros(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def chosen(price: Money | None, of: Money | None) -> Outcome:
    other = Alternative("POT", "Pot", price, "", "")
    choice = Choice(Intent.TAKE_ALTERNATIVE, (1,), "POT")
    said = heard(Intent.TAKE_ALTERNATIVE, road=Road.PAGE, choice=choice)
    return does(said, replace(ONE, price=of, alternatives=(other,)))


@pytest.mark.parametrize("price", ["10.00", "9.99"])
def test_a_product_that_costs_no_more_is_taken(price: str) -> None:
    assert chosen(euros(price), euros("10.00")).effects == (Effect(Kind.REQUESTED, 1, ActionKind.SWAP, "POT"),)


@pytest.mark.parametrize(("price", "of"), [(euros("10.01"), euros("10.00")), (None, euros("10")), (euros("9"), None)])
def test_a_dearer_product_or_one_of_unknown_price_is_not(price: Money | None, of: Money | None) -> None:
    assert [(one.kind, one.detail) for one in chosen(price, of).effects] == [(Kind.REFUSED, "dearer")]


@pytest.mark.parametrize("intent", [Intent.THANKS, Intent.AUTO_REPLY, Intent.BOUNCE])
def test_thanks_and_machines_change_nothing(intent: Intent) -> None:
    assert does(heard(intent)) == Outcome(lines=(1,))


INTENTS, LINES = (
    st.sampled_from(Intent),
    st.lists(st.sampled_from([ONE, SAME_ORDER, OTHER_ORDER]), unique_by=lambda one: one.id),
)
HEARD = st.builds(
    Heard,
    st.sampled_from(Road),
    st.just(NOON),
    st.builds(
        Classification,
        st.lists(st.builds(Wish, INTENTS, st.sampled_from(Confidence)), min_size=1, max_size=3).map(tuple),
        st.booleans(),
        st.just("read"),
    ),
    st.lists(st.sampled_from([1, 2, 3]), unique=True).map(tuple),
    st.booleans(),
    st.none(),
    st.booleans(),
    st.booleans(),
)


def ending(found: Outcome) -> list[Effect]:
    return [one for one in found.effects if one.kind is Kind.REQUESTED and one.action in ENDS]


@given(HEARD, LINES)
def test_no_words_end_a_line_that_are_not_certain_proven_and_wholly_read(said: Heard, lines: list[LineFacts]) -> None:
    found = outcome_of(said, customer(*lines) if lines else None, POLICY)
    if ending(found):
        certain = any(one.intent in DESTRUCTIVE and one.confidence is CERTAIN for one in said.reading.wishes)
        assert said.proven and said.whole and certain


@given(HEARD, LINES)
def test_what_nobody_has_proven_changes_no_order_and_grants_nothing(said: Heard, lines: list[LineFacts]) -> None:
    found = outcome_of(replace(said, proven=False), customer(*lines) if lines else None, POLICY)
    changed = {Kind.REQUESTED, Kind.ACCEPTED, Kind.KEPT, Kind.OPTED_IN, Kind.COMPLAINT, Kind.TOLD_DATES}
    assert not changed & {one.kind for one in found.effects}


@given(HEARD, LINES)
def test_a_cancellation_that_is_not_done_is_never_dropped(said: Heard, lines: list[LineFacts]) -> None:
    found = outcome_of(said, customer(*lines) if lines else None, POLICY)
    if any(one.intent is Intent.CANCEL_ORDER for one in said.reading.wishes):
        assert ending(found) or found.needs_person


@given(HEARD, LINES)
def test_a_certain_opt_out_is_done_whatever_else_is_said(said: Heard, lines: list[LineFacts]) -> None:
    found = outcome_of(said, customer(*lines) if lines else None, POLICY)
    if any(one.intent is Intent.OPT_OUT and one.may_act for one in said.reading.wishes):
        assert Kind.OPTED_OUT in {one.kind for one in found.effects}


def test_a_report_of_spam_that_nothing_proves_does_nothing() -> None:
    found = does(heard(Intent.SPAM_COMPLAINT, road=Road.EMAIL, proven=False, by_machine=True))
    assert (found.effects, found.needs_person) == ((), False)


@pytest.mark.parametrize("said", [{"proven": True, "by_machine": True}, {"proven": False, "by_machine": False}])
def test_who_calls_us_spam_gets_no_more_offers_and_reminders(said: dict[str, bool]) -> None:
    found = does(heard(Intent.SPAM_COMPLAINT, road=Road.EMAIL, **said))
    assert [(one.kind, one.about) for one in found.effects] == [
        (Kind.OPTED_OUT, MessageClass.MARKETING),
        (Kind.OPTED_OUT, Scope.PROGRESS),
    ]


def test_to_keep_an_order_that_nobody_cancels_is_no_consent_to_its_date() -> None:
    keep = heard(Intent.ACCEPT_DELAY, road=Road.OPERATOR, choice=Choice(Intent.ACCEPT_DELAY, (1,), keeps=True))
    assert does(keep).effects == (Effect(Kind.KEPT, 1, detail="nothing_to_keep"),)
