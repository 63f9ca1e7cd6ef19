"""From a mail whose answer got lost to its copy in the journal: a real server of each kind, by the settings alone."""

import asyncio
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from notifier import app
from notifier.pipeline import configured
from notifier.pipeline.check import Access, Finding, Level, check
from notifier.pipeline.unknown import settle_unknown
from notifier.settings import load_settings
from notifier.settings.access import email_access, sms_access
from notifier.store.tables import Contact, Message
from tests.doubtful import MINUTE
from tests.live import LIVE
from tests.shop import NOON, Shop, order
from tests.standins.dovecot import PASSWORD, USER, Dovecot, running_dovecot
from tests.standins.smtp_sink import CLOSE, Script, Sink, smtp_sink

pytestmark = pytest.mark.slow

JOURNAL = '[journal]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nusername = "{user}"\n'


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_sink(Script(after_dot=[CLOSE])) as running:
        yield running


@pytest.fixture
def journal() -> Iterator[Dovecot]:
    with running_dovecot() as running:
        yield running


@pytest.fixture
def shop(tmp_path: Path, database_url: str, sink: Sink, journal: Dovecot) -> Shop:
    path = tmp_path / "settings.toml"
    path.write_text(LIVE.format(host=sink.host, port=sink.port) + JOURNAL.format(port=journal.port, user=USER))
    environ = {"NOTIFIER_DATABASE__URL": database_url, "NOTIFIER_JOURNAL__PASSWORD": PASSWORD}
    settings = load_settings(path, environ)
    app.migrate(settings)
    opened = Shop(tmp_path, settings)
    opened.take_in("backorders", [order("ann")])
    opened.plan()
    opened.deliver()
    return opened


def settle(shop: Shop) -> None:
    with shop.house() as house:
        asyncio.run(settle_unknown(house, app.open_evidence(shop.settings), NOON + MINUTE))


def test_a_mail_that_was_taken_without_an_answer_is_proven_by_its_copy(
    shop: Shop, sink: Sink, journal: Dovecot
) -> None:
    before = [row.state for row in shop.rows(Message)]
    taken = message_from_bytes(sink.book.mails[0].content)["Message-ID"]
    journal.put(taken.strip("<>"), NOON)
    settle(shop)
    after = [row.state for row in shop.rows(Message)], len(shop.rows(Contact))
    assert (before, after) == (["unknown"], (["accepted"], 1))


def test_a_journal_without_a_copy_proves_nothing(shop: Shop) -> None:
    settle(shop)
    assert [row.state for row in shop.rows(Message)] == ["unknown"]


def test_check_says_whether_the_journal_can_be_looked_into(shop: Shop, journal: Dovecot) -> None:
    access = Access(app.read_secrets, configured.source_profile, email_access, sms_access)
    found = [one for one in check(shop.settings, access, NOON) if one.what == "journal"]
    assert found == [Finding("journal", Level.OK, "127.0.0.1 lets us look into INBOX")]
