"""What a template sees: plain values, each described, dates as phrases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from notifier.errors import RenderError
from notifier.render.catalogue import Catalogue
from notifier.render.colour import READABLE, contrast, palette, parse
from notifier.render.context import CATALOGUE, build
from notifier.render.shorten import shorten
from notifier.terms.content import Acknowledgement, SignedUp, Told
from notifier.terms.effects import Kind
from notifier.terms.money import Money
from notifier.terms.time import EtaRange

SAID = Acknowledgement(datetime(2026, 11, 23, 14, 14, tzinfo=UTC), (Told(Kind.KEPT, None, ("Kettle",)),), person=True)


@pytest.fixture
def fill(catalogue: Catalogue, make: Any) -> Any:
    def filled(purpose: str = "delay", locale: str = "en", **changed: Any) -> dict[str, Any]:
        source = catalogue.source(purpose, locale, "oak")
        return dict(build(make(purpose, locale=locale, **changed), dict(source.words), source.speaks))

    return filled


def names(value: Any, prefix: str = "") -> Iterator[str]:
    """Every variable name within a context, lists as name[]."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from names(inner, f"{prefix}.{key}" if prefix else key)
    elif isinstance(value, list) and value:
        yield from names(value[0], f"{prefix}[]")
    else:
        yield prefix


def leaves(value: Any) -> Iterator[Any]:
    """Every value within a context."""
    match value:
        case dict():
            for inner in value.values():
                yield from leaves(inner)
        case list():
            for inner in value:
                yield from leaves(inner)
        case _:
            yield value


def test_every_variable_of_the_context_is_described(fill: Any) -> None:
    every = {*names(fill("reward")), *names(fill("placed")), *names(fill("reply_ack", answers=SAID))}
    told = {name for name in every if not name.startswith("first_item.")}
    undescribed = told - CATALOGUE.keys()
    assert not undescribed


def test_every_described_variable_exists(fill: Any) -> None:
    every = {*names(fill("reward")), *names(fill("placed")), *names(fill("reply_ack", answers=SAID))}
    every |= {*names(fill("restock_alert", signed_up=SignedUp(("Lamp",))))}
    tops = {"first_item", "items", "alternatives", "reward", "reply", "signup"}
    assert {name for name in CATALOGUE if name not in tops} <= every


def test_the_context_holds_nothing_with_behaviour(fill: Any) -> None:
    assert {type(leaf) for leaf in leaves(fill("reward"))} <= {str, int, bool, type(None)}


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "-", "anna@example.com", "x" * 200, "\x00\r\n"])
def test_a_greeting_without_a_usable_name_has_none(fill: Any, name: str) -> None:
    assert fill(customer_name=name)["greeting"] == "Hello,"


@pytest.mark.parametrize(
    ("locale", "first", "last", "told"),
    [
        ("en", date(2026, 12, 3), date(2026, 12, 7), "between 3 and 7 December 2026"),
        ("en", date(2026, 12, 3), date(2026, 12, 3), "on 3 December 2026"),
        ("en", date(2026, 11, 28), date(2026, 12, 3), "between 28 November and 3 December 2026"),
        ("en", date(2026, 12, 30), date(2027, 1, 4), "between 30 December 2026 and 4 January 2027"),
        ("en", date(2026, 11, 1), date(2026, 12, 3), "by 3 December 2026"),
        ("en-US", date(2026, 12, 3), date(2026, 12, 7), "between December 3 and 7, 2026"),
        ("en-US", date(2026, 12, 3), date(2026, 12, 3), "on December 3, 2026"),
        ("de", date(2026, 12, 3), date(2026, 12, 7), "zwischen dem 3. und 7. Dezember 2026"),
        ("de", date(2026, 11, 28), date(2026, 12, 3), "zwischen dem 28. November und dem 3. Dezember 2026"),
        ("de", date(2026, 12, 3), date(2026, 12, 3), "am 3. Dezember 2026"),
        ("de-AT", date(2027, 1, 3), date(2027, 1, 7), "zwischen dem 3. und 7. Jänner 2027"),
        ("fr", date(2026, 12, 3), date(2026, 12, 7), "entre le 3 et le 7 décembre 2026"),
        ("fr", date(2026, 12, 1), date(2026, 12, 1), "le 1er décembre 2026"),
        ("fr", date(2026, 11, 29), date(2026, 12, 1), "entre le 29 novembre et le 1er décembre 2026"),
        ("es", date(2026, 12, 3), date(2026, 12, 7), "entre el 3 y el 7 de diciembre de 2026"),
        ("es", date(2026, 12, 1), date(2027, 1, 4), "entre el 1 de diciembre de 2026 y el 4 de enero de 2027"),
        ("it", date(2026, 12, 3), date(2026, 12, 7), "between 3 and 7 December 2026"),
    ],
)
def test_a_range_reads_as_its_locale_writes_it(fill: Any, locale: str, first: date, last: date, told: str) -> None:
    assert fill(locale=locale, item={"eta": EtaRange(first, last)})["ship_when"] == told


@pytest.mark.parametrize(
    "eta", [None, EtaRange(date(2026, 11, 1), date(2026, 11, 22)), EtaRange(date(2099, 1, 1), date(2099, 1, 2))]
)
def test_a_date_gone_by_or_absurd_is_told_as_no_date(fill: Any, eta: EtaRange | None) -> None:
    context = fill(item={"eta": eta})
    assert (context["has_date"], context["ship_when"], context["first_item"]["dates"]) == (
        False,
        "",
        "No shipping date yet.",
    )


def test_arrival_is_shipping_plus_the_days_on_the_way(fill: Any) -> None:
    assert fill(transit_days=5)["arrive_when"] == "between 8 and 12 December 2026"


def test_lines_with_and_without_a_date_are_some_dates(fill: Any, item: Any) -> None:
    context = fill(items=(item, replace(item, eta=None)))
    assert (context["has_date"], context["some_dates"]) == (False, True)


@pytest.mark.parametrize(("locale", "told"), [("en", "€49.90"), ("de", "49,90\xa0€")])
def test_money_reads_as_its_locale_writes_it(fill: Any, locale: str, told: str) -> None:
    assert fill(locale=locale)["first_item"]["price"] == told


def test_money_without_cents_has_none(fill: Any) -> None:
    assert fill(item={"price": Money(Decimal(4990), "JPY")})["first_item"]["price"] == "¥4,990"


@pytest.mark.parametrize(("told", "moved"), [(date(2026, 12, 20), "sooner"), (date(2026, 11, 25), "later"), (None, "")])
def test_a_date_moves_against_the_one_told_before(fill: Any, told: date | None, moved: str) -> None:
    assert fill(item={"told_eta": EtaRange(told, told) if told else None})["moved"] == moved


def test_several_orders_are_listed_once_each(fill: Any, item: Any) -> None:
    items = tuple(replace(item, order=order) for order in ("1001", "1002", "1001", "1003"))
    assert fill(items=items)["orders"] == "1001, 1002 and 1003"


def test_a_headline_counts_the_other_lines(fill: Any, item: Any) -> None:
    assert fill(items=(item, item, item))["headline"] == "Blue Enamel Kettle and 2 more items"


def test_a_message_without_lines_is_refused(fill: Any) -> None:
    with pytest.raises(RenderError, match="at least one order line"):
        fill(items=())


def test_a_shortened_name_ends_at_a_word() -> None:
    assert shorten("Blue Enamel Kettle with a long spout", 24) == "Blue Enamel Kettle..."


@pytest.mark.parametrize("colour", ["#ffffff", "#000000", "#ffff00", "#777777", "#1b6b50", "#ff0000"])
def test_every_brand_colour_yields_readable_text(colour: str) -> None:
    upon, ink, glow = palette(colour)
    grounds = [(upon, colour), (ink, "#eef1f4"), (glow, "#2a2f39")]
    assert all(contrast(parse(one), parse(ground)) >= READABLE for one, ground in grounds)
