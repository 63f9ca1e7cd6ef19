"""Messages that go nowhere: what a shop would have sent, before it trusts the product. Colour: wire.

Used by deliver through ChannelSender, built by app for `[delivery] mode = "shadow"`. The rendered body is stored at
hand-off as in every mode; here nothing is written and nothing is reached.
"""

from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.words import Outcome

CODE = "shadow"
"""The code of every answer."""


class ShadowSender:
    """Keeps ChannelSender by accepting every parcel and dropping it."""

    def __init__(self, connections: int) -> None:
        self._connections = connections

    @property
    def connections(self) -> int:
        """How many parcels are handed off together: as many as the live channel would take."""
        return self._connections

    async def send(self, parcel: Parcel) -> SendResult:
        """ACCEPTED; nothing was sent."""
        return SendResult(parcel.message_id, parcel.attempt_id, Outcome.ACCEPTED, CODE, "not sent: mode shadow")

    async def close(self) -> None:
        """Nothing is held open."""
