"""Consent and objection by country, as the laws of RULES.md ask for them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from notifier.policy.consents import agreed
from notifier.policy.figures import Policy
from notifier.policy.rulings import Candidate, Pass, Skip
from notifier.terms.facts import Consent, CustomerFacts
from notifier.terms.words import Channel, MessageClass, Scope
from tests.policy.people import EMAIL, NOON, PACKAGED, PHONE, TEXTING, customer, line

MARKETING, SERVICE = MessageClass.MARKETING, MessageClass.SERVICE
US_PHONE = replace(PHONE, region="US")
SOFT = replace(TEXTING, soft_opt_in=True)


def word(granted: bool, kind: MessageClass | Scope, channel: Channel, days: float = 9, **more: Any) -> Consent:
    usual: dict[str, Any] = {"source": "checkout", "evidenced": True}
    return Consent(channel, kind, granted, NOON - timedelta(days=days), **(usual | more))


def asked(
    purpose: str, channel: Channel, country: str = "US", words: tuple[Consent, ...] = (), **more: Any
) -> Pass | Skip:
    """What the rule says of a message to a customer of `country` who said `words`."""
    policy: Policy = more.pop("policy", TEXTING)
    phone = more.pop("phone", US_PHONE)
    one = line(phone=phone, country=country, ordered_at=more.pop("ordered_at", NOON - timedelta(days=30)))
    who: CustomerFacts = customer(one, country=country, consents=words, **more)
    address = EMAIL if channel is Channel.EMAIL else phone
    ruling = agreed(Candidate(PACKAGED[purpose], channel, address, (one,)), who, policy, NOON)
    assert isinstance(ruling, Pass | Skip)
    return ruling


def answer(ruling: Pass | Skip) -> str:
    return ruling.reason if isinstance(ruling, Skip) else "pass"


def rule_of(ruling: Pass | Skip) -> str:
    return dict(ruling.saw).get("rule", "")


@pytest.mark.parametrize(
    ("country", "phone", "evidenced", "found"),
    [
        ("US", "US", True, "pass"),
        ("US", "US", False, "consent_without_evidence"),
        ("DE", "DE", False, "pass"),
        ("DE", "US", False, "consent_without_evidence"),  # an American number under a German order
        ("US", "DE", False, "consent_without_evidence"),
        ("", "DE", False, "pass"),
        ("", "", False, "consent_without_evidence"),
        ("BR", "BR", False, "consent_without_evidence"),
    ],
)
def test_a_marketing_text_needs_a_written_consent_where_the_law_asks_for_it(
    country: str, phone: str, evidenced: bool, found: str
) -> None:
    grant = word(True, MARKETING, Channel.SMS, evidenced=evidenced)
    assert answer(asked("reward", Channel.SMS, country, (grant,), phone=replace(PHONE, region=phone))) == found


def test_a_later_word_without_evidence_takes_the_written_one_not_away() -> None:
    grants = (word(True, MARKETING, Channel.SMS), word(True, MARKETING, Channel.SMS, 1, evidenced=False))
    assert answer(asked("reward", Channel.SMS, words=grants)) == "pass"


def test_the_written_consent_of_before_an_objection_does_not_come_back() -> None:
    words = (
        word(True, MARKETING, Channel.SMS, 9),
        word(False, MARKETING, Channel.SMS, 5),
        word(True, MARKETING, Channel.SMS, 1, evidenced=False),
    )
    assert answer(asked("reward", Channel.SMS, words=words)) == "consent_without_evidence"


STOP_AND_START = (
    word(True, MARKETING, Channel.SMS, 9),
    word(False, SERVICE, Channel.SMS, 5, address_id=PHONE.id),
    word(True, SERVICE, Channel.SMS, 2, address_id=PHONE.id),
)


def test_a_start_undoes_a_stop_for_order_texts_only() -> None:
    assert answer(asked("placed", Channel.SMS, words=STOP_AND_START)) == "pass"
    assert answer(asked("reward", Channel.SMS, words=STOP_AND_START)) == "opted_out"


def test_marketing_texts_come_back_by_a_new_written_consent() -> None:
    join = word(True, MARKETING, Channel.SMS, 1)
    assert answer(asked("reward", Channel.SMS, words=(*STOP_AND_START, join))) == "pass"


@pytest.mark.parametrize("purpose", ["delay", "placed", "progress", "reward"])
def test_a_stop_ends_every_text_to_the_number_but_not_the_notice_by_email(purpose: str) -> None:
    stop = (word(False, SERVICE, Channel.SMS, 1, address_id=PHONE.id), word(True, MARKETING, Channel.SMS))
    found = asked(purpose, Channel.SMS, words=stop)
    assert (answer(found), rule_of(found)) == ("opted_out", "S2")
    assert answer(asked("delay", Channel.EMAIL, words=stop)) == "pass"


@pytest.mark.parametrize(
    ("scope", "ended"),
    [
        (MARKETING, {"reward"}),
        (Scope.PROGRESS, {"progress"}),
        (SERVICE, {"progress", "eta_change", "ready", "cancelled", "placed"}),
    ],
)
def test_an_unsubscribe_ends_what_it_is_about_and_never_a_required_notice(
    scope: MessageClass | Scope, ended: set[str]
) -> None:
    words = (word(True, MARKETING, Channel.EMAIL, 9), word(False, scope, Channel.EMAIL, 1))
    purposes = ("delay", "eta_change", "ready", "cancelled", "placed", "progress", "reward")
    assert {one for one in purposes if answer(asked(one, Channel.EMAIL, words=words)) == "opted_out"} == ended


TWO_YEARS_AGO = NOON - timedelta(days=730)


@pytest.mark.parametrize(
    ("country", "ordered_at", "found", "rule"),
    [
        ("US", NOON - timedelta(days=3000), "pass", "E2"),
        ("GB", NOON - timedelta(days=3000), "pass", "U3"),
        ("FR", NOON - timedelta(days=30), "pass", "U3"),
        ("CA", TWO_YEARS_AGO + timedelta(seconds=1), "pass", "U5"),
        ("CA", TWO_YEARS_AGO, "no_consent", "U5"),
        ("BR", NOON - timedelta(days=30), "no_consent", "U3"),
        ("", NOON - timedelta(days=30), "no_consent", "U3"),
    ],
)
def test_after_a_sale_marketing_email_goes_as_long_as_the_law_lets_it_where_the_shop_chose_so(
    country: str, ordered_at: datetime, found: str, rule: str
) -> None:
    ruling = asked("reward", Channel.EMAIL, country, policy=SOFT, ordered_at=ordered_at)
    assert (answer(ruling), rule_of(ruling)) == (found, rule)
    assert answer(asked("reward", Channel.EMAIL, country, ordered_at=ordered_at)) == "no_consent"


@pytest.mark.parametrize("country", ["US", "GB", "CA"])
def test_a_sale_alone_never_allows_a_marketing_text(country: str) -> None:
    assert answer(asked("reward", Channel.SMS, country, policy=SOFT)) == "no_consent"


def test_who_objected_gets_no_marketing_after_a_sale() -> None:
    refused = (word(False, MARKETING, Channel.EMAIL),)
    assert answer(asked("reward", Channel.EMAIL, "GB", refused, policy=SOFT)) == "opted_out"


def test_an_order_from_a_stricter_country_than_the_customers_is_judged_by_it() -> None:
    one = line(country="CA", ordered_at=NOON - timedelta(days=800))
    who = customer(one, country="US")
    ruling = agreed(Candidate(PACKAGED["reward"], Channel.EMAIL, EMAIL, (one,)), who, SOFT, NOON)
    assert (type(ruling), dict(ruling.saw)["rule"]) == (Skip, "U5")


def test_the_trace_shows_kind_source_and_date_of_the_evidence_but_no_address() -> None:
    grant = word(True, MARKETING, Channel.SMS, 9, source="Ada at ada@example.com agreed")
    seen = asked("reward", Channel.SMS, words=(grant,)).saw
    assert seen == (
        ("rule", "S1"),
        ("consent", "sms marketing granted"),
        ("source", "said elsewhere"),
        ("at", grant.at.isoformat()),
        ("scope", "customer"),
    )
    assert dict(asked("reward", Channel.SMS, words=(replace(grant, source="Checkout"),)).saw)["source"] == "checkout"
