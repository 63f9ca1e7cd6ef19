"""Who sees to a reply, until when it rests, and when somebody phones. Colour: root. Called by cli.inbox and the web.

Nothing here changes what the customer gets: it is the team's own order of work. A reply whose line has a day by law
never rests past that day.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from notifier import conversation, desk
from notifier.errors import UsageError
from notifier.pipeline.effect_words import step_words
from notifier.pipeline.holds import MOST_NOTE, Said, log_and_hold
from notifier.pipeline.house import House
from notifier.pipeline.inbox import require_known, waiting_reply
from notifier.pipeline.people import Asked, operator_name
from notifier.queries.desk import steps
from notifier.queries.inbox import InboxReply, reply_shown
from notifier.store.decisions import bring_forward
from notifier.store.engine import Transaction
from notifier.store.persons import customer_of
from notifier.terms.desk import Desk, StepKind, desk_from
from notifier.terms.time import is_near, utc


@dataclass(frozen=True, slots=True)
class Moved:
    """A reply as it stands on the desk after a step."""

    reply: int
    desk: Desk

    def as_json(self) -> dict[str, Any]:
        """The object that the commands print."""
        return {"reply": self.reply, "call_note": self.desk.call_note} | self.desk.as_json()


@dataclass(frozen=True, slots=True)
class Taking:
    """Whom `by` wants to see to a reply: oneself, or another operator. `seen` as in `require_seen`."""

    reply: int
    whom: str
    by: str
    seen: int | None = None


def take(house: House, wanted: Taking, now: datetime) -> Moved:
    """Let somebody see to a reply that waits. Raises UsageError, also where somebody else was quicker."""
    name = operator_name(wanted.whom)
    step = (wanted.reply, StepKind.TAKEN, wanted.by)
    return _move(house, step, lambda was, _: replace(was, taken_by=name), now, wanted.seen)


def give_back(house: House, reply_id: int, by: str, now: datetime, seen: int | None = None) -> Moved:
    """Let anybody see to it again; it rests no longer, and nobody phones. Raises UsageError as `take` does."""
    return _move(house, (reply_id, StepKind.GIVEN_BACK, by), lambda was, _: Desk(call_note=was.call_note), now, seen)


def snooze(house: House, reply_id: int, until: datetime, by: str, now: datetime) -> Moved:
    """Let a reply rest until the UTC instant `until`. Raises UsageError where that is over, or past the law's day."""

    def rest(was: Desk, one: InboxReply) -> Desk:
        _in_time(one, (until, "rest"), now, house.judging.policy.timezone)
        return replace(was, snoozed_until=until)

    return _move(house, (reply_id, StepKind.SNOOZED, by), rest, now)


@dataclass(frozen=True, slots=True)
class CallBack:
    """Somebody (`by`) will phone about a reply at the UTC instant `at`; `note` is for whoever does.

    `seen` as in `require_seen`.
    """

    reply: int
    at: datetime
    by: str
    note: str = ""
    seen: int | None = None


def plan_call(house: House, wanted: CallBack, now: datetime) -> Moved:
    """Write down that `by` will phone; the reply is theirs, and still waits. Raises UsageError as `snooze` does."""
    if len(wanted.note) > MOST_NOTE:
        raise UsageError(f"the note has {len(wanted.note)} characters, at most {MOST_NOTE} are kept; shorten it")
    note = wanted.note.replace("\x00", "").strip()

    def theirs(_: Desk, one: InboxReply) -> Desk:
        _in_time(one, (wanted.at, "wait for a call"), now, house.judging.policy.timezone)
        return Desk(wanted.by, None, wanted.at, note)

    return _move(house, (wanted.reply, StepKind.CALL_PLANNED, wanted.by), theirs, now, wanted.seen)


def called(house: House, reply_id: int, said: Said, now: datetime, *, complaint: bool = False) -> int:
    """Somebody has phoned: the call is logged, which keeps the customer quiet for some days, and the reply is done.

    Raises UsageError for a reply that does not wait or is of nobody known. Returns the id of the reply.
    """
    with house.store.write() as tx:
        row = waiting_reply(tx, reply_id)
        require_known(row)
        if not conversation.close(tx, [reply_id], said.by, "called", now):
            raise UsageError(f"somebody else has just seen to reply {reply_id}; look at it before you do more")
        customer = customer_of(tx, row.customer_id)
        log_and_hold(tx, house, (Asked(customer.key, brand=customer.brand), said), now, complaint=complaint)
        desk.note(tx, desk.Step(reply_id, said.by, StepKind.CALLED, {}), now)
        bring_forward(tx, [row.customer_id], now)
    return reply_id


def _in_time(one: InboxReply, rest: tuple[datetime, str], now: datetime, tz: ZoneInfo) -> None:
    until, what = rest
    if utc(until) <= now:
        raise UsageError("that moment is over; give one to come")
    if not is_near(until):
        raise UsageError("that is too far ahead; give a year before 3000")
    if one.by_law is not None and utc(until) > utc(one.by_law):
        day = f"{one.by_law.astimezone(tz):%Y-%m-%d %H:%M %Z}"
        raise UsageError(f"reply {one.id} cannot {what} so long: the law wants it seen to by {day}; give one before")


def require_seen(tx: Transaction, reply_id: int, seen: int | None, by: str) -> None:
    """Raise UsageError where somebody but `by` has done something with a reply since its step `seen`.

    `seen` is the newest step that `by` was shown, 0 where there was none; None: they were shown nothing. Others wait
    until this transaction ends.
    """
    desk.lock(tx, reply_id)
    since = [one for one in steps(tx, reply_id) if seen is not None and one.id > seen and one.by != by]
    if since:
        raise UsageError(
            f"since you opened reply {reply_id}, {since[0].by} {step_words(since[0])}; look again, and repeat what you"
            " did if it still fits"
        )


def _move(
    house: House,
    step: tuple[int, StepKind, str],
    change: Callable[[Desk, InboxReply], Desk],
    now: datetime,
    seen: int | None = None,
) -> Moved:
    reply_id, what, said = step
    by = operator_name(said)
    with house.store.write() as tx:
        require_seen(tx, reply_id, seen, by)
        waiting_reply(tx, reply_id)
        one = reply_shown(tx, reply_id)
        if one is None:
            raise LookupError("a reply that waits is not there")
        was = desk.desk_of(tx, reply_id)
        stands = change(was, one)
        desk.put(tx, reply_id, stands)
        desk.note(tx, desk.Step(reply_id, by, what, {"was": was.as_json()}), now)
    return Moved(reply_id, stands)


def put_back(tx: Transaction, reply_id: int, was: Mapping[str, Any]) -> None:
    """Bring the desk back to what a step found; called by pipeline.undo."""
    desk.put(tx, reply_id, desk_from(was, desk.desk_of(tx, reply_id).call_note))
