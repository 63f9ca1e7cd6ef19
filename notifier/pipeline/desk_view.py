"""The inbox as a page shows it: a pile of replies, and one reply with all that is needed to act on it. Colour: root.

Called by the web. It only reads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from notifier.errors import UsageError
from notifier.pipeline.customer_facts import known
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force
from notifier.pipeline.inbox import ACTS, NOT_THERE, Doing
from notifier.pipeline.letter_shown import letter_shown
from notifier.pipeline.page_orders import Shown, orders_of, still_shown
from notifier.pipeline.team_answers import Way, way_to
from notifier.pipeline.undo import offered
from notifier.policy.page_lines import Moment
from notifier.queries import desk as read
from notifier.queries.desk import Pile, Place, StepTold
from notifier.queries.inbox import InboxReply, Turn, conversation, replies_shown, reply_shown
from notifier.store.engine import Transaction
from notifier.store.holds import holds_in_force
from notifier.terms.effects import Asked
from notifier.terms.facts import Alternative
from notifier.terms.page import LineView, OrderView
from notifier.terms.reply import Intent
from notifier.terms.words import Channel

A_PAGE = 25
"""Replies on a page of a list."""

MOST_TURNS = 30
"""Things said that one reply is shown with, the newest ones."""

WAITING = (Pile.OPEN, Pile.MINE, Pile.NOBODY, Pile.SNOOZED)
"""The piles of what waits."""

MAY_MEAN: Mapping[str, Doing] = MappingProxyType(
    {intent.value: doing for doing, intent in ACTS.items() if doing is not Doing.KEEP}
    | {Intent.SPAM_COMPLAINT.value: Doing.OPT_OUT}
)
"""What a person would do for each intent."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One reply in a list, with where it stands on the desk."""

    one: InboxReply
    place: Place


@dataclass(frozen=True, slots=True)
class PileShown:
    """One page of a pile. `counts` are the replies in each, but for those that are done; `more`: there are further."""

    rows: Sequence[Listed]
    counts: Mapping[Pile, int]
    more: bool


def pile(house: House, which: Pile, name: str, page: int, now: datetime) -> PileShown:
    """A page (from 0) of what waits, as the operator `name` sees it at the UTC instant `now`."""
    with house.store.read() as tx:
        waiting = read.places(tx)
        piles = _piles(waiting, name, now)
        ids = read.done_lately(tx) if which is Pile.DONE else piles[which]
        here = ids[page * A_PAGE : (page + 1) * A_PAGE]
        by_id = {one.id: one for one in waiting}
        rows = [Listed(one, by_id.get(one.id) or _place(tx, one.id)) for one in replies_shown(tx, here)]
    counts = {one: len(there) for one, there in piles.items()}
    return PileShown(rows, counts, len(ids) > (page + 1) * A_PAGE)


def _piles(waiting: Sequence[Place], name: str, now: datetime) -> Mapping[Pile, list[int]]:
    """The ids in each pile of what waits."""
    found: dict[Pile, list[int]] = {one: [] for one in WAITING}
    for place in waiting:
        for one in place.piles(name, now):
            found[one].append(place.id)
    return found


def _place(tx: Transaction, reply_id: int) -> Place:
    found = read.place_of(tx, reply_id)
    if found is None:
        raise UsageError(NOT_THERE.format(reply_id))
    return found


@dataclass(frozen=True, slots=True)
class ReplyView:
    """One reply with what is needed to act on it.

    `turns` are the newest ones, the newest last; `older`: there are more. `orders` are the customer's, with what was
    told of each line and what may be taken instead. `answered` is what the email said that it answers. `undo` is the
    step that may be taken back. `before` and `after` are its neighbours in the pile.
    """

    one: InboxReply
    place: Place
    turns: Sequence[Turn]
    older: bool
    orders: Sequence[OrderView]
    steps: Sequence[StepTold]
    way: Way | None
    hold: str
    answered: str
    undo: int | None
    before: int | None
    after: int | None

    @property
    def in_turns(self) -> bool:
        """Whether it is among the newest things said; an old one is shown by itself."""
        return any(turn.reply == self.one.id for turn in self.turns)

    @property
    def suggested(self) -> Doing | None:
        """What it may mean, as something to do."""
        return MAY_MEAN.get(self.one.suggestion or self.one.intent)

    @property
    def seen(self) -> int:
        """The newest step, as `pipeline.desk.require_seen` wants it."""
        return max((one.id for one in self.steps), default=0)

    @property
    def about(self) -> Sequence[OrderView]:
        """The orders that an act can be about, those that the reply is about first."""
        return sorted(self.orders, key=lambda order: order.key not in self.one.orders)

    def concerns(self, order: str, line: str) -> bool:
        """Whether the reply is about this line, by the shop's keys."""
        return any((one.order, one.line) == (order, line) for one in self.one.lines)

    @property
    def choosable(self) -> bool:
        """Whether an act can be about anything but what the reply is about."""
        lines = [(order.key, line.item.line) for order in self.orders for line in order.lines]
        return bool(lines) and (len(self.one.lines) != 1 or not all(self.concerns(*one) for one in lines))

    @property
    def swaps(self) -> Sequence[tuple[OrderView, LineView, Alternative]]:
        """What may be taken instead of a line at no higher price."""
        lines = [(order, line) for order in self.about for line in order.lines]
        return [(order, line, one.product) for order, line in lines for one in line.stand_ins if not one.dearer]

    @property
    def frozen(self) -> bool:
        """Whether nothing rests on silence until a person has looked."""
        return self.one.waits and any(effect.startswith("frozen") for effect in self.one.effects)


def reply(house: House, reply_id: int, where: tuple[Pile, str], now: datetime) -> ReplyView:
    """One reply in the pile that an operator is looking through. Raises UsageError for one that is not there."""
    with house.store.read() as tx:
        one = reply_shown(tx, reply_id)
    if one is None:
        raise UsageError(NOT_THERE.format(reply_id))
    letter = letter_shown(house, one.message) if one.message is not None else None
    with house.store.read() as tx:
        house = in_force(tx, house)
        turns = conversation(tx, one.customer_id, MOST_TURNS + 1) if one.customer_id is not None else []
        hold = holds_in_force(tx, [one.customer_id], now) if one.customer_id is not None else {}
        before, after = _around(read.places(tx), reply_id, where, now)
        return ReplyView(
            one=one,
            place=_place(tx, reply_id),
            turns=turns[-MOST_TURNS:],
            older=len(turns) > MOST_TURNS,
            orders=_orders(tx, house, one, now),
            steps=read.steps(tx, reply_id),
            way=way_to(tx, house, reply_id, now) if one.waits else None,
            hold=next((row.reason for row in hold.values()), ""),
            answered=letter.text if letter is not None and letter.channel == Channel.EMAIL else "",
            undo=offered(tx, house, reply_id, now),
            before=before,
            after=after,
        )


def next_in(house: House, which: Pile, name: str, now: datetime, *, passed: int = 0) -> int | None:
    """The reply that comes next in a pile, as it stands now, after `passed`, which was just put aside.

    After the last one it is the first that was left out.
    """
    with house.store.read() as tx:
        rest = [one for one in read.places(tx) if one.id != passed and which in one.piles(name, now)]
        left = read.place_of(tx, passed)
    after = (one.id for one in rest if left is None or one.order > left.order)
    return next(after, rest[0].id if rest else None)


def _around(
    waiting: Sequence[Place], reply_id: int, where: tuple[Pile, str], now: datetime
) -> tuple[int | None, int | None]:
    which, name = where
    ids = _piles(waiting, name, now).get(which, [])
    if reply_id not in ids:
        return None, next(iter(ids), None)
    at = ids.index(reply_id)
    return (ids[at - 1] if at else None), (ids[at + 1] if at + 1 < len(ids) else None)


def _orders(tx: Transaction, house: House, one: InboxReply, now: datetime) -> Sequence[OrderView]:
    found = known(tx, house, one.customer_id, now) if one.customer_id is not None else None
    if found is None:
        return ()
    moment = Moment(house.judging.policy, now, house.judging.transit_days)
    lines = [line for line in found.customer.lines if line.order in one.orders]
    lines += [line for line in still_shown(tx, found.customer.lines, moment) if line not in lines]
    # That a cancellation may be meant keeps choices off the customer's page; here somebody is looking at just that.
    seen = [replace(line, asked=Asked.NOTHING) if line.asked is Asked.UNCLEAR else line for line in lines]
    return orders_of(tx, house, Shown(found.customer, seen, found.market, moment))
