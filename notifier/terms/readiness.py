"""Why a process may do no work, each reason one word for a program. Colour: ground. Said by guard and readiness."""

from enum import StrEnum


class NotReady(StrEnum):
    """DATABASE: no answer in time. SCHEMA: another than the code's. NOT_WRITABLE: nothing can be recorded, so nothing
    may go (a full disk, a server that only reads). The rest is the guard's word (`pipeline.guard`).
    """

    DATABASE = "database"
    SCHEMA = "schema"
    NOT_WRITABLE = "not_writable"
    TICK_FILE = "tick_file"
    CLOCKS = "clocks"
    RESTORED = "restored"
    NEW_MACHINE = "new_machine"
    NOT_LIVE = "not_live"
