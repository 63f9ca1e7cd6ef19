"""An email that came back, as a person saw it. Colour: root. Called by cli.people.

A bounced notice is no notice (RULES.md F9): the line owes it again, no second one goes by itself, and the team is told.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifier import contact_log
from notifier.errors import UsageError
from notifier.pipeline.house import House
from notifier.pipeline.returned import failed
from notifier.store.messages import accepted_email


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a bounce changed: `notices` are those that no longer count."""

    message: int
    notices: int

    def as_json(self) -> dict[str, Any]:
        """The object that `notifier log bounce --json` prints."""
        return {"message": self.message, "notices": self.notices}


def bounce(house: House, message_id: int, by: str, now: datetime) -> Bounce:
    """Record at the UTC instant `now` that the email `message_id` came back for good: its address is suppressed.

    Raises UsageError for a message that is no accepted email.
    """
    with house.store.write() as tx:
        tx.lock("plan")
        row = accepted_email(tx, message_id)
        if row is None:
            raise UsageError(f"message {message_id} is no email that a server accepted; `notifier export messages`")
        ended = failed(tx, row, now, hard=True)
        word = contact_log.Word(row.customer_id, row.brand, by, "email", f"message {message_id} came back")
        contact_log.log_said(tx, word, now)
    return Bounce(message_id, ended)
