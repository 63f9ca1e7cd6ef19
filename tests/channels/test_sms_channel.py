"""The text channel: Twilio's real client against a stand-in of its API."""

import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from notifier.channels.sms import SmsAccess, SmsSender
from notifier.errors import SettingsError
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.words import Channel, Outcome
from tests.channels.loop_time import LIMIT, out_of_time
from tests.standins.ports import kept_port
from tests.standins.twilio_api import ACCOUNT, TOKEN, Fail, Refuse, TwilioApi, twilio_api

pytestmark = pytest.mark.slow
"""Each speaks to a server of its own."""

NUMBER = "+12025550143"
TEXT = Parcel(3, 33, "m3", Channel.SMS, "+12025550100", NUMBER, "Your lamp ships May 4. Übrigens".encode(), 1800)


@pytest.fixture
async def api() -> AsyncIterator[TwilioApi]:
    with twilio_api() as running:
        yield running


def access(api: TwilioApi, **changes: object) -> SmsAccess:
    return replace(SmsAccess(ACCOUNT, TOKEN, base_url=api.url, timeout=60), **changes)  # type: ignore[arg-type]


async def send(api: TwilioApi, parcel: Parcel = TEXT, **changes: object) -> SendResult:
    sender = SmsSender(access(api, **changes))
    try:
        return await sender.send(parcel)
    finally:
        await sender.close()


async def test_an_accepted_text_keeps_twilios_sid(api: TwilioApi) -> None:
    result = await send(api)
    assert (result.outcome, result.provider_id) == (Outcome.ACCEPTED, api.texts[0].sid)


async def test_a_text_goes_from_the_parcels_number_with_its_validity(api: TwilioApi) -> None:
    await send(api)
    assert api.texts[0].form == {
        "To": NUMBER, "From": "+12025550100", "Body": TEXT.body.decode(), "ValidityPeriod": "1800",
    }  # fmt: skip


async def test_a_messaging_service_stands_in_for_the_number(api: TwilioApi) -> None:
    await send(api, messaging_service_sid="MG1")
    assert (api.texts[0].form["MessagingServiceSid"], "From" in api.texts[0].form) == ("MG1", False)


async def test_the_status_callback_names_the_attempt(api: TwilioApi) -> None:
    await send(api, status_callback="https://shop.example/hooks/sms?v=1")
    assert api.texts[0].form["StatusCallback"] == "https://shop.example/hooks/sms?v=1&attempt=33"


async def test_the_validity_stays_within_twilios_ten_hours(api: TwilioApi) -> None:
    await send(api, replace(TEXT, valid_seconds=90_000))
    assert api.texts[0].form["ValidityPeriod"] == "36000"


async def test_a_text_without_time_left_is_not_sent(api: TwilioApi) -> None:
    result = await send(api, replace(TEXT, valid_seconds=0))
    assert (result.outcome, api.asked) == (Outcome.DEFERRED, 0)


async def test_a_429_is_deferred_for_as_long_as_twilio_asks(api: TwilioApi) -> None:
    api.script = [Refuse(429, 20429, "Too Many Requests", retry_after=7)]
    result = await send(api)
    assert (result.outcome, result.code, result.retry_after) == (Outcome.DEFERRED, "rate_limited", 7.0)


@pytest.mark.parametrize(
    ("http", "code", "word"),
    [
        (400, 21211, "bad_number"),
        (400, 21614, "bad_number"),
        (400, 21610, "opted_out"),
        (403, 21408, "region_blocked"),
        (400, 30007, "filtered"),
        (400, 29999, "rejected"),
    ],
)
async def test_a_refusal_is_given_our_word(api: TwilioApi, http: int, code: int, word: str) -> None:
    api.script = [Refuse(http, code)]
    result = await send(api)
    assert (result.outcome, result.code) == (Outcome.REFUSED, word)


@pytest.mark.parametrize(
    ("http", "code", "word"),
    [
        (400, 21606, "bad_sender"),
        (400, 21212, "bad_sender"),
        (400, 21659, "bad_sender"),
        (400, 30034, "unregistered_sender"),
        (400, 20003, "auth"),
        (404, 20404, "auth"),
        (404, 0, "auth"),
        (403, 20005, "auth"),
        (403, 0, "auth"),
        (403, 21606, "bad_sender"),
    ],
)
async def test_a_fault_of_our_own_account_defers_the_text(api: TwilioApi, http: int, code: int, word: str) -> None:
    api.script = [Refuse(http, code)]
    result = await send(api)
    assert (result.outcome, result.code) == (Outcome.DEFERRED, word)


async def test_an_opt_out_told_as_forbidden_is_still_a_refusal(api: TwilioApi) -> None:
    api.script = [Refuse(403, 21610)]
    result = await send(api)
    assert (result.outcome, result.code) == (Outcome.REFUSED, "opted_out")


async def test_what_twilio_says_can_be_stored_whatever_it_holds(api: TwilioApi) -> None:
    api.script = [Refuse(400, 21211, "bad \udcff\x00\x1b[31m\nnumber")]
    result = await send(api)
    assert result.raw == "http=400 code=21211 Unable to create record: bad ? [31m number"


async def test_a_wrong_token_defers_the_text_because_it_says_nothing_about_it(api: TwilioApi) -> None:
    result = await send(api, auth_token="wrong")
    assert (result.outcome, result.code) == (Outcome.DEFERRED, "auth")


async def test_an_opted_out_number_is_told_without_the_number(api: TwilioApi) -> None:
    api.opted_out.add(NUMBER)
    result = await send(api)
    assert result.raw.startswith("http=400 code=21610") and result.raw.endswith("unsubscribed recipient <number>")


async def test_a_500_leaves_it_unknown(api: TwilioApi) -> None:
    api.script = [Fail(500)]
    assert (await send(api)).outcome is Outcome.UNKNOWN


async def test_a_500_is_asked_only_once(api: TwilioApi) -> None:
    api.script = [Fail(500)]
    await send(api)
    assert (api.asked, len(api.texts)) == (1, 1)


async def test_a_hang_ends_at_the_deadline_and_leaves_it_unknown(api: TwilioApi) -> None:
    api.script = [Fail(-1)]
    result = await out_of_time(send(api, timeout=LIMIT), lambda: api.texts)
    assert (result.outcome, result.raw) == (Outcome.UNKNOWN, "timed out")


async def test_a_reset_after_the_request_leaves_it_unknown(api: TwilioApi) -> None:
    api.script = [Fail(0)]
    assert (await send(api)).outcome is Outcome.UNKNOWN


async def test_a_closed_port_is_certainly_not_sent(api: TwilioApi) -> None:
    with kept_port() as port:
        result = await send(api, base_url=f"http://127.0.0.1:{port}")
    assert (result.outcome, result.code) == (Outcome.DEFERRED, "no_connection")


async def test_a_host_name_without_an_address_is_certainly_not_sent(api: TwilioApi) -> None:
    result = await send(api, base_url="https://twilio.invalid")
    assert (result.outcome, result.code) == (Outcome.DEFERRED, "no_connection")


async def test_a_server_that_never_finishes_tls_is_certainly_not_sent(api: TwilioApi) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        result = await send(api, base_url=f"https://127.0.0.1:{silent.getsockname()[1]}", timeout=0.5)
    assert (result.outcome, result.code) == (Outcome.DEFERRED, "timed_out")


async def test_neither_number_nor_text_reaches_the_log(api: TwilioApi, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    api.script = [Refuse(400, 21211, f"The 'To' number {NUMBER} is not valid: {TEXT.body.decode()}")]
    result = await send(api)
    said = caplog.text + result.raw
    assert not [secret for secret in (NUMBER, "lamp", TOKEN) if secret in said]


def test_a_token_in_clear_to_another_machine_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="in clear"):
        SmsAccess(ACCOUNT, TOKEN, base_url="http://api.example")


def test_the_access_does_not_show_its_token() -> None:
    assert TOKEN not in repr(SmsAccess(ACCOUNT, TOKEN))
