"""Settles messages of which nobody knows whether they went, by evidence and by time. Colour: root. Called by cli.run.

Gathered in one short transaction, asked with none open, written in a third: what is settled by then is left alone, and
so is what stands with another attempt than the one asked about.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from notifier.errors import Transient
from notifier.outbox import doubt
from notifier.pipeline.house import House
from notifier.pipeline.settling import Fates, follow
from notifier.store.decisions import bring_forward
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.evidence import Doubt, Found, Journal, Said, Source, TextAsked, TextList, TextSeen
from notifier.terms.words import Channel, Outcome

log = structlog.get_logger(__name__)

FIRST_LOOK = timedelta(minutes=1)
"""After so long somebody is asked first; then each time after as long again as it has been unknown."""

LONGEST_GAP = timedelta(hours=4)
LAST_LOOK = timedelta(days=2)
"""After so long nobody is asked any more: it waits for a person."""

MOST_EMAILS, MOST_TEXTS = 500, 50
"""Asked about at once; the others have their turn a minute later."""

LONGEST = 120.0
"""Seconds that all looks of one kind may take together."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Who can be asked (None: nobody), and how long to look before a required email goes once more."""

    settle_after: timedelta
    journal: Journal | None = None
    texts: TextList | None = None


@dataclass(slots=True)
class SettleReport:
    """Counts: asked about, settled as accepted and as refused, and queued once more."""

    asked: int = 0
    accepted: int = 0
    refused: int = 0
    again: int = 0


@dataclass(frozen=True, slots=True)
class _Open:
    """What is unknown: emails and texts to ask about now (texts with what to ask), and emails that go once more."""

    emails: Sequence[Doubt] = ()
    texts: Mapping[Doubt, TextAsked | None] = field(default_factory=dict)
    again: Sequence[Doubt] = ()


async def settle_unknown(house: House, evidence: Evidence, now: datetime) -> SettleReport:
    """Look for evidence at the UTC instant `now`, and settle what it proves; what is over its time goes once more.

    What cannot be asked is logged, and tried again later.
    """
    found = await asyncio.to_thread(_gather, house, evidence, now)
    emails, texts = await asyncio.gather(_look_for_emails(house, evidence, found), _look_for_texts(evidence, found))
    return await asyncio.to_thread(_write, house, found, (emails, texts), now)


def look_is_due(one: Doubt, settle_after: timedelta, now: datetime) -> bool:
    """Whether somebody is to be asked about it now: at growing gaps, and once more right before it goes again."""
    if one.looked_at is None:
        return now >= one.since + FIRST_LOOK
    if one.again and one.looked_at < one.since + settle_after <= now:
        return True
    gap = min(max(one.looked_at - one.since, FIRST_LOOK), LONGEST_GAP)
    return one.looked_at + gap <= now < one.since + LAST_LOOK


def _gather(house: House, evidence: Evidence, now: datetime) -> _Open:
    mode, since, patience = house.sending.mode.value, now - LAST_LOOK, evidence.settle_after
    with house.store.read() as tx:
        emails = doubt.doubts(tx, mode, Channel.EMAIL, since)
        texts = doubt.doubts(tx, mode, Channel.SMS, since) if evidence.texts else []
        due = [one for one in texts if look_is_due(one, patience, now)][:MOST_TEXTS]
        asked = doubt.texts_of(tx, [one.message_id for one in due])
    return _Open(
        emails=[one for one in emails if look_is_due(one, patience, now)][:MOST_EMAILS] if evidence.journal else (),
        texts={one: _question(one, asked.get(one.message_id)) for one in due},
        again=[one for one in emails if one.again and one.since + patience <= now],
    )


def _question(one: Doubt, words: tuple[str, str] | None) -> TextAsked | None:
    """None for a text whose words and number are no longer kept: nobody can be asked about it."""
    return TextAsked(*words, one.started_at) if words else None


async def _look_for_emails(house: House, evidence: Evidence, found: _Open) -> list[Said]:
    journal = evidence.journal
    if journal is None or not found.emails:
        return []
    ids = {f"{one.uid}@{house.sending.message_id_domain}": one for one in found.emails}
    first = min(one.started_at for one in found.emails).date()
    try:
        async with asyncio.timeout(LONGEST):
            there = await asyncio.to_thread(journal.holding, ids, first)
    except Exception as fault:  # noqa: BLE001 whatever a stranger's server does, the rest goes on
        log.warning("journal not asked", why=_why(fault), messages=len(ids))
        return [_said(one, Source.JOURNAL, Found.NO_ANSWER) for one in found.emails]
    return [
        _said(one, Source.JOURNAL, Found.THERE, Outcome.ACCEPTED) if name in there
        else _said(one, Source.JOURNAL, Found.NOTHING)
        for name, one in ids.items()
    ]  # fmt: skip


async def _look_for_texts(evidence: Evidence, found: _Open) -> dict[Doubt, Sequence[TextSeen] | None]:
    """What the provider has that fits, text by text, None where it did not answer.

    What there was no time for is missing.
    """
    answers: dict[Doubt, Sequence[TextSeen] | None] = {}
    if evidence.texts is None:
        return answers
    try:
        async with asyncio.timeout(LONGEST):
            for one, asked in found.texts.items():
                answers[one] = await _fitting(evidence.texts, asked, one.message_id) if asked else None
    except TimeoutError:
        log.warning("list of texts asked for some only", messages=len(found.texts), answered=len(answers))
    return answers


async def _fitting(texts: TextList, asked: TextAsked, message_id: int) -> Sequence[TextSeen] | None:
    try:
        return await texts.seen(asked)
    except TimeoutError:
        raise
    except Exception as fault:  # noqa: BLE001 whatever one answer holds, the rest goes on
        log.warning("list of texts not asked", why=_why(fault), message=message_id)
        return None


def _why(fault: Exception) -> str:
    """Our own sentence; the words of any other fault could hold an address."""
    return str(fault) if isinstance(fault, Transient) else type(fault).__name__


def _write(
    house: House, found: _Open, heard: tuple[Sequence[Said], Mapping[Doubt, Sequence[TextSeen] | None]], now: datetime
) -> SettleReport:
    with house.store.write() as tx:
        tx.lock(doubt.LOCK)
        looks = [*heard[0], *_of_texts(tx, heard[1])]
        doubt.note(tx, looks, now)
        report = settle_by(tx, house, [*doubt.receipts(tx, house.sending.mode.value), *looks], now)
        report.asked = len(looks)
        report.again = _send_again(tx, found.again, now)
    return report


def settle_by(tx: Transaction, house: House, said: Sequence[Said], now: datetime) -> SettleReport:
    """Settle by what was said what is unknown still, with all that follows.

    Plan looks again at whoever it concerns: a notice that counts now ends an alarm.
    """
    rows = doubt.still_unknown(tx, [one.message_id for one in said if one.outcome is not None])
    settled = doubt.settle_said(tx, said, rows, house.sending.backoff, now)
    customers = {one: row.customer_id for one, row in rows.items()}
    codes = {one: _code(said, row) for one, row in rows.items()}
    follow(tx, Fates(settled, codes, customers, [one for one, row in rows.items() if row.notice]), now)
    bring_forward(tx, sorted({customers[one] for one in settled.accepted}), now)
    return SettleReport(accepted=len(settled.accepted), refused=len(settled.refused))


def _code(said: Sequence[Said], row: AnyRow) -> str:
    mine = (one.code for one in said if one.message_id == row.id and one.attempt_id == row.attempt and one.outcome)
    return next(mine, "")


def _of_texts(tx: Transaction, answers: Mapping[Doubt, Sequence[TextSeen] | None]) -> list[Said]:
    """What the provider's list says: one that fits, and is no other message's, is it; several are no proof."""
    seen = {one.provider_id for texts in answers.values() for one in texts or ()}
    taken = doubt.owners(tx, seen)
    rivals = doubt.with_rivals(tx, [one.message_id for one in answers])
    found = []
    for one, texts in answers.items():
        if texts is None:
            found.append(_said(one, Source.TWILIO, Found.NO_ANSWER))
            continue
        free = [text for text in texts if not taken.get(text.provider_id, set()) - {one.message_id}]
        if not free:
            found.append(_said(one, Source.TWILIO, Found.NOTHING))
        elif len(free) > 1 or one.message_id in rivals:
            found.append(_said(one, Source.TWILIO, Found.SEVERAL))
        else:
            found.append(_of_text(one, free[0]))
    return found


def _of_text(one: Doubt, text: TextSeen) -> Said:
    found = Found.THERE if text.outcome is Outcome.ACCEPTED else Found.FAILED
    return Said(one.message_id, one.attempt_id, Source.TWILIO, found, text.outcome, text.code, text.provider_id)


def _send_again(tx: Transaction, doubts: Sequence[Doubt], now: datetime) -> int:
    rows = doubt.still_unknown(tx, [one.message_id for one in doubts])
    going = [one for one in doubts if _same(one, rows.get(one.message_id))]
    doubt.note(tx, [_said(one, Source.CLOCK, Found.AGAIN) for one in going], now)
    doubt.send_again(tx, [one.message_id for one in going], now)
    return len(going)


def _same(one: Doubt, row: AnyRow | None) -> bool:
    return row is not None and row.attempt == one.attempt_id and bool(row.again)


def _said(one: Doubt, source: Source, found: Found, outcome: Outcome | None = None) -> Said:
    return Said(one.message_id, one.attempt_id, source, found, outcome)
