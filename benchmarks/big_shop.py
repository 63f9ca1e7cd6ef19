"""A shop as large as wanted, written set by set straight into the tables: minutes where the importer takes an hour.

One order of one line a customer. Old messages, decisions and contacts are spread over all customers; the customer
HEAVY has hundreds of them. What is not said here has the default of its column, so that a new column breaks nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    text,
)
from sqlmodel import SQLModel, UTCDateTime

from notifier import app
from notifier.settings import Settings, load_settings
from notifier.store.engine import Store, Transaction, open_engine
from notifier.store.lookup import table_of
from notifier.store.tables import (
    Address,
    Contact,
    Customer,
    Decision,
    Message,
    MessageLine,
    Order,
    OrderLine,
    Product,
    Supply,
)
from notifier.store.tables.messages import PlanRun
from notifier.terms.time import EPOCH

NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
"""A Monday."""

HEAVY = 1
"""The customer, by number and id, who has `heavy` messages, decisions and contacts."""

SKUS = 5000
_MOMENTS = 1000
"""So many different instants the past has, three hours apart; written once, so that each kind of database keeps them
in its own way."""

OPENED = NOW - timedelta(days=130)
"""Before all of them: since then each order is known."""

_TRACE = (
    '[{"rule":"marketplace","result":"pass","saw":{}},{"rule":"fresh_source","result":"pass","saw":{}},'
    '{"rule":"address","result":"pass","saw":{}},{"rule":"suppression","result":"pass","saw":{}},'
    '{"rule":"consent","result":"pass","saw":{"needed":"no objection"}},'
    '{"rule":"caps","result":"hold","saw":{"customer in 24 hours":"2 of 2","address in 24 hours":"2 of 2"}}]'
)


@dataclass(frozen=True, slots=True)
class Size:
    """How many of each; `heavy` is that of one customer, beside the others."""

    backorders: int
    messages: int
    decisions: int
    contacts: int
    heavy: int = 500


def settings_for(folder: Path, url: str) -> Settings:
    """A shop that writes files, with no brake."""
    (folder / "settings.toml").write_text(
        '[shop]\nname = "Bench"\npostal_address = "1 Test Street"\n[safety]\nmax_per_run = 10000000\n'
    )
    return load_settings(folder / "settings.toml", {"NOTIFIER_DATABASE__URL": url})


def build(settings: Settings, size: Size) -> None:
    """Write the shop into the empty database of `settings`; nobody is due in it."""
    app.migrate(settings)
    with _store(settings.database_url) as store:
        for step in (_numbers, _people, _goods, _said, _decided, _logged):
            with store.write() as tx:
                step(tx, size)
        with store.write() as tx:
            tx.connection.execute(text("DROP TABLE bench_number"))
            tx.connection.execute(text("DROP TABLE bench_moment"))
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")


def make_due(settings: Settings, first: int, count: int) -> None:
    """Make `count` customers due, spread evenly over all; another `first` below ten gives others."""
    customer = table_of(Customer)
    with _store(settings.database_url) as store, store.write() as tx:
        total = tx.connection.execute(select(func.count()).select_from(customer)).scalar_one()
        tx.connection.execute(customer.update().where(customer.c.due_at.is_not(None)).values(due_at=None))
        step = max(1, total // count)
        whose = (customer.c.id % step == first % step) & (customer.c.id > HEAVY)
        chosen = select(customer.c.id).where(whose).order_by(customer.c.id).limit(count)
        tx.connection.execute(customer.update().where(customer.c.id.in_(chosen)).values(due_at=EPOCH))


@contextmanager
def _store(url: str) -> Iterator[Store]:
    store = Store(open_engine(url))
    try:
        yield store
    finally:
        store.close()


_scratch = MetaData()
_number = Table("bench_number", _scratch, Column("i", Integer, primary_key=True))
_moment = Table("bench_moment", _scratch, Column("k", Integer, primary_key=True), Column("at", UTCDateTime))
_i = _number.c.i


def _numbers(tx: Transaction, size: Size) -> None:
    """The numbers from 1 and the moments of the past, to select from."""
    _scratch.create_all(tx.connection)
    counted: CTE = select(literal(1).label("i")).cte("counted", recursive=True)
    most = max(size.backorders, size.messages, size.decisions, size.contacts, SKUS)
    counted = counted.union_all(select(counted.c.i + 1).where(counted.c.i < most))
    tx.connection.execute(insert(_number).from_select(["i"], select(counted.c.i)))
    moments = [{"k": k, "at": NOW - timedelta(days=2, hours=3 * k)} for k in range(_MOMENTS)]
    tx.connection.execute(insert(_moment), moments)


def _fill(tx: Transaction, model: type[SQLModel], count: int, values: dict[str, Any]) -> None:
    """Insert `count` rows; `values` are expressions over the number `i` and a moment's `at`."""
    table = table_of(model)
    given = {name: _expression(one) for name, one in values.items()}
    for column in table.c:
        if column.name not in given and not (column.primary_key or column.nullable):
            default: Any = column.default
            given[column.name] = literal(default.arg, column.type)
    if "id" in table.c:
        given["id"] = _i
    source: Select[Any] = select(*(one.label(name) for name, one in given.items())).where(_i <= count)
    source = source.join_from(_number, _moment, _moment.c.k == _i % _MOMENTS)
    tx.connection.execute(insert(table).from_select(list(given), source))
    if tx.postgresql and "id" in table.c:
        tx.connection.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), :last)"), {"last": max(count, 1)}
        )


def _expression(value: Any) -> ColumnElement[Any]:
    if isinstance(value, ColumnElement):
        return value
    if isinstance(value, datetime):
        return literal(value, UTCDateTime())
    return null() if value is None else literal(value)


def _named(prefix: str, number: ColumnElement[Any] = _i) -> ColumnElement[str]:
    return literal(prefix) + cast(number, String)


def _people(tx: Transaction, size: Size) -> None:
    everybody = size.backorders
    _fill(
        tx,
        Address,
        everybody,
        {"channel": "email", "hash": _named("h"), "value": _named("c") + "@bench.example", "first_seen_at": NOW},
    )
    whose = {"brand": "default", "key": _named("c"), "name": _named("Customer "), "email_id": _i, "country": "US"}
    _fill(tx, Customer, everybody, whose)


def _goods(tx: Transaction, size: Size) -> None:
    """Half of the SKUs have supply, a tenth some stock; each line was promised for a day that is over."""
    sku = _named("sku", _i % SKUS)
    _fill(tx, Product, SKUS, {"sku": sku, "name": sku, "stock": case((_i % 10 == 0, 3), else_=None)})
    ordered = {"quantity": size.backorders // SKUS + 5, "promised_on": NOW.date() + timedelta(days=20)}
    _fill(tx, Supply, SKUS // 2, {"po": _named("po"), "sku": sku, **ordered})
    ordered_at = {"customer_id": _i, "ordered_at": _moment.c.at}
    _fill(tx, Order, size.backorders, {"brand": "default", "key": _named("o"), **ordered_at})
    line = {"order_id": _i, "key": "1", "sku": sku, "product": sku, "status": "backordered", "first_seen_at": OPENED}
    dates = {"promised_ship_by": date(2026, 5, 20), "eta_to": case((_i % 2 == 0, date(2026, 6, 20)), else_=None)}
    _fill(tx, OrderLine, size.backorders, {**ordered_at, **line, **dates})


def _owner(size: Size) -> ColumnElement[int]:
    """The heavy customer for the first numbers, then everybody in turn."""
    return case((_i <= size.heavy, HEAVY), else_=_i % size.backorders + 1)


def _said(tx: Transaction, size: Size) -> None:
    """Messages that were accepted, each telling of one line that a date had moved."""
    run = {"at": NOW - timedelta(days=1), "state": "done", "customers": 0, "sends": 0, "holds": 0, "skips": 0}
    tx.connection.execute(insert(table_of(PlanRun)), run)
    owner = _owner(size)
    what = {"channel": "email", "purpose": "eta_change", "occasion": _named("told:")}
    message = {
        "key": _named("k"),
        "uid": _named("u"),
        "run_id": 1,
        "customer_id": owner,
        "address_id": owner,
        "brand": "default",
        "message_class": "service",
        "rung": 3,
        "locale": "en-US",
        "state": "accepted",
        "mode": "folder",
        "subject": _named("About your order "),
    }
    times = dict.fromkeys(("queued_at", "not_before", "handed_off_at", "settled_at"), _moment.c.at)
    _fill(tx, Message, size.messages, message | what | times)
    told = {"message_id": _i, "line_id": owner, "live": "folder", "eta_to": date(2026, 6, 25)}
    _fill(tx, MessageLine, size.messages, told | what | {"eta_from": date(2026, 6, 20)})


def _decided(tx: Transaction, size: Size) -> None:
    """A decision behind each message; the rest were holds."""
    owner, sent = _owner(size), _i <= size.messages
    order = literal('[{"id":') + cast(owner, String) + literal(',"order":"o') + cast(owner, String)
    decision = {
        "run_id": 1,
        "last_run": 1,
        "customer_id": owner,
        "address_id": owner,
        "brand": "default",
        "channel": "email",
        "purpose": "eta_change",
        "verdict": case((sent, "send"), else_="hold"),
        "reason": case((sent, "due"), else_="cap"),
        "lines": order + literal('","line":"1","occasion":"told:') + cast(_i, String) + literal('"}]'),
        "trace": _TRACE,
        "fingerprint": _named("f"),
        "message_id": case((sent, _i), else_=None),
        "first_at": _moment.c.at,
        "last_at": _moment.c.at,
    }
    _fill(tx, Decision, size.decisions, decision)


def _logged(tx: Transaction, size: Size) -> None:
    owner = _owner(size)
    contact = {"at": _moment.c.at, "direction": "out", "actor": "bot", "brand": "default", "channel": "email"}
    whose = {"customer_id": owner, "address_id": owner, "message_id": case((_i <= size.messages, _i), else_=None)}
    kind = {"message_class": "service", "purpose": "eta_change"}
    _fill(tx, Contact, size.contacts, contact | whose | kind)
