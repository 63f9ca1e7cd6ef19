"""Reads emails in a process with limits of time and memory (HOSTILE 70). Colour: wire. Called by pipeline.

What a stranger sends can hang or blow up any parser. A process of its own can be ended; what it sends back is JSON and
is checked.
"""

import threading
import time
from dataclasses import dataclass
from types import TracebackType

from notifier.errors import Transient, UnreadableMail
from notifier.limited_process import Ended, LimitedProcess, NotStarted
from notifier.replies.mail import MOST_BYTES
from notifier.replies.mail_packing import MOST_ANSWER, unpacked
from notifier.terms.mail import Mail


@dataclass(frozen=True, slots=True)
class MailLimits:
    """What one mail may cost: `memory` is all that the process may hold, in bytes, `seconds` by the wall clock.

    After `most_mails` the process is replaced, so that what its memory lost in pieces comes back.
    """

    memory: int = 256 * 1024 * 1024
    seconds: float = 5.0
    start_seconds: float = 20.0
    most_mails: int = 500


@dataclass(slots=True)
class _Child:
    """One running process, and how many mails it has read."""

    process: LimitedProcess
    mails: int = 0

    def asked(self, raw: bytes, seconds: float) -> bytes:
        """What it answers. Raises Ended if that does not come in time."""
        begun = time.monotonic()
        self.process.ask(raw, seconds)
        return self.process.answer(seconds - (time.monotonic() - begun))


class MailReader:
    """Reads mails, one at a time, from any thread. Use as a context manager, or close it.

    `own_domains` are the domains of the Message-IDs that we give. The process starts with `start` or the first mail,
    and anew after each mail that broke it.
    """

    def __init__(self, own_domains: frozenset[str], limits: MailLimits | None = None) -> None:
        self._domains = ",".join(sorted(one.lower() for one in own_domains))
        self._limits = limits or MailLimits()
        self._child: _Child | None = None
        self._turn = threading.Lock()

    def __enter__(self) -> "MailReader":  # noqa: PYI034
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the process now, so that the first mail need not wait. Raises Transient if it does not come up."""
        with self._turn:
            self._ready()

    def read(self, raw: bytes) -> Mail:
        """What the mail says, within the limits.

        Raises UnreadableMail with its reason: set the mail aside and go on. Raises Transient if no process can be
        started: the mail is not at fault.
        """
        if len(raw) > MOST_BYTES:
            raise UnreadableMail("too_large")
        with self._turn:
            used, begun = self._ready().mails > 0, time.monotonic()
            try:
                return unpacked(self._answer(raw, self._limits.seconds))
            except Ended as ended:
                # A process that has read many mails may have had less memory left than one mail may take.
                if ended.why != "memory" or not used:
                    raise UnreadableMail(ended.why) from None
            left = self._limits.seconds - (time.monotonic() - begun)
            try:
                return unpacked(self._answer(raw, left))
            except Ended as ended:
                raise UnreadableMail(ended.why) from None

    def close(self) -> None:
        """End the process; harmless if there is none."""
        with self._turn:
            self._stop()

    def process(self) -> int | None:
        """The id of the process that runs now, for a live view and for tests."""
        return self._child.process.pid if self._child else None

    def _answer(self, raw: bytes, seconds: float) -> bytes:
        child = self._ready()
        try:
            answer = child.asked(raw, seconds)
        except Ended:
            self._stop()
            raise
        child.mails += 1
        if child.mails >= self._limits.most_mails:
            self._stop()
        return answer

    def _ready(self) -> _Child:
        if self._child is None or self._child.process.is_gone:
            self._stop()
            self._child = _started(self._limits, self._domains)
        return self._child

    def _stop(self) -> None:
        if self._child is not None:
            self._child.process.end()
            self._child = None


def _started(limits: MailLimits, domains: str) -> _Child:
    """A process that says it is ready. Raises Transient if it does not."""
    arguments = (str(limits.memory), str(limits.seconds), domains)
    try:
        return _Child(LimitedProcess("notifier.replies.mail_worker", arguments, limits.start_seconds, MOST_ANSWER))
    except NotStarted as fault:
        raise Transient(f"the process that reads emails {fault}") from fault
