"""Texts are kept as soon as they come, and taken in one after the other. Colour: root. Called by the web.

What is kept is safe: the provider need not send it again, and a process that dies between the two finds it when it
comes back. A text may be taken in twice over such a death; as a reply it is one row all the same.
"""

from datetime import datetime, timedelta

import structlog

from notifier import arrivals
from notifier.pipeline.house import House
from notifier.pipeline.receive import receive
from notifier.store.engine import DATABASE_TROUBLE
from notifier.store.lookup import AnyRow
from notifier.terms.incoming import Incoming

log = structlog.get_logger(__name__)

AT_ONCE = 50
"""Texts that are read from the table together; each is taken in by itself."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
"""How long what cannot be taken in waits: twice as long after each failure, up to an hour."""


def keep(house: House, one: Incoming) -> None:
    """Keep a text that came by a webhook. Raises the database's own faults: then it is not kept."""
    with house.store.write() as tx:
        arrivals.keep(tx, one)


def take_in(house: House, now: datetime) -> int:
    """Take in what waits at the UTC instant `now`; returns how many were looked at, 0 when nothing waits.

    Raises what `store.engine.DATABASE_TROUBLE` lists; a text that fails otherwise is put off, and stops no other.
    """
    with house.store.read() as tx:
        rows = arrivals.due(tx, now, AT_ONCE)
    for row in rows:
        try:
            receive(house, arrivals.incoming_of(row), now)
        except DATABASE_TROUBLE:
            raise
        except Exception as fault:  # noqa: BLE001 one text must not keep the others out (HOSTILE 61)
            log.error("a text is not taken in, and is tried again", arrival=row.id, fault=type(fault).__name__)
            _put_off(house, row, now)
        else:
            with house.store.write() as tx:
                arrivals.taken_in(tx, row.id)
    return len(rows)


def _put_off(house: House, row: AnyRow, now: datetime) -> None:
    pause = min(FIRST_PAUSE * 2 ** min(row.tries, 10), LONGEST_PAUSE)
    with house.store.write() as tx:
        arrivals.put_off(tx, row.id, now + pause)
