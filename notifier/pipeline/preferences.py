"""Which messages somebody gets by which channel, as their page shows it. Colour: root. Called by page.

The answer is that of the rule `consent`, so that the page cannot say otherwise than plan does. A required notice is no
preference (RULES.md E5, F12).
"""

from collections.abc import Callable
from datetime import datetime

from notifier import consent, conversation
from notifier.pipeline.effects import ROADS
from notifier.pipeline.house import House
from notifier.policy.consents import WAITING, agreed, last_word
from notifier.policy.rulings import Candidate, Pass
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.facts import Address, CustomerFacts
from notifier.terms.incoming import Road
from notifier.terms.page import Preference
from notifier.terms.purpose import Purpose
from notifier.terms.words import Channel, MessageClass, Scope

_KINDS: dict[MessageClass | Scope, Callable[[Purpose], bool]] = {
    MessageClass.SERVICE: lambda one: one.message_class is MessageClass.SERVICE and one.occasion != WAITING,
    Scope.PROGRESS: lambda one: one.message_class is MessageClass.SERVICE and one.occasion == WAITING,
    MessageClass.MARKETING: lambda one: one.message_class is MessageClass.MARKETING,
}
"""What can be chosen, and which purposes are of that kind."""


def ends_of(house: House, row: AnyRow) -> tuple[MessageClass | Scope, ...]:
    """What the unsubscribe link of a message ends by one click (RULES.md E5).

    Offers by a message that is one, words that nothing has changed by one of those. What else comes ends by an explicit
    choice alone: there, the click ends both of these.
    """
    purpose = house.catalogue.purposes.get(row.purpose)
    if row.message_class == MessageClass.MARKETING:
        return (MessageClass.MARKETING,)
    if purpose is not None and purpose.occasion == WAITING:
        return (Scope.PROGRESS,)
    return (MessageClass.MARKETING, Scope.PROGRESS)


def preferences_of(
    tx: Transaction, house: House, whose: tuple[CustomerFacts, AnyRow], now: datetime
) -> tuple[Preference, ...]:
    """What the customer of message `row` gets, by each channel that reaches them."""
    customer, row = whose
    found = []
    for channel in Channel:
        address = _address(tx, customer, row, channel)
        if address is None or (channel is Channel.SMS and not house.judging.policy.texting.on):
            continue
        stopped = channel is Channel.SMS and _stopped(customer, address)
        for about, fits in _KINDS.items():
            purpose = next((one for one in house.purposes if fits(one)), None)
            if purpose is not None:
                on = not stopped and _comes(house, purpose, (customer, address), now)
                # A word of consent to offers is taken at the address that the link proves to be read (RULES.md S1).
                proven = about is not MessageClass.MARKETING or row.channel == channel
                found.append(Preference(channel, about, on, can_start=proven and not stopped, only_start=stopped))
    return tuple(found)


def _comes(house: House, purpose: Purpose, to: tuple[CustomerFacts, Address], now: datetime) -> bool:
    customer, address = to
    candidate = Candidate(purpose, address.channel, address, customer.lines)
    return isinstance(agreed(candidate, customer, house.judging.policy, now), Pass)


def _stopped(customer: CustomerFacts, address: Address) -> bool:
    """Whether the customer has written STOP: a page cannot undo that (RULES.md S5)."""
    if any(one.address_id == address.id and one.reason == consent.OPTED_OUT for one in customer.suppressions):
        return True
    said = [
        one
        for one in customer.consents
        if one.channel is Channel.SMS and one.message_class is MessageClass.SERVICE and one.address_id == address.id
    ]
    last = last_word(said)
    return last is not None and not last.granted and last.source == ROADS[Road.SMS]


def _address(tx: Transaction, customer: CustomerFacts, row: AnyRow, channel: Channel) -> Address | None:
    """The address that a word about `channel` is kept for (`effects.address_for`)."""
    if row.channel != channel:
        return conversation.address_at(tx, customer.id, channel)
    known = (line.address(channel) for line in customer.lines)
    own = next((one for one in known if one is not None and one.id == row.address_id), None)
    return own or Address(row.address_id, channel, "")
