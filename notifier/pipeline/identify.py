"""Whose reply it is, and which open message it answers (RULES.md S7). Colour: root. Called by pipeline.receive.

A number that wrote is proof, a signed address, a page and an operator are; the From of an email is none.
"""

from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr

from notifier import conversation
from notifier.conversation import Sender
from notifier.errors import UsageError
from notifier.pipeline.house import House
from notifier.records.addresses import read_email, read_phone
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.store.persons import customer_of
from notifier.terms.incoming import Incoming, Road
from notifier.terms.words import Channel

OPEN_FOR = timedelta(days=30)
"""How long a text is answered by what comes from its number."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose reply it is. `customer_id` None: nobody knows; `proven`: it is theirs beyond doubt.

    `sender` is the address it came from, `address_id` its row where it is known. `message` is the one it answers,
    about `lines`.
    """

    brand: str
    sender: Sender | None = None
    address_id: int | None = None
    customer_id: int | None = None
    message: AnyRow | None = None
    lines: tuple[int, ...] = ()
    proven: bool = False


def identify(tx: Transaction, house: House, incoming: Incoming) -> Whose:
    """Whose `incoming` is. Raises UsageError for a customer or message that is not there."""
    if incoming.message_id is not None or incoming.returned is not None:
        row = _proven(tx, house, incoming)
        if row is not None:
            lines = conversation.lines_of_message(tx, row)
            return Whose(row.brand, None, row.address_id, row.customer_id, row, lines, proven=True)
    if incoming.customer_id is not None:
        customer = customer_of(tx, incoming.customer_id)
        return Whose(customer.brand, customer_id=customer.id, proven=True)
    brand, sender = brand_at(house, incoming), sender_of(house, incoming)
    address_id = conversation.address_id_of(tx, sender) if sender else None
    if sender is None or address_id is None:
        return Whose(brand, sender)
    if incoming.road is Road.SMS:
        return _by_number(tx, Whose(brand, sender, address_id), incoming)
    people = conversation.customers_at(tx, address_id, brand)
    return Whose(brand, sender, address_id, people[0] if len(people) == 1 else None)


def _proven(tx: Transaction, house: House, incoming: Incoming) -> AnyRow | None:
    """The message that a signed address proves; of a report, also the one whose Message-ID it has, where it names the
    very recipient of that (HOSTILE 69).
    """
    if incoming.message_id is not None:
        return conversation.message_of(tx, incoming.message_id)
    report, domain = incoming.returned, house.sending.message_id_domain
    uid, _, there = report.original_id.partition("@") if report is not None else ("", "", "")
    if report is None or not uid or there.lower() != domain.lower():
        return None
    try:
        recipient = Sender(Channel.EMAIL, read_email(report.recipient).value, house.remembering.hash_key)
    except ValueError:
        return None
    return conversation.message_to(tx, uid, recipient)


def _by_number(tx: Transaction, whose: Whose, incoming: Incoming) -> Whose:
    """The customer whom the last text went to; without one, the only customer with the number."""
    at, number = incoming.received_at, whose.address_id or 0
    row = conversation.newest_to(tx, number, at - OPEN_FOR, at)
    if row is not None and row.brand == whose.brand:
        lines = conversation.lines_of_message(tx, row)
        return Whose(row.brand, whose.sender, number, row.customer_id, row, lines, proven=True)
    people = conversation.customers_at(tx, number, whose.brand)
    one = people[0] if len(people) == 1 else None
    return Whose(whose.brand, whose.sender, number, one, proven=one is not None)


def sender_of(house: House, incoming: Incoming) -> Sender | None:
    """The address it came from, normalised; None for one that cannot be, and where none is named."""
    key = house.remembering.hash_key
    try:
        if incoming.road is Road.SMS:
            return Sender(Channel.SMS, read_phone(incoming.sender, "").value, key)
        if incoming.road is Road.EMAIL and incoming.sender:
            return Sender(Channel.EMAIL, read_email(incoming.sender).value, key)
    except ValueError:
        return None
    return None


def brand_at(house: House, incoming: Incoming) -> str:
    """The brand that was written to, by its number or its addresses; else the default one."""
    to = incoming.to.strip().lower()
    for key, look in house.brands.items():
        own = {look.text_sender.lower(), look.reply_address.lower(), parseaddr(look.sender)[1].lower()} - {""}
        if to in own:
            return key
    return next(iter(house.brands))


def number_read(text: str, country: str) -> str:
    """A number as somebody typed it, in E.164; local ones are read in `country`. Raises UsageError for none."""
    try:
        return read_phone(text, country).value
    except ValueError as fault:
        raise UsageError(f"--from: {fault}") from fault
