"""A notice that a person gave by phone, because no email can carry it or it came back (RULES.md F9). Colour: root.

Called by cli.people. It is the same legal fact as one that was sent: what silence means after it is the law's word.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from notifier import contact_log, notices
from notifier.errors import UsageError
from notifier.pipeline.answers import PHONE, Answered, Asked, answered, lines_of
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force
from notifier.policy.delay_rule.chain import kind_in_law
from notifier.policy.legal import needs_notice
from notifier.store.decisions import bring_forward
from notifier.store.engine import Transaction
from notifier.store.orders import Ordered
from notifier.terms.facts import LineFacts
from notifier.terms.law import OWED, LegalState, Notice, Said
from notifier.terms.words import NoticeKind

BEFORE_THE_ANSWER = timedelta(microseconds=1)
"""A consent counts only where it came after its notice (RULES.md F7), also within one call."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the customer heard: `revised` is the new ship date, None: there is none yet. `accepted`: they agreed."""

    revised: date | None
    accepted: bool = False


def told_by_phone(house: House, asked: Asked, spoken: Spoken, now: datetime) -> Answered:
    """Record at the UTC instant `now` that a person told the customer of the delay of the lines that owe a notice.

    Raises UsageError for an order or line that is not there, and where no law on delays is set.
    """
    if house.judging.policy.delay is None:
        raise UsageError("[delay_rule] jurisdiction is none, so no notice is owed. Set auto, us_435 or eu")
    with house.store.write() as tx:
        house = in_force(tx, house)
        tx.lock("plan")
        order, lines = lines_of(tx, house, asked, now)
        reasons = {line.id: _refused(line, spoken) for line in lines}
        given = [one for line in lines if not reasons[line.id] for one in _given(line, spoken)]
        if given:
            notices.told_by_call(tx, given, house.sending.mode.value, now - BEFORE_THE_ANSWER)
            agreed = [notices.Heard(one.line_id, Said.ACCEPT, now, asked.by, PHONE) for one in given]
            notices.keep_answers(tx, agreed if spoken.accepted else [], now)
            _log(tx, order, asked.by, now)
        _, after = lines_of(tx, house, asked, now)
    return answered(order.key, "told", after, reasons)


def _refused(line: LineFacts, spoken: Spoken) -> str:
    """Why what was said is no notice about this line; empty where it is one."""
    legal = line.legal
    if legal is None or legal.answers is None or legal.state not in OWED or not needs_notice(line):
        return "no_notice_owed"
    return "not_later" if spoken.revised is not None and spoken.revised <= legal.answers else ""


def _given(line: LineFacts, spoken: Spoken) -> list[notices.Given]:
    law, legal = line.law, line.legal
    if law is None or legal is None or legal.answers is None:
        return []
    said = Notice(NoticeKind.F3, legal.answers, spoken.revised, None)
    kind = kind_in_law(said, first=legal.state is LegalState.NOTICE_DUE)
    return [notices.Given(line.id, legal.answers, kind, law.promised, spoken.revised)]


def _log(tx: Transaction, order: Ordered, by: str, now: datetime) -> None:
    """The contact, and the customer judged afresh."""
    word = contact_log.Word(order.customer_id, order.brand, by, PHONE, f"told of the delay of order {order.key}")
    contact_log.log_said(tx, word, now)
    bring_forward(tx, [order.customer_id], now)
