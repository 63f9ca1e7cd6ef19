"""People made up by a number: believable facts, a shop's policy and a moment of 2026 or 2027, all drawn from one seed.

Hypothesis draws the number alone: drawing every field would cost a hundred times the judging.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from notifier.policy.delay_figures import DelayFigures
from notifier.policy.figures import Cap, Policy, Rewards, Texting, Window, every_day
from notifier.terms.facts import Address, Consent, CustomerFacts, CustomerHold, Eta, LineFacts, PastContact, Suppression
from notifier.terms.law import Answer, Jurisdiction, LegalFacts, Notice, Said
from notifier.terms.pause import Pause
from notifier.terms.time import EtaRange
from notifier.terms.words import Channel, HoldReason, LineStatus, MessageClass, NoticeKind, Scope
from tests.policy.people import BERLIN, PACKAGED, customer, line, purpose_of, told

NEW_YORK = ZoneInfo("America/New_York")
OFFER = purpose_of('class = "marketing"\nrung = "loyalty"\noccasion = "waiting"\ntitle = "An offer"\n', "offer")
PURPOSES = (*PACKAGED.values(), OFFER)
"""The packaged ones, and one more offer: only a reward would be too rare."""

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ME, SOMEBODY_ELSE = 7, 8
SOON = timedelta(minutes=1)

PLACES = (
    ("US", "FL", ""), ("US", "Florida", "33101"), ("US", "", "32501"), ("US", "US-OK", ""), ("US", "", "73008"),
    ("US", "FL", "73008"), ("US", "TX", "75001"), ("US", "Texas", ""), ("US", "", "73301"), ("US", "RI", ""),
    ("US", "", "02903"), ("US", "CT", ""), ("US", "NY", "10001"), ("US", "CA", "90001"), ("US", "HI", ""),
    ("US", "AK", ""), ("US", "WA", "98101"), ("US", "NJ", ""), ("US", "MD", ""), ("US", "MS", ""), ("US", "", ""),
    ("US", "Atlantis", ""), ("GB", "", ""), ("DE", "", ""), ("DE", "Bayern", "80331"), ("CA", "ON", ""),
    ("CA", "", "V5K 0A1"), ("CA", "", ""), ("AU", "NSW", ""), ("AU", "WA", ""), ("AU", "", ""), ("BR", "SP", ""),
    ("BR", "", ""), ("JP", "", ""), ("", "", ""), ("", "FL", ""), ("XX", "", ""),
)  # fmt: skip
"""Country, region and postal code as shops write them."""

PHONES = (
    ("US", ("America/New_York",)), ("US", ("America/New_York", "America/Los_Angeles")), ("US", ("America/Chicago",)),
    ("US", ()), ("DE", ("Europe/Berlin",)), ("GB", ("Europe/London",)), ("CA", ("America/Toronto",)),
    ("AU", ("Australia/Sydney",)), ("AU", ("Australia/Perth", "Australia/Sydney")), ("BR", ("America/Sao_Paulo",)),
    ("JP", ("Asia/Tokyo",)), ("FR", ("Europe/Paris",)),
)  # fmt: skip
TEXTED = frozenset({"US", "GB", "DE", "CA", "AU", "BR", "JP"})
OWN_ZONES = sorted(available_timezones() - {"localtime"})
NO_ZONE = "Mars/Base"
EDGES = (time(8), time(9), time(10), time(12), time(17), time(18), time(20), time(21))
CLOCKS_CHANGE = tuple(
    date.fromisoformat(f"2026-{day}") for day in "03-08 03-29 04-05 10-04 10-25 11-01".split()
) + tuple(date.fromisoformat(f"2027-{day}") for day in "03-14 03-28 04-04 10-03 10-31 11-07".split())
FEASTS = (date(2026, 1, 1), date(2026, 12, 25), date(2027, 1, 1), date(2027, 12, 25))


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged."""

    who: CustomerFacts
    policy: Policy
    now: datetime


def person(crowd: int, number: int) -> Case:
    """Number `number` of the people of `crowd`: the same two numbers make the same case on every machine."""
    dice = Random(f"{crowd}/{number}")
    country, region, postal_code = dice.choice(PLACES)
    phones = _phones(dice, country)
    now = _moment(dice, phones)
    policy = _policy(dice)
    emails = tuple(Address(number, Channel.EMAIL, f"ada{number}@example.com") for number in (1, 2))
    lines = tuple(_Line(dice, policy, now, number).facts(emails, phones, country) for number in range(1, _some(dice)))
    ids = [one.id for one in (*emails, *phones)]
    own = dice.choice((NO_ZONE, *dice.choices(OWN_ZONES, k=9))) if _chance(dice, 0.15) else ""
    who = customer(
        *lines,
        id=ME,
        country=country,
        region=region,
        postal_code=postal_code,
        timezone=own,
        phone_timezones=phones[0].timezones if _chance(dice, 0.5) else (),
        preferred_channel=dice.choice((None, Channel.EMAIL, Channel.SMS, Channel.SMS)),
        consents=_consents(dice, ids, now),
        suppressions=(Suppression(dice.choice(ids), "bounce", now - DAY),) if _chance(dice, 0.12) else (),
        contacts=_contacts(dice, (emails, phones), lines, now),
        rewards_this_year=dice.choice((0, 0, 0, 1)),
        stale_source="stock" if _chance(dice, 0.04) else "",
        hold=_hold(dice, now),
    )
    return Case(who, policy, now)


def resident(zone: str, day: date) -> Case:
    """Somebody who lives by the clock `zone` and has news to get by text, at some second of the UTC `day`."""
    dice = Random(f"{zone}/{day}")
    now = datetime.combine(day, time(), tzinfo=UTC) + timedelta(seconds=dice.randrange(86_400))
    phone = Address(11, Channel.SMS, "+15005550001", "US", textable=True)
    made = line(ordered_at=now - DAY, promised=None, email=None, phone=phone)
    shop = Policy(BERLIN, country="DE", texting=Texting(on=True, countries=TEXTED))
    region = dice.choice(("FL", "OK", "TX", "RI", "CT", "NY", ""))
    return Case(customer(made, id=ME, country="US", region=region, timezone=zone), shop, now)


def _chance(dice: Random, share: float) -> bool:
    return dice.random() < share


def _some(dice: Random) -> int:
    return dice.choice((2, 2, 2, 3, 3, 4, 5))


def _ago(dice: Random, now: datetime, days: float) -> datetime:
    return now - timedelta(seconds=dice.randrange(1, int(days * 86_400)))


def _phones(dice: Random, country: str) -> tuple[Address, Address]:
    """Two numbers, the first mostly of the customer's own country."""
    near = [one for one in PHONES if one[0] == country] or list(PHONES)
    first = dice.choice(near) if _chance(dice, 0.75) else dice.choice(PHONES)
    both = (first, dice.choice(PHONES))
    textable = (not _chance(dice, 0.06), True)
    return tuple(  # type: ignore[return-value]
        Address(11 + at, Channel.SMS, f"+1500555000{at}", region, textable[at], zones)
        for at, (region, zones) in enumerate(both)
    )


def _moment(dice: Random, phones: tuple[Address, Address]) -> datetime:
    """Any second of two years, but often a day on which clocks change or that is a feast, and the edge of a window."""
    usual = date(2026, 1, 1) + timedelta(days=dice.randrange(730))
    lot = dice.random()
    day = dice.choice(CLOCKS_CHANGE) if lot < 0.15 else dice.choice(FEASTS) if lot < 0.22 else usual
    tz = ZoneInfo(dice.choice(phones[0].timezones or ("America/Denver",)))
    if _chance(dice, 0.25):
        edge = datetime.combine(day, dice.choice(EDGES), tzinfo=tz).astimezone(UTC)
        return edge + timedelta(seconds=dice.choice((-1, 0, 0, 1)))
    hours = (12, 16) if _chance(dice, 0.6) else (0, 24)
    wall = time(dice.randrange(*hours), dice.randrange(60), dice.randrange(60))
    return datetime.combine(day, wall, tzinfo=tz).astimezone(UTC)


def _policy(dice: Random) -> Policy:
    tz, country = dice.choice(((BERLIN, "DE"), (NEW_YORK, "US")))
    shop = Policy(
        tz,
        country=country,
        caps=tuple(_cap(dice) for _ in range(dice.choice((0, 1, 1, 2, 3)))),
        texting=Texting(not _chance(dice, 0.06), TEXTED if _chance(dice, 0.9) else frozenset({"DE"})),
        rewards=Rewards(_chance(dice, 0.8), 1),
        marketplaces=frozenset({"Amazon", "eBay"}),
        marketplaces_enabled=frozenset({"ebay"}),
        delay=DelayFigures(tz, country) if _chance(dice, 0.8) else None,
        soft_opt_in=_chance(dice, 0.5),
        offers_on_holidays=_chance(dice, 0.2),
        paused=(_pause(dice),) if _chance(dice, 0.05) else (),
    )
    if _chance(dice, 0.15):
        opens = dice.choice((8, 10, 11))
        week = (*every_day(Window(time(opens), time(dice.choice((13, 15, 19)))))[:6], None)
        shop = replace(shop, email_week=week, texting=replace(shop.texting, week=week))
    return shop


def _cap(dice: Random) -> Cap:
    return Cap(
        dice.choice((1, 2, 2, 3, 4)),
        dice.choice((HOUR, DAY, 7 * DAY, 30 * DAY)),
        dice.choice((None, None, *Channel)),
        dice.choice((None, None, *MessageClass)),
        dice.choice(("", "", "north", "south")),
    )


def _pause(dice: Random) -> Pause:
    purpose = dice.choice(("", "", "progress", "delay"))
    return Pause(purpose, dice.choice((None, *Channel)), _chance(dice, 0.3))


def _consents(dice: Random, ids: list[int], now: datetime) -> tuple[Consent, ...]:
    kinds = (*MessageClass, MessageClass.MARKETING, MessageClass.MARKETING, MessageClass.MARKETING, Scope.PROGRESS)
    story = _stop_and_start(dice, now) if _chance(dice, 0.12) else ()
    return story + tuple(
        Consent(
            dice.choice(tuple(Channel)),
            kind := dice.choice(kinds),
            _chance(dice, 0.85 if kind is MessageClass.MARKETING else 0.4),
            _ago(dice, now, 200),
            "page",
            dice.choice((None, None, *ids)),
            _chance(dice, 0.6),
        )
        for _ in range(dice.choice((0, 1, 1, 2, 2, 3, 5)))
    )


def _stop_and_start(dice: Random, now: datetime) -> tuple[Consent, ...]:
    """She agreed to offers, wrote STOP, and START again, which brings back order texts alone (S5)."""
    offers, orders = MessageClass.MARKETING, MessageClass.SERVICE
    channel = dice.choice((Channel.SMS, Channel.SMS, Channel.EMAIL))
    said = ((offers, True, 300), (orders, False, 250), (orders, True, 220))
    return tuple(Consent(channel, kind, yes, now - days * DAY, "page", evidenced=True) for kind, yes, days in said)


def _contacts(
    dice: Random, addresses: tuple[tuple[Address, ...], ...], lines: tuple[LineFacts, ...], now: datetime
) -> tuple[PastContact, ...]:
    """A log around the edges of the caps' periods: her own, and somebody else's at an address that both share."""
    found = _busy_day(dice, addresses[1][0], lines[0].order, now) if _chance(dice, 0.08) else []
    for number in range(dice.choice((0, 0, 1, 2, 3, 5, 8))):
        address = dice.choice(dice.choice(addresses))
        period = dice.choice((HOUR, DAY, DAY, 7 * DAY, 30 * DAY))
        edge = now - period + timedelta(seconds=dice.choice((-1, 0, 1)))
        waits = _chance(dice, 0.1)
        at = now if waits else edge if _chance(dice, 0.3) else _ago(dice, now, dice.choice((0.04, 0.9, 6, 29)))
        message_class = dice.choice(tuple(MessageClass))
        orders = (dice.choice(lines).order,) if address.channel is Channel.SMS else ()
        whose = SOMEBODY_ELSE if _chance(dice, 0.25) else ME
        found.append(
            PastContact(
                900 + number, at, address.channel, message_class, "progress", address.id, whose, not waits, orders
            )
        )
    return tuple(found)


def _busy_day(dice: Random, phone: Address, order: str, now: datetime) -> list[PastContact]:
    """Three texts in a day on one order: as many as S9 allows."""
    kind = MessageClass.SERVICE
    return [
        PastContact(800 + number, _ago(dice, now, 1), Channel.SMS, kind, "eta_change", phone.id, ME, orders=(order,))
        for number in range(3)
    ]


def _hold(dice: Random, now: datetime) -> CustomerHold | None:
    until = now + DAY if _chance(dice, 0.5) else None
    return CustomerHold(dice.choice(tuple(HoldReason)), now - DAY, until) if _chance(dice, 0.06) else None


@dataclass(frozen=True, slots=True)
class _Line:
    """One line in the making: the dice, the shop, the moment, and the line's number."""

    dice: Random
    policy: Policy
    now: datetime
    number: int

    def facts(self, emails: tuple[Address, ...], phones: tuple[Address, ...], country: str) -> LineFacts:
        dice, now = self.dice, self.now
        today = now.astimezone(self.policy.timezone).date()
        ordered_at = _ago(dice, now, dice.choice((2, 12, 40, 90)))
        ordered_on = ordered_at.astimezone(self.policy.timezone).date()
        soon = max(ordered_on + DAY, today + timedelta(days=dice.randrange(-4, 9)))
        promised = dice.choice((None, ordered_on + timedelta(days=dice.randrange(2, 60)), soon, soon))
        made = line(
            id=self.number,
            order=f"N-{dice.choice((1001, 1001, 1000 + self.number))}",
            ordered_at=ordered_at,
            covered=_chance(dice, 0.2),
            forecast=self._forecast(promised or ordered_on, today),
            promised=promised,
            email=dice.choice((emails[0], emails[0], emails[1], None)),
            phone=dice.choice((phones[0], phones[0], phones[1], None)),
            country=country if _chance(dice, 0.3) else "",
            sales_channel=dice.choice(("web", *("",) * 14, "AMAZON", "eBay")),
            **self._end(),
        )
        made = replace(made, tellings=self._tellings(made, today))
        return replace(made, law=self._law(made, ordered_on)) if self.policy.delay and _chance(dice, 0.8) else made

    def _forecast(self, promised: date, today: date) -> Eta:
        dice = self.dice
        if _chance(dice, 0.35):
            return Eta(None, "none")
        first = max(promised + timedelta(days=dice.randrange(-5, 45)), today - 2 * DAY)
        return Eta(EtaRange(first, first + timedelta(days=dice.choice((0, 0, 3, 10)))), "supply")

    def _end(self) -> dict[str, Any]:
        lot = self.dice.random()
        if lot < 0.06:
            return {"status": LineStatus.SHIPPED, "shipped_at": _ago(self.dice, self.now, 1)}
        if lot < 0.12:
            return {"status": LineStatus.CANCELLED, "cancelled_at": _ago(self.dice, self.now, 1)}
        return {"status": self.dice.choice((LineStatus.BACKORDERED, LineStatus.BACKORDERED, LineStatus.OPEN))}

    def _tellings(self, made: LineFacts, today: date) -> tuple[Any, ...]:
        dice, found = self.dice, []
        age = max((self.now - made.ordered_at) / DAY, 0.001)
        for number in range(dice.choice((0, 0, 1, 1, 2, 3))):
            at = _ago(dice, self.now, age)
            purpose, occasion = dice.choice(
                (("placed", "new"), ("eta_change", f"told:{number}:none"), ("progress", "wait:1"), ("reward", "reward"))
            )
            if made.promised is not None and _chance(dice, 0.2):
                purpose, occasion = "delay", f"promise:{made.promised.isoformat()}"
            day = None if _chance(dice, 0.3) else (today + timedelta(days=dice.randrange(-10, 30))).isoformat()
            channel = dice.choice((Channel.EMAIL, Channel.EMAIL, Channel.SMS))
            sent = not _chance(dice, 0.1)
            found.append(told(purpose, at, occasion, eta=day, channel=channel, sent=sent))
        return tuple(sorted(found, key=lambda one: one.at))

    def _law(self, made: LineFacts, ordered_on: date) -> LegalFacts:
        dice = self.dice
        jurisdiction = dice.choice((Jurisdiction.US_435, Jurisdiction.US_435, Jurisdiction.EU, Jurisdiction.NONE))
        promised = made.promised or ordered_on + timedelta(days=30)
        answers = (Answer(dice.choice((Said.ACCEPT, Said.ACCEPT, Said.CANCEL)), _ago(dice, self.now, 3)),)
        return LegalFacts(
            jurisdiction,
            promised,
            made.ordered_at,
            notices=self._notices(promised, made.ordered_at) if jurisdiction is Jurisdiction.US_435 else (),
            answers=answers if _chance(dice, 0.15) else (),
            exempt=_chance(dice, 0.05),
        )

    def _notices(self, promised: date, ordered_at: datetime) -> tuple[Notice, ...]:
        """None, one or two, each sent between the one before and the end of the day it answers."""
        found: list[Notice] = []
        answers, before = promised, ordered_at
        while _chance(self.dice, 0.4) and len(found) < 2:
            last = datetime.combine(answers, time(20), tzinfo=self.policy.timezone).astimezone(UTC)
            sent_at = min(before + self.dice.random() * max(last - before, SOON), last)
            if not before < sent_at < self.now:
                break
            revised = None if _chance(self.dice, 0.15) else answers + timedelta(days=self.dice.randrange(1, 45))
            near = revised is not None and revised <= promised + timedelta(days=30)
            kind = NoticeKind.F5 if found else NoticeKind.F3 if near else NoticeKind.F4
            found.append(Notice(kind, answers, revised, sent_at, 500 + len(found)))
            if revised is None:
                break
            answers, before = revised, sent_at
        return tuple(found)
