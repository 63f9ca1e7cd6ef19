"""Tells the shop's own team what needs them, by email. Colour: root. Called by schedule's ticks through pipeline."""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from hashlib import sha256

import structlog

from notifier.store.engine import Store
from notifier.store.meta import keep_moment, moment_of
from notifier.terms.delivery import ChannelSender, Parcel
from notifier.terms.words import Channel, Outcome

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Team:
    """Who is told (empty: only the log), as whom, and through which sender, with no redirection in between."""

    address: str
    sender: str
    channel: ChannelSender


LONG_LINES = SMTP.clone(max_line_length=998)
"""The library would fold a long Message-ID in References into something that is none."""

EVERY = timedelta(days=1)
"""How often the same trouble is told, however often it is met."""


async def tell_team_daily(store: Store, team: Team, subject: str, text: str, now: datetime) -> bool:
    """As `tell_team`, but `subject` at most once a day, over restarts; False where it was told before, or not taken."""
    name = f"told: {subject}"
    last = await asyncio.to_thread(_last, store, name)
    if last and last <= now < last + EVERY:
        return False
    told = await tell_team(team, subject, text, now)
    if told or not team.address:
        await asyncio.to_thread(_keep, store, name, now)
    return told


def _last(store: Store, name: str) -> datetime | None:
    with store.read() as tx:
        return moment_of(tx, name)


def _keep(store: Store, name: str, now: datetime) -> None:
    with store.write() as tx:
        keep_moment(tx, name, now)


async def tell_team(team: Team, subject: str, text: str, now: datetime) -> bool:
    """Send `text` to the team and log `subject`; True once a server took it.

    A team without an address has only the log.
    """
    log.warning("the team is told", subject=subject)
    return await write(team, Note(team.address, subject, text), now)


@dataclass(frozen=True, slots=True)
class Note:
    """One email in plain words (`to`, empty: nobody).

    `uid` is the left side of its Message-ID, the same at each try (empty: one of this moment); `headers` are further
    ones.
    """

    to: str
    subject: str
    text: str
    uid: str = ""
    headers: tuple[tuple[str, str], ...] = ()


def id_header(text: str) -> str:
    """A Message-ID as a header has it; "" for what cannot be one: a stranger wrote it."""
    return f"<{text}>" if _ID.fullmatch(text) else ""


_ID = re.compile(r"[!-;=?A-~]{1,200}@[!-;=?A-~]{1,200}")


async def write(team: Team, note: Note, now: datetime) -> bool:
    """Send a note; True once a server took it."""
    return bool(note.to) and await write_to(team, note, now) is Outcome.ACCEPTED


async def write_to(team: Team, note: Note, now: datetime) -> Outcome:
    """Send a note and say what is certain about it. It says that a machine sent it, so that no machine answers."""
    uid = note.uid or sha256(f"{note.subject}{now.isoformat()}".encode()).hexdigest()[:32]
    sender = parseaddr(team.sender)[1]
    mail = EmailMessage(policy=SMTP)
    mail["From"] = team.sender
    mail["To"] = note.to
    mail["Subject"] = " ".join(note.subject.split())
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{uid}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in note.headers:
        mail[name] = value
    mail.set_content(note.text)
    body = mail.as_bytes(policy=LONG_LINES)
    result = await team.channel.send(Parcel(0, 0, uid, Channel.EMAIL, sender, note.to, body))
    return result.outcome
