"""Every packaged template, in every locale, with everyday and worst-case facts."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest

from notifier.render.catalogue import Catalogue
from notifier.render.compile import Compiled, render_email, render_text
from notifier.terms.content import Acknowledgement, Content, Links, RenderedEmail, RenderedText, Told
from notifier.terms.effects import ActionKind, Kind
from notifier.terms.time import EtaRange
from notifier.terms.words import MessageClass, Rung, Tone
from tests.render.starter import TRIED, compiled

Make = Callable[..., Content]
Filled = dict[str, tuple[Content, RenderedEmail, RenderedText]]

PURPOSES = (
    *("placed", "delay", "delay_renewed", "eta_change", "progress", "ready", "reward", "cancelled", "thank_you"),
    "reply_ack",
)
ASKED = Acknowledgement(
    datetime(2026, 11, 23, 14, 14, tzinfo=UTC),
    (Told(Kind.REQUESTED, ActionKind.CANCEL, ("Extraordinarily " * 40, "Ridge Tent for Two")),),
    person=True,
)
OFFERS = {"placed": ("refund", "eta"), "delay": ("wait", "refund"), "delay_renewed": ("wait", "refund")}
OFFERS |= {"eta_change": ("wait", "refund"), "progress": ("refund", "eta"), "ready": ("refund",)}
WORST: dict[str, dict[str, Any]] = {
    "everyday": {},
    "longest names": {
        "item": {"name": "Extraordinarily " * 40, "reason": "because " * 200},
        "customer_name": "N" * 400,
    },
    "no date": {"item": {"eta": None}},
    "a date gone by": {"item": {"eta": EtaRange(date(2026, 11, 1), date(2026, 11, 5))}},
    "no name": {"customer_name": "  "},
    "right-to-left name": {"customer_name": "\u202eدانا الأحمد\u202c", "item": {"name": "إبريق أزرق"}},
    "emoji": {"item": {"name": "Kettle 🫖✨ deluxe"}, "customer_name": "Zoë 🦊"},
    "markup": {"item": {"name": "<script>x</script> {{7*7}} **b** [l](javascript:x)"}},
    "no links": {"links": Links(), "item": {"url": "", "image_url": "", "price": None, "promised": None, "reason": ""}},
}
STOPS = (
    *("Reply STOP to stop texts", "Keine SMS mehr: STOP"),
    *("Pour ne plus recevoir de SMS: STOP", "Para no recibir SMS: STOP"),
)


def more(purpose: str) -> dict[str, Any]:
    """What a message of this purpose has beside its lines."""
    return {"answers": ASKED} if purpose == "reply_ack" else {"offers": OFFERS.get(purpose, ())}


def formal(purpose: str, locale: str) -> Compiled:
    """The template of a purpose in the tone that a brand has unless it says so."""
    return compiled(purpose, locale, Tone.FORMAL)


@pytest.fixture(scope="module")
def filled() -> dict[tuple[str, str], Filled]:
    """What was filled in by an earlier test of this module."""
    return {}


@pytest.fixture
def worst(make: Make, filled: dict[tuple[str, str], Filled], purpose: str, locale: str) -> Filled:
    """A template filled with each of WORST: its content, the email and the text."""
    if (purpose, locale) not in filled:
        template = formal(purpose, locale)
        contents = {
            facts: replace(make(purpose, locale=locale, **changed), **more(purpose)) for facts, changed in WORST.items()
        }
        filled[purpose, locale] = {
            facts: (content, render_email(template, content), render_text(template, content))
            for facts, content in contents.items()
        }
    return filled[purpose, locale]


@pytest.mark.parametrize("locale", TRIED)
@pytest.mark.parametrize("purpose", PURPOSES)
class TestEveryTemplate:
    def test_an_email_has_no_trace_of_the_template_language(self, worst: Filled) -> None:
        left = {facts: f"{email.html}{email.text}{email.subject}" for facts, (_, email, _) in worst.items()}
        trace = re.compile(r"\{[{%]|[%}]\}|qjx|None|Undefined")
        assert [facts for facts, text in left.items() if trace.search(text.replace("{{7*7}}", ""))] == []

    def test_an_email_begins_its_text_with_a_whole_greeting(self, worst: Filled) -> None:
        hello = re.compile(r"Hello|Guten Tag|Bonjour|Hola")
        whole = re.compile(r"(Hello|Guten Tag|Bonjour)( \S.*)?,|Hola(, \S.*)?:")
        lines = {facts: next(filter(hello.match, email.text.split("\n"))) for facts, (_, email, _) in worst.items()}
        assert {facts: line for facts, line in lines.items() if not whole.fullmatch(line)} == {}

    def test_an_email_subject_names_the_order_and_is_one_line(self, worst: Filled) -> None:
        subjects = {facts: email.subject for facts, (_, email, _) in worst.items()}
        assert {facts: one for facts, one in subjects.items() if "1001" not in one or not one.isprintable()} == {}

    def test_a_text_fits_two_segments(self, worst: Filled) -> None:
        assert {facts: text.segments for facts, (_, _, text) in worst.items() if text.segments > 2} == {}

    def test_a_text_names_the_brand_first_and_how_to_stop_last(self, worst: Filled) -> None:
        texts = {facts: text.text for facts, (_, _, text) in worst.items()}
        wrong = {
            facts: one for facts, one in texts.items() if not (one.startswith("Lumen & Oak: ") and one.endswith(STOPS))
        }
        assert wrong == {}

    def test_a_customer_never_sees_a_day_gone_by_as_to_come(self, worst: Filled) -> None:
        gone = re.compile(r"([Ss]hips|[Vv]ersand|[Ee]xpédition|[Ss]al[ei]\w*) [a-z ]*5\.? (de )?[Nn]ov")
        assert [facts for facts, (_, email, _) in worst.items() if gone.search(email.text)] == []

    def test_a_button_stands_only_where_there_is_a_page(self, worst: Filled) -> None:
        found = {
            facts: ('class="button"' in email.html, bool(one.links.page)) for facts, (one, email, _) in worst.items()
        }
        assert {facts: pair for facts, pair in found.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("locale", TRIED)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_forty_lines_stay_within_a_part_and_a_text(make: Make, purpose: str, locale: str) -> None:
    first = make(purpose).items[0]
    items = tuple(
        replace(first, line=str(n), order=str(1001 + n // 20), name=f"Item number {n} " * 4) for n in range(40)
    )
    content = replace(make(purpose, locale=locale, items=items), **more(purpose))
    if content.answers is not None:
        content = replace(content, answers=replace(content.answers, told=(Told(Kind.TOLD_DATES, None, ()),)))
    assert render_email(formal(purpose, locale), content).html.count("Item number 39") > 0
    assert render_text(formal(purpose, locale), content).segments <= 2


@pytest.mark.parametrize("locale", TRIED)
def test_a_delay_email_carries_no_promotion_even_if_it_is_given_one(make: Make, locale: str) -> None:
    offer = make("reward").reward
    assert offer is not None
    others = make("placed").alternatives
    email = render_email(formal("delay", locale), make("delay", reward=offer, alternatives=others))
    assert offer.code not in email.html + email.text
    assert others[0].name not in email.html + email.text


@pytest.mark.parametrize("locale", TRIED)
def test_a_delay_email_has_no_unsubscribe_link(make: Make, locale: str) -> None:
    email = render_email(formal("delay", locale), make("delay", locale=locale))
    assert "/u/1/" not in email.html


@pytest.mark.parametrize("locale", TRIED)
@pytest.mark.parametrize("purpose", ["placed", "eta_change", "reward"])
def test_order_facts_come_before_any_offer(make: Make, purpose: str, locale: str) -> None:
    content = make(purpose, locale=locale)
    text = render_email(formal(purpose, locale), content).text
    offer = content.reward.code if content.reward else content.alternatives[0].name
    assert text.index("Blue Enamel Kettle") < text.index(offer)


def test_a_date_is_told_for_shipping_and_for_arrival(make: Make) -> None:
    text = " ".join(render_email(formal("delay", "en"), make("delay")).text.split())
    assert "Ships between 3 and 7 December 2026, reaches you between 6 and 10 December 2026." in text


def test_german_ranges_read_as_a_german_writes_them(make: Make) -> None:
    email = render_email(formal("delay", "de"), make("delay", locale="de"))
    assert "Versand nun zwischen dem 3. und 7. Dezember 2026" in email.subject


def test_without_a_page_the_email_asks_for_a_reply(make: Make) -> None:
    assert "Reply to this email" in render_email(formal("delay", "en"), make("delay", links=Links())).text


def test_the_text_part_writes_a_link_as_its_words_and_address(make: Make) -> None:
    text = " ".join(render_email(formal("delay", "en"), make("delay")).text.split())
    assert "Wait or cancel: https://go.oak.example/m/u1/AAAAAAAAAAAAAAAAAAAAAA" in text


def test_the_text_part_has_no_html_entities(make: Make) -> None:
    text = render_email(formal("delay", "en"), make("delay", item={"name": "Salt & Pepper's <set>"})).text
    assert "Salt & Pepper's <set>" in text


def test_the_text_part_has_no_long_line_but_for_links(make: Make) -> None:
    text = render_email(formal("delay", "de"), make("delay", item={"reason": "weil " * 50})).text
    assert all(len(line) <= 76 or "https://" in line for line in text.split("\n"))


def test_the_text_part_has_no_two_blank_lines_together(make: Make) -> None:
    text = render_email(formal("eta_change", "en"), make("eta_change")).text
    assert all(one or other for one, other in pairwise(text.rstrip("\n").split("\n")))


def test_dark_mode_and_phones_survive_inlining(make: Make) -> None:
    html = render_email(formal("delay", "en"), make("delay")).html
    assert "prefers-color-scheme: dark" in html
    assert "max-width: 479px" in html


def test_styles_are_inlined(make: Make) -> None:
    html = render_email(formal("delay", "en"), make("delay")).html
    assert re.search(r'<h1\sstyle="[^"]*font-weight:700', html)


def test_nothing_is_fetched_from_elsewhere(make: Make) -> None:
    html = render_email(formal("delay", "en"), make("delay")).html
    assert "@import" not in html and "<link" not in html and "fonts.googleapis" not in html


def test_a_picture_is_shown_where_there_is_one(make: Make) -> None:
    assert 'src="https://shop.example/kettle.jpg"' in render_email(formal("delay", "en"), make("delay")).html


def test_the_footer_has_the_postal_address(make: Make) -> None:
    assert "12 Harbour Street, Bristol BS1 4RN" in render_email(formal("delay", "en"), make("delay")).html


def test_a_service_email_offers_a_way_to_fewer_updates(make: Make) -> None:
    html = render_email(formal("progress", "en"), make("progress")).html
    assert "https://go.oak.example/u/1/u1/AAAAAAAAAAAAAAAAAAAAAA" in html


def test_the_purposes_are_what_the_plan_of_the_house_says(catalogue: Catalogue) -> None:
    told = {n: (p.message_class, p.rung, p.occasion) for n, p in catalogue.purposes.items()}
    assert told == {
        "delay": (MessageClass.REQUIRED, Rung.REQUIRED, "promise_broken"),
        "delay_renewed": (MessageClass.REQUIRED, Rung.REQUIRED, "renewal_owed"),
        "eta_change": (MessageClass.SERVICE, Rung.ETA_CHANGE, "eta_moved"),
        "placed": (MessageClass.SERVICE, Rung.PLACED, "new_backorder"),
        "progress": (MessageClass.SERVICE, Rung.PROGRESS, "waiting"),
        "ready": (MessageClass.SERVICE, Rung.READY, "stock_covers"),
        "reward": (MessageClass.MARKETING, Rung.LOYALTY, "long_wait"),
        "cancelled": (MessageClass.SERVICE, Rung.ETA_CHANGE, "was_cancelled"),
        "reply_ack": (MessageClass.SERVICE, Rung.REPLY, "answered"),
        "consent_request": (MessageClass.SERVICE, Rung.REPLY, "asked_in"),
        "restock_alert": (MessageClass.MARKETING, Rung.LOYALTY, "restocked"),
        "thank_you": (MessageClass.SERVICE, Rung.PROGRESS, "late_line_shipped"),
    }
