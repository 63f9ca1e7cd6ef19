"""Named moments at which a worker may die. Each is a moment between two steps of the delivery.

They hang on what is passed in (the sender, the renderer) and on the database library's own events, so that the product
runs as it is.
"""

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, event

from notifier.render.compile import Compiled, compile_source, render_email, render_text
from notifier.render.mime import build_email
from notifier.render_pool import Rendered, RenderJob
from notifier.terms.delivery import ChannelSender, Parcel, SendResult
from notifier.terms.words import Channel

POINTS = (
    "claim.before_commit",
    "claim.after_commit",
    "rendered",
    "hand_off.before_commit",
    "hand_off.after_commit",
    "send.before_connection",
    "send.before_dot",
    "server.took_it",
    "send.answered",
    "settle.before_commit",
    "settle.after_commit",
    "renewal.before_commit",
)

AT_THE_SERVER = "server.took_it"
"""The one moment that the server knows: it has the mail and has not answered yet."""


@dataclass(slots=True)
class Fate:
    """Dies the `nth` time that `point` is reached."""

    point: str
    nth: int

    def reach(self, point: str) -> None:
        """Nothing, or the end of this process, as by a power cut."""
        if point == self.point:
            self.nth -= 1
            if self.nth <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def _kind(statement: str) -> str:
    if statement.startswith("INSERT INTO attempt"):
        return "hand_off"
    if statement.startswith("UPDATE attempt"):
        return "settle"
    if "UPDATE message SET lease_until" in statement:
        return "renewal"
    if "UPDATE message" in statement and "fence=(message.fence" in statement:
        return "claim"
    return ""


def arm(engine: Engine, fate: Fate) -> None:
    """Reach the commits' points of this engine."""

    def note(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if kind := _kind(statement):
            connection.info["kind"] = kind

    def before(connection: Connection) -> None:
        fate.reach(f"{connection.info.get('kind', '')}.before_commit")

    def after(_connection: Any, record: Any) -> None:
        fate.reach(f"{record.info.pop('kind', '')}.after_commit")

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", before)
    event.listen(engine, "checkin", after)


class ArmedSender:
    """Keeps ChannelSender around a real one, and reaches the points of a send."""

    def __init__(self, inner: ChannelSender, fate: Fate) -> None:
        self._inner = inner
        self._fate = fate

    @property
    def connections(self) -> int:
        return self._inner.connections

    async def send(self, parcel: Parcel) -> SendResult:
        self._fate.reach("send.before_connection")
        asked = replace(parcel, still_ours=_second_time(parcel.still_ours, lambda: self._fate.reach("send.before_dot")))
        result = await self._inner.send(asked)
        self._fate.reach("send.answered")
        return result

    async def close(self) -> None:
        await self._inner.close()


def _second_time(ask: Callable[[], bool], act: Callable[[], None]) -> Callable[[], bool]:
    """`ask`, which a channel asks first when it begins and again just before what cannot be taken back."""
    asked = 0

    def asking() -> bool:
        nonlocal asked
        asked += 1
        if asked == 2:
            act()
        return ask()

    return asking


class WithinProcess:
    """Renders as the limited processes do, in this one: a process that starts anew for each life costs a second."""

    def __init__(self, fate: Fate, compiled: dict[str, Compiled]) -> None:
        self._fate = fate
        self._compiled = compiled

    def render(self, jobs: Sequence[RenderJob]) -> list[Rendered]:
        found = [self._rendered(job) for job in jobs]
        if found:
            self._fate.reach("rendered")
        return found

    def close(self) -> None:
        """There is nothing to end."""

    def _rendered(self, job: RenderJob) -> Rendered:
        version = job.source.version
        if version not in self._compiled:
            self._compiled[version] = compile_source(job.source)
        if job.content.channel is Channel.SMS:
            short = render_text(self._compiled[version], job.content, 2)
            return Rendered("", short.text.encode(), "", short.text, version, short.segments, short.encoding)
        email = render_email(self._compiled[version], job.content)
        body = build_email(email, job.headers) if job.headers else b""
        return Rendered(email.subject, body, email.html, email.text, version)
