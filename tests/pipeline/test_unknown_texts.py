"""A text of which nobody knows whether it went is settled by the provider's list alone; caps count it meanwhile."""

from dataclasses import replace
from datetime import timedelta

from notifier.pipeline.house import House
from notifier.store.gather import Past, gather
from notifier.store.tables import MessageLine, Suppression
from notifier.terms.evidence import TextSeen
from notifier.terms.words import Channel, DeliveryMode, Outcome
from tests.doubtful import (
    MINUTE,
    PATIENCE,
    WORDS,
    Lost,
    Texts,
    attempts,
    evidence,
    found,
    hand_off,
    lose,
    number_of,
    row,
    settle,
    state,
)
from tests.rows import NOW, PROGRESS, decision, queue
from tests.shop import Shop

SMS = Channel.SMS
SOON, OVER = NOW + MINUTE, NOW + PATIENCE


def accepted(sid: str = "SM1") -> TextSeen:
    return TextSeen(sid, Outcome.ACCEPTED)


def test_the_one_text_that_fits_is_it_with_its_sid(shop: Shop, house: House) -> None:
    lost = lose(house, channel=SMS)
    settle(house, evidence(texts=Texts({number_of(lost): [accepted()]})))
    assert (state(house, lost)[0], row(house, lost.message).provider_id) == ("accepted", "SM1")


def test_it_is_asked_for_by_number_and_words_and_its_hand_off(house: House) -> None:
    lost, texts = lose(house, channel=SMS), Texts()
    settle(house, evidence(texts=texts))
    assert [(one.number, one.body, one.since) for one in texts.asked] == [(number_of(lost), WORDS.decode(), NOW)]


def test_several_that_fit_are_no_proof(shop: Shop, house: House) -> None:
    lost = lose(house, channel=SMS)
    settle(house, evidence(texts=Texts({number_of(lost): [accepted("SM1"), accepted("SM2")]})))
    assert (state(house, lost)[0], found(shop)) == ("unknown", [("twilio", "several", 1)])


def test_a_text_that_is_another_messages_is_no_proof(shop: Shop, house: House) -> None:
    other = lose(house, channel=SMS)
    settle(house, evidence(texts=Texts({number_of(other): [accepted()]})))
    lost = again_to_the_same(house, other)
    settle(house, evidence(texts=Texts({number_of(other): [accepted()]})))
    assert state(house, lost)[0] == "unknown"


def test_two_with_the_same_words_cannot_share_one_text(shop: Shop, house: House) -> None:
    first = lose(house, channel=SMS)
    second = again_to_the_same(house, first)
    settle(house, evidence(texts=Texts({number_of(first): [accepted()]})))
    assert [state(house, one)[0] for one in (first, second)] == ["unknown", "unknown"]


def again_to_the_same(house: House, lost: Lost) -> Lost:
    """Another text to the same number with the same words, unknown too."""
    again = replace(decision(lost.someone, PROGRESS, occasion="half"), channel=SMS)
    (message,) = queue(house.store, [again]).values()
    return Lost(message, hand_off(house, message, Outcome.UNKNOWN), lost.someone)


def test_a_text_that_never_arrived_is_refused_and_its_dead_number_suppressed(shop: Shop, house: House) -> None:
    lost = lose(house, channel=SMS)
    settle(house, evidence(texts=Texts({number_of(lost): [TextSeen("SM1", Outcome.REFUSED, "bad_number")]})))
    told = (
        state(house, lost),
        [one.reason for one in shop.rows(Suppression)],
        [one.live for one in shop.rows(MessageLine)],
    )
    assert told == (("refused", "bad_number"), ["bad_number"], [None])


def test_a_text_that_certainly_did_not_go_by_a_fault_of_ours_is_queued_as_any(house: House) -> None:
    lost = lose(house, channel=SMS)
    seen = TextSeen("SM1", Outcome.DEFERRED, "unregistered_sender")
    settle(house, evidence(texts=Texts({number_of(lost): [seen]})))
    after = row(house, lost.message)
    assert (after.state, after.reason, after.maybe_double, after.not_before > SOON) == (
        "queued",
        "unregistered_sender",
        False,
        True,
    )


def test_a_text_without_proof_waits_for_a_person_however_long(house: House) -> None:
    lost = lose(house, channel=SMS)
    for hours in (1, 24, 72):
        settle(house, evidence(), NOW + timedelta(hours=hours))
    assert (state(house, lost)[0], attempts(house, lost.message)) == ("unknown", 1)


def counted(house: House, lost: Lost) -> list[int]:
    past = Past(DeliveryMode.LIVE, timedelta(days=7))
    with house.store.read() as tx:
        return [one.id for one in gather(tx, [lost.someone.customer], OVER, past).contacts]


def test_it_counts_against_caps_while_nobody_knows(house: House) -> None:
    lost = lose(house, channel=SMS)
    settle(house, evidence())
    assert counted(house, lost) == [lost.message]


def test_it_counts_while_it_waits_to_go_again(house: House) -> None:
    lost = lose(house)
    settle(house, evidence(), OVER)
    assert counted(house, lost) == [lost.message]


def test_it_counts_no_more_once_it_is_proven_that_it_never_arrived(house: House) -> None:
    lost = lose(house, channel=SMS)
    settle(house, evidence(texts=Texts({number_of(lost): [TextSeen("SM1", Outcome.REFUSED, "filtered")]})))
    assert counted(house, lost) == []
