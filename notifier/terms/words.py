"""The closed word lists: channels, classes, rungs, states, outcomes. Colour: ground. Used everywhere."""

from enum import IntEnum, StrEnum


class Channel(StrEnum):
    """How a customer is reached."""

    EMAIL = "email"
    SMS = "sms"


class MessageClass(StrEnum):
    """What law sees in a message: required by it, about the order, or advertising."""

    REQUIRED = "required"
    SERVICE = "service"
    MARKETING = "marketing"


class Scope(StrEnum):
    """What a word on consent may be about beside a whole class (RULES.md E5): words that nothing has changed."""

    PROGRESS = "progress"


class Rung(IntEnum):
    """The ladder of importance; a lower number absorbs or defers the higher ones (DESIGN.md, 2)."""

    REQUIRED = 1
    REPLY = 2
    ETA_CHANGE = 3
    READY = 4
    PLACED = 5
    PROGRESS = 6
    LOYALTY = 7

    @property
    def word(self) -> str:
        """The rung as it is written in settings, exports and purpose.toml."""
        return self.name.lower()


class NoticeKind(StrEnum):
    """The legal kind of a required message (RULES.md F3, F4, F5); NONE where no law is behind it."""

    NONE = ""
    F3 = "F3"
    F4 = "F4"
    F5 = "F5"


class Tone(StrEnum):
    """How a brand addresses customers, where the language knows a difference: Sie or du, vous or tu, usted or tú."""

    FORMAL = "formal"
    INFORMAL = "informal"


class Verdict(StrEnum):
    """What a decision says."""

    SEND = "send"
    HOLD = "hold"
    SKIP = "skip"


class MessageState(StrEnum):
    """Where a message stands (DESIGN.md, 5). TAKEN_OVER: told before by other means, never sent by us."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    HANDED_OFF = "handed_off"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"
    HELD = "held"
    TAKEN_OVER = "taken_over"


class RunState(StrEnum):
    """Where a run of plan stands.

    STOPPED waits for a person, who makes it APPROVED or REJECTED. OVERTAKEN: facts moved, and no word is needed any
    more. TAKEN_OVER: what it judged was told before by other means (go-live, a restored backup).
    """

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    APPROVED = "approved"
    REJECTED = "rejected"
    OVERTAKEN = "overtaken"
    TAKEN_OVER = "taken_over"


COUNTED_STATES = (
    MessageState.QUEUED,
    MessageState.CLAIMED,
    MessageState.HANDED_OFF,
    MessageState.UNKNOWN,
    MessageState.ACCEPTED,
)
"""Messages that count against a frequency cap and as told (DESIGN.md, 5)."""

TOLD_STATES = (*COUNTED_STATES, MessageState.TAKEN_OVER)
"""Messages by which a line counts as told: those, and what was told before by other means."""


SENT_STATES = (MessageState.HANDED_OFF, MessageState.UNKNOWN, MessageState.ACCEPTED)
"""Messages that have, or may have, reached somebody."""

KNOWN_STATES = (*SENT_STATES, MessageState.TAKEN_OVER)
"""Messages whose news the customer has, or may have: no more a matter of the outbox."""


class Outcome(StrEnum):
    """What became of one delivery attempt. DEFERRED: certainly not sent, worth another try."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"


class LineStatus(StrEnum):
    """The shop's own label of an order line. CLOSED is ours: it left the shop's full export, and nobody said why."""

    OPEN = "open"
    BACKORDERED = "backordered"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class ProductKind(StrEnum):
    """What a product is: only a stocked one can be out of stock or stand in for another."""

    STOCKED = "stocked"
    VIRTUAL = "virtual"
    PARENT = "parent"


ERASED = "erased"
"""The reason of a suppression that an erasure left (RULES.md U4): no import brings its address back."""


class HoldReason(StrEnum):
    """Why a customer is not to get progress messages and offers."""

    COMPLAINT = "complaint"
    CALL = "call"
    HOLD = "hold"


class Direction(StrEnum):
    """Which way a contact went."""

    OUT = "out"
    IN = "in"


class DeliveryMode(StrEnum):
    """Where messages really go: nowhere (what would have been sent is kept), files, one redirect address, customers."""

    SHADOW = "shadow"
    FOLDER = "folder"
    REDIRECT = "redirect"
    LIVE = "live"


TELLS_NOBODY = (DeliveryMode.SHADOW, DeliveryMode.REDIRECT)
"""Modes whose messages tell no customer a date: nothing of theirs is a promise."""

STAYS_HERE = (DeliveryMode.SHADOW, DeliveryMode.FOLDER)
"""Modes in which no message leaves this machine."""

AWAITING_APPROVAL = "awaiting_approval"
"""The reason of a hold that a person's word made."""

RELEASED = "released"
"""The reason of a queued message that had been held."""
