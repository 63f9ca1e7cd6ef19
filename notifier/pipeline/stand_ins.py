"""Which products may stand in for a delayed line. Colour: root. Used by content, receive and the customer's page."""

from collections.abc import Container
from dataclasses import replace

from notifier.forecast.alternatives import ProductFacts, alternatives
from notifier.pipeline.market import Market
from notifier.terms.facts import Alternative, CustomerFacts, LineFacts

MOST_SHOWN = 3
MOST_TAKEN = 30
"""A product that was shown a while ago may have slipped down the list; it can be taken all the same."""


def stand_ins(line: LineFacts, market: Market, most: int = MOST_SHOWN) -> tuple[Alternative, ...]:
    """Up to `most` products in stock, the best first; `market` has the shelf (`facts.with_shelf`)."""
    wanted = market.products.get(line.sku) or ProductFacts(line.sku, line.product, price=line.price)
    found = alternatives(wanted, market.shelf, most)
    return tuple(one if _same_currency(line, one) else replace(one, price=None) for one in found)


def with_stand_ins(customer: CustomerFacts, market: Market, lines: Container[int]) -> CustomerFacts:
    """The customer, with what may be taken instead of these lines."""
    changed = [
        replace(line, alternatives=stand_ins(line, market, MOST_TAKEN)) if line.id in lines else line
        for line in customer.lines
    ]
    return replace(customer, lines=tuple(changed))


def _same_currency(line: LineFacts, other: Alternative) -> bool:
    """A price in another currency than the customer pays in would be a promise that the checkout breaks."""
    return line.price is None or other.price is None or line.price.currency == other.price.currency
