"""Draws the pictures of the template editor: `python -m tests.web.console.editor_pictures [FOLDER]`."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from notifier.terms.operator import Role
from tests.web.console.desk import Person, Site, console, opened
from tests.web.pages.pictures import DESK, PHONE, PICTURES, browser
from tests.web.pages.site import late

DELAY = "/console/templates/delay/email"
WIDE = (1280, 1100)
MOST = 180_000
"""Milliseconds that a busy machine may take."""
SETTLED = """() => {
  const live = document.querySelector("#live");
  if (live.hasAttribute("aria-busy")) return false;
  return live.querySelector("[data-over]") !== null || dispatchEvent(new Event("beforeunload", { cancelable: true }));
}"""


def furnish(site: Site) -> None:
    """Customers who wait for a lamp, a chair and more, one of them with a name that is hard on a template."""
    lamp = {"order_id": "10482", "sku": "LAMP", "product": "Reading lamp, brass", "customer_name": "Ann Field"}
    chair = {"order_id": "10497", "sku": "CHAIR", "product": "Chair, oiled oak", "customer_name": "Ben Ashe"}
    long = {
        "order_id": "10503",
        "sku": "SHELF",
        "product": "Étagère modulable à sept tablettes, chêne clair et acier laqué noir",
        "customer_name": "Wolfeschlegelsteinhausenbergerdorff",
    }
    site.shop.take_in("backorders", [late(**lamp), late("ben", **chair), late("cyd", **long)], site.now)


@contextmanager
def furnished() -> Iterator[Site]:
    """A shop with a console and open backorders."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with console(opened(folder, f"sqlite:///{folder / 'shop.db'}")) as site:
            furnish(site)
            yield site


@contextmanager
def tab(chromium: Any, person: Person, size: tuple[int, int] = DESK, *, dark: bool = False) -> Iterator[Any]:
    """A page of somebody who is signed in."""
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light"
    )
    context.add_cookies([{"name": "console", "value": person.token, "url": person.site.address}])
    yield context.new_page()
    context.close()


def write(page: Any, part: str, text: str) -> None:
    """Replace a part as a person does: by typing into the editor."""
    area = page.locator(f"textarea[data-part='{part}'] + .cm-editor .cm-content")
    area.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Backspace")
    page.keyboard.insert_text(text)


def settled(page: Any) -> None:
    """Wait until all that was typed is saved, or is told to be in conflict: a page asks to be left until then."""
    page.wait_for_function(SETTLED, timeout=MOST)


def shows(page: Any, frame: str, *words: str) -> None:
    """Wait until a preview's frame shows them: it is empty at first."""
    from playwright.sync_api import expect

    body = page.frame_locator(f"iframe.{frame}").locator("body")
    for one in words:
        expect(body).to_contain_text(one, timeout=MOST)


def marks(page: Any, *words: str) -> None:
    """Wait until just these words are marked as wrong in the editor."""
    from playwright.sync_api import expect

    expect(page.locator(".cm-lintRange-error")).to_have_text(list(words), timeout=MOST)


def draw(folder: Path) -> None:
    """All pictures."""
    with furnished() as site, browser() as chromium:
        ada = site.person(Role.EDITOR, "ada")

        def shoot(name: str, path: str, size: tuple[int, int] = WIDE, *, dark: bool = False, act: Any = None) -> None:
            with tab(chromium, ada, size, dark=dark) as page:
                page.goto(site.address + path)
                if act:
                    act(page)
                page.wait_for_timeout(1500)
                page.screenshot(path=folder / f"console-editor-{name}.png")

        def fault(page: Any) -> None:
            text = page.locator("textarea[data-part='email.md']").input_value()
            write(page, "email.md", text.replace("{{ greeting }}", "{{ greetng }}", 1))
            settled(page)
            page.locator("[data-goto]").first.click()
            page.evaluate("scrollTo(0, 0)")

        def choose(look: str) -> Any:
            return lambda page: page.locator(f"label[for=look-{look}]").click()

        def phone(page: Any) -> None:
            page.locator("#look-phone + label").scroll_into_view_if_needed()
            page.wait_for_timeout(800)

        shoot("list", "/console/templates")
        shoot("open", f"{DELAY}?order=10482")
        shoot("dark", f"{DELAY}?order=10482", dark=True, act=choose("dark"))
        shoot("phone", f"{DELAY}?order=10482", PHONE, act=phone)
        shoot("text", "/console/templates/delay/sms?order=10503")
        shoot("fault", f"{DELAY}?order=10482", act=fault)
        shoot("difference", f"{DELAY}/difference", (1280, 500))
        shoot("difference-phone", f"{DELAY}/difference", PHONE)

        def variables(page: Any) -> None:
            page.locator("#variables > summary").click()
            page.get_by_text("Dates of all lines").click()
            page.locator("#variables").scroll_into_view_if_needed()

        def checked(page: Any) -> None:
            page.get_by_role("button", name="Check on all open backorders").click()
            page.wait_for_selector("text=What fails, and why")

        shoot("variables", f"{DELAY}?order=10482", act=variables)
        shoot("check", f"{DELAY}?order=10482", (1280, 700), act=checked)


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES)
