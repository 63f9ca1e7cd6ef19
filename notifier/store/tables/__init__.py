"""All tables, so that one import fills the metadata for migrations. Colour: store.

Rows are built from validated values.
"""

from notifier.store.tables.arrivals import Arrival
from notifier.store.tables.console import AuditEntry, OperatorAccount, OperatorSession, SignInTry
from notifier.store.tables.contacts import Consent, Contact, PromiseTold, Suppression
from notifier.store.tables.desk import ReplyDesk, ReplyStep
from notifier.store.tables.history import FactChange, ImportRun, ImportSku, Meta, RewardCode, SourceState
from notifier.store.tables.inbox import MailboxPosition
from notifier.store.tables.law import Answer, LegalStanding, Notice
from notifier.store.tables.messages import (
    Attempt,
    Decision,
    Finding,
    Message,
    MessageBody,
    MessageLine,
    PlanRun,
    RouteStanding,
    TemplateVersion,
    TextDay,
)
from notifier.store.tables.people import Evidence, Hold, NameWord
from notifier.store.tables.policy import PolicyChange, PolicyFigure
from notifier.store.tables.replies import Action, Reply, ReplyLine, TeamAnswer
from notifier.store.tables.safety import Pause, StoppedNews, Withheld
from notifier.store.tables.shop import Address, Customer, Order, OrderLine, Product, Supply, Wake
from notifier.store.tables.slips import SlipMade, SlipMove, SlipNews
from notifier.store.tables.views import SavedView
from notifier.store.tables.waitlist import ConsentRequest, WaitlistEntry
from notifier.store.tables.wordings import WordingDraft, WordingVersionRow

__all__ = [
    "Action",
    "Address",
    "Answer",
    "Arrival",
    "Attempt",
    "AuditEntry",
    "Consent",
    "ConsentRequest",
    "Contact",
    "Customer",
    "Decision",
    "Evidence",
    "FactChange",
    "Finding",
    "Hold",
    "ImportRun",
    "ImportSku",
    "LegalStanding",
    "MailboxPosition",
    "Message",
    "MessageBody",
    "MessageLine",
    "Meta",
    "NameWord",
    "Notice",
    "OperatorAccount",
    "OperatorSession",
    "Order",
    "OrderLine",
    "Pause",
    "PlanRun",
    "PolicyChange",
    "PolicyFigure",
    "Product",
    "PromiseTold",
    "Reply",
    "ReplyDesk",
    "ReplyLine",
    "ReplyStep",
    "RewardCode",
    "RouteStanding",
    "SavedView",
    "SignInTry",
    "SlipMade",
    "SlipMove",
    "SlipNews",
    "SourceState",
    "StoppedNews",
    "Supply",
    "Suppression",
    "TeamAnswer",
    "TemplateVersion",
    "TextDay",
    "WaitlistEntry",
    "Wake",
    "Withheld",
    "WordingDraft",
    "WordingVersionRow",
]
