"""A shop in which Ann and Bob were told of their backorders, and Ann has written something that needs a person."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.kept_shops import AsLeft

if TYPE_CHECKING:
    from notifier.pipeline.house import House
    from tests.shop import Shop


@pytest.fixture
def shop(as_left: AsLeft) -> "Shop":
    from tests.shop import told_shop

    return as_left(told_shop, "ann", "bob")


@pytest.fixture
def house(shop: "Shop") -> Iterator["House"]:
    from tests.pipeline.inbox.hearing import hear

    with shop.house() as opened:
        hear(opened)
        yield opened
