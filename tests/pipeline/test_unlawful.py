"""A required template that lacks what the law demands, or advertises, reaches nobody until it is mended."""

import shutil
from pathlib import Path

import pytest

from notifier.pipeline.reasons import because
from notifier.store.tables import Message
from notifier.template_files import packaged_folder
from tests.kept_shops import AsLeft
from tests.shop import Shop, open_shop, order

pytestmark = pytest.mark.slow


def shop_made(folder: Path, url: str) -> Shop:
    opened = open_shop(folder, url)
    opened.take_in("backorders", [order("ann")])
    opened.plan()
    own = folder / "templates" / "delay"
    own.mkdir(parents=True)
    packaged = (packaged_folder() / "delay" / "email.md").read_text("utf-8")
    (own / "email.md").write_text(packaged + "\nTake 10% off your next order.\n", "utf-8")
    return opened


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    """A late order, and a delay email of the shop's own that advertises."""
    return as_left(shop_made)


def held(shop: Shop) -> list[tuple[str, str]]:
    return [(row.state, row.reason.partition(":")[0]) for row in shop.rows(Message)]


def test_a_message_with_an_unlawful_template_is_held(shop: Shop) -> None:
    assert (shop.deliver().held, held(shop), shop.sent()) == (1, [("held", "template_unlawful")], [])


def test_its_reason_tells_a_person_what_to_mend(shop: Shop) -> None:
    shop.deliver()
    (row,) = shop.rows(Message)
    told = because(row.reason)
    assert told.startswith("its template does not say what the law demands (delay/email.md (")
    assert "a percentage, '10%' (F12)" in told


def test_a_mended_template_releases_it(shop: Shop) -> None:
    shop.deliver()
    shutil.copy(packaged_folder() / "delay" / "email.md", shop.folder / "templates" / "delay")
    assert (shop.deliver().accepted, held(shop)) == (1, [("accepted", "")])


def test_an_edit_that_mends_nothing_holds_it_again(shop: Shop) -> None:
    shop.deliver()
    own = shop.folder / "templates" / "delay" / "email.md"
    own.write_text(own.read_text("utf-8") + "\nReally!\n", "utf-8")
    assert (shop.deliver().held, held(shop)) == (1, [("held", "template_unlawful")])


def test_messages_of_other_purposes_go_on(shop: Shop) -> None:
    new = order("bob", promised_ship_by="2026-06-20", ordered_at="2026-05-31T10:00:00Z")
    shop.take_in("backorders", [order("ann"), new])
    shop.plan()
    report = shop.deliver()
    assert (report.held, report.accepted) == (1, 1)
