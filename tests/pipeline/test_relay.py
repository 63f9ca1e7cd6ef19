"""What the team answers from its helpdesk reaches the customer once, as coming from the shop, and is logged."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest

from notifier.helpdesk import lost
from notifier.pipeline.forwarding import forward_inbox
from notifier.pipeline.house import House
from notifier.pipeline.inbox import conversation_of
from notifier.pipeline.mailroom import Mailroom
from notifier.pipeline.receive import Received
from notifier.pipeline.relay import relay_answers
from notifier.replies.mail import read_mail
from notifier.store.tables import Contact, Reply, TeamAnswer
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.words import Channel, Outcome
from tests.kept_shops import AsLeft
from tests.mails import answer
from tests.pipeline.test_receive_mails import SETTINGS
from tests.pipeline.test_sources import Postbox, team
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""

DESK = SETTINGS + 'forward_to = "help@desk.example"\n'
KIM = "Kim <kim@desk.example>"
MINUTE = timedelta(minutes=1)


class Refusing(Postbox):
    """Says `says` to what it is given."""

    says = Outcome.REFUSED

    async def send(self, parcel: Parcel) -> SendResult:
        return SendResult(0, 0, self.says, "no", "no")


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url, DESK, NOTIFIER_INBOX__PASSWORD="secret-word")
    shop.take_in("backorders", [order("ann", brand="oak", promised_ship_by="", ordered_at="2026-05-31T10:00:00Z")])
    shop.plan()
    shop.deliver()
    ours = message_from_string(shop.sent()[-1], policy=policy.default)
    take(shop, answer(cast(EmailMessage, ours), "Hm, what now?"))
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    """Ann has written something that is not clear, and the helpdesk has it."""
    return as_left(shop_made)


@contextmanager
def opened(shop: Shop, now: datetime) -> Iterator[tuple[House, Mailroom]]:
    with shop.house() as house:
        yield house, Mailroom(house, lambda raw: read_mail(raw, frozenset({"oak.example"})), lambda: now)


def take(shop: Shop, raw: bytes, now: datetime = NOON + MINUTE) -> bool:
    """Whether it became a customer's reply."""
    with opened(shop, now) as (_, room):
        return isinstance(room.open(raw, now, "INBOX/1/1"), Received)


def forwarded(shop: Shop) -> EmailMessage:
    """What the helpdesk got."""
    postbox = Postbox()
    with shop.house() as house:
        asyncio.run(forward_inbox(house, team(postbox), NOON + MINUTE))
    return cast(EmailMessage, message_from_string(postbox.mails[-1], policy=policy.default))


def relayed(shop: Shop, postbox: Postbox, now: datetime = NOON + 2 * MINUTE) -> int:
    with shop.house() as house:
        return asyncio.run(relay_answers(house, {Channel.EMAIL: postbox}, team(postbox), lambda: now))


def answered(shop: Shop, words: str = "We will call you.", sender: str = KIM, **headers: str) -> bool:
    return take(shop, answer(forwarded(shop), words, sender, **headers), NOON + 2 * MINUTE)


def to_customer(shop: Shop) -> EmailMessage:
    postbox = Postbox()
    answered(shop)
    relayed(shop, postbox)
    return cast(EmailMessage, message_from_string(postbox.mails[-1], policy=policy.default))


def test_the_customer_gets_the_teams_words_alone(shop: Shop) -> None:
    assert to_customer(shop).get_content().strip() == "We will call you."


def test_it_comes_from_the_shop_to_the_address_that_wrote(shop: Shop) -> None:
    found = to_customer(shop)
    assert (found["From"], found["To"]) == ("Oak <orders@oak.example>", "ann@shop.example.com")


def test_it_stands_in_the_customers_own_thread(shop: Shop) -> None:
    assert to_customer(shop)["In-Reply-To"] == f"<{shop.rows(Reply)[0].thread}>"


def test_the_customers_answer_to_it_comes_back_through_us(shop: Shop) -> None:
    assert str(to_customer(shop)["Reply-To"]).startswith("replies+r1-")


def test_it_is_a_contact_of_the_team(shop: Shop) -> None:
    to_customer(shop)
    last = shop.rows(Contact)[-1]
    assert (last.actor, last.direction, last.channel) == ("team", "out", "email")


def test_it_stands_in_the_conversation(shop: Shop) -> None:
    to_customer(shop)
    with shop.house() as house:
        _, turns = conversation_of(house, 1)
    assert (turns[-1].who, turns[-1].words) == ("the team", "We will call you.")


def test_it_is_no_reply_of_a_customer(shop: Shop) -> None:
    answered(shop)
    assert len(shop.rows(Reply)) == 1


def test_the_same_mail_read_twice_is_passed_on_once(shop: Shop) -> None:
    raw, postbox = answer(forwarded(shop), "We will call you.", KIM), Postbox()
    for _ in range(2):
        take(shop, raw, NOON + 2 * MINUTE)
    assert (relayed(shop, postbox), relayed(shop, postbox), len(postbox.mails)) == (1, 0, 1)


def test_what_another_domain_sends_to_the_address_is_not_passed_on(shop: Shop) -> None:
    answered(shop, sender="Eve <eve@evil.example>")
    assert (shop.rows(TeamAnswer), len(shop.rows(Reply))) == ([], 2)


def test_what_a_machine_of_the_helpdesk_sends_is_left_alone(shop: Shop) -> None:
    answered(shop, Auto_Submitted="auto-replied")
    assert (shop.rows(TeamAnswer), len(shop.rows(Reply))) == ([], 1)


def test_what_no_server_took_goes_at_the_next_look(shop: Shop) -> None:
    answered(shop)
    postbox = Postbox(open=False)
    first = relayed(shop, postbox)
    postbox.open = True
    assert (first, relayed(shop, postbox)) == (0, 1)


def test_what_the_customers_server_refuses_is_said_in_the_inbox(shop: Shop) -> None:
    answered(shop)
    relayed(shop, Refusing())
    assert "did not reach the customer" in shop.rows(Reply)[0].reason


def test_no_email_goes_to_a_suppressed_address(shop: Shop) -> None:
    answered(shop)
    gone = {"address": "ann@shop.example.com", "brand": "oak", "reason": "bounced", "at": "2026-06-01T15:00:00Z"}
    shop.take_in("suppressions", [gone])
    postbox = Postbox()
    relayed(shop, postbox)
    assert (postbox.mails, "no email may go" in shop.rows(Reply)[0].reason) == ([], True)


def test_what_was_going_when_its_process_died_is_never_sent_again(shop: Shop) -> None:
    class Dies(Postbox):
        async def send(self, parcel: Parcel) -> SendResult:
            raise KeyboardInterrupt

    answered(shop)
    with pytest.raises(KeyboardInterrupt):
        relayed(shop, Dies())
    postbox = Postbox()
    relayed(shop, postbox, NOON + 20 * MINUTE)
    found = shop.rows(Reply)[0].reason
    assert (postbox.mails, "nobody knows whether it arrived" in found) == ([], True)


def test_one_answer_goes_while_the_next_one_still_waits(shop: Shop) -> None:
    seen: list[list[str]] = []

    class Looks(Postbox):
        async def send(self, parcel: Parcel) -> SendResult:
            seen.append([row.state for row in shop.rows(TeamAnswer)])
            return await super().send(parcel)

    mail = forwarded(shop)
    for number, words in enumerate(("We will call you.", "Or you call us.")):
        with opened(shop, NOON + 2 * MINUTE) as (_, room):
            room.open(answer(mail, words, KIM), NOON + 2 * MINUTE, f"INBOX/1/{number + 2}")
    relayed(shop, Looks())
    assert seen == [["going", "waiting"], ["sent", "going"]]


def test_what_another_process_has_called_lost_is_not_sent(shop: Shop) -> None:
    answered(shop)
    postbox, moments = Postbox(), iter([NOON + 2 * MINUTE, NOON + 20 * MINUTE])
    with shop.house() as house:

        def clock() -> datetime:
            now = next(moments, NOON + 20 * MINUTE)
            with house.store.write() as tx:
                lost(tx, now)
            return now

        asyncio.run(relay_answers(house, {Channel.EMAIL: postbox}, team(postbox), clock))
    assert (postbox.mails, [row.state for row in shop.rows(TeamAnswer)]) == ([], ["unknown"])
