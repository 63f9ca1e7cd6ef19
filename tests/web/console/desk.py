"""A shop's console that is served, and people who are signed in to it, by script and in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from notifier import operators
from notifier.pipeline import accounts, signing_in
from notifier.pipeline.previews import Previews
from notifier.render_pool import BESIDE, RenderPool
from notifier.terms.operator import Operator, Role, Signing, Turn
from notifier.web.app import web_app
from notifier.web.console.assets import Assets
from notifier.web.console.opening import console_routes, open_desk
from notifier.web.console.routes import Routes
from notifier.web.gate import Front
from notifier.web.threads import Threads
from tests.shop import NOON, Shop, open_shop
from tests.standins.served import served
from tests.web import plain_http
from tests.web.lumen import LUMEN

SETTINGS = f"""{LUMEN}[web]
listen = "127.0.0.1:8080"
public_url = "http://127.0.0.1:8080"
[delay_rule]
jurisdiction = "auto"
"""
TURN = Turn(3600, 12 * 3600)
PASSWORD = "seven brass lamps wait"
LONGEST = 120
"""Seconds that the database may take on a busy machine."""
PATIENT = replace(BESIDE, start_seconds=300, nice=0)
"""Limits of the console's previews, where two busy processors would leave next to nothing to a low priority."""
NOBODYS = "$argon2id$none"
"""A hash that no password has: signing in by password is tested where it is meant."""


@dataclass
class Person:
    """Somebody signed in, as a browser of theirs asks."""

    site: "Site"
    operator: Operator
    token: str

    @property
    def cookies(self) -> dict[str, str]:
        return {"console": self.token}

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return plain_http.get(self.site.address + path, headers=headers, cookies=self.cookies)

    def post(self, path: str, **fields: Any) -> httpx2.Response:
        """As a form of our own pages: no redirect is followed."""
        return self.send(path, data=fields)

    def send(self, path: str, **parts: Any) -> httpx2.Response:
        """A POST with `data` or `files`."""
        headers = {"sec-fetch-site": "same-origin"} | parts.pop("headers", {})
        return plain_http.post(self.site.address + path, headers=headers, cookies=self.cookies, **parts)

    def then(self, path: str, **fields: Any) -> httpx2.Response:
        """Post, and look at the page that it leads to, with what is said there."""
        answer = self.post(path, **fields)
        assert answer.status_code == 303, (answer.status_code, answer.text[:2000])
        cookies = self.cookies | dict(answer.cookies)
        return plain_http.get(self.site.address + answer.headers["location"], cookies=cookies)


@dataclass
class Site:
    """The console at `address`, by a clock that the test sets."""

    shop: Shop
    address: str
    clock: list[datetime]
    routes: Routes
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.clock[0]

    def later(self, length: timedelta) -> datetime:
        self.clock[0] += length
        return self.clock[0]

    def person(self, role: Role = Role.LEAD, name: str = "") -> Person:
        """Somebody with that role, signed in."""
        called = name or role.word
        if called not in self.people:
            wanted = Operator(0, called, f"{called}@oak.example", role)
            with self.shop.house() as house, house.store.write() as tx:
                made = operators.add(tx, wanted, NOBODYS, "test", self.now)
                token = signing_in.begin(tx, made, Signing(called, "", "near", "a browser"), TURN, self.now)
            self.people[called] = Person(self, Operator(made, called, wanted.email, role), token)
        return self.people[called]


def enter(
    site: Site, password: str = PASSWORD, name: str = "Lea", wanted: str = "/console", **parts: Any
) -> httpx2.Response:
    """Sign in as our own form does; `parts` of the request stand in for ours."""
    form = {"name": name, "password": password, "next": wanted}
    ours = {"data": form, "headers": {"sec-fetch-site": "same-origin"}}
    return plain_http.post(f"{site.address}/console/sign-in", **(ours | parts))


@contextmanager
def console(shop: Shop, now: datetime = NOON, answer_within: float = LONGEST) -> Iterator[Site]:
    """The console of a shop that is there already."""
    clock, threads = [now], Threads(4, answer_within)

    def seconds() -> float:
        return clock[0].timestamp()

    try:
        with shop.house() as house:
            desk = open_desk(shop.settings, house, threads, lambda: clock[0], (assets := Assets()))
            desk.signing.steady = seconds
            previews = Previews(RenderPool(1, PATIENT))
            threads.at_close.append(previews.close)
            routes = console_routes(replace(desk, previews=previews))
            application = web_app(
                Front(shop.settings.web.public_url), [assets.router(), routes.router], rooms=routes.rooms
            )
            with served(application) as address:
                yield Site(shop, address, clock, routes)
    finally:
        threads.close()


def with_an_account(folder: Path, database_url: str) -> Shop:
    """A recipe for `as_left`: an empty shop in which one person may decide. To hash a password takes its time."""
    shop = opened(folder, database_url)
    with shop.house() as house:
        accounts.add(house, Operator(0, "Lea", "", Role.LEAD), PASSWORD, "test", NOON)
    return shop


def opened(folder: Path, database_url: str, more: str = "") -> Shop:
    """An empty shop with a console. `more` are further settings."""
    return open_shop(folder, database_url, SETTINGS + more)
