"""The whole way with real servers: the bot writes, customers answer by email, the bot reads, acts and acknowledges.

A real postfix carries both ways, a real dovecot serves what it brings, and the bot is `notifier run`, which is killed
again and again while answers come in.
"""

import os
import pwd
import signal
import smtplib
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from notifier import app
from notifier.settings import load_settings
from notifier.store.tables import Action, Answer, Message, Reply
from tests.live import LIVE
from tests.mails import answer
from tests.shop import Shop, order
from tests.standins.dovecot import PASSWORD, USER, running_dovecot
from tests.standins.postfix import Postfix, running_postfix

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
CUSTOMERS = [f"c{number}" for number in range(12)]
KILLS = 3
PATIENCE = 600.0
SETTINGS = (
    LIVE
    + """
[schedule]
deliver_seconds = 1
[inbox]
host = "127.0.0.1"
port = {imap}
security = "none"
username = "{user}"
address = "replies@oak.example"
[policy]
email_from = "00:00"
email_until = "23:59:59"
[delay_rule]
jurisdiction = "us_435"
"""
)


@dataclass(frozen=True, slots=True)
class Stage:
    """The shop, and the server that carries its mail."""

    shop: Shop
    postfix: Postfix
    environment: dict[str, str]

    @contextmanager
    def bot(self) -> Iterator[subprocess.Popen[bytes]]:
        """`notifier run`, ended in order with the block, if it still lives."""
        command = [sys.executable, "-m", "notifier", "run"]
        with subprocess.Popen(command, cwd=self.shop.folder, env=self.environment, stderr=subprocess.DEVNULL) as child:
            try:
                yield child
            finally:
                child.send_signal(signal.SIGTERM)
                child.wait(300)

    def mails_to(self, name: str) -> list[EmailMessage]:
        """What the customer has got."""
        return self.postfix.mails(f"{name}@shop.example.com")

    def send(self, mail: bytes, to: str, name: str) -> None:
        """The customer's own mail program sends."""
        with smtplib.SMTP(self.postfix.host, self.postfix.port, timeout=10) as client:
            client.sendmail(f"{name}@shop.example.com", [to], mail)


@pytest.fixture
def stage(tmp_path: Path, database_url: str) -> Iterator[Stage]:
    with running_postfix("shop.example.com", "oak.example") as postfix:
        owner = pwd.getpwnam("postfix")
        postfix.replies.mkdir()
        os.chown(postfix.replies, owner.pw_uid, owner.pw_gid)
        with running_dovecot(postfix.replies) as dovecot:
            path = tmp_path / "settings.toml"
            path.write_text(SETTINGS.format(host="127.0.0.1", port=postfix.port, imap=dovecot.port, user=USER), "utf-8")
            secrets = {"NOTIFIER_DATABASE__URL": database_url, "NOTIFIER_INBOX__PASSWORD": PASSWORD}
            settings = load_settings(path, secrets)
            app.migrate(settings)
            environment = os.environ | {"PYTHONPATH": str(ROOT)} | secrets
            yield Stage(Shop(tmp_path, settings), postfix, environment)


def delayed(name: str) -> dict[str, str]:
    """A backorder whose promise cannot be kept: a notice is owed, and can be answered."""
    today = datetime.now(UTC).date()
    days = {"promised_ship_by": today + timedelta(days=2), "eta_from": today + timedelta(days=10)}
    days |= {"eta_to": today + timedelta(days=14)}
    ordered = {"ordered_at": (datetime.now(UTC) - timedelta(days=9)).isoformat()}
    return order(name, brand="oak", **ordered, **{key: day.isoformat() for key, day in days.items()})


def wait_for_mails(stage: Stage, mails: int, names: Sequence[str]) -> None:
    """Until each of the customers has got so many mails."""
    deadline = time.monotonic() + PATIENCE
    while any(len(stage.mails_to(name)) < mails for name in names):
        counts = Counter(len(stage.mails_to(name)) for name in names)
        assert time.monotonic() < deadline, f"after {PATIENCE:.0f} s customers have so many mails: {counts}"
        time.sleep(0.1)


def test_an_answer_by_email_is_read_acted_on_and_acknowledged_in_its_thread(stage: Stage) -> None:
    stage.shop.take_in("backorders", [delayed("ann")], datetime.now(UTC))
    with stage.bot():
        wait_for_mails(stage, 1, ["ann"])
        notice = stage.mails_to("ann")[0]
        stage.send(answer(notice, "Please cancel my order and refund me."), str(notice["Reply-To"]), "ann")
        wait_for_mails(stage, 2, ["ann"])
    confirmed = stage.mails_to("ann")[1]
    body = confirmed.get_body(("plain",))
    assert body is not None
    assert "are stopping the order of Reading lamp" in " ".join(body.get_content().split())
    assert str(confirmed["In-Reply-To"]).endswith("@mail.example>")
    assert [row.said for row in stage.shop.rows(Answer)] == ["cancel"]


def test_kills_while_answers_come_in_lose_nothing_and_do_nothing_twice(stage: Stage) -> None:
    stage.shop.take_in("backorders", [delayed(name) for name in CUSTOMERS], datetime.now(UTC))
    with stage.bot():
        wait_for_mails(stage, 1, CUSTOMERS)
    waiting = {name: stage.mails_to(name)[0] for name in CUSTOMERS}
    for turn in range(KILLS):
        read = len(stage.shop.rows(Reply))
        with stage.bot() as bot:
            for name in CUSTOMERS[turn::KILLS]:
                notice = waiting[name]
                stage.send(answer(notice, "Please cancel my order."), str(notice["Reply-To"]), name)
            wait_for_one_more(stage, read)
            bot.kill()
    with stage.bot():
        wait_for_rows(stage)
    accounted(stage)


def wait_for_one_more(stage: Stage, before: int) -> None:
    """Until the bot has read one more answer: others lie there still, and nothing of this one is acknowledged yet."""
    deadline = time.monotonic() + PATIENCE
    while len(stage.shop.rows(Reply)) == before:
        assert time.monotonic() < deadline, "no answer was read"
        time.sleep(0.002)


def wait_for_rows(stage: Stage) -> None:
    """Until every answer is read, and every acknowledgement has left or nobody knows."""
    deadline = time.monotonic() + PATIENCE
    while True:
        acks = [row.state for row in stage.shop.rows(Message) if row.purpose == "reply_ack"]
        if len(acks) == len(CUSTOMERS) and set(acks) <= {"accepted", "unknown"}:
            return
        read = len(stage.shop.rows(Reply))
        assert time.monotonic() < deadline, f"{read} of {len(CUSTOMERS)} answers read, acknowledgements {acks}"
        time.sleep(0.2)


def accounted(stage: Stage) -> None:
    """One reply, one answer to the law, one action and one acknowledgement for each customer, and none twice."""
    each = Counter(dict.fromkeys(range(1, len(CUSTOMERS) + 1), 1))
    assert Counter(row.customer_id for row in stage.shop.rows(Reply)) == each
    assert Counter(row.customer_id for row in stage.shop.rows(Action)) == each
    assert Counter(row.line_id for row in stage.shop.rows(Answer)) == each
    acks = {row.customer_id: row.state for row in stage.shop.rows(Message) if row.purpose == "reply_ack"}
    for number, name in enumerate(CUSTOMERS, start=1):
        got = len(stage.mails_to(name)) - 1
        assert got <= 1
        assert got == 1 or acks[number] == "unknown"
