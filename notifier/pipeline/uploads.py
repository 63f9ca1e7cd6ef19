"""Files that somebody has brought to the console, kept in a private folder until their import is done. Colour: root.

Called by the web and by cleanup. A file's name is a stranger's word: what is kept of it is a few plain characters.
"""

import json
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from notifier.errors import UsageError

KEPT_FOR = timedelta(days=1)
"""After which a file that nobody has come back to is removed."""

LONGEST_NAME = 80
CHUNK = 1024 * 1024
TOLD = ".told.json"
"""Beside each file; no file is called so, because none begins with a dot."""
_ENDINGS = (".xlsx", ".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".gz")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file: what it holds, by which profile it is read, who brought it when (UTC), and where it lies."""

    token: str
    name: str
    kind: str
    profile: str
    by: str
    at: datetime
    folder: Path

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / self.name


def plain_name(given: str) -> str:
    """The last part of a file's name in plain characters, with an ending that we know: never a path, never hidden."""
    last = re.split(r"[/\\]", given)[-1]
    kept = re.sub(r"[^A-Za-z0-9._-]+", "_", last).lstrip("._-")[-LONGEST_NAME:].lstrip("._-")
    if not kept.lower().endswith(_ENDINGS):
        kept = f"{kept or 'upload'}.csv"
    return f"upload{kept}" if kept.startswith(".") else kept


@dataclass(frozen=True, slots=True)
class Shelf:
    """The private folder."""

    folder: Path

    def keep(self, source: IO[bytes], upload: Upload) -> Upload:
        """Copy the file, which is read to its end; `upload` says what it is, its token, name and folder apart."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        token = secrets.token_urlsafe(16)
        kept = replace(upload, token=token, name=plain_name(upload.name), folder=self.folder / token)
        kept.folder.mkdir(mode=0o700)
        with kept.path.open("xb") as file:
            shutil.copyfileobj(source, file, CHUNK)
        kept.path.chmod(0o600)
        told = {name: value for name, value in asdict(kept).items() if name not in ("folder", "token")}
        (kept.folder / TOLD).write_text(json.dumps(told | {"at": kept.at.isoformat()}), "utf-8")
        return kept

    def find(self, token: str, by: str) -> Upload:
        """What `by` has brought. Raises UsageError for what is not there, or somebody else's."""
        found = self._read(self.folder / token) if re.fullmatch(r"[A-Za-z0-9_-]{22}", token) else None
        if found is None or found.by != by:
            raise UsageError("this file is not here any more. Bring it once more")
        return found

    def of(self, by: str) -> list[Upload]:
        """All that `by` has brought, the newest first."""
        return sorted((one for one in self._all() if one.by == by), key=lambda one: one.at, reverse=True)

    def drop(self, upload: Upload) -> None:
        """Remove the file and all that lies beside it."""
        shutil.rmtree(upload.folder, ignore_errors=True)

    def sweep(self, now: datetime) -> None:
        """Remove what nobody has come back to."""
        for one in self._all():
            if now - one.at > KEPT_FOR:
                self.drop(one)

    def _all(self) -> Iterator[Upload]:
        if not self.folder.is_dir():
            return
        for one in self.folder.iterdir():
            found = self._read(one)
            if found is not None:
                yield found

    def _read(self, folder: Path) -> Upload | None:
        try:
            said = json.loads((folder / TOLD).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        at = datetime.fromisoformat(said.pop("at"))
        return Upload(token=folder.name, folder=folder, at=at, **said)
