"""Orders, and what was heard about them, as their customer's page shows them. Colour: root. Called by page."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from notifier import conversation
from notifier.pipeline.content import item_of
from notifier.pipeline.house import House
from notifier.pipeline.market import Market, with_shelf_for
from notifier.pipeline.stand_ins import stand_ins
from notifier.policy.lines import cancelled, is_open, shipped
from notifier.policy.page_lines import (
    SHOWN_AFTER,
    Moment,
    Wishes,
    acts_of,
    dates_of,
    news_of,
    silence_of,
    stage_of,
)
from notifier.policy.swaps import no_dearer
from notifier.policy.zones import local_moment
from notifier.queries import page as read
from notifier.store.engine import Transaction
from notifier.terms.effects import ENDS, ActionKind, ActionState, Asked, Effect, Kind
from notifier.terms.facts import CustomerFacts, LineFacts
from notifier.terms.law import SETTLED
from notifier.terms.page import Act, HeardView, LineView, OrderView, PromiseTold, StandIn
from notifier.terms.time import EtaRange, local_day

ABOUT_LINES = frozenset({Kind.ACCEPTED, Kind.REQUESTED, Kind.KEPT, Kind.FROZEN, Kind.TOO_LATE, Kind.REFUSED})
"""Effects that a page shows back; consent stands among the preferences, and what was only told needs no telling."""


@dataclass(frozen=True)
class Shown:
    """The customer with the `lines` that the page shows."""

    customer: CustomerFacts
    lines: Sequence[LineFacts]
    market: Market
    moment: Moment

    @cached_property
    def ids(self) -> list[int]:
        """The ids of the lines."""
        return [line.id for line in self.lines]


def still_shown(tx: Transaction, lines: Sequence[LineFacts], moment: Moment) -> tuple[LineFacts, ...]:
    """The lines of those orders that are open, or were closed no longer ago than SHOWN_AFTER."""
    closed = read.closings(tx, [line.id for line in lines])
    orders: dict[str, list[LineFacts]] = defaultdict(list)
    for line in lines:
        orders[line.order].append(line)
    alive = {
        order
        for order, its in orders.items()
        if any(_unsettled(line, moment) for line in its)
        or moment.now <= max(closed[line.id] for line in its) + SHOWN_AFTER
    }
    return tuple(line for line in lines if line.order in alive)


def _unsettled(line: LineFacts, moment: Moment) -> bool:
    """Whether the line is open, or is over and somebody has still to do something about it."""
    owed = line.legal is not None and line.legal.state not in SETTLED
    return owed or is_open(line, moment.now) or line.asked in (Asked.ENDING, Asked.UNCLEAR)


def orders_of(tx: Transaction, house: House, shown: Shown) -> tuple[OrderView, ...]:
    """The orders, the newest first, each with its lines."""
    wished, told = read.wishes(tx, shown.ids), read.promises(tx, shown.ids)
    agreed = _agreed(tx, shown)
    orders: dict[str, list[LineView]] = defaultdict(list)
    ordered: dict[str, datetime] = {}
    stocked = _stocked(tx, shown)
    for line in shown.lines:
        its = [one for one in wished if one.line_id == line.id]
        wishes = Wishes(_kinds(its, ActionState.REQUESTED), _kinds(its, ActionState.DONE), line.id in agreed)
        view = _line(house, line, wishes, replace(shown, market=stocked))
        orders[line.order].append(replace(view, promises=_promises(line, told.get(line.id, ()))))
        ordered[line.order] = line.ordered_at
    newest = sorted(orders, key=lambda key: (ordered[key], key), reverse=True)
    tz = shown.moment.policy.timezone
    return tuple(OrderView(key, local_day(ordered[key], tz), tuple(orders[key])) for key in newest)


def _stocked(tx: Transaction, shown: Shown) -> Market:
    """The market, with what may stand in for the lines that are still open."""
    wanted = {line.sku for line in shown.lines if is_open(line, shown.moment.now) and line.asked is Asked.NOTHING}
    return with_shelf_for(tx, shown.market, wanted) if wanted else shown.market


def _kinds(wishes: Sequence[read.Wish], state: ActionState) -> frozenset[ActionKind]:
    return frozenset(one.kind for one in wishes if one.state is state)


def _line(house: House, line: LineFacts, wishes: Wishes, shown: Shown) -> LineView:
    moment = shown.moment
    acts = acts_of(line, wishes, moment)
    products = _stand_ins(line, shown.market) if Act.SWAP in acts else ()
    return LineView(
        id=line.id,
        item=item_of(house, line, moment.today),
        stage=stage_of(line, wishes, moment),
        dates=dates_of(line, moment),
        told=news_of(line),
        silence=silence_of(line),
        promises=(),
        acts=acts if products else tuple(act for act in acts if act is not Act.SWAP),
        stand_ins=products,
    )


def _stand_ins(line: LineFacts, market: Market) -> tuple[StandIn, ...]:
    found = [StandIn(one, dearer=not no_dearer(line, one)) for one in stand_ins(line, market)]
    # Without a way to the shop's checkout a dearer product is nothing that anybody can do anything with.
    return tuple(one for one in found if not one.dearer or one.product.url)


def _promises(line: LineFacts, told: Sequence[PromiseTold]) -> tuple[PromiseTold, ...]:
    """What was promised at ordering, and each date told since, without those that only repeat the one before."""
    found: list[PromiseTold] = []
    if line.promised is not None:
        found.append(PromiseTold(None, "", EtaRange(line.promised, line.promised)))
    for one in told:
        if len(found) == 0 or found[-1].told_at is None or one.eta != found[-1].eta:
            found.append(one)
    return tuple(found)


def _agreed(tx: Transaction, shown: Shown) -> set[int]:
    """Lines for which the customer has agreed to wait since anything was told of them."""
    told = {line.id: max((one.at for one in line.tellings if one.sent), default=None) for line in shown.lines}
    found = set()
    for reply in read.heard(tx, shown.ids, []):
        for one in reply.effects:
            last = told.get(one.line_id) if one.line_id is not None else None
            waits = one.kind is Kind.ACCEPTED or (one.kind is Kind.KEPT and not one.detail)
            if waits and last is not None and reply.received_at > last:
                found.add(one.line_id or 0)
    return found


def heard_of(tx: Transaction, house: House, shown: Shown, message_id: int) -> tuple[HeardView, ...]:
    """What the customer said about these lines, or to this message, and where it stands; newest first."""
    names = {line.id: line.product for line in shown.lines}
    by_id = {line.id: line for line in shown.lines}
    wishes = {
        (one.reply_id, one.line_id, one.kind): _stands(one, by_id[one.line_id], shown.moment.now)
        for one in read.wishes(tx, shown.ids)
    }
    ours = house.judging.policy.brand(shown.customer.brand).timezone
    found = []
    replies = read.heard(tx, shown.ids, [message_id])
    skus = [one.detail for reply in replies for one in reply.effects if one.kind is Kind.REQUESTED and one.detail]
    products = conversation.product_names(tx, skus)
    for reply in replies:
        at = local_moment(shown.customer, reply.received_at, ours)
        grouped = _grouped(reply, names, wishes)
        for (kind, action, state, detail), items in grouped.items():
            named = tuple(dict.fromkeys(items))
            found.append(HeardView(*at, kind, named, action, state, products.get(detail, detail), waits=reply.waits))
        if reply.asked and not grouped:
            found.append(HeardView(*at, None, (), waits=reply.waits))
    return tuple(found)


def _stands(wish: read.Wish, line: LineFacts, now: datetime) -> ActionState:
    """Where a wish stands: the shop's records may show what nobody has closed the action by yet."""
    if wish.state is ActionState.REQUESTED and wish.kind in ENDS:
        if cancelled(line, now):
            return ActionState.DONE
        if shipped(line, now) and wish.kind is not ActionKind.WITHDRAW:
            return ActionState.REFUSED
    return wish.state


_Group = tuple[Kind, ActionKind | None, ActionState | None, str]


def _grouped(
    reply: read.HeardReply,
    names: dict[int, str],
    wishes: dict[tuple[int | None, int, ActionKind], ActionState],
) -> dict[_Group, list[str]]:
    """The effects that say the same, with the products they say it of."""
    grouped: dict[_Group, list[str]] = {}
    for one in reply.effects:
        if one.kind in ABOUT_LINES and one.line_id in names:
            state = _state(reply, one, wishes)
            grouped.setdefault((one.kind, one.action, state, one.detail), []).append(names[one.line_id])
    return grouped


def _state(
    reply: read.HeardReply, one: Effect, wishes: dict[tuple[int | None, int, ActionKind], ActionState]
) -> ActionState | None:
    if one.action is None or one.line_id is None:
        return None
    return wishes.get((reply.id, one.line_id, one.action))
