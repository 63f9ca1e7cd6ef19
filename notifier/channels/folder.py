"""Messages as files instead of mail and texts: the newcomer's channel, where nothing leaves. Colour: wire.

Used by deliver through ChannelSender, built by app for `[delivery] mode = "folder"`. An email is its own MIME bytes in
an .eml that every mail program opens; a text is a .txt with its two addresses on top.
"""

import asyncio
import errno
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.words import Channel, Outcome

_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class FolderAccess:
    """Where the files go, and the clock that names them (aware UTC, from app)."""

    folder: Path
    clock: Callable[[], datetime]
    connections: int = 4


class FolderSender:
    """Keeps ChannelSender by writing files. `write` puts bytes durably at a path; it is passed in by tests only."""

    def __init__(self, access: FolderAccess, write: Callable[[Path, bytes], None] | None = None) -> None:
        self._access = access
        self._write = write or write_durably

    @property
    def connections(self) -> int:
        """How many files are written at the same time."""
        return self._access.connections

    async def send(self, parcel: Parcel) -> SendResult:
        """Write one file; its name is the provider id. A full disk or a closed folder is DEFERRED, nothing is left."""
        name = file_name(parcel, self._access.clock())
        try:
            await asyncio.to_thread(self._write, self._access.folder / name, _content(parcel))
        except OSError as fault:
            code = "disk_full" if fault.errno in _FULL else "folder_unwritable"
            words = errno.errorcode.get(fault.errno or 0, type(fault).__name__)
            return SendResult(parcel.message_id, parcel.attempt_id, Outcome.DEFERRED, code, words)
        return SendResult(parcel.message_id, parcel.attempt_id, Outcome.ACCEPTED, "written", name, name)

    async def close(self) -> None:
        """Nothing is held open."""


def file_name(parcel: Parcel, at: datetime) -> str:
    """Sortable and readable: instant in UTC, channel, message id, attempt. Never the address."""
    stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    ending = "eml" if parcel.channel is Channel.EMAIL else "txt"
    return f"{stamp}-{parcel.channel}-{parcel.message_id:06d}-{parcel.attempt_id}.{ending}"


def write_durably(path: Path, content: bytes) -> None:
    """Write so that the name appears only with its whole content, and both survive a power cut.

    Raises OSError; the name does not exist then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=".draft-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(folder)


def _content(parcel: Parcel) -> bytes:
    if parcel.channel is Channel.EMAIL:
        return parcel.body
    return f"From: {parcel.sender}\nTo: {parcel.recipient}\n\n".encode() + parcel.body + b"\n"
