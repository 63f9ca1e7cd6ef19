"""What is done with a draft at the console: compared, tested, approved, published, rolled back."""

import re
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy

from notifier.store.tables import AuditEntry, Contact, Message, WordingVersionRow
from notifier.terms.operator import Role
from tests.web.console.desk import Person, Site, console, opened
from tests.web.console.drafts import READY, READY_TEXT, SOUND, typed

pytestmark = pytest.mark.slow

LIVE = '[delivery]\nmode = "live"\n[email]\nhost = "mail.example.com"\n'


def test_what_stands_in_the_form_is_what_is_published(site: Site, ada: Person) -> None:
    typed(ada)
    ada.post(f"{READY}/publish", **SOUND | {"email.md": "{{ greeting }} on the screen"}, revision="1")
    assert "on the screen" in site.shop.rows(WordingVersionRow)[0].texts


def test_a_version_that_the_page_did_not_name_was_not_compared(site: Site, ada: Person) -> None:
    typed(ada)
    ada.post(f"{READY}/publish", revision="1")
    ben = site.person(Role.EDITOR, "ben")
    typed(ben, email_md="{{ greeting }} from Ben")
    answer = ben.post(f"{READY}/catch-up", revision="2", newest="0")
    assert (answer.status_code, "came into force meanwhile" in answer.text) == (422, True)
    assert "stands on the newest" in ben.then(f"{READY}/catch-up", revision="2", newest="1").text


def test_a_database_in_trouble_while_a_draft_is_checked_is_told_as_such(site: Site, ada: Person) -> None:
    typed(ada)
    with site.shop.store.write() as tx:
        tx.connection.execute(sqlalchemy.text("ALTER TABLE order_line RENAME TO gone"))
    answer = ada.post(f"{READY}/publish", revision="1")
    assert (answer.status_code, "longer than a page may wait" in answer.text) == (503, True)


def test_who_publishes_while_another_writes_keeps_nobody_from_a_preview(tmp_path: Path, sqlite_url: str) -> None:
    with console(opened(tmp_path, sqlite_url)) as site:
        ada = site.person(Role.EDITOR, "ada")
        typed(ada)
        said: list[int] = []
        publishes = threading.Thread(target=lambda: said.append(ada.post(f"{READY}/publish", revision="1").status_code))
        publishes.start()
        while len(site.shop.rows(AuditEntry)) < 2:
            time.sleep(0.005)
        with site.shop.store.write():
            began = time.monotonic()
            assert ada.get(f"{READY}/preview?dark=1").status_code == 200
            took = time.monotonic() - began
        publishes.join()
    assert (took < 5, said) == (True, [303])


def test_a_text_is_not_tested_while_texts_go_to_customers_and_the_page_says_why(
    tmp_path: Path, sqlite_url: str
) -> None:
    with console(opened(tmp_path, sqlite_url, LIVE)) as site:
        page = site.person(Role.EDITOR).get(READY_TEXT).text
    assert ("Send a test to me" in page, "accounts have no number" in page) == (False, True)


def test_a_sound_draft_is_published_and_counts_at_once(site: Site, ada: Person) -> None:
    typed(ada)
    said = ada.then(f"{READY}/publish", revision="1", note="Shorter").text
    assert "Version 1 is in force." in said and "version 1 in force" in said
    assert site.shop.rows(WordingVersionRow)[0].author == "ada"


def test_a_broken_draft_is_not_published_and_says_why(site: Site, ada: Person) -> None:
    typed(ada, email_md="{{ greetng }}")
    answer = ada.post(f"{READY}/publish", revision="1")
    assert answer.status_code == 422 and "did you mean" in answer.text
    assert site.shop.rows(WordingVersionRow) == []


def test_what_only_the_editor_sees_keeps_a_draft_from_being_published(ada: Person) -> None:
    typed(ada, email_md="{{ greeting }} [Look]()")
    answer = ada.post(f"{READY}/publish", revision="1")
    assert answer.status_code == 422 and "a link without an address" in answer.text


def test_a_second_person_approves_where_the_shop_wants_it(tmp_path: Path, sqlite_url: str) -> None:
    with console(opened(tmp_path, sqlite_url, "\n[templates]\nsecond_person = true\n")) as site:
        ada, ben = site.person(Role.EDITOR, "ada"), site.person(Role.EDITOR, "ben")
        typed(ada)
        assert ada.post(f"{READY}/publish", revision="1").status_code == 422
        assert "may approve it now" in ada.then(f"{READY}/submit", revision="1").text
        assert ada.post(f"{READY}/approve", revision="1").status_code == 422
        assert "ada asks for approval." in ben.get(READY).text
        assert "Approved" in ben.then(f"{READY}/approve", revision="1").text
        assert "in force" in ada.then(f"{READY}/publish", revision="1").text


def test_an_older_version_and_the_file_come_back(site: Site, ada: Person) -> None:
    for number in (1, 2):
        typed(ada, base=str(number - 1), email_md=f"{{{{ greeting }}}} number {number}")
        ada.post(f"{READY}/publish", revision=str(number))
    assert "Version 3 is in force." in ada.then(f"{READY}/roll-back", number="1", base="2").text
    assert "Version 4 is in force." in ada.then(f"{READY}/back-to-file", base="3").text
    history = ada.get(f"{READY}/history").text
    assert "rolled back to version 1" in history and "back to the file" in history


def test_what_another_published_meanwhile_is_not_undone_unseen(site: Site, ada: Person) -> None:
    for number in (1, 2):
        typed(ada, base=str(number - 1), email_md=f"{{{{ greeting }}}} number {number}")
        ada.post(f"{READY}/publish", revision=str(number))
    (form,) = re.findall(r'action="[^"]*/roll-back".*?</form>', ada.get(f"{READY}/history").text, re.DOTALL)
    seen = dict(re.findall(r'name="(\w+)" value="(\w*)"', form))
    typed(ada, base="2", email_md="{{ greeting }} number 3")
    ada.post(f"{READY}/publish", revision="3")
    assert "version 3 of ready by email in en came into force meanwhile" in ada.post(f"{READY}/roll-back", **seen).text
    assert ada.post(f"{READY}/back-to-file", base="2").status_code == 422


def test_a_test_goes_to_oneself_and_is_no_contact(site: Site, ada: Person) -> None:
    typed(ada)
    said = ada.then(f"{READY}/test", revision="1").text
    assert "mode folder sends nothing" in said
    (mail,) = site.shop.sent()
    assert "To: ada@oak.example" in mail and "Subject: [test]" in mail
    assert site.shop.rows(Contact) == [] and site.shop.rows(Message) == []
    assert [row.note for row in site.shop.rows(AuditEntry)] == ["draft.save", "draft.test"]
