"""The form for a supplier's slip: what a look shows, who approves, what is refused beside the form."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from notifier.store.tables import AuditEntry, SlipMade, Supply
from notifier.terms.operator import Role
from tests.shop import order
from tests.web.console.desk import Site, console, opened

pytestmark = pytest.mark.slow
"""Each starts the limited process that renders what customers will read."""

LOOK = "/console/slip?look=1&po=PO-7&day=2026-06-30&reason=The+ship+was+held+in+port."
FORM = {"po": "PO-7", "day": "2026-06-30", "reason": "The ship was held in port.", "shown": '{"F3": 2, "delay": 2}'}


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    shop = opened(tmp_path, database_url)
    shop.take_in("supply", [{"po_id": "PO-7", "sku": "LAMP", "quantity": 9, "promised_on": "2026-06-10"}])
    new = {"ordered_at": "2026-05-20T10:00:00Z", "promised_ship_by": "2026-06-20"}
    rows = [order(name, **new) for name in ("ann", "bob")]
    shop.take_in("backorders", [rows[0], rows[1] | {"product": "<script>alert(1)</script>"}])
    with console(shop) as found:
        yield found


def test_a_look_shows_kinds_and_letters_and_writes_nothing(site: Site) -> None:
    page = site.person(Role.EDITOR).get(LOOK).text
    assert ("first notice, with a day (F3)" in page, "held in port" in page, site.shop.rows(SlipMade)) == (
        True,
        True,
        [],
    )


def test_an_editor_is_told_that_a_lead_must_approve(site: Site) -> None:
    editor, lead = site.person(Role.EDITOR), site.person(Role.LEAD)
    assert ("A lead must approve" in editor.get(LOOK).text, "/console/slip/approve" in lead.get(LOOK).text) == (
        True,
        True,
    )


def test_an_approved_slip_is_written_down_with_the_leads_name_and_can_be_undone(site: Site) -> None:
    lead = site.person(Role.LEAD, "lea")
    page = lead.then("/console/slip/approve", **FORM).text
    (slip,) = site.shop.rows(SlipMade)
    assert (slip.by, f"/console/slip/{slip.id}/undo" in page) == ("lea", True)
    said = lead.then(f"/console/slip/{slip.id}/undo").text
    assert "3 dates and reasons are as before" in said
    assert [str(one.promised_on) for one in site.shop.rows(Supply)] == ["2026-06-10"]


def test_what_is_written_down_already_is_not_offered_again(site: Site) -> None:
    lead = site.person()
    lead.post("/console/slip/approve", **FORM)
    page, again = lead.get(LOOK).text, lead.post("/console/slip/approve", **FORM)
    assert ("there is nothing to write down" in page, "/console/slip/approve" in page) == (True, False)
    assert (again.status_code, len(site.shop.rows(SlipMade))) == (422, 1)


def test_the_audit_log_has_the_order_and_the_day_and_no_reason(site: Site) -> None:
    site.person().post("/console/slip/approve", **FORM)
    row = site.shop.rows(AuditEntry)[-1]
    assert (row.note, row.detail) == ("slip.approve", "po=PO-7, day=2026-06-30")


def test_a_product_full_of_markup_is_shown_as_it_is(site: Site) -> None:
    page = site.person().get(LOOK).text
    assert ("<script>alert" in page, "&lt;script&gt;alert(1)" in page) == (False, True)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("look=1&po=PO-7", "Write the new day"),
        ("look=1&po=PO-7&day=2026-06-30&no_date=1", "Write the new day"),
        ("look=1&po=PO-7&no_date=1", "write the reason"),
        ("look=1&day=2026-06-30", "Name the purchase order"),
        ("look=1&po=PO-7&day=soon", "is no day"),
        ("look=1&po=PO-9&day=2026-06-30", "nothing of purchase order PO-9"),
    ],
)
def test_what_cannot_be_is_said_above_the_form_and_the_form_keeps_what_was_typed(
    site: Site, query: str, words: str
) -> None:
    answer = site.person().get(f"/console/slip?{query}")
    assert (answer.status_code, words in answer.text) == (422, True)


def test_an_approval_that_does_not_say_what_was_shown_is_refused(site: Site) -> None:
    answer = site.person().post("/console/slip/approve", **(FORM | {"shown": "much"}))
    assert (answer.status_code, site.shop.rows(SlipMade)) == (422, [])
