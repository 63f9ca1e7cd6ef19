"""Draws the pictures of docs/pages.md: `python -m tests.web.pages.pictures [FOLDER]`, with Debian's chromium."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.web.pages.site import Site, late, site, tell

CHROMIUM = "/usr/bin/chromium"
PICTURES = Path(__file__).resolve().parents[3] / "docs" / "pictures"
PHONE, DESK = (390, 844), (1280, 900)
LONG = 1400
"""Pixels of a long page that a picture shows."""


@contextmanager
def browser() -> Iterator[Any]:
    """Debian's chromium, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def furnished() -> Iterator[Site]:
    """A shop with customers who wait for different things."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with site(folder, f"sqlite:///{folder / 'shop.db'}", presses=10_000) as opened:
            furnish(opened)
            yield opened


def furnish(opened: Site) -> None:
    """Ann in the United States waits for a lamp and a shade, Ben in Germany for a chair."""
    stock = [
        {"sku": "LAMP", "name": "Reading lamp, brass", "category": "lamps", "stock": "0", "price": "49.00"},
        {"sku": "LAMP-B", "name": "Reading lamp, black", "category": "lamps", "stock": "9", "price": "45.00"},
        {"sku": "LAMP-X", "name": "Reading lamp, oak foot", "category": "lamps", "stock": "4", "price": "59.00"},
    ]
    more = {"currency": "USD", "url": "https://oak.example/p"}
    opened.shop.take_in("products", [one | more for one in stock])
    lamp = {"order_id": "10482", "sku": "LAMP", "product": "Reading lamp, brass", "timezone": "America/New_York"}
    shade = lamp | {"sku": "SHADE", "product": "Linen shade, 30 cm", "unit_price": "18.00", "line_id": "2"}
    chair = {
        "order_id": "10497",
        "sku": "CHAIR",
        "product": "Stuhl Eiche, geölt",
        "country": "DE",
        "locale": "de",
        "currency": "EUR",
        "unit_price": "149.00",
        "delay_reason": "Das Holz trocknet länger als geplant",
    }
    lines = [late(**lamp | {"line_id": "1"}), late(**shade), late("ben", **chair)]
    tell(opened, *(line | {"customer_name": "Ann Field"} if line["order_id"] == "10482" else line for line in lines))


def draw(folder: Path) -> None:
    """All pictures."""
    with furnished() as opened, browser() as chromium:
        english, german = (opened.link(message=number) for number in (0, 1))
        shots: list[tuple[str, tuple[int, int], bool, list[str], str]] = [
            ("pages-order-phone", PHONE, False, [], english),
            ("pages-order-dark", PHONE, True, [], english),
            ("pages-order-desktop", DESK, False, [], english),
            ("pages-cancel", PHONE, False, ["Cancel and"], english),
            ("pages-cancelled", PHONE, False, ["Cancel and", "Confirm"], english),
            ("pages-german", PHONE, False, [], german),
            ("pages-withdraw", PHONE, False, ["Vertrag hier"], german),
            ("pages-withdrawn", PHONE, False, ["Vertrag hier", "Widerruf best"], german),
            ("pages-preferences", PHONE, False, ["Nachrichten ändern"], german),
            ("pages-unsubscribe", PHONE, False, [], opened.link("unsubscribe", 0)),
            ("pages-question", PHONE, False, ["Ask a"], english),
            ("pages-nothing", PHONE, False, [], "/m/x/y"),
        ]
        for name, size, dark, presses, path in shots:
            scheme = "dark" if dark else "light"
            context = chromium.new_context(
                viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, device_scale_factor=1
            )
            tab = context.new_page()
            tab.goto(opened.address + path)
            for press in presses:
                tab.get_by_role("button", name=press).first.click()
            whole = tab.evaluate("document.documentElement.scrollHeight")
            tab.set_viewport_size({"width": size[0], "height": min(whole, size[1] if size is DESK else LONG)})
            tab.screenshot(path=folder / f"{name}.png")
            context.close()


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES)
