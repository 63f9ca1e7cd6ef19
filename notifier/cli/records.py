"""`notifier import`: files given by hand. Colour: door."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from notifier import app
from notifier.cli.session import DONE, WITH_REFUSALS, Json, Now, Session, say_json
from notifier.errors import UsageError
from notifier.pipeline import configured
from notifier.pipeline.imports import KINDS, BytesRead, ImportReport, ImportRequest, import_records


def import_files(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(help=f"What the rows are: {', '.join(KINDS)}.")],
    files: Annotated[list[Path], typer.Argument(help="CSV, TSV, JSON, JSON Lines, each also gzipped; Excel (.xlsx).")],
    profile: Annotated[str, typer.Option(help="Name of a \\[profiles.NAME] in the settings.")] = "",
    now: Now = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count, keep nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="One rejected row, and none is kept.")] = False,
    accept_shrink: Annotated[
        bool, typer.Option("--accept-shrink", help="Let a snapshot close more than half of the open lines.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take records in; the same file twice changes nothing."""
    session: Session = ctx.obj
    if kind not in KINDS:
        raise UsageError(f"{kind!r} is no kind of records; write one of {', '.join(KINDS)}")
    if missing := [str(path) for path in files if not path.is_file()]:
        raise UsageError(f"no such file: {', '.join(missing)}")
    settings = session.settings()
    shape, context, at = configured.profile(settings, profile, kind), app.shop_context(settings), session.moment(now)
    reports = []
    with session.house() as house, _bar(session) as bar:
        for path in files:
            request = ImportRequest(kind, path, shape, dry_run, strict, accept_shrink)
            reports.append(import_records(house, context, request, at, _shown(bar, path)))
    given = (shape.encoding, shape.delimiter, shape.date_formats) if shape else ("", "", ())
    for report in reports:
        _tell_detected(session, report, given)
    _tell(session, kind, reports, as_json)
    raise typer.Exit(WITH_REFUSALS if any(report.rejected for report in reports) else DONE)


def _shown(bar: Progress, path: Path) -> BytesRead:
    task = bar.add_task(path.name, total=path.stat().st_size)
    return lambda done, whole: bar.update(task, completed=done, total=whole)


def _bar(session: Session) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, console=session.console, transient=True, disable=not session.console.is_terminal)


def _tell_detected(session: Session, report: ImportReport, given: tuple[str, str, tuple[str, ...]]) -> None:
    """What was found out and not given, and what else there is to know: a wrong guess shows here."""
    found, (encoding, delimiter, dates) = report.detected, given
    words = [
        "" if encoding else found.encoding,
        f"delimiter {found.delimiter!r}" if found.delimiter and not delimiter else "",
        f"dates {found.date_order}" if found.date_order and not dates else "",
    ]
    detected = [f"detected: {', '.join(filter(None, words))}"] if any(words) else []
    for line in detected + report.notes:
        session.console.print(f"  {line}", style="dim", markup=False, soft_wrap=True)


def _tell(session: Session, kind: str, reports: list[ImportReport], as_json: bool) -> None:
    counts = {
        name: sum(getattr(report, name) for report in reports)
        for name in ("read", "accepted", "unchanged", "rejected", "blank")
    }
    rejects = [report.reject_file for report in reports if report.reject_file]
    if as_json:
        where = None if not rejects else rejects[0] if len(rejects) == 1 else rejects
        say_json({"kind": kind, **counts, "reject_file": where})
        return
    words = ", ".join(f"{count} {name}" for name, count in counts.items() if count or name == "read")
    session.console.print(f"{kind}: {words}")
    for report in reports:
        if report.warning_file:
            session.console.print(
                f"  {report.warnings} values were left out; see {report.warning_file}", style="yellow"
            )
    for path in rejects:
        session.console.print(f"  rejected rows, with reasons: {path}", style="red")
