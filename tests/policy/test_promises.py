"""What no message may ever break, over any facts; each property has an oracle that shares no code with policy."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.policy.due import occurrence
from notifier.policy.figures import Cap, Policy, Rewards, Texting
from notifier.terms.decision import Decision
from notifier.terms.facts import (
    Address,
    Consent,
    CustomerFacts,
    Eta,
    LineFacts,
    PastContact,
    Suppression,
    Telling,
)
from notifier.terms.time import EtaRange
from notifier.terms.words import Channel, LineStatus, MessageClass, Rung, Verdict
from tests.policy.people import BERLIN, NOON, PACKAGED, judge

CUSTOMER = 7
EMAILS = tuple(Address(n, Channel.EMAIL, f"ada{n}@example.com") for n in (1, 2))
PHONES = tuple(
    Address(n, Channel.SMS, f"+49151000000{n}", region, textable=True, timezones=zones)
    for n, region, zones in ((3, "DE", ("Europe/Berlin",)), (4, "US", ("America/New_York", "America/Los_Angeles")))
)
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Santiago",
)
DAYS = st.dates(NOON.date() - timedelta(days=20), NOON.date() + timedelta(days=40))
PAST = st.integers(0, 30 * 24).map(lambda hours: NOON - timedelta(hours=hours))
SELDOM = st.sampled_from((False, False, False, True)).flatmap(lambda gone: PAST if gone else st.none())
ETAS = st.none() | st.tuples(DAYS, st.integers(0, 6)).map(lambda one: EtaRange(one[0], one[0] + timedelta(days=one[1])))
KEYS = {
    "delay": "promise:2027-03-01",
    "placed": "new",
    "eta_change": "told:1",
    "progress": "wait:1",
    "ready": "told:2",
    "reward": "reward",
}


@st.composite
def tellings(draw: st.DrawFn) -> tuple[Telling, ...]:
    found = []
    for n, at in enumerate(sorted(draw(st.lists(PAST, max_size=4)))):
        purpose = draw(st.sampled_from(sorted(KEYS)))
        channel = draw(st.sampled_from(Channel))
        found.append(Telling(100 + n, purpose, channel, at, KEYS[purpose], draw(ETAS)))
    return tuple(found)


@st.composite
def lines(draw: st.DrawFn, number: int) -> LineFacts:
    eta = draw(ETAS)
    return LineFacts(
        id=number,
        order=f"N-{number}",
        line="1",
        sku="LAMP",
        product="Lamp",
        open_quantity=draw(st.sampled_from((1, 1, 2, 0))),
        price=None,
        ordered_at=draw(PAST),
        status=draw(st.sampled_from((*[LineStatus.BACKORDERED] * 3, *LineStatus))),
        covered=draw(st.booleans()),
        forecast=Eta(believable(eta, NOON.date()), "line"),
        promised=draw(st.none() | DAYS),
        email=draw(st.sampled_from((*EMAILS, *EMAILS, None))),
        phone=draw(st.sampled_from((None, *PHONES))),
        locale=draw(st.sampled_from(("", "de", "en"))),
        sales_channel=draw(st.sampled_from(("", "", "web", "web", "Bazaar"))),
        shipped_at=draw(SELDOM),
        cancelled_at=draw(SELDOM),
        tellings=draw(tellings()),
    )


@st.composite
def customers(draw: st.DrawFn) -> CustomerFacts:
    channels, classes = st.sampled_from(Channel), st.sampled_from(MessageClass)
    address = st.sampled_from((1, 2, 3, 4))
    contacts = st.builds(
        PastContact, st.integers(1, 99), PAST, channels, classes, st.just("x"), address, st.sampled_from((CUSTOMER, 8))
    )
    consents = st.builds(Consent, channels, classes, st.booleans(), PAST, st.just("page"), st.none() | address)
    return CustomerFacts(
        id=CUSTOMER,
        key="C-7",
        brand="north",
        name="Ada",
        locale="",
        country="DE",
        region="",
        postal_code="",
        timezone=draw(st.sampled_from(("", *ZONES))),
        preferred_channel=draw(st.sampled_from((None, *Channel))),
        lines=tuple(draw(lines(number)) for number in range(1, draw(st.integers(1, 3)) + 1)),
        consents=tuple(draw(st.lists(consents, max_size=4))),
        suppressions=tuple(draw(st.lists(st.builds(Suppression, address, st.just("bounced"), PAST), max_size=1))),
        contacts=tuple(draw(st.lists(contacts, max_size=5))),
        stale_source=draw(st.sampled_from(("", "", "erp"))),
        phone_timezones=tuple(draw(st.lists(st.sampled_from(ZONES), max_size=2))),
    )


CAPS = st.builds(
    Cap, st.integers(1, 3), st.sampled_from((timedelta(days=1), timedelta(days=7))), st.sampled_from((None, *Channel))
)
POLICIES = st.builds(
    Policy,
    st.just(BERLIN),
    country=st.just("DE"),
    caps=st.lists(CAPS, max_size=2).map(tuple),
    texting=st.builds(Texting, st.booleans(), st.just(frozenset({"DE"}))),
    rewards=st.just(Rewards(on=True)),
    marketplaces=st.just(frozenset({"bazaar"})),
)
MOMENTS = st.integers(0, 24 * 500).map(lambda hours: NOON + timedelta(hours=hours))


def believable(eta: EtaRange | None, today: date) -> EtaRange | None:
    if eta is None or eta.last < today:
        return None
    return EtaRange(max(eta.first, today), eta.last)


def sends(who: CustomerFacts, policy: Policy, now: datetime) -> list[Decision]:
    return [one for one in judge(who, policy, now).decisions if one.verdict is Verdict.SEND]


def is_required(one: Decision) -> bool:
    return one.purpose.message_class is MessageClass.REQUIRED


def free(one: Decision) -> bool:
    return is_required(one) and one.channel is Channel.EMAIL


@given(customers(), POLICIES, MOMENTS)
def test_no_cap_is_ever_breached(who: CustomerFacts, policy: Policy, now: datetime) -> None:
    log = [(one.at, one.channel, one.customer_id, one.address_id) for one in who.contacts]
    for one in sends(who, policy, now):
        log.append((now, one.channel, CUSTOMER, one.address_id or 0))
        for cap in [] if free(one) else policy.caps:
            if cap.channel in (None, one.channel):
                recent = [row for row in log if row[0] + cap.period > now and cap.channel in (None, row[1])]
                assert sum(row[2] == CUSTOMER for row in recent) <= cap.count
                assert sum(row[3] == one.address_id for row in recent) <= cap.count


@given(customers(), POLICIES, MOMENTS)
def test_no_text_and_no_unrequired_email_leaves_in_the_recipients_night(
    who: CustomerFacts, policy: Policy, now: datetime
) -> None:
    for one in sends(who, policy, now):
        if free(one):
            continue
        phones = [phone.timezones for phone in PHONES if phone.id == one.address_id] or [who.phone_timezones]
        names = (who.timezone,) if who.timezone else phones[0]
        assert names or one.channel is Channel.EMAIL
        for name in names or ["Europe/Berlin"]:
            wall = now.astimezone(ZoneInfo(name))
            opening = 8 if one.channel is Channel.EMAIL else 12 if wall.isoweekday() == 7 else 9
            assert opening <= wall.hour < 20


@pytest.mark.slow
@given(customers(), POLICIES, MOMENTS)
def test_no_marketing_goes_without_a_standing_consent_and_no_text_after_a_stop(
    who: CustomerFacts, policy: Policy, now: datetime
) -> None:
    for one in sends(who, policy, now):
        words = [w for w in who.consents if w.channel is one.channel and w.address_id in (None, one.address_id)]
        last = {(w.message_class, w.address_id): w.granted for w in sorted(words, key=lambda w: (w.at, not w.granted))}
        marketing = [granted for (kind, _), granted in last.items() if kind is MessageClass.MARKETING]
        service = [granted for (kind, _), granted in last.items() if kind is not MessageClass.MARKETING]
        if one.purpose.message_class is MessageClass.MARKETING:
            assert marketing
            assert all(marketing)
        if one.channel is Channel.SMS or one.purpose.message_class is MessageClass.SERVICE:
            assert all(service)


@given(customers(), POLICIES, MOMENTS)
def test_no_message_goes_to_a_suppressed_or_barred_address(who: CustomerFacts, policy: Policy, now: datetime) -> None:
    barred = {one.address_id for one in who.suppressions} | {None, 4} | (set() if policy.texting.on else {3})
    by_id = {one.id: one for one in who.lines}
    for one in sends(who, policy, now):
        assert one.address_id not in barred
        told = [by_id[due.line_id] for due in one.lines]
        assert not any(line.sales_channel == "Bazaar" for line in told)
        assert {line.email if one.channel is Channel.EMAIL else line.phone for line in told} == {
            address for address in (*EMAILS, *PHONES) if address.id == one.address_id
        }


@given(customers(), POLICIES, MOMENTS)
def test_an_address_gets_at_most_one_message_a_run_besides_required_ones(
    who: CustomerFacts, policy: Policy, now: datetime
) -> None:
    sent = sends(who, policy, now)
    assert all(n == 1 for n in Counter(one.address_id for one in sent if not is_required(one)).values())
    required = {one.address_id for one in sent if is_required(one)}
    assert required.isdisjoint(one.address_id for one in sent if not is_required(one))


@given(customers(), POLICIES, MOMENTS)
def test_the_highest_rung_of_an_address_is_never_the_one_that_waits(
    who: CustomerFacts, policy: Policy, now: datetime
) -> None:
    decided = judge(who, policy, now).decisions
    for one in decided:
        if one.reason.startswith("waits_for_"):
            assert one.purpose.rung is not Rung.REQUIRED
            higher = [o for o in decided if o.address_id == one.address_id and o.verdict is Verdict.SEND]
            assert any(o.purpose.rung <= one.purpose.rung for o in higher)


@given(customers(), POLICIES, MOMENTS)
def test_a_required_email_that_is_due_goes_now_or_never_to_this_address(
    who: CustomerFacts, policy: Policy, now: datetime
) -> None:
    assert not [one for one in judge(who, policy, now).decisions if free(one) and one.verdict is Verdict.HOLD]


@given(customers(), POLICIES, MOMENTS)
def test_a_hold_ends_after_now_and_the_customer_is_looked_at_by_then(
    who: CustomerFacts, policy: Policy, now: datetime
) -> None:
    judged = judge(who, policy, now)
    for one in judged.decisions:
        assert (one.hold_until is not None) == (one.verdict is Verdict.HOLD)
        if one.hold_until is not None:
            assert judged.due_at is not None
            assert now < judged.due_at <= one.hold_until
    assert judged.due_at is None or judged.due_at > now


@given(customers(), POLICIES, MOMENTS)
def test_no_line_is_told_the_same_news_twice_by_one_channel(who: CustomerFacts, policy: Policy, now: datetime) -> None:
    by_id = {one.id: one for one in who.lines}
    for one in sends(who, policy, now):
        for due in one.lines:
            known = {(t.channel, t.purpose, t.occasion) for t in by_id[due.line_id].tellings}
            assert (one.channel, one.purpose.name, due.occasion) not in known


@given(lines(1), st.sampled_from(sorted(PACKAGED)), POLICIES)
def test_nobody_looks_again_too_late(one: LineFacts, name: str, policy: Policy) -> None:
    who = CustomerFacts(CUSTOMER, "C", "north", "", "", "DE", "", "", "", None, (one,))
    asked = (PACKAGED[name], Channel.EMAIL)
    first = occurrence(one, who, asked, policy, NOON)
    assert first.look_again is None or first.look_again > NOON
    midnight = datetime(2027, 3, 3, 0, 0, tzinfo=BERLIN)
    moments = {(midnight + timedelta(days=ahead)).astimezone(UTC) for ahead in range(1, 70)}
    moments |= {one.ordered_at + timedelta(days=21)}
    for moment in sorted(moment for moment in moments if moment > NOON):
        then = occurrence(one, who, asked, policy, moment)
        if then.occasion not in (None, first.occasion):
            assert first.look_again is not None
            assert first.look_again <= moment
            return


STEP = timedelta(hours=3)
FRESH = customers().map(
    lambda who: replace(
        who,
        stale_source="",
        suppressions=(),
        consents=(Consent(Channel.EMAIL, MessageClass.MARKETING, True, NOON, "page"),),
        lines=tuple(replace(line, sales_channel="", shipped_at=None, cancelled_at=None) for line in who.lines),
    )
)


def live_through(who: CustomerFacts, policy: Policy, lazy: bool) -> list[tuple[datetime, str, str]]:
    """Fifty days of a customer's life; the lazy planner looks only when it was told to, the other always.

    Both look at nobody again on the day of a message.
    """
    etas = {line.id: line.forecast.eta for line in who.lines}
    sent: list[tuple[datetime, str, str]] = []
    look: datetime | None = NOON
    for step in range(50 * 8):
        now = NOON + STEP * step
        if (lazy and (look is None or look > now)) or (sent and _day(sent[-1][0]) == _day(now)):
            continue
        who = replace(who, lines=tuple(_as_of(line, etas, now) for line in who.lines))
        judged = judge(who, policy, now)
        look = judged.due_at
        for one in judged.decisions:
            if one.verdict is Verdict.SEND:
                who = _told(who, one, now)
                sent.append((now, one.purpose.name, f"{one.channel} {one.occasion}"))
    return sent


def _day(moment: datetime) -> date:
    return moment.astimezone(BERLIN).date()


def _as_of(line: LineFacts, etas: dict[int, EtaRange | None], now: datetime) -> LineFacts:
    return replace(line, forecast=Eta(believable(etas[line.id], _day(now)), "line"))


def _told(who: CustomerFacts, one: Decision, now: datetime) -> CustomerFacts:
    why = {due.line_id: due.occasion for due in one.lines}
    lines = tuple(
        replace(
            line,
            tellings=(
                *line.tellings,
                Telling(1000, one.purpose.name, one.channel, now, why[line.id], line.forecast.eta),
            ),
        )
        if line.id in why
        else line
        for line in who.lines
    )
    contact = PastContact(
        1000, now, one.channel, one.purpose.message_class, one.purpose.name, one.address_id or 0, CUSTOMER
    )
    return replace(who, lines=lines, contacts=(*who.contacts, contact))


@pytest.mark.slow
@given(FRESH, POLICIES)
def test_who_looks_only_when_told_to_sends_what_who_looks_always_sends(who: CustomerFacts, policy: Policy) -> None:
    assert live_through(who, policy, lazy=True) == live_through(who, policy, lazy=False)
