"""The process behind `mail_process`: takes a mail, says what it says. Colour: wire.

Started by mail_process, not run by hand.
"""

import json
import sys
from collections.abc import Iterator

from notifier.errors import UnreadableMail
from notifier.limited_worker import cap_memory, serve
from notifier.replies.mail import read_mail
from notifier.replies.mail_packing import packed


def main() -> None:
    """Serve until the input ends. Arguments: bytes of memory, CPU seconds for a mail, our domains with commas."""
    memory, seconds, domains = int(sys.argv[1]), float(sys.argv[2]), frozenset(filter(None, sys.argv[3].split(",")))

    def answers(raw: bytes) -> Iterator[bytes]:
        yield _read(raw, domains)

    _warm_up()
    serve(lambda: cap_memory(memory, beyond=False), answers, seconds + 1)


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


if __name__ == "__main__":
    main()
