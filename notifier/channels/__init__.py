"""The way out: one protocol, and the register of the channels that keep it. Colour: wire. Used by deliver and app.

A new channel is one file here with a class that keeps `ChannelSender`, and one line in `SENDERS`.
"""

from importlib import import_module
from typing import Protocol, cast

from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.words import Channel


class ChannelSender(Protocol):
    """What deliver needs of a channel: how much it takes at once, and the sending itself."""

    @property
    def connections(self) -> int:
        """How many parcels may be under way at the same time."""
        ...

    async def send(self, parcel: Parcel) -> SendResult:
        """Hand one parcel over and say what is certain about it; provider faults come back as a result, never raised.

        DEFERRED and REFUSED promise that nothing was sent; UNKNOWN says that nobody can tell.
        """
        ...

    async def close(self) -> None:
        """Give the connections back; the sender may be used again afterwards."""
        ...


# Named, not imported: twilio alone takes longer to import than the rest of the program.
SENDERS: dict[Channel, str] = {
    Channel.EMAIL: "notifier.channels.email:EmailSender",
    Channel.SMS: "notifier.channels.sms:SmsSender",
}


def open_sender(channel: Channel, access: object) -> ChannelSender:
    """The live sender of a channel, built from its own access value (EmailAccess, SmsAccess). Nothing connects yet."""
    module, _, name = SENDERS[channel].partition(":")
    return cast(ChannelSender, getattr(import_module(module), name)(access))
