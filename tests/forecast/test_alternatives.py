"""What may stand in for a delayed product, and in which order."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from notifier.forecast.alternatives import ProductFacts, Shelf, alternatives
from notifier.terms.money import Money
from notifier.terms.words import ProductKind


def product(
    sku: str, name: str, category: str = "Desk lamps", price: str = "50", stock: int | None = 5
) -> ProductFacts:
    return ProductFacts(sku, name, category, Money(Decimal(price), "EUR"), stock)


WANTED = product("A", "Brass desk lamp", stock=0)


def offered(*shelf: ProductFacts, wanted: ProductFacts = WANTED) -> list[str]:
    return [one.sku for one in alternatives(wanted, Shelf(shelf))]


def test_the_same_category_comes_before_a_like_named_one() -> None:
    assert offered(product("B", "Brass desk lamp", "Desk lamp"), product("C", "Oak stool")) == ["C", "B"]


def test_a_price_within_a_third_comes_before_a_better_name() -> None:
    assert offered(product("B", "Brass desk lamp", price="90"), product("C", "Steel light", price="60")) == ["C", "B"]


def test_among_like_prices_the_nearest_name_comes_first() -> None:
    assert offered(product("B", "Garden hose"), product("C", "Brass desk lamp XL")) == ["C", "B"]


def test_what_is_out_of_stock_or_unknown_is_not_offered() -> None:
    assert offered(product("B", "Lamp", stock=0), product("C", "Lamp", stock=None)) == []


def test_a_parent_or_virtual_product_is_not_offered() -> None:
    kinds = (ProductKind.PARENT, ProductKind.VIRTUAL)
    assert offered(*(ProductFacts(k, "Lamp", "Desk lamps", None, 5, k) for k in kinds)) == []


def test_a_product_never_stands_in_for_itself() -> None:
    assert offered(product("A", "Brass desk lamp")) == []


def test_an_unlike_category_offers_nothing() -> None:
    assert offered(product("B", "Brie", "Cheese")) == []


def test_no_more_than_three_are_offered() -> None:
    assert len(offered(*(product(f"S{i}", f"Lamp {i}") for i in range(9)))) == 3


def test_a_price_in_another_currency_is_not_compared() -> None:
    dollars = ProductFacts("B", "Brass desk lamp", "Desk lamps", Money(Decimal(50), "USD"), 5)
    assert offered(dollars, product("C", "Other")) == ["C", "B"]


@given(st.permutations([product(f"S{i}", f"Lamp {i % 3}", price=str(40 + i % 4)) for i in range(12)]))
def test_the_order_of_the_shop_s_file_changes_no_offer(shelf: list[ProductFacts]) -> None:
    assert offered(*shelf) == offered(*sorted(shelf, key=lambda one: one.sku))
