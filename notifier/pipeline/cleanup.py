"""Housekeeping between the ticks: what dead workers left, and the database's own upkeep. Colour: root.

Called by cli.run.
"""

from datetime import datetime

from notifier import outbox
from notifier.pipeline.house import House


def clean_up(house: House, now: datetime) -> tuple[int, int]:
    """Take back expired claims and hand-offs, then let SQLite tidy up. Returns both counts."""
    with house.store.write() as tx:
        counts = outbox.recover(tx, now)
    house.store.tidy()
    return counts
