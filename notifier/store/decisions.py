"""Stores runs and decisions, sent and unsent alike. Colour: store. Called by pipeline.plan; read by queries.

An unchanged hold or skip updates its row, so that the table grows with what changes and not with how often plan looks.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import among, batches, insert_new, table_of
from notifier.store.tables import Customer, Meta, Wake
from notifier.store.tables import Decision as DecisionRow
from notifier.store.tables.messages import PlanRun
from notifier.terms.decision import Decision
from notifier.terms.words import DeliveryMode, RunState, Verdict

_decision, _run, _customer, _meta = table_of(DecisionRow), table_of(PlanRun), table_of(Customer), table_of(Meta)
_wake = table_of(Wake)


def last_planned(tx: Transaction) -> datetime | None:
    """The latest business moment that any run judged, aware UTC."""
    found: datetime | None = tx.connection.execute(select(func.max(_run.c.at))).scalar_one()
    return found


def runs_between(tx: Transaction, mode: str, since: datetime, until: datetime) -> list[datetime]:
    """The business moments from `since` until before `until` that runs in `mode` judged to their end, oldest first."""
    query = select(_run.c.at).where(_run.c.mode == mode, _run.c.at >= since, _run.c.at < until)
    return list(tx.connection.execute(query.where(_run.c.state == RunState.DONE).order_by(_run.c.at)).scalars())


def mode_changed(tx: Transaction, mode: str) -> bool:
    """Whether the last plan ran in another mode of delivery; remembers this one."""
    found = tx.connection.execute(select(_meta.c.value).where(_meta.c.name == "mode")).scalar_one_or_none()
    if found != mode:
        insert_new(tx, _meta, [{"name": "mode", "value": mode}], replace=("value",))
    return found is not None and found != mode


def open_run(tx: Transaction, now: datetime, mode: str = DeliveryMode.LIVE) -> int:
    """Begin a run at `now` in a mode of delivery; returns its id."""
    row = PlanRun(at=now, mode=mode).model_dump(exclude={"id"})
    made: int = tx.connection.execute(insert(_run).returning(_run.c.id), row).scalar_one()
    return made


def close_run(tx: Transaction, run_id: int, state: str, counts: Mapping[str, Any]) -> None:
    """End a run in `state` (RunState); counts has customers, messaged, sends, holds, skips, and may have at."""
    tx.connection.execute(update(_run).where(_run.c.id == run_id).values(state=state, **counts))


def set_due(tx: Transaction, due: Mapping[int, datetime | None], seen: Mapping[int, datetime | None]) -> None:
    """Write when plan must look at each customer again, by customer id.

    One whose `due_at` is no longer what plan has `seen` was brought forward meanwhile, and stays so.
    """
    unchanged = _customer.c.due_at.is_not_distinct_from(bindparam("was", type_=_customer.c.due_at.type))
    change = update(_customer).where(_customer.c.id == bindparam("one"), unchanged).values(due_at=bindparam("at"))
    if due:
        tx.connection.execute(change, [{"one": one, "at": at, "was": seen.get(one)} for one, at in due.items()])


def bring_forward(tx: Transaction, customer_ids: Sequence[int], at: datetime) -> None:
    """Let plan look at these customers at `at` or earlier; one that is at work has perhaps judged them already."""
    if customer_ids:
        tx.connection.execute(insert(_wake), [{"customer_id": one, "at": at} for one in sorted(set(customer_ids))])


def take_wakes(tx: Transaction) -> None:
    """Let `due_at` say what was asked since the last plan. The caller holds plan's lock."""
    first: dict[int, datetime] = {}
    for customer, at in tx.connection.execute(delete(_wake).returning(_wake.c.customer_id, _wake.c.at)):
        first[customer] = min(at, first.get(customer, at))
    again = bindparam("again", type_=_customer.c.due_at.type)
    later = (_customer.c.due_at.is_(None)) | (_customer.c.due_at > again)
    if first:
        change = update(_customer).where(_customer.c.id == bindparam("one"), later).values(due_at=again)
        tx.connection.execute(change, [{"one": one, "again": at} for one, at in sorted(first.items())])


def due_at(tx: Transaction, customer_id: int) -> datetime | None:
    """When plan looks at a customer again; None: only when facts change."""
    said = select(_customer.c.due_at.label("at")).where(_customer.c.id == customer_id)
    asked = select(_wake.c.at).where(_wake.c.customer_id == customer_id)
    return min((one for one in tx.connection.execute(said.union_all(asked)).scalars() if one), default=None)


def earliest_due(tx: Transaction) -> datetime | None:
    """When plan has somebody to look at; None: not before something becomes known."""
    found = [tx.connection.execute(select(func.min(one))).scalar_one() for one in (_customer.c.due_at, _wake.c.at)]
    return min((one for one in found if one is not None), default=None)


def record(
    tx: Transaction, run_id: int, decisions: Sequence[Decision], messages: Mapping[int, int], now: datetime
) -> None:
    """Store the decisions of a run; `messages` gives the message id by position of the decision that made it."""
    prints = [_fingerprint(one) for one in decisions]
    standing = _standing(tx, {one.customer_id for one in decisions if one.verdict is not Verdict.SEND})
    again: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    for position, decision in enumerate(decisions):
        known = standing.get((decision.customer_id, prints[position]))
        trace = _trace(decision)
        if known is not None and decision.verdict is not Verdict.SEND:
            again.append({"one": known, "run": run_id, "at": now, "steps": trace, "until": decision.hold_until})
        else:
            fresh.append(
                _row(decision, run_id, now) | {"fingerprint": prints[position], "message_id": messages.get(position)}
            )
    if again:
        tx.connection.execute(_AGAIN, again)
    for batch in batches(fresh, 1000):
        tx.connection.execute(insert(_decision), batch)


_AGAIN = (
    update(_decision)
    .where(_decision.c.id == bindparam("one"))
    .values(
        last_run=bindparam("run"),
        last_at=bindparam("at"),
        trace=bindparam("steps"),
        hold_until=bindparam("until"),
        times=_decision.c.times + 1,
    )
)


def _standing(tx: Transaction, customers: set[int]) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    for ids in batches(sorted(customers)):
        query = select(_decision.c.customer_id, _decision.c.fingerprint, func.max(_decision.c.id))
        query = query.where(among(_decision.c.customer_id, ids), _decision.c.verdict != Verdict.SEND)
        for row in tx.connection.execute(query.group_by(_decision.c.customer_id, _decision.c.fingerprint)):
            found[row[0], row[1]] = row[2]
    return found


def _fingerprint(decision: Decision) -> str:
    parts = (
        decision.address_id,
        decision.channel,
        decision.purpose.name,
        decision.notice,
        decision.verdict,
        decision.reason,
        decision.occasion,
    )
    return sha256("|".join(str(part) for part in parts).encode()).hexdigest()[:32]


def _trace(decision: Decision) -> str:
    steps = [{"rule": step.rule, "result": step.result, "saw": dict(step.saw)} for step in decision.trace]
    return json.dumps(steps, separators=(",", ":"))


def _row(decision: Decision, run_id: int, now: datetime) -> dict[str, Any]:
    lines = [
        {"id": line.line_id, "order": line.order, "line": line.line, "occasion": line.occasion}
        for line in decision.lines
    ]
    return {
        "run_id": run_id,
        "last_run": run_id,
        "customer_id": decision.customer_id,
        "address_id": decision.address_id,
        "brand": decision.brand,
        "channel": decision.channel.value,
        "purpose": decision.purpose.name,
        "notice": decision.notice.value,
        "verdict": decision.verdict.value,
        "reason": decision.reason,
        "hold_until": decision.hold_until,
        "lines": json.dumps(lines, separators=(",", ":")),
        "trace": _trace(decision),
        "first_at": now,
        "last_at": now,
        "times": 1,
    }
