"""An answer that an operator writes to a reply: drafted from a ready one, kept, passed on by relay. Colour: root.

Called by cli.inbox and the web. It goes the way of the team's answers from its helpdesk: once, in the customer's own
thread; by text where they wrote by text and the rules of texts allow it.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from notifier import conversation, desk, helpdesk
from notifier.errors import RenderError, UsageError
from notifier.pipeline.content import item_of, links_of
from notifier.pipeline.customer_facts import known
from notifier.pipeline.desk import require_seen
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force
from notifier.pipeline.inbox import require_known, waiting_reply
from notifier.pipeline.people import operator_name
from notifier.pipeline.reasons import because
from notifier.pipeline.team_text import text_way
from notifier.policy.languages import locale_of, own_locale
from notifier.policy.legal import notice_first
from notifier.policy.line_answers import open_lines
from notifier.policy.zones import local_moment
from notifier.render.clean import body
from notifier.render.links import unsigned, unsigned_links
from notifier.render.texts import measured, simple
from notifier.render_pool import Limits, RenderFailure, RenderJob, RenderPool
from notifier.store.decisions import bring_forward
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.content import Acknowledgement, Content, Links
from notifier.terms.desk import StepKind
from notifier.terms.facts import CustomerFacts, LineFacts
from notifier.terms.time import local_day
from notifier.terms.words import Channel, MessageClass

MOST_WORDS = 10_000
"""Characters of an email."""

MOST_SEGMENTS = 4
"""Of a text, which is paid by each."""

MOST_LETTERS, MOST_SIGNS = MOST_SEGMENTS * 153, MOST_SEGMENTS * 67
"""What such a text holds: of the letters that plain texts have, and of all others as soon as one of them is in it."""

CALL_BACK_WITHIN = timedelta(seconds=20)
"""How long an answer waits before it goes, so that it can be taken back."""


@dataclass(frozen=True, slots=True)
class Way:
    """How an answer would go: by `channel` (None: by none, and `why`), not before `hold_until` where that is later."""

    channel: Channel | None
    why: str = ""
    hold_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answering:
    """What `by` answers to a reply. `key` is the same where the same is sent again, which goes once unless it came to
    nothing; `done`: it closes the reply; `seen` as in `pipeline.desk.require_seen`.
    """

    reply: int
    words: str
    by: str
    key: str = ""
    done: bool = True
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that is on its way. `again`: the very same is on its way, or has gone, already."""

    reply: int
    channel: Channel
    goes_at: datetime
    closed: bool
    again: bool = False

    def as_json(self) -> dict[str, Any]:
        """The object that `notifier inbox answer --json` prints."""
        return {"reply": self.reply, "channel": self.channel.value, "goes_at": self.goes_at.isoformat()} | {
            "closed": self.closed,
            "again": self.again,
        }


def way_of(house: House, reply_id: int, now: datetime) -> Way:
    """How an answer to a reply would go at `now`. Raises UsageError for a reply that does not wait."""
    with house.store.read() as tx:
        return way_to(tx, house, reply_id, now)


def way_to(tx: Transaction, house: House, reply_id: int, now: datetime) -> Way:
    """As `way_of`, in a transaction that is open."""
    return _way(tx, in_force(tx, house), waiting_reply(tx, reply_id), now)


def _way(tx: Transaction, house: House, row: AnyRow, now: datetime) -> Way:
    if row.customer_id is None:
        return Way(None, "nobody knows whose reply it is")
    text = text_way(tx, house, row, now)
    if text.address is not None:
        return Way(Channel.SMS, because(text.reason) if text.reason else "", text.hold_until)
    if helpdesk.address_for(tx, row, now) is not None:
        return Way(Channel.EMAIL)
    return Way(None, "no message may go to the customer: reach them by other means")


def draft(house: House, pool: RenderPool, reply_id: int, name: str, now: datetime) -> str:
    """The words of the ready answer `name` for a reply, in the customer's language, for a person to edit.

    A link in it opens nothing before `answer` has it go: it is the customer's key, not the person's.
    Dates of lines that are owed a notice are left out: that alone tells them (RULES.md F1). Raises UsageError for a
    reply that does not wait, and for an answer that is not there or cannot be filled in.
    """
    with house.store.read() as tx:
        house = in_force(tx, house)
        row = waiting_reply(tx, reply_id)
        require_known(row)
        found = known(tx, house, row.customer_id, now)
        about = set(conversation.lines_of(tx, reply_id))
        links = unsigned_links(_links(tx, house, row))
    if found is None:
        raise UsageError(f"the customer of reply {reply_id} is not there any more")
    content = _content(house, (found.customer, about, row), name, links, now)
    try:
        source = house.catalogue.answer(name, content.locale, row.brand)
    except RenderError as fault:
        raise UsageError(str(fault)) from fault
    (result,) = pool.render([RenderJob(source, content)])
    if isinstance(result, RenderFailure):
        raise UsageError(f"the ready answer {name} cannot be filled in: {result.where}: {result.text}")
    return unwrapped(result.text)


def _links(tx: Transaction, house: House, row: AnyRow) -> Links:
    """Those of the message that a reply answers."""
    message = conversation.message_of(tx, row.message_id) if row.message_id is not None else None
    return links_of(house, message) if message is not None else Links()


def _signed(words: str, links: Links) -> str:
    """What was drafted, with links that open."""
    for link in (links.page, links.short, links.unsubscribe):
        words = words.replace(unsigned(link), link) if link else words
    return words


def draft_apart(house: House, reply_id: int, name: str, now: datetime) -> str:
    """As `draft`, by a limited process that is started for this alone (a second or so)."""
    with RenderPool(1, Limits()) as pool:
        return draft(house, pool, reply_id, name, now)


def _content(
    house: House, whose: tuple[CustomerFacts, set[int], AnyRow], name: str, links: Links, now: datetime
) -> Content:
    customer, about, row = whose
    policy, brand = house.judging.policy, row.brand
    at, foreign = local_moment(customer, row.received_at, policy.brand(brand).timezone)
    lines = [line for line in customer.lines if line.id in about] or open_lines(customer, now)
    today = local_day(now, policy.timezone)
    return Content(
        purpose=name,
        message_class=MessageClass.SERVICE,
        channel=Channel.EMAIL,
        brand=house.brand(brand),
        locale=locale_of(lines[0], customer, policy) if lines else own_locale(customer, brand, policy),
        customer_name=customer.name,
        items=tuple(item_of(house, line, today) for line in lines if not _owed(line, house, now)),
        alternatives=(),
        reward=None,
        links=links,
        today=today,
        transit_days=house.judging.transit_days,
        answers=Acknowledgement(at, (), person=True, foreign=foreign),
    )


def _owed(line: LineFacts, house: House, now: datetime) -> bool:
    return notice_first(line, house.judging.policy, now)


def unwrapped(text: str) -> str:
    """The paragraphs of a plain text on one line each, as a person edits them; lists keep their lines."""
    parts = (re.sub(r"\n(?!\s*(?:[-*>]|\d+\.) )\s*", " ", part.strip()) for part in text.split("\n\n"))
    return "\n\n".join(part for part in parts if part)


def answer(house: House, said: Answering, now: datetime) -> Kept:
    """Keep an answer, which goes some seconds later, and close the reply where it is `done`.

    Raises UsageError for a reply that does not wait or is of nobody known, for no words or too many, where nothing may
    go to the customer, and where somebody else has done something with the reply since.
    """
    by = operator_name(said.by)
    with house.store.write() as tx:
        require_seen(tx, said.reply, said.seen, by)
        row = waiting_reply(tx, said.reply)
        require_known(row)
        way = _way(tx, house, row, now)
        if way.channel is None:
            raise UsageError(way.why)
        words = _fit(_signed(said.words, _links(tx, house, row)), way.channel)
        goes_at = max(now + CALL_BACK_WITHIN, way.hold_until or now)
        key = said.key or f"desk-{row.id}-{sha256(f'{by}{words}'.encode()).hexdigest()[:24]}"
        helpdesk.free_key(tx, key)
        made = helpdesk.keep(tx, row, helpdesk.Written(key, words, way.channel, by, goes_at), now)
        if made is not None:
            desk.note(tx, desk.Step(row.id, by, StepKind.ANSWERED, {"answer": made}), now)
            if said.done:
                conversation.close(tx, [row.id], by, "answered", now)
                bring_forward(tx, [row.customer_id], now)
    return Kept(said.reply, way.channel, goes_at, said.done, made is None)


def _fit(words: str, channel: Channel) -> str:
    """The words as they go: no control character, on one line where they are a text."""
    clean = body(words.replace("\r\n", "\n").encode("utf-8", "replace").decode()).strip()
    if channel is Channel.SMS:
        clean = simple(clean)
        segments, _ = measured(clean) if clean else (0, "")
        if segments > MOST_SEGMENTS:
            raise UsageError(
                f"a text of {segments} segments is too long, at most {MOST_SEGMENTS} go, which hold about"
                f" {MOST_LETTERS} plain letters, or {MOST_SIGNS} signs with an emoji among them; shorten it"
            )
    if not clean:
        raise UsageError("an answer without words says nothing; write some")
    if len(clean) > MOST_WORDS:
        raise UsageError(f"the answer has {len(clean)} characters, at most {MOST_WORDS} go; shorten it")
    return clean
