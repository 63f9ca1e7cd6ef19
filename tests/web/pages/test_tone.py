"""A brand that says du: from one setting to the message, and to the page that it leads to."""

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests.web.pages.site import SETTINGS, Site, late, site, tell

INFORMAL = SETTINGS.replace("[shop]\n", '[shop]\naddress = "informal"\n')


@pytest.fixture
def friendly(tmp_path: Path, sqlite_url: str) -> Iterator[Site]:
    """A shop that says du to a customer in Austria, who was told of a delay."""
    with site(tmp_path, sqlite_url, INFORMAL) as opened:
        tell(opened, late(locale="de-AT", country="AT"))
        yield opened


def test_its_page_says_du(friendly: Site) -> None:
    page = friendly.get(friendly.link()).text
    assert ("Deine Wahl" in page, "Ihre" in page) == (True, False)


def test_its_email_says_du(friendly: Site, tmp_path: Path) -> None:
    (path,) = tmp_path.rglob("*.eml")
    body = message_from_bytes(path.read_bytes(), policy=default).get_body(("plain",))
    assert body is not None
    said = " ".join(body.get_content().split())
    assert ("Dein Schweigen ist keine Zustimmung" in said, "Ihnen" in said) == (True, False)


def test_its_sign_up_form_says_du(friendly: Site) -> None:
    page = friendly.get("/w/main/LAMP?lang=de").text
    assert "Kosten deines Anbieters" in page
