"""How each way out stands, one row for all workers; what is said by `policy.routes` is kept here. Colour: store.

Called by pipeline within the transactions of claim, hand-off and settling, and by queries.
"""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select

from notifier.store.engine import Transaction
from notifier.store.lookup import insert_new, table_of
from notifier.store.tables import RouteStanding
from notifier.terms.route import Route

_route = table_of(RouteStanding)

_KEPT = [one.name for one in fields(Route) if one.name != "name"]


def lock_routes(tx: Transaction, names: Sequence[str]) -> dict[str, Route]:
    """These routes, each locked until the transaction ends; in the order of their names, so that nobody waits for each
    other.
    """
    wanted = sorted(set(names))
    insert_new(tx, _route, [{"name": name, "failures": 0, "rests": 0} for name in wanted])
    query = select(_route).where(_route.c.name.in_(wanted)).order_by(_route.c.name)
    rows = tx.connection.execute(query.with_for_update() if tx.postgresql else query)
    return {row.name: _route_of(row) for row in rows}


def troubled_routes(tx: Transaction, now: datetime) -> dict[str, Route]:
    """Routes that failed of late, rest, ramp, or whose meter is not empty."""
    ahead = _route.c.free_at > now
    unclean = or_(_route.c.failures > 0, _route.c.rests_until.is_not(None), _route.c.works_since.is_not(None), ahead)
    return {row.name: _route_of(row) for row in tx.connection.execute(select(_route).where(unclean))}


FORGOTTEN = timedelta(days=2)
"""A route that nothing was sent by for so long is as good as new."""


def forget_routes(tx: Transaction, now: datetime) -> None:
    """Drop routes that were not used of late: a domain says whom a shop wrote to."""
    since = now - FORGOTTEN
    used = (_route.c.free_at, _route.c.rests_until, _route.c.tried_at, _route.c.works_since)
    tx.connection.execute(delete(_route).where(*(or_(one.is_(None), one < since) for one in used)))


def keep_routes(tx: Transaction, routes: Sequence[Route]) -> None:
    """Write down how these stand now."""
    if routes:
        insert_new(tx, _route, [asdict(one) for one in sorted(routes, key=lambda one: one.name)], replace=_KEPT)


def _route_of(row: Any) -> Route:
    return Route(**row._asdict())
