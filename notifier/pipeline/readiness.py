"""Whether this process can work: the database answers and takes a write, and the guard agrees. Colour: root.

Called by watch. It asks what every plan and claim asks, and writes one moment where they would write theirs: what
cannot be recorded is not sent, so a disk that is full must show here first (HOSTILE 59).
"""

from notifier.errors import Unsafe
from notifier.pipeline.guard import known_to, require_safe
from notifier.pipeline.house import House
from notifier.store.engine import DATABASE_FAULTS
from notifier.store.meta import keep_moment
from notifier.store.migrate import is_current
from notifier.terms.readiness import NotReady

PROBED = "probed_at"
"""When a process last proved that the database takes a write: the name of a moment in the database."""

PATIENCE = 2
"""Seconds that the database may take to answer."""


def not_ready(house: House) -> tuple[NotReady, ...]:
    """Why no work can be done now; empty where it can. Takes a few times PATIENCE at most on PostgreSQL."""
    answered = False
    try:
        known = known_to(house.guards)
        with house.store.write() as tx:
            tx.hurry(PATIENCE)
            if not is_current(tx):
                return (NotReady.SCHEMA,)
            require_safe(tx, house.guards, known)
            answered = True
            # Committed, because SQLite writes nothing to its disk before.
            keep_moment(tx, PROBED, tx.database_now())
    except Unsafe as unsafe:
        return (NotReady(unsafe.word),)
    except DATABASE_FAULTS:
        return (NotReady.NOT_WRITABLE if answered else NotReady.DATABASE,)
    return ()
