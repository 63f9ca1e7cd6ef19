"""The outbox: the state machine of a message (DESIGN.md, 3 and 5). Colour: store. Called by pipeline.

put       a decision to send becomes a queued row, unique by its key, before the network
claim     queued rows are leased to a worker; what a dead worker left comes back
by_word   what a person releases, takes back, or wants to be said again
judged    claimed rows that are no longer right are withdrawn, held, or lose a line
hand_off  durable just before the first byte, with the body and the attempt
take_over what was told by other means becomes a row that is never sent
settle    what the provider said
doubt     what settles a message of which nobody knows whether it went
receipt   what the provider said of an attempt after its answer
texts     how many texts may go on a day

Leases run by the database's clock; `now` is business time.
"""

from notifier.outbox.by_word import free_refused, release_held, withdraw_waiting
from notifier.outbox.claim import Lease, claim, extend, recover, release
from notifier.outbox.hand_off import Rendered, VersionUsed, hand_off, keep_versions, samples_of
from notifier.outbox.judged import (
    Fault,
    Later,
    drop_lines,
    due_to,
    hold_back,
    postpone,
    put_back,
    put_back_paused,
    put_off,
    recall,
    release_mended,
    retell,
    withdraw,
)
from notifier.outbox.put import Draft, message_key, put, refused_before
from notifier.outbox.settle import Backoff, Settled, answers_of, settle
from notifier.outbox.take_over import take_over, take_over_queued
from notifier.outbox.texts import count_one, count_texts, forget_days, give_back_texts, next_text_day, uncount_one

__all__ = [
    "Backoff",
    "Draft",
    "Fault",
    "Later",
    "Lease",
    "Rendered",
    "Settled",
    "VersionUsed",
    "answers_of",
    "claim",
    "count_one",
    "count_texts",
    "drop_lines",
    "due_to",
    "extend",
    "forget_days",
    "free_refused",
    "give_back_texts",
    "hand_off",
    "hold_back",
    "keep_versions",
    "message_key",
    "next_text_day",
    "postpone",
    "put",
    "put_back",
    "put_back_paused",
    "put_off",
    "recall",
    "recover",
    "refused_before",
    "release",
    "release_held",
    "release_mended",
    "retell",
    "samples_of",
    "settle",
    "take_over",
    "take_over_queued",
    "uncount_one",
    "withdraw",
    "withdraw_waiting",
]
