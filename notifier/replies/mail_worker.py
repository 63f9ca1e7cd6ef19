"""The process behind `mail_process`: takes a mail, says what it says. Colour: wire.

Started by mail_process, not run by hand. It holds no secret, opens nothing, ignores Ctrl-C, and ends when its input
ends or its parent is gone for too long.
"""

import gc
import json
import os
import signal
import sys
from typing import BinaryIO

from notifier.errors import UnreadableMail
from notifier.replies.mail import read_mail
from notifier.replies.mail_packing import FRAME, MEMORY_GONE, packed


def main() -> None:
    """Serve until the input ends. Arguments: bytes of memory, CPU seconds for a mail, our domains with commas."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    memory, seconds, domains = int(sys.argv[1]), float(sys.argv[2]), frozenset(filter(None, sys.argv[3].split(",")))
    _warm_up()
    _limit(memory)
    gc.freeze()
    asked, answering = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    _answer(answering, b"{}")
    while len(size := asked.read(FRAME.size)) == FRAME.size:
        # Ends a reading that never ends when the parent is no longer there to do so.
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds + 1)
        try:
            answer = _read(asked.read(FRAME.unpack(size)[0]), domains)
        except MemoryError:
            # What is left of this process cannot be trusted with the next mail.
            os._exit(MEMORY_GONE)
        _answer(answering, answer)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _read(raw: bytes, domains: frozenset[str]) -> bytes:
    try:
        return packed(read_mail(raw, domains))
    except UnreadableMail as why:
        return json.dumps({"unreadable": why.reason}).encode("ascii")
    except MemoryError:
        raise
    except Exception as fault:  # a fault of ours or of a library: this mail is set aside, the next one is read  # noqa: BLE001
        sys.stderr.write(f"reading a mail failed with {type(fault).__name__}\n")
        return b'{"unreadable": "malformed"}'


def _warm_up() -> None:
    """Read one mail beforehand: what is loaded and compiled late must not count as a customer's mail's cost."""
    read_mail(
        b"From: a@b.example\nSubject: =?utf-8?q?=C3=A9?=\n\nOn 1 May 2026, a@b.example wrote:\n> hello\n", frozenset()
    )


def _limit(memory: int) -> None:
    """Cap the whole address space; only where the system knows such limits (Unix)."""
    try:
        import resource
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(what, (most, most))
        except (OSError, ValueError):
            continue


def _answer(answering: BinaryIO, answer: bytes) -> None:
    answering.write(FRAME.pack(len(answer)) + answer)
    answering.flush()


if __name__ == "__main__":
    main()
