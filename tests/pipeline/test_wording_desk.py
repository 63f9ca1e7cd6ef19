"""Drafts of templates: two people who edit notice each other, and another person approves where the shop wants it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from notifier.errors import UsageError
from notifier.pipeline.house import House
from notifier.pipeline.in_force import texts_in
from notifier.pipeline.publishing import Word, publish, put_in_force, sound_file, sound_version
from notifier.pipeline.wording_check import check_draft, is_broken
from notifier.pipeline.wording_desk import Seen, approve, catch_up, discard, save_draft, submit, wording_of
from notifier.pipeline.wording_history import history, standing
from notifier.render_pool import Answer, RenderJob, RenderPool
from notifier.terms.wording import DraftState, Severity, Wording
from notifier.terms.words import Channel
from tests.shop import NOON, open_shop, rendering
from tests.wordshop import PLACED, PLACED_TEXT, back_to_file, email, put_back, put_out, save, seen_now, text


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    """A shop with the packaged templates."""
    with open_shop(tmp_path, database_url).house() as house:
        yield house


@pytest.fixture
def careful(house: House) -> House:
    """A shop in which a second person approves."""
    return replace(house, second_person=True)


def seen(revision: int, base: int = 0) -> Seen:
    return Seen(PLACED, revision, base)


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
    assert save_draft(house, seen(0, 1), email("b"), "bob", NOON).revision == 2


def test_what_was_written_before_another_s_version_does_not_undo_it_unseen(house: House) -> None:
    put_out(house, PLACED, email("a"), "bob")
    draft = save_draft(house, seen(0, 0), email("b"), "ada", NOON)
    with pytest.raises(UsageError, match="version 1 of placed by email in en was published after this draft was begun"):
        publish(house, rendering(), seen(draft.revision), Word("ada"), NOON)


def test_who_goes_on_in_a_draft_that_another_published_is_told(house: House) -> None:
    save(house, PLACED, email("a"), "ada")
    put_out(house, PLACED, email("b"), "bob")
    with pytest.raises(UsageError, match="was published or thrown away meanwhile"):
        save_draft(house, seen(1), email("c"), "ada", NOON)


def test_after_the_file_was_taken_back_a_draft_begun_before_is_behind(house: House) -> None:
    put_out(house, PLACED, email("a"))
    save(house, PLACED, email("b"))
    back_to_file(house, PLACED, "bob")
    assert standing(house, PLACED).is_behind


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
    put_back(house, PLACED, 1)
    with pytest.raises(UsageError, match="version 3 of placed by email in en was published after"):
        publish(house, rendering(), seen(draft.revision), Word("ada"), NOON)
    catch_up(house, seen_now(house, PLACED))
    assert publish(house, rendering(), seen(draft.revision), Word("ada"), NOON).version.number == 4


def test_a_version_that_came_into_force_after_the_page_was_made_was_not_compared(house: House) -> None:
    put_out(house, PLACED, email("a"))
    save(house, PLACED, email("b"))
    page = seen_now(house, PLACED)
    back_to_file(house, PLACED)
    with pytest.raises(UsageError, match="version 2 of placed by email in en came into force meanwhile"):
        catch_up(house, page)


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
    found = check_draft(house, rendering(), PLACED_TEXT, text("Schöne Grüße ☂"), NOON)
    assert any("☂ makes every such text cost more" in one.text for one in found)


class SavesMeanwhile:
    """A pool in whose first rendering somebody else saves the draft once more."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.saved = False

    def render(self, jobs: Sequence[RenderJob]) -> list[Answer]:
        if not self.saved:
            self.saved = True
            save(self.house, PLACED, email("Something else."), "bob")
        return rendering().render(jobs)


def test_what_somebody_saves_while_it_is_checked_is_not_published_unseen(house: House) -> None:
    draft = save(house, PLACED, email("a"), "ada")
    with pytest.raises(UsageError, match="bob has saved another draft"):
        publish(house, cast(RenderPool, SavesMeanwhile(house)), seen(draft.revision), Word("ada"), NOON)
    assert history(house, PLACED) == []


class PublishesMeanwhile:
    """A pool in whose first rendering somebody else publishes."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.published = False

    def render(self, jobs: Sequence[RenderJob]) -> list[Answer]:
        if not self.published:
            self.published = True
            put_out(self.house, PLACED, email("Something else."), "cara")
        return rendering().render(jobs)


def test_what_somebody_publishes_while_an_older_version_is_checked_is_not_undone_unseen(house: House) -> None:
    for words in ("a", "b"):
        put_out(house, PLACED, email(words))
    pool = cast(RenderPool, PublishesMeanwhile(house))
    with pytest.raises(UsageError, match="version 3 of placed by email in en came into force meanwhile"):
        put_in_force(house, sound_version(house, pool, (seen_now(house, PLACED), 1), Word("bob"), NOON))
    assert history(house, PLACED)[0].version.published_by == "cara"


def test_what_somebody_publishes_while_the_file_is_checked_is_not_undone_unseen(house: House) -> None:
    put_out(house, PLACED, email("a"))
    pool = cast(RenderPool, PublishesMeanwhile(house))
    with pytest.raises(UsageError, match="version 2 of placed by email in en came into force meanwhile"):
        put_in_force(house, sound_file(house, pool, seen_now(house, PLACED), Word("bob"), NOON))
    assert history(house, PLACED)[0].version.published_by == "cara"


@pytest.mark.slow
@pytest.mark.parametrize(
    "hostile",
    [
        "{% for a in items %}" * 24 + "x" + "{% endfor %}" * 24,
        "{% set a = 'xxxxxxxxxx' %}" + "{% set a = a ~ a %}" * 30 + "{{ a }}",
        "{{ ('x' ~ items) | upper }}" * 2000,
        "{{ ().__class__.__base__.__subclasses__() }}",
        "{% include '/etc/passwd' %}",
        "<script>alert(1)</script>",
    ],
)
def test_a_hostile_draft_is_a_fault_of_its_file_and_the_next_one_is_looked_at_as_ever(
    house: House, hostile: str
) -> None:
    draft = {"subject.txt": "Order {{ orders }}", "email.md": hostile}
    found = check_draft(house, rendering(), PLACED, draft, NOON)
    assert [(one.file, one.severity) for one in found][:1] == [("placed/email.md", Severity.FAULT)]
    assert not is_broken(check_draft(house, rendering(), PLACED, email("Fine."), NOON))


def test_a_phrase_of_the_law_that_says_nothing_in_the_tone_of_a_brand_keeps_a_notice_from_being_published(
    house: House,
) -> None:
    wording = Wording("delay", Channel.EMAIL, "de")
    poor = {"de": {"must_see_email": "Siehe E-Mail."}}
    texts = texts_in(house.catalogue.texts, wording)
    files = dict(house.catalogue.texts)
    read = replace(house.catalogue, texts=files, informal=frozenset(house.brands), informal_words=poor, _found={})
    informal = replace(house, catalogue=read)
    assert not is_broken(check_draft(house, rendering(), wording, texts, NOON))
    assert is_broken(check_draft(informal, rendering(), wording, texts, NOON))


def test_what_is_published_is_checked_by_the_rules_that_the_editor_shows(house: House) -> None:
    told = {
        str(one)
        for one in check_draft(house, rendering(), PLACED, email("[a](HTTPS://b.example) [c](http://d.example)"), NOON)
    }
    assert told == {
        "placed/email.md line 3: the link http://d.example is not encrypted; write https://",
        "de, es, fr keep their own words; change them too if this says something else now",
    }
