"""Where a line stands before the law, as the console says it. Colour: door. Used by backorders and people."""

from collections.abc import Mapping
from types import MappingProxyType

from notifier.terms.law import LegalState

STATE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        LegalState.ON_TIME: "on time",
        LegalState.NOTICE_DUE: "delay notice due",
        LegalState.AWAITING_OBJECTION: "told; silence is consent",
        LegalState.AWAITING_CONSENT: "told; waits for consent",
        LegalState.CONSENTED: "customer agreed to wait",
        LegalState.CONSENTED_INDEFINITE: "customer waits however long",
        LegalState.RENEWAL_DUE: "renewed notice due",
        LegalState.AWAITING_RENEWED_CONSENT: "told again; waits for consent",
        LegalState.CANCEL_DUE: "to be cancelled",
        LegalState.REFUND_DUE: "refund due",
        LegalState.REFUNDED: "refunded",
        LegalState.SHIPPED: "shipped",
        LegalState.CANCELLED: "cancelled",
    }
)
