"""What the law makes a message say: its days, and its sentences in the customer's language. Colour: pure.

Called by context. The sentences are named phrases of `_words/<locale>.toml`, so that `lint` can prove that a template
says them, and a translator finds all of them in one file.
"""

from collections.abc import Sequence
from datetime import date

from notifier.render.dates import Calendar
from notifier.render.values import Table, Value
from notifier.terms.content import Content, Item
from notifier.terms.law import Said
from notifier.terms.words import NoticeKind

PREFIX = "must_"
"""How the keys of the law's phrases begin; a template writes `must.` instead."""

PLAIN = ("cancel_right", "free_answer", "not_agreed", "withdraw", "see_email")
"""Sentences that are the same in every message."""

DATED = ("silence_consents", "auto_cancel")
"""Sentences that turn on a day; each has a form for one line, for several, and for several with different days."""

_ENDED = {Said.CANCEL: "ended_asked", Said.CONFIRM: "ended_late"}

_BY_CONSENT = (NoticeKind.F4, NoticeKind.F5)


def days_of(item: Item, calendar: Calendar) -> Table:
    """The days of one line as phrases, and what ended it."""
    refund_by = _day(item.refund_by, calendar)
    refund = calendar.words["must_refund_by" if refund_by else "must_refund"]
    return {
        "revised": _day(item.revised, calendar),
        "told": _day(item.told, calendar),
        "answer_by": _day(item.answer_by, calendar),
        "refund_by": refund_by,
        "refund": refund.replace("{day}", refund_by),
        "ended": calendar.words[_ENDED[item.ended_by]] if item.ended_by in _ENDED else "",
    }


def words_of(content: Content, calendar: Calendar) -> Table:
    """What is true of the whole message: whose law, what kind of notice, the days all lines share, the sentences.

    A sentence about silence is empty in a notice of another kind, where it would be false.
    """
    revised = [item.revised for item in content.items]
    answers = [item.answer_by for item in content.items]
    must: dict[str, Value] = {name: calendar.words[PREFIX + name] for name in PLAIN}
    must["silence_consents"] = _dated("silence_consents", revised, calendar) if content.notice is NoticeKind.F3 else ""
    must["auto_cancel"] = _dated("auto_cancel", answers, calendar) if content.notice in _BY_CONSENT else ""
    return {
        "notice": content.notice.value,
        "law": content.law.value,
        "revised": _day(_shared(revised), calendar),
        "answer_by": _day(_shared(answers), calendar),
        "refund_by": _day(_shared([item.refund_by for item in content.items]), calendar),
        "must": must,
    }


def _dated(name: str, days: Sequence[date | None], calendar: Calendar) -> str:
    shared = _shared(days)
    form = "each" if shared is None else "one" if len(days) == 1 else "many"
    return calendar.words[f"{PREFIX}{name}_{form}"].replace("{day}", _day(shared, calendar))


def _shared(days: Sequence[date | None]) -> date | None:
    return days[0] if len(set(days)) == 1 else None


def _day(day: date | None, calendar: Calendar) -> str:
    return calendar.day(day) if day else ""
