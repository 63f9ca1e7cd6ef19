"""What needs a person is sent to the helpdesk at once, threads there, and is answered by no machine."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from notifier.pipeline.forwarding import forward_inbox
from notifier.pipeline.house import House
from notifier.pipeline.inbox import close
from notifier.pipeline.receive import receive
from notifier.store.tables import Message
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.incoming import Incoming, Road
from notifier.terms.words import Outcome
from tests.kept_shops import AsLeft
from tests.pipeline.test_receive_texts import ANN, BY_TEXT
from tests.pipeline.test_receive_texts import SETTINGS as TEXTS
from tests.pipeline.test_sources import Postbox, team
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""

WORDS = "I think I would rather cancel, or not?"
HELPDESK = "help@desk.example"
HOUR = timedelta(hours=1)


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url)
    shop.take_in("backorders", [order("ann", customer_id="ann@shop.example.com", customer_name="Ann Oakley")])
    shop.plan()
    shop.deliver()
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    """Ann was told of her backorder by email."""
    return as_left(shop_made)


@pytest.fixture
def house(shop: Shop) -> Iterator[House]:
    with shop.house() as opened:
        yield opened


def hear(house: House, words: str = WORDS, thread: str = "abc@mail.example") -> None:
    receive(house, Incoming(Road.EMAIL, "1", NOON, words, message_id=1, thread=thread, subject="Re: lamp"), NOON)


def forward(house: House, postbox: Postbox, to: str = HELPDESK, now: datetime = NOON) -> int:
    return asyncio.run(forward_inbox(replace(house, helpdesk=to), team(postbox), now))


def sent(postbox: Postbox) -> EmailMessage:
    found = message_from_string(postbox.mails[-1], policy=default)
    assert isinstance(found, EmailMessage)
    return found


def mail(house: House, **more: str) -> EmailMessage:
    postbox = Postbox()
    hear(house, **more)
    forward(house, postbox)
    return sent(postbox)


def test_it_names_the_order_and_what_it_may_mean(house: House) -> None:
    assert mail(house)["Subject"] == "[1] Order O-ann: may mean cancel order"


def test_it_has_the_customers_words_and_how_to_act(house: House) -> None:
    told = mail(house).get_content()
    assert (WORDS in told, "notifier inbox act 1 cancel" in told) == (True, True)


def test_it_has_neither_name_nor_address(house: House) -> None:
    whole = mail(house).as_string()
    assert ("ann@" in whole, "Oakley" in whole) == (False, False)


def test_it_threads_under_our_message_and_the_customers_mail(shop: Shop, house: House) -> None:
    found = mail(house)
    ours = shop.rows(Message)[0].uid
    assert (found["In-Reply-To"], found["References"].split()[0].startswith(f"<{ours}@")) == (
        "<abc@mail.example>",
        True,
    )


def test_a_long_message_id_stays_as_it_is(house: House) -> None:
    long = "x" * 120 + "@mail.example"
    assert f"In-Reply-To: <{long}>" in mail(house, thread=long).as_string(policy=default.clone(max_line_length=998))


def test_a_message_id_that_could_end_a_header_is_left_out(house: House) -> None:
    assert "evil" not in mail(house, thread="evil@x>\r\nBcc: a@b.example").as_string()


def test_it_says_that_a_machine_wrote_it(house: House) -> None:
    assert mail(house)["Auto-Submitted"] == "auto-generated"


def test_half_a_character_is_no_reason_not_to_send_it(house: House) -> None:
    assert "cancel" in mail(house, words="I think I would rather cancel\x07, or not? \ufffd").get_content()


def test_each_is_sent_once(house: House) -> None:
    postbox = Postbox()
    hear(house)
    assert [forward(house, postbox), forward(house, postbox), len(postbox.mails)] == [1, 0, 1]


def test_what_no_server_took_is_sent_at_the_next_look(house: House) -> None:
    postbox = Postbox(open=False)
    hear(house)
    first = forward(house, postbox)
    postbox.open = True
    assert [first, forward(house, postbox)] == [0, 1]


@dataclass
class Refusing(Postbox):
    """The helpdesk's server refuses all; other mails are taken."""

    tried: list[str] = field(default_factory=list)

    async def send(self, parcel: Parcel) -> SendResult:
        if parcel.recipient != HELPDESK:
            return await super().send(parcel)
        self.tried.append(parcel.uid.split("-")[1])
        return SendResult(0, 0, Outcome.REFUSED, "554", "no")


def hear_many(house: House, many: int) -> None:
    for number in range(many):
        at = NOON + timedelta(seconds=number)
        receive(house, Incoming(Road.EMAIL, f"many {number}", at, WORDS, message_id=1), at)


def test_what_the_helpdesk_refuses_is_tried_later_and_later(house: House) -> None:
    postbox, found = Refusing(), []
    hear(house)
    for minutes in (0, 4, 5, 14, 15):
        forward(house, postbox, now=NOON + timedelta(minutes=minutes))
        found.append(len(postbox.tried))
    assert found == [1, 1, 2, 2, 3]


def test_what_the_helpdesk_refuses_keeps_nothing_else_back(house: House) -> None:
    hear_many(house, 21)
    forward(house, Refusing(), now=NOON + HOUR)
    assert forward(house, Postbox(), now=NOON + HOUR) == 1


def test_what_no_server_took_keeps_nothing_else_back(house: House) -> None:
    hear_many(house, 21)
    forward(house, Postbox(open=False), now=NOON + HOUR)
    postbox = Postbox()
    forward(house, postbox, now=NOON + HOUR)
    assert "[21]" in postbox.mails[0]


def test_the_team_hears_once_a_day_that_the_helpdesk_refuses(house: House) -> None:
    postbox = Refusing()
    hear(house)
    for hours in range(3):
        forward(house, postbox, now=NOON + hours * HOUR)
    assert [postbox.mails[0].count("The helpdesk refuses"), len(postbox.mails)] == [1, 1]


def test_nobody_named_gets_nothing(house: House) -> None:
    hear(house)
    assert forward(house, Postbox(), to="") == 0


def test_what_was_seen_to_meanwhile_is_not_sent(house: House) -> None:
    hear(house)
    close(house, [1], "Kim", "", NOON)
    assert forward(house, Postbox()) == 0


def test_a_text_is_sent_too(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url, TEXTS, NOTIFIER_SMS__AUTH_TOKEN="0" * 32)
    shop.take_in("backorders", [order("ann", **BY_TEXT)])
    shop.plan()
    shop.deliver()
    postbox = Postbox()
    with shop.house() as house:
        receive(house, Incoming(Road.SMS, "1", NOON + HOUR, WORDS, ANN), NOON + HOUR)
        forward(house, postbox, now=NOON + HOUR)
    assert "by text" in sent(postbox).get_content()
