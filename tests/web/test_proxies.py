"""The webhooks behind proxies: the configured address counts, whatever a request says of its own way."""

import pytest

from notifier.web.buckets import Buckets
from tests.web.hooked import CAME, STATUS, TEXT, Twilio, twilio

PUBLIC = [
    "https://go.shop.example",
    "https://go.shop.example:8443",
    "http://localhost:8080",
    "https://shop.example/bot",
    "https://shop.example/a/b",
]


@pytest.mark.parametrize("public", PUBLIC)
@pytest.mark.parametrize("path", [TEXT, f"{STATUS}?attempt=1", f"{TEXT}?brand=oak%20%26%20co"])
def test_what_is_signed_for_the_public_address_is_believed(public: str, path: str) -> None:
    with twilio(public) as asked:
        assert asked.post(path, {**CAME, "MessageStatus": "sent"}).is_success


@pytest.mark.parametrize("public", PUBLIC[3:])
def test_a_proxy_may_leave_the_path_of_the_public_address_in(public: str) -> None:
    with twilio(public) as asked:
        prefix = "/" + public.split("/", 3)[3]
        direct = Twilio(asked.address + prefix, public, book=asked.book)
        assert (direct.text().status_code, len(asked.book.texts)) == (200, 1)


@pytest.mark.parametrize(
    ("public", "signed_at"),
    [
        ("https://go.shop.example", "https://go.shop.example:443"),
        ("https://go.shop.example:8443", "https://go.shop.example"),
        ("http://localhost", "http://localhost:80"),
    ],
)
def test_the_port_may_stand_in_what_is_signed_or_not(public: str, signed_at: str) -> None:
    with twilio(public) as asked:
        asked.public = signed_at
        assert asked.text().status_code == 200


@pytest.mark.parametrize(
    "signed_at", ["http://go.shop.example", "https://evil.example", "https://go.shop.example/other"]
)
def test_what_is_signed_for_another_address_is_refused(signed_at: str) -> None:
    with twilio() as asked:
        asked.public = signed_at
        assert (asked.text().status_code, asked.book.empty) == (403, True)


def test_a_request_cannot_say_itself_for_which_address_it_was_signed() -> None:
    with twilio() as asked:
        asked.public = "https://evil.example"
        headers = {
            "Host": "evil.example",
            "X_Forwarded_Host": "evil.example",
            "X_Forwarded_Proto": "https",
            "Forwarded": "host=evil.example;proto=https",
        }
        assert asked.post(TEXT, CAME, **headers).status_code == 403


def test_names_that_proxies_give_to_the_request_disturb_nothing() -> None:
    with twilio() as asked:
        headers = {"Host": "10.0.0.7:8080", "X_Forwarded_Proto": "http", "X_Forwarded_Port": "8080"}
        assert asked.post(TEXT, CAME, **headers).status_code == 200


def test_who_signs_wrongly_too_often_is_told_so_and_no_longer_logged(capsys: pytest.CaptureFixture[str]) -> None:
    with twilio(forgeries=Buckets(at_once=3, per_minute=0)) as asked:
        answers = [asked.post(TEXT, CAME, "wrong").status_code for _ in range(6)]
    told = capsys.readouterr()
    assert (answers, (told.out + told.err).count("a webhook was refused")) == ([403] * 3 + [429] * 3, 3)


def test_twilio_is_heard_while_somebody_at_its_address_signs_wrongly() -> None:
    with twilio(forgeries=Buckets(at_once=1, per_minute=0)) as asked:
        forged = [asked.post(TEXT, CAME, "wrong").status_code for _ in range(2)]
        assert (forged, asked.text().status_code) == ([403, 429], 200)


def test_behind_our_proxy_each_address_has_a_bucket_of_its_own() -> None:
    with twilio(forgeries=Buckets(at_once=1, per_minute=0)) as asked:
        answers = [
            asked.post(TEXT, CAME, "wrong", X_Forwarded_For=address).status_code
            for address in ("203.0.113.7", "203.0.113.7", "198.51.100.9", "1.1.1.1, 198.51.100.9")
        ]
    assert answers == [403, 429, 403, 429]
