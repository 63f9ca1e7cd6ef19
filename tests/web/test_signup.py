"""The sign-up form and the page that confirms, over HTTP: what they answer, what they bound, what they change."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import httpx2
import pytest

from notifier.render.links import CONSENT, short_token
from notifier.store.tables import Address, Consent, ConsentRequest, WaitlistEntry
from notifier.web.app import web_app
from notifier.web.buckets import Buckets
from notifier.web.gate import Front
from notifier.web.signup.confirm import Confirm, confirm_router
from notifier.web.signup.form import Form, Limits, form_router
from notifier.web.threads import Threads
from tests.kept_shops import AsLeft
from tests.shop import Shop
from tests.standins.served import served
from tests.waiting import ANN, DAY, NUMBER, START, messages, open_lamp_shop, states, wants
from tests.web import plain_http

pytestmark = pytest.mark.slow

SITE = "https://www.shop.example"
FORM = "/w/default/LAMP"


def shop_made(folder: Path, url: str) -> Shop:
    return open_lamp_shop(folder, url)


@pytest.fixture
def shop(as_left_sqlite: AsLeft) -> Shop:
    return as_left_sqlite(shop_made)


@contextmanager
def web(shop: Shop, now: datetime = START, limits: Limits | None = None) -> Iterator[str]:
    """The address of the shop's pages."""
    threads = Threads(2)
    with shop.house() as house:
        form = Form(house, threads, lambda: now, (SITE,), limits or Limits())
        pages = [form_router(form), confirm_router(Confirm(house, threads, lambda: now))]
        try:
            with served(web_app(Front("https://go.shop.example"), pages)) as address:
                yield address
        finally:
            threads.close()


def send(address: str, path: str = FORM, **fields: str) -> httpx2.Response:
    """Send the form with its box ticked."""
    return plain_http.post(address + path, data={"agree": "yes"} | fields)


def get(address: str, path: str = FORM, **headers: str) -> httpx2.Response:
    return plain_http.get(address + path, headers=headers)


def link(shop: Shop, request: int = 1) -> str:
    with shop.house() as house:
        return f"/c/{request}/{short_token(house.web.keys, CONSENT, str(request))}"


def button(page: str) -> str:
    found = re.search(r'name="button" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_form_is_small_and_has_no_script(shop: Shop) -> None:
    with web(shop) as address:
        page = get(address)
    assert (page.status_code, len(page.content) < 20_000, "<script" in page.text) == (200, True, False)


def test_the_box_is_not_ticked(shop: Shop) -> None:
    with web(shop) as address:
        assert "checked" not in get(address).text


def test_the_wording_stands_beside_the_box(shop: Shop) -> None:
    with web(shop) as address:
        page = get(address).text
    assert "Your Shop sends marketing emails to this address" in page
    assert "Consent is not a condition of purchase. Msg&amp;data rates may apply." in page


def test_only_the_sites_of_the_shop_may_show_the_form_in_a_frame(shop: Shop) -> None:
    with web(shop) as address:
        policy = get(address).headers["content-security-policy"]
    assert f"frame-ancestors {SITE}" in policy
    assert "default-src 'none'" in policy


def test_the_page_that_confirms_may_not_be_framed(shop: Shop) -> None:
    wants(shop, ANN)
    with web(shop) as address:
        assert "frame-ancestors 'none'" in get(address, link(shop)).headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "accepts", "expected"),
    [
        (FORM, "de-AT,de;q=0.9,en;q=0.5", "Benachrichtigen"),
        (FORM, "fr,en;q=0.8,de;q=0.5", "Me prévenir"),
        (FORM, "it,en;q=0.8,de;q=0.5", "Tell me"),
        (FORM, "", "Tell me"),
        (FORM + "?lang=de", "en", "Benachrichtigen"),
        (FORM + "?lang=../../x", "de", "Benachrichtigen"),
    ],
)
def test_the_form_speaks_the_visitors_language(shop: Shop, path: str, accepts: str, expected: str) -> None:
    with web(shop) as address:
        assert expected in get(address, path, **{"Accept-Language": accepts}).text


def test_a_sign_up_asks_for_confirmation_and_keeps_the_wording_and_the_visitor(shop: Shop) -> None:
    with web(shop) as address:
        send(address, email=ANN)
    entry = shop.rows(WaitlistEntry)[0]
    assert (entry.state, entry.evidence[:14]) == ("pending", "from 127.0.0.1")
    assert entry.wording.startswith("I agree that Your Shop sends marketing emails")


def test_a_known_an_unknown_and_a_suppressed_address_are_answered_alike(shop: Shop) -> None:
    shop.take_in("suppressions", [{"channel": "email", "address": "gone@shop.example.com", "reason": "erased"}])
    wants(shop, ANN)
    with web(shop) as address:
        answers = {send(address, email=one).text for one in (ANN, "new@shop.example.com", "gone@shop.example.com")}
    assert len(answers) == 1


@pytest.mark.parametrize(
    "path", ["/w/default/GHOST", "/w/nobody/LAMP", "/w/default/a/b%20c", "/w/default/" + "x" * 300]
)
def test_a_product_that_nobody_sells_is_answered_as_every_other_one(shop: Shop, path: str) -> None:
    with web(shop) as address:
        forms = {get(address, one).text for one in (FORM, path)}
        answers = {send(address, one, email=ANN).text for one in (FORM, path)}
    assert (len(forms), len(answers), len(shop.rows(WaitlistEntry))) == (1, 1, 1)


def test_without_a_tick_nothing_is_kept(shop: Shop) -> None:
    with web(shop) as address:
        page = send(address, email=ANN, agree="")
    assert (page.status_code, shop.rows(Address)) == (422, [])
    assert "Please tick the box" in page.text


def test_what_was_typed_is_shown_again_and_never_read_as_html(shop: Shop) -> None:
    with web(shop) as address:
        page = send(address, email='"><b>x@')
    assert 'value="&quot;&gt;&lt;b&gt;x@"' in page.text


def test_a_number_of_a_country_that_is_not_on_the_list_is_refused(shop: Shop) -> None:
    with web(shop) as address:
        page = send(address, phone="+18762101234")
    assert "We cannot send texts to numbers of that country." in page.text


def test_who_fills_in_the_hidden_field_is_answered_alike_and_not_taken_in(shop: Shop) -> None:
    with web(shop) as address:
        answers = {send(address, email=ANN).text, send(address, email="bot@shop.example.com", website="x").text}
    assert (len(answers), len(shop.rows(WaitlistEntry))) == (1, 1)


def test_a_neighbourhood_signs_up_a_few_times_only(shop: Shop) -> None:
    with web(shop, limits=Limits(neighbours=Buckets(2, 0.001))) as address:
        codes = [send(address, email=f"p{number}@shop.example.com").status_code for number in range(4)]
    assert codes == [200, 200, 429, 429]


def test_one_address_is_taken_in_a_few_times_only(shop: Shop) -> None:
    with web(shop, limits=Limits(addresses=Buckets(1, 0.001))) as address:
        codes = [send(address, email=ANN).status_code for _ in range(2)]
    assert (codes, len(shop.rows(ConsentRequest))) == ([200, 200], 1)


def test_a_block_of_numbers_is_texted_a_few_times_only(shop: Shop) -> None:
    with web(shop, limits=Limits(neighbours=Buckets(99, 1), blocks=Buckets(2, 0.001))) as address:
        for number in range(5):
            send(address, phone=f"+1415555267{number}")
    assert len(messages(shop, "consent_request")) == 2


def test_to_open_the_link_changes_nothing(shop: Shop) -> None:
    wants(shop, ANN)
    with web(shop) as address:
        page = get(address, link(shop))
    assert (page.status_code, states(shop), shop.rows(Consent)) == (200, ["pending"], [])


def test_the_first_button_of_the_page_agrees_to_nothing(shop: Shop) -> None:
    wants(shop, ANN)
    with web(shop) as address:
        fields = re.findall(r'name="([^"]+)" value="([^"]*)"', get(address, link(shop)).text)
        plain_http.post(address + link(shop), data=dict(fields))
    assert (states(shop), shop.rows(Consent)) == (["pending"], [])


def test_the_second_button_agrees(shop: Shop) -> None:
    wants(shop, ANN)
    with web(shop) as address:
        shown = plain_http.post(address + link(shop)).text
        done = plain_http.post(address + link(shop), data={"button": button(shown)})
    assert ("you have agreed" in done.text, states(shop)) == (True, ["waiting"])


def test_the_page_names_the_product_and_shows_the_words_that_are_kept(shop: Shop) -> None:
    wants(shop, ANN)
    with web(shop) as address:
        page = get(address, link(shop)).text
    assert "Reading lamp" in page
    assert shop.rows(ConsentRequest)[0].wording in page


def test_a_genuine_link_opens_although_others_of_the_neighbourhood_try_wrong_ones(shop: Shop) -> None:
    wants(shop, ANN)
    with web(shop) as address:
        wrong = {get(address, f"/c/{one}/AAAAAAAAAAAAAAAAAAAAAA").status_code for one in range(40)}
        assert (wrong, get(address, link(shop)).status_code) == ({404, 429}, 200)


def test_a_post_without_the_page_changes_nothing(shop: Shop) -> None:
    wants(shop, ANN)
    with web(shop) as address:
        page = plain_http.post(address + link(shop), data={"button": "guessed"})
    assert (page.status_code, states(shop)) == (200, ["pending"])


@pytest.mark.parametrize("path", ["/c/1/AAAAAAAAAAAAAAAAAAAAAA", "/c/999999999999/x", "/c/nothing/x", "/c/2/x"])
def test_every_link_that_does_not_work_is_answered_alike(shop: Shop, path: str) -> None:
    wants(shop, ANN)
    with web(shop) as address:
        answers = {(one.status_code, one.text) for one in (get(address, "/c/77/none"), get(address, path))}
    assert len(answers) == 1


def test_a_link_that_is_too_old_says_how_to_get_help(shop: Shop) -> None:
    wants(shop, ANN)
    with web(shop, START + 8 * DAY) as address:
        page = get(address, link(shop))
    assert (page.status_code, "orders@shop.example" in page.text) == (404, True)


def test_an_email_and_a_number_together_are_one_too_many(shop: Shop) -> None:
    with web(shop) as address:
        page = send(address, email=ANN, phone=NUMBER)
    assert "Please give one email address or one mobile number." in page.text
