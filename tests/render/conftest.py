"""Believable contents for the render tests; every value is fictitious."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from notifier.render.catalogue import Catalogue
from notifier.template_files import load_catalogue, packaged_folder
from notifier.terms.content import BrandLook, Content, Item, Links, RewardOffer
from notifier.terms.facts import Alternative
from notifier.terms.law import Jurisdiction
from notifier.terms.money import Money
from notifier.terms.time import EtaRange
from notifier.terms.words import Channel, NoticeKind

LOOK = BrandLook(
    key="oak",
    name="Lumen & Oak",
    sender="Lumen & Oak <hello@oak.example>",
    reply_address="reply@oak.example",
    text_sender="OAK",
    postal_address="12 Harbour Street\nBristol BS1 4RN",
    logo="",
    colour="#1b6b50",
    timezone="Europe/London",
    locale="en",
)
ITEM = Item(
    order="1001",
    line="1",
    sku="KET-1",
    name="Blue Enamel Kettle",
    quantity=1,
    price=Money(Decimal("49.90"), "EUR"),
    ordered_on=date(2026, 11, 1),
    promised=date(2026, 11, 20),
    eta=EtaRange(date(2026, 12, 3), date(2026, 12, 7)),
    told_eta=EtaRange(date(2026, 11, 18), date(2026, 11, 20)),
    reason="The container is held in port.",
    shipped_on=None,
    url="https://shop.example/kettle",
    image_url="https://shop.example/kettle.jpg",
)
LINKS = Links(
    page="https://go.oak.example/m/u1/AAAAAAAAAAAAAAAAAAAAAA",
    short="https://oak.example/t/AAAAAAAAAAAAAAAAAAAAAA",
    unsubscribe="https://go.oak.example/u/1/u1/AAAAAAAAAAAAAAAAAAAAAA",
)
OTHERS = (Alternative("K2", "Green Enamel Kettle", Money(Decimal("47.50"), "EUR"), "https://shop.example/green", ""),)
REWARD = RewardOffer("THANKS-7QK2", 10, None, date(2027, 1, 31))

Make = Callable[..., Content]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The packaged templates."""
    return load_catalogue([packaged_folder()])


@pytest.fixture(scope="session")
def make(catalogue: Catalogue) -> Make:
    """make("delay", locale="de", items=..., item={"name": ...}, brand={...}): a content with some things changed."""

    def build(purpose: str = "delay", **changed: Any) -> Content:
        item = replace(ITEM, **changed.pop("item", {}))
        if purpose == "thank_you":
            item = replace(item, shipped_on=date(2026, 11, 23))
        look = replace(LOOK, **changed.pop("brand", {}))
        renewed = purpose == "delay_renewed"
        if renewed and item.answer_by is None:
            item = replace(item, told=date(2026, 11, 28), answer_by=date(2026, 11, 28))
        kind = catalogue.purposes[purpose]
        whole = Content(
            purpose=purpose,
            message_class=kind.message_class,
            channel=Channel.EMAIL,
            brand=look,
            locale="en",
            customer_name="Anna Müller",
            items=(item,),
            alternatives=OTHERS if kind.offers_alternatives else (),
            reward=REWARD if purpose == "reward" else None,
            links=LINKS,
            today=date(2026, 11, 23),
            transit_days=3,
            notice=NoticeKind.F5 if renewed else NoticeKind.NONE,
            law=Jurisdiction.US_435 if renewed else Jurisdiction.NONE,
        )
        return replace(whole, **changed)

    return build


@pytest.fixture
def item() -> Item:
    """One late line."""
    return ITEM
