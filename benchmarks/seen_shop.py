"""A big shop with what its console shows: names, bodies, messages in every state, deadlines, holds, replies.

Used by console, upon what `big_shop` builds.
"""

import json
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Integer, bindparam, case, cast, func, insert, literal, select, update

from benchmarks.big_shop import NOW
from notifier import wordings
from notifier.policy.delay_rule.rights import SHIPPED_DESPITE_CANCELLATION
from notifier.settings import Settings
from notifier.store.bodies import Packer
from notifier.store.engine import Store, Transaction, open_engine
from notifier.store.lookup import table_of
from notifier.store.name_words import keep_words
from notifier.store.tables import (
    Attempt,
    Customer,
    Decision,
    LegalStanding,
    Message,
    MessageBody,
    OrderLine,
    Reply,
    ReplyLine,
    TemplateVersion,
)
from notifier.terms.wording import VersionKind, Wording, WordingVersion
from notifier.terms.words import Channel

FIRST = "Anna Ben Carla David Emma Felix Grace Hugo Ida Jonas Klara Leo Mia Noah Olga Paul Rosa Samuel Tara Zoë".split()
LAST = "Müller Smith García Nowak Øberg Rossi Silva Dubois Novák O'Brien Keller Jansen Moreau Fischer Łukasz".split()
HELD, REFUSED, UNKNOWN, QUEUED = 300, 400, 20, 20_000
WITH_BODY = 2_000
WAITING, HEARD = 5_000, 10_000
ROWS_A_BATCH = 10_000


def furnish(settings: Settings) -> None:
    """Write it into the shop of `settings`."""
    store = Store(open_engine(settings.database_url))
    try:
        for step in (_named, _standing, _stated, _written, _waiting, _heard, _worded):
            with store.write() as tx:
                step(tx)
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE" if store.engine.dialect.name == "postgresql" else "ANALYZE")
    finally:
        store.close()


def _named(tx: Transaction) -> None:
    """A name for everybody, as often as names repeat: a twentieth of all is called Anna."""
    customer = table_of(Customer)
    change = update(customer).where(customer.c.id == bindparam("one")).values(name=bindparam("called"))
    last = tx.connection.execute(select(func.max(customer.c.id))).scalar_one()
    for begin in range(1, last + 1, ROWS_A_BATCH):
        ids = range(begin, min(begin + ROWS_A_BATCH, last + 1))
        names = {one: f"{FIRST[one % len(FIRST)]} {LAST[one // 7 % len(LAST)]}-{one // 100:x}" for one in ids}
        tx.connection.execute(change, [{"one": one, "called": name} for one, name in names.items()])
        keep_words(tx, names, fresh=ids)


def _standing(tx: Transaction) -> None:
    """A deadline by law for each line, spread over two months. Some notices are late, some lines have an alarm."""
    line, standing = table_of(OrderLine), table_of(LegalStanding)
    days = [NOW + timedelta(days=one - 20) for one in range(60)]
    at = case(*((line.c.id % 60 == i, literal(one, standing.c.deadline_at.type)) for i, one in enumerate(days)))
    state = case((line.c.id % 3 == 0, "notice_due"), else_="awaiting_objection")
    since = case((line.c.id % 600 == 18, literal(NOW - timedelta(days=9), standing.c.since.type)))
    alarm = case((line.c.id % 600 == 15, SHIPPED_DESPITE_CANCELLATION), else_="")
    values: dict[str, Any] = {"state": state, "deadline_at": at, "since": since, "alarm": alarm}
    values |= {"rule": literal("F1"), "notice": literal("F3")}
    source = select(line.c.id, *values.values())
    tx.connection.execute(insert(standing).from_select(["line_id", *values], source))


def _stated(tx: Transaction) -> None:
    """The newest messages stand in every state."""
    message = table_of(Message)
    last = tx.connection.execute(select(func.max(message.c.id))).scalar_one()
    begin, later = last, NOW + timedelta(hours=9)
    said: list[tuple[int, dict[str, Any]]] = [
        (HELD, {"state": "held", "reason": "render_failed: eta_change/email.md line 3: there is no variable 'x'"}),
        (REFUSED, {"state": "refused", "reason": "policy"}),
        (UNKNOWN, {"state": "unknown", "reason": ""}),
        (min(QUEUED, last // 10), {"state": "queued", "reason": "quiet_hours", "not_before": later}),
    ]
    for many, values in said:
        these = (message.c.id > begin - many) & (message.c.id <= begin)
        tx.connection.execute(update(message).where(these).values(**values))
        if values["state"] == "unknown":
            rows = [_attempt(one) for one in range(begin - many + 1, begin + 1)]
            tx.connection.execute(insert(table_of(Attempt)), rows)
        begin -= many


def _attempt(message_id: int) -> dict[str, Any]:
    words = dict.fromkeys(("code", "raw", "provider_id", "receipt", "receipt_code"), "")
    return {"message_id": message_id, "worker": "w", "fence": 1, "started_at": NOW, "outcome": "unknown"} | words


def _written(tx: Transaction) -> None:
    """Bodies of the oldest messages, those of the heavy customer among them."""
    mail = EmailMessage()
    mail["Subject"] = "About your order"
    mail.set_content("Your order ships later.\n" * 40)
    mail.add_alternative("<html><body>" + "<p>Your order ships later.</p>" * 200 + "</body></html>", subtype="html")
    body = Packer().packed(mail.as_bytes())
    rows = [{"message_id": one, "body": body, "version": ""} for one in range(1, WITH_BODY + 1)]
    tx.connection.execute(insert(table_of(MessageBody)), rows)


def _waiting(tx: Transaction) -> None:
    """A fiftieth of the decisions that hold, hold still."""
    decision = table_of(Decision)
    still = (decision.c.verdict == "hold") & (decision.c.id % 50 == 0)
    until = NOW + timedelta(days=5000)
    tx.connection.execute(update(decision).where(still).values(hold_until=until, last_at=NOW))


def _heard(tx: Transaction) -> None:
    """Replies, the first ones waiting for a person."""
    names = ("bound_to", "suggestion", "reason", "closed_by", "closed_as", "matched", "sender", "thread", "subject")
    same = dict.fromkeys(names, "") | {"road": "email", "brand": "default", "actor": "customer", "intent": "unclear"}
    same |= {"confidence": "guess", "effects": "[]", "acks": "[]", "tell_tries": 0, "words": "Where is my lamp? " * 9}
    rows = [
        same
        | {"key": f"b{one}", "customer_id": one, "received_at": NOW, "known_at": NOW, "needs_person": one <= WAITING}
        for one in range(1, HEARD + 1)
    ]
    tx.connection.execute(insert(table_of(Reply)), rows)
    line, reply = table_of(OrderLine), table_of(Reply)
    about = select(reply.c.id, line.c.id, cast(literal(0), Integer) == 1)
    about = about.join(line, line.c.customer_id == reply.c.customer_id)
    tx.connection.execute(insert(table_of(ReplyLine)).from_select(["reply_id", "line_id", "frozen"], about))


def _worded(tx: Transaction) -> None:
    """A published version of a template, which a tenth of the messages had."""
    wording, number, name = Wording("eta_change", Channel.EMAIL), 1, "v1"
    texts = {"subject.txt": "Order {{ orders }}", "email.md": "{{ greeting }}\n\n{{ headline }}"}
    made = WordingVersion(wording, number, VersionKind.PUBLISHED, texts, "bench", "bench", "", "", NOW)
    wordings.add_version(tx, made)
    source = json.dumps({"subject": texts["subject.txt"], "email": texts["email.md"], "sms": ""})
    kept = {"hash": name, "purpose": wording.purpose, "locale": "", "brand": "default", "source": source}
    tx.connection.execute(insert(table_of(TemplateVersion)), kept | {"sample": b"", "first_used_at": NOW})
    message = table_of(Message)
    tx.connection.execute(update(message).where(message.c.id % 10 == 0).values(template_version=name))
