"""Files taken in at the console: looked through first, hostile names, larger bodies from whom we know."""

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from openpyxl import Workbook

from notifier.store.tables import AuditEntry, OrderLine
from notifier.terms.operator import Role
from notifier.web.console.imports import IMPORT, UPLOAD
from tests.shop import Shop
from tests.web import plain_http
from tests.web.console.browser import DESK, PHONE, axe, tab
from tests.web.console.desk import Person, Site, console, opened
from tests.web.pages.pictures import CHROMIUM, browser

pytestmark = pytest.mark.slow
"""Most start a process that imports."""

HEAD = "order_id,customer_id,email,country,sku,ordered_at,promised_ship_by,status\n"
ROWS = "".join(f"O-{n},c{n},c{n}@oak.example,US,LAMP,2026-05-01,2026-06-20,backordered\n" for n in range(3))
BAD = "O-9,c9,not an address,US,LAMP,yesterday,2026-06-20,backordered\n"
SECONDS = 60


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    more = "[console]\nmost_upload_mb = 1\n[profiles.full]\nkind = 'backorders'\nsnapshot = true\n"
    with console(opened(tmp_path, database_url, more)) as found:
        yield found


def bring(person: Person, text: str = HEAD + ROWS, name: str = "orders.csv", profile: str = "") -> httpx2.Response:
    file = {"file": (name, text.encode(), "text/csv")}
    return person.send(UPLOAD, data={"kind": "backorders", "profile": profile}, files=file)


def page_of(person: Person, place: str) -> str:
    """What a file's page says once its work is over."""
    for _ in range(SECONDS * 5):
        text = person.get(place).text
        if "Look again" not in text:
            return text
        threading.Event().wait(0.2)
    raise AssertionError("the work does not end")


def looked(person: Person, text: str = HEAD + ROWS, name: str = "orders.csv", profile: str = "") -> tuple[str, str]:
    """Where a file's page is, and what it says once the file was looked through."""
    answer = bring(person, text, name, profile)
    assert answer.status_code == 303, answer.text
    place = answer.headers["location"]
    return place, page_of(person, place)


def lines(site: Site) -> int:
    return len(site.shop.rows(OrderLine))


def uploads(shop: Shop) -> list[Path]:
    return list(shop.settings.upload_folder.iterdir())


def test_a_file_is_looked_through_and_taken_in_only_when_somebody_says_so(site: Site) -> None:
    editor = site.person(Role.EDITOR)
    place, page = looked(editor, HEAD + ROWS + BAD)
    assert lines(site) == 0
    for words in ("read as order_id", "utf-8", "ordered_at", "Take it in", "a comma"):
        assert words in page, words
    assert editor.post(f"{place}/take").status_code == 303
    assert ("Taken in" in page_of(editor, place), lines(site)) == (True, 3)


def test_rejected_rows_stand_with_line_and_field_and_come_as_a_file(site: Site) -> None:
    editor = site.person(Role.EDITOR)
    place, page = looked(editor, HEAD + ROWS + BAD)
    file = editor.get(f"{place}/rejects")
    assert ("<td>5</td><td>ordered_at</td>" in page, file.headers["content-disposition"]) == (
        True,
        'attachment; filename="orders.csv.rejects.csv"',
    )
    assert file.text.startswith("line,field,reason,row")


def test_a_file_goes_when_its_dialogue_is_over(site: Site) -> None:
    editor = site.person(Role.EDITOR)
    place, _ = looked(editor)
    editor.post(f"{place}/drop")
    gone = editor.get(place)
    assert (uploads(site.shop), gone.status_code) == ([], 422)


def test_a_file_is_nobody_elses(site: Site) -> None:
    place, _ = looked(site.person(Role.EDITOR))
    assert site.person(Role.LEAD).get(place).status_code == 422


def test_a_hostile_name_and_hostile_cells_are_shown_as_they_are(site: Site) -> None:
    text = HEAD + "O-1,<script>alert(1)</script>,c@oak.example,US,LAMP,2026-05-01,2026-06-20,backordered\n"
    _, page = looked(site.person(Role.EDITOR), text, '../../<script>alert("2")</script>.csv')
    assert ("<script>alert" in page, "&lt;script&gt;alert(1)" in page) == (False, True)
    (folder,) = uploads(site.shop)
    assert folder.parent == site.shop.settings.upload_folder


def test_what_is_no_text_is_refused_in_words_without_our_folders(site: Site) -> None:
    _, page = looked(site.person(Role.EDITOR), "PK\x03\x04 a workbook", "orders.csv")
    assert ("an Excel workbook" in page, str(site.shop.folder) in page) == (True, False)


def test_a_shrunken_export_stops_and_asks(site: Site) -> None:
    editor = site.person(Role.EDITOR)
    place, _ = looked(editor, profile="full")
    editor.post(f"{place}/take")
    page_of(editor, place)
    place, page = looked(editor, HEAD + ROWS.splitlines()[0] + "\n", profile="full")
    assert "More than half of the open lines are gone" in page
    editor.post(f"{place}/take", accept_shrink="yes")
    assert "were closed" in page_of(editor, place)
    assert sorted(one.status for one in site.shop.rows(OrderLine)) == ["backordered", "closed", "closed"]


def test_nothing_is_taken_in_that_was_not_looked_through(site: Site) -> None:
    editor = site.person(Role.EDITOR)
    place, _ = looked(editor)
    editor.post(f"{place}/take")
    page_of(editor, place)
    assert editor.post(f"{place}/take").status_code == 422


def test_a_file_larger_than_a_form_comes_from_an_editor(site: Site) -> None:
    text = HEAD + ROWS + "".join(f"#{' ' * 1000}\n" for _ in range(500))
    assert bring(site.person(Role.EDITOR), text).status_code == 303


def test_a_file_larger_than_is_allowed_is_refused(site: Site) -> None:
    assert bring(site.person(Role.EDITOR), HEAD + "x" * 2 * 1024**2).status_code == 413


@pytest.mark.parametrize(
    ("cookie", "site_header"),
    [("", "same-origin"), ("forged", "same-origin"), ("viewer", "same-origin"), ("editor", "cross-site")],
)
def test_strangers_viewers_and_other_sites_can_bring_no_large_body(site: Site, cookie: str, site_header: str) -> None:
    tokens = {role.word: site.person(role).token for role in (Role.VIEWER, Role.EDITOR)}
    cookies = {"console": tokens.get(cookie, cookie)} if cookie else {}
    answer = plain_http.post(
        site.address + UPLOAD,
        headers={"sec-fetch-site": site_header},
        cookies=cookies,
        files={"file": ("orders.csv", b"x" * 200_000, "text/csv")},
        data={"kind": "backorders"},
    )
    assert (answer.status_code, site.shop.settings.upload_folder.exists()) == (413, False)


def test_an_empty_form_says_what_is_missing(site: Site) -> None:
    answer = site.person(Role.EDITOR).send(UPLOAD, data={"kind": "backorders"})
    assert (answer.status_code, "choose a file" in answer.text) == (422, True)


def test_the_audit_log_has_who_brought_which_kind_and_no_name_of_a_file(site: Site) -> None:
    looked(site.person(Role.EDITOR), name="ann.meyer@oak.example.csv")
    row = site.shop.rows(AuditEntry)[-1]
    assert (row.operator, row.note, row.detail) == ("editor", "import.bring", "kind=backorders")


def test_a_file_that_outlived_the_server_can_be_looked_through_again(site: Site) -> None:
    editor = site.person(Role.EDITOR)
    place, _ = looked(editor)
    with console(site.shop) as other:
        again = Person(other, editor.operator, editor.token)
        assert "since the server was started" in again.get(place).text
        again.post(f"{place}/look")
        assert "What would be taken" in page_of(again, place)
        assert "orders.csv" in again.get(IMPORT).text


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_what_was_found_can_be_read_by_everybody_on_any_screen(site: Site, size: tuple[int, int]) -> None:
    if not Path(CHROMIUM).exists():
        pytest.skip("missing: chromium (apt-get install chromium)")
    editor = site.person(Role.EDITOR)
    place, _ = looked(editor, HEAD + ROWS + BAD)
    with browser() as chromium, tab(chromium, site, editor, size) as page:
        page.goto(site.address + place)
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert (axe(page), wide, page.heard.complaints) == ([], False, [])


def test_a_workbook_is_looked_through_too(site: Site, tmp_path: Path) -> None:
    made = Workbook()
    for row in (HEAD.strip().split(","), *(line.split(",") for line in (ROWS + BAD).splitlines())):
        made.active.append(row)
    made.save(tmp_path / "book.xlsx")
    editor = site.person(Role.EDITOR)
    file = {"file": ("Export.xlsx", (tmp_path / "book.xlsx").read_bytes(), "application/octet-stream")}
    place = editor.send(UPLOAD, data={"kind": "backorders"}, files=file).headers["location"]
    page = page_of(editor, place)
    assert ("can be taken" in page, "<td>5</td><td>ordered_at</td>" in page) == (True, True)
    assert editor.get(f"{place}/rejects").text.startswith("line,field,reason,row")
