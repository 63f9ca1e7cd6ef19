"""The purposes whose messages hang on no order line, and what a claimed one of them says. Colour: root.

Called by pipeline.claims. Such a message is put into the outbox by who has a reason to, outside of any plan, and judged
again at the claim as all others; withdrawn, nothing takes its place.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from notifier.pipeline.ack_letter import AckLetter, ack_letter
from notifier.pipeline.acknowledge import ANSWERED
from notifier.pipeline.asking import ASKED_IN, ask_letter
from notifier.pipeline.house import House
from notifier.pipeline.restock import RESTOCKED, alert_letter
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.facts import CustomerFacts

Writes = Callable[[Transaction, House, AnyRow, CustomerFacts, datetime], AckLetter]

LETTERS: Mapping[str, Writes] = MappingProxyType({ANSWERED: ack_letter, ASKED_IN: ask_letter, RESTOCKED: alert_letter})
"""Who writes what a claimed message says, by the occasion of its purpose."""
