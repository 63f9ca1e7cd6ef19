"""Twilio's webhooks over HTTP: what is taken in, what is refused, and what an answer says."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import httpx2
import pytest
from sqlalchemy.exc import OperationalError

from notifier.terms.evidence import Receipt, Word
from notifier.terms.incoming import Choice, Incoming, Road
from notifier.terms.reply import Intent
from notifier.web.buckets import Buckets
from notifier.web.twilio_signature import signature
from tests.web.hooked import CAME, NOW, PUBLIC, SID, STATUS, TEXT, TOKEN, Twilio, twilio


@pytest.fixture(scope="module")
def server() -> Iterator[Twilio]:
    with twilio(forgeries=Buckets(at_once=10_000, per_minute=1)) as running:
        yield running


@pytest.fixture
def asked(server: Twilio) -> Twilio:
    """The server with an empty book."""
    server.book.texts.clear()
    server.book.receipts.clear()
    server.book.faults.clear()
    return server


def test_a_text_is_taken_in_as_it_was_written(asked: Twilio) -> None:
    asked.text()
    assert asked.book.texts == [
        Incoming(Road.SMS, SID, NOW, words="Where is my lamp?", sender="+12025550143", to="+12025550100")
    ]


def test_the_answer_is_twiml_that_sends_nothing(asked: Twilio) -> None:
    answer = asked.text()
    assert (answer.status_code, answer.headers["content-type"].split(";")[0], answer.text) == (
        200,
        "text/xml",
        '<?xml version="1.0" encoding="UTF-8"?><Response></Response>',
    )


@pytest.mark.parametrize(
    ("mark", "intent"), [("STOP", Intent.OPT_OUT), ("START", Intent.OPT_IN), ("HELP", Intent.HELP)]
)
def test_what_twilio_has_answered_itself_is_said_so(asked: Twilio, mark: str, intent: Intent) -> None:
    asked.text(OptOutType=mark, Body=mark)
    assert [(one.answered, one.choice, one.words) for one in asked.book.texts] == [(True, Choice(intent), mark)]


def test_a_mark_that_nobody_knows_leaves_the_words_to_be_read(asked: Twilio) -> None:
    asked.text(OptOutType="PAUSE")
    assert [(one.answered, one.choice) for one in asked.book.texts] == [(False, None)]


@pytest.mark.parametrize(
    ("body", "count", "words"),
    [("", "1", "[1 picture]"), ("2", "2", "2\n[2 pictures]"), ("2", "0", "2"), ("", "0", "")],
)
def test_a_picture_stands_in_the_words(asked: Twilio, body: str, count: str, words: str) -> None:
    asked.text(Body=body, NumMedia=count)
    assert [one.words for one in asked.book.texts] == [words]


def test_signs_that_no_database_takes_are_left_out(asked: Twilio) -> None:
    asked.text(Body="ST\x00OP 👍🏽\nnow\x07")
    assert [one.words for one in asked.book.texts] == ["STOP 👍🏽\nnow"]


def test_fields_that_nobody_expects_are_ignored(asked: Twilio) -> None:
    answer = asked.text(Body="hi", body="STOP", ButtonText="STOP", MediaUrl0="http://evil.example")
    assert (answer.status_code, [one.words for one in asked.book.texts]) == (200, ["hi"])


def test_an_empty_and_a_repeated_field_are_signed_as_twilio_signs_them(asked: Twilio) -> None:
    fields = [*CAME.items(), ("FromCity", ""), ("AddOns", "b"), ("AddOns", "a")]
    body = httpx2.QueryParams(fields)
    signed = signature(TOKEN, PUBLIC + TEXT, fields)
    assert asked.send(TEXT, str(body).encode(), {"X-Twilio-Signature": signed}).status_code == 200


@pytest.mark.parametrize("signed", ["", "nonsense", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="])
def test_a_forged_request_is_refused_and_nothing_is_taken_in(asked: Twilio, signed: str) -> None:
    answer = asked.send(TEXT, str(httpx2.QueryParams(dict(CAME))).encode(), {"X-Twilio-Signature": signed})
    assert (answer.status_code, answer.text, asked.book.empty) == (403, "Forbidden\n", True)


def test_a_request_without_a_signature_is_refused(asked: Twilio) -> None:
    answer = asked.send(TEXT, str(httpx2.QueryParams(dict(CAME))).encode(), {})
    assert (answer.status_code, asked.book.empty) == (403, True)


@pytest.mark.parametrize("path", [TEXT, STATUS + "?attempt=17"])
def test_a_request_that_somebody_changed_is_refused(asked: Twilio, path: str) -> None:
    answer = asked.post(path, {**CAME, "Body": "STOP"}, asked.signature(path, CAME))
    assert (answer.status_code, asked.book.empty) == (403, True)


def test_a_receipt_for_another_attempt_than_the_signed_one_is_refused(asked: Twilio) -> None:
    form = {"MessageSid": SID, "MessageStatus": "failed"}
    answer = asked.post(f"{STATUS}?attempt=18", form, asked.signature(f"{STATUS}?attempt=17", form))
    assert (answer.status_code, asked.book.empty) == (403, True)


def test_what_another_token_signed_is_refused(asked: Twilio) -> None:
    stranger = Twilio(asked.address, token="0" * 32)
    assert (stranger.text().status_code, asked.book.empty) == (403, True)


@pytest.mark.parametrize("token", [TOKEN, "older" * 6])
def test_an_older_token_is_believed_while_it_is_exchanged(asked: Twilio, token: str) -> None:
    assert Twilio(asked.address, token=token).text().status_code == 200


def test_a_shared_key_is_believed_by_its_own_algorithm(asked: Twilio) -> None:
    signed = signature("shared" * 6, PUBLIC + TEXT, list(CAME.items()), "sha256")
    settings = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
    assert asked.post(TEXT, CAME, signed, X_Twilio_Webhooks_Signature_Settings=settings).status_code == 200


def test_bytes_that_are_no_form_are_refused(asked: Twilio) -> None:
    assert asked.send(TEXT, b"Body=\xff\xfe", {"X-Twilio-Signature": "x"}).status_code == 403


def test_a_form_under_another_name_is_refused(asked: Twilio) -> None:
    body = str(httpx2.QueryParams(dict(CAME))).encode()
    headers = {"X-Twilio-Signature": asked.signature(TEXT, CAME), "Content-Type": "text/plain"}
    assert asked.send(TEXT, body, headers).status_code == 403


def test_a_text_as_json_is_read_by_its_hash_in_the_url(asked: Twilio) -> None:
    body = json.dumps(dict(CAME)).encode()
    path = f"{TEXT}?bodySHA256={sha256(body).hexdigest()}"
    signed = asked.signature(path, {})
    answer = asked.send(path, body, {"X-Twilio-Signature": signed, "Content-Type": "application/json"})
    assert (answer.status_code, [one.key for one in asked.book.texts]) == (200, [SID])


@pytest.mark.parametrize("content", [b"[1]", b"{", b"[" * 20_000])
def test_json_that_holds_no_fields_is_no_text(asked: Twilio, content: bytes) -> None:
    path = f"{TEXT}?bodySHA256={sha256(content).hexdigest()}"
    headers = {"X-Twilio-Signature": asked.signature(path, {}), "Content-Type": "application/json"}
    assert (asked.send(path, content, headers).status_code, asked.book.empty) == (400, True)


def without(name: str) -> dict[str, str]:
    return {one: value for one, value in CAME.items() if one != name}


@pytest.mark.parametrize(
    "form",
    [
        *map(without, ("MessageSid", "From", "To", "Body")),
        {**CAME, "MessageSid": "SM1"},
        {**CAME, "From": "12025550143"},
        {**CAME, "From": "whatsapp:+12025550143"},
        {**CAME, "From": "+1202555014٣"},
        {**CAME, "To": "Lumen"},
        {**CAME, "Body": "x" * 20_001},
        {**CAME, "NumMedia": "many"},
    ],
    ids=["no_sid", "no_from", "no_to", "no_body", "sid", "from", "whatsapp", "digits", "to", "long", "pictures"],
)
def test_a_text_that_makes_no_sense_is_refused_and_not_taken_in(asked: Twilio, form: dict[str, str]) -> None:
    assert (asked.post(TEXT, form).status_code, asked.book.empty) == (400, True)


def test_a_border_moved_between_name_and_value_makes_no_text(asked: Twilio) -> None:
    stop = {**CAME, "Body": "STOP"}
    moved = {**without("Body"), "BodyS": "TOP"}
    answer = asked.post(TEXT, moved, asked.signature(TEXT, stop))
    assert (answer.status_code, asked.book.empty) == (400, True)


def test_two_values_for_one_field_make_no_text(asked: Twilio) -> None:
    fields = [*CAME.items(), ("Body", "STOP")]
    headers = {"X-Twilio-Signature": signature(TOKEN, PUBLIC + TEXT, fields)}
    answer = asked.send(TEXT, str(httpx2.QueryParams(fields)).encode(), headers)
    assert (answer.status_code, asked.book.empty) == (400, True)


def test_46_duplicates_at_once_are_all_answered_and_taken_in_once(asked: Twilio) -> None:
    with ThreadPoolExecutor(8) as together:
        answers = list(together.map(lambda _: asked.text().status_code, range(46)))
    assert (set(answers), len(asked.book.texts)) == ({200}, 1)


def test_a_database_in_trouble_lets_twilio_try_the_fallback(asked: Twilio, capsys: pytest.CaptureFixture[str]) -> None:
    asked.book.faults.append(OperationalError("INSERT", {"words": "hunter2"}, Exception("disk full of hunter2")))
    answer = asked.text()
    told = capsys.readouterr()
    assert (answer.status_code, "hunter2" in answer.text + told.out + told.err) == (503, False)


def test_what_failed_is_taken_in_when_the_fallback_comes(asked: Twilio) -> None:
    asked.book.faults.append(OperationalError("INSERT", {}, Exception("locked")))
    answers = [asked.text().status_code, asked.text(ErrorCode="11200", ErrorUrl=PUBLIC + TEXT).status_code]
    assert (answers, len(asked.book.texts)) == ([503, 200], 1)


def test_a_fault_of_our_own_is_told_without_its_words(asked: Twilio, capsys: pytest.CaptureFixture[str]) -> None:
    asked.book.faults.append(RuntimeError("hunter2"))
    answer = asked.text()
    told = capsys.readouterr()
    assert (answer.status_code, answer.text) == (500, "Internal Server Error\n")
    assert "hunter2" not in told.out + told.err


@pytest.mark.parametrize(
    ("said", "word"),
    [
        *((one, Word.SENT) for one in ("accepted", "scheduled", "queued", "sending", "sent")),
        *((one, Word.DELIVERED) for one in ("delivered", "read")),
    ],
)
def test_a_receipt_says_where_a_text_is(asked: Twilio, said: str, word: Word) -> None:
    answer = asked.status(MessageStatus=said)
    assert (answer.status_code, asked.book.receipts) == (204, [Receipt(word, 17, provider_id=SID)])


@pytest.mark.parametrize(
    ("said", "error", "code"),
    [
        ("undelivered", "30003", "unreachable"),
        ("undelivered", "30005", "bad_number"),
        ("failed", "30006", "bad_number"),
        ("failed", "21610", "opted_out"),
        ("failed", "30007", "filtered"),
        ("failed", "99999", "rejected"),
        ("canceled", "", "rejected"),
    ],
)
def test_a_text_that_failed_says_why_in_our_words(asked: Twilio, said: str, error: str, code: str) -> None:
    asked.status(MessageStatus=said, ErrorCode=error)
    assert asked.book.receipts == [Receipt(Word.FAILED, 17, provider_id=SID, code=code)]


@pytest.mark.parametrize("query", ["", "?attempt=", "?attempt=x", "?attempt=1&attempt=2", "?attempt=99999999999"])
def test_a_receipt_for_no_attempt_of_ours_is_nothing(asked: Twilio, query: str) -> None:
    assert (asked.status(query).status_code, asked.book.empty) == (204, True)


def test_a_state_that_nobody_knows_is_nothing(asked: Twilio) -> None:
    assert (asked.status(MessageStatus="pondering").status_code, asked.book.empty) == (204, True)


@pytest.mark.parametrize("fields", [{"MessageSid": ""}, {"MessageStatus": ""}, {"ErrorCode": "many"}])
def test_a_receipt_that_makes_no_sense_is_refused(asked: Twilio, fields: dict[str, str]) -> None:
    assert (asked.status(**fields).status_code, asked.book.empty) == (400, True)
