"""The reader against a real dovecot: nothing is lost, nothing is taken twice, whatever breaks off in between."""

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from notifier.errors import LockedOut, Quarantined, Transient
from notifier.imap_box import ImapAccess
from notifier.pipeline.mailboxes import KeptPositions
from notifier.replies.mailbox import Intake, MailboxReader, Reading
from notifier.replies.mailbox.folder import LARGEST
from notifier.store.engine import Store, open_engine
from notifier.terms.network import Security
from tests.replies.reading import NOON, Desk, access_to, reader, reading_thread
from tests.standins.dovecot import Dovecot, running_dovecot

pytestmark = pytest.mark.slow

THEN = NOON - timedelta(hours=1)
NEVER = 1200.0
"""Seconds between two looks, for tests in which only IDLE can wake the reader."""


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with running_dovecot() as server:
        yield server


@pytest.fixture
def folder(dovecot: Dovecot) -> str:
    """A folder of this test alone, with two mails of this hour."""
    name = f"replies{uuid4().hex}"
    for number in (1, 2):
        dovecot.put_bytes(mail(number), THEN, name)
    return name


def mail(number: int) -> bytes:
    return f"From: ann@mail.example\r\nSubject: {number}\r\n\r\nPlease wait.\r\n".encode()


def to(dovecot: Dovecot, folder: str, **changes: object) -> ImapAccess:
    return access_to(dovecot.port, folder=folder, **changes)


def count(dovecot: Dovecot, folder: str, what: str = "ALL") -> int:
    with dovecot.session(folder) as box:
        return len(box.search(None, what)[1][0].split())


def test_mails_are_taken_as_they_lie_there(dovecot: Dovecot, folder: str) -> None:
    desk = Desk()
    reader(to(dovecot, folder), desk).look()
    assert [(one.uid, one.raw, one.received_at) for one in desk.given] == [(1, mail(1), THEN), (2, mail(2), THEN)]


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_mails_are_taken_over_tls(dovecot: Dovecot, folder: str, security: Security) -> None:
    port = dovecot.tls_port if security is Security.TLS else dovecot.port
    access = access_to(port, folder=folder, security=security, ca_file=str(dovecot.authority.ca_file))
    assert reader(access, Desk()).look() == 2


def test_a_taken_mail_is_marked_as_seen(dovecot: Dovecot, folder: str) -> None:
    reader(to(dovecot, folder), Desk()).look()
    assert count(dovecot, folder, "SEEN") == 2


def test_a_mail_that_was_not_taken_is_not_marked(dovecot: Dovecot, folder: str) -> None:
    with pytest.raises(Transient):
        reader(to(dovecot, folder), Desk(faults=[Transient("The database is away.")])).look()
    assert count(dovecot, folder, "SEEN") == 0


def test_a_mail_that_was_not_taken_comes_again_under_its_key(dovecot: Dovecot, folder: str) -> None:
    desk = Desk(faults=[Transient("The database is away.")])
    with pytest.raises(Transient):
        reader(to(dovecot, folder), desk).look()
    reader(to(dovecot, folder), desk).look()
    assert (desk.uids, desk.given[0].key) == ([1, 1, 2], desk.given[1].key)


def test_a_mail_that_somebody_has_read_already_is_taken_all_the_same(dovecot: Dovecot, folder: str) -> None:
    desk = Desk()
    with dovecot.session(folder) as box:
        box.uid("STORE", "1", "+FLAGS", r"(\Seen)")
    reader(to(dovecot, folder), desk).look()
    assert desk.uids == [1, 2]


def test_what_a_person_has_marked_for_deletion_stays(dovecot: Dovecot, folder: str) -> None:
    with dovecot.session(folder) as box:
        box.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
    reader(to(dovecot, folder), Desk(faults=[None, Quarantined("no")]), quarantine=f"{folder}aside").look()
    assert count(dovecot, folder, "DELETED") == 1


def test_the_first_look_reads_the_newest_days_alone(dovecot: Dovecot, folder: str) -> None:
    desk = Desk()
    dovecot.put_bytes(mail(3), THEN - timedelta(days=2, minutes=-61), folder)
    dovecot.put_bytes(mail(4), THEN - timedelta(days=3), folder)
    reader(to(dovecot, folder), desk, first=timedelta(days=2)).look()
    assert desk.uids == [1, 2, 3]


def test_a_first_look_that_broke_off_goes_on_with_the_newest_days_alone(dovecot: Dovecot, folder: str) -> None:
    desk = Desk(faults=[None, Transient("The database is away.")])
    dovecot.put_bytes(mail(3), THEN - timedelta(days=9), folder)
    with pytest.raises(Transient):
        reader(to(dovecot, folder), desk).look()
    reader(to(dovecot, folder), desk).look()
    assert desk.uids == [1, 2, 2]


def test_what_comes_later_is_read_whatever_its_date(dovecot: Dovecot, folder: str) -> None:
    desk = Desk()
    reader(to(dovecot, folder), desk).look()
    dovecot.put_bytes(mail(3), THEN - timedelta(days=30), folder)
    reader(to(dovecot, folder), desk).look()
    assert desk.uids == [1, 2, 3]


def test_a_folder_that_is_numbered_anew_is_read_again_from_the_newest_days_on(dovecot: Dovecot, folder: str) -> None:
    desk = Desk()
    reader(to(dovecot, folder), desk).look()
    _number_anew(dovecot, folder, [THEN - timedelta(days=8), THEN])
    reader(to(dovecot, folder), desk).look()
    assert [one.raw for one in desk.given] == [mail(1), mail(2), mail(1)]


def test_mails_that_are_numbered_anew_have_other_keys(dovecot: Dovecot, folder: str) -> None:
    desk = Desk()
    reader(to(dovecot, folder), desk).look()
    _number_anew(dovecot, folder, [THEN])
    reader(to(dovecot, folder), desk).look()
    assert (desk.given[0].uid, desk.given[0].key != desk.given[2].key) == (desk.given[2].uid, True)


def test_a_folder_that_is_numbered_anew_while_nobody_reads_loses_nothing(dovecot: Dovecot, folder: str) -> None:
    desk = Desk()
    reader(to(dovecot, folder), desk).look()
    _number_anew(dovecot, folder, [THEN + timedelta(days=1)])
    desk.now = NOON + timedelta(days=30)
    reader(to(dovecot, folder), desk).look()
    assert len(desk.given) == 3


def test_a_new_mail_wakes_the_reader(dovecot: Dovecot, folder: str) -> None:
    desk = Desk()
    with reading_thread(to(dovecot, folder), desk, poll=NEVER):
        desk.next()
        desk.next()
        dovecot.put_bytes(mail(3), THEN, folder)
        assert desk.next().uid == 3


def test_a_new_mail_wakes_the_reader_over_tls(dovecot: Dovecot, folder: str) -> None:
    desk = Desk()
    tls = {"security": Security.TLS, "ca_file": str(dovecot.authority.ca_file)}
    with reading_thread(access_to(dovecot.tls_port, folder=folder, **tls), desk, poll=NEVER):
        desk.next()
        desk.next()
        dovecot.put_bytes(mail(3), THEN, folder)
        assert desk.next().uid == 3


def test_the_reader_finds_a_server_that_was_started_anew(dovecot: Dovecot, folder: str) -> None:
    desk = Desk()
    with reading_thread(to(dovecot, folder), desk, poll=NEVER):
        desk.next()
        desk.next()
        dovecot.stop()
        dovecot.start()
        dovecot.put_bytes(mail(3), THEN, folder)
        assert desk.next().uid == 3


def test_a_mail_that_cannot_be_read_is_moved_unseen_into_its_folder(dovecot: Dovecot, folder: str) -> None:
    aside = f"{folder}aside"
    reader(to(dovecot, folder), Desk(faults=[Quarantined("no")]), quarantine=aside).look()
    assert (count(dovecot, folder), count(dovecot, aside, "UNSEEN")) == (1, 1)


def test_a_mail_that_cannot_be_read_is_flagged_unseen_where_there_is_no_folder(dovecot: Dovecot, folder: str) -> None:
    reader(to(dovecot, folder), Desk(faults=[Quarantined("no")]), quarantine="").look()
    assert count(dovecot, folder, "FLAGGED UNSEEN") == 1


def test_the_reading_goes_on_after_a_mail_that_cannot_be_read(dovecot: Dovecot, folder: str) -> None:
    desk = Desk(faults=[Quarantined("no")])
    reader(to(dovecot, folder), desk).look()
    reader(to(dovecot, folder), desk).look()
    assert desk.uids == [1, 2]


def test_of_a_mail_that_is_too_large_only_the_headers_come(dovecot: Dovecot, folder: str) -> None:
    desk = Desk()
    dovecot.put_bytes(mail(3) + b"x" * LARGEST, THEN, folder)
    reader(to(dovecot, folder), desk).look()
    third = desk.given[2]
    assert (third.whole, third.raw, third.size > LARGEST) == (False, mail(3).partition(b"Please")[0], True)


def test_a_missing_folder_says_what_to_set(dovecot: Dovecot) -> None:
    with pytest.raises(LockedOut, match=r"Set \[inbox\] folder"):
        reader(to(dovecot, "Nowhere"), Desk()).look()


def test_a_reader_that_was_killed_while_a_mail_was_taken_brings_it_again(
    dovecot: Dovecot, folder: str, sqlite_url: str
) -> None:
    script = textwrap.dedent(
        f"""
        from datetime import datetime
        import sys, threading
        from notifier.pipeline.mailboxes import KeptPositions
        from notifier.replies.mailbox import Intake, MailboxReader, Reading
        from notifier.store.engine import Store, open_engine
        from tests.replies.reading import access_to

        def take(mail):
            if mail.uid == 2:
                print("taking", flush=True)
                threading.Event().wait()

        positions = KeptPositions(Store(open_engine({sqlite_url!r})))
        intake = Intake(positions, take, lambda: datetime.fromisoformat({NOON.isoformat()!r}))
        MailboxReader(access_to({dovecot.port}, folder={folder!r}), Reading(), intake).look()
        """
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path.cwd()) as killed:
        assert killed.stdout is not None and killed.stdout.readline() == b"taking\n"
        killed.kill()
    store, desk = Store(open_engine(sqlite_url)), Desk()
    intake = Intake(KeptPositions(store), desk.take, lambda: NOON)
    MailboxReader(to(dovecot, folder), Reading(), intake).look()
    store.close()
    assert desk.uids == [2]


# Last, because dovecot lets whoever gave a wrong password wait at the next logins.
def test_a_wrong_password_says_what_to_set(dovecot: Dovecot, folder: str) -> None:
    with pytest.raises(LockedOut, match="NOTIFIER_INBOX__PASSWORD"):
        reader(to(dovecot, folder, password="wrong"), Desk()).look()


def _number_anew(dovecot: Dovecot, folder: str, dates: list[datetime]) -> None:
    """The same folder, made anew by its server, with mails of these dates, the first mail last."""
    with dovecot.session() as box:
        box.delete(folder)
    for number, date in zip(range(len(dates), 0, -1), dates, strict=True):
        dovecot.put_bytes(mail(number), date, folder)
