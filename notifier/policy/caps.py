"""How often a person may be written to. Colour: pure. The rule `caps` of rules; its period is read by pipeline.facts.

A cap is kept in any window of its period, for the customer and for the address: two customers with one phone share it.
What waits in the outbox counts as sent now, for it goes no earlier; so no window that holds it can be overfull.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from notifier.policy.figures import Cap, Policy
from notifier.policy.rulings import Candidate, Hold, Pass, Ruling
from notifier.policy.subdivisions import US, Home, candidates, nation
from notifier.terms.facts import Address, CustomerFacts, PastContact
from notifier.terms.words import Channel

ONE_SUBJECT = Cap(3, timedelta(hours=24), Channel.SMS, law="S9")
"""RULES S9: at most 3 contacts in 24 hours on one subject, here one order, whatever a shop sets."""

STATE_CAPS: Mapping[str, Cap] = MappingProxyType({"FL": ONE_SUBJECT, "OK": ONE_SUBJECT})
"""By US state of the recipient: Fla. Stat. 501.616(6)(b) and 15 Okla. Stat. 775C.4, read in November 2026."""


def longest_period(policy: Policy) -> timedelta:
    """How far back contacts count."""
    lawful = [one.period for one in STATE_CAPS.values()] if policy.texting.on else []
    return max((*(cap.period for cap in policy.caps), *lawful), default=timedelta(0))


def within_caps(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    """Whether one more message keeps every cap; if not, hold until the oldest contact in the way leaves its window."""
    if candidate.required_email or candidate.address is None:
        return Pass((("exempt", "required email"),) if candidate.required_email else ())
    saw: list[tuple[str, str]] = []
    full: list[tuple[datetime, Cap]] = []
    for cap, whose, times in _counts(candidate, candidate.address.id, customer, policy, now):
        saw.append((f"{whose} {_in_words(cap)}", f"{len(times)} of {cap.count}"))
        if len(times) >= cap.count:
            full.append((sorted(times)[-cap.count] + cap.period, cap))
    if not full:
        return Pass(tuple(saw))
    until, last = max(full, key=lambda one: one[0])
    return Hold(until, _reason(last), tuple(saw))


def _reason(cap: Cap) -> str:
    if cap.law:
        return "cap_by_law"
    return "cap"


def _counts(
    candidate: Candidate, address_id: int, customer: CustomerFacts, policy: Policy, now: datetime
) -> Iterator[tuple[Cap, str, list[datetime]]]:
    """Every cap that touches the candidate, with the instants that count against it, for each of whom it protects."""
    for cap in policy.caps:
        if _touches(cap, candidate, customer):
            inside = [one for one in customer.contacts if _counted(cap, one, now)]
            yield cap, "customer", [one.at for one in inside if one.customer_id == customer.id]
            yield cap, "address", [one.at for one in inside if one.address_id == address_id]
    orders = sorted({line.order for line in candidate.lines})
    for lawful in dict.fromkeys(STATE_CAPS[one] for one in sorted(_states(customer, candidate.address))):
        if lawful.channel in (None, candidate.channel):
            inside = [one for one in customer.contacts if _counted(lawful, one, now)]
            for order in orders:
                yield lawful, f"order {order}", [one.at for one in inside if order in one.orders]


def _states(customer: CustomerFacts, address: Address | None) -> frozenset[str]:
    """Those of STATE_CAPS where the customer is known to be; where postal code and region disagree, both count.

    A customer without a country is taken for one of the United States where the number is.
    """
    home = Home(customer.country or (address.region if address else ""), customer.region, customer.postal_code)
    known = {one.code for one in candidates(home)} if nation(home.country) == US else set()
    return frozenset(STATE_CAPS.keys() & known)


def _touches(cap: Cap, candidate: Candidate, customer: CustomerFacts) -> bool:
    return (
        cap.channel in (None, candidate.channel)
        and cap.message_class in (None, candidate.purpose.message_class)
        and cap.brand in ("", customer.brand)
    )


def _counted(cap: Cap, contact: PastContact, now: datetime) -> bool:
    return (
        contact.at > now - cap.period
        and cap.channel in (None, contact.channel)
        and cap.message_class in (None, contact.message_class)
    )


def _in_words(cap: Cap) -> str:
    """The cap as a trace names it, so that two caps never share a name."""
    hours, rest = divmod(cap.period, timedelta(hours=1))
    period = f"{cap.period // timedelta(minutes=1)} minutes" if rest else f"{hours} hours"
    if not rest and hours > 24 and hours % 24 == 0:
        period = f"{hours // 24} days"
    narrow = [word for word in (cap.brand, cap.message_class, cap.channel, cap.law) if word]
    return " ".join([*narrow, "in", period])
