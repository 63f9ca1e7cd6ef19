"""Who may open a page, what everybody else reads, and what all answers have in common."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import event

from notifier.pipeline.content import links_of
from notifier.pipeline.page import look
from notifier.render.links import PAGE, UNSUBSCRIBE, short_token, signing, unsubscribe_subject
from notifier.store.tables import Message
from notifier.web.opening import shop_app
from notifier.web.pages.routes import link_in
from notifier.web.threads import Threads
from tests.shop import NOON, Shop
from tests.standins.served import served
from tests.web import plain_http
from tests.web.pages.site import PUBLIC, SETTINGS, Site, late, site, tell

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""

NOTHING = "This link is not complete, or what it led to is over."

BY_TEXT = {
    "preferred_channel": "sms",
    "phone": "+4915112345678",
    "country": "DE",
    "timezone": "Europe/Berlin",
    "promised_ship_by": "",
    "ordered_at": "2026-05-31T10:00:00Z",
}


def opened(site: Site, path: str) -> tuple[int, bytes, list[str]]:
    """What an answer is; the headers without the server's own clock."""
    answer = site.get(path)
    return answer.status_code, answer.content, sorted(f"{a}:{b}" for a, b in answer.headers.items() if a != "date")


def wrong(path: str) -> str:
    return path[:-1] + ("A" if path[-1] != "A" else "B")


def asked(shop: Shop, path: str) -> list[str]:
    """The questions that the database is asked for a link."""
    found: list[str] = []
    link = link_in(path)
    assert link is not None
    with shop.house() as house:
        listen: Any = ("before_cursor_execute", lambda *said: found.append(said[2]))
        event.listen(house.store.engine, *listen)
        assert look(house, link, NOON).view is None
        event.remove(house.store.engine, *listen)
    return found


def over(site: Site) -> None:
    site.shop.take_in("backorders", [late(status="shipped", shipped_at="2026-06-03T10:00:00Z")], NOON)
    site.later(timedelta(days=90))


def test_wrong_unknown_and_ended_links_answer_alike(ann: Site) -> None:
    path, uid = ann.link(), "0" * 32
    with ann.shop.house() as house:
        unknown = f"/m/{uid}/{short_token(house.web.keys, PAGE, uid)}"
    over(ann)
    paths = [path, wrong(path), unknown, "/m/x", "/t/" + "A" * 22, "/t/", "/u/1/2/3", wrong(ann.link("unsubscribe"))]
    assert len({repr(opened(ann, one)) for one in paths}) == 1
    assert opened(ann, path)[0] == 404


def test_a_wrong_link_asks_the_database_what_an_unknown_one_does(ann: Site) -> None:
    assert asked(ann.shop, wrong(ann.link())) == asked(ann.shop, f"/m/{'0' * 32}/{'A' * 22}")


def test_a_link_that_opens_nothing_says_where_help_is(ann: Site) -> None:
    page = ann.get("/m/x/y").text
    assert NOTHING in page
    assert 'href="mailto:help@oak.example"' in page


def test_a_link_that_opens_nothing_says_so_in_every_language(ann: Site) -> None:
    assert "Hier gibt es nichts zu sehen" in ann.get("/m/x/y").text


@pytest.mark.parametrize("path", ["/m/%00/" + "A" * 22, "/u/99999999999/x/" + "A" * 22, "/t/%F0%9F%98%80", "/m/a/b/c"])
def test_a_path_that_is_no_link_reaches_no_database(path: str) -> None:
    assert link_in(httpx2.URL("http://x" + path).path) is None


def test_a_post_to_a_wrong_link_answers_alike(ann: Site) -> None:
    answer = ann.send(wrong(ann.link()), {"step": "do", "act": "cancel", "lines": "1"})
    assert (answer.status_code, answer.content) == (404, ann.get("/m/x/y").content)


def test_a_token_of_one_kind_opens_no_other(ann: Site) -> None:
    row = ann.shop.rows(Message)[-1]
    with ann.shop.house() as house:
        stop = short_token(house.web.keys, UNSUBSCRIBE, unsubscribe_subject(row.uid, row.address_id))
    assert ann.get(f"/m/{row.uid}/{stop}").status_code == 404


def test_an_unsubscribe_link_is_for_its_address_alone(ann: Site) -> None:
    row = ann.shop.rows(Message)[-1]
    with ann.shop.house() as house:
        other = short_token(house.web.keys, UNSUBSCRIBE, unsubscribe_subject(row.uid, row.address_id + 1))
    assert ann.get(f"/u/{row.address_id + 1}/{row.uid}/{other}").status_code == 404


def test_the_short_link_of_a_text_opens_the_page(empty: Site) -> None:
    tell(empty, late(**BY_TEXT))
    texts = [number for number, row in enumerate(empty.shop.rows(Message)) if row.channel == "sms"]
    page = empty.get(empty.link("short", texts[0]))
    assert (page.status_code, "Your order O-ann" in page.text) == (200, True)


def test_the_page_of_a_text_shows_orders_with_that_number_alone(empty: Site) -> None:
    other = BY_TEXT | {"order_id": "O-other", "product": "Secret desk", "sku": "DESK", "phone": "+4915176543210"}
    tell(empty, late(**BY_TEXT), late(**other))
    texts = [number for number, row in enumerate(empty.shop.rows(Message)) if row.channel == "sms"]
    page = empty.get(empty.link("short", texts[0])).text
    assert ("Reading lamp" in page, "Secret desk" in page) == (True, False)


def test_links_stay_open_when_their_key_is_exchanged(tmp_path: Path, sqlite_url: str) -> None:
    with site(tmp_path, sqlite_url) as before:
        tell(before, late())
        path = before.link()
    secret = {"NOTIFIER_SIGNING__LINK_KEYS": "n" * 40 + ",key"}
    with site(tmp_path, sqlite_url, secrets=secret) as after:
        assert after.link() != path
        assert [after.get(one).status_code for one in (path, after.link())] == [200, 200]


@pytest.mark.parametrize("kind", ["page", "short", "unsubscribe"])
def test_links_die_when_their_key_is_withdrawn(tmp_path: Path, sqlite_url: str, kind: str) -> None:
    with site(tmp_path, sqlite_url) as before:
        tell(before, late(**BY_TEXT))
        texts = [number for number, row in enumerate(before.shop.rows(Message)) if row.channel == "sms"]
        path = before.link(kind, texts[0])
        assert before.get(path).status_code == 200
    with site(tmp_path, sqlite_url, secrets={"NOTIFIER_SIGNING__LINK_KEYS": "n" * 40}) as after:
        assert after.get(path).status_code == 404


def test_who_tries_many_wrong_links_is_stopped(ann: Site) -> None:
    answers = [ann.get(f"/t/{number:022}").status_code for number in range(45)]
    assert (answers[0], answers[-1]) == (404, 429)


def test_a_genuine_link_opens_whoever_tried_wrong_ones_from_the_same_address(ann: Site) -> None:
    for number in range(45):
        ann.get(f"/t/{number:022}")
    assert ann.get(ann.link()).status_code == 200


def test_links_that_are_over_do_not_count_as_wrong_ones(ann: Site) -> None:
    path = ann.link()
    over(ann)
    for _ in range(45):
        ann.get(path)
    assert ann.get("/m/x/y").status_code == 404


def test_who_presses_buttons_without_end_is_stopped(ann: Site) -> None:
    path = ann.link()
    form = {"step": "ask", "act": "cancel", "lines": "1"}
    assert [ann.send(path, form).status_code for _ in range(32)][-1] == 429


def test_the_style_is_allowed_by_its_hash_and_nothing_else_is(ann: Site) -> None:
    policy = ann.get(ann.link()).headers["content-security-policy"]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["style-src"].startswith("'sha256-")
    rest = {name: said for name, said in parts.items() if name != "style-src"}
    assert rest == {
        "default-src": "'none'",
        "img-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }


def test_a_logo_is_allowed_from_its_own_place(tmp_path: Path, sqlite_url: str) -> None:
    settings = SETTINGS.replace('colour = "#2f6f4f"', 'colour = "#2f6f4f"\nlogo = "https://cdn.oak.example/logo.png"')
    with site(tmp_path, sqlite_url, settings) as opened_site:
        tell(opened_site, late())
        answer = opened_site.get(opened_site.link())
    assert "img-src https://cdn.oak.example;" in answer.headers["content-security-policy"]
    assert '<img src="https://cdn.oak.example/logo.png" alt="Lumen &amp; Oak">' in answer.text


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex, nofollow"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ],
)
def test_every_page_says_how_it_may_be_used(ann: Site, header: str, said: str) -> None:
    assert {ann.get(ann.link(kind)).headers[header] for kind in ("page", "unsubscribe")} == {said}


def test_no_page_sets_a_cookie(ann: Site) -> None:
    answers = [ann.get(ann.link()), ann.get(ann.link("unsubscribe")), ann.choose(ann.link(), "Cancel")]
    assert not any("set-cookie" in answer.headers for answer in answers)


def test_a_page_is_under_fifty_kilobytes(empty: Site) -> None:
    lines = [late(line_id=str(number), sku=f"S{number}", product=f"Thing {number}") for number in range(12)]
    tell(empty, *lines)
    assert len(empty.get(empty.link()).content) < 50_000


def test_the_keys_of_links_need_sixteen_bytes() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        signing(b"short")


def test_a_public_address_with_a_path_is_part_of_every_link(tmp_path: Path, sqlite_url: str) -> None:
    with site(tmp_path, sqlite_url, SETTINGS.replace(PUBLIC, f"{PUBLIC}/late/orders")) as opened_site:
        tell(opened_site, late())
        path = opened_site.link()
        answer = opened_site.choose(path, "Cancel")
    assert path.startswith("/late/orders/m/")
    assert (answer.url.path, answer.status_code) == (path, 200)


@pytest.mark.parametrize("public", ["https://go.shop.example:8443", "https://go.shop.example/late/orders"])
def test_a_text_links_under_the_whole_public_address(tmp_path: Path, sqlite_url: str, public: str) -> None:
    with site(tmp_path, sqlite_url, SETTINGS.replace(PUBLIC, public)) as opened_site:
        tell(opened_site, late(**BY_TEXT))
        with opened_site.shop.house() as house:
            assert links_of(house, opened_site.shop.rows(Message)[-1]).short.startswith(f"{public}/t/")


def test_the_web_of_a_shop_serves_its_pages(ann: Site) -> None:
    threads = Threads(2)
    try:
        with ann.shop.house() as house, served(shop_app(ann.shop.settings, house, threads, lambda: None)) as address:
            assert "Reading lamp" in plain_http.get(address + ann.link()).text
    finally:
        threads.close()
