"""Files taken in at the console: looked through first, hostile names, larger bodies from whom we know."""

import csv
import io
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openpyxl import Workbook

from notifier import app
from notifier.pipeline.imports import ImportRequest
from notifier.pipeline.taking_in import Taking
from notifier.store.tables import AuditEntry, OrderLine
from notifier.terms.operator import Role
from notifier.web.console.imports import IMPORT, UPLOAD
from tests.databases import Databases
from tests.shop import NOON, Shop
from tests.web import plain_http
from tests.web.console.browser import DESK, PHONE, axe, tab
from tests.web.console.desk import Person, Site, console, opened

pytestmark = pytest.mark.slow
"""Most start a process that imports."""

HEAD = "order_id,customer_id,email,country,sku,ordered_at,promised_ship_by,status\n"
ROWS = "".join(f"O-{n},c{n},c{n}@oak.example,US,LAMP,2026-05-01,2026-06-20,backordered\n" for n in range(3))
BAD = "O-9,c9,not an address,US,LAMP,yesterday,2026-06-20,backordered\n"
SECONDS = 600


MORE = "[console]\nmost_upload_mb = 1\n[profiles.full]\nkind = 'backorders'\nsnapshot = true\n"


@pytest.fixture(scope="module")
def site(sqlite: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all that leave it as it was: to take a file in is tested on both databases without a console."""
    folder = tmp_path_factory.mktemp("imports")
    with console(opened(folder, sqlite.copy(sqlite.empty, folder), MORE)) as found:
        yield found


@pytest.fixture
def fresh(tmp_path: Path, sqlite_url: str) -> Iterator[Site]:
    with console(opened(tmp_path, sqlite_url, MORE)) as found:
        yield found


@dataclass(frozen=True)
class Dialogue:
    """One file from its first look to its end: where its page is, and what it said each time."""

    place: str
    page: str
    rejects: httpx2.Response
    lines: int
    taken: str
    lines_taken: int
    twice: int


@pytest.fixture(scope="module")
def dialogue(site: Site) -> Dialogue:
    """Three rows that can be taken, and one that cannot."""
    editor = site.person(Role.EDITOR)
    place, page = looked(editor, HEAD + ROWS + BAD)
    rejects, before = editor.get(f"{place}/rejects"), lines(site)
    editor.post(f"{place}/take")
    taken = page_of(editor, place)
    return Dialogue(place, page, rejects, before, taken, lines(site), editor.post(f"{place}/take").status_code)


def bring(person: Person, text: str = HEAD + ROWS, name: str = "orders.csv", profile: str = "") -> httpx2.Response:
    file = {"file": (name, text.encode(), "text/csv")}
    return person.send(UPLOAD, data={"kind": "backorders", "profile": profile}, files=file)


def page_of(person: Person, place: str) -> str:
    """What a file's page says once its work is over."""
    for _ in range(SECONDS * 20):
        text = person.get(place).text
        if "Look again" not in text:
            return text
        threading.Event().wait(0.05)
    raise AssertionError("the work does not end")


def looked(person: Person, text: str = HEAD + ROWS, name: str = "orders.csv", profile: str = "") -> tuple[str, str]:
    """Where a file's page is, and what it says once the file was looked through."""
    answer = bring(person, text, name, profile)
    assert answer.status_code == 303, answer.text
    place = answer.headers["location"]
    return place, page_of(person, place)


class SlowDisk:
    """Under a file that was looked through: whoever reads it once more waits until it is let go."""

    def __init__(self, shop: Shop) -> None:
        (folder,) = uploads(shop)
        self.path = next(folder.glob("*.csv"))
        self.aside = folder / ".aside"
        self.path.rename(self.aside)
        os.mkfifo(self.path)

    def lets_go(self) -> None:
        with self.path.open("wb"):  # which waits until somebody reads
            self.aside.replace(self.path)


def lines(site: Site) -> int:
    return len(site.shop.rows(OrderLine))


def uploads(shop: Shop) -> list[Path]:
    folder = shop.settings.upload_folder
    return sorted(folder.iterdir()) if folder.exists() else []


def test_a_file_is_looked_through_before_anything_is_kept(dialogue: Dialogue) -> None:
    assert dialogue.lines == 0
    for words in ("read as order_id", "utf-8", "ordered_at", "Take it in", "a comma"):
        assert words in dialogue.page, words


def test_a_file_is_taken_in_when_somebody_says_so(dialogue: Dialogue) -> None:
    assert ("Taken in" in dialogue.taken, dialogue.lines_taken) == (True, 3)


def test_nothing_is_taken_in_that_was_not_looked_through(dialogue: Dialogue) -> None:
    assert dialogue.twice == 422


def test_rejected_rows_stand_with_line_and_field_and_come_as_a_file(dialogue: Dialogue) -> None:
    file = dialogue.rejects
    assert ("<td>5</td><td>ordered_at</td>" in dialogue.page, file.headers["content-disposition"]) == (
        True,
        'attachment; filename="orders.csv.rejects.csv"',
    )
    assert file.text.startswith("line,field,reason,row")


def test_a_file_is_nobody_elses(site: Site, dialogue: Dialogue) -> None:
    assert site.person(Role.LEAD).get(dialogue.place).status_code == 422


def test_a_file_that_outlived_the_server_can_be_looked_through_again(site: Site, dialogue: Dialogue) -> None:
    editor = site.person(Role.EDITOR)
    with console(site.shop) as other:
        again = Person(other, editor.operator, editor.token)
        assert "since the server was started" in again.get(dialogue.place).text
        again.post(f"{dialogue.place}/look")
        assert "What would be taken" in page_of(again, dialogue.place)
        assert "orders.csv" in again.get(IMPORT).text


def test_a_file_goes_when_its_dialogue_is_over(site: Site) -> None:
    editor, before = site.person(Role.EDITOR), uploads(site.shop)
    place = bring(editor).headers["location"]
    there = len(uploads(site.shop)) - len(before)
    editor.post(f"{place}/drop")
    assert (there, uploads(site.shop), editor.get(place).status_code) == (1, before, 422)


def test_what_is_being_taken_in_is_ended_half_done_only_by_whoever_was_asked(fresh: Site) -> None:
    editor = fresh.person(Role.EDITOR)
    place, _ = looked(editor)
    SlowDisk(fresh.shop)
    editor.post(f"{place}/take")
    page, refused = editor.get(place).text, editor.post(f"{place}/drop")
    there = len(uploads(fresh.shop))
    said = editor.then(f"{place}/drop", half="yes").text
    assert ("End it half done" in page, "Throw it away" in page) == (True, False)
    assert (refused.status_code, "is being taken in by now" in refused.text, there) == (422, True, 1)
    assert ("What was taken so far stays" in said, uploads(fresh.shop)) == (True, [])


def test_the_button_that_ends_it_half_done_goes_once_it_is_done(fresh: Site, chromium: Any) -> None:
    editor = fresh.person(Role.EDITOR)
    place, _ = looked(editor)
    disk = SlowDisk(fresh.shop)
    with tab(chromium, fresh, editor, PHONE) as page:
        page.goto(fresh.address + place)
        page.click("button:has-text('Take it in')")
        page.click("summary:has-text('End it half done')")
        disk.lets_go()
        page.wait_for_selector("text=Taken in", timeout=SECONDS * 1000)
        assert [one.inner_text() for one in page.locator("#drop").all()] == ["Done: remove the file here"]
        assert (axe(page), page.heard.complaints) == ([], [])


def test_a_hostile_name_and_hostile_cells_are_shown_as_they_are(site: Site) -> None:
    text = HEAD + "O-1,<script>alert(1)</script>,c@oak.example,US,LAMP,2026-05-01,2026-06-20,backordered\n"
    before = uploads(site.shop)
    _, page = looked(site.person(Role.EDITOR), text, '../../<script>alert("2")</script>.csv')
    assert ("<script>alert" in page, "&lt;script&gt;alert(1)" in page) == (False, True)
    assert len(uploads(site.shop)) == len(before) + 1


def test_what_is_no_text_is_refused_in_words_without_our_folders(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("PK\x03\x04 a workbook")
    with site.shop.house() as house:
        work = Taking(ImportRequest("backorders", path), app.shop_context(site.shop.settings), NOON)
        found = work(house, lambda done, whole: None)
    assert ("an Excel workbook" in found.refused, str(tmp_path) in found.refused) == (True, False)


def test_a_shrunken_export_stops_and_asks(fresh: Site) -> None:
    rows = list(csv.DictReader(io.StringIO(HEAD + ROWS)))
    fresh.shop.take_in("backorders", rows, profile="full")
    editor = fresh.person(Role.EDITOR)
    place, page = looked(editor, HEAD + ROWS.splitlines()[0] + "\n", profile="full")
    assert "More than half of the open lines are gone" in page
    editor.post(f"{place}/take", accept_shrink="yes")
    assert "were closed" in page_of(editor, place)
    assert sorted(one.status for one in fresh.shop.rows(OrderLine)) == ["backordered", "closed", "closed"]


def test_an_export_that_has_shrunk_since_it_was_looked_through_can_be_taken_all_the_same(fresh: Site) -> None:
    editor = fresh.person(Role.EDITOR)
    place, page = looked(editor, HEAD + ROWS.splitlines()[0] + "\n", profile="full")
    fresh.shop.take_in("backorders", list(csv.DictReader(io.StringIO(HEAD + ROWS))), profile="full")
    editor.post(f"{place}/take")
    stopped = page_of(editor, place)
    answer = editor.post(f"{place}/take", accept_shrink="yes")
    assert ("Take it in all the same" in page, "Take it in all the same" in stopped) == (False, True)
    assert (answer.status_code, "were closed" in page_of(editor, place)) == (303, True)


def test_of_two_clicks_at_once_one_takes_the_file_in(fresh: Site) -> None:
    editor = fresh.person(Role.EDITOR)
    place, _ = looked(editor)
    with ThreadPoolExecutor(2) as clicks:
        answers = list(clicks.map(lambda _: editor.post(f"{place}/take").status_code, range(2)))
    assert sorted(answers) == [303, 422]


def test_a_file_larger_than_a_form_comes_from_an_editor(site: Site) -> None:
    text = HEAD + ROWS + "".join(f"#{' ' * 1000}\n" for _ in range(500))
    answer = bring(site.person(Role.EDITOR), text)
    assert answer.status_code == 303
    site.person(Role.EDITOR).post(f"{answer.headers['location']}/drop")


def test_a_file_larger_than_is_allowed_is_refused(site: Site) -> None:
    answer = bring(site.person(Role.EDITOR), HEAD + "x" * (1024**2 + 5000))
    assert (answer.status_code, "The file is larger than 1 MB" in answer.text) == (422, True)


def test_a_body_larger_than_any_file_may_be_leads_to_a_page_that_says_so(site: Site) -> None:
    editor = site.person(Role.EDITOR)
    answer = bring(editor, HEAD + "x" * 3 * 1024**2)
    assert answer.status_code == 303
    assert "The file is larger than 1 MB" in editor.get(answer.headers["location"]).text


def test_what_was_chosen_stays_when_a_file_is_refused(site: Site) -> None:
    file = {"file": ("rows.csv", HEAD.encode(), "text/csv")}
    page = site.person(Role.EDITOR).send(UPLOAD, data={"kind": "lines", "profile": "full"}, files=file).text
    for words in ("Profile &#39;full&#39; reads backorders", "<option selected>lines", '"full" selected'):
        assert words in page, words


def test_a_file_that_was_removed_elsewhere_is_asked_about_no_more(site: Site) -> None:
    editor = site.person(Role.EDITOR)
    place, _ = looked(editor)
    editor.post(f"{place}/drop")
    answer = editor.get(f"{place}/progress", **{"hx-request": "true"})
    assert (answer.status_code, "hx-trigger" in answer.text, "not here any more" in answer.text) == (200, False, True)


@pytest.mark.parametrize(
    ("cookie", "site_header"),
    [("", "same-origin"), ("forged", "same-origin"), ("viewer", "same-origin"), ("editor", "cross-site")],
)
def test_strangers_viewers_and_other_sites_can_bring_no_large_body(site: Site, cookie: str, site_header: str) -> None:
    tokens = {role.word: site.person(role).token for role in (Role.VIEWER, Role.EDITOR)}
    cookies, before = {"console": tokens.get(cookie, cookie)} if cookie else {}, uploads(site.shop)
    answer = plain_http.post(
        site.address + UPLOAD,
        headers={"sec-fetch-site": site_header},
        cookies=cookies,
        files={"file": ("orders.csv", b"x" * 200_000, "text/csv")},
        data={"kind": "backorders"},
    )
    assert (answer.status_code, uploads(site.shop)) == (413, before)


def test_an_empty_form_says_what_is_missing(site: Site) -> None:
    answer = site.person(Role.EDITOR).send(UPLOAD, data={"kind": "backorders"})
    assert (answer.status_code, "Choose a file" in answer.text) == (422, True)


@pytest.mark.usefixtures("dialogue")
def test_the_audit_log_has_who_brought_which_kind_and_no_name_of_a_file(site: Site) -> None:
    row = next(one for one in site.shop.rows(AuditEntry) if one.note == "import.bring")
    assert (row.operator, row.detail) == ("editor", "kind=backorders")


@pytest.fixture(scope="module")
def found(site: Site) -> str:
    """Where the page of a file is that was looked through."""
    return looked(site.person(Role.EDITOR), HEAD + ROWS + BAD)[0]


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_what_was_found_can_be_read_by_everybody_on_any_screen(
    site: Site, found: str, chromium: Any, size: tuple[int, int]
) -> None:
    with tab(chromium, site, site.person(Role.EDITOR), size) as page:
        page.goto(site.address + found)
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert (axe(page), wide, page.heard.complaints) == ([], False, [])


@pytest.mark.parametrize("name", ["Export.xlsx", "Export.xlsm", "orders.csv"])
def test_a_workbook_is_looked_through_too(site: Site, tmp_path: Path, name: str) -> None:
    made = Workbook()
    for row in (HEAD.strip().split(","), *(line.split(",") for line in (ROWS + BAD).splitlines())):
        made.active.append(row)
    made.save(tmp_path / "book.xlsx")
    editor = site.person(Role.EDITOR)
    file = {"file": (name, (tmp_path / "book.xlsx").read_bytes(), "application/octet-stream")}
    place = editor.send(UPLOAD, data={"kind": "backorders"}, files=file).headers["location"]
    page = page_of(editor, place)
    assert ("can be taken" in page, "<td>5</td><td>ordered_at</td>" in page) == (True, True)
    assert editor.get(f"{place}/rejects").text.startswith("line,field,reason,row")
