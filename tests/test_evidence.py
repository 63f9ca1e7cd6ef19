"""Who is asked whether a message went, as the settings say."""

import asyncio
from pathlib import Path

import pytest

from notifier import app
from notifier.channels.journal import JournalMailbox
from notifier.channels.redirect import RedirectedTexts
from notifier.channels.sms_search import SmsSearch
from notifier.channels.texts_heard import TextsHeard
from notifier.settings import Settings, load_settings

JOURNAL = '[journal]\nhost = "imap.oak.example"\nusername = "copies"\n'
SMS = f'[sms]\nenabled = true\naccount_sid = "AC{"0" * 32}"\nmessaging_service_sid = "MG{"0" * 32}"\n'
LIVE = '[brands.oak]\nsender = "Oak <orders@oak.example>"\npostal_address = "1 Oak Street"\n[delivery]\nmode = "live"\n'
REDIRECT = '[delivery]\nmode = "redirect"\nredirect_to_email = "me@oak.example"\nredirect_to_phone = "+14155550123"\n'
WEB = '[web]\npublic_url = "https://go.oak.example"\n'
SECRETS = {"NOTIFIER_JOURNAL__PASSWORD": "x", "NOTIFIER_SMS__AUTH_TOKEN": "y"}


def load(folder: Path, text: str) -> Settings:
    path = folder / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, SECRETS if "[journal]" in text or "[sms]" in text else {})


@pytest.mark.parametrize("mode", ["folder", "shadow"])
def test_nobody_is_asked_where_nothing_leaves_this_machine(tmp_path: Path, mode: str) -> None:
    found = app.open_evidence(load(tmp_path, f'{JOURNAL}{SMS}[delivery]\nmode = "{mode}"\n'))
    assert (found.journal, found.texts) == (None, None)


def test_nobody_is_asked_without_a_journal_and_texts(tmp_path: Path) -> None:
    found = app.open_evidence(load(tmp_path, LIVE))
    assert (found.journal, found.texts, found.settle_after.total_seconds()) == (None, None, 900)


def test_in_mode_live_journal_and_twilio_are_asked(tmp_path: Path) -> None:
    found = app.open_evidence(load(tmp_path, f"{LIVE}{JOURNAL}{SMS}"))
    assert (type(found.journal), type(found.texts)) == (JournalMailbox, SmsSearch)


@pytest.mark.parametrize("mode", [LIVE, REDIRECT])
def test_texts_that_no_webhook_took_in_are_looked_for_where_texts_go(tmp_path: Path, mode: str) -> None:
    assert type(app.open_heard_texts(load(tmp_path, f"{mode}{WEB}{SMS}"))) is TextsHeard


@pytest.mark.parametrize("said", [LIVE + WEB, LIVE + SMS, f'{WEB}{SMS}[delivery]\nmode = "shadow"\n'])
def test_nobody_looks_for_texts_without_texts_without_webhooks_or_where_nothing_goes(tmp_path: Path, said: str) -> None:
    assert app.open_heard_texts(load(tmp_path, said)) is None


def test_in_mode_redirect_the_copies_are_looked_for(tmp_path: Path) -> None:
    found = app.open_evidence(load(tmp_path, f"{REDIRECT}{JOURNAL}{SMS}"))
    asyncio.run(app.close_evidence(found))
    assert type(found.texts) is RedirectedTexts
