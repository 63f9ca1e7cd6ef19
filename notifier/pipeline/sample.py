"""A made-up message for each purpose, to try templates with. Colour: root. Called by pipeline.check and previews."""

from datetime import date, timedelta
from decimal import Decimal

from notifier.terms.content import BrandLook, Content, Item, Links, RewardOffer
from notifier.terms.facts import Alternative
from notifier.terms.money import Money
from notifier.terms.purpose import Purpose
from notifier.terms.time import EtaRange
from notifier.terms.words import Channel

_PRICE = Money(Decimal("49.90"), "EUR")


def sample_content(purpose: Purpose, locale: str, brand: BrandLook, channel: Channel, today: date) -> Content:
    """What a message of `purpose` could say on `today`, in `locale` (empty: English); every person in it is made up."""
    return Content(
        purpose=purpose.name,
        message_class=purpose.message_class,
        channel=channel,
        brand=brand,
        locale=locale or "en",
        customer_name="Ada Quill",
        items=tuple(_item(number, purpose, today) for number in (1, 2)),
        alternatives=_others() if purpose.offers_alternatives else (),
        reward=RewardOffer("SAMPLE-CODE", 10, None, today + timedelta(days=30)) if _rewards(purpose) else None,
        links=Links(),
        today=today,
        transit_days=3,
    )


def _rewards(purpose: Purpose) -> bool:
    return purpose.occasion == "long_wait"


def _item(number: int, purpose: Purpose, today: date) -> Item:
    eta = EtaRange(today + timedelta(days=9), today + timedelta(days=12))
    gone = purpose.occasion in ("was_cancelled", "late_line_shipped")
    return Item(
        order="1001",
        line=str(number),
        sku=f"SAMPLE-{number}",
        name=("Blue Enamel Kettle", "Ridge Tent for Two")[number - 1],
        quantity=number,
        price=_PRICE,
        ordered_on=today - timedelta(days=12),
        promised=today - timedelta(days=1),
        eta=None if gone else eta,
        told_eta=EtaRange(today - timedelta(days=3), today - timedelta(days=1)),
        reason="The ship was held in port.",
        shipped_on=today if purpose.occasion == "late_line_shipped" else None,
        url="https://shop.example/kettle",
        image_url="",
    )


def _others() -> tuple[Alternative, ...]:
    return (Alternative("SAMPLE-3", "Green Enamel Kettle", _PRICE, "https://shop.example/green", ""),)
