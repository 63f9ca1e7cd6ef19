"""An email comes in: who proves whose it is, what counts, what machines send (RULES.md E6, F9; HOSTILE 66 to 71)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest

from notifier.errors import UnreadableMail
from notifier.pipeline.inbox import Act, Doing, act
from notifier.pipeline.mailroom import Mailroom, NoReply
from notifier.pipeline.receive import Received
from notifier.render.reply_address import BOUNCE, signed_address
from notifier.replies.mail import read_mail
from notifier.store.tables import Action, Address, Answer, Consent, Notice, Reply, ReplyLine, Suppression
from notifier.terms.mailbox import RawMail
from tests.kept_shops import AsLeft
from tests.mails import answer, bounce, complaint, fresh
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SETTINGS = """
[brands.oak]
name = "Oak"
sender = "Oak <orders@oak.example>"
[inbox]
host = "imap.oak.example"
username = "oak"
address = "replies@oak.example"
"""
LAW = '[delay_rule]\njurisdiction = "us_435"\n'
DELAYED = {"promised_ship_by": "2026-06-03", "eta_from": "2026-06-15", "eta_to": "2026-06-20"}


def opened(folder: Path, url: str, more: str = "", **of_order: str) -> Shop:
    shop = open_shop(folder, url, SETTINGS + more, NOTIFIER_INBOX__PASSWORD="secret-word")
    shop.take_in("backorders", [order("ann", brand="oak", **of_order)])
    shop.plan()
    shop.deliver()
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    """Ann was told of her backorder by email."""
    return as_left(opened, promised_ship_by="", ordered_at="2026-05-31T10:00:00Z")


@contextmanager
def mailroom(shop: Shop, now: datetime) -> Iterator[Mailroom]:
    with shop.house() as house:
        yield Mailroom(house, lambda raw: read_mail(raw, frozenset({"oak.example"})), lambda: now)


def came(shop: Shop, raw: bytes, now: datetime = NOON + MINUTE) -> Received:
    with mailroom(shop, now) as room:
        found = room.open(raw, now, "INBOX/1/1")
    assert isinstance(found, Received)
    return found


def ours(shop: Shop) -> EmailMessage:
    """The last mail that went."""
    return cast(EmailMessage, message_from_string(shop.sent()[-1], policy=policy.default))


def return_address(shop: Shop) -> str:
    """Where servers report to on the first mail."""
    with shop.house() as house:
        return signed_address(house.reply_to, house.web.keys, BOUNCE, 1)


def test_an_answer_to_our_mail_cancels_the_order(shop: Shop) -> None:
    came(shop, answer(ours(shop), "Please cancel my order."))
    assert [(row.kind, row.requested_at) for row in shop.rows(Action)] == [("cancel", NOON + MINUTE)]


def test_the_words_that_are_quoted_are_not_the_customers(shop: Shop) -> None:
    found = came(shop, answer(ours(shop), "Thanks!\n\n> please cancel my order"))
    assert (found.intent, shop.rows(Action)) == ("thanks", [])


def test_the_answer_is_acknowledged_in_the_thread(shop: Shop) -> None:
    mail = answer(ours(shop), "Please cancel my order.")
    came(shop, mail)
    shop.deliver(NOON + 2 * MINUTE)
    sent = cast(EmailMessage, message_from_string(mail.decode(), policy=policy.default))["Message-ID"]
    assert (ours(shop)["In-Reply-To"], ours(shop)["References"]) == (sent, sent)


def test_the_acknowledgement_says_what_was_understood(shop: Shop) -> None:
    came(shop, answer(ours(shop), "Please cancel my order."))
    shop.deliver(NOON + 2 * MINUTE)
    body = ours(shop).get_body(("plain",))
    assert body is not None
    assert "and are stopping the order of Reading lamp" in " ".join(body.get_content().split())


def test_a_sender_alone_proves_nothing(shop: Shop) -> None:
    found = came(shop, fresh("Please cancel my order.", "replies@oak.example"))
    assert (found.customer, found.needs_person, shop.rows(Action)) == ("ann", True, [])


def test_a_mail_that_proves_nothing_freezes_the_likely_order(shop: Shop) -> None:
    assert came(shop, fresh("Please cancel my order.", "replies@oak.example")).effects == ("frozen",)


def test_a_mail_that_proves_nothing_is_not_answered(shop: Shop) -> None:
    assert came(shop, fresh("When will it come?", "replies@oak.example")).acknowledged == ()


def test_a_forged_address_proves_nothing(shop: Shop) -> None:
    reply_to = str(ours(shop)["Reply-To"])
    forged = reply_to.replace("r1-", "r1-a", 1) if "r1-a" not in reply_to else reply_to.replace("r1-a", "r1-b", 1)
    found = came(shop, answer(ours(shop), "Please cancel my order.", To=forged))
    assert shop.rows(Action) == [] and found.needs_person


def test_an_opt_out_is_believed_without_proof(shop: Shop) -> None:
    came(shop, fresh("Unsubscribe me please", "replies@oak.example"))
    said = {(row.channel, row.message_class, row.granted) for row in shop.rows(Consent)}
    assert said == {("email", "marketing", False), ("email", "progress", False)}


def test_an_answer_from_another_address_counts_where_it_proves_the_message(shop: Shop) -> None:
    came(shop, answer(ours(shop), "Please cancel my order.", sender="Ann <ann@work.example>"))
    assert len(shop.rows(Action)) == 1


def test_the_same_mail_under_another_uid_is_acted_on_once(shop: Shop) -> None:
    mail = answer(ours(shop), "Please cancel my order.")
    came(shop, mail)
    again = came(shop, mail)
    assert (again.again, len(shop.rows(Action)), len(shop.rows(Reply))) == (True, 1, 1)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"X_Autoreply": "yes"},
        {"Precedence": "bulk"},
        {"X_Auto_Response_Suppress": "All"},
    ],
)
def test_a_machine_is_neither_believed_nor_answered(shop: Shop, headers: dict[str, str]) -> None:
    found = came(shop, answer(ours(shop), "Please cancel my order.", **headers))
    assert (found.intent, found.effects, found.acknowledged) == ("auto_reply", (), ())


def test_our_own_mail_that_comes_back_is_left_alone(shop: Shop) -> None:
    with mailroom(shop, NOON) as room:
        assert room.open(shop.sent()[-1].encode(), NOON, "INBOX/1/1") is NoReply.OWN


def test_two_bots_that_write_to_each_other_stop_after_one_mail(shop: Shop) -> None:
    came(shop, answer(ours(shop), "When will it come?"))
    shop.deliver(NOON + 2 * MINUTE)
    robot = answer(ours(shop), "We have your message and will be in touch.")
    first, second = came(shop, robot, NOON + 3 * MINUTE), came(shop, robot + b"\r\n.", NOON + 4 * MINUTE)
    assert [one.reason for one in (*first.acknowledged, *second.acknowledged)] == ["answered_lately"] * 2


def test_a_hard_bounce_ends_the_address(shop: Shop) -> None:
    came(shop, bounce(ours(shop), "replies@oak.example"))
    assert [row.reason for row in shop.rows(Suppression)] == ["bounced"]


def test_a_report_of_spam_by_our_message_id_ends_offers_and_is_not_answered(shop: Shop) -> None:
    found = came(shop, complaint(ours(shop), "replies@oak.example"))
    out = {(row.channel, row.message_class) for row in shop.rows(Consent) if not row.granted}
    assert (out, found.acknowledged) == ({("email", "marketing"), ("email", "progress")}, ())


def test_a_report_of_spam_on_a_mail_that_is_not_ours_does_nothing(shop: Shop) -> None:
    foreign = ours(shop)
    foreign.replace_header("Message-ID", "<0123456789abcdef0123456789abcdef@oak.example>")
    found = came(shop, complaint(foreign, "replies@oak.example"))
    assert (found.effects, shop.rows(Consent)) == ((), [])


def test_a_mail_from_elsewhere_is_matched_by_the_mail_that_it_says_it_answers(shop: Shop) -> None:
    found = came(shop, answer(ours(shop), "Cancel it!", sender="Tom <tom@work.example>", To="hello@oak.example"))
    assert (found.customer, found.effects, found.needs_person) == ("ann", ("frozen",), True)


def test_who_wrote_is_kept_where_the_customer_is_only_likely(shop: Shop) -> None:
    came(shop, answer(ours(shop), "Cancel it!", sender="Tom <tom@work.example>", To="hello@oak.example"))
    row = shop.rows(Reply)[-1]
    assert (row.sender, row.message_id) == ("tom@work.example", None)


def test_an_operators_opt_out_on_such_a_mail_ends_the_address_that_wrote(shop: Shop) -> None:
    mail = answer(ours(shop), "Hm, what now?", sender="Tom <tom@work.example>", To="hello@oak.example")
    reply = came(shop, mail).reply
    with shop.house() as house:
        act(house, Act(reply, Doing.OPT_OUT, "Kim"), NOON + 2 * MINUTE)
    known = {row.id: row.value for row in shop.rows(Address)}
    assert {known.get(row.address_id, "all of them") for row in shop.rows(Consent)} == {None}


def test_what_asks_for_something_below_the_signature_is_seen_by_a_person(shop: Shop) -> None:
    found = came(shop, answer(ours(shop), "Thank you!\n--\nAnn\nPlease cancel my order."))
    assert (found.needs_person, shop.rows(Action)) == (True, [])


def test_a_motto_below_the_signature_needs_nobody(shop: Shop) -> None:
    found = came(shop, answer(ours(shop), "Please cancel my order.\n--\nAnn\nBe kind, always."))
    assert (found.needs_person, len(shop.rows(Action))) == (False, 1)


def test_a_soft_bounce_ends_nothing(shop: Shop) -> None:
    came(shop, bounce(ours(shop), "replies@oak.example", "5.2.2"))
    assert shop.rows(Suppression) == []


def test_a_bounce_of_a_mail_that_is_not_ours_is_no_more_than_a_line(shop: Shop) -> None:
    foreign = ours(shop)
    foreign.replace_header("Message-ID", "<0123456789abcdef0123456789abcdef@oak.example>")
    found = came(shop, bounce(foreign, "replies@oak.example"))
    assert (found.bound_to, shop.rows(Suppression)) == (None, [])


def test_a_bounce_that_names_another_recipient_is_not_believed(shop: Shop) -> None:
    victim = ours(shop)
    victim.replace_header("To", "victim@shop.example.com")
    came(shop, bounce(victim, "replies@oak.example"))
    assert shop.rows(Suppression) == []


def test_a_report_to_the_address_for_replies_proves_no_bounce(shop: Shop) -> None:
    """Whoever answers has that address, and a report is soon written."""
    foreign, reply_to = ours(shop), str(ours(shop)["Reply-To"])
    foreign.replace_header("Message-ID", "<0123456789abcdef0123456789abcdef@oak.example>")
    found = came(shop, bounce(foreign, reply_to))
    assert (found.bound_to, shop.rows(Suppression)) == (None, [])


def test_a_report_to_the_address_for_replies_is_believed_by_our_message_id(shop: Shop) -> None:
    came(shop, bounce(ours(shop), str(ours(shop)["Reply-To"])))
    assert [row.reason for row in shop.rows(Suppression)] == ["bounced"]


def test_a_report_to_the_return_address_needs_no_message_id(shop: Shop) -> None:
    foreign = ours(shop)
    foreign.replace_header("Message-ID", "<0123456789abcdef0123456789abcdef@oak.example>")
    came(shop, bounce(foreign, return_address(shop)))
    assert [row.reason for row in shop.rows(Suppression)] == ["bounced"]


def test_words_to_the_return_address_prove_nothing(shop: Shop) -> None:
    found = came(shop, answer(ours(shop), "Please cancel my order.", To=return_address(shop)))
    assert (found.bound_to, found.needs_person, shop.rows(Action)) == (None, True, [])


def test_an_automatic_reply_to_the_return_address_is_bound_to_what_it_answers(shop: Shop) -> None:
    found = came(shop, answer(ours(shop), "I am away.", To=return_address(shop), Auto_Submitted="auto-replied"))
    assert (found.intent, found.bound_to) == ("auto_reply", 1)


def test_a_bounced_notice_is_no_notice(as_left: AsLeft) -> None:
    shop = as_left(opened, LAW, **DELAYED)
    came(shop, bounce(ours(shop), "replies@oak.example", "5.2.2"), NOON + DAY)
    assert [row.failed_at for row in shop.rows(Notice)] == [NOON + DAY]


def test_who_agrees_to_the_delay_by_mail_has_consented(as_left: AsLeft) -> None:
    shop = as_left(opened, LAW, **DELAYED)
    came(shop, answer(ours(shop), "I will wait."), NOON + DAY)
    assert [(row.said, row.at, row.channel) for row in shop.rows(Answer)] == [("accept", NOON + DAY, "email")]


def test_a_cancellation_counts_from_its_receipt_not_from_its_reading(as_left: AsLeft) -> None:
    shop = as_left(opened, LAW, **DELAYED)
    mail = answer(ours(shop), "Please cancel my order and refund me.")
    with mailroom(shop, NOON + 3 * DAY) as room:
        room.take(RawMail("INBOX", 1, 7, NOON + DAY, len(mail), mail))
    assert [(row.said, row.at) for row in shop.rows(Answer)] == [("cancel", NOON + DAY)]


def test_a_mail_that_cannot_be_read_waits_for_a_person(shop: Shop) -> None:
    def unreadable(_: bytes) -> None:
        raise UnreadableMail("timeout")

    with shop.house() as house, pytest.raises(UnreadableMail):
        Mailroom(house, unreadable, lambda: NOON).take(RawMail("INBOX", 1, 7, NOON, 9, b"x"))  # type: ignore[arg-type]
    found = [(row.needs_person, row.reason) for row in shop.rows(Reply)]
    assert found == [(True, "was not read: timeout; nobody knows whose it is")]


def test_a_mail_that_cannot_be_read_is_told_of_though_its_uid_was_given_before(shop: Shop) -> None:
    def unreadable(_: bytes) -> None:
        raise UnreadableMail("timeout")

    for at in (NOON, NOON, NOON + DAY):
        with shop.house() as house, pytest.raises(UnreadableMail):
            Mailroom(house, unreadable, lambda: NOON + DAY).take(RawMail("INBOX", 1, 7, at, 9, b"x"))  # type: ignore[arg-type]
    assert len(shop.rows(Reply)) == 2


def kept_of_a_large_one(shop: Shop, **headers: str) -> Reply:
    """What is kept of a mail of which the headers alone were fetched."""
    head = answer(ours(shop), "", **headers).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    with mailroom(shop, NOON + MINUTE) as room, pytest.raises(UnreadableMail):
        room.take(RawMail("INBOX", 1, 7, NOON + MINUTE, 11_000_000, head, whole=False))
    return shop.rows(Reply)[-1]


def test_a_mail_that_is_too_large_is_bound_to_the_message_that_its_address_proves(shop: Shop) -> None:
    kept = kept_of_a_large_one(shop)
    assert (kept.message_id, kept.needs_person) == (1, True)


def test_the_order_of_a_mail_that_is_too_large_is_frozen(shop: Shop) -> None:
    kept_of_a_large_one(shop)
    assert [row.frozen for row in shop.rows(ReplyLine)] == [True]


def test_a_large_mail_of_a_machine_is_not_answered(shop: Shop) -> None:
    kept = kept_of_a_large_one(shop, Auto_Submitted="auto-replied")
    assert json.loads(kept.acks) == []


def test_a_mail_without_words_is_read_by_its_subject(shop: Shop) -> None:
    mail = fresh("", "replies@oak.example").replace(b"Subject: My order", b"Subject: Unsubscribe")
    assert came(shop, mail).intent == "opt_out"


def test_what_is_acknowledged_is_kept_with_the_reply(shop: Shop) -> None:
    came(shop, answer(ours(shop), "Please cancel my order."))
    kept = json.loads(shop.rows(Reply)[0].acks)
    assert [(one["channel"], one["verdict"], one["message"]) for one in kept] == [("email", "send", 2)]
