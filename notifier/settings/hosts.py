"""Which hosts messages are handed to, and whether that may reach a customer. Colour: root. Called by app."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from notifier.settings.whole import Settings


def far_hosts(settings: Settings) -> dict[str, str]:
    """The hosts beyond loopback that messages are handed to, by the setting that names them."""
    hosts = {"[email] host": settings.email.host}
    if settings.sms.enabled:
        hosts["[sms] api_base"] = urlsplit(settings.sms.api_base).hostname or "api.twilio.com"
    return {setting: host for setting, host in hosts.items() if not is_loopback(host)}


def is_loopback(host: str) -> bool:
    """True for localhost and the loopback addresses; other names are not looked up."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
