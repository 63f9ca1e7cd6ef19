"""Which hosts messages are handed to, and whether that may reach a customer. Colour: root. Called by app."""

from urllib.parse import urlsplit

from notifier.settings.whole import Settings
from notifier.terms.network import is_loopback

MAIL_PORTS = frozenset({25, 465, 587})
"""Where mail servers listen that pass mail on (RFC 5321, RFC 6409, RFC 8314); a test's sink listens elsewhere."""


def far_hosts(settings: Settings) -> dict[str, str]:
    """The hosts that may bring messages to customers, by the setting that names them.

    Loopback does not, save a mail server of this machine at one of MAIL_PORTS, which is there to pass mail on.
    """
    hosts = {}
    email, sms = settings.email, settings.sms
    if not is_loopback(email.host):
        hosts["[email] host"] = email.host
    elif email.port in MAIL_PORTS:
        hosts["[email] port"] = f"{email.host}:{email.port}, a mail server"
    if sms.enabled:
        host = urlsplit(sms.api_base).hostname or "api.twilio.com"
        hosts |= {} if is_loopback(host) else {"[sms] api_base": host}
    return hosts
