"""Random stories under US law: a shop, its buyer and its mail do what they like; each step is checked by others."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from notifier.policy.delay_rule import DelayFigures, answer_counts, is_issued, stand
from notifier.terms.facts import Eta, LineFacts
from notifier.terms.law import OWED, Answer, Jurisdiction, LegalFacts, LegalStanding, Notice, Said
from notifier.terms.time import EtaRange, utc
from notifier.terms.words import LineStatus, NoticeKind
from tests.policy.delay_rule.lawful import expected, lawful
from tests.policy.delay_rule.oracle import Clerk, Event

ZONES = {"America/New_York": "US", "Pacific/Auckland": "NZ", "Europe/Berlin": "DE", "Asia/Kathmandu": "XX"}
BEGIN = date(2027, 2, 20)
HOURS = st.sampled_from((1, 5, 12, 24, 24, 48, 120, 240))
MINUTES = st.integers(1, 24 * 60 * 30)
ENDED = (LineStatus.SHIPPED, LineStatus.CANCELLED)


class Walk(RuleBasedStateMachine):
    """`line` is what the product judges; `file` is what the clerk reads."""

    @initialize(zone=st.sampled_from(sorted(ZONES)), days=st.integers(0, 40), late=st.integers(-9, 9), shop=st.data())
    def order(self, zone: str, days: int, late: int, shop: st.DataObject) -> None:
        self.tz = ZoneInfo(zone)
        figures = [shop.draw(st.integers(0, 9), label=name) for name in ("decide", "lead", "handling")]
        settle = timedelta(hours=shop.draw(st.sampled_from((0, 0, 4, 100)), label="settle"))
        self.figures = DelayFigures(self.tz, ZONES[zone], figures[0], figures[1], settle, figures[2])
        self.now = utc(datetime(BEGIN.year, BEGIN.month, BEGIN.day, 9, tzinfo=self.tz))
        self.ordered_at = self.now
        promised = BEGIN + timedelta(days=days)
        seen = max(self.now, self.now + timedelta(days=days + late)) if late > 0 else self.now
        law = LegalFacts(Jurisdiction.US_435, promised, seen, paid=shop.draw(st.booleans(), label="paid"))
        self.line: LineFacts = lawful(law, ordered_at=self.now, forecast=expected("none"))
        self.file: list[Event] = []
        self.lost: Event | None = None

    # ── what the world does ──

    @rule(hours=HOURS)
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(minutes=MINUTES)
    def time_passes_by_the_minute(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def time_passes_to_the_next_look(self) -> None:
        found = self.standing()
        self.now = found.look_again or self.now + timedelta(days=1)

    @rule(first=st.integers(-5, 80), width=st.integers(0, 10))
    def the_forecast_moves(self, first: int, width: int) -> None:
        day = self.today + timedelta(days=first)
        self._forecast(forecast=Eta(EtaRange(day, day + timedelta(days=width)), "line"))

    @rule(covered=st.booleans())
    def stock_comes_or_goes(self, covered: bool) -> None:
        self._forecast(covered=covered)

    @rule()
    def the_date_is_lost(self) -> None:
        self._forecast(forecast=expected("none"))

    @rule(arrives=st.sampled_from((True, True, True, False)))
    def the_sender_sends_what_is_owed(self, arrives: bool) -> None:
        self._tick()
        owed = self.standing()
        if owed.state not in OWED or is_issued(self.line, owed) or (owed.send_from and owed.send_from > self.now):
            return
        assert owed.answers is not None
        self._notice(Notice(owed.notice, owed.answers, owed.revised, self.now), arrives=arrives)

    @precondition(lambda self: self.line.law.notices and self.line.law.notices[-1].sent_at)
    @rule()
    def the_last_notice_bounces(self) -> None:
        *before, last = self.law.notices
        self.file = [one for one in self.file if (one.what, one.at) != ("notice", last.sent_at)]
        self._law(notices=(*before, replace(last, sent_at=None)))

    @precondition(lambda self: self.lost and self.line.law.notices and self.line.law.notices[-1].sent_at is None)
    @rule()
    def an_unknown_notice_is_proved(self) -> None:
        *before, last = self.law.notices
        assert self.lost is not None
        if (last.answers, last.revised) == (self.lost.answers, self.lost.names):
            self.file.append(self.lost)
            self._law(notices=(*before, replace(last, sent_at=self.lost.at)))
            self.lost = None

    @rule(kind=st.sampled_from((NoticeKind.F3, NoticeKind.F4, NoticeKind.F5)), wait=st.integers(0, 70), ago=MINUTES)
    def an_older_tool_had_told(self, kind: NoticeKind, wait: int, ago: int) -> None:
        answers = self.standing().limit or self.law.promised
        if not any((one.answers, one.kind) == (answers, kind) for one in self.law.notices):
            revised = answers + timedelta(days=wait) if wait else None
            self._notice(Notice(kind, answers, revised, self._past(ago)), arrives=True)

    @rule(said=st.sampled_from((Said.ACCEPT, Said.ACCEPT, Said.CANCEL, Said.CONFIRM)))
    def somebody_answers(self, said: Said) -> None:
        self._tick()
        counts, before = answer_counts(self.line, said, self.figures, self.now), self.standing()
        self._answer(said, self.now)
        if counts:
            assert self.standing() == before, f"{said} was refused ({counts}), and moved the line"

    @rule(said=st.sampled_from((Said.ACCEPT, Said.CANCEL)), ago=MINUTES)
    def an_answer_is_read_late(self, said: Said, ago: int) -> None:
        self._answer(said, self._past(ago))

    @precondition(lambda self: self.line.status not in ENDED)
    @rule(ahead=st.sampled_from((0, 0, 30)))
    def it_ships(self, ahead: int) -> None:
        self._tick()
        moment = self.now + timedelta(hours=ahead)
        self.line = replace(self.line, status=LineStatus.SHIPPED, shipped_at=moment)
        self.file.append(Event(moment, "shipped"))

    @precondition(lambda self: self.line.status not in ENDED)
    @rule()
    def the_shop_cancels(self) -> None:
        self._tick()
        self.line = replace(self.line, status=LineStatus.CANCELLED, cancelled_at=self.now)
        self.file.append(Event(self.now, "shop_cancels"))

    @precondition(lambda self: self.standing().refund_by and not self.line.law.refunded_at)
    @rule()
    def the_shop_refunds(self) -> None:
        self._tick()
        self._law(refunded_at=self.now)
        self.file.append(Event(self.now, "refunded_on"))

    # ── how it is written down ──

    @property
    def law(self) -> LegalFacts:
        assert self.line.law is not None
        return self.line.law

    @property
    def today(self) -> date:
        return self.now.astimezone(self.tz).date()

    def standing(self, now: datetime | None = None) -> LegalStanding:
        found = stand(self.line, self.figures, now or self.now)
        assert found is not None
        return found

    def clerk(self) -> Clerk:
        return Clerk(self.tz, self.law.promised).read(self.file, self.now)

    def _tick(self) -> None:
        """No two things happen at one instant."""
        self.now += timedelta(minutes=1)

    def _past(self, minutes: int) -> datetime:
        moment = max(self.ordered_at, self.now - timedelta(minutes=minutes))
        return moment + timedelta(seconds=len(self.file) + 1) - timedelta(minutes=1)

    def _law(self, **facts: Any) -> None:
        self.line = replace(self.line, law=replace(self.law, **facts))

    def _forecast(self, **facts: Any) -> None:
        self.line = replace(self.line, **facts)
        self._law(forecast_since=self.now)

    def _notice(self, notice: Notice, *, arrives: bool) -> None:
        assert notice.sent_at is not None
        event = Event(notice.sent_at, "notice", notice.kind.value, notice.answers, notice.revised)
        if arrives:
            self.file.append(event)
        else:
            self.lost = event
        self._law(notices=(*self.law.notices, notice if arrives else replace(notice, sent_at=None)))

    def _answer(self, said: Said, moment: datetime) -> None:
        # They stand oldest first, however late one is read.
        self._law(answers=tuple(sorted((*self.law.answers, Answer(said, moment)), key=lambda one: one.at)))
        self.file.append(Event(moment, said.value))
