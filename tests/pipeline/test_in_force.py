"""What the team publishes is sent by every process at its next claim, and a text that is broken reaches nobody."""

from decimal import Decimal

import pytest

from notifier.errors import Unpublishable, UsageError
from notifier.pipeline.claims import claim
from notifier.pipeline.in_force import house_in_force
from notifier.pipeline.simulate import Question, simulate
from notifier.store.tables import Message
from notifier.terms.wording import Wording
from notifier.terms.words import Channel
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop
from tests.wordshop import PLACED, PLACED_TEXT, back_to_file, email, put_back, put_out, save, text, with_one_waiting


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    """A new backorder whose first message waits to be sent."""
    return as_left(with_one_waiting)


def says(shop: Shop, words: str) -> bool:
    (mail,) = shop.sent()
    return words in mail


def test_what_is_published_is_sent(shop: Shop) -> None:
    with shop.house() as house:
        put_out(house, PLACED, email("Words of the team."))
    shop.deliver()
    assert says(shop, "Words of the team.")


def test_a_process_that_was_there_before_follows_at_its_next_claim(shop: Shop) -> None:
    with shop.house() as working, shop.house() as elsewhere:
        claim(working, Channel.EMAIL, 0, NOON)
        put_out(elsewhere, PLACED, email("Words of the team."))
        (ready,) = claim(working, Channel.EMAIL, 10, NOON).ready
    assert "Words of the team." in ready.job.source.email


def test_a_draft_alone_changes_nothing(shop: Shop) -> None:
    with shop.house() as house:
        save(house, PLACED, email("Words of the team."))
        assert house_in_force(house).catalogue.texts == house.catalogue.texts


def test_only_the_channel_that_was_published_is_another_one(shop: Shop) -> None:
    with shop.house() as house:
        put_out(house, PLACED_TEXT, text("Words of the team."))
        source = house_in_force(house).catalogue.source("placed", "en", "")
        before = house.catalogue.source("placed", "en", "")
    assert (source.email, source.sms) == (before.email, text("Words of the team.")["sms.txt"])


def test_the_shop_s_folder_holds_again_where_the_text_is_taken_back(shop: Shop) -> None:
    with shop.house() as house:
        put_out(house, PLACED, email("Words of the team."))
        back_to_file(house, PLACED, "ada")
        assert house_in_force(house).catalogue.texts == house.catalogue.texts


def test_an_older_version_can_be_put_in_force_again(shop: Shop) -> None:
    with shop.house() as house:
        for words in ("First.", "Second."):
            put_out(house, PLACED, email(words))
        version = put_back(house, PLACED, 1).version
        assert (version.number, version.of, version.author) == (3, 1, "ada")
        assert "First." in house_in_force(house).catalogue.source("placed", "en", "").email


def test_to_ask_twice_is_the_same_as_to_ask_once(shop: Shop) -> None:
    with shop.house() as house:
        put_out(house, PLACED, email("First."))
        once = house_in_force(house)
        put_out(house, PLACED, email("Second."))
        assert house_in_force(once).catalogue.texts == house_in_force(house).catalogue.texts


def test_a_locale_that_is_new_counts_once_all_its_parts_are_there(shop: Shop) -> None:
    danish = (Wording("placed", channel, "da") for channel in Channel)
    found = []
    with shop.house() as house:
        for wording, words in zip(danish, (email("Hej."), text("Hej.")), strict=True):
            put_out(house, wording, words)
            found.append(house_in_force(house).catalogue.source("placed", "da", "").locale)
    assert found == ["", "da"]


@pytest.mark.parametrize(
    ("broken", "where"),
    [
        ({"subject.txt": "Order {{ order }}", "email.md": "Hello"}, "placed/subject.txt line 1: there is no variable"),
        ({"subject.txt": "Order {{ orders }}", "email.md": "Hello\n{% if %}"}, "placed/email.md line 2: "),
        (
            {"subject.txt": "Order {{ orders }}", "email.md": "[Shop](www.shop.example)"},
            "placed/email.md line 1: 'www.shop",
        ),
        ({"subject.txt": "Order {{ orders }}", "email.md": " "}, "placed/email.md: is empty"),
    ],
)
def test_a_broken_draft_cannot_be_published(shop: Shop, broken: dict[str, str], where: str) -> None:
    with shop.house() as house, pytest.raises(Unpublishable) as refused:
        put_out(house, PLACED, broken)
    assert any(one.startswith(where) for one in refused.value.faults)


def test_both_files_of_an_email_are_told_when_both_are_broken(shop: Shop) -> None:
    with shop.house() as house, pytest.raises(Unpublishable) as refused:
        put_out(house, PLACED, {"subject.txt": "{{ order }}", "email.md": "{{ nam }}"})
    assert {one.partition(" line")[0] for one in refused.value.faults} == {"placed/email.md", "placed/subject.txt"}


def test_a_published_text_that_the_sandbox_refuses_reaches_nobody(shop: Shop) -> None:
    with shop.house() as house, pytest.raises(UsageError, match="cannot be published"):
        put_out(house, PLACED_TEXT, text("{{ ().__class__ }}"))
    assert {row.state for row in shop.rows(Message)} == {"queued"}


def test_a_simulation_with_the_same_process_does_not_change_what_it_sends(shop: Shop) -> None:
    with shop.house() as house:
        put_out(house, PLACED, email("Words of the team."))
        day = NOON.date()
        simulate(house, Question(day, day, Decimal(0)), lambda done, whole: None)
        (ready,) = claim(house, Channel.EMAIL, 10, NOON).ready
    assert "Words of the team." in ready.job.source.email
