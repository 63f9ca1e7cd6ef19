"""Northwind, planned and delivered: the figures that were counted by hand with SQL."""

from collections import Counter
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from notifier.store.tables import Message, MessageLine
from tests.northwind import needs_northwind, open_northwind
from tests.standins.postfix import running_postfix

pytestmark = [needs_northwind, pytest.mark.slow]

JUNE = datetime(1998, 6, 12, 15, 0, tzinfo=UTC)
MAY = datetime(1998, 5, 20, 15, 0, tzinfo=UTC)


def test_in_june_18_customers_with_73_overdue_lines_get_one_delay_email_each(tmp_path: Path, database_url: str) -> None:
    shop = open_northwind(tmp_path, database_url, JUNE)
    shop.plan(JUNE)
    told = Counter((row.purpose, row.channel) for row in shop.rows(Message))
    people = {row.customer_id for row in shop.rows(Message)}
    assert (told, len(people), len(shop.rows(MessageLine))) == ({("delay", "email"): 18}, 18, 73)


def test_in_june_nobody_is_told_a_second_time(tmp_path: Path, database_url: str) -> None:
    shop = open_northwind(tmp_path, database_url, JUNE)
    shop.plan(JUNE)
    shop.deliver(JUNE)
    assert shop.plan(JUNE).verdicts == {}


def test_in_may_3_customers_with_9_overdue_lines_are_told(tmp_path: Path, database_url: str) -> None:
    shop = open_northwind(tmp_path, database_url, MAY)
    shop.plan(MAY)
    people = {row.customer_id for row in shop.rows(Message)}
    assert (len(people), len(shop.rows(MessageLine))) == (3, 9)


def test_may_can_be_planned_from_the_june_export(tmp_path: Path, database_url: str) -> None:
    shop = open_northwind(tmp_path, database_url, JUNE)
    assert shop.plan(MAY).customers == 3


LIVE = """
[brands.northwind]
name = "Northwind Traders"
sender = "Northwind Traders <orders@shop.northwind.example>"
reply_address = "care@shop.northwind.example"
postal_address = "1 Harbor Road, Seattle"
[delivery]
mode = "live"
[email]
host = "{host}"
port = {port}
security = "none"
"""


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory) -> EmailMessage:
    """The email of one of 18 customers as a real postfix put it into the mailbox."""
    folder = tmp_path_factory.mktemp("northwind")
    with running_postfix("northwind.example") as server:
        live = LIVE.format(host=server.host, port=server.port)
        shop = open_northwind(folder, f"sqlite:///{folder / 'northwind.db'}", JUNE, live)
        shop.plan(JUNE)
        assert shop.deliver(JUNE).accepted == 18
        return server.wait_for_mail("rattc@northwind.example")[0]


def test_the_mail_in_the_mailbox_says_who_writes_to_whom(letter: EmailMessage) -> None:
    mail = letter
    assert (mail["From"], mail["To"], mail["Reply-To"]) == (
        "Northwind Traders <orders@shop.northwind.example>",
        "rattc@northwind.example",
        "care@shop.northwind.example",
    )


def test_the_mail_in_the_mailbox_is_marked_as_a_machines(letter: EmailMessage) -> None:
    assert letter["Auto-Submitted"] == "auto-generated"


def test_the_mail_in_the_mailbox_has_a_text_and_an_html_part(letter: EmailMessage) -> None:
    assert [part.get_content_type() for part in letter.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_the_text_part_names_the_order_and_the_broken_promise(letter: EmailMessage) -> None:
    part = letter.get_body(("plain",))
    assert part is not None and "11077" in part.get_content() and "June 3, 1998" in part.get_content()


def test_the_html_part_names_every_line_of_the_order(letter: EmailMessage) -> None:
    part = letter.get_body(("html",))
    assert part is not None and part.get_content().count("11077") >= 1 and "Wimmers gute Semmelkn" in part.get_content()
