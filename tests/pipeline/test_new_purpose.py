"""A new purpose is one folder of text; no code changes (CONTRIBUTING.md)."""

from pathlib import Path

import pytest

from notifier.store.tables import Message
from tests.shop import open_shop, order

pytestmark = pytest.mark.slow
"""It lives through the main job."""

PURPOSE = """
title = "A word after ten days"
class = "service"
rung = "progress"
occasion = "long_wait_without_code"
"""


def test_a_new_purpose_is_one_folder(tmp_path: Path, database_url: str) -> None:
    folder = tmp_path / "templates" / "hello_again"
    folder.mkdir(parents=True)
    (folder / "purpose.toml").write_text(
        PURPOSE.replace("long_wait_without_code", "new_backorder") + "[figures]\nmax_age_days = 90\n"
    )
    (folder / "subject.txt").write_text("Order {{ first_item.order }}: we have not forgotten you\n")
    (folder / "email.md").write_text("{{ greeting }}\n\nYour order {{ first_item.order }} is still with us.\n")
    (folder / "sms.txt").write_text(
        "{{ brand.name }}: order {{ first_item.order }} is still with us. Reply STOP to stop texts\n"
    )
    shop = open_shop(tmp_path, database_url)
    shop.take_in("backorders", [order("ann", promised_ship_by="2026-06-20")])
    shop.plan()
    shop.deliver()
    assert [(row.purpose, row.state) for row in shop.rows(Message)] == [("hello_again", "accepted")]
