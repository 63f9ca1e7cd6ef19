"""The addresses at which each route of the console has something to show in a shop, read from the shop's own tables."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx2

from notifier.pipeline.uploads import Shelf
from notifier.queries.desk import Pile
from notifier.store.tables import Customer, Message, Order, PlanRun, Reply
from tests.shop import Shop
from tests.web.console.desk import Person, Site

Real = Callable[[Shop], Sequence[str]]


def by_id(path: str, model: type, kind: Callable[[Any], Any] = lambda row: 0) -> Real:
    """The path with each row's id in place of {}; one row of each kind comes first."""

    def found(shop: Shop) -> list[str]:
        rows = shop.rows(model)
        first = {kind(row): row.id for row in reversed(rows)}
        ids = [*first.values(), *(row.id for row in rows)]
        return [path.format(one) for one in dict.fromkeys(ids)]

    return found


def _emails(shop: Shop) -> list[str]:
    return [f"/console/messages/{row.id}/email" for row in shop.rows(Message) if row.channel == "email"]


def _brought(rest: str) -> Real:
    """Of each file that was brought, with `rest` behind it."""
    return lambda shop: [f"/console/import/{one.token}{rest}" for one in Shelf(shop.settings.upload_folder).of("Lea")]


WORDING = "/console/templates/{purpose}/{channel}"
PLACED = "/console/templates/placed/email"

REAL: Mapping[str, Real] = {
    "/console/customers/{id}": by_id("/console/customers/{}", Customer),
    "/console/orders/{id}": by_id("/console/orders/{}", Order),
    "/console/messages/{id}": by_id("/console/messages/{}", Message, lambda row: (row.state, row.channel)),
    "/console/messages/{id}/email": _emails,
    "/console/import/{token}": _brought(""),
    "/console/import/{token}/progress": _brought("/progress"),
    "/console/import/{token}/rejects": _brought("/rejects"),
    "/console/inbox/{reply}": by_id("/console/inbox/{}", Reply, lambda row: row.intent),
    "/console/runs/{run}": by_id("/console/runs/{}", PlanRun, lambda row: row.state),
    WORDING: lambda _: [PLACED, f"{PLACED}?cases=1", f"{PLACED}?locale=de", "/console/templates/delay/sms?locale=fr"],
    f"{WORDING}/preview": lambda _: [],  # what it needs stands in the editor's page, whose frames open it
    f"{WORDING}/check": lambda _: [f"{PLACED}/check"],
    f"{WORDING}/history": lambda _: [f"{PLACED}/history?locale=de"],
    f"{WORDING}/difference": lambda _: [f"{PLACED}/difference?from=1&to=2&locale=de", f"{PLACED}/difference"],
    f"{WORDING}/uses": lambda _: [f"{PLACED}/uses?number=1&locale=de"],
}
"""By a route's path. A path without parameters is its own address."""

MORE: Mapping[str, Sequence[str]] = {
    "/console/inbox": [f"/console/inbox?in={pile.value}" for pile in Pile],
    "/console/backorders": ["/console/backorders?show=late&sku=LAMP", "/console/backorders?sku=nothing"],
    "/console/messages": [f"/console/messages?state={one}" for one in ("queued", "accepted", "refused", "unknown")],
    "/console/contacts": ["/console/contacts?from=2026-01-01&to=2026-06-01"],
    "/console/actions": ["/console/actions?customer=1"],
    "/console/search": ["/console/search?q=max", "/console/search?q=nothing"],
    "/console/slip": ["/console/slip?look=1&po=PO-7&day=2026-07-30&reason=The+ship+was+held+in+port."],
    "/console/audit": ["/console/audit?operator=nobody"],
}
"""Further addresses of routes that answer in more than one way."""

KINDS: Mapping[str, int] = {
    "/console/messages/{id}": 8,
    "/console/inbox/{reply}": 4,
    "/console/runs/{run}": 3,
    WORDING: 4,
}
"""Routes that show more than FEW kinds of things, each in its own way."""

FEW = 2
TODAY = "2026-06-01T10:00:00Z"


def prepare(person: Person) -> None:
    """What somebody must do at the console before some of its pages have anything to show."""
    person.post("/console/policy/try", **{"placed.max_age_days": "10", "days": "7"})
    text = f"order_id,customer_id,sku,ordered_at\nO-new,ann,LAMP,{TODAY}\nO-bad,ann,LAMP,yesterday\n"
    file = {"file": ("orders.csv", text.encode(), "text/csv")}
    assert person.send("/console/import/upload", data={"kind": "backorders"}, files=file).status_code == 303
    (brought,) = Shelf(person.site.shop.settings.upload_folder).of(person.operator.name)
    for path in ("/console/policy/trial", f"/console/import/{brought.token}"):
        until_over(person, path)


def until_over(person: Person, path: str) -> httpx2.Response:
    """The page at `path`, once what it tells of has come to its end."""
    for _ in range(6000):
        page = person.get(path)
        if "Look again" not in page.text:
            return page
        threading.Event().wait(0.1)
    raise AssertionError(f"{path} does not end")


def unknown(site: Site) -> list[str]:
    """Routes of which nobody has said with what to open them."""
    return [
        one.path for one in site.routes.declared if one.method == "GET" and "{" in one.path and one.path not in REAL
    ]


def addresses(site: Site, *, all_of_them: bool = False) -> list[str]:
    """What somebody who is signed in can open: a few of each route, or all."""
    found: list[str] = []
    for one in site.routes.declared:
        if one.method == "GET" and one.role is not None:
            real = REAL[one.path](site.shop) if one.path in REAL else [] if "{" in one.path else [one.path]
            few = real if all_of_them else real[: KINDS.get(one.path, FEW)]
            found += [*few, *MORE.get(one.path, [])]
    return found
