"""Explain: what was decided about, said to and heard from a customer, as JSON and in plain language. Colour: root.

Called by cli.show and the web. It reads the log and judges nothing: the reasons are those of the day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from notifier.pipeline.narration import again, paragraphs
from notifier.pipeline.wording import WallClock
from notifier.queries.heard import ActionTold, ReplyTold
from notifier.queries.stories import (
    Chapter,
    ContactTold,
    DecisionTold,
    MessageTold,
    PromiseMade,
    of_customer,
    of_message,
    of_order,
)
from notifier.store.engine import Store, Transaction
from notifier.terms.time import utc


@dataclass(frozen=True, slots=True)
class Story:
    """What the log holds of one customer of one brand; `tz` is the shop's zone, in which the text tells the time."""

    chapter: Chapter
    tz: ZoneInfo

    def as_json(self) -> dict[str, Any]:
        """The object that `notifier explain --json` prints; instants are ISO 8601 in UTC, days plain."""
        told = self.chapter
        return {
            "customer": told.customer,
            "brand": told.brand,
            "decisions": [_decision(one) for one in told.decisions],
            "messages": [_message(one) for one in told.messages],
            "contacts": [_contact(one) for one in told.contacts],
            "promises": [_promise(one) for one in told.promises],
            "replies": [_reply(one) for one in told.replies],
            "actions": [_action(one) for one in told.actions],
            "looked_at_again": _instant(told.due_at),
        }

    def as_text(self) -> str:
        """Paragraphs in the order of time, in the shop's zone; never an address, never what a message said."""
        title = f"Customer {self.chapter.customer} ({self.chapter.brand}). Times are those of {self.tz.key}."
        clock = WallClock(self.tz)
        told = paragraphs(self.chapter, clock) or ["Nothing was decided or said yet."]
        return "\n\n".join([title, *told, *again(self.chapter.due_at, clock)])


def explain_customer(store: Store, key: str, tz: ZoneInfo) -> list[Story]:
    """The stories of the customers with the shop's `key`, one a brand; none for a key nobody has."""
    return _stories(store, lambda tx: of_customer(tx, key), tz)


def explain_order(store: Store, key: str, tz: ZoneInfo) -> list[Story]:
    """What concerns the order with the shop's `key`, one story a brand; none for an order nobody placed."""
    return _stories(store, lambda tx: of_order(tx, key), tz)


def explain_message(store: Store, message_id: int, tz: ZoneInfo) -> list[Story]:
    """What concerns one message by its id in the outbox: one story, or none."""
    return _stories(store, lambda tx: of_message(tx, message_id), tz)


def _stories(store: Store, read: Callable[[Transaction], list[Chapter]], tz: ZoneInfo) -> list[Story]:
    with store.read() as tx:
        return [Story(chapter, tz) for chapter in read(tx)]


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else utc(moment).isoformat()


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _decision(one: DecisionTold) -> dict[str, Any]:
    return {
        "at": _instant(one.at),
        "run": one.run,
        "verdict": one.verdict,
        "reason": one.reason,
        "purpose": one.purpose,
        "channel": one.channel,
        "notice": one.notice,
        "orders": list(dict.fromkeys(line.order for line in one.lines)),
        "lines": [line.line for line in one.lines],
        "trace": [{"rule": step.rule, "result": step.result, "saw": dict(step.saw)} for step in one.trace],
        "hold_until": _instant(one.hold_until),
        "times": one.times,
        "last_at": _instant(one.last_at),
        "message": one.message,
    }


def _contact(one: ContactTold) -> dict[str, Any]:
    named = ("direction", "actor", "channel", "purpose", "message", "summary")
    return {"at": _instant(one.at)} | {name: getattr(one, name) for name in named}


def _promise(one: PromiseMade) -> dict[str, Any]:
    named = {name: getattr(one, name) for name in ("order", "line", "message", "channel")}
    return {"at": _instant(one.told_at)} | named | {"eta_from": _day(one.eta_from), "eta_to": _day(one.eta_to)}


def _action(one: ActionTold) -> dict[str, Any]:
    return {"at": _instant(one.at)} | {name: getattr(one, name) for name in ("kind", "state", "order", "line", "by")}


def _reply(one: ReplyTold) -> dict[str, Any]:
    answers = [
        {"channel": answer.channel, "verdict": answer.verdict, "reason": answer.reason, "message": answer.message}
        for answer in one.answers
    ]
    named = ("id", "road", "actor", "intent", "confidence", "answers_to", "waits", "closed_by")
    lists = {"orders": list(one.orders), "effects": list(one.effects), "answers": answers}
    return {"at": _instant(one.at)} | {name: getattr(one, name) for name in named} | lists


def _message(one: MessageTold) -> dict[str, Any]:
    return {
        "id": one.id,
        "channel": one.channel,
        "purpose": one.purpose,
        "state": one.state,
        "reason": one.reason,
        "subject": one.subject,
        "orders": list(dict.fromkeys(line.order for line in one.lines)),
        "lines": [line.line for line in one.lines],
        "queued_at": _instant(one.queued_at),
        "handed_off_at": _instant(one.handed_off_at),
        "settled_at": _instant(one.settled_at),
        "maybe_double": one.maybe_double,
        "found": [found.as_json() for found in one.found],
        "attempts": [
            {
                "started_at": _instant(attempt.started_at),
                "ended_at": _instant(attempt.ended_at),
                "outcome": attempt.outcome,
                "code": attempt.code,
                "said": attempt.raw,
                "receipt": attempt.receipt,
                "receipt_code": attempt.receipt_code,
                "receipt_at": _instant(attempt.receipt_at),
            }
            for attempt in one.attempts
        ],
    }
