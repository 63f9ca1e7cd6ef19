"""HOSTILE.md 16, 26, 32 to 34, 38, 75 to 81: hostile strings on their way from records and people to all who look."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import cycle, islice
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import httpx2
import pytest

from notifier.cli import main
from tests.databases import Databases
from tests.web.console.browser import PHONE, tab
from tests.web.console.desk import Person, Site, console
from tests.web.console.forms import Form, forms
from tests.web.console.hostile_shop import Hostile, hostile
from tests.web.console.hostile_strings import BY_AIM, HEADERS, LETTERS, STRINGS, SUM
from tests.web.console.live_markup import live_in_mail, live_in_page
from tests.web.console.ways import REAL, addresses

pytestmark = pytest.mark.slow

UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
NEVER_SENT = ("/sign-out", "/disable", "/role", "/password", "/me/sessions", "/import", "/policy/try")
"""Forms after which there would be nobody left to look, and those that begin work in a process of their own."""

LIVE = re.compile(r"(?:^\s*|[;,|\t\r\n][\s\"]*)[=+\-@\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"[+-]?[\d.,]+")

EACH = 4
"""Strings that one form is sent with."""

ASKED = (
    "again before brand cases channel country dark days day due from in legal locale look mark needs no_date "
    "number operator order own page po purpose q reason seen show sku state supplier to"
).split()
"""Every name behind the ? that a route reads of somebody who is signed in."""

AT_ONCE = 9
"""So many of them are asked with together: four requests have each once, and no address is too long for a server."""

REFUSED = re.compile("[\x00\ud800-\udfff]")
"""Rows with these are not taken in (HOSTILE.md 4)."""


@dataclass
class Looked:
    """What came of all that was asked of the console over HTTP, each with its address."""

    failed: list[str] = field(default_factory=list)
    live: list[str] = field(default_factory=list)
    split: list[str] = field(default_factory=list)
    sent: int = 0
    seen: int = 0

    def add(self, path: str, answer: httpx2.Response) -> None:
        self.seen += 1
        if answer.status_code >= 500:
            self.failed.append(f"{answer.status_code} {path[:200]}")
        if "pwned" in " ".join(answer.headers).lower() or "pwned=" in str(answer.cookies):
            self.split.append(f"{path[:200]}: {list(answer.headers)}")
        if "text/html" not in answer.headers.get("content-type", ""):
            return
        framed = "sandbox" in answer.headers.get("content-security-policy", "")
        live = live_in_mail(answer.text) if framed else live_in_page(answer.text)
        self.live += [f"{path[:100]}: {one}" for one in live]
        if SUM in answer.text:
            self.live.append(f"{path[:100]}: {SUM}")


@pytest.fixture(scope="module")
def shop(sqlite: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    folder = tmp_path_factory.mktemp("hostile")
    with hostile(folder, sqlite.copy(sqlite.empty, folder)) as found:
        yield found


@pytest.fixture(scope="module")
def site(shop: Hostile) -> Iterator[Site]:
    with console(shop.shop) as found:
        yield found


@pytest.fixture(scope="module")
def looked(site: Site) -> Looked:
    return look_everywhere(site)


def look_everywhere(site: Site) -> Looked:
    """Every form is sent with hostile strings; then every page is opened, many customers' and orders' too."""
    found, lead = Looked(), site.person(name="Lea")
    fill_in_all(lead, addresses(site), found)
    for path in addresses(site):
        found.add(path, lead.get(path))
    for path in every_detail(site)[::2]:
        found.add(path, lead.get(path))
    with_strings_in_the_address(site, lead, found)
    return found


def every_detail(site: Site) -> list[str]:
    """The pages on which one string alone stands."""
    return [path for route in ("/console/customers/{id}", "/console/orders/{id}") for path in REAL[route](site.shop)]


def fill_in_all(person: Person, paths: Sequence[str], looked: Looked) -> None:
    strings, done = cycle(STRINGS), set()
    for path in paths:
        answer = person.get(path)
        for form in forms(answer.text, path):
            if form.shape not in done and not any(one in form.action for one in NEVER_SENT):
                done.add(form.shape)
                for one in islice(strings, EACH if form.typed or form.files else 1):
                    looked.sent += 1
                    looked.add(f"{form.method} {form.action}", fill_in(person, form, one))


def fill_in(person: Person, form: Form, hostile: str) -> httpx2.Response:
    typed = hostile.encode("utf-8", "replace").decode()
    fields = form.fields | dict.fromkeys(form.typed, typed)
    if form.method == "get":
        return person.get(f"{form.action}?{httpx2.QueryParams(fields)}")
    return person.post(form.action, **fields)


def with_strings_in_the_address(site: Site, person: Person, looked: Looked) -> None:
    """A string where a route expects an id, and behind every name that any route reads."""
    names, strings = (
        cycle(ASKED),
        cycle(one.encode("utf-8", "replace").decode() for one in STRINGS if one not in (".", "..")),
    )
    for one in site.routes.declared:
        if one.method == "GET" and one.role is not None:
            for given in islice(strings, 8 if "{" in one.path else 4):
                path = re.sub(r"\{[^}]*\}", lambda _, given=given: quoted(given) or "0", one.path)
                query = dict.fromkeys(islice(names, AT_ONCE), given[:200])
                looked.add(path, person.get(f"{path[:2000]}?{httpx2.QueryParams(query)}"))
            # What stands behind the ? of a page of something is read once that is there.
            for path, given in zip(there(site, one.path) * 4, strings, strict=False):
                query = dict.fromkeys(islice(names, AT_ONCE), given[:200])
                looked.add(path, person.get(f"{path}{'&' if '?' in path else '?'}{httpx2.QueryParams(query)}"))


def there(site: Site, route: str) -> list[str]:
    """One page of something that is there, for a route that names it."""
    return REAL[route](site.shop)[:1] if "{" in route else []


def quoted(text: str) -> str:
    return quote(text[:300], safe="")


def parsed(shop: Hostile) -> list[EmailMessage]:
    return [cast(EmailMessage, message_from_bytes(one.content, policy=policy.default)) for one in shop.mails]


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    return str(body.get_content()) if body is not None else ""


def test_there_are_more_than_a_hundred_strings_of_many_aims() -> None:
    assert len(STRINGS) >= 200
    assert len(BY_AIM) >= 12


def test_each_string_reached_somebody_by_mail(shop: Hostile) -> None:
    told = {one.recipient for one in shop.mails}
    wanted = [number for number, one in enumerate(STRINGS) if len(one) <= 2000 and not REFUSED.search(one)]
    assert [STRINGS[one] for one in wanted if f"w{one}@shop.example.com" not in told] == []


def test_no_header_of_any_mail_is_split_or_added(shop: Hostile) -> None:
    honest = next(one for one in shop.mails if one.recipient == "honest@shop.example.com")
    names = [name.lower() for name in message_from_bytes(honest.content)]
    other = [one.recipient for one in shop.mails if [name.lower() for name in message_from_bytes(one.content)] != names]
    assert other == []


def test_every_mail_has_the_one_recipient_of_its_record(shop: Hostile) -> None:
    wrong = [
        (one.recipient, str(mail["To"]))
        for one, mail in zip(shop.mails, parsed(shop), strict=True)
        if [each.addr_spec for each in mail["To"].addresses] != [one.recipient]
    ]
    assert wrong == []


def test_no_header_has_what_nobody_sees(shop: Hostile) -> None:
    wrong = [(name, value) for mail in parsed(shop) for name, value in mail.items() if UNSEEN.search(str(value))]
    assert wrong == []


def test_no_mail_has_anything_live_in_it(shop: Hostile) -> None:
    assert [one for mail in parsed(shop) for one in live_in_mail(part(mail, "html"))] == []


def test_no_data_is_ever_compiled(shop: Hostile) -> None:
    texts = [f"{mail['Subject']} {part(mail, 'html')} {part(mail, 'plain')}" for mail in parsed(shop)]
    assert [one for one in texts if SUM in one] == []


def test_what_is_plain_text_is_told_as_it_was_written(shop: Hostile) -> None:
    by = {one.recipient: mail for one, mail in zip(shop.mails, parsed(shop), strict=True)}
    plain = [
        (number, one) for number, one in enumerate(STRINGS) if one.isascii() and one.isprintable() and 3 < len(one) < 60
    ]
    lost = [
        one
        for number, one in plain
        if " ".join(one.split()) not in " ".join(part(by[f"w{number}@shop.example.com"], "plain").split())
    ]
    assert lost == []


def test_the_logs_carry_no_value(shop: Hostile) -> None:
    told = [str(value) for event in shop.logged for value in event.values()]
    assert [one for one in told if any(string in one for string in STRINGS if len(string) > 6)] == []


def test_no_page_fails_on_any_string(looked: Looked) -> None:
    assert looked.failed == []
    assert (looked.sent > 80, looked.seen > 500) == (True, True)


def test_no_page_has_anything_live_in_it(looked: Looked) -> None:
    assert looked.live == []


def test_no_header_of_any_answer_is_split(looked: Looked) -> None:
    assert looked.split == []


def test_no_letter_makes_a_page_fail_on_postgresql(postgresql: Databases, tmp_path: Path) -> None:
    url = postgresql.copy(postgresql.empty, tmp_path)
    with hostile(tmp_path, url, [*LETTERS, *HEADERS]) as found, console(found.shop) as site:
        looked = look_everywhere(site)
    postgresql.drop(url)
    assert (looked.failed, looked.split) == ([], [])


def exported(shop: Hostile, *words: str) -> str:
    """What a command writes."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    settings = shop.shop.folder / "commands.toml"
    text = (shop.shop.folder / "settings.toml").read_text("utf-8").replace("enabled = true", "enabled = false")
    settings.write_text(f"{text}\n[database]\nurl = {json.dumps(shop.shop.settings.database_url)}\n", "utf-8")
    with redirect_stdout(out), redirect_stderr(out):
        main(["--settings", str(settings), *words])
    out.flush()
    return cast(io.BytesIO, out.buffer).getvalue().decode()


@pytest.mark.parametrize("listing", ["contacts", "messages", "decisions"])
def test_no_export_carries_a_live_formula(shop: Hostile, listing: str) -> None:
    rows = list(csv.reader(io.StringIO(exported(shop, "export", listing), newline="")))
    assert len(rows) > 100
    assert [cell for row in rows for cell in row if LIVE.search(cell) and not NUMBER.fullmatch(cell)] == []


def test_no_rejected_row_carries_a_live_formula(shop: Hostile) -> None:
    files = list(shop.shop.folder.glob("*.rejects.csv"))
    rows = [row for path in files for row in csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))]
    assert files
    assert [cell for row in rows for cell in row if LIVE.search(cell) and not NUMBER.fullmatch(cell)] == []


@pytest.mark.parametrize("words", [("inbox",), ("explain", "--customer", "w0"), ("status",), ("backlog",)])
def test_no_command_writes_what_moves_a_terminal(shop: Hostile, words: tuple[str, ...]) -> None:
    told = exported(shop, *words)
    assert re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", told) == []


@dataclass
class Done:
    """What hostile text did in a browser."""

    visited: int = 0
    did: list[str] = field(default_factory=list)


def watch(page: Any, done: Done) -> None:
    page.on("dialog", lambda dialog: (done.did.append(f"{page.url}: dialog"), dialog.dismiss()))
    page.on("request", lambda one: done.did.append(f"{page.url} asks {one.url}") if "pwned" in one.url else None)
    page.on("popup", lambda _: done.did.append(f"{page.url}: popup"))


def ask(page: Any, path: str, done: Done) -> None:
    """Whether a script ran in the page or in a frame of it."""
    done.visited += 1
    done.did += [f"{path}: ran" for frame in scripted(page.main_frame) if frame.evaluate("'pwned' in window")]


def scripted(frame: Any) -> Iterator[Any]:
    """This frame and those in it, but for those whose sandbox lets no script run: no question gets into them either."""
    yield frame
    for one in frame.child_frames:
        sandbox = one.frame_element().get_attribute("sandbox")
        if sandbox is None or "allow-scripts" in sandbox:
            yield from scripted(one)


@pytest.fixture(scope="module")
def done(shop: Hostile, site: Site, looked: Looked, chromium: Any) -> Done:
    found, lead = Done(), site.person(name="Lea")
    details = every_detail(site)
    with tab(chromium, site, lead, PHONE) as page:
        watch(page, found)
        for path in [*addresses(site), *details[:: len(details) // 16]]:
            answer = lead.get(path)
            if answer.status_code == 200 and answer.text.lstrip()[:9].lower() == "<!doctype":
                page.goto(site.address + path)
                ask(page, path, found)
        found.did += page.heard.complaints + page.heard.strangers
    with tab(chromium, site, None, PHONE) as page:
        watch(page, found)
        for mail in parsed(shop)[::3]:
            page.set_content(part(mail, "html"))
            ask(page, str(mail["To"]), found)
        found.did += page.heard.strangers
    return found


def test_nothing_runs_in_a_browser_on_any_page_or_in_any_mail(done: Done) -> None:
    assert done.did == []
    assert done.visited > 150
