"""What the signed link of a message opens: the customer's orders with that address, and their choices. Colour: root.

Called by web.pages. It only reads: whatever a link scanner asks for, nothing changes (RULES.md E4). Orders that the
customer placed with another address are never among them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from notifier import conversation
from notifier.pipeline.facts import read_every_line
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force
from notifier.pipeline.market import read_market
from notifier.pipeline.page_orders import Shown, heard_of, orders_of, still_shown
from notifier.pipeline.preferences import ends_of, preferences_of
from notifier.policy.page_lines import SHOWN_AFTER, Moment
from notifier.render.links import PAGE, SHORT, UNSUBSCRIBE, genuine, unsubscribe_subject
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.store.persons import customer_of
from notifier.terms.facts import CustomerFacts, LineFacts
from notifier.terms.page import PageView
from notifier.terms.words import Channel


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it was asked for: its purpose (a word of render.links), its token, and what else stands in it."""

    purpose: str
    token: str
    uid: str = ""
    address_id: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a link opens: nothing where it is over, or not `genuine`."""

    genuine: bool
    view: PageView | None = None


def look(house: House, link: Link, now: datetime) -> Seen:
    """What `link` opens at the UTC instant `now`."""
    with house.store.read() as tx:
        house = in_force(tx, house)
        row = _message(tx, link)
        if not _proven(house, link, row):
            return Seen(genuine=False)
        return Seen(genuine=True, view=_view(tx, house, row, link, now) if row is not None else None)


def _message(tx: Transaction, link: Link) -> AnyRow | None:
    """Looked for before the signature is, so that a wrong link takes as long as an unknown one."""
    if link.purpose == SHORT:
        return conversation.message_with_link(tx, link.token)
    return conversation.message_with_uid(tx, link.uid, link.address_id if link.purpose == UNSUBSCRIBE else None)


def _proven(house: House, link: Link, row: AnyRow | None) -> bool:
    """Whether the token was signed, by a key in force, for what the link names. A short one names its message by
    itself: the row that keeps it.
    """
    if link.purpose == UNSUBSCRIBE:
        return genuine(house.web.keys, UNSUBSCRIBE, unsubscribe_subject(link.uid, link.address_id), link.token)
    if link.purpose == SHORT:
        return row is not None and genuine(house.web.keys, SHORT, row.uid, link.token)
    return genuine(house.web.keys, PAGE, link.uid, link.token)


def _view(tx: Transaction, house: House, row: AnyRow, link: Link, now: datetime) -> PageView | None:
    owner, channel = customer_of(tx, row.customer_id), Channel(row.channel)
    policy = house.judging.policy
    moment = Moment(policy, now, house.judging.transit_days)
    market = read_market(tx, now, [owner.id], moment.today)
    customer = next(iter(read_every_line(tx, [owner.id], market, house.judging, now)), None)
    if customer is None:
        return None
    told = conversation.lines_of_message(tx, row)
    lines = () if owner.erased_at else still_shown(tx, _bound(customer, told, row), moment)
    if not lines and link.purpose != UNSUBSCRIBE and (told or owner.erased_at or _old(row, now)):
        return None
    shown = Shown(customer, lines, market, moment)
    return PageView(
        message_id=row.id,
        brand=house.brand(row.brand),
        locale=row.locale or policy.brand(row.brand).locale,
        customer_name="" if owner.erased_at else customer.name,
        channel=channel,
        today=moment.today,
        transit_days=moment.transit_days,
        orders=orders_of(tx, house, shown),
        heard=heard_of(tx, house, shown, row.id),
        preferences=preferences_of(tx, house, (customer, row), now),
        ends=ends_of(house, row),
    )


def _bound(customer: CustomerFacts, told: Collection[int], row: AnyRow) -> list[LineFacts]:
    """The lines of the orders that the message was about, as far as they were ordered with the address it went to."""
    orders = {line.order for line in customer.lines if line.id in told}
    found = []
    for line in customer.lines:
        address = line.address(Channel(row.channel))
        if line.order in orders and address is not None and address.value and address.id == row.address_id:
            found.append(line)
    return found


def _old(row: AnyRow, now: datetime) -> bool:
    """Whether a message about no order went too long ago for its page to be shown."""
    went: datetime = row.handed_off_at or row.queued_at
    return now > went + SHOWN_AFTER
