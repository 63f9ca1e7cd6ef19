"""The one box of the console: what finds whom, on both databases."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.pipeline.erase import erase
from notifier.pipeline.people import Asked
from notifier.pipeline.retention import forget_old
from notifier.pipeline.search import search
from notifier.queries.search import MOST, Found
from notifier.store.name_words import words_of
from tests.shop import NOON, Shop, open_shop, order

PHONE = "+1 212 736 5000"
SHIPPED = {"status": "shipped", "shipped_at": "2026-05-10"}

Look = Callable[[str], Found]


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Shop:
    return open_shop(tmp_path, database_url, '[shop]\ncountry = "US"\n')


@pytest.fixture
def look(shop: Shop) -> Look:
    people = [
        order("c1", customer_name="Anna Müller", order_id="#A-100", phone=PHONE),
        order("c2", customer_name="Zoë O'Brien-Smith", order_id="A-1001"),
        order("c3", customer_name="José Annable", order_id="B-7"),
        order("c4", customer_name="王小明", order_id="B-70"),
        order("gone", customer_name="Peter Gone", order_id="B-9", **SHIPPED),
    ]
    shop.take_in("backorders", people)

    def found(typed: str) -> Found:
        with shop.house() as house:
            return search(house, typed)

    return found


def names(found: Found) -> list[str]:
    return [one.name for one in found.customers]


def orders(found: Found) -> list[str]:
    return [one.key for one in found.orders]


@pytest.mark.parametrize("typed", ["muller", "MÜLLER", "Mueller", "mül", "anna mu", "Mueller, Anna", "müller anna"])
def test_a_name_is_found_by_the_beginning_of_any_word_whatever_its_marks(look: Look, typed: str) -> None:
    assert names(look(typed)) == ["Anna Müller"]


@pytest.mark.parametrize(
    ("typed", "name"), [("zoe", "Zoë O'Brien-Smith"), ("obrien", "Zoë O'Brien-Smith"), ("王小", "王小明")]
)
def test_a_name_of_any_writing_is_found(look: Look, typed: str, name: str) -> None:
    assert names(look(typed)) == [name]


def test_who_has_the_whole_word_stands_before_who_has_a_longer_one(look: Look) -> None:
    assert names(look("anna")) == ["Anna Müller", "José Annable"]


@pytest.mark.parametrize(
    "typed",
    ["C1@Shop.Example.com", " c1@shop.example.com ", "Anna <c1@shop.example.com>", "mailto:c1@shop.example.com"],
)
def test_an_email_address_is_found_in_any_usual_spelling(look: Look, typed: str) -> None:
    assert names(look(typed)) == ["Anna Müller"]


@pytest.mark.parametrize(
    "typed", ["+12127365000", "(212) 736-5000", "212.736.5000", "tel:+1-212-736-5000", "12127365000"]
)
def test_a_phone_number_is_found_in_any_usual_spelling(look: Look, typed: str) -> None:
    assert names(look(typed)) == ["Anna Müller"]


@pytest.mark.parametrize(
    ("typed", "keys"),
    [("#A-100", ["#A-100", "A-1001"]), ("a-1001", ["A-1001"]), ("B-7", ["B-7", "B-70"]), ("b-70", ["B-70"])],
)
def test_an_order_is_found_by_the_beginning_of_its_number_the_very_number_first(
    look: Look, typed: str, keys: list[str]
) -> None:
    assert orders(look(typed)) == keys


def test_a_customer_is_found_by_the_number_that_the_shop_gave(look: Look) -> None:
    assert [(one.name, one.by) for one in look("C3").customers] == [("José Annable", "key")]


@pytest.mark.parametrize(
    "typed", ["", "   ", "%", "_", "' OR 1=1 --", "\x00", "\ud83d", "a" * 500, "@", "nobody@x.example"]
)
def test_what_is_nothing_finds_nothing(look: Look, typed: str) -> None:
    assert look(typed) == Found()


def test_addresses_are_shown_masked(look: Look) -> None:
    (one,) = look("müller").customers
    assert (one.email, one.phone) == ("c***@shop.example.com", "+12***00")


def test_at_most_twenty_of_a_kind_are_found(shop: Shop, look: Look) -> None:
    shop.take_in("backorders", [order(f"many{i}", customer_name="Bo Many", order_id=f"M{i}") for i in range(25)])
    assert [len(look("bo many").customers), len(look("m").orders)] == [MOST, MOST]


def test_a_name_that_was_mended_is_found_by_the_new_one_alone(shop: Shop, look: Look) -> None:
    shop.take_in("customers", [{"customer_id": "c1", "customer_name": "Anna Neu", "email": "c1@shop.example.com"}])
    assert (names(look("müller")), names(look("neu"))) == ([], ["Anna Neu"])


@pytest.mark.parametrize("typed", ["peter", "gone@shop.example.com", "gone"])
def test_nobody_finds_who_was_erased(shop: Shop, look: Look, typed: str) -> None:
    assert names(look(typed)) == ["Peter Gone"]
    with shop.house() as house:
        erase(house, Asked("gone"), "Kim", NOON)
    assert names(look(typed)) == []


@pytest.mark.parametrize("typed", ["peter", "gone@shop.example.com", "gone"])
def test_nobody_finds_whom_retention_forgot(shop: Shop, look: Look, typed: str) -> None:
    with shop.house() as house:
        forget_old(house, NOON + timedelta(days=5000))
    assert names(look(typed)) == []


def test_somebody_erased_stays_unfound_when_a_file_brings_them_again(shop: Shop, look: Look) -> None:
    with shop.house() as house:
        erase(house, Asked("gone"), "Kim", NOON)
    shop.take_in("backorders", [order("gone", customer_name="Peter Gone", order_id="B-11")])
    assert names(look("peter")) == []


@pytest.mark.parametrize("word", ["michael", "samuel", "joel", "straße", "æøå", "łódź", "goethe"])
def test_what_one_has_begun_to_type_is_the_beginning_of_the_whole_word(word: str) -> None:
    (whole,) = words_of(word)
    assert all(whole.startswith(words_of(word[:end])[0]) for end in range(1, len(word) + 1))
