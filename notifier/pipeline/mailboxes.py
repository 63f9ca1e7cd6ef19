"""Remembers how far the mailbox of replies was read, in transactions of its own. Colour: root. Built by app.

Called by replies.mailbox between two steps of its own, while it waits for nobody on the network.
"""

from notifier.store.engine import Store
from notifier.store.mailboxes import keep_position, position_of
from notifier.terms.mailbox import Position


class KeptPositions:
    """Keeps terms.mailbox.Positions in the database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def position(self, mailbox: str) -> Position | None:
        """How far it was read; None before the first time."""
        with self._store.read() as tx:
            return position_of(tx, mailbox)

    def keep(self, mailbox: str, position: Position, *, back: bool = False) -> None:
        """Remember it for good, unless it was read further already."""
        with self._store.write() as tx:
            keep_position(tx, mailbox, position, back=back)
