"""A customer's and an order's page: what was decided, said, heard and done, newest first. Colour: door.

Added by console.opening.
"""

from functools import partial

from fastapi import HTTPException
from fastapi.responses import Response

from notifier.pipeline.holds import quiet_days
from notifier.pipeline.timeline import customer_page, order_page
from notifier.queries.newest import Mark
from notifier.terms.operator import Role
from notifier.terms.time import local_day
from notifier.web.console import reading
from notifier.web.console.asked import Asked
from notifier.web.console.law_words import STATE_WORDS
from notifier.web.console.routes import Routes

CUSTOMER, ORDER = "/console/customers/{id}", "/console/orders/{id}"


def _mark(asked: Asked) -> Mark | None:
    at = reading.moment(asked.query.get("before", ""))
    return Mark(at, reading.whole(asked.query.get("seen", "")) or 0) if at is not None else None


async def customer(asked: Asked) -> Response:
    """One customer."""
    mark = _mark(asked)
    found = await asked.run(partial(customer_page, asked.house, reading.key_of(asked.path), mark, asked.now))
    if found is None:
        raise HTTPException(404)
    older = f"/console/customers/{found.customer.id}"
    acts = asked.operator.may(Role.AGENT)
    days = await asked.run(partial(quiet_days, asked.house)) if acts else 0
    return asked.page("people/customer.html", found=found, older=older, mark=mark, acts=acts, quiet_days=days)


async def order(asked: Asked) -> Response:
    """One order."""
    mark = _mark(asked)
    found = await asked.run(partial(order_page, asked.house, reading.key_of(asked.path), mark, asked.now))
    if found is None:
        raise HTTPException(404)
    return asked.page(
        "people/order.html",
        found=found,
        older=f"/console/orders/{found.order.id}",
        mark=mark,
        states=STATE_WORDS,
        today=local_day(asked.now, asked.house.judging.policy.timezone),
    )


def routes(to: Routes) -> None:
    """The routes."""
    to.get(CUSTOMER, Role.VIEWER, customer)
    to.get(ORDER, Role.VIEWER, order)
