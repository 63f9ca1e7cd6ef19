"""Every reason a decision or a message can have, as a clause that follows "because". Colour: root. Used by narration.

A new reason of policy, plan or a channel gets its clause here; a test holds policy to that.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from notifier.terms.decision import WAITS_FOR

GAVE_UP = "gave_up_"
RENDER_FAILED = "render_failed"
UNLAWFUL = "template_unlawful"

CANCELLED_BY = "cancelled_by: "
ANEW_BY = "judged_anew_by: "
"""Before the name of the person whose word it was."""

DECIDED: Mapping[str, str] = MappingProxyType(
    {
        "due": "it was due",
        "marketplace": "the order came through a marketplace whose customers the shop may not write to",
        "stale_source": "the shop's records were out of date, and only what the law requires goes out on old records",
        "paused": "somebody of the shop has paused such messages",
        "awaiting_approval": "so many messages at once wait until somebody of the shop approves them",
        "run_rejected": "somebody of the shop looked at the messages of that run and rejected them",
        "no_address": "the order has no address for this channel",
        "texting_off": "the shop does not send texts",
        "not_textable": "the phone number cannot receive texts",
        "country_not_texted": "the shop sends no texts to the country of this phone number",
        "suppressed": "this address must not be used any more",
        "opted_out": "the customer asked not to get such messages",
        "no_consent": "the customer has not agreed to advertising on this channel",
        "consent_without_evidence": "the customer's agreement to such texts is kept without its wording or its source",
        "customer_asked": "the customer has asked to end this order line, or may have",
        "may_have_objected": "the customer may have asked not to get such messages, and nobody has read that yet",
        "answered_lately": "the customer's messages had been answered as often as machines may be in a day",
        "provider_answered": "the provider had confirmed it already",
        "confirmed_before": "it had been confirmed before",
        "too_late_to_confirm": "an opt-out is confirmed within five minutes or not at all",
        "too_late_to_answer": "the message it answers was days old",
        "customer_hold": "an operator put a hold on messages without news to this customer",
        "erased": "the customer had everything about them erased",
        "reward_limit": "the customer already had as many discount codes this year as the shop gives to one person",
        "cap": "the customer had already been written to as often as the shop allows",
        "cap_by_law": "the customer had already been texted about this order as often in a day as state law allows",
        "no_time_zone": "the customer's time zone is not known, and a text must not arrive at night",
        "no_common_hour": "no hour of the day is allowed in all time zones where the customer may be",
        "quiet_hours": "it was outside the hours in which customers are written to",
        "holiday": "it was a public holiday there, and offers wait for a working day",
        "shipped": "the goods have left meanwhile",
        "cancelled": "the order lines were cancelled meanwhile",
        "no_longer_due": "what it was to say was no longer so",
        "email_first": "a text only follows the email that carries the notice, and that has not gone yet",
        "already_noticed": "the law allows this notice only once, and it was given already",
        "notice_first": "the law wants a later date to be told by a delay notice first",
        "already_in_outbox": "this message is in the outbox already",
        "refused_before": "the recipient's server refused this message for good, and it goes there no second time",
        "asked_lately": "the customer was asked within a day already",
        "too_late_to_ask": "what the customer had done to be asked was too long ago",
        "no_longer_in_stock": "the product was out of stock again, or others come first; the place on the list stays",
        "waits_for_its_hour": "it was outside the hours in which customers are written to",
        "reward_budget_spent": "the shop's budget for discount codes was spent",
        "reward_cost_unknown": "a code's cost is not known: a price is missing or in another currency",
    }
)
"""Reasons of policy and plan; those of the second judgement are reasons to withdraw."""

DELIVERED: Mapping[str, str] = MappingProxyType(
    {
        "brand_gone": "the settings no longer name its brand",
        "not_in_only_to": "the shop writes only to listed addresses for now",
        "daily_limit": "the shop's limit of texts for the day was reached",
        "auth": "the shop's own login there was not accepted",
        "bad_number": "the number cannot be reached by text",
        "bad_recipient": "there is no such mailbox",
        "bad_sender": "the shop's sender is not accepted there",
        "blocked": "texts to this number are blocked",
        "filtered": "the carrier filtered the text out",
        "mailbox_disabled": "the mailbox is closed",
        "mailbox_full": "the mailbox is full",
        "policy": "the receiving side does not take such mail from the shop",
        "rate_limited": "too much was sent at once",
        "region_blocked": "texts to this region are switched off",
        "too_large": "the message is too large",
        "unreachable": "the number cannot be reached",
        "window_over": "the hours in which the text may arrive were nearly over",
        "maybe_double": "nobody knows whether it has arrived already",
        "restored": "the database was restored, and nobody knew whether it had gone",
        "told_before": "the shop had told it by other means",
        "released": "it had been held, and was released",
        "worker_lost": "the machine that was sending it stopped before an answer came",
    }
)
"""Reasons that a channel or the outbox gives; another code is told as it is."""


UNANSWERED: Mapping[str, str] = MappingProxyType(
    {
        "nothing_to_accept": "does not count: there is no new date that could be accepted",
        "too_late": "does not count: the time to agree is over, and the order line counts as cancelled",
        "shipped": "does not count: the goods have left",
        "already_cancelled": "does not count: the line is cancelled already",
        "already_recorded": "does not count: the same is on record already, and nothing was written down",
        "not_cancel_due": "does not count: the line's time is not up",
        "nothing_to_keep": "does not count: no cancellation stands that could be taken back",
        "unknown_line": "does not count: no law on delays looks at this line",
        "no_notice_owed": "no notice is owed for this line, so there is nothing to log",
        "not_later": "does not count: the new day is not after the one that could not be kept",
        "nothing_to_refund": "does not count: the line is not cancelled",
        "already_refunded": "does not count: its refund was sent before",
    }
)
"""Why what was said about a line does not count."""


def unanswered(reason: str) -> str:
    """The words for a reason of `policy.delay_rule.answer_counts`, or of a refund."""
    return UNANSWERED.get(reason, reason.replace("_", " "))


def because(reason: str) -> str:
    """The clause for `reason`; one that has none is told in its own words."""
    if known := DECIDED.get(reason) or DELIVERED.get(reason):
        return known
    for prefix, words in _BEGINNINGS.items():
        if reason.startswith(prefix):
            return words(reason.removeprefix(prefix))
    return f'the answer was "{reason.replace("_", " ")}"'


_BEGINNINGS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        WAITS_FOR: lambda rest: f"a more important message ({purpose_words(rest)}) goes to the same address first",
        GAVE_UP: lambda rest: f"every try failed, and the last time {because(rest)}",
        RENDER_FAILED: lambda rest: f"its template could not be filled in ({rest.partition(': ')[2]})",
        UNLAWFUL: lambda rest: f"its template does not say what the law demands ({rest.partition(': ')[2]})",
        CANCELLED_BY: lambda rest: f"{rest} took it back",
        ANEW_BY: lambda rest: f"it had been refused, and {rest} wants it to be judged afresh",
    }
)
"""How a reason begins, and the clause for what follows."""


_PURPOSES = {
    "consent_request": "consent request",
    "restock_alert": "back-in-stock",
    "cancelled": "cancellation",
    "delay_renewed": "renewed delay",
    "eta_change": "changed date",
    "placed": "backorder",
    "reply_ack": "acknowledgement",
    "thank_you": "thank-you",
}


def purpose_words(purpose: str) -> str:
    """What a person calls a message of this purpose, to stand before "email" or "text"."""
    return _PURPOSES.get(purpose, purpose.replace("_", " "))
