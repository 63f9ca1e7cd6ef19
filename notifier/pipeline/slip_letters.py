"""Some of a slip's messages, as its customers will read them. Colour: root. Called by slip, cli and web.

They are queued in the transaction that is taken back, so that they are made of the very rows that delivery has, and
rendered after it by the limited processes that render what is sent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from notifier import outbox
from notifier.outbox.doubt import standing_of
from notifier.pipeline import content
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force
from notifier.pipeline.market import read_market, with_shelf_for
from notifier.pipeline.plan import REWARDS, draft
from notifier.pipeline.slip_look import Asked
from notifier.queries.masks import shown
from notifier.render.links import unsigned_links
from notifier.render_pool import Limits, Rendered, RenderFailure, RenderJob, RenderPool
from notifier.store.engine import Transaction
from notifier.terms.time import local_day
from notifier.terms.words import Verdict


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to be rendered: of which legal kind, purpose and channel, to which customer (masked)."""

    kind: str
    purpose: str
    channel: str
    customer: str
    job: RenderJob


@dataclass(frozen=True, slots=True)
class Read:
    """One message as it will be read. `fault`: why it could not be rendered, instead."""

    kind: str
    purpose: str
    channel: str
    customer: str
    subject: str = ""
    text: str = ""
    fault: str = ""


def letters_of(tx: Transaction, house: House, asked: Sequence[Asked], now: datetime) -> list[Letter]:
    """What is to be rendered of these. Writes to the outbox: the caller takes its transaction back."""
    wanted = [one for one in asked if one.decision.purpose.occasion != REWARDS]
    sends = [replace(one.decision, verdict=Verdict.SEND, hold_until=None) for one in wanted]
    drafts = [draft(house, one, asked.customer, None, now) for one, asked in zip(sends, wanted, strict=True)]
    put, catalogue = outbox.put(tx, drafts, None, now), in_force(tx, house).catalogue
    rows = standing_of(tx, list(put.values()))
    ids = sorted({one.customer.id for one in wanted})
    market = read_market(tx, now, ids, local_day(now, house.judging.policy.timezone))
    market = with_shelf_for(tx, market, {line.sku for one in wanted for line in one.customer.lines})
    found = []
    for position, message in sorted(put.items()):
        one, row = wanted[position], rows[message]
        due = {line.line_id for line in one.decision.lines}
        lines = [line for line in one.customer.lines if line.id in due]
        address = lines[0].address(one.decision.channel) if lines else None
        letter = content.Letter(row, one.customer, lines, address.value if address else "", None)
        said = content.content_of(house, letter, market, now)
        # Its uid hangs on what it says: once it is sent, these very links would open its customer's page.
        said = replace(said, links=unsigned_links(said.links))
        job = RenderJob(catalogue.source(said.purpose, said.locale, said.brand.key), said)
        who = (one.kind, one.decision.purpose.name, one.decision.channel.value, shown(one.customer.key))
        found.append(Letter(*who, job))
    return found


def read(
    letters: Sequence[Letter], render: Callable[[Sequence[RenderJob]], Sequence[Rendered | RenderFailure]]
) -> list[Read]:
    """The messages as they will be read."""
    found = []
    for letter, one in zip(letters, render([letter.job for letter in letters]) if letters else (), strict=True):
        who = (letter.kind, letter.purpose, letter.channel, letter.customer)
        if isinstance(one, RenderFailure):
            found.append(Read(*who, fault=f"{one.where}: {one.text}" if one.where else one.text))
        else:
            found.append(Read(*who, subject=one.subject, text=one.text or one.body.decode()))
    return found


def read_apart(letters: Sequence[Letter]) -> list[Read]:
    """As `read`, by a limited process that is started for these alone (a second or so)."""
    if not letters:
        return []
    with RenderPool(1, Limits()) as pool:
        return read(letters, pool.render)
