"""What delivery tells of its own work, for metrics. Colour: ground. Called by deliver and pipeline, kept by web.

Nothing told here is free text: channels, outcomes and steps are closed lists, and of codes only known words stay apart.
"""

from enum import StrEnum
from typing import Protocol

from notifier.terms.words import Channel, Outcome


class Step(StrEnum):
    """A part of the work on a group of messages whose seconds are kept; sending is told message by message."""

    CLAIM = "claim"
    RENDER = "render"
    HAND_OFF = "hand_off"
    SETTLE = "settle"


OTHER = "other"
"""The word for every code that is not in CODES: what a stranger says must not make new time series."""

CODES = frozenset(
    """
    sent written shadow
    auth bad_address bad_answer bad_number bad_recipient bad_sender blocked disk_full filtered folder_unwritable
    greylisted lease_over mailbox_disabled mailbox_full needs_8bitmime needs_smtputf8 no_answer no_body no_connection
    not_in_only_to opted_out policy provider_error rate_limited refused region_blocked rejected sender_failed
    server_full server_refuses_us timed_out tls_failed too_large try_later unreachable unregistered_sender window_over
    """.split()
)
"""The normalised codes of all channels (`SendResult.code`); tests/channels/test_codes.py holds the list complete."""


def known_code(code: str) -> str:
    """The code as a label."""
    return code if code in CODES else OTHER


class Meter(Protocol):
    """Who counts. Each call is cheap and never raises; it may come from any thread."""

    def claimed(self, count: int) -> None:
        """So many messages were claimed; what was given back unjudged is left out."""
        ...

    def withdrawn(self, count: int) -> None:
        """So many were claimed and no longer right."""
        ...

    def held(self, count: int) -> None:
        """So many cannot be judged or rendered, and wait for a person."""
        ...

    def rendered(self, count: int) -> None:
        """So many were rendered."""
        ...

    def took(self, step: Step, seconds: float) -> None:
        """One group's step took so long, by a steady clock."""
        ...

    def sent(self, channel: Channel, outcome: Outcome, code: str, seconds: float) -> None:
        """One attempt ended: what the provider said, and how long it took from the first byte to the answer."""
        ...


class Silent:
    """Counts nothing: where nobody listens."""

    def claimed(self, count: int) -> None:
        """Nothing."""

    def withdrawn(self, count: int) -> None:
        """Nothing."""

    def held(self, count: int) -> None:
        """Nothing."""

    def rendered(self, count: int) -> None:
        """Nothing."""

    def took(self, step: Step, seconds: float) -> None:
        """Nothing."""

    def sent(self, channel: Channel, outcome: Outcome, code: str, seconds: float) -> None:
        """Nothing."""


SILENT: Meter = Silent()
