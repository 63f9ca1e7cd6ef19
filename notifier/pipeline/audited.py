"""The audit log of the console: a row before the deed, and one more where it did not succeed. Colour: root.

Called by web.console.routes and cli.operators.
"""

from collections.abc import Sequence
from datetime import datetime

from notifier import audit
from notifier.pipeline.house import House
from notifier.store.lookup import AnyRow
from notifier.terms.operator import Operator

GO_ON = frozenset({"draft.save"})
"""What somebody who types does every second: one entry for it within some minutes."""


def begin(house: House, operator: Operator, what: tuple[str, str, str], now: datetime) -> int:
    """Write down that `operator` begins (note, path, detail); returns the entry's id."""
    note, path, detail = what
    with house.store.write() as tx:
        entry = audit.Entry(operator.name, operator.role.word, note, path, detail, goes_on=note in GO_ON)
        return audit.append(tx, entry, now)


def failed(house: House, operator: Operator, begun: tuple[int, str], why: str, now: datetime) -> None:
    """Write down that what was `begun` (its entry's id and note) did not succeed, and why."""
    entry, note = begun
    with house.store.write() as tx:
        audit.append(tx, audit.Entry(operator.name, operator.role.word, note, "", "", entry, why), now)


def by_command(house: House, by: str, note: str, path: str, now: datetime) -> None:
    """Write down what was done by a command; `by` is the login."""
    with house.store.write() as tx:
        audit.append(tx, audit.Entry(by, "command", note, path), now)


def entries(house: House, most: int, before: int | None = None, operator: str = "") -> Sequence[AnyRow]:
    """The newest entries, before an id, of one operator or all."""
    with house.store.read() as tx:
        return audit.entries(tx, most, before, operator)


def done_by(house: House, operator: Operator, notes: tuple[str, ...]) -> set[str]:
    """Which of these an operator has begun at least once."""
    with house.store.read() as tx:
        return audit.done_by(tx, operator.name, notes)


def broken_at(house: House) -> int | None:
    """The first entry that was changed behind our back; None where none was."""
    with house.store.snapshot() as tx:
        return audit.broken_at(tx)
