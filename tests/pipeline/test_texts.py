"""Texts end to end: the real Twilio client against a stateful stand-in of its Messages API."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.pipeline.claims import FRESH
from notifier.store.tables import Attempt, Contact, Message, Suppression
from tests.shop import NOON, Shop, order
from tests.standins.twilio_api import ACCOUNT, TOKEN, Fail, Refuse, TwilioApi, twilio_api

pytestmark = pytest.mark.slow

PHONE = "+4915123456789"


@pytest.fixture
def api() -> Iterator[TwilioApi]:
    with twilio_api() as running:
        yield running


@pytest.fixture
def shop(tmp_path: Path, database_url: str, api: TwilioApi) -> Shop:
    return told(tmp_path, database_url, api)


def told(tmp_path: Path, database_url: str, api: TwilioApi, timeout_seconds: int = 60) -> Shop:
    """Ann is to be texted of her backorder, within so many seconds."""
    toml = f"""
[shop]
country = "DE"
timezone = "Europe/Berlin"
postal_address = "Hafenstrasse 1, Hamburg"
[brands.default]
name = "Lampenladen"
sender = "Lampenladen <bestellung@lampen.example.com>"
text_sender = "+4915100000000"
[delivery]
mode = "live"
[email]
host = "127.0.0.1"
port = 9
security = "none"
[sms]
enabled = true
account_sid = "{ACCOUNT}"
api_base = "{api.url}"
timeout_seconds = {timeout_seconds}
"""
    secret = tmp_path / "token"
    secret.write_text(TOKEN)
    from notifier import app
    from notifier.settings import load_settings

    (tmp_path / "settings.toml").write_text(toml)
    environ = {"NOTIFIER_DATABASE__URL": database_url, "NOTIFIER_SMS__AUTH_TOKEN_FILE": str(secret)}
    settings = load_settings(tmp_path / "settings.toml", environ)
    app.migrate(settings)
    opened = Shop(tmp_path, settings)
    new = order("ann", email="", phone=PHONE, country="DE", timezone="Europe/Berlin", promised_ship_by="")
    opened.take_in("backorders", [new | {"ordered_at": "2026-05-31T10:00:00Z", "eta_to": "2026-06-20"}])
    opened.plan()
    return opened


def state(shop: Shop) -> list[tuple[str, str]]:
    return [(row.state, row.reason) for row in shop.rows(Message)]


def test_a_new_backorder_is_texted_to_a_customer_without_email(shop: Shop, api: TwilioApi) -> None:
    shop.deliver()
    assert [text.form["To"] for text in api.texts] == [PHONE]


def test_a_text_says_who_writes_and_how_to_stop(shop: Shop, api: TwilioApi) -> None:
    shop.deliver()
    body = api.texts[0].form["Body"]
    assert (body.startswith("Lampenladen"), "STOP" in body) == (True, True)


def test_a_text_may_not_wait_at_the_provider_into_the_night(shop: Shop, api: TwilioApi) -> None:
    shop.deliver(NOON + timedelta(hours=2))
    assert timedelta(seconds=int(api.texts[0].form["ValidityPeriod"])) == timedelta(hours=1) - FRESH


def test_a_throttled_text_goes_later_and_once(shop: Shop, api: TwilioApi) -> None:
    api.script.append(Refuse(429, 20429, "slow down", retry_after=600))
    shop.deliver()
    shop.deliver(NOON + timedelta(minutes=11))
    assert (state(shop), len(api.texts)) == ([("accepted", "")], 1)


def test_a_text_accepted_with_a_500_is_unknown_and_not_sent_again(shop: Shop, api: TwilioApi) -> None:
    api.script.append(Fail(500))
    shop.deliver()
    shop.deliver(NOON + timedelta(hours=1))
    assert (state(shop), len(api.texts)) == ([("unknown", "provider_error")], 1)


def test_a_provider_that_hangs_leaves_the_text_unknown(tmp_path: Path, database_url: str, api: TwilioApi) -> None:
    shop = told(tmp_path, database_url, api, timeout_seconds=3)
    api.script.append(Fail(-1))
    shop.deliver()
    assert state(shop) == [("unknown", "no_answer")]


def test_a_number_that_opted_out_at_the_provider_is_suppressed_here(shop: Shop, api: TwilioApi) -> None:
    api.opted_out.add(PHONE)
    shop.deliver()
    assert ([row.reason for row in shop.rows(Suppression)], state(shop)) == (["opted_out"], [("refused", "opted_out")])


def test_an_attempt_keeps_the_providers_words_without_the_number(shop: Shop, api: TwilioApi) -> None:
    api.opted_out.add(PHONE)
    shop.deliver()
    (attempt,) = shop.rows(Attempt)
    assert ("21610" in attempt.raw, PHONE in attempt.raw) == (True, False)


def test_an_accepted_text_is_a_contact(shop: Shop) -> None:
    shop.deliver()
    assert [(row.channel, row.purpose) for row in shop.rows(Contact)] == [("sms", "placed")]
