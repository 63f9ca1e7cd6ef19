"""Rate limits and circuit breakers at work: who may go at the hand-off, and what results say of a route. Colour: root.

Called by claims and by the ledger, within their transactions. The rules are in `policy.routes`, the rows in
`store.routes`; this carries them between.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from notifier import outbox
from notifier.pipeline.house import Rates, Sending
from notifier.policy.routes import Told, admit, after, next_times, told
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.store.persons import addresses
from notifier.store.routes import keep_routes, lock_routes
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.route import Route, Standing, domain_of, route_name
from notifier.terms.words import Channel

log = structlog.get_logger(__name__)

RATE = "rate_limit"
"""Why a message is in the queue again whose route would not take it yet."""


AT_ONCE = 20_000
"""Messages that are moved out of the way of others in one transaction."""


def put_off_early(
    tx: Transaction, sending: Sending, rows: Sequence[AnyRow], routes: Mapping[str, Route], now: datetime
) -> list[AnyRow]:
    """Give back at once what was just claimed for a domain that takes no more now, and move out of the way what else is
    queued for it: else all others would wait until it was claimed and given back in its turn. Returns the rest.
    """
    by_name: dict[str, list[int]] = defaultdict(list)
    if any(":" in name for name in routes):
        values = addresses(tx, sorted({row.address_id for row in rows}))
        for row in rows:
            by_name[route_name(Channel(row.channel), domain_of(values.get(row.address_id, "")))].append(row.id)
    gone: set[int] = set()
    for name, ids in by_name.items():
        if name not in routes:
            continue
        limit = sending.rates.of(name)
        found = admit(routes[name], len(ids), limit, now)
        late = ids[found.granted :]
        if late:
            channel, _, domain = name.partition(":")
            others = outbox.due_to(tx, Channel(channel), domain, now, AT_ONCE)
            times = next_times(found, limit, len(late) + len(others))
            outbox.put_off(tx, sending.lease.worker, dict(zip(late, times, strict=False)), RATE)
            outbox.postpone(tx, dict(zip(others, times[len(late) :], strict=True)), RATE)
            gone |= set(late)
    return [row for row in rows if row.id not in gone]


@dataclass(frozen=True, slots=True)
class Gates:
    """`rates` and the names of the routes in trouble, as they were seen at the last claim."""

    rates: Rates
    troubled: frozenset[str] = frozenset()

    def waits(self, tx: Transaction, group: Sequence[Parcel], now: datetime) -> dict[int, datetime]:
        """Those of the group that may not go yet, by message id, and when each is looked at again."""
        asked = {name for one in group for name in routes_of(one) if self._asks(name)}
        if not asked:
            return {}
        routes = lock_routes(tx, sorted(asked))
        late: dict[int, datetime] = {}
        # Domains first: what its domain keeps back takes no place in the channel.
        for place in (1, 0):
            going = [one for one in group if one.message_id not in late]
            late |= self._late(going, place, routes, now)
        keep_routes(tx, list(routes.values()))
        return late

    def _late(
        self, group: Sequence[Parcel], place: int, routes: dict[str, Route], now: datetime
    ) -> dict[int, datetime]:
        by_name: dict[str, list[int]] = defaultdict(list)
        for one in group:
            names = routes_of(one)
            if place < len(names) and names[place] in routes:
                by_name[names[place]].append(one.message_id)
        late: dict[int, datetime] = {}
        for name, ids in by_name.items():
            limit = self.rates.of(name)
            found = admit(routes[name], len(ids), limit, now)
            routes[name] = found.route
            rest = ids[found.granted :]
            late |= dict(zip(rest, next_times(found, limit, len(rest)), strict=True))
        return late

    def note(self, tx: Transaction, sent: Iterable[tuple[Parcel, SendResult]], now: datetime) -> frozenset[str]:
        """Write down what results say of their routes; returns the names of those in trouble now."""
        said: dict[str, list[Told]] = defaultdict(list)
        for parcel, result in sent:
            for place, name in enumerate(routes_of(parcel)):
                failed = told(result.outcome, result.code, domain=place == 1)
                said[name].append(Told(failed, result.retry_after or 0.0 if place == 0 else 0.0))
        matters = [name for name, all_of_it in said.items() if name in self.troubled or _is_bad(all_of_it)]
        if not matters:
            return self.troubled
        before = lock_routes(tx, matters)
        routes = {name: after(route, said[name], now) for name, route in before.items()}
        for name, route in routes.items():
            _tell(before[name], route, now)
        keep_routes(tx, list(routes.values()))
        return self.troubled | frozenset(name for name, route in routes.items() if not route.is_clean)

    def _asks(self, name: str) -> bool:
        return name in self.troubled or self.rates.of(name) > 0


def _tell(before: Route, route: Route, now: datetime) -> None:
    """Log that a way out rests, or works again, each time once."""
    was, stands = before.standing(now), route.standing(now)
    if stands is was:
        return
    if stands is Standing.OPEN:
        log.warning("a way out rests, because its server kept failing", route=route.name, until=route.rests_until)
    elif was is not Standing.CLOSED:
        log.info("a way out works again", route=route.name, stands=stands.value)


def _is_bad(said: Sequence[Told]) -> bool:
    return any(one.failed or one.wait for one in said)


def routes_of(parcel: Parcel) -> tuple[str, ...]:
    """The channel's route, and for an email that of its recipient's domain."""
    domain = domain_of(parcel.recipient)
    return (route_name(parcel.channel), route_name(parcel.channel, domain)) if domain else (route_name(parcel.channel),)
