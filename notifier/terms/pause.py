"""What a person has paused. Colour: ground. Kept by store, judged by policy."""

from dataclasses import dataclass

from notifier.terms.words import Channel, MessageClass


@dataclass(frozen=True, slots=True)
class Pause:
    """What does not go out. Empty `purpose` and no `channel`: all of them. `required`: what the law requires, too."""

    purpose: str = ""
    channel: Channel | None = None
    required: bool = False

    def covers(self, purpose: str, message_class: MessageClass, channel: Channel) -> bool:
        """Whether such a message is paused."""
        if message_class is MessageClass.REQUIRED and not self.required:
            return False
        return self.purpose in ("", purpose) and self.channel in (None, channel)

    @property
    def scope(self) -> str:
        """The pause in words, like `progress by sms`."""
        what = self.purpose or "everything"
        by = f" by {self.channel}" if self.channel else ""
        return f"{what}{by}" if self.required else f"{what}{by} but what is required"
