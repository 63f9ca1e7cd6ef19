"""Signed links open only what they were signed for (HOSTILE 73, RULES S13)."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.render.links import (
    NOBODYS,
    PAGE,
    SHORT,
    TOKEN_LENGTH,
    UNSUBSCRIBE,
    consent_link,
    genuine,
    message_links,
    short_token,
    signing,
    unsigned,
    unsubscribe_subject,
)
from notifier.terms.content import Links

KEYS = signing(b"0123456789abcdef")
UID = "u1.2@oak.example"


@given(st.text(max_size=60))
def test_a_token_is_22_characters_fit_for_an_address(subject: str) -> None:
    token = short_token(KEYS, PAGE, subject.encode("utf-8", "replace").decode())
    assert len(token) == TOKEN_LENGTH
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_a_token_opens_what_it_was_signed_for() -> None:
    assert genuine(KEYS, PAGE, UID, short_token(KEYS, PAGE, UID))


@pytest.mark.parametrize(
    ("purpose", "subject"), [(SHORT, UID), (UNSUBSCRIBE, UID), (PAGE, "u1.3@oak.example"), ("", f"{PAGE}\x00{UID}")]
)
def test_a_token_opens_no_other_purpose_or_subject(purpose: str, subject: str) -> None:
    assert not genuine(KEYS, purpose, subject, short_token(KEYS, PAGE, UID))


@pytest.mark.parametrize("forged", ["", "A" * 22, "A" * 5000, "é" * 22, "\ud800"])
def test_a_guessed_token_opens_nothing(forged: str) -> None:
    assert not genuine(KEYS, PAGE, UID, forged)


def test_an_older_key_still_opens_what_it_signed() -> None:
    turned = signing(b"fedcba9876543210", (b"0123456789abcdef",))
    assert genuine(turned, PAGE, UID, short_token(KEYS, PAGE, UID))


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        signing(b"short")


def test_keys_do_not_show_in_a_repr() -> None:
    assert "0123456789" not in repr(KEYS)


def test_without_a_public_url_there_are_no_links() -> None:
    assert message_links("", KEYS, "oak.example", UID, 7) == Links()


def test_the_short_link_is_on_the_brands_own_domain() -> None:
    links = message_links("https://shop.example/notices/", KEYS, "oak.example", UID, 7)
    assert links.short == f"https://oak.example/t/{short_token(KEYS, SHORT, UID)}"


def test_without_a_brand_domain_the_short_link_is_on_the_public_one() -> None:
    assert message_links("https://shop.example", KEYS, "", UID, 7).short.startswith("https://shop.example/t/")


def test_the_unsubscribe_link_names_and_signs_its_address() -> None:
    token = short_token(KEYS, UNSUBSCRIBE, unsubscribe_subject(UID, 7))
    assert message_links("https://shop.example", KEYS, "", UID, 7).unsubscribe.endswith(
        f"/u/7/u1.2%40oak.example/{token}"
    )


@pytest.mark.parametrize("bad", ["shop.example", "javascript:alert(1)", "ftp://shop.example"])
def test_a_public_url_that_is_none_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="public_url"):
        message_links(bad, KEYS, "", UID, 7)


LINKS = message_links("https://oak.example/shop", KEYS, "oak.link", UID, 7)


@pytest.mark.parametrize(
    "link", [LINKS.page, LINKS.short, LINKS.unsubscribe, consent_link("https://oak.example", KEYS, "", 12)]
)
@pytest.mark.parametrize("around", ["{}", '<a href="{}">', "see {}.", "https://scan.example/?url={}"])
def test_a_link_that_is_shown_to_others_opens_nothing(link: str, around: str) -> None:
    token = link.rpartition("/")[2]
    assert unsigned(around.format(link)) == around.format(link.replace(token, NOBODYS))


def test_a_link_within_another_address_opens_nothing() -> None:
    token = LINKS.page.rpartition("/")[2]
    assert token not in unsigned(f"https://scan.example/?url={quote(LINKS.page, safe='')}&x=1")


def test_a_text_keeps_its_length_without_its_key() -> None:
    assert len(unsigned(LINKS.short)) == len(LINKS.short)


@pytest.mark.parametrize(
    "text", ["Ship by 5/6", "https://oak.example/t/", "https://oak.example/lamps/a-very-long-name"]
)
def test_what_is_no_link_of_ours_is_shown_as_it_is(text: str) -> None:
    assert unsigned(text) == text
