"""The support team's console: where it is opened, and how long a session lives. Colour: root. Read by app and web."""

from urllib.parse import urlsplit

from pydantic import Field, field_validator

from notifier.settings.values import Count, Section, Url


class Console(Section):
    """The console under /console, where [web] listen is set."""

    on: bool = Field(True, description="false: [web] listen serves customers and Twilio alone.")
    url: Url = Field(
        "",
        description="Where the team opens it, scheme and host alone, like https://desk.shop.example; empty: at"
        " [web] public_url, where that has no path. A proxy that passes /console on only there keeps it from customers"
        " (docs/console.md).",
    )
    idle_minutes: Count = Field(60, le=1440, description="Minutes without a click after which a session is over.")
    most_upload_mb: Count = Field(16, le=256, description="Megabytes of a file that is imported at the console.")
    uploads: str = Field(
        "uploads",
        min_length=1,
        description="Private folder for such files; each goes when its import is done, or in a day.",
    )
    session_hours: Count = Field(12, le=168, description="Hours after which a session is over in any case.")

    @field_validator("url")
    @classmethod
    def _alone(cls, url: str) -> str:
        if url and urlsplit(url).path.strip("/"):
            raise ValueError("is more than scheme and host; write it like https://desk.shop.example")
        return url.rstrip("/")
