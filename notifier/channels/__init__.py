"""The way out: one protocol, and the register of the channels that keep it. Colour: wire. Used by deliver and app.

A new channel is one file here with a class that keeps `ChannelSender`, and one line in `SENDERS`.
"""

from importlib import import_module
from typing import cast

from notifier.terms.delivery import ChannelSender
from notifier.terms.words import Channel

# Named, not imported: twilio alone takes longer to import than the rest of the program.
SENDERS: dict[Channel, str] = {
    Channel.EMAIL: "notifier.channels.email:EmailSender",
    Channel.SMS: "notifier.channels.sms:SmsSender",
}


def open_sender(channel: Channel, access: object) -> ChannelSender:
    """The live sender of a channel, built from its own access value (EmailAccess, SmsAccess). Nothing connects yet."""
    module, _, name = SENDERS[channel].partition(":")
    return cast(ChannelSender, getattr(import_module(module), name)(access))
