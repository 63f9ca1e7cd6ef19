"""The texts that came in, read from Twilio's list: Twilio's real client against a stand-in of its API."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from notifier.channels.sms import SmsAccess
from notifier.channels.texts_heard import TextsHeard
from notifier.errors import Transient
from notifier.terms.incoming import Incoming, Road
from tests.standins.twilio_api import ACCOUNT, TOKEN, Fail, Text, TwilioApi, twilio_api

pytestmark = pytest.mark.slow

ANN, OURS, OTHER = "+12025550143", "+12025550100", "+12025550111"
SERVICE = "MG" + "0" * 32


@pytest.fixture
async def api() -> AsyncIterator[TwilioApi]:
    with twilio_api() as running:
        yield running


def came(api: TwilioApi, direction: str = "inbound", **form: str) -> Text:
    said = {"To": OURS, "From": ANN, "Body": "Please cancel"} | form
    api.texts.append(Text(f"SM{len(api.texts):032x}", said, api.now, direction=direction))
    return api.texts[-1]


async def look(api: TwilioApi, service: str = "", **changes: Any) -> list[Incoming]:
    access = SmsAccess(ACCOUNT, TOKEN, service, base_url=api.url, timeout=5)
    heard = TextsHeard(replace(access, **changes), frozenset({OURS}))
    try:
        return list(await heard.since(api.now - timedelta(hours=6)))
    finally:
        await heard.close()


async def test_a_text_to_our_number_is_found_as_a_webhook_would_tell_it(api: TwilioApi) -> None:
    text = came(api)
    assert await look(api) == [Incoming(Road.SMS, text.sid, api.now, words="Please cancel", sender=ANN, to=OURS)]


async def test_a_text_to_a_number_of_our_service_is_found(api: TwilioApi) -> None:
    text = came(api, To=OTHER, MessagingServiceSid=SERVICE)
    assert [one.key for one in await look(api, SERVICE)] == [text.sid]


@pytest.mark.parametrize("service", ["", SERVICE])
async def test_a_text_to_another_number_of_the_account_is_none_of_ours(api: TwilioApi, service: str) -> None:
    came(api, To=OTHER, MessagingServiceSid="MG" + "1" * 32)
    assert await look(api, service) == []


async def test_our_own_texts_are_left_out(api: TwilioApi) -> None:
    came(api, "outbound-api", To=ANN, From=OURS, MessagingServiceSid=SERVICE)
    assert await look(api, SERVICE) == []


async def test_a_picture_stands_in_the_words(api: TwilioApi) -> None:
    came(api, NumMedia="1")
    assert [one.words for one in await look(api)] == ["Please cancel\n[1 picture]"]


async def test_a_sender_without_a_number_costs_only_its_own_text(api: TwilioApi) -> None:
    came(api, From="12345")
    text = came(api)
    assert [one.key for one in await look(api)] == [text.sid]


async def test_an_older_text_is_left_out(api: TwilioApi) -> None:
    came(api)
    api.texts[0] = replace(api.texts[0], sent_at=api.now - timedelta(hours=7))
    assert await look(api) == []


async def test_the_oldest_comes_first(api: TwilioApi) -> None:
    late, early = came(api), came(api)
    api.texts[1] = replace(early, sent_at=api.now - timedelta(hours=1))
    assert [one.key for one in await look(api)] == [early.sid, late.sid]


async def test_a_list_of_several_pages_is_read_to_its_end(api: TwilioApi) -> None:
    for _ in range(api.page + 1):
        came(api)
    assert len(await look(api)) == api.page + 1


async def test_trouble_is_told_without_a_number(api: TwilioApi) -> None:
    api.list_fault = Fail(500)
    with pytest.raises(Transient) as told:
        await look(api)
    assert OURS not in str(told.value)
