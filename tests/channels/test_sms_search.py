"""The look through Twilio's list: Twilio's real client against a stand-in of its API."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from notifier.channels.redirect import RedirectedTexts
from notifier.channels.sms import SmsAccess
from notifier.channels.sms_search import MOST_TEXTS, SmsSearch
from notifier.errors import Transient
from notifier.terms.evidence import TextAsked, TextSeen
from notifier.terms.words import Outcome
from tests.standins.twilio_api import ACCOUNT, TOKEN, Fail, Refuse, Text, TwilioApi, twilio_api

pytestmark = pytest.mark.slow

NUMBER, WORDS = "+12025550143", "Your lamp ships May 4."


@pytest.fixture
async def api() -> AsyncIterator[TwilioApi]:
    with twilio_api() as running:
        yield running


def took(api: TwilioApi, **changes: object) -> Text:
    text = Text(f"SM{len(api.texts):032x}", {"To": NUMBER, "From": "+12025550100", "Body": WORDS}, api.now)
    api.texts.append(replace(text, **changes))  # type: ignore[arg-type]
    return api.texts[-1]


async def look(api: TwilioApi, token: str = TOKEN, seconds: float = 5, **changes: object) -> list[TextSeen]:
    search = SmsSearch(SmsAccess(ACCOUNT, token, base_url=api.url, timeout=seconds))
    try:
        return list(await search.seen(replace(TextAsked(NUMBER, WORDS, api.now), **changes)))  # type: ignore[arg-type]
    finally:
        await search.close()


async def test_a_text_with_these_words_to_this_number_is_found_by_its_sid(api: TwilioApi) -> None:
    assert await look(api) == []
    text = took(api)
    assert await look(api) == [TextSeen(text.sid, Outcome.ACCEPTED)]


async def test_other_words_do_not_fit(api: TwilioApi) -> None:
    took(api)
    assert await look(api, body="Your lamp ships May 5.") == []


async def test_another_number_does_not_fit(api: TwilioApi) -> None:
    took(api)
    assert await look(api, number="+12025550199") == []


async def test_a_text_from_before_the_hand_off_does_not_fit(api: TwilioApi) -> None:
    took(api, sent_at=api.now - timedelta(hours=1))
    assert await look(api) == []


async def test_clocks_may_differ_by_a_minute(api: TwilioApi) -> None:
    took(api, sent_at=api.now - timedelta(minutes=1))
    assert len(await look(api)) == 1


async def test_a_text_that_left_after_midnight_is_found(api: TwilioApi) -> None:
    took(api, sent_at=api.now + timedelta(hours=12))
    assert len(await look(api)) == 1


async def test_several_that_fit_are_all_told(api: TwilioApi) -> None:
    took(api)
    took(api)
    assert len(await look(api)) == 2


@pytest.mark.parametrize(
    ("state", "error", "outcome", "word"),
    [
        ("delivered", None, Outcome.ACCEPTED, ""),
        ("failed", 30005, Outcome.REFUSED, "bad_number"),
        ("undelivered", 30007, Outcome.REFUSED, "filtered"),
        ("undelivered", 30034, Outcome.DEFERRED, "unregistered_sender"),
        ("failed", None, Outcome.REFUSED, "rejected"),
    ],
)
async def test_what_became_of_it_has_our_word(
    api: TwilioApi, state: str, error: int | None, outcome: Outcome, word: str
) -> None:
    took(api, state=state, error=error)
    found = await look(api)
    assert [(one.outcome, one.code) for one in found] == [(outcome, word)]


async def test_it_reads_no_further_than_its_bound(api: TwilioApi) -> None:
    for _ in range(MOST_TEXTS + 100):
        took(api)
    found = await look(api)
    assert (len(found), api.looks) == (MOST_TEXTS, MOST_TEXTS // api.page)


async def test_a_hang_ends_at_the_deadline(api: TwilioApi) -> None:
    api.list_fault = Fail(-1)
    with pytest.raises(Transient, match="did not come in time"):
        await look(api, seconds=0.3)


@pytest.mark.parametrize("fault", [Fail(500), Fail(0), Refuse(429, 20429)])
async def test_trouble_is_told_without_the_number(api: TwilioApi, fault: Fail | Refuse) -> None:
    api.list_fault = fault
    with pytest.raises(Transient) as told:
        await look(api)
    assert NUMBER not in str(told.value)


async def test_a_wrong_token_is_trouble_that_may_pass(api: TwilioApi) -> None:
    with pytest.raises(Transient, match="notifier check"):
        await look(api, token="wrong")


async def test_in_mode_redirect_the_marked_copy_is_looked_for(api: TwilioApi) -> None:
    text = took(api, form={"To": "+12025550111", "Body": f"[redirected] {WORDS}"})
    search = RedirectedTexts(SmsSearch(SmsAccess(ACCOUNT, TOKEN, base_url=api.url, timeout=5)), "+12025550111")
    found = await search.seen(TextAsked(NUMBER, WORDS, api.now))
    await search.close()
    assert [one.provider_id for one in found] == [text.sid]
