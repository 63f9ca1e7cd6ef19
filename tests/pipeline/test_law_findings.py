"""The law on delays where records come in another order, trials went before, or nobody was told."""

from pathlib import Path

import pytest

from notifier import outbox
from notifier.store.tables import Message, Notice
from tests.pipeline.test_delay_law import LAW, alarms, at, late, state, told
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


def given_but_unsaid(shop: Shop) -> None:
    """Plan on 10 May, and take the message back while its notice stays: nobody may give it again."""
    shop.plan(at("2026-05-10"))
    (message,) = shop.rows(Message)
    with shop.house() as house, house.store.write() as tx:
        outbox.withdraw(tx, {message.id: "by hand"}, at("2026-05-10"))


def before(**more: str) -> dict[str, str]:
    """A row of the notices that another tool sent."""
    return {"order_id": "O-ann", "sku": "LAMP", "promised": "2026-05-20"} | more


def test_notices_of_an_older_tool_count_although_a_trial_gave_the_same(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    shop.take_in("notices", [before(sent_at="2026-05-09T09:00:00Z", revised="2026-06-05", kind="F3")], at("2026-05-11"))
    assert state(went_live(shop), "2026-05-12") == "awaiting_objection"


@pytest.mark.parametrize("rows", [(F3, F5), (F5, F3)], ids=["first_notice_first", "renewal_first"])
def test_a_renewed_notice_answers_the_one_sent_before_it_in_whatever_order_they_are_read(
    shop: Shop, rows: tuple[dict[str, str], ...]
) -> None:
    shop.take_in("backorders", [late("2026-06-20")], at("2026-05-25"))
    for row in rows:
        shop.take_in("notices", [before(**row)], at("2026-05-25"))
    found = {row.kind: str(row.answers) for row in shop.rows(Notice)}
    assert found == {"F3": "2026-05-20", "F5": "2026-06-05"}


def test_a_renewed_notice_read_late_moves_those_sent_after_it(shop: Shop) -> None:
    shop.take_in("backorders", [late("2026-06-20")], at("2026-05-25"))
    second = {"sent_at": "2026-05-30T09:00:00Z", "revised": "2026-07-01", "kind": "F5"}
    for row in (F3, second, F5, second):
        shop.take_in("notices", [before(**row)], at("2026-06-01"))
    found = [(row.kind, str(row.answers)) for row in shop.rows(Notice)]
    assert found == [("F3", "2026-05-20"), ("F5", "2026-06-20"), ("F5", "2026-06-05")]


def test_a_line_whose_notice_is_given_keeps_no_other_from_its_own(shop: Shop) -> None:
    shop.take_in("backorders", [late(line_id="1")], at("2026-05-10"))
    given_but_unsaid(shop)
    shop.take_in("backorders", [late(line_id="1"), late(line_id="2", sku="VASE")], at("2026-05-11"))
    told(shop, "2026-05-11")
    assert [row.line_id for row in shop.rows(Notice)] == [1, 2]


def test_a_notice_that_is_given_already_is_not_called_one_that_no_email_can_carry(shop: Shop) -> None:
    shop.take_in("backorders", [late()], at("2026-05-10"))
    given_but_unsaid(shop)
    shop.plan(at("2026-05-11"))
    assert alarms(shop) == [""]
