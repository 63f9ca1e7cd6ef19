"""The rules, one by one, as a customer meets them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifier.policy.figures import Cap, Policy, Rewards, alternatives_allowed
from notifier.policy.rules import RULES
from notifier.policy.rulings import Rule
from notifier.settings.shape import fields_of, section_of
from notifier.settings.whole import Sections
from notifier.terms.facts import Consent, CustomerFacts, Suppression
from notifier.terms.words import Channel, MessageClass
from tests.conftest import SHARED
from tests.policy.people import (
    EMAIL,
    NOON,
    PACKAGED,
    PHONE,
    POLICY,
    TEXTING,
    contact,
    customer,
    eta,
    judge,
    line,
    on,
    said,
    told,
)  # fmt: skip

RULES_MD = SHARED / "RULES.md"
SETTINGS = {
    (name, key)
    for name, field in Sections.model_fields.items()
    if (section := section_of(field.annotation)) is not None
    for key in fields_of(section)
}
LATE = {"promised": on("2027-03-01")}
PLACED = told("placed", NOON - timedelta(days=30), "new")
WAITING = {"promised": None, "ordered_at": NOON - timedelta(days=30), "tellings": (PLACED,)}
EVENING = datetime(2027, 3, 3, 21, 30, tzinfo=UTC)
REWARDING = replace(POLICY, rewards=Rewards(on=True))


def word(granted: bool, message_class: MessageClass, channel: Channel = Channel.EMAIL, **more: Any) -> Consent:
    usual: dict[str, Any] = {"at": NOON, "source": "page"}
    return Consent(channel, message_class, granted, **(usual | more))


def texted(**facts: Any) -> CustomerFacts:
    usual: dict[str, Any] = {"timezone": "Europe/Berlin", "preferred_channel": Channel.SMS}
    return customer(line(email=None, phone=PHONE), **(usual | facts))


def test_the_rules_are_asked_in_the_order_of_the_business() -> None:
    assert [rule.name for rule in RULES] == [
        "marketplace", "paused", "notice_first", "fresh_source", "address", "suppression", "consent",
        "may_have_objected", "customer_asked", "customer_hold", "reward_limit", "caps",
        "quiet_hours", "holiday",
    ]  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_names_the_settings_that_it_reads_as_settings_toml_does(rule: Rule) -> None:
    assert [one for one in rule.reads if not any(one == f"{table}.{key}" for table, key in SETTINGS)] == []


@pytest.mark.skipif(not RULES_MD.exists(), reason="absent data: the rules of contact")
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_names_the_rules_of_contact_by_ids_that_there_are(rule: Rule) -> None:
    text = RULES_MD.read_text("utf-8")
    assert [one for one in rule.ids if f"| {one} |" not in text] == []


def test_a_marketplaces_customer_is_not_written_to_unless_the_shop_enabled_it() -> None:
    policy = replace(POLICY, marketplaces=frozenset({"bazaar"}))
    who = customer(line(sales_channel="Bazaar"))
    assert said(judge(who, policy)) == ["placed email skip marketplace"]
    assert said(judge(who, replace(policy, marketplaces_enabled=frozenset({"bazaar"})))) == ["placed email send due"]


def test_a_marketplaces_line_bars_no_other_line_at_the_same_address() -> None:
    policy = replace(POLICY, marketplaces=frozenset({"bazaar"}))
    who = customer(line(sales_channel="Bazaar"), line(id=2))
    assert sorted(said(judge(who, policy))) == ["placed email send due", "placed email skip marketplace"]


def test_a_marketplaces_customer_never_gets_marketing() -> None:
    names = frozenset({"bazaar"})
    policy = replace(REWARDING, marketplaces=names, marketplaces_enabled=names)
    who = customer(line(sales_channel="bazaar", **WAITING), consents=(word(True, MessageClass.MARKETING),))
    assert "reward email skip marketplace" in said(judge(who, policy))


def test_a_stale_source_holds_all_but_required_messages_for_an_hour() -> None:
    held = judge(customer(line(), stale_source="erp"))
    assert said(held) == ["placed email hold stale_source"]
    assert held.due_at == NOON + timedelta(hours=1)
    assert said(judge(customer(line(**LATE), stale_source="erp"))) == ["delay email send due"]


def test_a_line_without_any_address_is_told_of_as_such() -> None:
    assert said(judge(customer(line(email=None)))) == ["placed email skip no_address"]


@pytest.mark.parametrize(
    ("phone", "reason"),
    [
        (replace(PHONE, textable=False), "not_textable"),
        (replace(PHONE, region="JM"), "country_not_texted"),
    ],
)
def test_a_text_goes_only_to_mobile_numbers_of_allowed_countries(phone: Any, reason: str) -> None:
    who = customer(line(email=None, phone=phone), timezone="Europe/Berlin")
    assert said(judge(who, TEXTING)) == [f"placed sms skip {reason}"]


def test_where_texting_is_off_a_phone_alone_reaches_nobody() -> None:
    assert said(judge(texted())) == ["placed sms skip texting_off"]


def test_a_suppressed_address_gets_not_even_a_required_message() -> None:
    who = customer(line(**LATE), suppressions=(Suppression(EMAIL.id, "bounced", NOON),))
    assert said(judge(who)) == ["delay email skip suppressed", "placed email skip suppressed"]


def test_the_reason_of_a_suppression_is_traced_only_if_it_names_nobody() -> None:
    who = customer(line(), suppressions=(Suppression(EMAIL.id, "ada@example.com complained", NOON),))
    assert "example.com" not in repr(judge(who).decisions[0].trace)


def test_an_opt_out_of_service_email_ends_it_but_not_required_ones() -> None:
    refused = (word(False, MessageClass.SERVICE),)
    assert said(judge(customer(line(), consents=refused))) == ["placed email skip opted_out"]
    assert said(judge(customer(line(**LATE), consents=refused)))[0] == "delay email send due"


def test_an_opt_out_at_one_address_leaves_the_others_alone() -> None:
    refused = (word(False, MessageClass.SERVICE, address_id=99),)
    assert said(judge(customer(line(), consents=refused))) == ["placed email send due"]


def test_a_later_word_of_the_customer_does_not_undo_a_stop_by_number() -> None:
    stop = word(False, MessageClass.SERVICE, Channel.SMS, address_id=PHONE.id, at=NOON - timedelta(days=9))
    grant = word(True, MessageClass.SERVICE, Channel.SMS)
    assert said(judge(texted(consents=(stop, grant)), TEXTING)) == ["placed sms skip opted_out"]


def test_a_stop_ends_the_text_on_top_of_a_required_email() -> None:
    stop = word(False, MessageClass.SERVICE, Channel.SMS, address_id=PHONE.id)
    who = customer(line(phone=PHONE, **LATE), timezone="Europe/Berlin", consents=(stop,))
    assert said(judge(who, TEXTING)) == ["delay email send due", "delay sms skip opted_out"]


def test_a_stop_by_number_ends_marketing_texts_too_whatever_was_granted_before() -> None:
    stop = word(False, MessageClass.SERVICE, Channel.SMS, address_id=PHONE.id)
    grant = word(True, MessageClass.MARKETING, Channel.SMS)
    one = line(email=None, phone=PHONE, **WAITING)
    who = customer(one, timezone="Europe/Berlin", consents=(stop, grant))
    policy = replace(TEXTING, rewards=Rewards(on=True))
    assert "reward sms skip opted_out" in said(judge(who, policy))


def test_marketing_needs_an_explicit_grant_on_its_channel() -> None:
    one = line(**WAITING)
    by_text = (word(True, MessageClass.MARKETING, Channel.SMS),)
    by_email = (word(True, MessageClass.MARKETING),)
    assert "reward email skip no_consent" in said(judge(customer(one, consents=by_text), REWARDING))
    alone = replace(one, forecast=eta("2027-03-04"), tellings=(told("placed", NOON, "new", eta="2027-03-04"),))
    assert said(judge(customer(alone, consents=by_email), REWARDING)) == ["reward email send due"]


def test_a_customer_gets_only_so_many_codes_a_year_and_is_looked_at_again_at_new_year() -> None:
    one = line(
        **WAITING | {"forecast": eta("2028-03-04"), "tellings": (told("placed", NOON, "new", eta="2028-03-04"),)}
    )
    who = customer(one, rewards_this_year=1, consents=(word(True, MessageClass.MARKETING),))
    judged = judge(who, REWARDING)
    assert said(judged) == ["reward email skip reward_limit"]
    assert judged.due_at is not None
    assert judged.due_at <= datetime(2027, 12, 31, 23, 0, tzinfo=UTC)


WEEKLY = replace(POLICY, caps=(Cap(2, timedelta(days=7)),))


def past(*days: float, **facts: Any) -> tuple[Any, ...]:
    return tuple(contact(NOON - timedelta(days=ago), 900 + n, **facts) for n, ago in enumerate(days))


def test_a_full_cap_holds_until_its_oldest_counted_contact_leaves() -> None:
    judged = judge(customer(line(), contacts=past(6, 5, 1)), WEEKLY)
    assert said(judged) == ["placed email hold cap"]
    assert judged.decisions[0].hold_until == NOON - timedelta(days=5) + timedelta(days=7)


def test_a_contact_exactly_one_period_old_no_longer_counts() -> None:
    assert said(judge(customer(line(), contacts=past(7, 1)), WEEKLY)) == ["placed email send due"]


def test_what_another_customer_was_told_at_the_same_address_counts() -> None:
    assert said(judge(customer(line(), contacts=past(2, 1, customer_id=8)), WEEKLY)) == ["placed email hold cap"]


def test_contacts_of_the_customer_and_of_the_address_are_counted_apart() -> None:
    mixed = (*past(2, customer_id=8), contact(NOON - timedelta(days=1), 950, address_id=44))
    assert said(judge(customer(line(), contacts=mixed), WEEKLY)) == ["placed email send due"]


def test_a_cap_on_texts_does_not_count_emails() -> None:
    policy = replace(POLICY, caps=(Cap(1, timedelta(days=7), Channel.SMS),))
    assert said(judge(customer(line(), contacts=past(1)), policy)) == ["placed email send due"]


def test_a_required_email_passes_full_caps_and_the_night() -> None:
    who = customer(line(**LATE), contacts=past(2, 1))
    assert said(judge(who, WEEKLY, EVENING)) == ["delay email send due"]


def test_a_required_text_counts_and_waits() -> None:
    who = customer(line(phone=PHONE, **LATE), timezone="Europe/Berlin", contacts=past(2, 1))
    policy = replace(WEEKLY, texting=TEXTING.texting)
    assert said(judge(who, policy)) == ["delay email send due", "delay sms hold cap"]


def test_quiet_hours_hold_a_text_until_the_customers_morning() -> None:
    judged = judge(texted(timezone="America/New_York"), TEXTING, datetime(2027, 3, 3, 11, 0, tzinfo=UTC))
    assert said(judged) == ["placed sms hold quiet_hours"]
    assert judged.decisions[0].hold_until == datetime(2027, 3, 3, 14, 0, tzinfo=UTC)


RHODE_ISLAND = customer(
    line(email=None, phone=replace(PHONE, region="US", timezones=("America/New_York",))),
    country="US",
    postal_code="02903",
    preferred_channel=Channel.SMS,
)
AMERICAN = replace(POLICY, texting=replace(TEXTING.texting, countries=frozenset({"US"})))


def test_a_text_keeps_the_hours_of_the_recipients_state() -> None:
    judged = judge(RHODE_ISLAND, AMERICAN, datetime(2027, 3, 3, 23, 30, tzinfo=UTC))
    assert said(judged) == ["placed sms hold quiet_hours"]
    assert judged.decisions[0].hold_until == datetime(2027, 3, 4, 14, 0, tzinfo=UTC)


def test_the_trace_tells_the_state_the_clock_and_its_hours_but_no_postal_code() -> None:
    saw = dict(judge(RHODE_ISLAND, AMERICAN, datetime(2027, 3, 3, 23, 30, tzinfo=UTC)).decisions[0].trace[-1].saw)
    assert saw == {
        "place": "US-RI",
        "by": "postal code or region",
        "zones": "America/New_York",
        "local": "Wed 18:30 in America/New_York",
        "allowed": "09:00 to 18:00",
    }


def test_an_email_to_an_unknown_zone_keeps_the_shops_hours() -> None:
    judged = judge(customer(line()), POLICY, EVENING)
    assert said(judged) == ["placed email hold quiet_hours"]
    assert judged.due_at == datetime(2027, 3, 4, 7, 0, tzinfo=UTC)


def test_a_text_to_an_unknown_zone_is_held() -> None:
    assert said(judge(texted(timezone="", country=""), TEXTING)) == ["placed sms hold no_time_zone"]


def test_one_unknown_candidate_zone_makes_the_phones_zones_unknown() -> None:
    phone = replace(PHONE, timezones=("Europe/Berlin", "Mars/Base"))
    who = customer(line(email=None, phone=phone), preferred_channel=Channel.SMS, country="")
    assert said(judge(who, TEXTING)) == ["placed sms hold no_time_zone"]


def test_a_text_keeps_the_hours_of_the_phone_that_the_order_named_not_of_the_customers_own() -> None:
    phone = replace(PHONE, id=5, region="DE", timezones=("Asia/Tokyo",))
    who = customer(line(email=None, phone=phone), phone_timezones=("Europe/Berlin",), preferred_channel=Channel.SMS)
    judged = judge(who, TEXTING)
    assert said(judged) == ["placed sms hold quiet_hours"]
    assert judged.decisions[0].hold_until == datetime(2027, 3, 4, 0, 0, tzinfo=UTC)


def test_the_customers_own_zone_wins_over_the_phones() -> None:
    phone = replace(PHONE, timezones=("Asia/Tokyo",))
    who = customer(line(email=None, phone=phone), timezone="Europe/Berlin", preferred_channel=Channel.SMS)
    assert said(judge(who, TEXTING)) == ["placed sms send due"]


def test_who_prefers_texts_but_has_no_known_zone_gets_the_email() -> None:
    who = customer(line(phone=PHONE), preferred_channel=Channel.SMS, country="")
    assert said(judge(who, TEXTING)) == ["placed sms hold no_time_zone", "placed email send due"]


def test_a_trace_holds_no_name_and_no_address() -> None:
    who = customer(line(phone=PHONE, **LATE), line(id=2), timezone="Europe/Berlin", contacts=past(1))
    seen = repr([one.trace for one in judge(who, replace(TEXTING, caps=WEEKLY.caps)).decisions])
    assert not any(secret in seen for secret in ("Ada", "@", PHONE.value))


@pytest.mark.parametrize(
    ("country", "purpose", "allowed"),
    [("US", "placed", True), ("DE", "placed", False), ("GB", "placed", False), ("US", "delay", False)],
)
def test_stand_ins_are_named_only_where_they_make_no_advertisement(country: str, purpose: str, allowed: bool) -> None:
    one = line(country=country)
    assert alternatives_allowed(one, customer(one), PACKAGED[purpose], POLICY) is allowed


def test_an_unknown_country_is_treated_like_the_strictest() -> None:
    policy = Policy(POLICY.timezone)
    assert not alternatives_allowed(line(), customer(line(), country=""), PACKAGED["placed"], policy)


def test_a_cap_that_stops_everything_is_refused() -> None:
    with pytest.raises(ValueError, match="would stop every message"):
        Cap(0, timedelta(days=1))
