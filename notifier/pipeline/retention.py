"""Forgets what is older than `[retention] days`: words first, then people, then evidence. Colour: root.

Called by cleanup. Each batch is a commit of its own, and looks again under the locks of import and plan; whoever has an
open line is never touched. What was begun and broken off is taken up by the next call.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog

from notifier import arrivals, sign_ins, waitlist
from notifier.pipeline.house import House
from notifier.pipeline.locks import LOCK, RECORDS_LOCK
from notifier.store.engine import Transaction
from notifier.store.evidence import delete_expired, keep_evidence
from notifier.store.forget import addresses_of, drop_consents, forget, forget_messages
from notifier.store.lookup import batches
from notifier.store.newcomers import never_confirmed
from notifier.store.old import (
    forget_replies,
    forget_words,
    idle_customers,
    mark_forgotten,
    old_messages,
    old_replies,
    old_words,
)
from notifier.terms.time import add_years

ROWS_A_BATCH = 500
"""A batch holds the write lock for some tenths of a second; deliveries go on between two of them."""

STRANGERS = timedelta(days=30)
"""How long an address is kept whose owner never confirmed a sign-up: its request is long over then."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was forgotten: words of messages, of contacts and of replies, people, expired evidence."""

    messages: int
    contacts: int
    people: int
    evidence: int
    replies: int = 0


def forget_old(house: House, now: datetime) -> Forgotten:
    """Forget what is old at the UTC instant `now`. A notice's words stay for `evidence_years` (RULES.md F14, U4)."""
    terms = house.remembering
    before, evidence_before = now - terms.keep, add_years(now, -terms.evidence_years)
    with house.store.read() as tx:
        messages = old_messages(tx, before, min(before, evidence_before), now)
        contacts = old_words(tx, before, now)
        replies = old_replies(tx, before, now)
        people = idle_customers(tx, before, now)
        strangers = idle_customers(tx, max(before, now - STRANGERS), now, never_confirmed(tx))
    _in_batches(house, messages, forget_messages)
    _in_batches(house, contacts, forget_words)
    _in_batches(house, replies, forget_replies)
    with house.store.write() as tx:
        waitlist.forget_ended(tx, before)
        sign_ins.forget(tx, max(before, now - STRANGERS))
        if lost := arrivals.forget(tx, before):
            log.error("texts that could never be taken in were forgotten", texts=lost)
    forgotten = 0
    for ids in batches(people, ROWS_A_BATCH):
        forgotten += _forget_people(house, ids, before, now)
    for ids in batches(sorted({*strangers} - {*people}), ROWS_A_BATCH):
        forgotten += _forget_people(house, ids, max(before, now - STRANGERS), now)
    done = Forgotten(len(messages), len(contacts), forgotten, _expire(house, now), len(replies))
    if any(asdict(done).values()):
        log.info("forgotten what is old", **asdict(done))
    return done


def _in_batches(house: House, found: Sequence[int], act: Callable[[Transaction, Sequence[int]], None]) -> None:
    for ids in batches(found, ROWS_A_BATCH):
        with house.store.write() as tx:
            act(tx, ids)


def _forget_people(house: House, found: Sequence[int], before: datetime, now: datetime) -> int:
    """Forget those of `found` who are still idle; an import or a plan may have come between."""
    terms = house.remembering
    with house.store.write() as tx:
        tx.lock(RECORDS_LOCK)
        tx.lock(LOCK)
        ids = idle_customers(tx, before, now, found)
        if ids:
            # nothing was said after `before`, so the years begin there at the latest
            keep_evidence(tx, terms.hash_key, dict.fromkeys(ids, add_years(before, terms.evidence_years)))
            addresses = addresses_of(tx, ids)
            drop_consents(tx, ids, addresses, refusals=False)
            forget(tx, ids, addresses, terms.hash_key)
            mark_forgotten(tx, ids, before)
    return len(ids)


def _expire(house: House, now: datetime) -> int:
    deleted = 0
    while True:
        with house.store.write() as tx:
            found = delete_expired(tx, now, ROWS_A_BATCH)
        deleted += found
        if found < ROWS_A_BATCH:
            return deleted
