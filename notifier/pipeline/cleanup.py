"""Housekeeping between the ticks: dead workers' claims, what is to be forgotten, the database's upkeep. Colour: root.

Called by cli.run.
"""

from datetime import datetime

from notifier import outbox
from notifier.outbox import doubt
from notifier.pipeline.house import House
from notifier.pipeline.retention import forget_old


def clean_up(house: House, now: datetime) -> tuple[int, int]:
    """Take back expired claims and hand-offs, forget what is old, let SQLite tidy up. Returns the first two counts."""
    with house.store.write() as tx:
        counts = outbox.recover(tx, now)
        outbox.forget_days(tx, now)
        doubt.forget_receipts(tx)
    forget_old(house, now)
    house.store.tidy()
    return counts
