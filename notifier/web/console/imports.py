"""Files taken in by hand: brought, looked through, taken in, thrown away. Colour: door. Added by console.opening.

The work goes on in a process apart, one file at a time; the page asks how far it is. A file lies in a private folder as
long as its dialogue lasts.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import HTTPException
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from notifier import app
from notifier.errors import Permanent, UsageError
from notifier.pipeline import configured
from notifier.pipeline.apart import Apart
from notifier.pipeline.imports import KINDS, ImportRequest
from notifier.pipeline.taking_in import Taken, Taking
from notifier.pipeline.uploads import Shelf, Upload
from notifier.terms.operator import Role
from notifier.web.console.asked import Asked
from notifier.web.console.one_at_a_time import OneAtATime
from notifier.web.console.routes import Routes
from notifier.web.gate import Bounds

IMPORT, UPLOAD = "/console/import", "/console/import/upload"
AT_ONCE = 2
"""Files on their way at once, of all operators: each is in memory until it is stored."""

WITHIN = timedelta(minutes=2)
"""That a file may take to come."""

FORM_BYTES = 64 * 1024
"""What a form adds to the file in it."""

HALF = (
    "What was taken so far stays, and nobody whom it concerns is told anything until you bring the same file again: it"
    " is taken up where it was ended."
)


@dataclass(frozen=True, slots=True)
class Doing:
    """What is done with one file: looked through, or (for `good`) taken in."""

    upload: Upload
    good: bool
    work: Apart[Taken]

    @property
    def taking(self) -> bool:
        """Whether it is being taken in just now."""
        return self.good and not self.work.over

    @property
    def may_be_taken(self) -> bool:
        """Whether it is known what taking it in does: it was looked through, or has stopped because it has shrunk."""
        found = self.work.found
        return self.work.over and found is not None and (not self.good or found.shrunken)


@dataclass(slots=True)
class Imports:
    """The answers of this area, with what is done in this process, by the token of the file."""

    at_work: OneAtATime[Doing]
    doing: dict[str, Doing] = field(default_factory=dict)

    async def show(self, asked: Asked) -> Response:
        """The form, and one's own files that are not done with; `?larger`: a file was larger than it may be."""
        return await self._page(asked, _too_large(asked) if "larger" in asked.query else "")

    async def _page(self, asked: Asked, fault: str) -> Response:
        shelf = _shelf(asked)
        await asked.run(partial(shelf.sweep, asked.now))
        mine = await asked.run(partial(shelf.of, asked.operator.name))
        profiles = sorted((name, one.kind or "") for name, one in asked.settings.profiles.items())
        most = asked.settings.console.most_upload_mb
        return asked.page(
            "imports/imports.html",
            422 if fault and asked.request.method == "POST" else 200,
            kinds=KINDS,
            profiles=profiles,
            mine=mine,
            most=most,
            fault=fault,
            brought=_file(asked) is not None,
            kind=asked.form.get("kind", ""),
            profile=asked.form.get("profile", ""),
        )

    async def bring(self, asked: Asked) -> Response:
        """Keep a file, and begin to look through it. What is refused comes back with what was chosen, but the file."""
        try:
            return await self._brought(asked)
        except Permanent as fault:
            return await self._page(asked, str(fault))

    async def _brought(self, asked: Asked) -> Response:
        file, form = _file(asked), asked.form
        if file is None or not file.filename or not file.size:
            raise UsageError("choose a file that is not empty")
        if file.size > asked.settings.console.most_upload_mb * 1024**2:
            raise UsageError(_too_large(asked))
        kind, profile = form.get("kind", ""), form.get("profile", "")
        if kind not in KINDS:
            raise UsageError("say what the rows of the file are")
        configured.profile(asked.settings, profile, kind)  # before the file is kept: it says why it cannot be
        wanted = Upload("", file.filename, kind, profile, asked.operator.name, asked.now, Path())
        upload = await asked.run(partial(_shelf(asked).keep, file.file, wanted))
        await self._begin(asked, upload, good=False)
        return asked.to(f"{IMPORT}/{upload.token}")

    async def look(self, asked: Asked) -> Response:
        """Look through it again: after a restart, or when something was mended."""
        upload = await self._upload(asked)
        await self._begin(asked, upload, good=False)
        return asked.to(f"{IMPORT}/{upload.token}")

    async def take(self, asked: Asked) -> Response:
        """Take it in."""
        upload = await self._upload(asked)
        await self._begin(asked, upload, good=True, accept_shrink=bool(asked.form.get("accept_shrink")))
        return asked.to(f"{IMPORT}/{upload.token}")

    async def _begin(self, asked: Asked, upload: Upload, *, good: bool, accept_shrink: bool = False) -> None:
        shape = configured.profile(asked.settings, upload.profile, upload.kind)
        request = ImportRequest(upload.kind, upload.path, shape, accept_shrink=accept_shrink)
        work = Taking(request, app.shop_context(asked.settings), asked.now, good)

        def start() -> Doing:
            before = self.doing.get(upload.token)
            if good and not (before and before.may_be_taken):
                raise UsageError("look through the file first, then take it in")
            begun = Doing(upload, good, Apart(work, asked.house, asked.settings.database_url))
            there = {token: one for token, one in self.doing.items() if one.upload.path.exists()}
            self.doing = there | {upload.token: begun}
            return begun

        await asked.run(partial(self.at_work.begin, start, _refuse))

    async def file(self, asked: Asked) -> Response:
        """How far it is, and what was found."""
        upload = await self._upload(asked)
        return asked.page("imports/file.html", **self._seen(upload))

    async def progress(self, asked: Asked) -> Response:
        """The same, as a piece that asks again by itself; of a file that was removed meanwhile, its last."""
        try:
            upload = await self._upload(asked)
        except UsageError as gone:
            return asked.part("imports/_gone.html", why=str(gone))
        return asked.part("imports/_progress.html", **self._seen(upload))

    def _seen(self, upload: Upload) -> dict[str, Any]:
        doing = self.doing.get(upload.token)
        work = doing.work.stand if doing is not None else None
        return {"upload": upload, "good": doing is not None and doing.good, "work": work, "half": HALF}

    async def rejects(self, asked: Asked) -> Response:
        """The rejected rows with their reasons, as a file."""
        upload = await self._upload(asked)
        doing = self.doing.get(upload.token)
        found = doing.work.found if doing is not None else None
        path = found.report.reject_file if found is not None and found.report is not None else None
        if path is None:
            raise HTTPException(404)
        try:
            text = await asked.run(Path(path).read_bytes)
        except OSError:
            raise HTTPException(404) from None
        told = {"content-disposition": f'attachment; filename="{Path(path).name}"'}
        return Response(text, media_type="text/csv; charset=utf-8", headers=told)

    async def drop(self, asked: Asked) -> Response:
        """Throw it away. What is being taken in is ended first, by the word of somebody who was asked about that."""
        upload = await self._upload(asked)
        doing = self.doing.get(upload.token)
        half = doing is not None and doing.taking
        if half and not asked.form.get("half"):
            raise UsageError(
                f"{upload.name} is being taken in by now, so it stays. Wait for its end, or end it on its page"
            )
        if doing is not None:
            self.doing.pop(upload.token, None)
            await asked.run(doing.work.cancel)
        await asked.run(partial(_shelf(asked).drop, upload))
        told = f"{upload.name} is removed here."
        return asked.to(IMPORT, f"{told} {HALF}" if half and doing and doing.work.found is None else told)

    async def _upload(self, asked: Asked) -> Upload:
        return await asked.run(partial(_shelf(asked).find, asked.path["token"], asked.operator.name))


def _file(asked: Asked) -> UploadFile | None:
    found = asked.file("file")
    return found if found is not None and found.filename else None


def _too_large(asked: Asked) -> str:
    return f"the file is larger than {asked.settings.console.most_upload_mb} MB; bring it in parts"


def _refuse(busy: Doing) -> None:
    raise UsageError(f"{busy.upload.name} of {busy.upload.by} is at work. Wait for it, then try again")


def _shelf(asked: Asked) -> Shelf:
    return Shelf(asked.settings.upload_folder)


def routes(to: Routes) -> None:
    """The routes."""
    desk, file = Imports(OneAtATime(to.desk.threads)), f"{IMPORT}/{{token}}"
    most = to.desk.settings.console.most_upload_mb * 1024**2 + FORM_BYTES
    usual = Bounds()
    to.room(
        UPLOAD,
        Role.EDITOR,
        replace(usual, most_bytes=most, body_within=WITHIN.total_seconds(), most_at_once=AT_ONCE),
        f"{IMPORT}?larger",
    )
    to.get(IMPORT, Role.EDITOR, desk.show)
    to.post(UPLOAD, Role.EDITOR, desk.bring, "import.bring", ("kind", "profile"))
    to.get(file, Role.EDITOR, desk.file)
    to.get(f"{file}/progress", Role.EDITOR, desk.progress)
    to.get(f"{file}/rejects", Role.EDITOR, desk.rejects)
    to.post(f"{file}/look", Role.EDITOR, desk.look, "import.look")
    to.post(f"{file}/take", Role.EDITOR, desk.take, "import.take", ("accept_shrink",))
    to.post(f"{file}/drop", Role.EDITOR, desk.drop, "import.drop")
