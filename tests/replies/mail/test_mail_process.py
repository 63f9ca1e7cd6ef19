"""The limited process: what is hostile costs its own mail and no other (HOSTILE 70)."""

import os
import resource
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from notifier.errors import Transient, UnreadableMail
from notifier.replies.mail_process import MailLimits, MailReader
from notifier.terms.mail import Machine, Mail
from tests.processor import seconds_of
from tests.replies.mail.letters import OWN, mail, read

pytestmark = pytest.mark.slow
"""Each waits for a process that is ended; what is read is tested without it."""

ENCODED_WORDS = mail(Subject="=?utf-8?q?a?= " * 21_000)
PARENTHESES = mail("Yes", To="(" * 4096)
LEVELS = b"".join(b"Content-Type: multipart/mixed; boundary=%s\n\n--%s\n" % (b"b" * n, b"b" * n) for n in range(1, 21))
SLOW = b"From: a@example.com\n" + LEVELS + b"\n" + (b"--" + b"b" * 21 + b"\n") * 400_000
"""Takes seconds: lines that are nearly the boundary, at each of 20 depths."""
LARGE = mail(b"a" * 10_000_000)
PATIENT = MailLimits(seconds=120, start_seconds=300)
"""For what is not about time."""


@pytest.fixture(scope="module")
def reader() -> Iterator[MailReader]:
    with MailReader(OWN, PATIENT) as one:
        yield one


@pytest.fixture
def tight(reader: MailReader) -> MailLimits:
    """Memory in which a process starts and reads small mails, but not a large one."""
    reader.close()
    reader.start()
    return replace(PATIENT, memory=status(reader, "VmPeak") + 10 * 1024 * 1024)


def why(reader: MailReader, raw: bytes) -> str:
    with pytest.raises(UnreadableMail) as refused:
        reader.read(raw)
    return refused.value.reason


def status(reader: MailReader, field: str) -> int:
    """A number of bytes that the system tells of the process."""
    lines = Path(f"/proc/{reader.process()}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:"))


def started(reader: MailReader) -> float:
    """Seconds of the processor that the process took to start."""
    reader.start()
    return used(reader)


def used(reader: MailReader) -> float:
    return seconds_of(reader.process() or 0)


def hang(reader: MailReader) -> None:
    """The process does nothing any more."""
    reader.start()
    os.kill(reader.process() or 0, signal.SIGSTOP)


def test_a_mail_comes_back_as_the_process_read_it(reader: MailReader) -> None:
    raw = mail("Yes\n\n> reply YES", In_Reply_To="<u1@oak.example>", Reply_To="x@example.com")
    assert reader.read(raw) == read(raw)


def test_our_own_domains_reach_the_process(reader: MailReader) -> None:
    got = reader.read(mail(Auto_Submitted="auto-generated", Message_ID="<u1@oak.example>"))
    assert got.machine is Machine.OWN


def test_a_recipient_of_four_kb_of_parentheses_is_read_at_once(reader: MailReader) -> None:
    before = started(reader)
    assert (reader.read(PARENTHESES).words, used(reader) - before < 1) == ("Yes", True)


def test_273_kb_of_encoded_words_are_refused_at_once(reader: MailReader) -> None:
    before = started(reader)
    assert (why(reader, ENCODED_WORDS), used(reader) - before < 1) == ("too_large", True)


def test_64_kb_of_encoded_words_are_read_at_once(reader: MailReader) -> None:
    before = started(reader)
    reader.read(mail(Subject="=?utf-8?q?a?= " * 4600))
    assert used(reader) - before < 1


def test_fifty_megabytes_are_refused_before_they_reach_the_process() -> None:
    reader = MailReader(OWN)
    assert (why(reader, b"a" * 50_000_000), reader.process()) == ("too_large", None)


def test_the_largest_mail_stays_far_within_the_memory(reader: MailReader) -> None:
    reader.read(LARGE)
    assert status(reader, "VmPeak") < MailLimits().memory / 2


def test_the_process_can_never_hold_more_than_its_memory(reader: MailReader) -> None:
    reader.start()
    assert resource.prlimit(reader.process() or 0, resource.RLIMIT_AS)[0] == 256 * 1024 * 1024


def test_a_mail_that_takes_too_long_is_ended() -> None:
    with MailReader(OWN, replace(PATIENT, seconds=0.2)) as reader:
        assert (why(reader, SLOW), reader.process()) == ("timeout", None)


def test_no_mail_takes_more_than_five_seconds() -> None:
    limits = MailLimits(start_seconds=300)
    with MailReader(OWN, limits) as reader:
        hang(reader)
        assert (why(reader, mail("Yes")), limits.seconds) == ("timeout", 5)


def test_a_mail_that_eats_the_memory_is_ended(tight: MailLimits) -> None:
    with MailReader(OWN, tight) as reader:
        assert why(reader, LARGE) == "memory"


def test_the_next_mail_is_read_after_one_that_ate_the_memory(tight: MailLimits) -> None:
    with MailReader(OWN, tight) as reader:
        why(reader, LARGE)
        assert reader.read(mail("Yes")).words == "Yes"


def test_the_next_mail_is_read_after_one_that_took_too_long() -> None:
    with MailReader(OWN, replace(PATIENT, seconds=3)) as reader:
        hang(reader)
        why(reader, mail("No"))
        assert reader.read(mail("Yes")).words == "Yes"


def test_a_process_that_was_killed_is_replaced(reader: MailReader) -> None:
    reader.start()
    before = reader.process()
    os.kill(before or 0, signal.SIGKILL)
    os.waitid(os.P_PID, before or 0, os.WEXITED | os.WNOWAIT)
    assert (reader.read(mail("Yes")).words, reader.process() == before) == ("Yes", False)


def test_a_machine_that_starts_no_process_is_no_fault_of_the_mail() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with MailReader(OWN) as reader, pytest.raises(Transient, match="did not start"):
            reader.read(mail("Yes"))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_process_is_replaced_after_many_mails() -> None:
    with MailReader(OWN, replace(PATIENT, most_mails=2)) as reader:
        seen = [reader.read(mail(str(n))) and reader.process() for n in range(2)]
        assert seen[1] is None and isinstance(reader.read(mail("Yes")), Mail)


def test_the_process_inherits_no_environment(reader: MailReader) -> None:
    reader.start()
    raw = Path(f"/proc/{reader.process()}/environ").read_bytes()
    assert {one.partition(b"=")[0] for one in raw.split(b"\0") if one} == {b"PYTHONPATH", b"PATH", b"LC_ALL"}


def test_closing_twice_is_harmless() -> None:
    reader = MailReader(OWN)
    reader.start()
    reader.close()
    reader.close()
    assert reader.process() is None
