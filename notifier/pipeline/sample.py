"""A made-up message for each purpose, to try templates with. Colour: root. Called by pipeline.check and previews."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from notifier.terms.content import Acknowledgement, BrandLook, Content, Item, Links, RewardOffer, SignedUp, Told
from notifier.terms.effects import ActionKind, Kind
from notifier.terms.facts import Alternative
from notifier.terms.law import Jurisdiction, Said
from notifier.terms.money import Money
from notifier.terms.purpose import Purpose
from notifier.terms.time import EtaRange
from notifier.terms.words import Channel, NoticeKind

_NOTICES = {"promise_broken": NoticeKind.F3, "renewal_owed": NoticeKind.F5}
"""The kind of notice that a sample shows, by the occasion of its purpose."""

_PRICE = Money(Decimal("49.90"), "EUR")

_KETTLE = SignedUp(("Blue Enamel Kettle",), "https://shop.example/kettle", "", _PRICE)
_SIGNED_UP = {
    "asked_in": SignedUp(("Blue Enamel Kettle",), wording="I agree that the shop sends marketing messages.", days=7),
    "restocked": _KETTLE,
}
"""What a sample says of a sign-up, by the occasion of its purpose."""


def sample_content(purpose: Purpose, locale: str, brand: BrandLook, channel: Channel, today: date) -> Content:
    """What a message of `purpose` could say on `today`, in `locale` (empty: English); every person in it is made up."""
    return Content(
        purpose=purpose.name,
        message_class=purpose.message_class,
        channel=channel,
        brand=brand,
        locale=locale or "en",
        customer_name="Ada Quill",
        items=() if purpose.occasion in _SIGNED_UP else tuple(_item(number, purpose, today) for number in (1, 2)),
        alternatives=_others() if purpose.offers_alternatives else (),
        reward=RewardOffer("SAMPLE-CODE", 10, None, today + timedelta(days=30)) if _rewards(purpose) else None,
        links=Links(),
        today=today,
        transit_days=3,
        notice=_NOTICES.get(purpose.occasion, NoticeKind.NONE),
        law=Jurisdiction.US_435 if purpose.occasion in _NOTICES else Jurisdiction.NONE,
        answers=_cancellation(today) if purpose.occasion == "answered" else None,
        signed_up=_SIGNED_UP.get(purpose.occasion),
    )


def _cancellation(today: date) -> Acknowledgement:
    """A reply that asks for what people ask most for, and for something that a person must answer."""
    at = datetime.combine(today, time(14, 14), UTC)
    return Acknowledgement(at, (Told(Kind.REQUESTED, ActionKind.CANCEL, ("Blue Enamel Kettle",)),), person=True)


def _rewards(purpose: Purpose) -> bool:
    return purpose.occasion == "long_wait"


def _item(number: int, purpose: Purpose, today: date) -> Item:
    eta = EtaRange(today + timedelta(days=9), today + timedelta(days=12))
    cancelled = purpose.occasion == "was_cancelled"
    gone = cancelled or purpose.occasion == "late_line_shipped"
    notice = _NOTICES.get(purpose.occasion, NoticeKind.NONE)
    return Item(
        order="1001",
        line=str(number),
        sku=f"SAMPLE-{number}",
        name=("Blue Enamel Kettle", "Ridge Tent for Two")[number - 1],
        quantity=number,
        price=_PRICE,
        ordered_on=today - timedelta(days=12),
        promised=today + timedelta(days=2 if notice else -1),
        eta=None if gone else eta,
        told_eta=EtaRange(today - timedelta(days=3), today - timedelta(days=1)),
        reason="The ship was held in port.",
        shipped_on=today if purpose.occasion == "late_line_shipped" else None,
        url="https://shop.example/kettle",
        image_url="",
        revised=eta.last if notice else None,
        told=today + timedelta(days=4) if notice is NoticeKind.F5 else None,
        answer_by=today + timedelta(days=4) if notice is NoticeKind.F5 else None,
        refund_by=today + timedelta(days=9) if cancelled else None,
        ended_by=Said.CANCEL if cancelled else None,
    )


def _others() -> tuple[Alternative, ...]:
    return (Alternative("SAMPLE-3", "Green Enamel Kettle", _PRICE, "https://shop.example/green", ""),)
