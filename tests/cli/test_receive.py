"""`notifier receive` as a person calls it: what a customer answered, taken in by hand."""

import json
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest

from notifier.store.tables import Action, Reply
from tests.calls import Call, caller
from tests.mails import answer
from tests.shop import Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each runs whole commands."""

BRAND = '[brands.default]\nsender = "Oak <hello@oak.example>"\n'
AT = "2026-06-01T17:30:00Z"


@pytest.fixture
def shop(tmp_path: Path, sqlite_url: str) -> Shop:
    """Ann was told of her backorder by email."""
    shop = open_shop(tmp_path, sqlite_url, f"[database]\nurl = {json.dumps(sqlite_url)}\n{BRAND}")
    shop.take_in("backorders", [order("ann", phone="+14155552671", country="US")])
    shop.plan()
    shop.deliver()
    return shop


@pytest.fixture
def call(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(tmp_path / "settings.toml", capsys)


def kept(folder: Path, raw: bytes, name: str = "answer.eml") -> str:
    (folder / name).write_bytes(raw)
    return str(folder / name)


def ours(shop: Shop) -> EmailMessage:
    return cast(EmailMessage, message_from_string(shop.sent()[-1], policy=policy.default))


def test_a_text_is_told_as_one_line_for_programs(call: Call) -> None:
    code, said, _ = call("receive", "sms", "--from", "+1 415 555 2671", "--text", "cancel my order please", "--now", AT)
    found = json.loads(said)
    assert (code, found["customer"], found["intent"]) == (0, "ann", "cancel_order")


def test_the_same_text_typed_twice_is_acted_on_once(call: Call, shop: Shop) -> None:
    typed = ("receive", "sms", "--from", "+14155552671", "--text", "cancel my order please", "--now", AT)
    call(*typed)
    assert json.loads(call(*typed)[1])["again"] is True
    assert len(shop.rows(Action)) == 1


def test_a_number_that_is_none_is_a_fault_of_usage_with_the_remedy(call: Call) -> None:
    code, _, told = call("receive", "sms", "--from", "12", "--text", "hello", "--now", AT)
    assert (code, "--from" in told) == (2, True)


def test_a_mail_from_a_file_is_taken_in_and_proves_nothing(call: Call, shop: Shop, tmp_path: Path) -> None:
    code, said, _ = call("receive", "email", kept(tmp_path, answer(ours(shop), "Please cancel my order.")), "--now", AT)
    assert (code, json.loads(said)["effects"]) == (0, ["frozen"])


def test_a_mail_of_our_own_is_left_alone(call: Call, shop: Shop, tmp_path: Path) -> None:
    _, said, _ = call("receive", "email", kept(tmp_path, shop.sent()[-1].encode()), "--now", AT)
    assert json.loads(said) == {"ignored": "a mail of our own"}


def test_a_file_that_is_not_there_is_a_fault_of_usage(call: Call, tmp_path: Path) -> None:
    code, _, told = call("receive", "email", str(tmp_path / "none.eml"), "--now", AT)
    assert (code, "name another file" in " ".join(told.split())) == (2, True)


def test_a_mail_that_cannot_be_read_waits_for_a_person_and_ends_with_1(call: Call, shop: Shop, tmp_path: Path) -> None:
    nested = b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n" * 20_000
    first = call("receive", "email", kept(tmp_path, nested), "--now", AT)
    again = call("receive", "email", kept(tmp_path, nested, "other-name.eml"), "--now", AT)
    assert (first[0], again[0], [row.needs_person for row in shop.rows(Reply)]) == (1, 1, [True])
