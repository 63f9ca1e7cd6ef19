"""Where customers' answers by email come in. Colour: root. Read by access and app."""

from typing import Literal

from pydantic import Field, SecretStr

from notifier.settings.values import Address, Count, Line, Section


class Inbox(Section):
    """The mailbox of replies."""

    host: Line = Field("", description="Host name of the IMAP server; empty: answers by email are not read.")
    port: Count = Field(993, le=65_535, description="Its port: 993 with tls, 143 with starttls.")
    security: Literal["tls", "starttls", "none"] = Field(
        "tls", description="tls from the first byte, starttls, or none (for a server on this machine)."
    )
    username: Line = Field("", description="User name for the IMAP server.")
    password: SecretStr = Field(SecretStr(""), description="Password for the IMAP server.")
    address: Address = Field(
        "",
        description="Address whose mail comes in there, like replies@shop.example; what follows a plus, as in"
        " replies+abc@shop.example, must come in there too.",
    )
    folder: Line = Field("INBOX", min_length=1, description="Folder that is read.")
    quarantine_folder: Line = Field(
        "Notifier-Unread",
        description='Folder for mails that cannot be read, made if need be (some servers want "INBOX.Notifier-Unread");'
        " empty: they stay and are flagged.",
    )
    poll_seconds: Count = Field(
        60,
        le=1740,
        description="Seconds between two looks, also where the server tells at once of what comes in (IDLE).",
    )
    first_days: Count = Field(
        7,
        le=365,
        description="How many days back the first look reads, and the first one after the server has numbered the"
        " folder's mails anew (UIDVALIDITY).",
    )
    forward_to: Address = Field(
        "", description="Address that gets what a person must look at, like your helpdesk's; empty: nobody."
    )
