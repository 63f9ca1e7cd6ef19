"""Queues decisions to send, each once. Colour: store. Called by pipeline.plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select, text

from notifier.store.engine import Transaction
from notifier.store.lookup import among, batches, insert_new, table_of
from notifier.store.tables import Message, MessageLine
from notifier.terms.decision import Decision
from notifier.terms.time import EtaRange
from notifier.terms.words import MessageState

_message = table_of(Message)
_line = table_of(MessageLine)

_DOUBLE = text("message.maybe_double")
"""As text, because SQLite takes a partial index only where no parameter is."""


_LIVE = text("message.state <> 'withdrawn'")
"""As the index of live keys has it: by a parameter SQLite would not find it, and read all that was refused."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision to send, with the ETA it names on each line.

    `mode` is that of delivery.
    """

    decision: Decision
    etas: Mapping[int, EtaRange | None]
    mode: str
    reward_id: int | None = None


def message_key(decision: Decision, mode: str) -> str:
    """The idempotency key: mode, customer, address, channel, purpose, notice kind and occasion."""
    parts = (mode, decision.customer_id, decision.address_id, decision.channel, decision.purpose.name, decision.notice)
    return ":".join(str(part) for part in parts) + ":" + sha256(decision.occasion.encode()).hexdigest()


def put(tx: Transaction, drafts: Sequence[Draft], run_id: int | None, now: datetime) -> dict[int, int]:
    """Queue `drafts`; returns the message id by position in `drafts`. What is already queued or told is left out.

    The caller holds the lock of plan, without which two could queue the same; the unique keys stand behind it. An
    acknowledgement has no run (`run_id` None) and needs no lock: its reply is one row.
    """
    told, doubles = _already_told(tx, drafts), _doubles(tx)
    rows: list[dict[str, Any]] = []
    fresh: dict[str, int] = {}
    for position, draft in enumerate(drafts):
        if any(_telling(draft, line.line_id, line.occasion) in told for line in draft.decision.lines):
            continue
        row = _message_row(draft, run_id, now)
        row["maybe_double"] = any(_telling(draft, one.line_id, one.occasion) in doubles for one in draft.decision.lines)
        rows.append(row)
        fresh[row["key"]] = position
    ids: dict[int, int] = {}
    for batch in batches(rows, 500):
        for made in insert_new(tx, _message, batch, returning=(_message.c.id, _message.c.key)):
            ids[fresh[made.key]] = made.id
    lines = [row for position, one in ids.items() for row in _line_rows(drafts[position], one)]
    for batch in batches(lines, 2000):
        tx.connection.execute(insert(_line), batch)
    return ids


def refused_before(tx: Transaction, keys: Sequence[str]) -> set[str]:
    """Those keys whose message was refused for good: the same will not be said there again."""
    found: set[str] = set()
    for some in batches(keys, 500):
        query = select(_message.c.key).where(_message.c.key.in_(some), _LIVE, _message.c.state == MessageState.REFUSED)
        found.update(tx.connection.execute(query).scalars())
    return found


_Key = tuple[int, str, str, str, str]
"""What a line may be told once: line, channel, purpose, occasion, mode."""


def _telling(draft: Draft, line_id: int, occasion: str) -> _Key:
    return line_id, draft.decision.channel.value, draft.decision.purpose.name, occasion, draft.mode


def _already_told(tx: Transaction, drafts: Sequence[Draft]) -> set[_Key]:
    found: set[_Key] = set()
    for ids in batches(sorted({line.line_id for draft in drafts for line in draft.decision.lines})):
        query = select(_line.c.line_id, _line.c.channel, _line.c.purpose, _line.c.occasion, _line.c.live)
        rows = tx.connection.execute(query.where(among(_line.c.line_id, ids), _line.c.live.is_not(None)))
        found.update((row[0], row[1], row[2], row[3], row[4]) for row in rows)
    return found


def _doubles(tx: Transaction) -> set[_Key]:
    """What was withdrawn although it may have arrived: told anew, it may arrive twice all the same."""
    withdrawn = select(_message.c.id, _message.c.mode).where(_DOUBLE, _message.c.state == MessageState.WITHDRAWN)
    modes = {row.id: row.mode for row in tx.connection.execute(withdrawn)}
    columns = (_line.c.line_id, _line.c.channel, _line.c.purpose, _line.c.occasion, _line.c.message_id)
    found: set[_Key] = set()
    for ids in batches(sorted(modes)):
        rows = tx.connection.execute(select(*columns).where(_line.c.message_id.in_(ids)))
        found.update((row[0], row[1], row[2], row[3], modes[row[4]]) for row in rows)
    return found


def _message_row(draft: Draft, run_id: int | None, now: datetime) -> dict[str, Any]:
    decision, key = draft.decision, message_key(draft.decision, draft.mode)
    return {
        "key": key,
        "uid": sha256(key.encode()).hexdigest()[:32],
        "run_id": run_id,
        "customer_id": decision.customer_id,
        "address_id": decision.address_id,
        "brand": decision.brand,
        "channel": decision.channel.value,
        "purpose": decision.purpose.name,
        "message_class": decision.purpose.message_class.value,
        "rung": int(decision.purpose.rung),
        "notice": decision.notice.value,
        "locale": decision.locale,
        "occasion": decision.occasion,
        "state": MessageState.QUEUED.value,
        "reason": "",
        "mode": draft.mode,
        "queued_at": now,
        "not_before": now,
        "claimed_by": "",
        "fence": 0,
        "attempts": 0,
        "subject": "",
        "template_version": "",
        "provider_id": "",
        "link_token": "",
        "reward_id": draft.reward_id,
    }


def _line_rows(draft: Draft, message_id: int) -> list[dict[str, Any]]:
    rows = []
    for line in draft.decision.lines:
        eta = draft.etas.get(line.line_id)
        rows.append(
            {
                "message_id": message_id,
                "line_id": line.line_id,
                "channel": draft.decision.channel.value,
                "purpose": draft.decision.purpose.name,
                "occasion": line.occasion,
                "answers": date.fromisoformat(line.answers) if line.answers else None,
                "eta_from": eta.first if eta else None,
                "eta_to": eta.last if eta else None,
                "live": draft.mode,
            }
        )
    return rows
