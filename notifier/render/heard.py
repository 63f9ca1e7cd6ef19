"""What an acknowledgement says of the customer's reply, in the customer's language. Colour: pure. Called by context.

The sentences are phrases of `_words/<locale>.toml` whose keys begin with `ack_`.
"""

from collections.abc import Sequence
from datetime import datetime

from babel.dates import format_time, get_timezone_name

from notifier.render import clean
from notifier.render.dates import Calendar, locale_named
from notifier.render.shorten import shorten
from notifier.render.values import Table, Value
from notifier.terms.content import Acknowledgement, Content, Told
from notifier.terms.effects import ActionKind, Kind
from notifier.terms.words import Channel

_PLAIN = {
    Kind.ACCEPTED: "ack_accepted",
    Kind.KEPT: "ack_kept",
    Kind.TOLD_HELP: "ack_help",
    Kind.GAVE_LINK: "ack_link",
    Kind.ASKED_CONSENT: "ack_asked_consent",
    Kind.OPTED_IN: "ack_opted_in",
    Kind.COMPLAINT: "",
}
_ACTIONS = {
    ActionKind.CANCEL: "ack_cancel",
    ActionKind.WITHDRAW: "ack_withdraw",
    ActionKind.SWAP: "ack_swap",
    ActionKind.CHANGE: "ack_change",
}
_LATE = {"shipped": "ack_shipped", "already_cancelled": "ack_ended", "too_late": "ack_ended"}
_REFUSED = {"already_recorded": "ack_known", "dearer": "ack_dearer", "not_offered": "ack_gone"}


SHORT_NAME, MOST_NAMES = 40, 2
"""Characters of a product's name in a sentence, and names before the rest is a number."""


def heard(content: Content, calendar: Calendar) -> Table | None:
    """The variable `reply`; None where the message answers nothing."""
    said = content.answers
    if said is None:
        return None
    told: list[str] = []
    contact = clean.line(content.brand.reply_address)
    for one in said.told:
        words = _sentences(one, content.channel, calendar)
        told += [each.replace("{when}", when(said, calendar)).replace("{contact}", contact) for each in words]
    if said.person:
        told.append(calendar.words["ack_person"])
    sentences: list[Value] = [*dict.fromkeys(told)]
    kinds = {one.kind for one in said.told}
    return {
        "received": when(said, calendar),
        "sentences": sentences,
        "tells_dates": any(one.kind is Kind.TOLD_DATES and not one.detail for one in said.told),
        "needs_page": bool(kinds & {Kind.GAVE_LINK, Kind.FROZEN}),
        "stops_texts": any(one.kind is Kind.OPTED_OUT and one.channel is Channel.SMS for one in said.told),
    }


def when(said: Acknowledgement, calendar: Calendar) -> str:
    """2:14 PM; with the zone where it is not known to be the customer's, and with the day where it was another one."""
    clock = clock_time(said.at, calendar, foreign=said.foreign)
    if said.at.date() == calendar.today:
        return clock
    return calendar.words["ack_when"].replace("{day}", calendar.day(said.at.date())).replace("{time}", clock)


def clock_time(at: datetime, calendar: Calendar, *, foreign: bool) -> str:
    """2:14 PM; 2:14 PM EDT where it is `foreign`."""
    locale = locale_named(calendar.tag)
    # A space that no text's alphabet has would cost more than the text itself.
    clock = format_time(at, "short", locale=locale).replace("\u202f", " ")
    return f"{clock} {get_timezone_name(at, 'short', locale=locale)}" if foreign else clock


def _sentences(one: Told, channel: Channel, calendar: Calendar) -> list[str]:
    """What is said of one effect; an email has room for what follows from it."""
    key = _key(one)
    keys = [key, *([f"{key}_after"] if channel is Channel.EMAIL else [])]
    found = [calendar.words[name] for name in keys if calendar.words.get(name)]
    other = shorten(clean.line(one.detail), SHORT_NAME)
    return [words.replace("{items}", _named(one.items, calendar)).replace("{other}", other) for words in found]


def _named(items: Sequence[str], calendar: Calendar) -> str:
    names = [shorten(clean.line(one), SHORT_NAME) for one in items]
    if not names:
        return calendar.words["an_item"]
    if len(names) > MOST_NAMES:
        phrase = calendar.words["and_more_one" if len(names) == 2 else "and_more_many"]
        return phrase.replace("{count}", str(len(names) - 1)).replace("{name}", names[0])
    return calendar.words["list_and"].join(names)


def _key(one: Told) -> str:
    match one.kind:
        case Kind.REQUESTED if one.action is not None:
            found = _ACTIONS.get(one.action, "")
        case Kind.TOO_LATE:
            found = _LATE.get(one.detail, "ack_ended")
        case Kind.REFUSED:
            found = _REFUSED.get(one.detail, "")
        case Kind.FROZEN:
            found = "" if one.detail else "ack_frozen"
        case Kind.TOLD_DATES:
            found = "ack_dates_soon" if one.detail else ""
        case Kind.OPTED_OUT:
            found = "ack_no_texts" if one.channel is Channel.SMS else "ack_fewer_emails"
        case Kind.OPTED_IN if one.detail:
            found = "ack_joined"
        case _:
            found = _PLAIN.get(one.kind, "")
    return found
