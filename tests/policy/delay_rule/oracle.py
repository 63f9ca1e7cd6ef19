"""A second, plainer reading of the delay rule: a clerk who goes through a line's file in order of time.

It shares no code with the product: it keeps a few figures, lets the days pass, and never looks back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Event:
    """One sheet of the file: notice, accept, cancel, confirm, shipped, shop_cancels, refunded, told."""

    at: datetime
    what: str
    kind: str = ""
    answers: date | None = None
    names: date | None = None


@dataclass
class Clerk:
    """What the clerk knows. `need`: the last day for a consent; `ended`: the day on which the line was over."""

    tz: ZoneInfo
    limit: date | None
    kind: str = ""
    need: date | None = None
    agreed: bool = False
    ended: date | None = None
    by_law: bool = False
    confirmed: bool = False
    shop_said_so: bool = False
    shipped_at: datetime | None = None
    refunded: bool = False
    seen: list[str] = field(default_factory=list)

    def read(self, events: Iterable[Event], now: datetime) -> "Clerk":
        for event in sorted(events, key=lambda one: one.at):
            if event.at <= now and self.shipped_at is None:
                self.days_pass(event.at)
                getattr(self, event.what)(event)
        if self.shipped_at is None and not self.shop_said_so:
            self.days_pass(now)
        return self

    def days_pass(self, moment: datetime) -> None:
        today = moment.astimezone(self.tz).date()
        for day in sorted(one for one in (self.limit, self.need) if one):
            if today > day and not self.ended:
                self.ended, self.by_law = day, True

    def notice(self, event: Event) -> None:
        if self.ended or event.answers != self.limit or not self.limit:
            return
        if event.names and event.names <= self.limit:
            return
        if self.kind or event.kind == "F5":
            kind, wants = "F5", [self.limit, self.need]
        elif event.kind == "F3" and event.names and event.names <= self.limit + MONTH:
            kind, wants = "F3", []
        else:
            kind, wants = "F4", [self.limit + MONTH]
        self.need = min((day for day in wants if day), default=None)
        self.kind, self.limit, self.agreed = kind, event.names, False

    def accept(self, event: Event) -> None:
        if self.kind and not self.ended:
            self.need, self.agreed = None, True

    def cancel(self, event: Event) -> None:
        if not self.ended:
            self.ended = event.at.astimezone(self.tz).date()

    def confirm(self, event: Event) -> None:
        self.confirmed = self.confirmed or self.ended is not None

    def shop_cancels(self, event: Event) -> None:
        self.cancel(event)
        self.shop_said_so = True

    def shipped(self, event: Event) -> None:
        self.shipped_at = event.at

    def refunded_on(self, event: Event) -> None:
        self.refunded = True

    def stands(self, *, paid: bool, unable: bool) -> str:
        if self.shipped_at:
            return "shipped"
        if self.ended:
            if self.refunded:
                return "refunded"
            if not self.confirmed and not self.shop_said_so:
                return "cancel_due"
            return "refund_due" if paid else "cancelled"
        return self._open(unable)

    def _open(self, unable: bool) -> str:
        if not self.kind:
            return "notice_due" if unable else "on_time"
        if self.kind == "F5" and self.need:
            return "awaiting_renewed_consent"
        if self.limit is None:
            return "awaiting_consent" if self.need else "consented_indefinite"
        if unable:
            return "renewal_due"
        if self.need:
            return "awaiting_consent"
        return "consented" if self.agreed else "awaiting_objection"
