"""Only the customer's own new words are read, in many languages (HOSTILE 71)."""

import time

import pytest

from notifier.replies.mail.new_words import new_words
from notifier.terms.mail import Unread
from tests.replies.mail.letters import mail, read

QUOTE = "> Your kettle comes later.\n> Reply YES to wait, STOP to end.\n"

ABOVE_A_QUOTE = {
    "en": "On Mon, 2 Nov 2026 at 10:00, Oak <hello@oak.example> wrote:",
    "en, over two lines": "On Mon, Nov 2, 2026 at 10:00 AM Oak Store and Friends <hello@oak.example>\nwrote:",
    "en, the old way": "Oak <hello@oak.example> wrote on 2 Nov 2026:",
    "de": "Am Mo., 2. Nov. 2026 um 10:00 Uhr schrieb Oak <hello@oak.example>:",
    "de, over two lines": "Am 02.11.2026 um 10:00 schrieb Oak\n<hello@oak.example>:",
    "de, the name first": "Oak <hello@oak.example> schrieb am Mo., 2. Nov. 2026, 10:00:",
    "fr": "Le lun. 2 nov. 2026 à 10:00, Oak <hello@oak.example> a écrit :",
    "es": "El lun, 2 nov 2026 a las 10:00, Oak (<hello@oak.example>) escribió:",
    "it": "Il giorno lun 2 nov 2026 alle ore 10:00 Oak <hello@oak.example> ha scritto:",
    "nl": "Op ma 2 nov 2026 om 10:00 schreef Oak <hello@oak.example>:",
    "nl, Apple": "Op 2 nov. 2026 om 10:00 heeft Oak <hello@oak.example> het volgende geschreven:",
    "pt": "Em seg., 2 de nov. de 2026 às 10:00, Oak <hello@oak.example> escreveu:",
    "pt, Apple": "No dia 02/11/2026, às 10:00, Oak <hello@oak.example> escreveu:",
    "sv": "Den mån 2 nov. 2026 kl 10:00 skrev Oak <hello@oak.example>:",
    "ko": "2026년 11월 2일 (월) 오전 10:00, Oak <hello@oak.example>님이 작성:",
    "zh": "Oak <hello@oak.example> 于2026年11月2日周一 10:00写道：",
    "pl": "W dniu 2.11.2026 o 10:00, Oak <hello@oak.example> napisał(a):",
}
COPIED_HEADER = {
    "en": "From: Oak <hello@oak.example>\nSent: Monday, November 2, 2026\nTo: Anna\nSubject: Your order",
    "en, bold": "*From:* Oak <hello@oak.example>\n*Sent:* Monday\n*To:* Anna\n*Subject:* Your order",
    "de": "Von: Oak <hello@oak.example>\nGesendet: Montag, 2. November 2026\nAn: Anna\nBetreff: Ihre Bestellung",
    "fr": "De : Oak <hello@oak.example>\nEnvoyé : lundi 2 novembre 2026\nÀ : Anna\nObjet : Votre commande",
    "es": "De: Oak <hello@oak.example>\nEnviado el: lunes, 2 de noviembre\nPara: Anna\nAsunto: Su pedido",
    "it": "Da: Oak <hello@oak.example>\nInviato: lunedì 2 novembre 2026\nA: Anna\nOggetto: Il suo ordine",
    "nl": "Van: Oak <hello@oak.example>\nVerzonden: maandag 2 november 2026\nAan: Anna\nOnderwerp: Uw bestelling",
    "pt": "De: Oak <hello@oak.example>\nEnviada em: segunda-feira, 2 de novembro\nPara: Anna\nAssunto: O seu pedido",
    "date first": "Date: Mon, 2 Nov 2026 10:00\nSubject: Your order\nFrom: hello@oak.example\nTo: anna@example.com",
}
REST = [
    "-----Original Message-----",
    "-----Ursprüngliche Nachricht-----",
    "-------- Message d'origine --------",
    "-----Mensaje original-----",
    "-----Messaggio originale-----",
    "-----Oorspronkelijk bericht-----",
    "-----Mensagem original-----",
    "---------- Forwarded message ---------",
    "Begin forwarded message:",
    "Anfang der weitergeleiteten Nachricht:",
    "Début du message transféré :",
    "Inizio messaggio inoltrato:",
    "##- Please type your reply above this line -##",
]
FOOTERS = [
    *("Sent from my iPhone", "Sent from my iPad, please excuse typos", "Sent from Yahoo Mail on Android"),
    *("Get Outlook for iOS<https://example.com/x>", "Sent via the Samsung Galaxy S21 5G, an AT&T 5G smartphone"),
    *("Sent from Mail for Windows", "Sent with Proton Mail secure email.", "Sent from Outlook for Android"),
    *("Von meinem iPhone gesendet", "Gesendet von Mail für Windows", "Gesendet mit der GMX Mail App"),
    *("Diese Nachricht wurde von meinem Android Gerät mit GMX Mail gesendet.", "Holen Sie sich Outlook für Android"),
    *("Envoyé de mon iPhone", "Envoyé depuis mon Samsung Galaxy", "Télécharger Outlook pour iOS"),
    *("Enviado desde mi iPhone", "Enviado desde mi móvil", "Obtener Outlook para Android"),
    *("Inviato da iPhone", "Inviato dal mio iPad", "Scarica Outlook per iOS"),
    *("Verstuurd vanaf mijn iPhone", "Verzonden vanaf mijn Samsung Galaxy", "Outlook voor Android downloaden"),
    *("Enviado do meu iPhone", "Enviado do meu telemóvel", "Obter o Outlook para iOS"),
]
CLOSINGS = [
    *("Best regards,", "Kind regards", "Sincerely,", "Regards, Anna Smith", "Mit freundlichen Grüßen", "MfG"),
    *("Viele Grüße,", "LG Anna", "Liebe Grüsse", "Cordialement,", "Bien à vous", "Un saludo,", "Atentamente,"),
    *("Cordiali saluti", "Met vriendelijke groet,", "Groeten", "Atenciosamente,", "Melhores cumprimentos", "-- ", "--"),
]


def words(body: str) -> str:
    return read(mail(body)).words


@pytest.mark.parametrize("language", ABOVE_A_QUOTE)
def test_a_marked_quote_is_not_read(language: str) -> None:
    assert words(f"I can wait\n\n{ABOVE_A_QUOTE[language]}\n\n{QUOTE}") == "I can wait"


@pytest.mark.parametrize("language", ABOVE_A_QUOTE)
def test_a_quote_without_marks_is_not_read(language: str) -> None:
    assert words(f"I can wait\n\n{ABOVE_A_QUOTE[language]}\n\nReply YES to wait\n") == "I can wait"


@pytest.mark.parametrize("language", ABOVE_A_QUOTE)
def test_words_below_a_marked_quote_are_read(language: str) -> None:
    assert words(f"{ABOVE_A_QUOTE[language]}\n\n{QUOTE}\nI can wait") == "I can wait"


@pytest.mark.parametrize("language", COPIED_HEADER)
def test_a_thread_below_a_copied_header_is_not_read(language: str) -> None:
    assert words(f"I can wait\n\n{'_' * 32}\n{COPIED_HEADER[language]}\n\nReply YES") == "I can wait"


@pytest.mark.parametrize("line", REST)
def test_a_thread_below_such_a_line_is_not_read(line: str) -> None:
    assert words(f"I can wait\n\n{line}\nSome label: Oak\n\nReply YES") == "I can wait"


@pytest.mark.parametrize("footer", FOOTERS)
def test_what_a_phone_adds_is_not_read(footer: str) -> None:
    assert words(f"I can wait\n\n{footer}") == "I can wait"


@pytest.mark.parametrize("closing", CLOSINGS)
def test_a_signature_is_not_read(closing: str) -> None:
    assert words(f"I can wait\n\n{closing}\nAnna Smith\nStop & Shop Ltd\n+1 555 0100") == "I can wait"


@pytest.mark.parametrize(
    "body",
    [
        *("Stop", "Thanks!", "Danke", "Regards", "Yes\nplease", "- please cancel\n- at once", "Thanks,\nplease cancel"),
        *("Best wishes for your shop, but please cancel", "Sent back already, please refund", "LGTM"),
        *("From my side that is fine", "To be honest: please cancel", "Grüße an das Team, bitte stornieren"),
        *("You wrote that it comes in 3 weeks. My answer:\nplease cancel", "I choose A: yes\nB: no"),
        *("Take the alternative", "Data: none\nplease cancel", "On 3 May I ordered.\nWhere is it?"),
        "To: Oak, 1 High Street\nI withdraw from my contract for the kettle,\nOrdered on: 1 October\nDate: 3 November",
    ],
)
def test_words_that_only_look_like_more_are_read(body: str) -> None:
    assert words(body) == body


@pytest.mark.parametrize("quote", ["> reply YES", ">reply YES", " > > reply YES", "＞ reply YES", "|> reply YES"[1:]])
def test_a_quoted_yes_is_never_read(quote: str) -> None:
    got = read(mail(f"{quote}\n{quote}"))
    assert (got.words, got.unread) == ("", Unread.QUOTED)


def test_answers_between_quotes_are_read_together() -> None:
    assert words("> Do you want to wait?\n\nYes\n\n> Shall we cancel?\n\nNo") == "Yes\n\nNo"


def test_what_may_be_the_end_of_a_quoted_line_is_left_unread_and_told() -> None:
    long = "> If you would rather not wait, then please answer this email: reply STOP to"
    got = read(mail(f"{long}\nend all messages\n\nI can wait"))
    assert (got.words, got.unread) == ("I can wait", Unread.QUOTED)


def test_a_quote_in_flowed_lines_is_quoted_to_its_end() -> None:
    got = read(mail("> Reply \n> YES\nI can \nwait", "text/plain; charset=utf-8; format=flowed"))
    assert got.words == "I can wait"


def test_a_forwarded_thread_without_words_of_ones_own_goes_to_a_person() -> None:
    got = read(mail(f"---------- Forwarded message ---------\n{COPIED_HEADER['en']}\n\nReply YES"))
    assert (got.words, got.unread) == ("", Unread.QUOTED)


def test_a_quote_that_only_the_library_knows_is_left_out_and_told() -> None:
    got = read(mail("はい\n\n2026年11月2日(月) 10:00 Oak <hello@oak.example>:\n\nReply YES"))
    assert (got.words, got.unread) == ("はい", Unread.QUOTED)


def test_an_empty_mail_leaves_nothing_unread() -> None:
    assert (words(""), read(mail("")).unread) == ("", Unread.NONE)


@pytest.mark.parametrize("brand", ["LG OLED", "LG 55", "LGTM"])
def test_a_brand_in_two_letters_is_no_closing(brand: str) -> None:
    assert words(f"Please cancel\n{brand}\nand keep the rest") == f"Please cancel\n{brand}\nand keep the rest"


def test_a_postscript_is_read() -> None:
    assert (
        words("I can wait\n\nBest regards,\nAnna\n\nPS: please stop the texts")
        == "I can wait\n\nPS: please stop the texts"
    )


def test_the_writers_own_name_at_the_end_is_not_read() -> None:
    assert words("I can wait\n\nAnna S.") == "I can wait"


def test_another_name_at_the_end_is_kept() -> None:
    assert words("I can wait\n\nBob") == "I can wait\n\nBob"


def test_what_a_company_adds_below_is_not_read() -> None:
    below = "This email is confidential. If you are not the intended recipient,\nstop reading and delete it."
    assert words(f"I can wait\n\n{below}") == "I can wait"


@pytest.mark.parametrize(
    "text",
    ["\n" * 200_000, "From:" + "\n" * 20_000, ("On " + "a " * 190 + "\n") * 500, "> " * 100_000, "x\n\n" * 60_000],
)
def test_no_text_takes_long(text: str) -> None:
    """What explodes takes minutes of the processor."""
    begun = time.process_time()
    new_words(text, "Anna")
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "text",
    [
        "Thank you!\n--\nPlease cancel my order.",
        "Hallo\n\nViele Grüße\nAnna Berg\n\nbitte stornieren Sie die Bestellung.",
        "Hello\n\nBest regards\nAnna Berg\n\nI no longer want the kettle!",
    ],
)
def test_a_sentence_below_a_signature_is_kept_apart(text: str) -> None:
    assert new_words(text, "Anna Berg").below == text.rpartition("\n")[2]


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnna Berg\nHead of Sales, Berg GmbH\n+49 151 12345678\nhttps://berg.example/we-are-happy-to-help",
        "Best regards\nAnna Berg\nBerg & Sons Ltd\n12 Harbour Street, Bristol",
        "Viele Grüße\nAnna",
    ],
)
def test_a_plain_signature_says_nothing(signature: str) -> None:
    found = new_words(f"Please cancel my order.\n\n{signature}", "Anna Berg")
    assert (found.text, found.below, found.unclear) == ("Please cancel my order.", "", False)


def test_a_picture_in_a_signature_does_not_end_it() -> None:
    got = read(mail("Yes, I will wait.\n\nBest regards\nAnn\n\ufffc\nplease unsubscribe me from marketing"))
    assert got.words == "Yes, I will wait."


def test_what_stands_below_signature_and_quote_is_read() -> None:
    text = f"Hello\n\nBest regards\nAnna\n\n{QUOTE}\nPlease cancel my order."
    assert new_words(text, "Anna Berg").text.endswith("Please cancel my order.")


@pytest.mark.parametrize("line", ["Ich habe Ihnen am 12.05.2026 geschrieben:", "Le 12.05.2026 j'ai écrit :"])
def test_what_the_customer_says_that_she_wrote_is_hers(line: str) -> None:
    found = new_words(f"{line}\nBitte stornieren.", "Anna Berg")
    assert found.text == f"{line}\nBitte stornieren."


def test_an_older_mail_without_marks_and_without_an_address_is_looked_at_by_a_person() -> None:
    assert new_words("Ja\n\nAm 12.05.2026 um 10:00 schrieb Oak:\nWollen Sie warten?", "Anna Berg").unclear
