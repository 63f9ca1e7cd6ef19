"""Order lines that are still owed, or whose money is, with filters that stand in the address, and saved views.

Colour: door. Added by console.opening.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from functools import partial

from fastapi.responses import Response

from notifier.pipeline.saved_views import Saving, forget_view, save_view
from notifier.queries.backorders import BackorderPage, Wanted, backorder_page
from notifier.queries.saved_views import View, views_of
from notifier.terms.law import SETTLED
from notifier.terms.operator import Role
from notifier.terms.time import day_start, local_day
from notifier.web.console import reading
from notifier.web.console.asked import Asked
from notifier.web.console.law_words import STATE_WORDS
from notifier.web.console.routes import Routes

BACKORDERS = "/console/backorders"
VIEWS = f"{BACKORDERS}/views"
AREA = "backorders"

NEEDS = {"overdue": "a notice that is overdue", "alarm": "a person, by the law"}
"""What the first page leads to, as plan last found it."""

STATES = {state: words for state, words in STATE_WORDS.items() if state not in SETTLED}
"""Where a line of the list can stand."""

MOST_DAYS = 36_500
"""Nothing was ordered before."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The filters as they stand in the address; empty ones let all pass.

    `show` is late or no_eta, `needs` one of NEEDS.
    """

    show: str = ""
    sku: str = ""
    brand: str = ""
    country: str = ""
    supplier: str = ""
    po: str = ""
    days: str = ""
    legal: str = ""
    due: str = ""
    needs: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Typed":
        """Only what is known."""
        found = {one.name: reading.text(query, one.name) for one in fields(cls)}
        if found["show"] not in ("late", "no_eta"):
            found["show"] = ""
        if found["legal"] not in STATES:
            found["legal"] = ""
        if found["needs"] not in NEEDS:
            found["needs"] = ""
        days = reading.whole(found["days"])
        if days is None or days > MOST_DAYS:
            found["days"] = ""
        if reading.day(found["due"]) is None:
            found["due"] = ""
        return cls(**found)

    @property
    def query(self) -> str:
        """The query string that asks for the same."""
        return reading.query_of(asdict(self))


async def show(asked: Asked) -> Response:
    """The list."""
    typed = Typed.of(asked.query)
    page, views = await asked.run(partial(_read, asked, typed))
    before = f"{BACKORDERS}?{reading.query_of(asdict(typed) | {'before': page.before})}" if page.before else ""
    return asked.page(
        "backorders/backorders.html",
        typed=typed,
        filters=asdict(typed),
        chosen=_chosen(typed),
        found=page,
        before=before,
        views=views,
        leads=asked.operator.may(Role.LEAD),
        brands=[(one, one) for one in sorted(asked.house.brands)],
        states=STATE_WORDS,
        filtered=STATES,
        needs=NEEDS,
        today=local_day(asked.now, asked.house.judging.policy.timezone),
    )


SHOWN = {"late": "late", "no_eta": "without a day"}


def _chosen(typed: Typed) -> list[str]:
    """The filters in words."""
    words = {
        "SKU": typed.sku,
        "brand": typed.brand,
        "country": typed.country,
        "supplier": typed.supplier,
        "purchase order": typed.po,
        "ordered days ago": typed.days,
        "deadline on": typed.due,
    }
    needs = f"needs {NEEDS[typed.needs]}" if typed.needs else ""
    named = [f"{name} {value}" for name, value in words.items() if value]
    return [one for one in (SHOWN.get(typed.show), STATE_WORDS.get(typed.legal), needs, *named) if one]


def _read(asked: Asked, typed: Typed) -> tuple[BackorderPage, list[View]]:
    tz = asked.house.judging.policy.timezone
    with asked.house.store.read() as tx:
        found = backorder_page(tx, _wanted(asked, typed), local_day(asked.now, tz), asked.now)
        return found, views_of(tx, AREA, asked.operator.name)


def _wanted(asked: Asked, typed: Typed) -> Wanted:
    tz, due = asked.house.judging.policy.timezone, reading.day(typed.due)
    return Wanted(
        late=typed.show == "late",
        no_eta=typed.show == "no_eta",
        sku=typed.sku,
        brand=typed.brand,
        country=typed.country.upper(),
        supplier=typed.supplier,
        po=typed.po,
        days=reading.whole(typed.days),
        legal=typed.legal,
        overdue=asked.house.sending.mode.value if typed.needs == "overdue" else "",
        alarm=typed.needs == "alarm",
        due=(day_start(due, tz), day_start(due + timedelta(days=1), tz)) if due else None,
        before=reading.whole(asked.query.get("before", "")),
    )


async def save(asked: Asked) -> Response:
    """Save the filters at hand under a name."""
    typed = Typed.of(asked.form)
    what = Saving(AREA, asked.form.get("name", ""), typed.query, bool(asked.form.get("shared")))
    await asked.run(partial(save_view, asked.house, what, asked.operator.name, asked.now))
    return asked.to(f"{BACKORDERS}?{typed.query}", said="The view is saved.")


async def forget(asked: Asked) -> Response:
    """Delete a view of one's own; a lead, also one that somebody shares."""
    one, leads = reading.key_of(asked.path), asked.operator.may(Role.LEAD)
    await asked.run(partial(forget_view, asked.house, one, asked.operator.name, leads=leads))
    return asked.to(BACKORDERS, said="The view is deleted.")


def routes(to: Routes) -> None:
    """The routes."""
    to.get(BACKORDERS, Role.VIEWER, show)
    to.post(VIEWS, Role.VIEWER, save, "view.save")
    to.post(VIEWS + "/{id}/delete", Role.VIEWER, forget, "view.delete")
