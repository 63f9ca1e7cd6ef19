"""Housekeeping between the ticks: dead workers' claims, what is to be forgotten, the database's upkeep. Colour: root.

Called by cli.run.
"""

from datetime import datetime

from notifier import outbox
from notifier.outbox import doubt
from notifier.pipeline.house import House
from notifier.pipeline.retention import forget_old
from notifier.pipeline.uploads import Shelf
from notifier.store.routes import forget_routes


def clean_up(house: House, now: datetime) -> tuple[int, int]:
    """Take back expired claims and hand-offs, forget what is old, let the database tidy up. Returns both counts.

    Files that somebody has brought to the console of this machine are old after a day.
    """
    with house.store.write() as tx:
        counts = outbox.recover(tx, now)
        outbox.forget_days(tx, now)
        forget_routes(tx, now)
        doubt.forget_receipts(tx)
    forget_old(house, now)
    if house.settings is not None:
        Shelf(house.settings.upload_folder).sweep(now)
    house.store.tidy()
    return counts
