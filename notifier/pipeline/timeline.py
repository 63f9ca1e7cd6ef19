"""What was decided, said, heard and done for a customer or an order, newest first, in words. Colour: root.

Called by the web's console. Like explain it reads the log and judges nothing; a page of it costs the same whatever the
length of the story.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from notifier.pipeline.heard_words import NAMES
from notifier.pipeline.house import House
from notifier.pipeline.narration import Happening, happenings
from notifier.pipeline.seen import plain, seen
from notifier.pipeline.wording import WallClock, way
from notifier.queries.backorders import Backorder, lines_of_order
from notifier.queries.heard import ActionTold, ReplyTold
from notifier.queries.newest import Mark, Newest, Noted, Since, Whose, cut, newest
from notifier.queries.people_shown import CustomerShown, OrderShown, customer_shown, order_shown
from notifier.queries.stories import ContactTold, DecisionTold, MessageTold, PromiseMade, of_message
from notifier.terms.effects import ActionKind
from notifier.terms.words import HoldReason, Verdict

A_PAGE = 30


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that was asked: its name, pass, hold or skip, and what it saw, in words."""

    rule: str
    result: str
    saw: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing at `at`. `kind` is sent, waited, skipped, message, reply, action, contact, promise, order, hold or
    consent. `message` is one of the outbox, `quoted` what a customer wrote with its subject, `steps` the rules asked,
    `told` the dates told, `text` a text message's words, `order_id` an order's page.
    """

    at: datetime
    kind: str
    words: str
    message: MessageTold | None = None
    steps: tuple[Step, ...] = ()
    told: tuple[PromiseMade, ...] = ()
    quoted: tuple[str, str] = ("", "")
    text: str = ""
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of entries, newest first; `rest` is where the next page begins (None: this is the last)."""

    entries: tuple[Entry, ...]
    rest: Mark | None


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """A customer with a page of their story."""

    customer: CustomerShown
    timeline: Timeline


@dataclass(frozen=True, slots=True)
class OrderPage:
    """An order with its lines and a page of its story."""

    order: OrderShown
    lines: tuple[Backorder, ...]
    timeline: Timeline


def customer_page(house: House, customer_id: int, mark: Mark | None, now: datetime) -> CustomerPage | None:
    """The customer with this id, and a page of their story from `mark` on (None: the newest); None for nobody."""
    with house.store.read() as tx:
        who = customer_shown(tx, customer_id, now)
        if who is None:
            return None
        since = Since(mark, A_PAGE)
        found, rest = cut(newest(tx, Whose(who.id, who.shown, who.brand), since), since)
    return CustomerPage(who, Timeline(_entries(house, found), rest))


def order_page(house: House, order_id: int, mark: Mark | None, now: datetime) -> OrderPage | None:
    """The order with this id, and a page of what concerns it from `mark` on (None: the newest); None for none."""
    with house.store.read() as tx:
        what = order_shown(tx, order_id, now)
        if what is None:
            return None
        who, since = what.customer, Since(mark, A_PAGE)
        found, rest = cut(newest(tx, Whose(who.id, who.shown, who.brand, what.id, what.key), since), since)
        lines = lines_of_order(tx, order_id, now)
    return OrderPage(what, lines, Timeline(_entries(house, found), rest))


def message_story(house: House, message_id: int) -> Timeline:
    """What concerns one message of the outbox, whole: why it was made, what became of it, what was answered."""
    with house.store.read() as tx:
        chapters = of_message(tx, message_id)
    found = [one for chapter in chapters for one in _entries(house, Newest(chapter, (), {}, {}))]
    return Timeline(tuple(found), None)


def _entries(house: House, found: Newest) -> tuple[Entry, ...]:
    clock = WallClock(house.judging.policy.timezone)
    told = [_entry(one, found) for one in happenings(found.chapter, clock, brief=True)]
    noted = [Entry(one.at, *_noted(one, clock), order_id=one.order_id) for one in found.noted]
    return tuple(sorted([*noted, *told], key=lambda one: one.at, reverse=True))


def _entry(one: Happening, found: Newest) -> Entry:
    promises = tuple(p for p in found.chapter.promises if one.message is not None and p.message == one.message.id)
    text = found.texts.get(one.message.id, "") if one.message is not None else ""
    match one.of:
        case DecisionTold():
            kinds = {Verdict.SEND: "sent", Verdict.HOLD: "waited"}
            kind = kinds.get(Verdict(one.of.verdict), "skipped")
            return Entry(one.at, kind, one.words, one.message, tuple(_steps(one.of)), promises, text=text)
        case MessageTold():
            return Entry(one.at, "message", one.words, one.message, told=promises, text=text)
        case ReplyTold():
            return Entry(one.at, "reply", one.words, quoted=found.words.get(one.of.id, ("", "")))
        case PromiseMade():
            return Entry(one.at, "promise", one.words, told=(one.of,))
        case ContactTold() | ActionTold():
            return Entry(one.at, "contact" if isinstance(one.of, ContactTold) else "action", one.words)


def _steps(decision: DecisionTold) -> Iterator[Step]:
    for step in decision.trace:
        yield Step(plain(step.rule), step.result, tuple(seen(step.rule, *each) for each in step.saw))


_HELD = {
    HoldReason.COMPLAINT: "after a complaint",
    HoldReason.CALL: "after a call",
    HoldReason.HOLD: "by the word of the team",
}


def _noted(one: Noted, clock: WallClock) -> tuple[str, str]:
    """Kind and sentence of what stands beside the log."""
    on = f"On {clock.at(one.at)}"
    match one.kind:
        case "order":
            through = f" through {one.by}" if one.by else ""
            return "order", f"{on} order {one.about[0]} was placed{through}."
        case "action":
            kind, order, line, alarm = one.about
            late = " It is an alarm: the law or the customer waits." if alarm else ""
            asked = f"{on} a {NAMES[ActionKind(kind)]} of order {order}, line {line}, was asked for by {one.by}"
            return "action", f"{asked}; the shop has not done it yet.{late}"
        case "hold":
            until = f" until {clock.at(one.until)}" if one.until else " until somebody lifts it"
            why = _HELD.get(HoldReason(one.about[0]), "")
            return "hold", f"{on} {one.by} held back messages without news {why}{until}."
        case "lifted":
            return "hold", f"{on} {one.by} lifted the hold."
        case _:
            said, message_class, channel = one.about
            verb = "agreed to" if said == "granted" else "said no to"
            what = f"{message_class} messages by {way(channel)}"
            return "consent", f"{on} the customer {verb} {what} ({one.by or 'no source'})."
