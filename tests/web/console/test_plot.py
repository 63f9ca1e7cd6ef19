"""The plot of contacts in a real browser: zoomed by a drag, whole again by a double click; a table without script."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.databases import Databases
from tests.shop import order
from tests.web.console.browser import tab
from tests.web.console.desk import Site, console, opened

pytestmark = pytest.mark.slow

PAGE = "/console/contacts?from=2026-05-03&to=2026-06-01"
NEW = {"ordered_at": "2026-05-31T10:00:00Z", "promised_ship_by": "2026-07-10", "eta_to": "2026-07-01"}
WHOLE = "2026-05-03 2026-06-01"


@pytest.fixture(scope="module")
def site(sqlite: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("plot")
    shop = opened(folder, sqlite.copy(sqlite.empty, folder))
    shop.take_in("backorders", [order("ann", **NEW), order("ben", **NEW)])
    shop.plan()
    shop.deliver()
    with console(shop) as found:
        yield found


def seen(page: Any) -> str:
    found: str = page.locator("#plot").get_attribute("data-seen")
    return found


def test_a_drag_over_days_shows_them_closer_and_a_double_click_all_again(site: Site, chromium: Any) -> None:
    with tab(chromium, site, site.person()) as page:
        page.goto(site.address + PAGE)
        page.wait_for_selector("#plot .u-over")
        assert seen(page) == WHOLE
        field = page.locator("#plot .u-over").bounding_box()
        page.mouse.move(field["x"] + field["width"] / 2, field["y"] + 50)
        page.mouse.down()
        page.mouse.move(field["x"] + field["width"] - 5, field["y"] + 50, steps=5)
        page.mouse.up()
        first, last = seen(page).split()
        assert "2026-05-16" < first < "2026-05-20" and last >= "2026-05-31"
        page.mouse.dblclick(field["x"] + 40, field["y"] + 50)
        assert seen(page) == WHOLE
        assert page.heard.complaints == []


def test_without_script_the_same_numbers_stand_in_a_table(site: Site, chromium: Any) -> None:
    with tab(chromium, site, site.person(), java_script_enabled=False) as page:
        page.goto(site.address + PAGE)
        assert page.locator("#plot").is_hidden()
        assert page.get_by_role("row", name="1 Jun 2026").get_by_role("cell", name="2").is_visible()
