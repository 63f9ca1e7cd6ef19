"""The law on delays where records come in another order, trials went before, or nobody was told."""

from pathlib import Path

import pytest

from tests.pipeline.test_delay_law import LAW, at, late, state, told
from tests.shop import Shop, open_shop

CANCELS = LAW.replace('"auto"\n', '"auto"\non_lapse = "cancel"\n')
LIVE_MODE = """
[brands.oak]
name = "Oak"
sender = "Oak <orders@oak.example>"
postal_address = "1 Oak Street, Salem"
[delivery]
mode = "live"
[email]
host = "localhost"
port = 25
security = "none"
"""

F3 = {"sent_at": "2026-05-18T09:00:00Z", "revised": "2026-06-05", "kind": "F3"}
F5 = {"sent_at": "2026-05-24T09:00:00Z", "revised": "2026-06-20", "kind": "F5"}


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url, LAW)


def went_live(shop: Shop, toml: str = LAW) -> Shop:
    """The same shop in mode live."""
    return open_shop(shop.folder, shop.settings.database.url, toml + LIVE_MODE)


def before(day: str, **more: str) -> dict[str, str]:
    """A row of the notices that another tool sent."""
    return {"order_id": "O-ann", "sku": "LAMP", "promised": "2026-05-20", "sent_at": day} | more


def test_notices_of_an_older_tool_count_although_a_trial_gave_the_same(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    shop.take_in("notices", [before("2026-05-09T09:00:00Z", revised="2026-06-05", kind="F3")], at("2026-05-11"))
    assert state(went_live(shop), "2026-05-12") == "awaiting_objection"
