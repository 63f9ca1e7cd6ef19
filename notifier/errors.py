"""The error tree; what a door prints and how it exits hangs on the leaf. Colour: ground.

NotifierError                 everything this product raises on purpose
├── Permanent                 the same call will fail again: mend something first
│   ├── SettingsError         settings.toml or the environment (exit code 2)
│   ├── UsageError            the command line (exit code 2)
│   │   └── Unpublishable     a draft of a template has faults; what was published stays as it is
│   ├── SchemaError           the database has another schema than the code (exit code 2)
│   ├── ImportRefused         a whole file is refused, nothing of it was taken (exit code 1)
│   │   └── Shrunken          more than half of the open lines are gone from it: a person must say that this is true
│   ├── ErasureRefused        somebody cannot be erased yet (exit code 1)
│   ├── RenderError           a template or its limits; the message is held
│   ├── Quarantined           one mail that came in cannot be read; it is set aside for a person
│   │   └── UnreadableMail    the limited process could not read it
│   ├── Stopped               a safety brake stopped a run before anything was queued (exit code 1)
│   └── Unsafe                nothing may go out before a person has looked: go-live, restore, clocks (exit code 1)
├── Transient                 worth another try later: certainly not sent
│   └── LockedOut             a server answers, but not to us: somebody must mend something before it will
└── Unknown                   the network broke off after the hand-off: it may have gone
"""

from collections.abc import Mapping


class NotifierError(Exception):
    """Base of the tree; its text is a sentence for a person, with the remedy in it."""


class Permanent(NotifierError):
    """Will fail again until somebody mends something."""


class SettingsError(Permanent):
    """Every fault found in the settings at once. `faults` are lines for a person."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class UsageError(Permanent):
    """The command was called in a way that cannot work."""


class Unpublishable(UsageError):
    """A draft cannot be published. `faults` are lines for a person, each with file, line and remedy."""

    def __init__(self, what: str, faults: list[str]) -> None:
        super().__init__("\n".join([f"{what} cannot be published. Mend what follows, save and try again:", *faults]))
        self.faults = faults


class SchemaError(Permanent):
    """The database is not at the schema this code needs."""


class ImportRefused(Permanent):
    """A file was refused as a whole; the text names file, line, field and remedy."""


class Shrunken(ImportRefused):
    """A full export lacks more than half of the open lines; it is taken where a person says that this is true."""


class ErasureRefused(Permanent):
    """A customer cannot be erased yet; the text says what must happen first, `found` the same for a program."""

    def __init__(self, text: str, found: Mapping[str, object] | None = None) -> None:
        super().__init__(text)
        self.found = found or {}


class RenderError(Permanent):
    """A template could not be rendered. `where` is template and line; nothing of the customer is in the text."""

    def __init__(self, text: str, where: str = "") -> None:
        super().__init__(f"{where}: {text}" if where else text)
        self.where = where


class Quarantined(Permanent):
    """A mail that came in cannot be read. It counts as done, and stays in the mailbox for a person."""


class UnreadableMail(Quarantined):
    """One incoming email cannot be read; it is kept as it is for a person, and the next one is read.

    `reason` is too_large, too_many_parts, too_deep, timeout, memory or malformed.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"the email cannot be read ({reason}); a person must look at it in the mailbox")
        self.reason = reason


class Stopped(Permanent):
    """A safety brake stopped a run. `run` is its id where it waits for a person, `found` what it would have sent."""

    def __init__(self, text: str, run: int | None = None, found: Mapping[str, object] | None = None) -> None:
        super().__init__(text)
        self.run = run
        self.found = found or {}


class Unsafe(Permanent):
    """Nothing may go out before a person has looked. `subject` is what the team's email is headed with.

    `word` says the same to a program (`terms.readiness.NotReady`).
    """

    def __init__(self, subject: str, text: str, word: str) -> None:
        super().__init__(text)
        self.subject = subject
        self.word = word


class Transient(NotifierError):
    """Certainly not sent; another try may succeed."""


class LockedOut(Transient):
    """A server that answers does not let us do our work; the same try will fail until somebody mends something."""


class Unknown(NotifierError):
    """Handed off without an answer: sent or not, nobody knows yet."""
