"""What an operator says about one customer: a call, a complaint, a hold, a release. Colour: root.

Called by cli.people and the web. A call keeps progress messages and offers back for `[policy] quiet_after_call_days`, a
complaint and a hold until they are lifted; news and what the law requires go on. No cap counts a call: caps are about
what the bot says.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from notifier.errors import UsageError
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force
from notifier.pipeline.people import Asked, operator_name, the_customer
from notifier.store.decisions import bring_forward
from notifier.store.engine import Transaction
from notifier.store.holds import Word, lift_holds, log_call, put_hold
from notifier.store.lookup import AnyRow
from notifier.terms.time import day_start
from notifier.terms.words import HoldReason

MOST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class Said:
    """Who (an operator) says it, and in which words; the words are personal and stay in the database."""

    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class HoldAnswer:
    """What stands now. `until` None: until somebody lifts it; `lifted` counts the holds that a release ended."""

    customer: str
    brand: str
    reason: str = ""
    until: datetime | None = None
    lifted: int = 0

    def as_json(self) -> dict[str, Any]:
        """The object that the commands print; no word of a note is in it."""
        until = self.until.isoformat() if self.until else None
        return {"customer": self.customer, "brand": self.brand, "hold": self.reason, "until": until} | {
            "lifted": self.lifted
        }


def call(house: House, asked: Asked, said: Said, now: datetime, *, complaint: bool) -> HoldAnswer:
    """Log a phone call at the UTC instant `now` and hold the customer back. Raises UsageError."""
    with house.store.write() as tx:
        return log_and_hold(tx, house, (asked, said), now, complaint=complaint)


def log_and_hold(
    tx: Transaction, house: House, about: tuple[Asked, Said], now: datetime, *, complaint: bool
) -> HoldAnswer:
    """As `call`, in a transaction that is open."""
    row, word = _begin(tx, house, *about, now)
    log_call(tx, word, row.brand, complaint=complaint)
    reason = HoldReason.COMPLAINT if complaint else HoldReason.CALL
    until = None if complaint else now + in_force(tx, house).remembering.quiet_after_call
    put_hold(tx, word, reason, until)
    return HoldAnswer(row.key, row.brand, reason.value, until)


def hold(house: House, asked: Asked, said: Said, now: datetime, last_day: date | None) -> HoldAnswer:
    """Hold a customer back through `last_day` in the shop's zone; None: until it is lifted. Raises UsageError."""
    until = day_start(last_day + timedelta(days=1), house.judging.policy.timezone) if last_day else None
    if until is not None and until <= now:
        raise UsageError(f"{last_day} is over; give a day to come as the last one, or none for a hold without an end")
    with house.store.write() as tx:
        row, word = _begin(tx, house, asked, said, now)
        put_hold(tx, word, HoldReason.HOLD, until)
        return HoldAnswer(row.key, row.brand, HoldReason.HOLD.value, until)


def quiet_days(house: House) -> int:
    """For so many days a call keeps messages without news back."""
    with house.store.read() as tx:
        return in_force(tx, house).remembering.quiet_after_call.days


def release(house: House, asked: Asked, said: Said, now: datetime) -> HoldAnswer:
    """Lift every hold of a customer, whatever its reason; plan judges afresh at once. Raises UsageError."""
    with house.store.write() as tx:
        row, word = _begin(tx, house, asked, said, now)
        lifted = lift_holds(tx, word)
        bring_forward(tx, [row.id], now)
        return HoldAnswer(row.key, row.brand, lifted=lifted)


def _begin(tx: Transaction, house: House, asked: Asked, said: Said, now: datetime) -> tuple[AnyRow, Word]:
    by = operator_name(said.by)
    if len(said.note) > MOST_NOTE:
        raise UsageError(f"the note has {len(said.note)} characters, at most {MOST_NOTE} are kept; shorten it")
    row = the_customer(tx, asked, house.remembering.hash_key)
    if row.erased_at is not None:
        raise UsageError(f"{asked.words} was erased, so nothing more is written down about them")
    return row, Word(row.id, by, now, said.note)
