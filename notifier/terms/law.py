"""The words of the law on delays: jurisdictions, states, notices, answers, where a line stands. Colour: ground.

Facts are built by pipeline, judged by `policy.delay_rule`; what it answers is a LegalStanding. All dates are plain
days in the shop's zone and mean shipping; instants are aware UTC. The rules behind the words are RULES.md F1 to F14,
U1 and U7.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from notifier.terms.words import NoticeKind

EU_AND_UK = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK GB".split())
"""ISO countries where a promotion makes a service message marketing (RULES U2)."""


class Jurisdiction(StrEnum):
    """Whose law a line's delay is judged by; NONE where silence neither consents nor cancels (RULES.md U7)."""

    US_435 = "us_435"
    EU = "eu"
    NONE = "none"


class LegalState(StrEnum):
    """Where a line stands before the law (RULES.md, after F14)."""

    ON_TIME = "on_time"
    NOTICE_DUE = "notice_due"
    AWAITING_OBJECTION = "awaiting_objection"
    AWAITING_CONSENT = "awaiting_consent"
    CONSENTED = "consented"
    CONSENTED_INDEFINITE = "consented_indefinite"
    RENEWAL_DUE = "renewal_due"
    AWAITING_RENEWED_CONSENT = "awaiting_renewed_consent"
    CANCEL_DUE = "cancel_due"
    REFUND_DUE = "refund_due"
    REFUNDED = "refunded"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


OWED = (LegalState.NOTICE_DUE, LegalState.RENEWAL_DUE)
"""States in which the customer must be told, and has not been."""

OVER = (LegalState.CANCEL_DUE, LegalState.REFUND_DUE, LegalState.REFUNDED, LegalState.CANCELLED)
"""States in which the line will not ship, whatever the shop's own label says."""


TO_REFUND = (LegalState.CANCEL_DUE, LegalState.REFUND_DUE)
"""States in which money is to go back, where any was paid, and has not."""

LAPSES = frozenset({"F2", "F4", "F5"})
"""Rules by which a line's time is up without anybody's word."""

SETTLED = (LegalState.SHIPPED, LegalState.REFUNDED, LegalState.CANCELLED)
"""States in which nobody has to do anything."""


ANSWER = "answer"
"""The purpose of a contact in which a customer answered a notice."""


class Said(StrEnum):
    """What somebody said about a line. CONFIRM: the shop agrees that a line whose time is up is cancelled.

    KEEP: the buyer takes a cancellation back, which is fresh consent to wait.
    """

    ACCEPT = "accept"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    KEEP = "keep"


CONSENTS = (Said.ACCEPT, Said.KEEP)
"""Words that agree to wait."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A required notice about one line. `answers` is T or the R before, `revised` the new R, None where it named none.

    `sent_at` is None while it waits, is unknown, or came to nothing: then it is no notice yet (F9).
    `message_id` is None for one that another tool sent.
    """

    kind: NoticeKind
    answers: date
    revised: date | None
    sent_at: datetime | None
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said about a line, by the instant of its receipt (F7), not of its reading."""

    said: Said
    at: datetime


@dataclass(frozen=True, slots=True)
class LegalFacts:
    """What the law looks at beside the line itself.

    `promised` is T: stated at ordering, else by the law (F1). `paid`: money has gone that may have to go back.
    `forecast_since`: when the dates that the forecast rests on were last changed. `exempt`: not covered (F11).
    Notices and answers stand oldest first.
    """

    jurisdiction: Jurisdiction
    promised: date
    first_seen_at: datetime
    notices: tuple[Notice, ...] = ()
    answers: tuple[Answer, ...] = ()
    refunded_at: datetime | None = None
    paid: bool = True
    exempt: bool = False
    forecast_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class LegalStanding:
    """Where one line stands at a moment.

    `rule` is the id in RULES.md that put it there. `notice` is the kind of the notice that is owed (states OWED), else
    of the one in force; `answers` the date that the owed one answers. `revised` is R: of the owed notice, else of the
    one in force. `deadline` is the last day on which the state can still end well. `limit` is the latest ship date
    that any message may name before another notice is sent; None: any. `answer_by` is the day by which an owed
    notice, or the one in force, wants the customer's consent; None where silence is consent. `refund_by` is the last
    day for the refund, `refund_since` the day on which the right to it arose; `paid_back`: it had been sent before.
    `send_from`: an owed notice does not go before it (settle_minutes). `look_again`: the next UTC instant at which time
    alone changes the answer. `alarm` names what a person must be told of at once; empty: nothing.
    """

    state: LegalState
    rule: str
    notice: NoticeKind = NoticeKind.NONE
    answers: date | None = None
    revised: date | None = None
    deadline: date | None = None
    limit: date | None = None
    answer_by: date | None = None
    refund_by: date | None = None
    refund_since: date | None = None
    paid_back: bool = False
    send_from: datetime | None = None
    look_again: datetime | None = None
    alarm: str = ""
