"""What mode shadow would have sent, from its log. Colour: root. Called by cli."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from notifier.queries.sent import Between, LineTold, lines_told, subjects
from notifier.store.engine import Store
from notifier.terms.time import day_start, local_day
from notifier.terms.words import DeliveryMode


@dataclass(frozen=True, slots=True)
class Unsent:
    """One message that mode shadow accepted, by the shop's day; its body is kept as if it had been sent."""

    id: int
    day: date
    customer: str
    orders: tuple[str, ...]
    purpose: str
    channel: str
    subject: str


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """What would have been sent on these days, both included, oldest first."""

    first: date
    last: date
    messages: Sequence[Unsent]

    def by_day(self) -> Counter[tuple[date, str, str]]:
        """Messages by day, purpose and channel."""
        return Counter((one.day, one.purpose, one.channel) for one in self.messages)

    def as_json(self) -> dict[str, Any]:
        """The object that `notifier shadow --json` prints."""
        return {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "messages": len(self.messages),
            "customers": len({one.customer for one in self.messages}),
            "by_day": [
                {"day": day.isoformat(), "purpose": purpose, "channel": channel, "messages": count}
                for (day, purpose, channel), count in sorted(self.by_day().items())
            ],
            "listing": [
                {
                    "message": one.id,
                    "day": one.day.isoformat(),
                    "customer": one.customer,
                    "orders": list(one.orders),
                    "purpose": one.purpose,
                    "channel": one.channel,
                    "subject": one.subject,
                }
                for one in self.messages
            ],
        }


def shadow(store: Store, tz: ZoneInfo, first: date, last: date) -> ShadowReport:
    """What would have been sent from `first` to `last`, days in the shop's zone `tz`."""
    when = Between(DeliveryMode.SHADOW, day_start(first, tz), day_start(last + timedelta(days=1), tz))
    lines: dict[int, list[LineTold]] = {}
    with store.read() as tx:
        for told in lines_told(tx, when):
            lines.setdefault(told.message, []).append(told)
        named = subjects(tx, when)
    made = [
        Unsent(
            id=message,
            day=local_day(told[0].at, tz),
            customer=told[0].customer,
            orders=tuple(dict.fromkeys(one.order for one in told)),
            purpose=told[0].purpose,
            channel=told[0].channel.value,
            subject=named[message],
        )
        for message, told in lines.items()
    ]
    return ShadowReport(first, last, made)
