"""What follows once the fate of messages is known, from whomever it was heard. Colour: root.

Called by pipeline.ledger for a provider's answer, by unknown, receipts and decided for what came later; always in the
transaction that settles them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifier import consent, contact_log, notices, outbox, rewards
from notifier.store.decisions import bring_forward
from notifier.store.engine import Transaction

DEAD = frozenset({"opted_out", "bad_recipient", "mailbox_disabled", "bad_number"})
"""Normalised provider codes after which an address is suppressed: opted out (Twilio 21610, RULES.md S3), or gone."""

NEXT_DAY = timedelta(days=1)
"""When plan looks again at a customer whose message was given up; one with a notice is looked at at once (F9)."""


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of messages: normalised codes and customers by message id; `notices` are ids with a legal notice."""

    settled: outbox.Settled
    codes: Mapping[int, str]
    customers: Mapping[int, int]
    notices: Collection[int]


def follow(tx: Transaction, fates: Fates, now: datetime) -> None:
    """Log the contacts, count the notices, suppress dead addresses, void codes, and let plan look again."""
    settled, customers = fates.settled, fates.customers
    untold = [*settled.refused, *settled.given_up]
    contact_log.log_sent(tx, settled.accepted)
    notices.sent(tx, [one for one in settled.accepted if one in fates.notices])
    notices.free(tx, untold)
    dead = {one: fates.codes[one] for one in settled.refused if fates.codes[one] in DEAD}
    consent.suppress(tx, dead, now)
    rewards.void(tx, untold, now)
    at_once = [one for one in settled.given_up if one in fates.notices]
    bring_forward(tx, [customers[one] for one in [*settled.refused, *at_once]], now)
    later = [one for one in settled.given_up if one not in fates.notices]
    bring_forward(tx, [customers[one] for one in later], now + NEXT_DAY)
