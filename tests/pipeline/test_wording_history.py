"""Who reads a wording's history sees every version, what it changed, and the messages that had it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.errors import UsageError
from notifier.pipeline.draft_view import texts_at_hand
from notifier.pipeline.house import House
from notifier.pipeline.remembered import Memory
from notifier.pipeline.wording_history import (
    FILE,
    diff,
    history,
    messages_of,
    remembered_messages,
    standing,
    standings,
    texts_of,
)
from notifier.terms.wording import VersionKind, Wording
from notifier.terms.words import Channel
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop, open_shop, order
from tests.wordshop import PLACED, PLACED_TEXT, back_to_file, email, put_back, put_out, save, text


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url)
    with shop.house() as house:
        put_out(house, PLACED, email("First."), "ada")
        put_out(house, PLACED, email("Second."), "bob")
    new = {"promised_ship_by": "2026-06-20", "ordered_at": "2026-05-31T10:00:00Z"}
    shop.take_in("backorders", [order(name, **new) for name in ("ann", "ben")])
    shop.plan()
    shop.deliver()
    return shop


@pytest.fixture
def house(as_left: AsLeft) -> Iterator[House]:
    """A shop that has published twice, and has sent two messages with the second text."""
    with as_left(shop_made).house() as house:
        yield house


def test_a_history_has_the_newest_first_with_its_author(house: House) -> None:
    assert [(one.version.number, one.version.author) for one in history(house, PLACED)] == [(2, "bob"), (1, "ada")]


def test_each_version_says_how_many_messages_had_it(house: House) -> None:
    assert [messages_of(house, PLACED, number).uses.messages for number in (1, 2)] == [0, 2]


def test_the_other_channel_has_a_history_of_its_own(house: House) -> None:
    assert history(house, PLACED_TEXT) == []


def test_the_messages_of_a_version_are_named(house: House) -> None:
    assert sorted(one.customer for one in messages_of(house, PLACED, 2).newest) == ["ann", "ben"]


def test_the_messages_of_a_version_are_remembered_for_ten_minutes(house: House) -> None:
    memory, which = Memory(), (PLACED, 2)
    first = remembered_messages(house, memory, which, NOON)
    later = NOON + timedelta(minutes=9)
    assert remembered_messages(house, memory, which, later) is first
    assert remembered_messages(house, memory, which, later + timedelta(minutes=2)).at > first.at


def test_what_cannot_be_found_out_leaves_nothing_in_memory(house: House) -> None:
    memory = Memory()
    for number in range(7, 10):
        with pytest.raises(UsageError, match="there is no version"):
            remembered_messages(house, memory, (PLACED, number), NOON)
    assert memory._at_work == {}


def test_a_version_that_is_not_there_has_no_messages(house: House) -> None:
    with pytest.raises(UsageError, match="there is no version 7"):
        messages_of(house, PLACED, 7)


def test_a_rollback_is_a_version_with_the_old_text(house: House) -> None:
    put_back(house, PLACED, 1, "cara")
    newest = history(house, PLACED)[0].version
    assert (newest.kind, newest.of, newest.published_by) == (VersionKind.ROLLED_BACK, 1, "cara")


def test_two_versions_are_compared_part_by_part(house: House) -> None:
    found = diff(PLACED, texts_of(house, PLACED, 1), texts_of(house, PLACED, 2))
    assert {part: [line for line in lines if line[0] in "+-"] for part, lines in found.items()} == {
        "email.md": ["-First.", "+Second."]
    }


def test_the_file_s_text_can_be_compared_too(house: House) -> None:
    assert texts_of(house, PLACED, FILE)["subject.txt"].startswith("Order {{ orders }}: {{ headline }}")


def test_what_was_taken_back_stands_as_the_file_s_text(house: House) -> None:
    back_to_file(house, PLACED)
    found = standing(house, PLACED)
    assert (found.is_published, found.texts) == (False, texts_of(house, PLACED, FILE))


def test_a_brand_with_a_file_of_its_own_for_one_part_has_the_others_of_all_brands(
    tmp_path: Path, sqlite_url: str
) -> None:
    shop = open_shop(tmp_path, sqlite_url)
    own = shop.settings.template_folder / "_brands" / "main" / "placed"
    own.mkdir(parents=True)
    (own / "email.md").write_text("{{ greeting }}\n\nFrom the file.\n", "utf-8")
    mains = replace(PLACED, brand="main")
    with shop.house() as house:
        assert standing(house, mains).texts == {
            "subject.txt": texts_of(house, PLACED, FILE)["subject.txt"],
            "email.md": "{{ greeting }}\n\nFrom the file.\n",
        }
        put_out(house, mains, email("Published."))
        back_to_file(house, mains)
        assert "From the file." in texts_of(house, mains, 2)["email.md"]
        assert not diff(mains, texts_of(house, PLACED, FILE), texts_of(house, mains, FILE)).get("subject.txt")


def test_a_wording_that_is_only_drafted_is_listed(house: House) -> None:
    danish = Wording("placed", Channel.EMAIL, "da")
    save(house, danish, email("Hej."))
    (found,) = [one for one in standings(house) if one.wording == danish]
    assert (found.texts, found.draft is not None) == ({}, True)


@pytest.mark.parametrize("brand", ["", "main"])
def test_what_is_published_in_a_language_that_is_not_whole_yet_is_at_hand(house: House, brand: str) -> None:
    danish = Wording("placed", Channel.EMAIL, "da", brand)
    put_out(house, danish, email("Hej."))
    found = standing(house, danish)
    assert (found.waits, found.texts, texts_at_hand(house, found)) == (True, {}, email("Hej."))


def test_once_a_language_is_whole_it_waits_no_longer(house: House) -> None:
    danish = Wording("placed", Channel.EMAIL, "da")
    put_out(house, danish, email("Hej."))
    put_out(house, replace(danish, channel=Channel.SMS), text("Hej."))
    assert (standing(house, danish).waits, standing(house, danish).texts) == (False, email("Hej."))


def test_every_wording_of_the_files_is_listed(house: House) -> None:
    assert {one.wording for one in standings(house)} > {PLACED, PLACED_TEXT}
