"""A line before the law, for the tests of the delay rule: ordered on 2027-02-01 in New York, promised for 03-01."""

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from notifier.policy.delay_rule import DelayFigures
from notifier.terms.facts import Eta, LineFacts
from notifier.terms.law import Answer, Jurisdiction, LegalFacts, Notice, Said
from notifier.terms.time import EtaRange, utc
from notifier.terms.words import LineStatus, NoticeKind

NEW_YORK = ZoneInfo("America/New_York")
FIGURES = DelayFigures(NEW_YORK, "US")


def on(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str, tz: ZoneInfo = NEW_YORK) -> datetime:
    """The instant of a wall clock in `tz`: a day alone is its noon."""
    day, _, hour = text.partition(" ")
    return utc(datetime.combine(on(day), time.fromisoformat(hour or "12:00"), tzinfo=tz))


ORDERED = at("2027-02-01")
LAW = LegalFacts(Jurisdiction.US_435, on("2027-03-01"), ORDERED)


def expected(text: str) -> Eta:
    """A forecast: `none`, a day, or `day to day`."""
    if text == "none":
        return Eta(None, "none")
    first, _, last = text.partition(" to ")
    return Eta(EtaRange(on(first), on(last or first)), "line")


def notice(kind: NoticeKind, answers: str, revised: str, sent: str) -> Notice:
    return Notice(kind, on(answers), on(revised) if revised else None, at(sent) if sent else None)


def answered(said: Said, when: str) -> Answer:
    return Answer(said, at(when))


def lawful(law: LegalFacts = LAW, **facts: Any) -> LineFacts:
    """An open line under `law` that is expected on 2027-02-20, unless `facts` say otherwise."""
    usual: dict[str, Any] = {
        "id": 1,
        "order": "N-1001",
        "line": "1",
        "sku": "LAMP",
        "product": "Brass desk lamp",
        "open_quantity": 1,
        "price": None,
        "ordered_at": ORDERED,
        "status": LineStatus.BACKORDERED,
        "covered": False,
        "forecast": expected("2027-02-20"),
        "promised": law.promised,
    }
    return LineFacts(law=law, **(usual | facts))


def told(law: LegalFacts = LAW, *notices: Notice, answers: tuple[Answer, ...] = ()) -> LegalFacts:
    return replace(law, notices=notices, answers=answers)
