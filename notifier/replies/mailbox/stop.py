"""What a reader is told to end by; a threading.Event is one. Colour: wire. Used by idle, folder and reader."""

from typing import Protocol


class Stop(Protocol):
    """Set by whoever wants the reading to end."""

    def is_set(self) -> bool:
        """Whether it shall end."""
        ...

    def wait(self, timeout: float) -> bool:
        """Wait for so many seconds, or until it shall end."""
        ...
