"""Fast MIME says what the standard library's EmailMessage would have said."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.errors import RenderError
from notifier.render import clean
from notifier.render.mime import EmailHeaders, build_email
from notifier.terms.content import RenderedEmail
from notifier.terms.words import MessageClass

VERSION = "ab" * 32
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], include_characters="\n\t"), max_size=800)
WORDS = st.text(st.sampled_from('abc ABC,;"\\()<>@:=?_-.é漢🦊'), max_size=200)
ATOM = st.from_regex(r"[a-z0-9_+-]{1,20}(\.[a-z0-9]{1,10})?", fullmatch=True)
ADDRESS = st.builds(lambda local, host: f"{local}@{host}.example", ATOM, st.from_regex(r"[a-z]{1,20}", fullmatch=True))
MOMENT = st.datetimes(
    datetime(2020, 1, 1),
    datetime(2040, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5, minutes=-30))]),
)


def written(subject: str = "Hello", text: str = "Text\n", html: str = "<p>x</p>\n") -> RenderedEmail:
    return RenderedEmail(subject, html, text, VERSION)


def headers(**changed: object) -> EmailHeaders:
    kept: dict[str, object] = {
        "sender": "Lumen & Oak <hello@oak.example>",
        "recipient": "anna@example.com",
        "reply_to": "reply@oak.example",
        "message_id": "u1.2@oak.example",
        "date": datetime(2026, 11, 23, 12, tzinfo=UTC),
        "message_class": MessageClass.SERVICE,
    }
    return EmailHeaders(**{**kept, **changed})  # type: ignore[arg-type]


def read(raw: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    return message


def by_the_standard_library(email: RenderedEmail, said: EmailHeaders, name: str, address: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = Address(name, addr_spec=address)
    message["Reply-To"] = said.reply_to
    message["Auto-Submitted"] = "auto-generated"
    message["To"] = said.recipient
    message["Subject"] = email.subject
    message["Date"] = said.date
    message["Message-ID"] = f"<{said.message_id}>"
    message.set_content(email.text)
    message.add_alternative(email.html, subtype="html")
    return read(message.as_bytes(policy=policy.SMTP))


def parts(message: EmailMessage) -> list[tuple[str, str | None, str]]:
    # The standard library does not write CRLF inside base64 as it should, so line ends are compared as LF.
    return [
        (part.get_content_type(), part.get_content_charset(), part.get_content().replace("\r\n", "\n"))
        for part in message.iter_parts()
    ]


@settings(max_examples=50, deadline=None)
@given(text=LINES, html=LINES)
def test_the_parts_read_back_as_the_standard_librarys(text: str, html: str) -> None:
    email = written(text=clean.body(text) + "\n", html=clean.body(html) + "\n")
    theirs = by_the_standard_library(email, headers(), "Oak", "hello@oak.example")
    assert parts(read(build_email(email, headers()))) == parts(theirs)


@settings(max_examples=50, deadline=None)
@given(subject=ANY_TEXT | WORDS)
def test_the_subject_reads_back_as_the_standard_librarys(subject: str) -> None:
    email = written(subject=clean.header(subject))
    theirs = by_the_standard_library(email, headers(), "Oak", "hello@oak.example")
    assert read(build_email(email, headers()))["Subject"] == theirs["Subject"]


@settings(max_examples=50, deadline=None)
@given(name=(ANY_TEXT | WORDS).map(lambda text: clean.header(text[:11])), address=ADDRESS)
def test_the_sender_reads_back_with_its_name_and_address(name: str, address: str) -> None:
    quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    message = read(build_email(written(), headers(sender=f"{quoted} <{address}>")))
    (found,) = message["From"].addresses
    assert (found.display_name, found.addr_spec) == (name, address)


@settings(max_examples=50, deadline=None)
@given(recipient=ADDRESS, moment=MOMENT)
def test_recipient_date_and_id_read_back_as_the_standard_librarys(recipient: str, moment: datetime) -> None:
    said = headers(recipient=recipient, date=moment)
    ours = read(build_email(written(), said))
    theirs = by_the_standard_library(written(), said, "Oak", "hello@oak.example")
    assert [ours[name] for name in ("To", "Date", "Message-ID")] == [
        theirs[name] for name in ("To", "Date", "Message-ID")
    ]


@settings(max_examples=50, deadline=None)
@given(subject=ANY_TEXT, text=LINES, name=ANY_TEXT, extra=ANY_TEXT)
def test_no_data_adds_a_header_or_breaks_the_form(subject: str, text: str, name: str, extra: str) -> None:
    said = headers(
        sender=f'"{clean.header(name).replace(chr(34), "").replace(chr(92), "")}" <a@b.example>',
        extra=(("X-Mark", extra),),
    )
    raw = build_email(written(subject=subject, text=clean.body(text)), said)
    assert sorted(read(raw).keys()) == sorted(
        "From Reply-To MIME-Version Auto-Submitted Content-Type To Subject Date Message-ID X-Mark".split()
    )
    assert read(raw).defects == []


@settings(max_examples=50, deadline=None)
@given(subject=ANY_TEXT, text=LINES, html=LINES)
def test_lines_end_in_crlf_and_stay_within_998_bytes_of_ascii(subject: str, text: str, html: str) -> None:
    raw = build_email(written(clean.header(subject), clean.body(text), clean.body(html)), headers())
    assert not re.search(rb"[^\r]\n|\r[^\n]", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()


def test_the_envelope_recipient_cannot_be_two() -> None:
    with pytest.raises(RenderError, match="no single bare address"):
        build_email(written(), headers(recipient="a@example.com, evil@example.net"))


@pytest.mark.parametrize(
    "bad", ["", "anna", "a b@example.com", "a@exa mple.com", "a@b.example\r\nBcc: x@y.example", "@b.example"]
)
def test_an_address_that_is_none_is_refused(bad: str) -> None:
    with pytest.raises(RenderError):
        build_email(written(), headers(recipient=bad))


def test_a_foreign_domain_is_written_in_ascii() -> None:
    assert read(build_email(written(), headers(recipient="anna@bücher.example")))["To"] == "anna@xn--bcher-kva.example"


def test_a_foreign_local_part_is_refused_with_its_reason() -> None:
    with pytest.raises(RenderError, match="SMTPUTF8"):
        build_email(written(), headers(recipient="änna@example.com"))


def test_a_long_foreign_sender_name_is_folded() -> None:
    name = "Größte Wäscherei Österreichs " * 4
    raw = build_email(written(), headers(sender=f"{name.strip()} <hello@oak.example>"))
    # The newer parser puts a blank between encoded words, in the standard library's own mail too; the older does not.
    read_by_the_older = str(make_header(decode_header(message_from_bytes(raw)["From"])))
    assert read_by_the_older == f"{name.strip()} <hello@oak.example>"


def test_own_mail_says_that_it_was_generated() -> None:
    assert read(build_email(written(), headers()))["Auto-Submitted"] == "auto-generated"


URL = "https://go.oak.example/u/1/u1/AAAAAAAAAAAAAAAAAAAAAA"
MAILTO = "mailto:reply@oak.example?subject=unsubscribe"


def test_service_mail_carries_both_ways_to_unsubscribe() -> None:
    message = read(build_email(written(), headers(list_unsubscribe_url=URL, list_unsubscribe_mailto=MAILTO)))
    assert message["List-Unsubscribe"] == f"<{URL}>, <{MAILTO}>"


def test_one_click_is_offered_with_an_https_link() -> None:
    message = read(build_email(written(), headers(list_unsubscribe_url=URL)))
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    "ways",
    [
        {"list_unsubscribe_url": "http://go.oak.example/u"},
        {"list_unsubscribe_mailto": MAILTO},
        {"list_unsubscribe_url": URL, "one_click": False},
    ],
)
def test_one_click_is_not_offered_without_an_https_link_that_acts(ways: dict[str, object]) -> None:
    assert "List-Unsubscribe-Post" not in read(build_email(written(), headers(**ways)))


def test_required_mail_has_no_way_to_unsubscribe() -> None:
    said = headers(list_unsubscribe_url=URL, message_class=MessageClass.REQUIRED)
    assert "List-Unsubscribe" not in read(build_email(written(), said))


@pytest.mark.parametrize("name", ["Bcc", "Subject", "X Y", "X:Y", "", "content-type"])
def test_an_extra_header_cannot_replace_ours(name: str) -> None:
    with pytest.raises(RenderError):
        build_email(written(), headers(extra=((name, "x"),)))


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(RenderError, match="time zone"):
        build_email(written(), headers(date=datetime(2026, 11, 23)))


@pytest.mark.parametrize("uid", ["", "u1", "u1@x>\r\nBcc: y@z", "<u1@x>"])
def test_a_message_id_that_is_none_is_refused(uid: str) -> None:
    with pytest.raises(RenderError, match="uid@domain"):
        build_email(written(), headers(message_id=uid))


def test_a_body_with_the_boundary_in_it_is_refused() -> None:
    with pytest.raises(RenderError, match="boundary"):
        build_email(written(text=f"--=_{VERSION[:32]}\n"), headers())
