"""Tells one story of stories.toml: its events make facts, its sender sends the notice that the law owes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from notifier.policy.delay_rule import (
    DelayFigures,
    StatedPromise,
    is_exempt,
    is_issued,
    promised_ship_date,
    stand,
)
from notifier.terms.facts import Eta, LineFacts, Telling
from notifier.terms.law import OWED, Answer, Jurisdiction, LegalFacts, LegalStanding, Notice, Said
from notifier.terms.time import EtaRange
from notifier.terms.words import Channel, LineStatus, NoticeKind
from tests.policy.delay_rule.lawful import at, expected, lawful, on


class Tale:
    """One story. A moment is looked at with the events up to it, so that nothing is known too early."""

    def __init__(self, story: dict[str, Any]) -> None:
        self.title = story["title"]
        self.tz = ZoneInfo(story.get("zone", "America/New_York"))
        figures = dict(story.get("figures", {}))
        settle = timedelta(minutes=figures.pop("settle_minutes", 0))
        self.figures = DelayFigures(self.tz, story.get("country", "US"), settle=settle, **figures)
        self.events = story["events"].strip().splitlines()
        self.unknown_since: datetime | None = None
        self.line = self._ordered(story)

    def _ordered(self, story: dict[str, Any]) -> LineFacts:
        def day(name: str, usual: str = "") -> datetime | None:
            text = str(story.get(name, usual))
            return at(text, self.tz) if text else None

        ordered_at = at(str(story.get("ordered", "2027-02-01")), self.tz)
        stated = story.get("promised", on("2027-03-01"))
        promise = StatedPromise(
            ordered_at,
            day("paid"),
            None if {"states_no_date", "deliver_by"} & story.keys() else stated,
            story.get("deliver_by"),
            story.get("buyer_credit", False),
        )
        jurisdiction = Jurisdiction(story.get("law", "us_435"))
        law = LegalFacts(
            jurisdiction,
            promised_ship_date(promise, jurisdiction, self.figures),
            day("first_seen") or ordered_at,
            paid=not story.get("unpaid", False),
            exempt=is_exempt(story.get("exempt", False), story.get("payment", "card")),
        )
        return lawful(law, ordered_at=ordered_at, open_quantity=2, forecast=expected("none"))

    def standing_at(self, when: str) -> LegalStanding | None:
        """The standing at `when`, after everything that the shop knew by then."""
        now = self.moment(when)
        for moment, words in self._told():
            if moment <= now:
                self.happen(moment, words)
        return stand(self.line, self.figures, now)

    def moment(self, text: str) -> datetime:
        return at(text[:-1], ZoneInfo("UTC")) if text.endswith("Z") else at(text, self.tz)

    def _told(self) -> Iterator[tuple[datetime, list[str]]]:
        for event in self.events:
            day, *words = event.split()
            if words[0][0].isdigit():
                day = f"{day} {words.pop(0)}"
            yield self.moment(day), words

    def happen(self, now: datetime, words: list[str]) -> None:
        match words:
            case ["expected", *days]:
                self.line = replace(self.line, forecast=expected(" ".join(days)))
                self._law(forecast_since=now)
            case ["covered" | "uncovered"]:
                self.line = replace(self.line, covered=words == ["covered"])
                self._law(forecast_since=now)
            case ["send" | "waits", *how]:
                self._send(now, words[0], how)
            case ["notice", kind, "for", day, "naming", named, *sent]:
                sent_at = self.moment(sent[1]) if sent else now
                self._notice(Notice(NoticeKind(kind), on(day), None if named == "none" else on(named), sent_at))
            case ["bounced" | "proved"]:
                *before, last = self.law.notices
                self._law(notices=(*before, replace(last, sent_at=self.unknown_since)))
            case ["told", day]:
                self._tell(now, "eta_change", "told:1", expected(day))
            case [("accept" | "cancel" | "confirm") as said, *received]:
                receipt = self.moment(" ".join(received[1:])) if received else now
                self._law(answers=(*self.law.answers, Answer(Said(said), receipt)))
            case _:
                self._shop(now, " ".join(words))

    def _shop(self, now: datetime, words: str) -> None:
        match words:
            case "partly shipped" | "partly cancelled":
                self.line = replace(self.line, open_quantity=1)
            case "shipped":
                self.line = replace(self.line, status=LineStatus.SHIPPED, shipped_at=now, open_quantity=0)
            case "cancelled":
                self.line = replace(self.line, status=LineStatus.CANCELLED, cancelled_at=now, open_quantity=0)
            case "refunded":
                self._law(refunded_at=now)
            case _:
                raise ValueError(f"{self.title}: nothing happens by {words!r}")

    def _send(self, now: datetime, word: str, how: list[str]) -> None:
        owed = stand(self.line, self.figures, now)
        assert owed is not None and owed.state in OWED, f"{self.title}: nothing is owed at {now}, but {owed}"
        assert owed.answers is not None and owed.send_from is not None
        assert not is_issued(self.line, owed), f"{self.title}: {owed.notice} for {owed.answers} exists already"
        ready = owed.send_from <= now
        assert ready is (word == "send"), f"{self.title}: at {now} the notice may go from {owed.send_from}"
        if word == "waits":
            return
        if not owed.notice:
            told = Eta(EtaRange(owed.revised, owed.revised), "line") if owed.revised else Eta(None, "none")
            self._tell(now, "delay", f"promise:{owed.answers}", told)
            return
        unknown = how == ["unknown"]
        self.unknown_since = now if unknown else None
        self._notice(Notice(owed.notice, owed.answers, owed.revised, None if unknown else now))

    @property
    def law(self) -> LegalFacts:
        assert self.line.law is not None
        return self.line.law

    def _law(self, **facts: Any) -> None:
        self.line = replace(self.line, law=replace(self.law, **facts))

    def _notice(self, notice: Notice) -> None:
        self._law(notices=(*self.law.notices, notice))

    def _tell(self, now: datetime, purpose: str, occasion: str, eta: Eta) -> None:
        telling = Telling(len(self.line.tellings) + 1, purpose, Channel.EMAIL, now, occasion, eta.eta)
        self.line = replace(self.line, tellings=(*self.line.tellings, telling))
