"""What an acknowledgement says of the customer's reply, in the customer's language. Colour: pure. Called by context.

The sentences are phrases of `_words/<locale>.toml` whose keys begin with `ack_`.
"""

from babel.dates import format_time, get_timezone_name

from notifier.render.dates import Calendar, locale_named
from notifier.render.values import Table, Value
from notifier.terms.content import Acknowledgement, Told
from notifier.terms.effects import ActionKind, Kind
from notifier.terms.words import Channel

_PLAIN = {
    Kind.ACCEPTED: "ack_accepted",
    Kind.KEPT: "ack_kept",
    Kind.FROZEN: "ack_frozen",
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


def heard(said: Acknowledgement | None, calendar: Calendar) -> Table | None:
    """The variable `reply`; None where the message answers nothing."""
    if said is None:
        return None
    sentences: list[Value] = []
    for one in said.told:
        words = _sentence(one, calendar)
        if words and words not in sentences:
            sentences.append(words.replace("{when}", when(said, calendar)))
    if said.person:
        sentences.append(calendar.words["ack_person"])
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
    locale = locale_named(calendar.tag)
    clock = format_time(said.at, "short", locale=locale)
    if said.foreign:
        clock = f"{clock} {get_timezone_name(said.at, 'short', locale=locale)}"
    if said.at.date() == calendar.today:
        return clock
    return calendar.words["ack_when"].replace("{day}", calendar.day(said.at.date())).replace("{time}", clock)


def _sentence(one: Told, calendar: Calendar) -> str:
    words = calendar.words.get(_key(one), "")
    items = calendar.words["list_and"].join([", ".join(one.items[:-1]), one.items[-1]]) if len(one.items) > 1 else ""
    named = items or (one.items[0] if one.items else calendar.words["an_item"])
    return words.replace("{items}", named).replace("{other}", one.detail)


def _key(one: Told) -> str:
    if one.kind is Kind.REQUESTED and one.action is not None:
        return _ACTIONS.get(one.action, "")
    if one.kind is Kind.TOO_LATE:
        return _LATE.get(one.detail, "ack_ended")
    if one.kind is Kind.REFUSED:
        return _REFUSED.get(one.detail, "")
    if one.kind is Kind.TOLD_DATES:
        return "ack_dates_soon" if one.detail else ""
    if one.kind is Kind.OPTED_OUT:
        return "ack_no_texts" if one.channel is Channel.SMS else "ack_fewer_emails"
    return "ack_joined" if one.kind is Kind.OPTED_IN and one.detail else _PLAIN.get(one.kind, "")
