"""The journal mailbox against a real dovecot: what lies there went, and nothing else is said."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from notifier.channels.journal import JournalMailbox
from notifier.errors import SettingsError, Transient
from notifier.imap_box import ImapAccess
from notifier.terms.network import Security
from tests.standins.dovecot import PASSWORD, USER, Dovecot, running_dovecot
from tests.standins.ports import kept_port

pytestmark = pytest.mark.slow

DAY = date(2026, 6, 1)
THEN = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with running_dovecot() as dovecot:
        for name in ("ann", "bob", "ann.longer"):
            dovecot.put(f"{name}@shop.example", THEN)
        dovecot.put("sent@shop.example", THEN, "Sent")
        dovecot.put("eve@shop.example", datetime(2026, 5, 31, 1, 0, tzinfo=UTC))
        dovecot.put("old@shop.example", datetime(2026, 5, 29, 15, 0, tzinfo=UTC))
        yield dovecot


def access(server: Dovecot, **changes: object) -> ImapAccess:
    plain = ImapAccess("journal", "localhost", USER, PASSWORD, server.port, Security.NONE, timeout=5)
    return replace(plain, **changes)  # type: ignore[arg-type]


def look(server: Dovecot, *names: str, **changes: object) -> set[str]:
    held = JournalMailbox(access(server, **changes)).holding([f"{name}@shop.example" for name in names], DAY)
    return {one.partition("@")[0] for one in held}


def trouble(server: Dovecot, **changes: object) -> str:
    with pytest.raises(Transient) as fault:
        look(server, "ann", **changes)
    return str(fault.value)


def test_it_finds_those_that_lie_there(server: Dovecot) -> None:
    assert look(server, "ann", "bob", "cat") == {"ann", "bob"}


def test_a_message_id_that_another_one_only_contains_is_not_found(server: Dovecot) -> None:
    assert look(server, "longer", "nn") == set()


def test_many_are_asked_for_in_several_searches(server: Dovecot) -> None:
    assert look(server, *(f"nobody{number}" for number in range(70)), "bob") == {"bob"}


def test_it_looks_into_the_folder_of_the_settings_alone(server: Dovecot) -> None:
    assert look(server, "ann", "sent", folder="Sent") == {"sent"}


def test_it_looks_back_to_the_day_before_the_attempt(server: Dovecot) -> None:
    assert look(server, "eve", "old") == {"eve"}


def test_nothing_is_marked_as_read(server: Dovecot) -> None:
    look(server, "ann")
    seen = [one.name for one in (server.folder / "mail").rglob("*") if one.name.endswith("S")]
    assert seen == []


def test_tls_with_the_right_name_is_taken(server: Dovecot) -> None:
    tls = {"port": server.tls_port, "security": Security.TLS, "ca_file": str(server.authority.ca_file)}
    assert look(server, "ann", **tls) == {"ann"}


def test_starttls_is_taken(server: Dovecot) -> None:
    tls = {"security": Security.STARTTLS, "ca_file": str(server.authority.ca_file)}
    assert look(server, "ann", **tls) == {"ann"}


def test_a_certificate_that_nobody_vouches_for_is_refused(server: Dovecot) -> None:
    assert "unable to get local issuer certificate" in trouble(server, port=server.tls_port, security=Security.TLS)


def test_a_certificate_of_another_name_is_refused(server: Dovecot) -> None:
    tls = {"port": server.tls_port, "security": Security.TLS, "ca_file": str(server.authority.ca_file)}
    assert "IP address mismatch" in trouble(server, host="127.0.0.1", **tls)


def test_a_wrong_password_says_what_to_set(server: Dovecot) -> None:
    assert "NOTIFIER_JOURNAL__PASSWORD" in trouble(server, password="wrong")


def test_a_missing_folder_says_what_to_set(server: Dovecot) -> None:
    assert "[journal] folder" in trouble(server, folder="Nowhere")


def test_a_closed_port_is_trouble_that_may_pass(server: Dovecot) -> None:
    with kept_port() as port:
        assert "cannot be looked into" in trouble(server, port=port)


def test_a_silent_server_ends_at_the_timeout(server: Dovecot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert "TimeoutError" in trouble(server, port=silent.getsockname()[1], timeout=0.2)


def test_a_server_that_trickles_ends_at_the_limit_of_the_whole(server: Dovecot) -> None:
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as slow:
        threading.Thread(target=_trickle, args=(slow, over), daemon=True).start()
        try:
            said = trouble(server, port=slow.getsockname()[1], timeout=5, longest=0.3)
        finally:
            over.set()
    assert "cannot be looked into" in said


def test_a_password_in_clear_to_another_machine_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="in clear"):
        ImapAccess("journal", "imap.example", USER, PASSWORD, 143, Security.NONE)


def test_the_access_does_not_show_its_password(server: Dovecot) -> None:
    assert PASSWORD not in repr(access(server))


def _trickle(server: socket.socket, over: threading.Event) -> None:
    """Greet as an IMAP server does, then answer the first command a byte at a time, for ever."""
    line, _ = server.accept()
    with line:
        line.sendall(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        line.recv(1000)
        line.sendall(b"* CAPABILITY IMAP4rev1\r\n")
        while not over.wait(0.05):
            try:
                line.sendall(b"x")
            except OSError:
                return
