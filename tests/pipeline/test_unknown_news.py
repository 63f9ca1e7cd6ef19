"""The team hears once of what waits for a person, a legal notice with its deadline."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from notifier.pipeline.house import House
from notifier.pipeline.team import Team
from notifier.pipeline.unknown_news import tell_unknown
from notifier.store.tables import LegalStanding, Message
from notifier.terms.words import Channel, Outcome
from tests.doubtful import PATIENCE, Texts, evidence, hand_off, lose, open_house, settle
from tests.kept_shops import AsLeft
from tests.pipeline.test_sources import Postbox
from tests.rows import NOW, PROGRESS
from tests.shop import Shop, open_shop, order

OVER = NOW + PATIENCE


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with open_house(tmp_path, database_url) as (_, opened):
        yield opened


def tell(house: House, postbox: Postbox, now: datetime = OVER, address: str = "team@oak.example") -> int:
    team = Team(address, "Oak <orders@oak.example>", postbox)
    return asyncio.run(tell_unknown(house, team, PATIENCE, now))


def words(postbox: Postbox) -> str:
    return str(message_from_string(postbox.mails[-1], policy=default).get_content())


def test_the_team_hears_of_a_text_that_waits_with_its_order_and_what_to_type(house: House) -> None:
    lost, postbox = lose(house, channel=Channel.SMS), Postbox()
    settle(house, evidence())
    tell(house, postbox)
    told = words(postbox)
    assert (
        f"message {lost.message}: a delay text, order order-ann; since 1 June 2026 at 15:00; it does not stand in"
        " Twilio's list of texts" in told,
        "notifier unknown resend ID --by NAME" in told,
        "ann@" in told,
    ) == (True, True, False), told


def test_the_team_hears_of_each_once(house: House) -> None:
    lose(house, channel=Channel.SMS)
    postbox = Postbox()
    assert [tell(house, postbox), tell(house, postbox, OVER + timedelta(days=1)), len(postbox.mails)] == [1, 0, 1]


def test_nobody_is_called_before_the_time_to_look_is_over(house: House) -> None:
    lose(house, channel=Channel.SMS)
    assert tell(house, Postbox(), OVER - timedelta(seconds=1)) == 0


def test_a_required_email_that_goes_again_by_itself_is_nobodys_trouble(house: House) -> None:
    lose(house)
    assert tell(house, Postbox()) == 0


def test_a_required_email_that_is_unknown_a_second_time_is(house: House) -> None:
    lost = lose(house)
    settle(house, evidence(), OVER)
    hand_off(house, lost.message, Outcome.UNKNOWN, OVER)
    postbox = Postbox()
    assert (tell(house, postbox, OVER + PATIENCE), "sent twice" in words(postbox)) == (1, True)


def test_what_no_server_took_is_told_again(house: House) -> None:
    lose(house, purpose=PROGRESS)
    postbox = Postbox(open=False)
    tell(house, postbox)
    postbox.open = True
    assert (tell(house, postbox), len(postbox.mails)) == (1, 1)


def test_a_team_without_an_address_has_only_the_log(house: House) -> None:
    lose(house, purpose=PROGRESS)
    assert [tell(house, Postbox(), address=""), tell(house, Postbox(), address="")] == [1, 0]


def test_many_are_told_as_a_number(house: House) -> None:
    for number in range(25):
        lose(house, f"c{number}", PROGRESS)
    postbox = Postbox()
    tell(house, postbox)
    assert "… and 5 more" in words(postbox)


# A notice of the law, from its planning on.

LAW = """
[delay_rule]
jurisdiction = "auto"
[shop]
timezone = "America/New_York"
"""


def at(day: str, hour: int, minute: int = 0) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:{minute:02}:00").replace(tzinfo=UTC)


def law_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url, LAW)
    shop.take_in("backorders", [late()], at("2026-05-18", 15))
    shop.plan(at("2026-05-18", 15))
    return shop


@pytest.fixture
def law(as_left_sqlite: AsLeft) -> Shop:
    return as_left_sqlite(law_made)


def late() -> dict[str, Any]:
    """Promised for 20 May, now expected in June."""
    return order("ann", eta_from="2026-06-05", eta_to="2026-06-05")


def lost_twice(house: House) -> None:
    """The notice goes at 15:00 and once more at 15:15, and nobody knows of either."""
    for minute in (0, 15):
        now = at("2026-05-18", 15, minute)
        settle(house, evidence(texts=Texts()), now)
        with house.store.read() as tx:
            (message,) = tx.connection.exec_driver_sql("SELECT id FROM message").scalars()
        hand_off(house, message, Outcome.UNKNOWN, now)


def alarms(shop: Shop) -> list[str]:
    return [row.alarm for row in shop.rows(LegalStanding)]


@pytest.mark.slow
def test_a_notice_whose_first_try_is_unknown_calls_nobody_yet(law: Shop) -> None:
    with law.house() as house:
        hand_off(house, law.rows(Message)[0].id, Outcome.UNKNOWN, at("2026-05-18", 15))
    law.plan(at("2026-05-18", 15, 20))
    assert alarms(law) == [""]


@pytest.mark.slow
def test_a_notice_that_stays_unknown_calls_a_person_at_once_with_its_deadline(law: Shop) -> None:
    with law.house() as house:
        lost_twice(house)
        postbox = Postbox()
        tell(house, postbox, at("2026-05-18", 15, 31))
    law.plan(at("2026-05-18", 15, 32))
    told = words(postbox)
    assert (alarms(law), "a notice (F3) is owed by 21 May 2026 at 00:00: call the customer" in told) == (
        ["notice_uncertain"],
        True,
    ), told
