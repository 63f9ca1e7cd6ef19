"""Reads emails in a process with limits of time and memory (HOSTILE 70). Colour: wire. Called by pipeline.

What a stranger sends can hang or blow up any parser. A process of its own can be ended; what it sends back is JSON and
is checked. It inherits no environment, so a mail cannot reach a secret, and it dies with its parent, because its input
ends.
"""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from notifier.errors import Transient, UnreadableMail
from notifier.replies.mail import MOST_BYTES
from notifier.replies.mail_packing import FRAME, MEMORY_GONE, MOST_ANSWER, unpacked
from notifier.terms.mail import Mail

BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class MailLimits:
    """What one mail may cost: `memory` is all that the process may hold, in bytes, `seconds` by the wall clock.

    After `most_mails` the process is replaced, so that what its memory lost in pieces comes back.
    """

    memory: int = 256 * 1024 * 1024
    seconds: float = 5.0
    start_seconds: float = 20.0
    most_mails: int = 500


class _Broken(Exception):
    """The process was ended or ended by itself before it answered; `reason` is a word of UnreadableMail."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class _Child:
    """One running process, and how many mails it has read."""

    process: subprocess.Popen[bytes]
    mails: int = 0

    def asked(self, request: bytes, seconds: float) -> bytes:
        """What it answers. Raises _Broken if that does not come in time."""
        deadline = time.monotonic() + seconds
        self._write(request, deadline)
        (size,) = FRAME.unpack(self._taken(FRAME.size, deadline))
        if size > MOST_ANSWER:
            raise _Broken("malformed")
        return self._taken(size, deadline)

    def _write(self, request: bytes, deadline: float) -> None:
        if self.process.stdin is None:
            raise _Broken("malformed")
        handle, left = self.process.stdin.fileno(), memoryview(request)
        while left:
            # A process that hangs takes nothing more, so a write that waits would hang with it.
            self._wait(handle, select.POLLOUT, deadline)
            try:
                left = left[os.write(handle, left[:BLOCK]) :]
            except BlockingIOError:
                continue
            except OSError:
                raise _Broken(self._why_it_ended()) from None

    def _taken(self, size: int, deadline: float) -> bytes:
        if self.process.stdout is None:
            raise _Broken("malformed")
        handle, taken = self.process.stdout.fileno(), bytearray()
        while len(taken) < size:
            self._wait(handle, select.POLLIN, deadline)
            block = os.read(handle, min(size - len(taken), BLOCK))
            if not block:
                raise _Broken(self._why_it_ended())
            taken += block
        return bytes(taken)

    def _wait(self, handle: int, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(handle, event)
        if not poll.poll(max(deadline - time.monotonic(), 0) * 1000):
            raise _Broken("timeout")

    def _why_it_ended(self) -> str:
        """Its pipe is closed, so it is as good as gone."""
        try:
            code = self.process.wait(1)
        except subprocess.TimeoutExpired:
            return "malformed"
        if code == -signal.SIGVTALRM:
            return "timeout"
        # A library in C or Rust that gets no memory aborts, or falls over what it did not get.
        memory = (MEMORY_GONE, -signal.SIGABRT, -signal.SIGKILL, -signal.SIGSEGV)
        return "memory" if code in memory else "malformed"

    def end(self) -> None:
        """End it at once."""
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                continue
        self.process.wait()


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
        request = FRAME.pack(len(raw)) + raw
        with self._turn:
            used, begun = self._ready().mails > 0, time.monotonic()
            try:
                return unpacked(self._answer(request, self._limits.seconds))
            except _Broken as broken:
                # A process that has read many mails may have had less memory left than one mail may take.
                if broken.reason != "memory" or not used:
                    raise UnreadableMail(broken.reason) from None
            left = self._limits.seconds - (time.monotonic() - begun)
            try:
                return unpacked(self._answer(request, left))
            except _Broken as broken:
                raise UnreadableMail(broken.reason) from None

    def close(self) -> None:
        """End the process; harmless if there is none."""
        with self._turn:
            self._stop()

    def process(self) -> int | None:
        """The id of the process that runs now, for a live view and for tests."""
        return self._child.process.pid if self._child else None

    def _answer(self, request: bytes, seconds: float) -> bytes:
        child = self._ready()
        try:
            answer = child.asked(request, seconds)
        except _Broken:
            self._stop()
            raise
        child.mails += 1
        if child.mails >= self._limits.most_mails:
            self._stop()
        return answer

    def _ready(self) -> _Child:
        if self._child is None or self._child.process.poll() is not None:
            self._stop()
            self._child = _started(self._limits, self._domains)
        return self._child

    def _stop(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


def _started(limits: MailLimits, domains: str) -> _Child:
    """A process that says it is ready. Raises Transient if it does not."""
    root = str(Path(__file__).resolve().parents[2])
    # No secret is inherited: the environment is empty but for where to find the code.
    bare = {"PYTHONPATH": os.pathsep.join([root, *filter(None, sys.path)]), "PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "notifier.replies.mail_worker", str(limits.memory), str(limits.seconds), domains]
    pipe: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "bufsize": 0}
    try:
        child = _Child(subprocess.Popen(command, env=bare, cwd="/", **pipe))  # noqa: S603
    except OSError as fault:
        why = fault.strerror or type(fault).__name__
        raise Transient(
            f"the process that reads emails did not start ({why}); free memory, processes or open files"
        ) from fault
    if child.process.stdin is not None:
        os.set_blocking(child.process.stdin.fileno(), False)
    try:
        child.asked(b"", limits.start_seconds)
    except _Broken as broken:
        child.end()
        raise Transient(
            f"the process that reads emails did not start ({broken.reason}); see its error output, free memory"
        ) from None
    return child
