"""`notifier templates`: a team keeps its texts in git, another publishes from the console, and neither loses work."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from notifier.errors import SettingsError
from notifier.pipeline.in_force import house_in_force
from notifier.template_files import packaged_folder, write_files
from notifier.terms.wording import Texts
from tests.calls import Call, caller
from tests.shop import Shop, open_shop, order
from tests.wordshop import PLACED, email, put_back, put_out, save

pytestmark = pytest.mark.slow

AT = ("--now", "2026-06-01T18:00:00Z")


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url, f"[database]\nurl = {json.dumps(database_url)}\n")


@pytest.fixture
def call(shop: Shop, capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(shop.folder / "settings.toml", capsys)


def publish(shop: Shop, words: str) -> None:
    with shop.house() as house:
        put_out(house, PLACED, email(words))


def write(shop: Shop, texts: Texts) -> None:
    folder = shop.folder / "templates" / "placed"
    folder.mkdir(parents=True, exist_ok=True)
    for part, text in texts.items():
        (folder / part).write_text(text, "utf-8")


def written(shop: Shop) -> str:
    return (shop.folder / "templates" / "placed" / "email.md").read_text("utf-8")


def found(call: Call, *words: str, code: int = 0) -> dict[str, Any]:
    ended, said, _ = call("templates", *words, "--json")
    assert ended == code
    answer: dict[str, Any] = json.loads(said)
    return answer


def wants_a_second_person(shop: Shop) -> None:
    with (shop.folder / "settings.toml").open("a") as settings:
        settings.write("[templates]\nsecond_person = true\n")


def in_force(shop: Shop) -> str:
    with shop.house() as house:
        return house_in_force(house).catalogue.source("placed", "en", "").email


def test_pull_writes_what_is_published(shop: Shop, call: Call) -> None:
    publish(shop, "From the console.")
    assert found(call, "pull")["written"] == ["placed/email.md", "placed/subject.txt"]
    assert written(shop) == email("From the console.")["email.md"]


def test_pull_leaves_a_file_alone_that_somebody_has_changed(shop: Shop, call: Call) -> None:
    publish(shop, "From the console.")
    write(shop, {"email.md": "Mine."})
    assert (found(call, "pull", code=1)["refused"], written(shop)) == (["placed/email.md"], "Mine.")


def test_pull_overwrites_it_when_forced(shop: Shop, call: Call) -> None:
    publish(shop, "From the console.")
    write(shop, {"email.md": "Mine."})
    found(call, "pull", "--force")
    assert "From the console." in written(shop)


def test_pull_brings_a_folder_up_to_date_that_nobody_has_changed(shop: Shop, call: Call) -> None:
    for words in ("First.", "Second."):
        publish(shop, words)
        found(call, "pull")
    assert "Second." in written(shop)


def test_pull_names_what_waits_for_the_other_channel(shop: Shop, call: Call) -> None:
    with shop.house() as house:
        put_out(house, replace(PLACED, locale="da"), email("Hej."))
    pulled = found(call, "pull")
    assert (pulled["written"], pulled["waiting"]) == ([], ["placed/da/subject.txt", "placed/da/email.md"])
    assert "waits    placed/da/email.md" in call("templates", "pull")[1]


def test_what_waits_for_the_other_channel_is_checked_as_it_was_written(shop: Shop, call: Call) -> None:
    with shop.house() as house:
        put_out(house, replace(PLACED, locale="da"), email("Hej."))
    assert [one["where"] for one in found(call, "check")["checked"]] == ["published"]


def test_push_publishes_what_the_folder_has(shop: Shop, call: Call) -> None:
    write(shop, email("From git."))
    (pushed,) = found(call, "push", "--by", "git", *AT)["pushed"]
    assert (pushed["purpose"], pushed["version"], "From git." in in_force(shop)) == ("placed", 1, True)


def test_push_has_nothing_to_do_twice(shop: Shop, call: Call) -> None:
    write(shop, email("From git."))
    found(call, "push", "--by", "git", *AT)
    assert found(call, "push", "--by", "git", *AT)["pushed"] == []


def test_a_rehearsal_publishes_nothing(shop: Shop, call: Call) -> None:
    write(shop, email("From git."))
    publish(shop, "From the console.")
    (pushed,) = found(call, "push", "--dry-run")["pushed"]
    assert (pushed["version"], pushed["faults"], "From the console." in in_force(shop)) == (None, [], True)


def fails_beside(shop: Shop) -> None:
    """An order for which the shop's own layout fails, whatever an email says."""
    (shop.folder / "templates").mkdir(exist_ok=True)
    layout = (packaged_folder() / "_layout.mjml").read_text("utf-8")
    fails = layout.replace("{{ preheader }}", "{{ preheader }}{{ 1 / (first_item.quantity - 3) }}")
    (shop.folder / "templates" / "_layout.mjml").write_text(fails, "utf-8")
    new = {"promised_ship_by": "2026-06-20", "ordered_at": "2026-05-31T10:00:00Z"}
    shop.take_in("backorders", [order("cy", quantity=3, **new)])


def test_a_rehearsal_refuses_no_text_for_what_fails_beside_it(shop: Shop, call: Call) -> None:
    fails_beside(shop)
    write(shop, email("From git."))
    (rehearsed,) = found(call, "push", "--dry-run", *AT)["pushed"]
    (pushed,) = found(call, "push", "--by", "git", *AT)["pushed"]
    assert (rehearsed["faults"], pushed["version"]) == ([], 1)


def test_push_asks_for_approval_of_a_text_whatever_fails_beside_it(shop: Shop, call: Call) -> None:
    wants_a_second_person(shop)
    fails_beside(shop)
    write(shop, email("From git."))
    (pushed,) = found(call, "push", "--by", "git", *AT)["pushed"]
    assert pushed["submitted"]


def test_push_refuses_what_is_broken_with_file_and_line(shop: Shop, call: Call) -> None:
    write(shop, email("{{ nam }}"))
    (pushed,) = found(call, "push", "--by", "git", *AT, code=1)["pushed"]
    assert pushed["faults"] == ["placed/email.md line 3: there is no variable 'nam'; did you mean 'name'?"]


def test_push_refuses_a_folder_that_is_behind(shop: Shop, call: Call) -> None:
    publish(shop, "First.")
    found(call, "pull")
    publish(shop, "Second.")
    (pushed,) = found(call, "push", "--by", "git", *AT, code=1)["pushed"]
    assert pushed["faults"] == ["version 2 is newer than the folder's text; pull it, or roll back in the console"]


def test_push_does_not_save_over_the_draft_of_somebody_else(shop: Shop, call: Call) -> None:
    write(shop, email("From git."))
    with shop.house() as house:
        save(house, PLACED, email("Half done."), "ada")
    (pushed,) = found(call, "push", "--by", "git", *AT, code=1)["pushed"]
    assert pushed["faults"][0].startswith("ada has saved another draft")


def test_push_asks_for_approval_where_a_second_person_is_wanted(shop: Shop, call: Call) -> None:
    wants_a_second_person(shop)
    write(shop, email("From git."))
    (pushed,) = found(call, "push", "--by", "git", *AT)["pushed"]
    assert (pushed["submitted"], "From git." in in_force(shop)) == (True, True)


def test_diff_shows_lines_of_both(shop: Shop, call: Call) -> None:
    publish(shop, "From the console.")
    write(shop, email("From git."))
    _, said, _ = call("templates", "diff")
    assert ("--- placed/email.md (version 1)" in said, "-From the console.\n+From git." in said) == (True, True)


def test_diff_after_a_pull_is_empty(shop: Shop, call: Call) -> None:
    publish(shop, "First.")
    publish(shop, "Second.")
    with shop.house() as house:
        put_back(house, PLACED, 1)
    found(call, "pull")
    assert found(call, "diff")["differences"] == []


def test_check_looks_at_folder_published_texts_and_drafts(shop: Shop, call: Call) -> None:
    publish(shop, "From the console.")
    write(shop, email("From git."))
    with shop.house() as house:
        save(house, PLACED, email("{{ nam }}"))
    checked = found(call, "check", code=1)["checked"]
    assert [one["where"] for one in checked] == ["folder", "published", "draft"]


def test_check_can_look_at_drafts_alone(shop: Shop, call: Call) -> None:
    publish(shop, "From the console.")
    assert found(call, "check", "--drafts")["checked"] == []


def test_the_packaged_texts_are_sound(shop: Shop, call: Call) -> None:
    write(shop, {part: (packaged_folder() / "placed" / part).read_text("utf-8") for part in PLACED.parts})
    (checked,) = found(call, "check")["checked"]
    assert [one for one in checked["faults"] if one["severity"] == "fault"] == []


def test_nothing_is_written_outside_the_folder(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="leads out of templates/"):
        write_files(tmp_path / "templates", {"../settings.toml": "x"})
