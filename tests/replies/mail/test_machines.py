"""What a machine wrote is known as such (HOSTILE 68), and what a person wrote is not taken for it."""

import pytest

from notifier.terms.mail import Machine
from tests.replies.mail.letters import html, mail, plain, read, several

SUBJECTS = [
    *("Automatic reply: Your order", "AutoReply: Your order", "Auto-Response"),
    *("Out of Office: Your order", "Out of Office Re: Your order", "Out of the office until 9 Nov", "OOO - back soon"),
    *("Automatische Antwort: Ihre Bestellung", "Abwesenheitsnotiz", "Abwesend: Ihre Bestellung", "Im Urlaub bis 9.11."),
    *("Réponse automatique : Votre commande", "Message d'absence", "Absence du bureau", "Absent du 3 au 9"),
    *("Respuesta automática: Su pedido", "Fuera de la oficina: Su pedido", "Ausente hasta el 9"),
    *("Risposta automatica: Il suo ordine", "Fuori ufficio: Il suo ordine", "Assente fino al 9"),
    *("Automatisch antwoord: Uw bestelling", "Afwezig: Uw bestelling", "Afwezigheidsbericht"),
    *("Resposta automática: O seu pedido", "Fora do escritório: O seu pedido", "Ausência do escritório"),
    "=?utf-8?q?R=C3=A9ponse_automatique_:?= Votre commande",
]
FIELDS = [
    ("auto_submitted", "auto-replied"),
    ("auto_submitted", "auto-generated"),
    ("auto_submitted", "auto-replied; owner-email=x@example.com"),
    ("auto_submitted", "AUTO-NOTIFIED"),
    ("precedence", "auto_reply"),
    ("x_autoreply", "yes"),
    ("x_autorespond", "x"),
    ("x_auto_response_suppress", "All"),
    ("x_auto_response_suppress", "DR, RN, NRN, OOF, AutoReply"),
    ("return_path", "<>"),
    ("from", "MAILER-DAEMON@example.com"),
    ("from", "Postmaster <postmaster@example.com>"),
]


def machine(**fields: str | None) -> Machine:
    return read(mail(**fields)).machine


@pytest.mark.parametrize(("field", "value"), FIELDS)
def test_a_header_tells_an_automatic_reply(field: str, value: str) -> None:
    assert machine(**{field: value}) is Machine.AUTO_REPLY


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_tells_an_automatic_reply_without_a_header(subject: str) -> None:
    assert machine(subject=subject) is Machine.AUTO_REPLY


@pytest.mark.parametrize(
    "subject",
    [
        *("Re: Your order", "Re: Automatic reply: Your order", "AW: Abwesenheitsnotiz", "", "Automatic coffee machine"),
        *("Absent next week, please deliver later", "Out of stock?", "Im Urlaubsmodus liefern", "Ausente esta semana"),
    ],
)
def test_a_persons_subject_is_a_persons(subject: str) -> None:
    assert machine(subject=subject) is Machine.NONE


@pytest.mark.parametrize(
    "fields",
    [
        {"auto_submitted": "no"},
        {"auto_submitted": ""},
        {"return_path": "<anna@example.com>"},
        {"x_auto_response_suppress": "DR, RN"},
        {"precedence": "first-class"},
    ],
)
def test_a_persons_header_is_a_persons(fields: dict[str, str]) -> None:
    assert machine(**fields) is Machine.NONE


@pytest.mark.parametrize(
    "fields",
    [
        {"list_id": "<news.example.com>"},
        {"list_unsubscribe": "<mailto:x@example.com>"},
        {"list_post": "<mailto:x@example.com>"},
        {"precedence": "bulk"},
        {"precedence": "junk"},
        {"precedence": "list"},
    ],
)
def test_lists_and_newsletters_are_bulk(fields: dict[str, str]) -> None:
    assert machine(**fields) is Machine.BULK


def test_an_answer_sent_as_bulk_is_an_automatic_reply() -> None:
    assert machine(precedence="bulk", in_reply_to="<x@oak.example>") is Machine.AUTO_REPLY


def test_who_writes_to_the_shops_own_group_address_is_a_person() -> None:
    assert machine(list_id="Support <support.oak.example>", precedence="list") is Machine.NONE


def test_a_group_that_only_sounds_like_the_shops_is_bulk() -> None:
    assert machine(list_id="<news.not-oak.example>") is Machine.BULK


def test_our_own_mail_is_known_by_its_message_id() -> None:
    assert machine(auto_submitted="auto-generated", message_id="<u1@Oak.example>") is Machine.OWN


def test_our_own_mail_is_known_by_its_loop_mark() -> None:
    assert machine(x_loop="notifier@oak.example") is Machine.OWN


def test_our_domain_alone_is_no_mail_of_ours() -> None:
    assert machine(message_id="<u1@oak.example>") is Machine.NONE


def test_a_mail_that_a_machine_of_others_made_is_not_ours() -> None:
    assert machine(auto_submitted="auto-generated", message_id="<u1@oak.example.evil.example>") is Machine.AUTO_REPLY


def test_a_read_receipt_is_an_automatic_reply() -> None:
    receipt = "Content-Type: message/disposition-notification\n\nDisposition: automatic-action/MDN-sent; displayed"
    assert read(several(plain("Read"), receipt, kind="report")).machine is Machine.AUTO_REPLY


def test_the_words_of_a_machine_are_still_told() -> None:
    got = read(
        several(plain("I am away until Monday."), html("<p>x"), kind="alternative", auto_submitted="auto-replied")
    )
    assert got.words == "I am away until Monday."
