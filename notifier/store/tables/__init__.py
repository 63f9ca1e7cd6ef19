"""All tables, so that one import fills the metadata for migrations. Colour: store.

Rows are built from validated values.
"""

from notifier.store.tables.contacts import Consent, Contact, PromiseTold, Suppression
from notifier.store.tables.history import FactChange, ImportRun, Meta, RewardCode, SourceState
from notifier.store.tables.law import Answer, LegalStanding, Notice
from notifier.store.tables.messages import (
    Attempt,
    Decision,
    Message,
    MessageBody,
    MessageLine,
    PlanRun,
    TemplateVersion,
    TextDay,
)
from notifier.store.tables.people import Evidence, Hold
from notifier.store.tables.shop import Address, Customer, Order, OrderLine, Product, Supply

__all__ = [
    "Address",
    "Answer",
    "Attempt",
    "Consent",
    "Contact",
    "Customer",
    "Decision",
    "Evidence",
    "FactChange",
    "Hold",
    "ImportRun",
    "LegalStanding",
    "Message",
    "MessageBody",
    "MessageLine",
    "Meta",
    "Notice",
    "Order",
    "OrderLine",
    "PlanRun",
    "Product",
    "PromiseTold",
    "RewardCode",
    "SourceState",
    "Supply",
    "Suppression",
    "TemplateVersion",
    "TextDay",
]
