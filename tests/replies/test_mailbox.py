"""The reader against a server that does what good ones never do: no IDLE, lies, refusals, silence, hanging up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest

from notifier.errors import LockedOut, Quarantined, SettingsError, Transient
from notifier.imap_box import opened
from notifier.replies.mailbox.folder import HEADERS, LARGEST
from notifier.replies.mailbox.idle import idle
from notifier.terms.network import Security
from tests.replies.reading import NOON, Desk, Waits, access_to, reader, reading_thread
from tests.standins.imap_server import ARRIVED, ImapServer, running_imap_server
from tests.standins.ports import kept_port

ANN = b"From: ann@mail.example\r\nSubject: Re: Your order\r\n\r\nPlease wait.\r\n"
BOB = b"From: bob@mail.example\r\n\r\nCancel it.\r\n"
TROUBLE = OSError("a row with ann@mail.example in it")


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with running_imap_server(ImapServer(mails={5: ANN, 6: BOB})) as running:
        yield running


def watched(server: ImapServer, desk: Desk, waits: int, **changes: Any) -> list[float]:
    """What the reader waits for, that many times; then it ends."""
    stop = Waits(waits)
    reader(access_to(server.port, **changes), desk).watch(stop)
    return stop.seconds


def test_each_mail_is_taken_with_its_bytes_in_the_order_of_uids(server: ImapServer) -> None:
    desk = Desk()
    reader(access_to(server.port), desk).look()
    assert [(mail.uid, mail.raw, mail.whole) for mail in desk.given] == [(5, ANN, True), (6, BOB, True)]


def test_the_key_names_mailbox_uidvalidity_and_uid(server: ImapServer) -> None:
    desk = Desk()
    reader(access_to(server.port), desk).look()
    assert desk.given[0].key == "journal@localhost/INBOX/77/5"


def test_the_moment_of_receipt_is_the_servers_in_utc(server: ImapServer) -> None:
    desk = Desk()
    server.dates[5] = 'INTERNALDATE " 1-Jun-2026 11:30:00 -0400"'
    reader(access_to(server.port), desk).look()
    assert desk.given[0].received_at == datetime(2026, 6, 1, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize("said", ['INTERNALDATE "01-Jun-2030 15:00:00 +0000"', 'INTERNALDATE "soon"', "FLAGS ()"])
def test_a_moment_that_is_ahead_or_missing_is_now(server: ImapServer, said: str) -> None:
    desk = Desk()
    server.dates[5] = said
    reader(access_to(server.port), desk).look()
    assert desk.given[0].received_at == NOON


def test_what_was_taken_is_not_taken_again(server: ImapServer) -> None:
    desk = Desk()
    reader(access_to(server.port), desk).look()
    assert reader(access_to(server.port), desk).look() == 0


def test_a_mail_that_is_gone_costs_only_itself(server: ImapServer) -> None:
    desk = Desk()
    del server.mails[5]
    server.gone.add(5)
    reader(access_to(server.port), desk).look()
    assert desk.uids == [6]


def test_a_mail_that_goes_while_another_one_is_taken_costs_only_itself(server: ImapServer) -> None:
    class Deleting(Desk):
        def take(self, mail: Any) -> None:
            super().take(mail)
            server.mails.pop(6, None)

    server.mails[7] = ANN
    desk = Deleting()
    reader(access_to(server.port), desk).look()
    assert desk.uids == [5, 7]


def test_what_a_server_says_of_the_others_counts_though_one_is_gone(server: ImapServer) -> None:
    desk = Desk()
    server.gone.add(5)
    del server.mails[5]
    server.refusing["INTERNALDATE"] = "NO [EXPUNGEISSUED] some are gone"
    server.first_saying["INTERNALDATE"] = f'* 1 FETCH (UID 6 INTERNALDATE "{ARRIVED}" RFC822.SIZE 9)\r\n'.encode()
    reader(access_to(server.port), desk).look()
    assert [(mail.uid, mail.received_at) for mail in desk.given] == [(6, NOON - timedelta(hours=1))]


def test_old_mails_are_looked_for_only_once(server: ImapServer) -> None:
    desk = Desk()
    server.refusing["SINCE"] = "OK there are none"
    for _ in range(2):
        reader(access_to(server.port), desk).look()
    assert (desk.uids, server.count("SINCE")) == ([], 1)


def test_a_server_is_nudged_before_it_is_asked_for_what_is_new(server: ImapServer) -> None:
    watched(server, Desk(), 3)
    assert server.count("NOOP") == 3


def test_an_empty_mail_is_taken(server: ImapServer) -> None:
    desk = Desk()
    server.mails[5] = b""
    reader(access_to(server.port), desk).look()
    assert (desk.given[0].uid, desk.given[0].raw) == (5, b"")


def test_a_server_that_belies_the_size_gives_the_headers_alone(server: ImapServer) -> None:
    desk = Desk()
    server.mails[5], server.sizes[5] = ANN + b"x" * LARGEST, 100
    reader(access_to(server.port), desk).look()
    assert (desk.given[0].raw, desk.given[0].whole) == (ANN.partition(b"Please")[0], False)


def test_endless_headers_are_cut_off(server: ImapServer) -> None:
    desk = Desk()
    server.mails[5], server.sizes[5] = b"X: " + b"x" * 2 * HEADERS + b"\r\n\r\n", LARGEST + 1
    reader(access_to(server.port), desk).look()
    assert len(desk.given[0].raw) == HEADERS


def test_a_server_without_idle_is_asked_every_poll_seconds(server: ImapServer) -> None:
    assert watched(server, Desk(), 3) == [60, 60, 60]


def test_a_server_that_refuses_idle_is_asked_every_poll_seconds(server: ImapServer) -> None:
    server.abilities, server.refusing["IDLE"] = "IMAP4rev1 IDLE", "NO not now"
    assert watched(server, Desk(), 2) == [60, 60]


def test_a_new_mail_is_found_at_the_next_look(server: ImapServer) -> None:
    desk = Desk()

    class Arriving(Waits):
        def wait(self, timeout: float) -> bool:
            server.mails[7] = ANN
            return super().wait(timeout)

    reader(access_to(server.port), desk).watch(Arriving(2))
    assert desk.uids == [5, 6, 7]


def test_what_the_server_says_beside_its_consent_to_wait_is_heard(server: ImapServer) -> None:
    server.abilities, server.beside_idling = "IMAP4rev1 IDLE", b"* 7 EXISTS\r\n"

    class Never(Event):
        def is_set(self) -> bool:
            raise AssertionError("it waits, though the server has spoken")

    with opened(access_to(server.port), readonly=False) as box:
        assert idle(box.client, 60, Never())


def test_a_server_that_falls_silent_while_it_is_listened_to_is_called_anew(server: ImapServer) -> None:
    server.abilities, server.silent_at = "IMAP4rev1 IDLE", ["DONE"]
    stop = Waits(1)
    reader(access_to(server.port, timeout=0.2), Desk(), poll=0.1).watch(stop)
    assert stop.seconds == [1]


def test_a_server_that_is_down_is_called_less_and_less_often() -> None:
    with kept_port() as port:
        assert watched(ImapServer(port), Desk(), 9) == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_fault_of_the_network_is_told_when_it_does_not_pass() -> None:
    few, many = Desk(), Desk()
    with kept_port() as port:
        watched(ImapServer(port), few, 2)
        watched(ImapServer(port), many, 5)
    assert (few.told, len(many.told)) == ([], 1)


def test_it_is_told_when_the_trouble_is_over(server: ImapServer) -> None:
    desk = Desk(faults=[Transient("The database is away.")] * 3)
    watched(server, desk, 4)
    assert desk.told == ["The database is away.", ""]


def test_a_refused_login_is_told_at_once_with_the_remedy(server: ImapServer) -> None:
    desk = Desk()
    server.refusing["LOGIN"] = "NO [AUTHENTICATIONFAILED] no"
    watched(server, desk, 2)
    [told] = desk.told
    assert "Set [inbox] username and NOTIFIER_INBOX__PASSWORD" in told


def test_a_refused_login_is_tried_less_often(server: ImapServer) -> None:
    server.refusing["LOGIN"] = "NO no"
    assert watched(server, Desk(), 8) == [60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_a_refused_login_of_another_alphabet_is_one_too(server: ImapServer) -> None:
    server.refusing["AUTHENTICATE"] = "NO no"
    with pytest.raises(LockedOut, match="NOTIFIER_INBOX__PASSWORD"):
        reader(access_to(server.port, password="pässword"), Desk()).look()


def test_a_server_that_cannot_ask_for_passwords_just_now_says_nothing_against_ours(server: ImapServer) -> None:
    server.refusing["LOGIN"] = "NO [UNAVAILABLE] later"
    assert watched(server, Desk(), 2) == [1, 2]


def test_no_password_is_spoken_where_tls_was_taken_out(server: ImapServer) -> None:
    with pytest.raises(Transient):
        reader(access_to(server.port, security=Security.STARTTLS), Desk()).look()
    assert server.count("stand-in-password") == 0


def test_a_password_in_clear_to_another_machine_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match=r"inbox\.security.*in clear"):
        access_to(143, host="imap.example")


def test_a_mail_that_cannot_be_read_is_flagged_where_it_cannot_be_moved(server: ImapServer) -> None:
    reader(access_to(server.port), Desk(faults=[Quarantined("nested too deep")])).look()
    assert [one for one in server.said if "STORE" in one] == [
        r"UID STORE 5 +FLAGS.SILENT (\Flagged)",
        r"UID STORE 6 +FLAGS.SILENT (\Seen)",
    ]


def test_a_mail_that_cannot_be_read_is_flagged_where_moving_is_refused(server: ImapServer) -> None:
    server.abilities, server.refusing["MOVE"] = "IMAP4rev1 MOVE", "NO [NOPERM] no"
    reader(access_to(server.port), Desk(faults=[Quarantined("nested too deep")])).look()
    assert server.count(r"STORE 5 .*Flagged") == 1


def test_nothing_is_ever_deleted(server: ImapServer) -> None:
    server.abilities = "IMAP4rev1 MOVE"
    reader(access_to(server.port), Desk(faults=[Quarantined("nested too deep")])).look()
    assert server.count("EXPUNGE|Deleted|CLOSE") == 0


def test_a_server_that_lets_nothing_be_marked_costs_nothing_else(server: ImapServer) -> None:
    desk = Desk()
    server.refusing["STORE"] = "NO no"
    assert reader(access_to(server.port), desk).look() == 2


def test_a_mail_that_the_server_refuses_is_handed_on_by_its_headers(server: ImapServer) -> None:
    desk = Desk()
    server.refusing[r"FETCH 5 .*BODY.PEEK\[\]"] = "NO [SERVERBUG] no"
    watched(server, desk, 4)
    assert [(mail.uid, mail.raw, mail.whole) for mail in desk.given][:1] == [(5, ANN.partition(b"Please")[0], False)]


def test_a_mail_at_which_the_server_always_hangs_up_is_handed_on_without_content(server: ImapServer) -> None:
    desk = Desk()
    server.hanging_up.append("FETCH 5 .*BODY")
    watched(server, desk, 6)
    assert [(mail.uid, mail.raw) for mail in desk.given] == [(5, b""), (6, BOB)]


def test_trouble_of_our_own_brings_the_mail_again_however_often(server: ImapServer) -> None:
    desk = Desk(faults=[Transient("The database is away.")] * 9)
    watched(server, desk, 10)
    assert (desk.uids, all(mail.whole for mail in desk.given)) == ([5] * 10 + [6], True)


def test_a_fault_that_nobody_foresaw_costs_the_mail_its_content_in_the_end(server: ImapServer) -> None:
    desk = Desk(faults=[TROUBLE] * 3)
    watched(server, desk, 4)
    assert [mail.whole for mail in desk.given] == [True, True, True, False, True]


def test_a_mail_that_fails_without_content_too_is_neither_set_aside_nor_passed_over(server: ImapServer) -> None:
    desk = Desk(faults=[TROUBLE] * 4)
    watched(server, desk, 4)
    assert (set(desk.uids), server.count("STORE")) == ({5}, 0)


def test_a_mail_that_failed_without_content_is_taken_as_a_whole_once_the_trouble_is_over(server: ImapServer) -> None:
    desk = Desk(faults=[TROUBLE] * 4)
    watched(server, desk, 5)
    assert [(mail.uid, mail.whole) for mail in desk.given][4:] == [(5, True), (6, True)]


def test_what_is_told_quotes_no_row(server: ImapServer) -> None:
    desk = Desk(faults=[TROUBLE] * 3)
    watched(server, desk, 4)
    assert "ann@mail.example" not in " ".join(desk.told)


def test_somebody_who_cannot_be_told_does_not_end_the_reading(server: ImapServer) -> None:
    class Deaf(list[str]):
        def append(self, told: str, /) -> None:
            raise OSError

    server.refusing["LOGIN"] = "NO no"
    assert len(watched(server, Desk(told=Deaf()), 3)) == 3


def test_after_stop_nothing_more_is_taken(server: ImapServer) -> None:
    stop = Event()

    class Leaving(Desk):
        def take(self, mail: Any) -> None:
            super().take(mail)
            stop.set()

    desk = Leaving()
    reader(access_to(server.port), desk).watch(stop)
    assert desk.uids == [5]


def test_a_listening_thread_ends_long_before_it_would_look_again(server: ImapServer) -> None:
    server.abilities = "IMAP4rev1 IDLE"
    with reading_thread(access_to(server.port), Desk(), poll=1200) as thread:
        assert server.idling.wait(120)
        assert thread.stop(60)


def test_a_thread_is_left_to_itself_where_the_server_does_not_answer(server: ImapServer) -> None:
    server.silent_at = ["SEARCH"]
    with reading_thread(access_to(server.port), Desk()) as thread:
        assert server.silent.wait(120)
        assert not thread.stop(0.05)
