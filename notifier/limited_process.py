"""A process of our own with limits of time and memory, asked over pipes (HOSTILE 29, 70). Colour: wire.

Used by render_pool and by replies.mail_process. A thread or a signal cannot stop what hangs inside one call of a
library; to kill its process can. It inherits no environment, so that nothing in it can reach a secret, and it dies
with its parent, because its input ends. Questions and answers are frames: four bytes of length, then so many bytes.
"""

import os
import select
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

FRAME = struct.Struct(">I")
BLOCK = 1 << 18
"""Bytes that a pipe holds where the system lets us choose (Linux): a process waits less for its answers to be read."""
MOST_ANSWER = 64 * 1024 * 1024
"""Bytes of an answer; the process that sends more is broken."""
MEMORY_GONE = 3
"""How a process ends itself when its memory is used up."""


class Ended(Exception):
    """The process ended, or had to be ended, before it answered. `why`: timeout, memory or malformed."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotStarted(Exception):
    """There is no process; its text says why, and what to do about it."""


class LimitedProcess:
    """One running process of the module `module`, which serves by `limited_worker`.

    Raises NotStarted where the system starts none, or it does not say within `seconds` that it is ready. `nice`: how
    much less than ours its work is worth.
    """

    def __init__(
        self, module: str, arguments: tuple[str, ...], seconds: float, most_answer: int = MOST_ANSWER, nice: int = 0
    ) -> None:
        root = str(Path(__file__).resolve().parent.parent)
        # No secret is inherited: the environment is empty but for where to find the code.
        bare = {"PYTHONPATH": os.pathsep.join([root, *filter(None, sys.path)]), "PATH": os.defpath, "LC_ALL": "C.UTF-8"}
        pipe: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "bufsize": 0, "pipesize": BLOCK}
        command = [sys.executable, "-m", module, *arguments]
        try:
            self._child: subprocess.Popen[bytes] = subprocess.Popen(command, env=bare, cwd="/", **pipe)  # noqa: S603
        except OSError as fault:
            why = fault.strerror or type(fault).__name__
            raise NotStarted(f"did not start ({why}); free memory, processes or open files") from fault
        if nice:
            # Here and not in the process: to start takes it a second of a processor already.
            os.setpriority(os.PRIO_PROCESS, self._child.pid, os.getpriority(os.PRIO_PROCESS, 0) + nice)
        pipes: Any = (self._child.stdin, self._child.stdout)
        self._asks, self._answers = (one.fileno() for one in pipes)
        self._most = most_answer
        self._pending, self._taken = bytearray(), 0
        os.set_blocking(self._asks, False)
        try:
            self.answer(seconds)
        except Ended as ended:
            self.end()
            raise NotStarted(f"did not start ({ended.why}); see its error output, free memory") from None

    @property
    def pid(self) -> int:
        """Its number, for a live view and for tests."""
        return self._child.pid

    @property
    def is_gone(self) -> bool:
        """Whether it has ended by itself."""
        return self._child.poll() is not None

    def ask(self, question: bytes, seconds: float) -> None:
        """Send a question. Raises Ended where it is not taken within `seconds`."""
        deadline, left = time.monotonic() + seconds, memoryview(FRAME.pack(len(question)) + question)
        while left:
            # A process that hangs takes nothing more, so a write that waits would hang with it.
            self._wait(self._asks, select.POLLOUT, deadline)
            try:
                left = left[os.write(self._asks, left[:BLOCK]) :]
            except BlockingIOError:
                continue
            except OSError:
                raise Ended(self._why()) from None

    def answer(self, seconds: float) -> bytes:
        """The next answer. Raises Ended where it does not come within `seconds`, or is too long."""
        deadline = time.monotonic() + seconds
        self._fill(FRAME.size, deadline)
        (size,) = FRAME.unpack_from(self._pending, self._taken)
        if size > self._most:
            raise Ended("malformed")
        self._fill(FRAME.size + size, deadline)
        begin = self._taken + FRAME.size
        frame = bytes(memoryview(self._pending)[begin : begin + size])
        self._taken = begin + size
        if self._taken == len(self._pending):
            # Cut once in a while: to cut after each answer moves all the others.
            self._pending, self._taken = bytearray(), 0
        return frame

    def end(self) -> None:
        """End it at once."""
        self._child.kill()
        for pipe in (self._child.stdin, self._child.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                continue  # the other end is gone
        self._child.wait()

    def _fill(self, size: int, deadline: float) -> None:
        while len(self._pending) - self._taken < size:
            self._wait(self._answers, select.POLLIN | select.POLLHUP, deadline)
            block = os.read(self._answers, BLOCK)
            if not block:
                raise Ended(self._why())
            self._pending += block

    def _wait(self, handle: int, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(handle, event)
        if not poll.poll(max(deadline - time.monotonic(), 0) * 1000):
            raise Ended("timeout")

    def _why(self) -> str:
        """Its pipe is closed, so it is as good as gone."""
        try:
            code = self._child.wait(1)
        except subprocess.TimeoutExpired:
            return "malformed"
        if code == -signal.SIGPROF:
            return "timeout"
        # A library in C or Rust that gets no memory aborts, or falls over what it did not get.
        memory = (MEMORY_GONE, -signal.SIGABRT, -signal.SIGKILL, -signal.SIGSEGV)
        return "memory" if code in memory else "malformed"
