"""What a reply at a stage means, without a server: whose fault it is, and what of its words is kept."""

import pytest

from notifier.channels.smtp_words import Stage, masked, meaning
from notifier.terms.words import Outcome


@pytest.mark.parametrize(
    ("reply", "text", "code"),
    [
        (550, "5.7.1 sender not allowed", "bad_sender"),
        (553, "5.7.1 sender not owned by this login", "bad_sender"),
        (554, "5.7.0 account suspended", "bad_sender"),
        (550, "5.1.1 no such sender", "bad_sender"),
        (501, "5.5.4 syntax", "bad_sender"),
        (550, "no", "bad_sender"),
        (550, "5.7.8 who are you", "auth"),
        (530, "5.7.1 authentication required", "auth"),
        (535, "5.7.0 expired", "auth"),
    ],
)
def test_a_refusal_of_our_sender_says_nothing_about_the_mail(reply: int, text: str, code: str) -> None:
    assert meaning(Stage.MAIL, reply, text) == (Outcome.DEFERRED, code)


@pytest.mark.parametrize(
    ("reply", "text", "code"),
    [
        (552, "too big", "too_large"),
        (552, "5.3.4 too big", "too_large"),
        (552, "5.2.2 over quota", "too_large"),
        (550, "5.6.7 no international addresses", "needs_smtputf8"),
    ],
)
def test_a_refusal_of_this_very_mail_at_its_sender_is_final(reply: int, text: str, code: str) -> None:
    assert meaning(Stage.MAIL, reply, text) == (Outcome.REFUSED, code)


@pytest.mark.parametrize("stage", [Stage.CONNECT, Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DOT])
def test_a_missing_login_defers_wherever_it_is_noticed(stage: Stage) -> None:
    assert meaning(stage, 530, "5.7.1 client was not authenticated") == (Outcome.DEFERRED, "auth")


def test_a_sender_refused_only_at_the_recipient_defers() -> None:
    assert meaning(Stage.RCPT, 550, "5.1.8 sender address rejected") == (Outcome.DEFERRED, "bad_sender")


@pytest.mark.parametrize("sign", [0xDCE9, 0x00, 0x07, 0x85, 0x2028, 0x200B, 0x202E])
def test_no_sign_that_cannot_be_stored_or_shown_is_kept(sign: int) -> None:
    assert sign not in map(ord, masked(f"550 a{chr(sign)}b", "ada@mail.example"))


def test_words_in_another_alphabet_are_kept() -> None:
    assert masked("550 5.1.1 адрес не найден", "ada@mail.example") == "550 5.1.1 адрес не найден"


def test_an_invisible_sign_hides_no_address() -> None:
    assert masked("550 <a\u200bda@mail.example> unknown", "ada@mail.example") == "550 <<address>> unknown"
