"""What goes wrong once must not be lost, doubled, or contagious: outages, held templates, modes, shared addresses."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.store.tables import Message
from notifier.template_files import packaged_folder
from tests.shop import NOON, Shop, open_shop, order
from tests.standins.smtp_sink import Script, smtp_sink

pytestmark = pytest.mark.slow

LIVE = """
[shop]
postal_address = "1 Test Street"
[brands.default]
sender = "Shop <orders@shop.example.com>"
[delivery]
mode = "live"
{more}
[email]
host = "127.0.0.1"
port = {port}
security = "none"
"""


def live(port: int, more: str = "") -> str:
    return LIVE.format(port=port, more=more)


def states(shop: Shop) -> list[str]:
    return [row.state for row in shop.rows(Message)]


Reopen = Callable[[str], Shop]


@pytest.fixture
def reopen(tmp_path: Path, database_url: str) -> Reopen:
    return lambda toml: open_shop(tmp_path, database_url, toml)


def test_an_outage_of_six_hours_loses_no_message(reopen: Reopen) -> None:
    shop = reopen(live(9))
    shop.take_in("backorders", [order("ann")])
    shop.plan()
    for minutes in range(0, 360, 45):
        shop.deliver(NOON + timedelta(minutes=minutes))
    with smtp_sink(Script()) as sink:
        assert reopen(live(sink.port)).deliver(NOON + timedelta(hours=7)).accepted == 1


def test_what_went_to_a_folder_was_told_to_nobody_live(reopen: Reopen) -> None:
    shop = reopen("")
    shop.take_in("backorders", [order("ann")])
    shop.plan()
    shop.deliver()
    with smtp_sink(Script()) as sink:
        shop = reopen(live(sink.port))
        shop.plan(NOON + timedelta(hours=1))
        assert shop.deliver(NOON + timedelta(hours=1)).accepted == 1


def test_an_address_that_only_to_barred_is_written_to_once_it_is_free(reopen: Reopen) -> None:
    with smtp_sink(Script()) as sink:
        shop = reopen(live(sink.port, 'only_to = ["boss@shop.example.com"]'))
        shop.take_in("backorders", [order("ann")])
        shop.plan()
        shop.deliver()
        shop = reopen(live(sink.port))
        shop.plan(NOON + timedelta(days=1, minutes=1))
        assert shop.deliver(NOON + timedelta(days=1, minutes=1)).accepted == 1


def test_a_mended_template_releases_what_was_held_for_it(reopen: Reopen, tmp_path: Path) -> None:
    broken = tmp_path / "templates" / "delay"
    broken.mkdir(parents=True)
    (broken / "email.md").write_text("Hello {{ nobody }}\n")
    shop = reopen("")
    shop.take_in("backorders", [order("ann")])
    shop.plan()
    before = shop.deliver().held, states(shop)
    shutil.copy(packaged_folder() / "delay" / "email.md", broken)
    shop.deliver()
    assert (before, states(shop)) == ((1, ["held"]), ["accepted"])


def test_customers_at_one_address_are_not_all_withdrawn_for_their_common_cap(reopen: Reopen) -> None:
    shop = reopen("")
    shop.take_in(
        "backorders",
        [
            order(f"c{i}", email="family@shop.example.com", promised_ship_by="", ordered_at="2026-05-31T10:00:00Z")
            for i in range(3)
        ],
    )
    shop.plan()
    assert shop.deliver().accepted == 2


def test_a_line_dropped_at_the_claim_is_told_at_its_new_address(reopen: Reopen) -> None:
    shop = reopen("")
    both = [order("ann"), order("ann", order_id="O-2", sku="VASE")]
    shop.take_in("backorders", both)
    shop.plan()
    shop.take_in("backorders", [both[0], both[1] | {"email": "work@shop.example.com"}])
    shop.deliver()
    shop.plan(NOON + timedelta(minutes=5))
    shop.deliver(NOON + timedelta(minutes=5))
    assert states(shop) == ["accepted", "accepted"]


def test_a_mailbox_that_is_gone_is_not_tried_again(reopen: Reopen) -> None:
    with smtp_sink(Script(at_rcpt={"ann@shop.example.com": "550 5.1.1 no such user"})) as sink:
        shop = reopen(live(sink.port))
        shop.take_in("backorders", [order("ann")])
        shop.plan()
        shop.deliver()
        report = shop.plan(NOON + timedelta(days=1))
    assert report.reasons == {"suppressed": 1}


def test_a_judgement_that_waited_too_long_is_made_again(reopen: Reopen) -> None:
    shop = reopen("")
    shop.take_in("backorders", [order("ann")])
    shop.plan()
    ticks = iter(NOON + timedelta(minutes=5 * tick) for tick in range(1000))
    report = shop.deliver_by(lambda: next(ticks), rounds=3)
    assert (report.accepted, states(shop)) == (0, ["queued"])


def test_a_brand_that_is_gone_writes_to_nobody(reopen: Reopen) -> None:
    shop = reopen('[brands.old]\nname = "Old"\n')
    shop.take_in("backorders", [order("ann")])
    shop.plan()
    shop = reopen('[brands.new]\nname = "New"\n')
    shop.deliver()
    assert [(row.state, row.reason) for row in shop.rows(Message)] == [("withdrawn", "brand_gone")]
