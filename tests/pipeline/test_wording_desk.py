"""Drafts of templates: two people who edit notice each other, and another person approves where the shop wants it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from notifier.errors import UsageError
from notifier.pipeline.house import House
from notifier.pipeline.publishing import Word, publish, roll_back
from notifier.pipeline.wording_desk import Seen, approve, catch_up, discard, save_draft, submit, wording_of
from notifier.terms.wording import DraftState
from notifier.terms.words import Channel
from tests.shop import NOON, open_shop, rendering
from tests.wordshop import PLACED, PLACED_TEXT, email, put_out, save, text


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    """A shop with the packaged templates."""
    with open_shop(tmp_path, database_url).house() as house:
        yield house


@pytest.fixture
def careful(house: House) -> House:
    """A shop in which a second person approves."""
    return replace(house, second_person=True)


def seen(revision: int) -> Seen:
    return Seen(PLACED, revision)


def test_each_save_makes_the_revision_grow(house: House) -> None:
    assert [save(house, PLACED, email(words)).revision for words in ("a", "b", "c")] == [1, 2, 3]


def test_to_save_what_is_there_changes_nothing(house: House) -> None:
    draft = save(house, PLACED, email("a"), "ada")
    assert save_draft(house, seen(1), email("a"), "bob", NOON) == draft


def test_who_saves_over_somebody_else_s_save_is_told(house: House) -> None:
    save(house, PLACED, email("a"), "ada")
    with pytest.raises(UsageError, match="ada has saved another draft of placed by email in en"):
        save_draft(house, seen(0), email("b"), "bob", NOON)


def test_the_revision_grows_on_after_a_draft_was_published(house: House) -> None:
    put_out(house, PLACED, email("a"))
    assert save_draft(house, seen(0), email("b"), "bob", NOON).revision == 2


def test_a_draft_that_was_published_is_not_published_twice(house: House) -> None:
    put_out(house, PLACED, email("a"))
    with pytest.raises(UsageError, match="there is no draft"):
        publish(house, rendering(), seen(1), Word("ada"), NOON)


def test_what_somebody_saved_after_it_was_seen_is_not_published(house: House) -> None:
    save(house, PLACED, email("a"))
    save(house, PLACED, email("b"), "bob")
    with pytest.raises(UsageError, match="bob has saved another draft"):
        publish(house, rendering(), seen(1), Word("ada"), NOON)


def test_a_draft_begun_before_another_version_is_published_only_after_a_look_at_that(house: House) -> None:
    put_out(house, PLACED, email("a"))
    put_out(house, PLACED, email("b"))
    draft = save(house, PLACED, email("c"))
    roll_back(house, rendering(), (PLACED, 1), Word("bob"), NOON)
    with pytest.raises(UsageError, match="version 3 of placed by email in en was published after"):
        publish(house, rendering(), seen(draft.revision), Word("ada"), NOON)
    catch_up(house, seen(draft.revision))
    assert publish(house, rendering(), seen(draft.revision), Word("ada"), NOON).version.number == 4


def test_without_a_second_person_s_approval_nothing_is_published(careful: House) -> None:
    with pytest.raises(UsageError, match="another person must approve"):
        put_out(careful, PLACED, email("a"))


def test_an_author_cannot_approve_their_own_draft(careful: House) -> None:
    save(careful, PLACED, email("a"), "ada")
    submit(careful, seen(1), "ada")
    with pytest.raises(UsageError, match="ada wrote this draft"):
        approve(careful, seen(1), "ada")


def test_what_another_person_approved_is_published_with_both_names(careful: House) -> None:
    save(careful, PLACED, email("a"), "ada")
    submit(careful, seen(1), "ada")
    approve(careful, seen(1), "bob")
    version = publish(careful, rendering(), seen(1), Word("ada", "shorter"), NOON).version
    assert (version.author, version.approved_by, version.note) == ("ada", "bob", "shorter")


def test_a_change_after_the_approval_must_be_approved_again(careful: House) -> None:
    save(careful, PLACED, email("a"), "ada")
    submit(careful, seen(1), "ada")
    approve(careful, seen(1), "bob")
    assert save(careful, PLACED, email("b"), "ada").state is DraftState.EDITING


def test_a_draft_that_was_thrown_away_is_not_published(house: House) -> None:
    save(house, PLACED, email("a"))
    discard(house, seen(1))
    with pytest.raises(UsageError, match="there is no draft"):
        publish(house, rendering(), seen(1), Word("ada"), NOON)


def test_line_ends_of_a_browser_become_those_of_a_file(house: House) -> None:
    assert save(house, PLACED_TEXT, {"sms.txt": "a\r\nb"}).texts == {"sms.txt": "a\nb"}


def test_a_part_that_is_missing_is_named(house: House) -> None:
    with pytest.raises(UsageError, match=r"placed/email\.md is missing"):
        save(house, PLACED, {"subject.txt": "a"})


@pytest.mark.parametrize(
    ("purpose", "channel", "locale", "brand", "told"),
    [
        ("plced", "email", "", "", "no purpose 'plced'"),
        ("placed", "fax", "", "", "no channel 'fax'"),
        ("placed", "email", "../..", "", "is no language"),
        ("placed", "email", "", "elm", "no brand 'elm'"),
    ],
)
def test_a_wording_that_cannot_be_is_refused(
    house: House, purpose: str, channel: str, locale: str, brand: str, told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        wording_of(house, purpose, channel, locale, brand)


def test_english_is_the_wording_without_a_locale(house: House) -> None:
    assert wording_of(house, "placed", Channel.SMS, "en") == PLACED_TEXT


def test_a_text_of_many_words_is_told_what_it_costs(house: House) -> None:
    found = put_out(house, PLACED_TEXT, text("Schöne Grüße ☂")).faults
    assert any("'☂' makes each segment hold 70 characters" in one.text for one in found)
