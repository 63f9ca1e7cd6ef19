"""What an operator answers in the inbox reaches the customer once: by email, or by text where that is allowed."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_string, policy
from pathlib import Path

import pytest

from notifier.errors import UsageError
from notifier.pipeline.content import links_of
from notifier.pipeline.desk import snooze
from notifier.pipeline.house import House
from notifier.pipeline.inbox import conversation_of, inbox
from notifier.pipeline.receipts import Taken, take_receipt
from notifier.pipeline.receive import receive
from notifier.pipeline.relay import relay_answers
from notifier.pipeline.team_answers import CALL_BACK_WITHIN, Answering, Kept, answer, draft, unwrapped, way_of
from notifier.pipeline.undo import undo
from notifier.render.links import unsigned
from notifier.store.tables import Contact, Message, Reply, ReplyDesk, Suppression, TeamAnswer, TextDay
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.evidence import Receipt, Word
from notifier.terms.incoming import Incoming, Road
from notifier.terms.words import Channel, DeliveryMode, Outcome
from tests.pipeline.inbox.hearing import HOUR, hear
from tests.pipeline.test_receive_texts import ANN, told_by_text
from tests.pipeline.test_relay import Refusing
from tests.pipeline.test_sources import Postbox, team
from tests.shop import NOON, Shop, rendering

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""

THEN = NOON + 2 * HOUR
SOON = THEN + CALL_BACK_WITHIN
HELLO = "We will call you."


@pytest.fixture
def texted(tmp_path: Path, database_url: str) -> Shop:
    """Ann, in California, was told by text, and has answered by text at NOON."""
    shop = told_by_text(tmp_path, database_url)
    with shop.house() as opened:
        receive(opened, Incoming(Road.SMS, "1", NOON, "hmm", ANN), NOON)
    return shop


def say(house: House, words: str = HELLO, now: datetime = THEN, **more: object) -> Kept:
    return answer(house, Answering(1, words, "Kim", **more), now)  # type: ignore[arg-type]


def relayed(house: House, postbox: Postbox, now: datetime = SOON, channel: Channel = Channel.EMAIL) -> int:
    return asyncio.run(relay_answers(house, {channel: postbox}, team(Postbox()), lambda: now))


def test_an_answer_reaches_the_customer_as_it_was_written(house: House) -> None:
    say(house)
    postbox = Postbox()
    relayed(house, postbox)
    assert message_from_string(postbox.mails[0], policy=policy.default).get_content().strip() == HELLO


def test_an_answer_waits_some_seconds_so_that_it_can_be_taken_back(house: House) -> None:
    say(house)
    assert (relayed(house, Postbox(), THEN), relayed(house, Postbox())) == (0, 1)


def test_an_answer_that_was_taken_back_never_goes(shop: Shop, house: House) -> None:
    say(house)
    undo(house, 1, "Kim", THEN)
    assert (relayed(house, Postbox()), len(inbox(house))) == (0, 1)


def test_an_answer_that_has_gone_cannot_be_taken_back(house: House) -> None:
    say(house)
    relayed(house, Postbox())
    with pytest.raises(UsageError, match="has gone"):
        undo(house, 1, "Kim", SOON)


def test_the_same_click_twice_sends_one_answer(shop: Shop, house: House) -> None:
    say(house, key="nonce", done=False)
    assert (say(house, key="nonce", done=False).again, len(shop.rows(TeamAnswer))) == (True, 1)


def test_the_same_answer_goes_after_it_was_taken_back(shop: Shop, house: House) -> None:
    say(house)
    undo(house, 1, "Kim", THEN)
    assert (say(house).again, relayed(house, Postbox())) == (False, 1)


def test_the_same_answer_goes_again_after_it_was_refused(shop: Shop, house: House) -> None:
    refusing = Refusing()
    refusing.says = Outcome.REFUSED
    say(house)
    relayed(house, refusing)
    assert (say(house, now=SOON).again, relayed(house, Postbox(), SOON + CALL_BACK_WITHIN)) == (False, 1)


def test_nobody_answers_unseen_what_somebody_else_has_answered(shop: Shop, house: House) -> None:
    say(house, done=False, seen=0)
    with pytest.raises(UsageError, match="since you opened reply 1, Kim wrote an answer"):
        answer(house, Answering(1, HELLO, "Sam", done=False, seen=0), THEN)
    assert len(shop.rows(TeamAnswer)) == 1


def test_what_is_answered_is_done(house: House) -> None:
    say(house)
    assert inbox(house) == []


def test_a_reply_may_wait_on_after_an_answer(house: House) -> None:
    say(house, done=False)
    assert len(inbox(house)) == 1


def test_what_does_not_arrive_waits_again_and_rests_no_longer(shop: Shop, house: House) -> None:
    say(house, done=False)
    snooze(house, 1, THEN + HOUR, "Kim", THEN)
    relayed(house, Refusing())
    assert "did not reach the customer" in shop.rows(Reply)[0].reason
    assert [row.snoozed_until for row in shop.rows(ReplyDesk)] == [None]


def test_it_is_a_contact_of_the_operator(shop: Shop, house: House) -> None:
    say(house)
    relayed(house, Postbox())
    last = shop.rows(Contact)[-1]
    assert (last.actor, last.summary) == ("Kim", "answered from the inbox")


def test_it_stands_in_the_conversation_with_who_wrote_it(house: House) -> None:
    say(house)
    _, turns = conversation_of(house, 1)
    assert (turns[-1].who, turns[-1].words) == ("Kim", HELLO)


def test_an_answer_without_words_is_refused(house: House) -> None:
    with pytest.raises(UsageError, match="without words"):
        say(house, " \x00\n ")


def test_an_answer_without_an_end_is_refused(house: House) -> None:
    with pytest.raises(UsageError, match="shorten"):
        say(house, "a" * 100_000)


def test_for_somebody_unknown_nothing_is_answered(house: House) -> None:
    hear(house, message=None, sender="zoe@shop.example.com")
    with pytest.raises(UsageError, match="assign it to a customer"):
        answer(house, Answering(2, HELLO, "Kim"), THEN)


def test_a_ready_answer_is_drafted_with_the_customers_order(house: House) -> None:
    assert "about order O-ann. We would rather" in draft(house, rendering(), 1, "call_you", THEN)


def test_a_ready_answer_that_is_not_there_is_told_with_those_that_are(house: House) -> None:
    with pytest.raises(UsageError, match="call_you"):
        draft(house, rendering(), 1, "nonsense", THEN)


def test_a_drafted_link_is_the_customers_key_only_once_it_goes(shop: Shop, house: House) -> None:
    paged = replace(house, web=replace(house.web, public_url="https://oak.example"))
    link = links_of(paged, shop.rows(Message)[0]).page
    drafted = draft(paged, rendering(), 1, "sorry", THEN)
    assert (unsigned(link) in drafted, link in drafted) == (True, False)
    say(paged, drafted)
    assert link in shop.rows(TeamAnswer)[0].words


def test_a_list_keeps_its_lines() -> None:
    assert unwrapped("One\ntwo\n\n- a\n- b\n  c\n") == "One two\n\n- a\n- b c"


class Phone(Postbox):
    """A channel for texts that keeps the parcels."""

    async def send(self, parcel: Parcel) -> SendResult:
        self.parcels = [*getattr(self, "parcels", []), parcel]
        return await super().send(parcel)


def test_who_wrote_by_text_is_answered_by_text(texted: Shop) -> None:
    phone = Phone()
    with texted.house() as house:
        say(house, now=NOON + timedelta(minutes=5))
        relayed(house, phone, NOON + timedelta(minutes=6), Channel.SMS)
    assert [(one.recipient, one.body.decode()) for one in phone.parcels] == [(ANN, HELLO)]


def test_a_text_must_leave_before_the_quarter_of_an_hour_is_over(texted: Shop) -> None:
    phone = Phone()
    with texted.house() as house:
        say(house, now=NOON + timedelta(minutes=5))
        relayed(house, phone, NOON + timedelta(minutes=6), Channel.SMS)
    assert phone.parcels[0].valid_seconds == 9 * 60


def test_a_text_counts_among_those_of_the_day(texted: Shop) -> None:
    before = {row.region: row.used for row in texted.rows(TextDay)}
    with texted.house() as house:
        say(house, now=NOON + timedelta(minutes=5))
        relayed(house, Phone(), NOON + timedelta(minutes=6), Channel.SMS)
    assert all(row.used == before[row.region] + 1 for row in texted.rows(TextDay))


def test_a_text_that_did_not_go_counts_no_more(texted: Shop) -> None:
    before = {row.region: row.used for row in texted.rows(TextDay)}
    refusing = Refusing()
    refusing.says = Outcome.REFUSED
    with texted.house() as house:
        say(house, now=NOON + timedelta(minutes=5))
        relayed(house, refusing, NOON + timedelta(minutes=6), Channel.SMS)
    assert {row.region: row.used for row in texted.rows(TextDay)} == before


def test_at_night_a_text_waits_for_its_hour(texted: Shop) -> None:
    night = NOON + timedelta(hours=13)
    with texted.house() as house:
        kept = say(house, now=night)
        went = relayed(house, Phone(), night + timedelta(minutes=1), Channel.SMS)
    assert (kept.channel, kept.goes_at > night + timedelta(hours=2), went) == (Channel.SMS, True, 0)


def test_after_an_opt_out_no_text_goes_to_the_number(texted: Shop) -> None:
    with texted.house() as house:
        receive(house, Incoming(Road.SMS, "2", NOON + HOUR, "STOP", ANN), NOON + HOUR)
        assert way_of(house, 1, NOON + HOUR).channel is Channel.EMAIL


def test_a_stop_that_comes_before_the_answer_goes_keeps_it_back(texted: Shop) -> None:
    phone = Phone()
    with texted.house() as house:
        say(house, now=NOON + timedelta(minutes=5))
        receive(house, Incoming(Road.SMS, "2", NOON + timedelta(minutes=5), "STOP", ANN), NOON + timedelta(minutes=5))
        relayed(house, phone, NOON + timedelta(minutes=6), Channel.SMS)
    assert (phone.mails, "asked not to get" in texted.rows(Reply)[0].reason) == ([], True)


def test_a_text_that_is_too_long_is_refused(texted: Shop) -> None:
    with texted.house() as house, pytest.raises(UsageError, match="segments"):
        say(house, "word " * 400, NOON + timedelta(minutes=5))


class Carrier(Phone):
    """Takes a text, or says `code`, and calls it SM1."""

    code = ""

    async def send(self, parcel: Parcel) -> SendResult:
        outcome = Outcome.REFUSED if self.code else Outcome.ACCEPTED
        return SendResult(0, 0, outcome, self.code, "", "SM1")


def carried(shop: Shop, carrier: Carrier, *receipts: Receipt, mode: DeliveryMode = DeliveryMode.LIVE) -> list[Taken]:
    """Kim's answer goes by text, and then the provider says these."""
    with shop.house() as opened:
        house = replace(opened, sending=replace(opened.sending, mode=mode))
        say(house, now=NOON + timedelta(minutes=5))
        relayed(house, carrier, NOON + timedelta(minutes=6), Channel.SMS)
        return [take_receipt(house, one, NOON + timedelta(minutes=7)) for one in receipts]


def test_a_text_that_the_carrier_refuses_later_opens_the_reply_again(texted: Shop) -> None:
    failed = Receipt(Word.FAILED, provider_id="SM1", code="rejected")
    assert carried(texted, Carrier(), failed, failed) == [Taken.SETTLED, Taken.NOTHING]
    assert [row.state for row in texted.rows(TeamAnswer)] == ["refused"]
    assert "did not reach the customer" in texted.rows(Reply)[0].reason


def test_a_text_that_arrives_stays_sent(texted: Shop) -> None:
    carried(texted, Carrier(), Receipt(Word.DELIVERED, provider_id="SM1"))
    assert [row.state for row in texted.rows(TeamAnswer)] == ["sent"]


def test_a_receipt_of_another_text_says_nothing_of_an_answer(texted: Shop) -> None:
    assert carried(texted, Carrier(), Receipt(Word.FAILED, provider_id="SM2")) == [Taken.NOTHING]


def test_a_number_that_opted_out_at_the_provider_is_suppressed_by_the_receipt(texted: Shop) -> None:
    carried(texted, Carrier(), Receipt(Word.FAILED, provider_id="SM1", code="opted_out"))
    assert [row.reason for row in texted.rows(Suppression)] == ["opted_out"]


def test_in_mode_redirect_no_number_is_suppressed(texted: Shop) -> None:
    failed = Receipt(Word.FAILED, provider_id="SM1", code="opted_out")
    carried(texted, Carrier(), failed, mode=DeliveryMode.REDIRECT)
    assert texted.rows(Suppression) == []


def test_a_number_that_opted_out_at_the_provider_is_suppressed_at_the_hand_off(texted: Shop) -> None:
    carrier = Carrier()
    carrier.code = "opted_out"
    carried(texted, carrier)
    assert [row.reason for row in texted.rows(Suppression)] == ["opted_out"]
