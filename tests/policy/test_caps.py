"""Frequency caps: what they count, whom they protect, and that no window is ever overfull."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.policy.caps import longest_period, within_caps
from notifier.policy.figures import Cap, Policy
from notifier.policy.rulings import Candidate, Hold, Pass
from notifier.terms.facts import CustomerFacts, PastContact
from notifier.terms.words import Channel, MessageClass
from tests.policy.people import EMAIL, NOON, PACKAGED, PHONE, POLICY, TEXTING, contact, customer, judge, line, said

DAY = timedelta(hours=24)
US_PHONE = replace(PHONE, region="US", timezones=("America/New_York",))
PLACED = Candidate(PACKAGED["placed"], Channel.EMAIL, EMAIL, (line(),))
TEXT = replace(PLACED, channel=Channel.SMS, address=US_PHONE)


def capped(*caps: Cap) -> Policy:
    return replace(TEXTING, caps=caps)


def ago(hours: float, **facts: Any) -> PastContact:
    return contact(NOON - timedelta(hours=hours), int(900 + hours), **facts)


def test_a_cap_on_a_class_counts_and_stops_only_that_class() -> None:
    policy = capped(Cap(1, DAY, message_class=MessageClass.MARKETING))
    offer = replace(PLACED, purpose=PACKAGED["reward"])
    letters = customer(line(), contacts=(ago(1), ago(2)))
    offers = customer(line(), contacts=(ago(1, message_class=MessageClass.MARKETING),))
    asked = [(offer, letters), (PLACED, offers), (offer, offers)]
    assert [type(within_caps(one, who, policy, NOON)) for one, who in asked] == [Pass, Pass, Hold]


def test_a_cap_of_one_brand_stops_no_other_brand() -> None:
    policy = capped(Cap(1, DAY, brand="north"))
    who = customer(line(), contacts=(ago(1),))
    assert said(judge(who, policy)) == ["placed email hold cap"]
    assert said(judge(replace(who, brand="south"), policy)) == ["placed email send due"]


def test_of_several_full_caps_the_one_that_frees_last_decides() -> None:
    policy = capped(Cap(1, DAY), Cap(2, timedelta(days=7)))
    ruling = within_caps(PLACED, customer(line(), contacts=(ago(5), ago(30))), policy, NOON)
    assert isinstance(ruling, Hold)
    assert ruling.until == NOON + timedelta(days=7, hours=-30)
    assert dict(ruling.saw)["customer in 24 hours"] == "1 of 1"


def test_the_trace_tells_every_cap_apart() -> None:
    policy = capped(Cap(5, DAY), Cap(5, DAY, Channel.EMAIL), Cap(5, DAY, message_class=MessageClass.SERVICE))
    names = [name for name, _ in within_caps(PLACED, customer(line()), policy, NOON).saw]
    assert len(set(names)) == len(names) == 6


def floridian(*hours: float, order: str = "N-1001", **facts: Any) -> CustomerFacts:
    texts = [ago(one, channel=Channel.SMS, address_id=PHONE.id, orders=(order,)) for one in hours]
    usual: dict[str, Any] = {"country": "US", "region": "FL", "contacts": tuple(texts)}
    return customer(line(phone=US_PHONE), **(usual | facts))


@pytest.mark.parametrize(
    "home",
    [
        {"region": "FL"},
        {"region": "Florida"},
        {"region": "US-OK"},
        {"region": "", "postal_code": "33101"},
        {"region": "", "postal_code": "74103-1234"},
        {"country": "", "region": "ok"},
    ],
)
def test_a_fourth_text_on_one_order_in_a_day_waits_in_florida_and_oklahoma(home: dict[str, str]) -> None:
    ruling = within_caps(TEXT, floridian(1, 2, 23, **home), capped(), NOON)
    assert isinstance(ruling, Hold)
    assert (ruling.reason, ruling.until) == ("cap_by_law", NOON + timedelta(hours=1))
    assert ruling.saw == (("order N-1001 sms S9 in 24 hours", "3 of 3"),)


@pytest.mark.parametrize(
    "who",
    [
        floridian(1, 2),
        floridian(1, 2, 24),
        floridian(1, 2, 3, order="N-2002"),
        floridian(1, 2, 3, region="GA"),
        floridian(1, 2, 3, region="", postal_code="73301"),  # Austin, Texas
        floridian(1, 2, 3, country="LI"),
    ],
    ids=["two texts", "a day ago", "another order", "Georgia", "Austin", "Liechtenstein"],
)
def test_the_law_of_florida_counts_texts_of_one_day_on_one_order_there(who: CustomerFacts) -> None:
    assert isinstance(within_caps(TEXT, who, capped(), NOON), Pass)


def test_a_generous_cap_of_the_shop_does_not_loosen_the_law() -> None:
    ruling = within_caps(TEXT, floridian(1, 2, 3), capped(Cap(99, DAY)), NOON)
    assert isinstance(ruling, Hold)


def test_contacts_are_read_back_to_the_longest_cap_and_to_the_law_where_texts_go() -> None:
    assert longest_period(POLICY) == timedelta(0)
    assert longest_period(TEXTING) == DAY
    assert longest_period(capped(Cap(1, timedelta(hours=2)), Cap(1, timedelta(days=9)))) == timedelta(days=9)


CHANNELS = st.sampled_from([Channel.EMAIL, Channel.SMS])
CLASSES = st.sampled_from(list(MessageClass))
HOURS = st.integers(0, 80)
CAPS = st.builds(
    Cap,
    st.integers(1, 3),
    st.sampled_from([timedelta(hours=1), DAY, timedelta(days=3)]),
    st.none() | CHANNELS,
    st.none() | CLASSES,
    st.sampled_from(["", "north", "south"]),
)
CONTACTS = st.builds(
    lambda hours, channel, kind, address, who: contact(
        NOON - timedelta(hours=hours), channel=channel, message_class=kind, address_id=address, customer_id=who
    ),
    HOURS, CHANNELS, CLASSES, st.sampled_from([EMAIL.id, PHONE.id, 99]), st.sampled_from([7, 8]),
)  # fmt: skip
ASKED = st.builds(
    lambda name, text: replace(TEXT if text else PLACED, purpose=PACKAGED[name]),
    st.sampled_from(["delay", "placed", "reward"]),
    st.booleans(),
)


def overfull(cap: Cap, log: list[PastContact], asked: Candidate, who: CustomerFacts, at: datetime) -> bool:
    """The oracle: put the message into the log at `at`, and count what the cap speaks of in the period before."""
    kind = asked.purpose.message_class
    new = contact(at, channel=asked.channel, message_class=kind, address_id=asked.address.id if asked.address else 0)
    spoken = [
        one
        for one in [*log, new]
        if (cap.channel is None or one.channel == cap.channel)
        and (cap.message_class is None or one.message_class == cap.message_class)
        and one.at + cap.period > at
    ]
    if new not in spoken or cap.brand not in ("", who.brand):
        return False
    by_customer = sum(one.customer_id == who.id for one in spoken)
    by_address = sum(one.address_id == new.address_id for one in spoken)
    return max(by_customer, by_address) > cap.count


@given(st.lists(CONTACTS, max_size=8), st.lists(CAPS, max_size=3), ASKED)
def test_a_message_goes_just_when_no_cap_is_overfull_by_it(
    log: list[PastContact], caps: list[Cap], asked: Candidate
) -> None:
    who = customer(line(), contacts=tuple(log))
    ruling = within_caps(asked, who, capped(*caps), NOON)
    fits = not any(overfull(cap, log, asked, who, NOON) for cap in caps)
    assert isinstance(ruling, Pass) is (fits or asked.required_email)


@given(st.lists(CONTACTS, max_size=8), st.lists(CAPS, min_size=1, max_size=3), ASKED)
def test_a_held_message_fits_when_its_time_has_come_and_not_a_second_before(
    log: list[PastContact], caps: list[Cap], asked: Candidate
) -> None:
    who = customer(line(), contacts=tuple(log))
    ruling = within_caps(asked, who, capped(*caps), NOON)
    if isinstance(ruling, Hold):
        before = ruling.until - timedelta(seconds=1)
        assert ruling.until > NOON
        assert not any(overfull(cap, log, asked, who, ruling.until) for cap in caps)
        assert any(overfull(cap, log, asked, who, before) for cap in caps)
