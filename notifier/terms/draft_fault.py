"""What is wrong with a text as somebody types it. Colour: ground. Found by render.faults, shown at its line."""

from dataclasses import dataclass

from notifier.terms.wording import Severity


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one part, like email.md. `line` and `column` count from 1; 0: the part as a whole, or the line.

    `message` says what is wrong, `remedy` what to write instead, or is empty where the message says so already.
    """

    part: str
    line: int
    column: int
    severity: Severity
    message: str
    remedy: str = ""
