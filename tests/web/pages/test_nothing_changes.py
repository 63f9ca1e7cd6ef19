"""To look changes nothing: every link of every message, asked for in every way but by a form (RULES E4, HOSTILE 72)."""

import pytest

from notifier.store.tables import Message
from tests.web import plain_http
from tests.web.pages.site import Site, forms, late, pairs, tell

pytestmark = pytest.mark.slow
"""The main job, and some hundred requests."""

KINDS = ("page", "short", "unsubscribe")
QUERIES = ("", "?step=do&act=cancel&lines=1", "?List-Unsubscribe=One-Click", "?act=unsubscribe&step=do", "?x=%00")


def every_link(opened: Site) -> list[str]:
    numbers = range(len(opened.shop.rows(Message)))
    return [opened.link(kind, number) for number in numbers for kind in KINDS] + ["/m/x/y", "/t/x", "/u/1/x/y"]


def told(opened: Site) -> None:
    tell(opened, late(phone="+12025550143", region="DC", timezone="America/New_York"), late("eve", country="DE"))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
def test_no_request_but_a_form_changes_anything(ann: Site, method: str) -> None:
    told(ann)
    before = ann.digest()
    for path in every_link(ann):
        for query in QUERIES:
            plain_http.request(method, ann.address + path + query, follow_redirects=True)
    assert ann.digest() == before


def test_the_first_press_of_every_button_changes_nothing(both: Site) -> None:
    told(both)
    before = both.digest()
    for path in every_link(both):
        for form in forms(both.get(path).text):
            both.send(path, pairs(form))
    assert both.digest() == before


def test_the_digest_would_tell_a_change(ann: Site) -> None:
    before = ann.digest()
    ann.choose(ann.link(), "Cancel")
    assert ann.digest() != before
