"""Whose reply it is, and which open message it answers (RULES.md S7). Colour: root. Called by pipeline.receive.

A number that wrote is proof, a signed address, a page and an operator are; the From of an email is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    about `lines`. `brands` are those that may have been meant: to say no to one is to say no to each.
    """

    brand: str
    sender: Sender | None = None
    address_id: int | None = None
    customer_id: int | None = None
    message: AnyRow | None = None
    lines: tuple[int, ...] = ()
    proven: bool = False
    brands: tuple[str, ...] = ()


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
    sender = sender_of(house, incoming)
    address_id = conversation.address_id_of(tx, sender) if sender else None
    wrote = conversation.brands_to(tx, address_id) if address_id is not None else []
    brands = brands_at(house, incoming, wrote)
    whose = Whose(brands[0], sender, address_id, brands=brands)
    if incoming.thread_ids and incoming.machine is None:
        whose = _by_thread(tx, house, incoming, whose)
    if address_id is None or whose.message is not None:
        return whose
    if incoming.road is Road.SMS:
        return _by_number(tx, whose, incoming)
    people = conversation.customers_at(tx, address_id, whose.brand)
    return replace(whose, customer_id=people[0] if len(people) == 1 else None)


def _by_thread(tx: Transaction, house: House, incoming: Incoming, whose: Whose) -> Whose:
    """The customer of the mail that it says it answers, the newest one: likely, but anybody can say so."""
    for thread in reversed(incoming.thread_ids):
        uid = _uid(house, thread)
        row = conversation.message_with_uid(tx, uid) if uid else None
        if row is not None:
            lines = conversation.lines_of_message(tx, row)
            # What a person does about it is about the address that wrote, not that of the customer it may be.
            wrote = conversation.keep_address(tx, whose.sender, incoming.received_at) if whose.sender else None
            found = replace(whose, brand=row.brand, customer_id=row.customer_id, message=row, lines=lines)
            return replace(found, address_id=wrote)
    return whose


def _uid(house: House, message_id: str) -> str:
    """The uid that a Message-ID of ours begins with; empty for another's."""
    uid, _, there = message_id.partition("@")
    return uid if there.lower() == house.sending.message_id_domain.lower() else ""


def _proven(tx: Transaction, house: House, incoming: Incoming) -> AnyRow | None:
    """The message that a signed address proves; of a report, also the one whose Message-ID it has, where it names the
    very recipient of that (HOSTILE 69).
    """
    if incoming.message_id is not None:
        return conversation.message_of(tx, incoming.message_id)
    report = incoming.returned
    uid = _uid(house, report.original_id) if report is not None else ""
    if report is None or not uid:
        return None
    try:
        recipient = Sender(Channel.EMAIL, read_email(report.recipient).value, house.remembering.hash_key)
    except ValueError:
        return None
    return conversation.message_to(tx, uid, recipient)


def _by_number(tx: Transaction, whose: Whose, incoming: Incoming) -> Whose:
    """The customer whom the last text went to; without one, the only customer with the number."""
    at, number = incoming.received_at, whose.address_id or 0
    row = conversation.newest_to(tx, number, whose.brands, at - OPEN_FOR, at)
    if row is not None:
        lines = conversation.lines_of_message(tx, row)
        return replace(whose, brand=row.brand, customer_id=row.customer_id, message=row, lines=lines, proven=True)
    people = conversation.customers_at(tx, number, whose.brand)
    one = people[0] if len(people) == 1 else None
    return replace(whose, customer_id=one, proven=one is not None)


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


def brands_at(house: House, incoming: Incoming, wrote: Sequence[str]) -> tuple[str, ...]:
    """The brands that may have been written to, the likeliest first; `wrote` are those that wrote to the sender, the
    last one first.

    By text those whose number it is, by email those that wrote from the address; where that tells none, all of them.
    """
    to, every = incoming.to.strip().lower(), list(dict.fromkeys([*wrote, *house.brands]))
    named = [key for key in house.brands if to in _addresses(house, key)]
    if len(named) == 1 and not (incoming.road is Road.SMS and house.numbers_shared):
        return (*named, *_without_a_look(house, wrote, to))
    if incoming.road is Road.SMS:
        shared = not named or house.numbers_shared
        return tuple(one for one in every if shared or to in _addresses(house, one))
    theirs = [one for one in wrote if not named or to in _addresses(house, one)]
    return tuple(theirs or named[:1] or every[:1])


def _without_a_look(house: House, wrote: Sequence[str], to: str) -> list[str]:
    """Brands that settings no longer name: they were written to as the default one."""
    return [one for one in wrote if one not in house.brands and to in _addresses(house, one)]


def _addresses(house: House, brand: str) -> set[str]:
    look = house.brand(brand)
    return {look.text_sender.lower(), look.reply_address.lower(), parseaddr(look.sender)[1].lower()} - {""}


def number_read(text: str, country: str) -> str:
    """A number as somebody typed it, in E.164; local ones are read in `country`. Raises UsageError for none."""
    try:
        return read_phone(text, country).value
    except ValueError as fault:
        raise UsageError(f"--from: {fault}") from fault
