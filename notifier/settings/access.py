"""How each provider is reached, as its channel reads it. Colour: root. Called by app, and by cli for `notifier check`.

The channels are loaded late: twilio alone takes longer to load than the rest of the program.
"""

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from notifier.settings.inbox import Inbox
from notifier.settings.sending import Journal
from notifier.settings.whole import Settings
from notifier.terms.network import Security, is_loopback
from notifier.terms.operator import ROLES
from notifier.terms.words import STAYS_HERE

if TYPE_CHECKING:
    from notifier.action_post import PostAccess
    from notifier.channels.email import EmailAccess
    from notifier.channels.sms import SmsAccess
    from notifier.imap_box import ImapAccess
    from notifier.oidc_provider import ProviderAccess

TWILIO = "https://api.twilio.com"

OIDC_BACK = "/console/oidc/back"
"""Where the identity provider sends a browser back to, under the console's address: what is registered with it."""


def email_access(settings: Settings) -> "EmailAccess":
    """How to reach the SMTP server."""
    from notifier.channels.email import EmailAccess

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


def post_access(settings: Settings) -> "PostAccess | None":
    """How to reach the shop's webhook; None without one, and where nothing leaves this machine."""
    from notifier.action_post import PostAccess

    said = settings.actions
    host = urlsplit(said.webhook_url).hostname or ""
    if not host or (settings.delivery.mode in STAYS_HERE and not is_loopback(host)):
        return None
    return PostAccess(said.webhook_url, said.webhook_secret.get_secret_value().encode())


def provider_access(settings: Settings) -> "ProviderAccess":
    """How the identity provider knows the console; for settings that name one."""
    from notifier.oidc_provider import ProviderAccess

    said = settings.oidc
    return ProviderAccess(
        issuer=said.issuer,
        client_id=said.client_id,
        client_secret=said.client_secret.get_secret_value(),
        redirect_uri=f"{settings.console_url}{OIDC_BACK}",
        scopes=said.scopes,
        role_claim=said.role_claim,
        roles={value: ROLES[word] for value, word in said.roles.items()},
        name_claim=said.name_claim,
    )


def inbox_access(settings: Settings) -> "ImapAccess":
    """How to reach the mailbox of replies."""
    return replace(_mailbox("inbox", settings.inbox), timeout=30.0, longest=120.0)


def journal_access(settings: Settings) -> "ImapAccess":
    """How to reach the journal mailbox."""
    return replace(_mailbox("journal", settings.journal), timeout=settings.journal.timeout_seconds)


def _mailbox(section: str, said: Inbox | Journal) -> "ImapAccess":
    from notifier.imap_box import ImapAccess

    return ImapAccess(
        section=section,
        host=said.host,
        username=said.username,
        password=said.password.get_secret_value(),
        port=said.port,
        security=Security(said.security),
        folder=said.folder,
    )
