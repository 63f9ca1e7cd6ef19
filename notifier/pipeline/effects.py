"""Applies what a reply does: consent, answers to the law, actions, holds. Colour: root. Called by pipeline.receive.

All in the transaction that keeps the reply (RULES.md S3). What is said of lines goes the same way where an operator
took it down (`pipeline.answers`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from notifier import actions, consent, consent_requests, conversation, notices, waitlist
from notifier.pipeline.customer_facts import Known
from notifier.pipeline.identify import Whose
from notifier.policy.answering import Outcome
from notifier.store.engine import Transaction
from notifier.store.holds import Word, put_hold
from notifier.store.lookup import AnyRow
from notifier.store.persons import customer_of
from notifier.terms.effects import CANCELS, Effect, Kind
from notifier.terms.incoming import Incoming, Road
from notifier.terms.law import Said
from notifier.terms.words import Channel, HoldReason, MessageClass

ROADS = {Road.SMS: "reply by text", Road.EMAIL: "reply by email", Road.PAGE: "customer page", Road.OPERATOR: "operator"}
"""The source of a word on consent, by road."""


@dataclass(frozen=True, slots=True)
class Effective:
    """One kept reply with what it does. `request` is the open request for consent that it may answer, `known` its
    customer as the reply found her.
    """

    reply_id: int
    incoming: Incoming
    whose: Whose
    outcome: Outcome
    request: AnyRow | None = None
    known: Known | None = None

    def effects(self, *kinds: Kind) -> list[Effect]:
        """Its effects of these kinds."""
        return [one for one in self.outcome.effects if one.kind in kinds]


@dataclass(frozen=True, slots=True)
class Spoken:
    """Who said something about lines of a customer: received at the UTC instant `at`, by whom and how."""

    customer_id: int
    brand: str
    at: datetime
    by: str
    channel: str
    reply_id: int | None = None


def apply(tx: Transaction, done: Effective, now: datetime) -> None:
    """Write what the reply does, as of its receipt; `now` is when we know it."""
    _consents(tx, done, now)
    customer_id, incoming = done.whose.customer_id, done.incoming
    if customer_id is None:
        return
    spoken = Spoken(
        customer_id, done.whose.brand, incoming.received_at, incoming.actor, incoming.road.value, done.reply_id
    )
    say_of_lines(tx, spoken, done.outcome.effects, now)
    if done.effects(Kind.COMPLAINT):
        put_hold(tx, Word(customer_id, incoming.actor, incoming.received_at), HoldReason.COMPLAINT, None)


def say_of_lines(tx: Transaction, spoken: Spoken, effects: Sequence[Effect], now: datetime) -> None:
    """Write what was said of order lines: answers to the law, actions asked for, actions taken back."""
    notices.keep_answers(tx, list(_answers(spoken, effects)), now)
    kept = [one.line_id for one in effects if one.kind is Kind.KEPT and one.line_id and not one.detail]
    if kept:
        actions.take_back(tx, kept, spoken.by, now)
    ended = [one.line_id for one in effects if one.action in CANCELS and one.line_id]
    if ended:
        actions.drop_swaps(tx, ended, spoken.by, now)
    wanted = [
        actions.Request(
            one.action, spoken.brand, spoken.customer_id, one.line_id, spoken.at, spoken.by, spoken.reply_id, one.detail
        )
        for one in effects
        if one.kind is Kind.REQUESTED and one.action is not None and one.line_id is not None
    ]
    actions.request(tx, wanted, now)


def _answers(spoken: Spoken, effects: Sequence[Effect]) -> Iterator[notices.Heard]:
    """What was said to the law on delays, by line. What stood already is not written again."""
    for one in effects:
        said = _said(one)
        if said is not None and one.line_id is not None:
            yield notices.Heard(one.line_id, said, spoken.at, spoken.by, spoken.channel)


def _said(effect: Effect) -> Said | None:
    if effect.kind is Kind.REQUESTED and effect.action in CANCELS:
        return Said.CANCEL
    if effect.detail:
        return None
    return {Kind.ACCEPTED: Said.ACCEPT, Kind.KEPT: Said.KEEP}.get(effect.kind)


def _consents(tx: Transaction, done: Effective, now: datetime) -> None:
    for one in done.effects(Kind.OPTED_OUT, Kind.OPTED_IN):
        granted = one.kind is Kind.OPTED_IN
        channel, about = one.channel or Channel.EMAIL, one.about or MessageClass.SERVICE
        address_id = address_for(tx, done, channel, now)
        if address_id is None and done.whose.customer_id is None:
            continue
        word = consent.Word(
            brand=done.whose.brand,
            channel=channel,
            about=about,
            granted=granted,
            at=done.incoming.received_at,
            source=ROADS[done.incoming.road],
            address_id=address_id,
            customer_id=done.whose.customer_id if address_id is None else None,
            wording=_wording(done.incoming)[:MOST_WORDING] if granted else "",
            evidence=_evidence(done.incoming) if granted else "",
        )
        if granted and about is MessageClass.MARKETING:
            word = _agreed(tx, done, word)
        consent.keep_words(tx, [word, *_of_others(done, word)], now)
        if granted and done.incoming.road is Road.SMS and channel is Channel.SMS and address_id is not None:
            # The provider blocked the number at its own opt-out, and opened it again at this very word, which no page
            # and no operator can say in its place (S5).
            consent.lift(tx, done.whose.brand, address_id, consent.OPTED_OUT, now)


def _evidence(incoming: Incoming) -> str:
    """Which reply said so, and what its road knows of where it came from."""
    return "; ".join(filter(None, (f"{incoming.road}:{incoming.key}", incoming.evidence)))


def _of_others(done: Effective, word: consent.Word) -> list[consent.Word]:
    """The same no to each other brand that may have been meant, where it is about the address that said it."""
    sender = done.whose.sender
    if word.granted or word.address_id is None or sender is None or sender.channel is not word.channel:
        return []
    return [replace(word, brand=one) for one in done.whose.brands if one != word.brand]


MOST_WORDING = 1000


def _agreed(tx: Transaction, done: Effective, word: consent.Word) -> consent.Word:
    """Consent to marketing with what it answers: the very words that were shown, and by which message (RULES.md S1).

    It confirms the sign-ups that wait for it.
    """
    request, at = done.request, done.incoming.received_at
    if request is None or request.channel != word.channel:
        return word
    consent_requests.confirm(tx, request.id, at)
    theirs = {"brand": request.brand, "address_id": request.address_id, "channel": request.channel}
    waitlist.confirm(tx, theirs, at)
    shown = consent_requests.text_shown(tx, request.message_id) if done.incoming.road is Road.SMS else ""
    proof = (word.evidence, f"asked by message {request.message_id}", request.evidence)
    return replace(word, wording=shown or request.wording, evidence="; ".join(filter(None, proof)))


def _wording(incoming: Incoming) -> str:
    """What was agreed to: the customer's own words, or those that stood beside what was chosen."""
    chosen = incoming.choice.wording if incoming.choice is not None else ""
    return chosen or incoming.words.strip()


def address_named(tx: Transaction, message: AnyRow | None, wrote: int | None, channel: Channel) -> int | None:
    """The address on `channel` of a reply to `message` that came from address `wrote`; None where neither is one."""
    if message is not None and message.channel == channel:
        found: int = message.address_id
        return found
    return wrote if wrote is not None and conversation.channel_of(tx, wrote) == channel else None


def address_for(tx: Transaction, done: Effective, channel: Channel, now: datetime) -> int | None:
    """The address on `channel` that a word is about; None: the customer as a whole."""
    whose = done.whose
    if whose.sender is not None and whose.sender.channel is channel:
        return conversation.keep_address(tx, whose.sender, now)
    found = address_named(tx, whose.message, done.incoming.address_id, channel)
    if found is not None:
        return found
    if whose.customer_id is None or done.incoming.road is Road.OPERATOR:
        return None
    customer = customer_of(tx, whose.customer_id)
    theirs: int | None = customer.email_id if channel is Channel.EMAIL else customer.phone_id
    return theirs
