"""The first day of a support lead at the console, step by step, as a browser lives it. Used by test and by pictures."""

import asyncio
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from notifier import app
from notifier.errors import Stopped
from notifier.pipeline import accounts
from notifier.pipeline.receive import receive
from notifier.pipeline.relay import relay_answers
from notifier.store.tables import Customer, Message
from notifier.template_files import packaged_folder
from notifier.terms.incoming import Incoming, Road
from notifier.terms.operator import Operator, Role
from tests.shop import NOON, Shop
from tests.standins.smtp_sink import Mail, Sink
from tests.web.console.desk import Site, console
from tests.web.console.editor_pictures import marks, settled, shows, write
from tests.web.console.rich import BRAKE, EAST, HOUR, deliver_apart, live_shop, with_more

LEA, EMAIL, PASSWORD = "Lea", "lea@oak.example", "seven brass lamps wait"
ALL_DAY = '[policy]\nemail_from = "00:00"\nemail_until = "23:59"\n'
"""So that a picture can be drawn at any hour."""

HEAD = (
    "order_id,customer_id,customer_name,email,country,region,timezone,sku,product,unit_price,currency,"
    "ordered_at,promised_ship_by,status\n"
)
ROWS = "".join(
    f'O-2041{number},c-3{number},{name},{mail}@mail.example,US,NY,America/New_York,SHADE,"Linen shade, sand",39.00,USD,'
    "{at},{promised},backordered\n"
    for number, name, mail in ((7, "Rosalind Achterberg", "rosalind"), (8, "Tom Ashdown", "tom"))
)
SPOILT = 'O-20419,c-39,Emi Nakagawa,emi@mail.example,US,NY,America/New_York,SHADE,"Linen shade",39.00,USD,yesterday,,\n'
WAITING = ("Ann Field", "Ben Ashe", "Cyd Moreau", "Dev Rao", "Eli Brandt", "Flo Hughes")
SUPPLY = {"po_id": "PO-4103", "sku": "LAMP", "supplier": "Halden Metalworks", "quantity": 20}
TYPO = ("{{ greeting }}", "{{ greting }}")

Shoot = Callable[[Any, str], None]


def no_picture(page: Any, name: str) -> None:
    """The test needs none."""


@dataclass
class Day:
    """Where it plays: the shop, its mail server, its console, and the page that Lea looks at."""

    shop: Shop
    sink: Sink
    site: Site
    noon: datetime = NOON
    page: Any = None
    shoot: Shoot = no_picture
    steps: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.site.address + path)

    def on(self, days: int) -> str:
        """A day so many days from now."""
        return f"{self.noon + timedelta(days=days):%Y-%m-%d}"

    def sees(self, words: str, where: str = "main") -> None:
        """Somebody who looks for `words` finds them."""
        self.page.locator(where).get_by_text(words).first.wait_for(state="visible")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def deliver(self) -> None:
        """The bot's own minute: what is due is judged and sent."""
        try:
            self.shop.plan(self.site.now)
        except Stopped:
            pass  # it waits for Lea
        deliver_apart(self.shop, self.site.now)
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, self._relay()).result()

    async def _relay(self) -> None:
        """What the team has answered goes, too."""
        wires, team = app.open_wires(self.shop.settings), app.team(self.shop.settings)
        try:
            with self.shop.house() as house:
                await relay_answers(house, wires.senders, team, lambda: self.site.now)
        finally:
            await app.close_wires(wires)

    def mails_to(self, address: str) -> list[Mail]:
        return [one for one in self.sink.book.mails if one.recipient == address]


@contextmanager
def first_day(folder: Path, url: str, noon: datetime = NOON, more: str = "") -> Iterator[Day]:
    """Six customers were told this morning of lamps that come late; two of them have answered."""
    morning = noon - 2 * HOUR
    with live_shop(folder, url, BRAKE + more) as (shop, sink):
        lamps = SUPPLY | {"promised_on": f"{noon + timedelta(days=7):%Y-%m-%d}"}
        shop.take_in("supply", [lamps], morning)
        shop.take_in("backorders", [waits(number, name, noon) for number, name in enumerate(WAITING)], morning)
        shop.plan(morning)
        deliver_apart(shop, morning)
        _answers(shop, noon - HOUR / 2)
        shop.plan(noon - HOUR / 6)
        deliver_apart(shop, noon - HOUR / 6)
        _mistype(shop.folder / "templates" / "placed")
        shop = with_more(shop, BRAKE, f"{BRAKE}max_per_run = 4\n")
        with shop.house() as house:
            accounts.add(house, Operator(0, LEA, EMAIL, Role.LEAD), PASSWORD, "notifier user add", morning)
        with console(shop, noon) as site:
            yield Day(shop, sink, site, noon)


def waits(number: int, name: str, noon: datetime) -> dict[str, Any]:
    """One who ordered a lamp last week."""
    return EAST | {
        "order_id": f"O-1048{number}",
        "customer_id": f"c-{number}",
        "customer_name": name,
        "email": f"{name.split(maxsplit=1)[0].lower()}@mail.example",
        "country": "US",
        "sku": "LAMP",
        "product": "Reading lamp, brass",
        "ordered_at": f"{noon - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
        "promised_ship_by": f"{noon + timedelta(days=19):%Y-%m-%d}",
        "status": "backordered",
    }


def _answers(shop: Shop, at: datetime) -> None:
    """Two of them, by the address that is theirs alone."""
    sent = {row.customer_id: row.id for row in shop.rows(Message)}
    known = {row.key: sent[row.id] for row in shop.rows(Customer)}
    said = (
        ("ann", "It is a birthday present for the 20th. Can it still be here by then?"),
        ("ben", "Thank you for telling me. Fine, I can wait, but please tell me if it takes longer."),
    )
    with shop.house() as house:
        for number, (name, words) in enumerate(said):
            came = at + number * timedelta(minutes=9)
            mail = Incoming(
                Road.EMAIL,
                f"day-{number}",
                came,
                words,
                f"{name}@mail.example",
                subject="Re: Your order",
                message_id=known[f"c-{number}"],
            )
            receive(house, mail, came)


def _mistype(folder: Path) -> None:
    """The shop's own copy of a template, with a letter missing in a variable's name."""
    folder.mkdir(parents=True)
    text = (packaged_folder() / "placed" / "email.md").read_text("utf-8")
    assert TYPO[0] in text
    (folder / "email.md").write_text(text.replace(*TYPO), "utf-8")


def live(day: Day) -> None:
    """The whole day."""
    for step in (
        signs_in,
        imports_a_file,
        looks_at_a_held_message,
        finds_the_mistake,
        sees_a_new_one_as_she_types,
        mends_it_and_sees_the_order,
        sends_herself_a_test,
        publishes,
        sees_them_go,
        answers_two_replies,
        approves_the_stopped_run,
    ):
        step(day)
        day.steps.append(step.__name__)


def signs_in(day: Day) -> None:
    day.go("/console")
    day.page.get_by_label("Name").fill(LEA)
    day.page.get_by_label("Password").fill(PASSWORD)
    day.press("Sign in")
    day.sees("What needs somebody")
    day.shoot(day.page, "today")


def imports_a_file(day: Day) -> None:
    text = HEAD + ROWS.format(at=f"{day.noon - HOUR:%Y-%m-%dT%H:%M:%SZ}", promised=day.on(30)) + SPOILT
    day.go("/console/import")
    day.page.get_by_label("What the rows are").select_option("backorders")
    day.page.get_by_label("File", exact=True).set_input_files(
        {"name": "orders.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    day.press("Look through it")
    day.sees("What would be taken")
    day.sees("The first rows")
    assert "yesterday" in day.page.locator("main").inner_text()
    day.shoot(day.page, "import")
    day.press("Take it in")
    day.sees("Taken in")
    day.deliver()


def looks_at_a_held_message(day: Day) -> None:
    day.go("/console")
    held = day.page.locator("li", has_text="held").first
    held.get_by_role("link").first.click()
    day.sees("Tom Ashdown")
    day.shoot(day.page, "held")
    day.page.locator("tr", has_text="Tom Ashdown").get_by_role("link").first.click()
    day.page.wait_for_url("**/console/messages/*")
    day.sees("greting")


def finds_the_mistake(day: Day) -> None:
    day.page.get_by_role("link", name="Open its template").first.click()
    day.page.wait_for_selector(".cm-editor")
    day.sees("there is no variable 'greting'")


def text_of(day: Day) -> str:
    return str(day.page.locator("textarea[data-part='email.md']").input_value())


def sees_a_new_one_as_she_types(day: Day) -> None:
    mended = text_of(day).replace(TYPO[1], TYPO[0])
    write(
        day.page, "email.md", mended.replace("{{ greeting }}", "{{ greeting }}\n\nYour {{ headlin }} is safe with us.")
    )
    settled(day.page)
    day.sees("there is no variable 'headlin'; did you mean 'headline'?")
    marks(day.page, "headlin")
    day.page.get_by_role("button", name="Email, line 5").click()
    day.shoot(day.page, "mistake")


def mends_it_and_sees_the_order(day: Day) -> None:
    write(day.page, "email.md", text_of(day).replace("headlin }}", "headline }}"))
    settled(day.page)
    marks(day.page)
    shows(day.page, "desktop", "Linen shade, sand is safe with us")
    day.shoot(day.page, "mended")


def sends_herself_a_test(day: Day) -> None:
    day.press("Send a test to me")
    day.page.locator("#said").get_by_text(EMAIL).first.wait_for()
    (mail,) = day.mails_to(EMAIL)
    assert b"is safe with us" in mail.content


def publishes(day: Day) -> None:
    day.page.get_by_label("What has changed").fill("The greeting was mistyped")
    day.press("Publish")
    day.page.locator("#said").get_by_text("Version 1 is in force").first.wait_for()
    day.shoot(day.page, "published")


def sees_them_go(day: Day) -> None:
    day.deliver()
    day.go("/console/messages?state=accepted")
    day.sees("Tom Ashdown")
    for address in ("rosalind@mail.example", "tom@mail.example"):
        (mail,) = day.mails_to(address)
        assert b"is safe with us" in mail.content
    day.go("/console/messages?state=held")
    assert "Tom Ashdown" not in day.page.locator("main").inner_text()


def answers_two_replies(day: Day) -> None:
    day.go("/console/inbox")
    day.sees("birthday present")
    day.shoot(day.page, "inbox")
    day.page.get_by_role("link", name=re.compile("birthday present")).first.click()
    day.sees("Can it still be here by then?")
    day.page.get_by_label("Your answer").fill("It ships on Friday, so it is with you well before the 20th.")
    day.shoot(day.page, "reply")
    day.press("Send, and done")
    day.sees("I can wait, but please")
    day.page.keyboard.press("a")
    day.page.keyboard.press("Enter")
    day.page.locator("#said").get_by_role("status").wait_for()
    day.site.later(timedelta(minutes=1))
    day.deliver()
    assert any(b"well before the 20th" in one.content for one in day.mails_to("ann@mail.example"))


def reaches_the_stopped_run(day: Day) -> None:
    day.shop.take_in("supply", [SUPPLY | {"promised_on": day.on(43)}], day.site.now)
    day.deliver()
    day.go("/console")
    day.page.locator("li", has_text="run").get_by_role("link").first.click()
    day.page.get_by_role("link", name="See what it would send, and decide").click()
    day.sees("What customers would read")


def approves_the_stopped_run(day: Day) -> None:
    reaches_the_stopped_run(day)
    before = len(day.sink.book.mails)
    day.shoot(day.page, "run")
    day.page.locator("summary", has_text="Approve").click()
    day.press("Yes, approve")
    day.page.locator("#said").get_by_role("status").wait_for()
    day.deliver()
    assert len(day.sink.book.mails) == before + len(WAITING)
    day.shoot(day.page, "approved")
