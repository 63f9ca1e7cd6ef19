"""Fictitious facts for the tests of policy: a shop in Berlin, its packaged purposes, one customer and her lines."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from notifier.policy.decide import decide
from notifier.policy.figures import Policy, Texting
from notifier.render.purposes import read_purpose
from notifier.terms.decision import Decision, Judgement
from notifier.terms.facts import Address, CustomerFacts, Eta, LineFacts, PastContact, Telling
from notifier.terms.purpose import Purpose
from notifier.terms.time import EtaRange
from notifier.terms.words import Channel, LineStatus, MessageClass, Verdict

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2027, 3, 3, 11, 0, tzinfo=UTC)
"""Wednesday noon in Berlin."""

EMAIL = Address(1, Channel.EMAIL, "ada@example.com")
OTHER_EMAIL = Address(3, Channel.EMAIL, "ada.work@example.com")
PHONE = Address(2, Channel.SMS, "+4915100000000", "DE", textable=True)
POLICY = Policy(BERLIN, country="DE")
TEXTING = replace(POLICY, texting=Texting(on=True, countries=frozenset({"DE"})))


def _packaged() -> Mapping[str, Purpose]:
    found = {}
    for path in sorted(TEMPLATES.glob("*/purpose.toml")):
        purpose, faults = read_purpose(path.parent.name, path.read_text("utf-8"), str(path))
        assert purpose is not None, faults
        found[purpose.name] = purpose
    return found


PACKAGED = _packaged()


def on(text: str) -> date:
    return date.fromisoformat(text)


def eta(first: str, last: str = "") -> Eta:
    return Eta(EtaRange(on(first), on(last or first)), "line")


UNKNOWN = Eta(None, "none")


def line(**facts: Any) -> LineFacts:
    """An open backorder of two days ago, promised for 2027-03-20, without a forecast."""
    usual: dict[str, Any] = {
        "id": 1,
        "order": "N-1001",
        "line": "1",
        "sku": "LAMP",
        "product": "Brass desk lamp",
        "open_quantity": 1,
        "price": None,
        "ordered_at": NOON - timedelta(days=2),
        "status": LineStatus.BACKORDERED,
        "covered": False,
        "forecast": UNKNOWN,
        "promised": on("2027-03-20"),
        "email": EMAIL,
    }
    return LineFacts(**(usual | facts))


def told(purpose: str, at: datetime, occasion: str, **more: Any) -> Telling:
    """A telling by email; `eta` is a day."""
    day = more.pop("eta", None)
    named = EtaRange(on(day), on(day)) if day else None
    usual: dict[str, Any] = {"message_id": int(at.timestamp()), "channel": Channel.EMAIL}
    return Telling(purpose=purpose, at=at, occasion=occasion, eta=named, **(usual | more))


def customer(*lines: LineFacts, **facts: Any) -> CustomerFacts:
    usual: dict[str, Any] = {
        "id": 7,
        "key": "C-7",
        "brand": "north",
        "name": "Ada Example",
        "locale": "",
        "country": "DE",
        "region": "",
        "postal_code": "",
        "timezone": "",
        "preferred_channel": None,
    }
    return CustomerFacts(lines=lines, **(usual | facts))


def contact(at: datetime, message_id: int = 900, **facts: Any) -> PastContact:
    usual: dict[str, Any] = {
        "channel": Channel.EMAIL,
        "message_class": MessageClass.SERVICE,
        "purpose": "progress",
        "address_id": EMAIL.id,
        "customer_id": 7,
    }
    return PastContact(message_id, at, **(usual | facts))


def judge(who: CustomerFacts, policy: Policy = POLICY, now: datetime = NOON) -> Judgement:
    return decide(who, tuple(PACKAGED.values()), policy, now)


def said(judgement: Judgement, verdict: Verdict | None = None) -> list[str]:
    """Decisions in a few words: purpose, channel, verdict, reason."""
    return [_words(one) for one in judgement.decisions if verdict in (None, one.verdict)]


def _words(one: Decision) -> str:
    return f"{one.purpose.name} {one.channel} {one.verdict} {one.reason}"


def purpose_of(text: str, name: str) -> Purpose:
    found, faults = read_purpose(name, text, name)
    assert found is not None, faults
    assert tomllib.loads(text)
    return found
