"""A mailbox that was restored, and gives UIDs a second time under the same UIDVALIDITY."""

from collections.abc import Iterator

import pytest

from notifier.terms.mailbox import Position
from tests.replies.reading import NOON, Desk, Memory, access_to, reader
from tests.standins.imap_server import VALIDITY, ImapServer, running_imap_server

ANN, BOB = b"From: ann@mail.example\r\n\r\nWait.\r\n", b"From: bob@mail.example\r\n\r\nCancel it.\r\n"


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with running_imap_server(ImapServer(mails={5: ANN, 6: BOB})) as running:
        yield running


def test_a_restored_mailbox_that_gives_uids_again_is_read_again(server: ImapServer) -> None:
    desk = Desk()
    reader(access_to(server.port), desk).look()
    server.mails = {5: BOB}
    reader(access_to(server.port), desk).look()
    assert [(mail.uid, mail.raw) for mail in desk.given] == [(5, ANN), (6, BOB), (5, BOB)]


def test_a_restored_mailbox_is_read_again_once(server: ImapServer) -> None:
    desk = Desk()
    reader(access_to(server.port), desk).look()
    server.mails = {5: BOB}
    for _ in range(2):
        reader(access_to(server.port), desk).look()
    assert desk.uids == [5, 6, 5]


def test_what_another_machine_reads_meanwhile_makes_no_mailbox_a_restored_one(server: ImapServer) -> None:
    class Ahead(Memory):
        def position(self, mailbox: str) -> Position | None:
            found, further = super().position(mailbox), Position(VALIDITY, 9, 5, NOON, NOON)
            self.kept[mailbox] = further
            return found

    desk = Desk(memory=Ahead())
    reader(access_to(server.port), desk).look()
    assert desk.uids == []
