"""What stands in a header, and in bytes of unknown letters."""

import pytest

from notifier.replies.mail.addresses import addresses
from notifier.replies.mail.decoding import as_text
from notifier.replies.mail.headers import shown
from notifier.terms.mail import Unread
from tests.processor import costs_less_than
from tests.replies.mail.letters import html, mail, read, several


@pytest.mark.parametrize(
    ("written", "subject"),
    [
        ("Re: Your order", "Re: Your order"),
        ("=?utf-8?q?Stornieren_bitte=3F?=", "Stornieren bitte?"),
        ("=?UTF-8?B?w4RuZGVydW5n?=", "Änderung"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=84nderung?=", "Änderung"),
        ("=?utf-8?q?one?=\n =?utf-8?q?_two?= three", "one two three"),
        ("=?iso-8859-1?q?caf=E9?= au lait", "café au lait"),
        ("=?utf-8*de?q?ja?=", "ja"),
        ("=?nowhere-9?q?ja?=", "ja"),
        ("=?utf-8?b?w4RuZGV?=", "Ände"),
        ("=?utf-8?x?ja?=", "=?utf-8?x?ja?="),
        ("=?utf-8?q?a=00b=0D=0ABcc:_x?=", "ab Bcc: x"),
        ("Änderung", "Änderung"),
        (b"\xc4nderung", "Änderung"),
        ("a\u202eb\u200bc", "abc"),
    ],
)
def test_a_subject_is_one_clean_line(written: str | bytes, subject: str) -> None:
    assert read(mail(Subject=written)).subject == subject


def test_a_long_subject_is_cut() -> None:
    assert len(read(mail(Subject="a" * 5000)).subject) == 500


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("anna@example.com", ["anna@example.com"]),
        ("Anna <Anna@Example.COM>", ["anna@example.com"]),
        ('"Smith, Anna (work)" <a@example.com>, b@example.com', ["a@example.com", "b@example.com"]),
        ("a@example.com (who (is) b@example.com)", ["a@example.com"]),
        ("team: a@example.com, b@example.com;", ["a@example.com", "b@example.com"]),
        ("shop@oak.example <a@example.com>", ["a@example.com"]),
        ("=?utf-8?q?=3Cboss=40oak.example=3E?= <a@example.com>", ["a@example.com"]),
        ("John (Sales <john@example.com>", ["john@example.com"]),
        ("anna@bücher.example", ["anna@bücher.example"]),
        ("undisclosed-recipients:;", []),
        ("anna", []),
        ("a@b@c", []),
        ("", []),
        ("(" * 4096, []),
        ("<" * 4000 + "@" * 4000, []),
    ],
)
def test_addresses_are_found(written: str, found: list[str]) -> None:
    assert addresses(written.encode()) == found


@pytest.mark.parametrize(
    "sender", ["a@example.com, b@example.com", "nobody", "", None, "a@example.com\nFrom: b@example.com"]
)
def test_no_sender_is_named_where_there_is_not_exactly_one(sender: str | None) -> None:
    assert read(mail(From=sender)).sender == ""


def test_another_address_to_answer_to_is_noted_and_no_more() -> None:
    got = read(mail(Reply_To="Other <other@example.net>"))
    assert (got.sender, got.reply_to) == ("anna@example.com", "other@example.net")


def test_the_senders_own_address_to_answer_to_is_not_noted() -> None:
    assert read(mail(Reply_To="anna@example.com")).reply_to == ""


def test_recipients_are_those_of_the_envelope_and_of_the_header_in_small_letters() -> None:
    got = read(mail(To="Reply+AbC@oak.example", Cc="x@example.com", Delivered_To="in@oak.example"))
    assert got.recipients == ("in@oak.example", "reply+abc@oak.example", "x@example.com")


def test_a_crowd_of_recipients_cannot_push_the_envelopes_own_out() -> None:
    crowd = ", ".join(f"a{n}@example.com" for n in range(500))
    got = read(mail(To=crowd, X_Original_To="reply@oak.example"))
    assert (got.recipients[0], len(got.recipients)) == ("reply@oak.example", 100)


@pytest.mark.parametrize(
    ("reply_to", "references", "answers"),
    [
        ("<c@oak.example>", "<a@oak.example> <b@oak.example>\n <c@oak.example>", ("a", "b", "c")),
        ("<x@oak.example>", "<a@oak.example>", ("x", "a")),
        ("<x@oak.example>", None, ("x",)),
        ("x@oak.example", None, ("x",)),
        ("Your message of Tuesday", "junk", ()),
    ],
)
def test_answers_are_told_the_newest_last(reply_to: str, references: str | None, answers: tuple[str, ...]) -> None:
    got = read(mail(In_Reply_To=reply_to, References=references))
    assert got.answers == tuple(f"{one}@oak.example" for one in answers)


def test_of_endless_references_the_newest_are_kept() -> None:
    got = read(mail(References=" ".join(f"<{n}@oak.example>" for n in range(2000))))
    assert (len(got.answers), got.answers[-1]) == (50, "1999@oak.example")


@pytest.mark.parametrize(
    ("body", "charset", "encoding", "words"),
    [
        ("Größe".encode("latin-1"), "iso-8859-1", "8bit", "Größe"),
        ("“quoted”".encode("cp1252"), "iso-8859-1", "8bit", "“quoted”"),
        ("はい".encode("iso-2022-jp"), "iso-2022-jp", "7bit", "はい"),
        ("да".encode("koi8-r"), "koi8-r", "8bit", "да"),
        ("好的".encode("gb18030"), "gb2312", "8bit", "好的"),
        ("Größe".encode(), "x-unknown", "8bit", "Größe"),
        ("Größe".encode("latin-1"), "us-ascii", "8bit", "Größe"),
        (b"Gr=C3=B6=C3=9Fe =\nja", "utf-8", "quoted-printable", "Größe ja"),
        (b"=ZZ 100% =", "utf-8", "quoted-printable", "=ZZ 100%"),
        (b"R3LDtsOfZQ==", "utf-8", "base64", "Größe"),
        (b"R3LDts\n OfZQ", "utf-8", "base64", "Größe"),
        (b"WWVzIHBsZWFzZQ==\n\n-- footer of the list --\n", "utf-8", "base64", "Yes please"),
        (b"This is no base64", "utf-8", "base64", "This is no base64"),
        (b"Yes", "utf-8", "x-nonsense", "Yes"),
        (b"Yes", "zip", "7bit", "Yes"),
        (b"Yes", "idna", "7bit", "Yes"),
        (b"Yes", "unicode_escape", "7bit", "Yes"),
        (b"Y\0e\x1bs", "utf-8", "7bit", "Yes"),
    ],
)
def test_words_are_read_in_every_charset_and_encoding(body: bytes, charset: str, encoding: str, words: str) -> None:
    got = read(mail(body, f"text/plain; charset={charset}", Content_Transfer_Encoding=encoding))
    assert (got.words, got.unread) == (words, Unread.NONE)


def test_letters_that_had_to_be_guessed_are_told() -> None:
    got = read(mail("Größe".encode("latin-1"), "text/plain; charset=x-unknown"))
    assert (got.words, got.unread) == ("Größe", Unread.CHARSET)


def test_a_charset_that_is_no_charset_is_not_used() -> None:
    assert as_text(b"xn--bcher-kva.example", "idna") == ("xn--bcher-kva.example", True)


def test_a_thousand_encoded_words_are_shown_at_once() -> None:
    with costs_less_than(1):
        shown(b"=?utf-8?q?a?= " * 20_000, 500)


def test_html_alone_is_read_as_text() -> None:
    page = (
        "<html><head><title>STOP</title><style>p{}</style></head><body><p>Yes &amp; no<br>really<script>STOP</script>"
    )
    assert read(mail(page, "text/html")).words == "Yes & no\nreally"


@pytest.mark.parametrize(
    "hidden",
    [
        "<p style='display: none'>STOP</p>",
        "<blockquote>STOP</blockquote>",
        "<blockquote><p>reply <b>YES</b></p><blockquote>STOP</blockquote></blockquote>",
        "<div class='gmail_quote'><div class='gmail_attr'>On Monday Oak said:</div><blockquote>STOP</blockquote></div>",
        "<div id='divRplyFwdMsg'>Lähettäjä: Oak</div><div>STOP</div>",
        "<div id='appendonsend'></div><hr><div>STOP</div>",
        "<div class='yahoo_quoted'>STOP</div>",
        "<div class='gmail_signature'>Anna, STOP Ltd</div>",
        "<div class='moz-cite-prefix'>Am heute schrieb Oak:</div><blockquote type='cite'>STOP</blockquote>",
        "<!-- STOP -->",
        "<img src='https://example.com/STOP.png' alt='STOP'>",
        "<p>&gt; STOP</p>",
    ],
)
def test_what_is_hidden_or_quoted_in_html_is_not_read(hidden: str) -> None:
    assert read(several(html(f"<div>Yes please</div>{hidden}"))).words == "Yes please"


def test_words_below_a_quote_in_html_are_read() -> None:
    assert read(several(html("<blockquote>Reply YES</blockquote><div>I wait</div>"))).words == "I wait"


def test_html_with_thousands_of_open_elements_is_cut_and_says_so() -> None:
    got = read(several(html("<p>Yes</p>" + "<div>" * 50_000)))
    assert (got.words, got.unread) == ("Yes", Unread.TOO_LONG)
