"""How each provider is reached, as its channel reads it. Colour: root. Called by app, and by cli for `notifier check`.

The channels are loaded late: twilio alone takes longer to load than the rest of the program.
"""

from typing import TYPE_CHECKING

from notifier.settings.whole import Settings

if TYPE_CHECKING:
    from notifier.channels.email import EmailAccess
    from notifier.channels.journal import JournalAccess
    from notifier.channels.sms import SmsAccess

TWILIO = "https://api.twilio.com"


def email_access(settings: Settings) -> "EmailAccess":
    """How to reach the SMTP server."""
    from notifier.channels.email import EmailAccess, Security

    said = settings.email
    return EmailAccess(
        host=said.host,
        port=said.port,
        security=Security(said.security),
        username=said.username,
        password=said.password.get_secret_value(),
        timeout=said.timeout_seconds,
        connections=said.connections,
        hello_name=said.hello_name,
    )


def sms_access(settings: Settings) -> "SmsAccess":
    """How to reach Twilio."""
    from notifier.channels.sms import SmsAccess

    said, pages = settings.sms, settings.web.public_url.rstrip("/")
    return SmsAccess(
        account_sid=said.account_sid,
        auth_token=said.auth_token.get_secret_value(),
        messaging_service_sid=said.messaging_service_sid,
        status_callback=f"{pages}{said.status_callback_path}" if pages else "",
        timeout=said.timeout_seconds,
        base_url=said.api_base or TWILIO,
    )


def journal_access(settings: Settings) -> "JournalAccess":
    """How to reach the journal mailbox."""
    from notifier.channels.email import Security
    from notifier.channels.journal import JournalAccess

    said = settings.journal
    return JournalAccess(
        host=said.host,
        username=said.username,
        password=said.password.get_secret_value(),
        port=said.port,
        security=Security(said.security),
        folder=said.folder,
        timeout=said.timeout_seconds,
    )
