"""Customers with every line that they have, as replies, requests and deadlines judge them. Colour: root.

Called by receive, acknowledge, asking, deadlines and by what a person does for a customer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier import conversation
from notifier.pipeline.facts import read_every_line
from notifier.pipeline.house import House
from notifier.pipeline.market import Market, read_market
from notifier.store.engine import Transaction
from notifier.terms.facts import Address, CustomerFacts
from notifier.terms.time import local_day
from notifier.terms.words import Channel


@dataclass(frozen=True, slots=True)
class Known:
    """One customer, and the market that she was judged by."""

    customer: CustomerFacts
    market: Market


def with_every_line(tx: Transaction, house: House, customer_ids: Sequence[int], now: datetime) -> list[CustomerFacts]:
    """These customers with every line they have, each with its standing."""
    return read_every_line(tx, customer_ids, _market(tx, house, customer_ids, now), house.judging, now)


def known(tx: Transaction, house: House, customer_id: int, now: datetime) -> Known | None:
    """One customer with every line; None where there is none."""
    market = _market(tx, house, [customer_id], now)
    found = read_every_line(tx, [customer_id], market, house.judging, now)
    return Known(found[0], market) if found else None


def known_again(tx: Transaction, house: House, before: Known, now: datetime) -> CustomerFacts:
    """The same customer after something was written about her; the market is as before."""
    found = read_every_line(tx, [before.customer.id], before.market, house.judging, now)
    return found[0]


def address_among(tx: Transaction, customer: CustomerFacts, address_id: int, channel: Channel) -> Address | None:
    """The customer's address with this id; None where it is no longer theirs, or was erased."""
    known = [line.address(channel) for line in customer.lines]
    own = conversation.address_at(tx, customer.id, channel)
    return next((one for one in (*known, own) if one and one.id == address_id and one.value), None)


def _market(tx: Transaction, house: House, customer_ids: Sequence[int], now: datetime) -> Market:
    return read_market(tx, now, customer_ids, local_day(now, house.judging.policy.timezone))
