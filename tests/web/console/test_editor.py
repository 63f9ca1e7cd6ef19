"""The template editor over HTTP: typing, preview, publishing, history, and what a draft may not do."""

import asyncio
import html
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from notifier.store.tables import AuditEntry, WordingDraft
from notifier.terms.operator import Role
from tests.render.hostile_templates import PAGES
from tests.web.console.desk import Person, Site, console, opened
from tests.web.console.drafts import READY, READY_TEXT, SOUND, typed
from tests.web.pages.site import late

pytestmark = pytest.mark.slow

SECONDS = 600


def test_a_brand_with_a_file_for_one_part_of_an_email_has_a_page(tmp_path: Path, sqlite_url: str) -> None:
    shop = opened(tmp_path, sqlite_url)
    own = shop.settings.template_folder / "_brands" / "main" / "ready"
    own.mkdir(parents=True)
    (own / "email.md").write_text("{{ greeting }} from a file", "utf-8")
    with console(shop) as site:
        text = site.person(Role.EDITOR).get(f"{READY}?brand=main").text
    assert "from a file" in text and "Subject" in text


def test_the_other_channel_of_a_brand_is_that_brand_s(ada: Person) -> None:
    link = re.search(r'href="([^"]*)">Text</a>', ada.get(f"{READY}?locale=de&brand=main").text)
    assert link
    page = ada.get(html.unescape(link[1])).text
    assert "text message, de, main</span>" in page


def test_the_list_says_how_each_wording_stands(ada: Person) -> None:
    typed(ada)
    text = ada.get("/console/templates").text
    assert "packaged" in text and text.count("draft open") == 1


def test_what_is_published_in_a_language_that_is_not_whole_yet_stays_in_sight(ada: Person) -> None:
    placed = "/console/templates/placed/email"
    typed(ada, placed, locale="da", email_md="{{ greeting }}\n\nHej fra Danmark.")
    page = ada.then(f"{placed}/publish", locale="da", revision="1").text
    assert "Hej fra Danmark." in page and "version 1 waits for the text" in page
    assert "Version 1 is sent once the text is published, too." in page
    assert "published, waits for the text" in ada.get("/console/templates").text
    history = ada.get(f"{placed}/history?locale=da").text
    assert ("waits for the text" in history, "in force" in history) == (True, False)


def test_a_viewer_looks_and_does_not_write(site: Site) -> None:
    viewer = site.person(Role.VIEWER)
    page = viewer.get(READY)
    assert page.status_code == 200 and "data-readonly" in page.text and "/publish" not in page.text
    assert viewer.post(f"{READY}/typed", **SOUND).status_code == 403


def test_what_is_typed_is_saved_and_its_faults_come_back_at_their_lines(site: Site, ada: Person) -> None:
    text = typed(ada, email_md="Hello\n{{ greetng }}")
    assert 'data-part="email.md" data-line="2" data-column="4"' in text
    assert "did you mean &#39;greeting&#39;?" in text and 'name="revision" value="1"' in text
    assert len(site.shop.rows(WordingDraft)) == 1


@pytest.mark.parametrize(("size", "said"), [(63 * 1024, "Draft saved"), (66 * 1024, "is over 64 KB; shorten it")])
def test_a_part_may_be_as_long_as_a_file(pages: Person, size: int, said: str) -> None:
    assert said in typed(pages, "/console/templates/placed/email", revision=0, email_md="é" * (size // 2))


def test_what_is_as_it_was_makes_no_draft(site: Site, ada: Person) -> None:
    page = ada.get(READY_TEXT).text
    sent = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert sent
    typed(ada, READY_TEXT, sms_txt=sent[1].replace("&#34;", '"').replace("&amp;", "&"))
    assert site.shop.rows(WordingDraft) == []


def test_a_second_editor_is_told_and_nothing_is_lost(site: Site, ada: Person) -> None:
    typed(ada, email_md="{{ greeting }} from Ada")
    text = typed(site.person(Role.EDITOR, "ben"), email_md="{{ greeting }} from Ben")
    assert "Not saved: ada has saved another draft of ready by email in en (2026-06-01 11:00 America/New_York)" in text
    assert 'name="over" value="1"' in text
    assert "from Ada" in site.shop.rows(WordingDraft)[0].texts
    typed(site.person(Role.EDITOR, "ben"), revision=1, email_md="{{ greeting }} from Ben")
    assert "from Ben" in site.shop.rows(WordingDraft)[0].texts


def test_what_was_typed_and_refused_stays_on_the_page_and_can_be_saved_all_the_same(site: Site, ada: Person) -> None:
    typed(ada, email_md="{{ greeting }} from Ada")
    mine = SOUND | {"email.md": "{{ greeting }} from Ben"}
    answer = (ben := site.person(Role.EDITOR, "ben")).post(f"{READY}/save", **mine, revision="0")
    assert (answer.status_code, "{{ greeting }} from Ben</textarea>" in answer.text) == (422, True)
    assert "from Ada" in site.shop.rows(WordingDraft)[0].texts
    assert "The draft is saved." in ben.then(f"{READY}/save", **mine, revision="0", over="1").text
    assert "from Ben" in site.shop.rows(WordingDraft)[0].texts


def test_a_page_that_was_refused_saves_over_nobody_by_its_other_buttons(site: Site, ada: Person) -> None:
    typed(ada, email_md="{{ greeting }} from Ada")
    page = site.person(Role.EDITOR, "ben").post(f"{READY}/save", **SOUND, revision="0").text
    assert ('name="revision" value="0"' in page, 'name="revision" value="1"' in page) == (True, False)


def test_who_wrote_before_another_s_version_was_published_is_told(site: Site, ada: Person) -> None:
    typed(ada)
    ada.post(f"{READY}/publish", revision="1")
    text = typed(site.person(Role.EDITOR, "ben"), email_md="{{ greeting }} from Ben")
    assert "Version 1 was published" in text and "I have compared them" in text


def test_typing_is_one_line_of_the_log(site: Site, ada: Person) -> None:
    for revision in (0, 1):
        typed(ada, revision=revision, email_md=f"{{{{ greeting }}}} {revision}")
    assert [row.note for row in site.shop.rows(AuditEntry)] == ["draft.save"]


def test_the_preview_is_a_document_that_can_do_nothing(ada: Person) -> None:
    answer = ada.get(f"{READY}/preview")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "sandbox;" in policy and "frame-ancestors 'self'" in policy
    page = ada.get(READY).text
    assert re.findall(r"<iframe[^>]*>", page) and "allow-" not in page


def test_a_broken_text_beside_an_email_is_told_and_hides_no_preview(tmp_path: Path, sqlite_url: str) -> None:
    shop = opened(tmp_path, sqlite_url)
    own = shop.settings.template_folder / "ready"
    own.mkdir(parents=True)
    (own / "sms.txt").write_text("{{ brand.name }}: {{ oops }} Reply STOP to stop texts", "utf-8")
    with console(shop) as site:
        ada = site.person(Role.EDITOR)
        page, frame = ada.get(READY).text, ada.get(f"{READY}/preview").text
    assert "ready/sms.txt line 1: there is no variable" in page and 'data-part="sms.txt"' not in page
    assert "<iframe" in page and "cannot be filled in" not in frame


def test_dark_mode_is_shown_whatever_the_browser_prefers(ada: Person) -> None:
    light, dark = (ada.get(f"{READY}/preview?dark={one}").text for one in ("", "1"))
    assert "prefers-color-scheme" not in light + dark and light != dark


def test_a_draft_is_shown_on_a_real_order(site: Site, ada: Person) -> None:
    site.shop.take_in("backorders", [late(order_id="10482", customer_name="Ann Field")], site.now)
    assert "Ann Field" in ada.get("/console/templates/delay/email/preview?order=10482").text


def test_who_comes_from_a_message_is_led_to_the_wording_that_it_was_made_of(ada: Person) -> None:
    answer = ada.get("/console/templates/delay/email?locale=en-US&brand=main&order=10482")
    assert answer.headers["location"] == "/console/templates/delay/email?order=10482"
    assert ada.get("/console/templates/delay/email?brand=main&order=10482&own=1").status_code == 200


def test_an_order_that_is_not_there_is_told_and_a_made_up_one_is_shown(ada: Person) -> None:
    text = ada.get(f"{READY}?order=77").text
    assert "there is no order &#39;77&#39;" in text and "a made-up order" in text


def test_the_worst_cases_are_a_click_away(site: Site, ada: Person) -> None:
    site.shop.take_in("backorders", [late(order_id="10482", customer_name="Ann Field")], site.now)
    assert "order=main%3A10482" in ada.get(f"{READY}?cases=1").text


def test_a_text_shows_what_it_costs(tmp_path: Path, sqlite_url: str) -> None:
    price = '\n[sms]\nprice_per_segment = 0.05\nprice_currency = "USD"\n'
    with console(opened(tmp_path, sqlite_url, price)) as site:
        words = "{{ brand.name }}: " + "żółty " * 15 + "STOP"
        text = typed(site.person(Role.EDITOR), READY_TEXT, sms_txt=words)
    assert "UCS-2" in text and "$0.15" not in text and "$0.10" in text and "write z" in text


def test_a_version_leads_to_the_messages_that_had_it(ada: Person) -> None:
    typed(ada)
    ada.post(f"{READY}/publish", revision="1")
    assert "No message had it" in ada.get(f"{READY}/uses?number=1").text


def test_where_there_is_no_draft_nothing_is_shown_as_deleted(ada: Person) -> None:
    text = ada.get(f"{READY}/difference").text
    assert ("There is no draft" in text, "<del>" in text) == (True, False)


def test_two_versions_stand_beside_each_other(ada: Person) -> None:
    typed(ada)
    text = ada.get(f"{READY}/difference").text
    assert "<ins>It is here.</ins>" in text and "<del>" in text


def test_a_draft_is_thrown_away(site: Site, ada: Person) -> None:
    typed(ada)
    ada.post(f"{READY}/discard", revision="1")
    assert "draft open" not in ada.get("/console/templates").text


def checked(ada: Person, page: str) -> str:
    """The outcome of a check, once it is there."""
    ada.post(f"{page}/check")
    for _ in range(SECONDS * 20):
        text = ada.get(f"{page}/check").text
        if "It goes on by itself" not in text:
            return text
        time.sleep(0.05)
    raise AssertionError("the check did not end")


def test_a_draft_is_checked_on_all_open_backorders(site: Site, ada: Person) -> None:
    site.shop.take_in("backorders", [late(order_id="10482"), late("ben", order_id="10483")], site.now)
    typed(ada)
    assert "2 of 2 checked" in (text := checked(ada, READY)) and "all of them can be filled in" in text


def test_a_check_that_the_database_fails_comes_to_an_end_and_says_so(site: Site, ada: Person) -> None:
    typed(ada)
    with site.shop.store.write() as tx:
        tx.connection.execute(sqlalchemy.text("ALTER TABLE order_line RENAME TO gone"))
    assert "It broke off: It failed (" in checked(ada, READY)


def test_what_fails_leads_to_the_failing_order(site: Site, ada: Person) -> None:
    site.shop.take_in("backorders", [late(order_id="10482")], site.now)
    typed(ada, email_md="{{ greeting }} {{ items[7].name }}")
    text = checked(ada, READY)
    assert "some cannot be filled in" in text and f'href="{READY}?order=main%3A10482&amp;own=1"' in text


@pytest.mark.parametrize("hostile", PAGES, ids=lambda one: one.name)
def test_nothing_hostile_acts_on_the_editors_own_page(pages: Person, hostile: Any) -> None:
    part = {"subject": "subject_txt", "email": "email_md"}[hostile.part]
    answer = pages.post(f"{READY}/typed", **SOUND | {part.replace("_", "."): hostile.text, "revision": "0"})
    shown = answer.text + pages.get(READY).text
    assert not re.search(r"<script(?! src=\"/console/assets)|<svg onload|<img|<base|<object|<meta http-equiv", shown)
    assert not re.search(r"<iframe(?![^>]*\bsandbox\b)|<[^>]*\son(error|load|click|mouseover)=", shown)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    folder = tmp_path_factory.mktemp("pages")
    with console(opened(folder, f"sqlite:///{folder / 'shop.db'}")) as site:
        yield site.person(Role.EDITOR, "ada")


def test_a_slow_draft_keeps_no_other_page_waiting(site: Site, ada: Person) -> None:
    other, begun, go_on = site.person(Role.VIEWER), threading.Event(), threading.Event()

    def render_slowly() -> None:
        begun.set()
        go_on.wait(SECONDS)

    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(asyncio.run, site.routes.desk.previews.run(render_slowly))
        begun.wait(SECONDS)
        waits = threads.submit(ada.post, f"{READY}/typed", **SOUND | {"revision": "0"})
        try:
            while not (site.shop.rows(WordingDraft) or waits.done()):
                assert other.get("/console/me").status_code == 200
            assert [other.get("/console/me").status_code for _ in range(3)] == [200, 200, 200]
            assert (slow.done(), waits.done()) == (False, False)
        finally:
            go_on.set()
        assert waits.result().status_code == 200
