"""The rules that a due message must pass, in order. Colour: pure. Asked by decide; the table is the policy.

A new rule is one function and one line in RULES. A rule sees one candidate and says pass, hold or skip; the values it
saw go into the trace and carry no name and no address.
"""

# ruff: noqa: ARG001  (one shape for all, so that the table needs no cases)

import re
from datetime import UTC, datetime, timedelta

from notifier.policy.caps import within_caps
from notifier.policy.clocks import day_of
from notifier.policy.consents import agreed
from notifier.policy.figures import Policy
from notifier.policy.free_days import calendars, holidays_at, next_free
from notifier.policy.legal import notice_rule
from notifier.policy.pauses import paused_rule
from notifier.policy.person_rules import customer_asked, customer_hold, may_have_objected
from notifier.policy.rulings import Candidate, Hold, Pass, Rule, Ruling, Skip
from notifier.policy.zones import place_of
from notifier.terms.facts import CustomerFacts, LineFacts
from notifier.terms.purpose import Purpose
from notifier.terms.words import Channel, MessageClass

STALE_WAIT = timedelta(hours=1)
NO_ZONE_WAIT = timedelta(hours=24)
NO_ZONE = "no_time_zone"

_PLAIN_WORD = re.compile(r"[a-z_]{1,24}")


def barred_marketplace(line: LineFacts, purpose: Purpose, policy: Policy) -> bool:
    """Whether the line belongs to a marketplace that keeps its customers for itself (RULES E7)."""
    channel = line.sales_channel.casefold()
    if not channel or channel not in {one.casefold() for one in policy.marketplaces}:
        return False
    enabled = channel in {one.casefold() for one in policy.marketplaces_enabled}
    return not enabled or purpose.message_class is MessageClass.MARKETING


def _marketplace(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    barred = sorted(
        {line.sales_channel for line in candidate.lines if barred_marketplace(line, candidate.purpose, policy)}
    )
    return Skip("marketplace", (("sales_channel", ", ".join(barred)),)) if barred else Pass()


def _fresh_source(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    if not customer.stale_source:
        return Pass()
    saw = (("stale", customer.stale_source),)
    if candidate.purpose.message_class is MessageClass.REQUIRED:
        return Pass(saw)
    return Hold(now + STALE_WAIT, "stale_source", saw)


def _address(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    address = candidate.address
    if address is None:
        return Skip("no_address", (("channel", candidate.channel.value),))
    if candidate.channel is Channel.EMAIL:
        return Pass()
    if not policy.texting.on:
        return Skip("texting_off")
    if not address.textable:
        return Skip("not_textable", (("region", address.region),))
    saw = (("region", address.region), ("allowed", " ".join(sorted(policy.texting.countries))))
    return Pass(saw) if address.region in policy.texting.countries else Skip("country_not_texted", saw)


def _suppression(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    for suppression in customer.suppressions:
        if candidate.address is not None and suppression.address_id == candidate.address.id:
            reason = suppression.reason if _PLAIN_WORD.fullmatch(suppression.reason) else "yes"
            return Skip("suppressed", (("suppressed", reason),))
    return Pass()


def _reward_limit(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    if candidate.purpose.occasion != "long_wait":
        return Pass()
    saw = (("this_year", str(customer.rewards_this_year)), ("limit", str(policy.rewards.per_year)))
    if customer.rewards_this_year < policy.rewards.per_year:
        return Pass(saw)
    new_year = datetime(now.astimezone(policy.timezone).year + 1, 1, 1, tzinfo=policy.timezone).astimezone(UTC)
    return Skip("reward_limit", saw, look_again=new_year)


def _quiet_hours(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    if candidate.required_email:
        return Pass((("exempt", "required email"),))
    place = place_of(customer, candidate.address)
    day = day_of(place, candidate.channel, customer, policy, now)
    if not day.clocks:
        return Hold(now + NO_ZONE_WAIT, NO_ZONE, day.saw)
    if day.opens is None:
        return Hold(now + NO_ZONE_WAIT, "no_common_hour", day.saw)
    return Pass(day.saw) if day.opens <= now else Hold(day.opens, "quiet_hours", day.saw)


def _holiday(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    if candidate.purpose.message_class is not MessageClass.MARKETING or policy.offers_on_holidays:
        return Pass()
    place = place_of(customer, candidate.address)
    clocks = day_of(place, candidate.channel, customer, policy, now).clocks
    kept = calendars(place, customer.region, policy.country)
    found = holidays_at(now, clocks, kept)
    if not found:
        return Pass((("calendars", " ".join("-".join(filter(None, one)) for one in kept)),))
    return Hold(next_free(now, clocks, kept) or now + NO_ZONE_WAIT, "holiday", (("holiday", " ".join(found)),))


RULES: tuple[Rule, ...] = (
    Rule(
        "marketplace",
        "A marketplace's customers get no marketing, and anything else only where the shop enabled it.",
        ("policy.marketplaces", "policy.marketplaces_enabled"),
        _marketplace,
        ids=("E7",),
    ),
    Rule(
        "paused",
        "Nothing goes out that a person has paused; required messages only stop where that was said.",
        (),
        paused_rule,
    ),
    Rule(
        "notice_first",
        "A later date is first told by the notice that the law demands; anything else waits for it.",
        ("delay_rule.jurisdiction",),
        notice_rule,
        ids=("F1",),
    ),
    Rule(
        "fresh_source",
        "Nothing but required messages goes out on stale records.",
        ("sources.stale_after_hours",),
        _fresh_source,
    ),
    Rule(
        "address",
        "The order names an address for this channel; a text goes only to a mobile number of a country on the list.",
        ("sms.enabled", "sms.allowed_countries", "shop.country"),
        _address,
        ids=("S12",),
    ),
    Rule("suppression", "A suppressed address is never used.", (), _suppression, ids=("U4",)),
    Rule(
        "consent",
        "An objection is honoured, and marketing goes only where the customer agreed as the law of the country asks.",
        ("policy.soft_opt_in",),
        agreed,
        ids=("S1", "S2", "S3", "S5", "U2", "U3", "U5", "E2", "E5", "F12"),
    ),
    Rule(
        "may_have_objected",
        "Where what came may ask to stop, and is still to be read, nothing but required emails goes to its address.",
        (),
        may_have_objected,
        ids=("S2",),
    ),
    Rule(
        "customer_asked",
        "What the customer has cancelled is not talked about; what may be cancelled has no arrival and no offer.",
        (),
        customer_asked,
        ids=("F7", "S6"),
    ),
    Rule("customer_hold", "A complaint, a call or a hold stops progress and offers.", (), customer_hold),
    Rule(
        "reward_limit",
        "A customer gets only so many codes in a calendar year.",
        ("reward.per_customer_per_year",),
        _reward_limit,
    ),
    Rule(
        "caps",
        "No customer and no address is written to more often than the shop's caps and the law of the state allow.",
        ("policy.caps",),
        within_caps,
        ids=("S9", "F12"),
    ),
    Rule(
        "quiet_hours",
        "Messages arrive in the recipient's day: texts in the hours that the law allows wherever she may be, narrowed "
        "by the shop; a required email at any hour.",
        ("policy.text_from", "policy.text_until", "policy.text_sunday_from", "policy.email_from", "policy.email_until"),
        _quiet_hours,
        ids=("S8", "S10", "S11", "F12"),
    ),
    Rule(
        "holiday",
        "An offer waits while it is a public holiday where the recipient is.",
        ("policy.offers_on_holidays",),
        _holiday,
    ),
)
"""Asked in this order; the first that does not pass decides."""
