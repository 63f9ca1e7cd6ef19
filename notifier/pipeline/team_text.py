"""Whether, and when, what a person answers may go by text. Colour: root. Called by team_answers and relay.

The rules are those of an acknowledgement (`policy.acknowledge`): it answers the customer's own text, so it counts
against no cap; after an opt-out nothing goes to the number, and quiet hours hold but for a quarter of an hour after the
customer's own words (RULES.md S3, S8).
"""

from dataclasses import dataclass
from datetime import datetime

from notifier import conversation
from notifier.pipeline.acknowledge import ANSWERED
from notifier.pipeline.customer_facts import address_among, known
from notifier.pipeline.house import House
from notifier.policy.acknowledge import OWN_TEXT, judge
from notifier.policy.clocks import text_clocks
from notifier.policy.hours import closes
from notifier.policy.rulings import Answers, Candidate
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.facts import Address
from notifier.terms.incoming import Road
from notifier.terms.words import Channel, Verdict

NO_NUMBER = "no_address"


@dataclass(frozen=True, slots=True)
class TextWay:
    """Where a text would go; `reason` why it may not (empty: it may), `hold_until` when it may where that is later.

    `until` is the UTC instant by which it must have left.
    """

    address: Address | None = None
    reason: str = ""
    hold_until: datetime | None = None
    until: datetime | None = None


def text_way(tx: Transaction, house: House, reply: AnyRow, now: datetime) -> TextWay:
    """The way of a text that answers `reply`, which came by text, at `now`."""
    purpose = house.purpose_at(ANSWERED)
    # To know the customer costs a look at all of theirs; each page of a reply asks for the way.
    if reply.road != Road.SMS or purpose is None or reply.address_id is None or reply.customer_id is None:
        return TextWay(reason=NO_NUMBER)
    found = known(tx, house, reply.customer_id, now)
    if found is None:
        return TextWay(reason=NO_NUMBER)
    customer = found.customer
    address = address_among(tx, customer, reply.address_id, Channel.SMS)
    about = set(conversation.lines_of(tx, reply.id))
    lines = tuple(line for line in customer.lines if line.id in about)
    answers = Answers(reply.received_at, Road.SMS, must=True)
    judged = judge(Candidate(purpose, Channel.SMS, address, lines, answers), customer, house.judging.policy, now)
    if judged.verdict is Verdict.HOLD:
        return TextWay(address, judged.reason, judged.until)
    if judged.verdict is not Verdict.SEND or address is None:
        return TextWay(None, judged.reason or NO_NUMBER)
    free = reply.received_at + OWN_TEXT
    until = free if now < free else closes(now, text_clocks(customer, address, house.judging.policy))
    return TextWay(address, until=until)
