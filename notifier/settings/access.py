"""How a provider is reached, as its channel reads it. Colour: root. Called by app."""

from notifier.channels.email import Security
from notifier.channels.journal import JournalAccess
from notifier.settings.whole import Settings


def journal_access(settings: Settings) -> JournalAccess:
    """How to reach the journal mailbox."""
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
