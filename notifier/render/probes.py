"""Made-up messages that try a template with everything its purpose may have to say. Colour: pure. Called by lint.

Each day, reason and offer occurs nowhere else, so finding it in what was rendered proves that the template said it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from notifier.terms.content import BrandLook, Content, Item, Links, RewardOffer
from notifier.terms.facts import Alternative
from notifier.terms.law import Jurisdiction
from notifier.terms.money import Money
from notifier.terms.purpose import Purpose
from notifier.terms.time import EtaRange
from notifier.terms.words import Channel, MessageClass, NoticeKind

TODAY = date(2031, 3, 3)
TOLD_AFTER = 8
"""Days between the day of the answer and the day told before."""
BROKEN, RENEWED, CANCELLED = "promise_broken", "renewal_owed", "was_cancelled"
"""The occasions of purposes that the law has words for."""

_LINKS = Links("https://probe.example/m/page", "https://probe.example/t/short", "https://probe.example/u/less")
_OFFER = RewardOffer("PROBE-7QK2", 37, None, date(2031, 12, 24))
_OTHERS = (
    Alternative(
        "PROBE-9", "Probe Replacement", Money(Decimal("91.37"), "EUR"), "https://probe.example/replacement", ""
    ),
)
_FIRST = Item(
    order="PROBE-1001",
    line="1",
    sku="PROBE-1",
    name="First Probe",
    quantity=1,
    price=None,
    ordered_on=date(2031, 2, 1),
    promised=date(2031, 3, 5),
    eta=None,
    told_eta=EtaRange(date(2031, 3, 8), date(2031, 3, 11)),
    reason="The probe waits in port.",
    shipped_on=None,
    url="",
    image_url="",
)
_SECOND = replace(_FIRST, line="2", sku="PROBE-2", name="Second Probe", promised=date(2031, 3, 6), reason="")


@dataclass(frozen=True, slots=True)
class Probe:
    """One email to try a template with. `label` says what it is about, for the person who mends the template."""

    label: str
    content: Content

    def fits(self, content: Content) -> bool:
        """Whether a message with this content must say what the probe must: the same notice, and eu or not."""
        eu = Jurisdiction.EU
        same_law = (content.law is eu) == (self.content.law is eu)
        return content.notice is self.content.notice and same_law

    @property
    def text(self) -> Content:
        """The same message as a text."""
        return replace(self.content, channel=Channel.SMS)


def is_tried(purpose: Purpose) -> bool:
    """Whether rules beyond its syntax bind the templates of a purpose."""
    required = purpose.message_class is MessageClass.REQUIRED
    return required or purpose.occasion == CANCELLED or _may_offer(purpose)


def probes(purpose: Purpose, look: BrandLook, locale: str) -> list[Probe]:
    """Every kind of message that `purpose` may become, with and without the customer's page; none where no rule binds.

    `locale` is the customer's. Offers are always in reach, as a required template must not take them up (F12).
    """
    if not is_tried(purpose):
        return []
    blank = Content(
        purpose=purpose.name,
        message_class=purpose.message_class,
        channel=Channel.EMAIL,
        brand=look,
        locale=locale,
        customer_name="Ada Probe",
        items=(_FIRST,),
        alternatives=_OTHERS,
        reward=_OFFER if purpose.message_class is MessageClass.REQUIRED else None,
        links=Links(),
        today=TODAY,
        transit_days=3,
    )
    return [
        Probe(label, replace(changed, links=links))
        for label, changed in _kinds(blank, purpose)
        for links in (Links(), _LINKS)
    ]


def _may_offer(purpose: Purpose) -> bool:
    return purpose.message_class is MessageClass.SERVICE and purpose.offers_alternatives


def _kinds(blank: Content, purpose: Purpose) -> Iterator[tuple[str, Content]]:
    us, eu = Jurisdiction.US_435, Jurisdiction.EU
    if purpose.occasion == BROKEN:
        yield from _variants(replace(blank, law=us), NoticeKind.F3, (20, 0))
        yield from _by_consent(replace(blank, law=us), NoticeKind.F4)
        told = replace(_dated(_FIRST, 20), revised=None)
        yield "eu", replace(blank, law=eu, items=(told,))
        yield "eu without a date", replace(blank, law=eu)
        yield "no notice", replace(blank, items=(told,))
        yield "no notice, without a date", blank
    elif purpose.occasion == RENEWED:
        yield from _by_consent(replace(blank, law=us), NoticeKind.F5)
    elif purpose.occasion == CANCELLED:
        gone = replace(_FIRST, refund_by=date(2031, 3, 12))
        yield "cancelled", replace(blank, items=(gone,))
        yield "cancelled, two lines", replace(blank, items=(gone, replace(_SECOND, refund_by=date(2031, 3, 14))))
    else:
        yield "with a date", replace(blank, items=(replace(_dated(_FIRST, 20), revised=None),))
        yield "without a date", blank


def _by_consent(blank: Content, kind: NoticeKind) -> Iterator[tuple[str, Content]]:
    """F4 and F5: with a date, without, and both in one message."""
    yield from _variants(blank, kind, (70, 31))
    yield from _variants(blank, kind, (0, 31))
    mixed = (_dated(_FIRST, 70, 31), _dated(_SECOND, 0, 35))
    yield f"{kind} with a date for one of two lines", replace(blank, notice=kind, items=mixed)


def _variants(blank: Content, kind: NoticeKind, days: tuple[int, int]) -> Iterator[tuple[str, Content]]:
    """One line; two with the same days; two with different days. `days`: until it ships and until the answer, 0: none.

    The second line has no reason of its own.
    """
    ships, answer = days
    label = kind.value if ships else f"{kind} without a date"
    first, alike = _dated(_FIRST, ships, answer), _dated(_SECOND, ships, answer)
    later = _dated(_SECOND, ships + 6 if ships else 0, answer + 4 if answer else 0)
    yield label, replace(blank, notice=kind, items=(first,))
    yield f"{label}, two lines", replace(blank, notice=kind, items=(first, alike))
    yield f"{label}, two lines with different days", replace(blank, notice=kind, items=(first, later))


def _dated(item: Item, ships: int, answer: int = 0) -> Item:
    """The line with R, ship dates that end on it, and the day of the answer, in days from TODAY; 0: none.

    The day told before is another one, as after an F4 that nobody has answered (F4, F5).
    """
    revised = TODAY + timedelta(days=ships) if ships else None
    return replace(
        item,
        eta=EtaRange(revised - timedelta(days=2), revised) if revised else None,
        revised=revised,
        told=TODAY + timedelta(days=answer + TOLD_AFTER) if answer else None,
        answer_by=TODAY + timedelta(days=answer) if answer else None,
    )
