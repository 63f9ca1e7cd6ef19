"""What a reply means: its machine, its choice, else its words. Colour: root. Called by pipeline.receive."""

from dataclasses import replace

from notifier.pipeline.house import House
from notifier.pipeline.identify import Whose
from notifier.pipeline.intents import classifier
from notifier.replies.intents.machines import looks_made
from notifier.terms.facts import CustomerFacts
from notifier.terms.incoming import Choice, Incoming, Road
from notifier.terms.reply import Classification, Confidence, Intent, Offered, OrderAction, Wish
from notifier.terms.words import Channel, MessageClass


def read_reply(house: House, incoming: Incoming, whose: Whose, customer: CustomerFacts | None) -> Classification:
    """The classification of `incoming`, given what the message it answers had offered."""
    if incoming.machine is not None:
        return _certain(Wish(incoming.machine, Confidence.CERTAIN), "a machine wrote it")
    choice = incoming.choice
    if choice is not None and not incoming.words.strip():
        return _certain(_wish(choice), "chosen in so many words")
    if incoming.road is Road.SMS and choice is None and looks_made(incoming.words):
        return _certain(Wish(Intent.AUTO_REPLY, Confidence.CERTAIN), "reads like a text that a machine sends")
    if incoming.unread and not incoming.words.strip():
        # It may be a cancellation: nothing is to rest on silence before somebody has read it.
        unread, why = (Wish(Intent.UNCLEAR, Confidence.GUESS),), f"was not read: {incoming.unread}"
        return Classification(unread, True, why, suggestion=Intent.CANCEL_ORDER)
    channel = Channel.SMS if incoming.road is Road.SMS else Channel.EMAIL
    locale = customer.locale if customer is not None else ""
    reading = classifier(_offered(house, whose), channel, locale)(incoming.words)
    if incoming.unread:
        reading = replace(
            reading, needs_person=True, reason=f"{reading.reason}; a part was not read: {incoming.unread}"
        )
    return _with_choice(reading, choice) if choice is not None else reading


def _certain(wish: Wish, reason: str) -> Classification:
    return Classification((wish,), False, reason)


def _wish(choice: Choice) -> Wish:
    about = choice.about if isinstance(choice.about, MessageClass) else None
    return Wish(choice.intent, Confidence.CERTAIN, about=about)


def _with_choice(reading: Classification, choice: Choice) -> Classification:
    """What was chosen comes first; words beside it count where they ask for something else."""
    others = tuple(one for one in reading.wishes if one.intent not in (choice.intent, Intent.UNCLEAR, Intent.THANKS))
    return replace(reading, wishes=(_wish(choice), *others), needs_person=reading.needs_person and bool(others))


def _offered(house: House, whose: Whose) -> Offered:
    row = whose.message
    purpose = house.catalogue.purposes.get(row.purpose) if row is not None else None
    if purpose is None:
        return Offered()
    actions = frozenset(OrderAction[name.upper()] for name in purpose.answers)
    return Offered(actions, one_line=len(whose.lines) == 1)
