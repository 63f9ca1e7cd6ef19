"""`notifier status`: whether all is well, on one screen. Colour: door."""

from collections.abc import Iterator

import typer

from notifier.cli.session import DONE, WITH_REFUSALS, Json, Session, say_json
from notifier.pipeline.glance import Glance, glance, terms_of
from notifier.pipeline.reasons import because
from notifier.pipeline.trouble import Trouble, troubles
from notifier.terms.route import Standing
from notifier.terms.time import span
from notifier.terms.words import MessageState, Outcome, Rung

MOST_WORKERS = 10
"""Lines on a screen; `--json` has all."""

WIDTH = 14

HOW = {
    Standing.OPEN: "resting, because it kept failing; it is tried again by itself",
    Standing.TRYING: "about to be tried again",
    Standing.RAMPING: "works again, and is fed faster and faster",
    Standing.CLOSED: "in order",
}


def status(ctx: typer.Context, as_json: Json = False) -> None:
    """Say whether all is well, and if not, what to type; then the queue, plan, sources and workers.

    Exit code 1 where something needs a person.
    """
    session: Session = ctx.obj
    with session.store() as store:
        seen = glance(store, terms_of(session.settings()))
    wrong = troubles(seen)
    if as_json:
        found = [{"what": one.what, "remedy": one.remedy} for one in wrong]
        say_json({"well": not wrong, "troubles": found} | seen.as_json())
    else:
        typer.echo("\n".join([*_first(seen, wrong), "", *_screen(seen)]))
    raise typer.Exit(WITH_REFUSALS if wrong else DONE)


def _first(seen: Glance, wrong: list[Trouble]) -> list[str]:
    if wrong:
        return [str(one) for one in wrong]
    queued, unknown = seen.outbox.count(MessageState.QUEUED), seen.outbox.count(MessageState.UNKNOWN)
    well = f"All is well, but of {unknown:,} nobody knows yet (notifier unknown list)" if unknown else "All is well"
    oldest = min(seen.outbox.oldest.values(), default=None)
    if not queued:
        return [f"{well}: nothing is queued"]
    waits = f"the oldest waits {span(seen.at - oldest)}" if oldest else "none of which may go yet"
    return [f"{well}: {queued:,} queued, {waits}"]


def _screen(seen: Glance) -> Iterator[str]:
    yield from _queue(seen)
    found = seen.outbox
    waits = [f"{found.count(MessageState.UNKNOWN):,} unknown", f"{found.count(MessageState.HELD):,} held"]
    waits += [f"{len(found.stopped)} stopped runs", f"{sum(found.alarms.values()):,} legal alarms"]
    waits += [f"{found.replies.count:,} replies", f"{found.actions.count:,} actions"]
    yield _row("for a person", ", ".join(waits))
    yield _row("paused", "; ".join(seen.paused) or "nothing")
    for name, standing in sorted(found.routes.items()):
        yield _row("way out", f"{name}: {HOW[standing]}")
    yield _row("last plan", _plan(seen))
    yield _row("last hour", _hour(seen))
    for one in found.sources:
        news = f"something new {span(seen.at - one.new_at)} ago" if one.new_at else "nothing new yet"
        yield _row("source", f"{one.name}: {news}{f', {one.error}' if one.error else ''}")
    for lease in seen.leases[:MOST_WORKERS]:
        until = f", until {lease.until:%H:%M:%S} UTC" if lease.until else ""
        yield _row("worker", f"{lease.worker}: {lease.messages:,} messages{until}")
    if len(seen.leases) > MOST_WORKERS:
        yield _row("", f"… and {len(seen.leases) - MOST_WORKERS} more workers")


def _queue(seen: Glance) -> Iterator[str]:
    rows = [rung for rung in Rung if seen.outbox.queued(rung)]
    for rung in rows:
        since = seen.outbox.oldest.get(rung)
        waits = f"the oldest waits {span(seen.at - since)}" if since else f"none may go yet{_next(seen, rung)}"
        yield _row("queue" if rung is rows[0] else "", f"{rung.word}: {seen.outbox.queued(rung):,}, {waits}")
    if not rows:
        yield _row("queue", "empty")
    claimed, flying = (seen.outbox.count(one) for one in (MessageState.CLAIMED, MessageState.HANDED_OFF))
    yield _row("at work", f"{claimed:,} claimed, {flying:,} handed off")


def _next(seen: Glance, rung: Rung) -> str:
    at, reason = seen.outbox.next.get(rung, (None, ""))
    if at is None:
        return ""
    return f"; the next in {span(at - seen.at)}{f', because {because(reason)}' if reason else ''}"


def _plan(seen: Glance) -> str:
    plan = seen.outbox.plan
    if plan is None:
        return "never"
    took = f" in {plan.seconds:.1f} seconds" if plan.seconds is not None else ""
    counts = f"{plan.sends:,} to send, {plan.holds:,} held, {plan.skips:,} skipped"
    return f"run {plan.run}, {span(seen.at - plan.at)} ago{took}: {counts} ({plan.state.value})"


def _hour(seen: Glance) -> str:
    counts = ", ".join(f"{seen.hour.outcomes.get(one, 0):,} {one.value}" for one in Outcome)
    return counts if seen.hour.whole else f"{counts}, of the newest alone"


def _row(name: str, words: str) -> str:
    return f"{name:<{WIDTH}}{words}"
