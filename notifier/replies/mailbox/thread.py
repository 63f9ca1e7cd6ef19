"""The reader beside everything else, in a thread of its own. Colour: wire. Started and stopped by cli, built by app."""

from threading import Event, Thread

from notifier.replies.mailbox.reader import MailboxReader

PATIENCE = 2.0
"""Seconds that the network gets to come to an end."""


class ReadingThread:
    """Reads from `start` to `stop`. It never keeps the process alive: what it leaves comes again at the next start."""

    def __init__(self, reader: MailboxReader) -> None:
        self._reader = reader
        self._stop = Event()
        self._thread = Thread(target=reader.watch, args=(self._stop,), name="mailbox", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self, patience: float = PATIENCE) -> bool:
        """End the reading; returns whether it has ended.

        A mail that is being taken is taken to its end, and no other one is taken afterwards. A server that does not
        answer is waited for no longer than `patience` seconds.
        """
        self._stop.set()
        with self._reader.taking:
            pass
        self._thread.join(patience)
        return not self._thread.is_alive()
