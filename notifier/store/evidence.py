"""The restricted archive: what the law wants kept of people who are erased or forgotten. Colour: store.

Called by pipeline's erase and retention before anything is taken away (RULES.md F14, U4), and by the person's export,
which counts it. Nothing else reads it.
"""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, delete, exists, func, or_, select

from notifier.store.bodies import unpacked
from notifier.store.engine import Transaction
from notifier.store.hashing import evidence_hash
from notifier.store.lookup import batches, insert_new, table_of
from notifier.store.tables import (
    Address,
    Answer,
    Consent,
    Customer,
    Evidence,
    LegalStanding,
    Message,
    MessageBody,
    Notice,
    Order,
    OrderLine,
    TemplateVersion,
)

_evidence, _notice, _consent, _customer = table_of(Evidence), table_of(Notice), table_of(Consent), table_of(Customer)
_order, _line, _address = table_of(Order), table_of(OrderLine), table_of(Address)
_message, _body, _version = table_of(Message), table_of(MessageBody), table_of(TemplateVersion)
_answer, _standing = table_of(Answer), table_of(LegalStanding)

ROWS_A_BATCH = 500
"""A rendered email has some 30 KB; so many are in memory at once."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the archive holds of one customer: how many pieces by kind, and when the last of it is deleted."""

    notices: int = 0
    consents: int = 0
    until: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Counts, and the instant in ISO 8601 (None: there is nothing)."""
        until = self.until.isoformat() if self.until else None
        return {"notices": self.notices, "consents": self.consents, "kept_until": until}

    @property
    def sentence(self) -> str:
        """What the person must be told of it (RULES.md U4)."""
        if self.until is None:
            return "No evidence of notices or consents is kept."
        what = f"evidence of {self.notices} notices and {self.consents} consents"
        return f"{what[0].upper()}{what[1:]} is kept until {self.until.date().isoformat()} under the law."


def keep_evidence(tx: Transaction, hash_key: bytes, keep_until: Mapping[int, datetime]) -> int:
    """Copy notices, with what was sent, and consents of customers (id → how long) to the archive; returns how many.

    Consents for an address alone are theirs who have it. A notice that is there already stays as it is.
    """
    made = 0
    for ids in batches(sorted(keep_until), ROWS_A_BATCH):
        for kind, query in (("notice", _notices(ids)), ("consent", _consents(ids)), ("consent", _for_addresses(ids))):
            for rows in _partitions(tx, query):
                made += _keep(tx, hash_key, keep_until, kind, rows)
    return made


def _partitions(tx: Transaction, query: Any) -> Iterator[Sequence[Row[Any]]]:
    with tx.connection.execute(query.execution_options(yield_per=ROWS_A_BATCH)) as found:
        yield from list(found.partitions())


def _keep(tx: Transaction, hash_key: bytes, until: Mapping[int, datetime], kind: str, rows: Sequence[Row[Any]]) -> int:
    answers = _answers(tx, {row.line_id for row in rows}) if kind == "notice" else {}
    archive = [
        {
            "kind": kind,
            "key_hash": evidence_hash(hash_key, row.customer_brand, row.customer_key),
            "payload": _payload(row, {"line_answers": answers.get(row.line_id, [])} if kind == "notice" else {}),
            "keep_until": until[row.owner],
            "notice_id": row.id if kind == "notice" else None,
        }
        for row in rows
    ]
    return len(insert_new(tx, _evidence, archive, returning=(_evidence.c.id,))) if archive else 0


_WHOSE = (
    _customer.c.id.label("owner"),
    _customer.c.brand.label("customer_brand"),
    _customer.c.key.label("customer_key"),
    _customer.c.name.label("customer_name"),
)


def _notices(ids: Sequence[int]) -> Any:
    return (
        select(
            _notice,
            *_WHOSE,
            _order.c.key.label("order_key"),
            _line.c.key.label("line_key"),
            *(_line.c[name] for name in ("ordered_at", "shipped_at", "cancelled_at", "refunded_at")),
            _standing.c.state.label("legal_state"),
            _standing.c.rule.label("legal_rule"),
            _standing.c.refund_by,
            _message.c.channel,
            _message.c.purpose,
            _message.c.state.label("message_state"),
            _message.c.subject,
            _message.c.template_version,
            _message.c.provider_id,
            _address.c.value.label("address"),
            _body.c.body,
            _version.c.sample,
        )
        .join(_line, _line.c.id == _notice.c.line_id)
        .join(_order, _order.c.id == _line.c.order_id)
        .join(_customer, _customer.c.id == _line.c.customer_id)
        .outerjoin(_standing, _standing.c.line_id == _line.c.id)
        .outerjoin(_message, _message.c.id == _notice.c.message_id)
        .outerjoin(_address, _address.c.id == _message.c.address_id)
        .outerjoin(_body, _body.c.message_id == _notice.c.message_id)
        .outerjoin(_version, _version.c.hash == _body.c.version)
        .where(_line.c.customer_id.in_(ids))
        .order_by(_notice.c.id)
    )


def _answers(tx: Transaction, line_ids: set[int]) -> dict[int, list[dict[str, Any]]]:
    """What was said about these lines, and when it was received (F7, F14)."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for ids in batches(sorted(line_ids)):
        query = select(_answer).where(_answer.c.line_id.in_(ids)).order_by(_answer.c.at, _answer.c.id)
        for row in tx.connection.execute(query):
            found[row.line_id].append(
                {"said": row.said, "at": row.at.isoformat(), "actor": row.actor, "channel": row.channel}
            )
    return found


def _consents(ids: Sequence[int]) -> Any:
    return (
        select(_consent, *_WHOSE, _address.c.value.label("address"))
        .join(_customer, _customer.c.id == _consent.c.customer_id)
        .outerjoin(_address, _address.c.id == _consent.c.address_id)
        .where(_consent.c.customer_id.in_(ids))
        .order_by(_consent.c.id)
    )


def _for_addresses(ids: Sequence[int]) -> Any:
    """Consents for an address alone, with each of the customers who have it, or ordered with it."""
    ordered = exists(
        select(_order.c.id).where(
            _order.c.customer_id == _customer.c.id, or_(*(_order.c[name] == _address.c.id for name in _LINKS))
        )
    )
    return (
        select(_consent, *_WHOSE, _address.c.value.label("address"))
        .join(_address, _address.c.id == _consent.c.address_id)
        .join(_customer, or_(*(_customer.c[name] == _address.c.id for name in _LINKS), ordered))
        .where(_consent.c.customer_id.is_(None), _customer.c.id.in_(ids))
        .order_by(_consent.c.id)
    )


_LINKS = ("email_id", "phone_id")

_BOOKKEEPING = frozenset({"id", "line_id", "message_id", "customer_id", "address_id", "owner", "sample"})


def _payload(row: Row[Any], more: dict[str, Any]) -> bytes:
    """The row as JSON, compressed; the body as it went out, byte for byte (bytes that are no UTF-8 as surrogates)."""
    values = row._mapping  # noqa: SLF001
    found = {name: _plain(value) for name, value in values.items() if name not in _BOOKKEEPING}
    if values.get("body") is not None:
        found["body"] = unpacked(values["body"], values["sample"]).decode("utf-8", "surrogateescape")
    return zlib.compress(json.dumps(found | more, separators=(",", ":")).encode("ascii"), 6)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


def kept_of(tx: Transaction, key_hash: str) -> Kept:
    """How much the archive holds under a customer's hash; its contents stay where they are."""
    query = select(_evidence.c.kind, func.count(), func.max(_evidence.c.keep_until))
    rows = tx.connection.execute(query.where(_evidence.c.key_hash == key_hash).group_by(_evidence.c.kind)).all()
    counts = {row[0]: row[1] for row in rows}
    return Kept(counts.get("notice", 0), counts.get("consent", 0), max((row[2] for row in rows), default=None))


def delete_expired(tx: Transaction, now: datetime, most: int) -> int:
    """Delete up to `most` pieces of evidence whose time is over at `now`; returns how many."""
    old = select(_evidence.c.id).where(_evidence.c.keep_until <= now).order_by(_evidence.c.keep_until).limit(most)
    ids = list(tx.connection.execute(old).scalars())
    for some in batches(ids):
        tx.connection.execute(delete(_evidence).where(_evidence.c.id.in_(some)))
    return len(ids)
