"""From the settings to a mail that is taken: a real mailbox, by the settings alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from notifier import app
from notifier.pipeline import configured
from notifier.pipeline.check import Access, Finding, Level, check
from notifier.settings import Settings, load_settings
from notifier.settings.access import email_access, sms_access
from notifier.store.engine import Store
from notifier.terms.mailbox import RawMail
from tests.shop import NOON
from tests.standins.dovecot import PASSWORD, USER, Dovecot, running_dovecot

pytestmark = pytest.mark.slow

INBOX = (
    '[inbox]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nusername = "{user}"\naddress = "re@oak.example"\n'
)


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Dovecot]:
    with running_dovecot() as running:
        running.put("ann@mail.example")
        yield running


def settings(folder: Path, text: str, url: str, password: str = PASSWORD) -> Settings:
    path = folder / "settings.toml"
    path.write_text(text, "utf-8")
    read = load_settings(path, {"NOTIFIER_DATABASE__URL": url, "NOTIFIER_INBOX__PASSWORD": password})
    app.migrate(read)
    return read


def looked_at(read: Settings) -> list[Finding]:
    access = Access(app.read_secrets, configured.source_profile, email_access, sms_access)
    return [one for one in check(read, access, NOON) if one.what == "inbox"]


def test_what_lies_in_the_mailbox_is_taken_once(
    tmp_path: Path, database_url: str, store: Store, mailbox: Dovecot
) -> None:
    read, taken = settings(tmp_path, INBOX.format(port=mailbox.port, user=USER), database_url), list[RawMail]()
    for _ in range(2):
        reader = app.open_mailbox(read, store, taken.append, print)
        assert reader is not None
        reader.look()
    assert [b"Message-ID: <ann@mail.example>" in mail.raw for mail in taken] == [True]


def test_nobody_reads_where_no_host_is_named(tmp_path: Path, sqlite_url: str) -> None:
    store = app.open_house(settings(tmp_path, "", sqlite_url)).store
    assert app.open_mailbox(load_settings(tmp_path / "settings.toml", {}), store, print, print) is None
    store.close()


def test_check_says_whether_the_mailbox_can_be_read(tmp_path: Path, sqlite_url: str, mailbox: Dovecot) -> None:
    read = settings(tmp_path, INBOX.format(port=mailbox.port, user=USER), sqlite_url)
    assert looked_at(read) == [Finding("inbox", Level.OK, "127.0.0.1 lets us read INBOX")]


def test_check_says_what_to_set_where_the_login_is_refused(tmp_path: Path, sqlite_url: str, mailbox: Dovecot) -> None:
    read = settings(tmp_path, INBOX.format(port=mailbox.port, user=USER), sqlite_url, "wrong")
    assert "NOTIFIER_INBOX__PASSWORD" in looked_at(read)[0].text
