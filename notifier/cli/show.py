"""`notifier export`: the log as a list, or all that is held about one person. Colour: door."""

import csv
import json
import os
import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from enum import StrEnum
from typing import IO, Annotated, Any, cast

import typer

from notifier import app
from notifier.cli.session import Session
from notifier.errors import UsageError
from notifier.pipeline.house import House
from notifier.pipeline.people import Asked
from notifier.pipeline.person import person_document
from notifier.queries.exports import EXPORTS
from notifier.terms.cells import harmless


class Listing(StrEnum):
    """What can be exported."""

    CONTACTS = "contacts"
    DECISIONS = "decisions"
    MESSAGES = "messages"


class Layout(StrEnum):
    """How an export is written."""

    CSV = "csv"
    JSONL = "jsonl"


def export(
    ctx: typer.Context,
    listing: Annotated[Listing | None, typer.Argument(help="What to list, oldest first.")] = None,
    layout: Annotated[Layout, typer.Option("--format", help="For spreadsheets or for programs.")] = Layout.CSV,
    customer: Annotated[str, typer.Option("--customer", help="All that is held about this person, instead.")] = "",
    brand: Annotated[str, typer.Option("--brand", help="The brand, where several know the customer's id.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object; with --customer it always is.")] = False,
) -> None:
    """Write every contact, decision or message to stdout; addresses are masked, bodies are left out.

    With --customer, all that is held about one person as one JSON document, whole: for that person alone.
    """
    session: Session = ctx.obj
    if (listing is None) == (not customer):
        raise UsageError(f"say what to export: one of {', '.join(Listing)}, or --customer ID")
    if listing is None:
        _export_person(session, Asked(customer, brand=brand))
        return
    if brand or as_json:
        raise UsageError("--brand and --json go with --customer; a list comes as --format csv or jsonl")
    fields, rows_of = EXPORTS[listing.value]
    out = typer.get_text_stream("stdout", encoding="utf-8")
    try:
        # The stream is closed before its transaction, also where the reader (`| head`) has had enough.
        with (
            session.house() as house,
            house.store.read() as tx,
            closing(cast(Generator[dict[str, Any], None, None], rows_of(tx))) as rows,
        ):
            if layout is Layout.JSONL:
                write_jsonl(rows, out)
            else:
                write_csv(fields, rows, out)
        out.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _export_person(session: Session, asked: Asked) -> None:
    out = typer.get_text_stream("stdout", encoding="utf-8")
    try:
        with session.house() as house, closing(_document(house, asked)) as document:
            for piece in document:
                out.write(piece)
        out.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _document(house: House, asked: Asked) -> Generator[str, None, None]:
    return cast(Generator[str, None, None], person_document(house, asked, app.clock()))


def write_jsonl(rows: Iterable[dict[str, Any]], out: IO[str]) -> None:
    """One JSON object a line."""
    for row in rows:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_csv(fields: Sequence[str], rows: Iterable[dict[str, Any]], out: IO[str]) -> None:
    """A header and a line a row; text is quoted and cannot act as a formula, lists are joined by a space."""
    table = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    table.writerow(fields)
    for row in rows:
        table.writerow([_cell(row[field]) for field in fields])


def _cell(value: Any) -> int | str:
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    if isinstance(value, list):
        plain = all(isinstance(one, str) for one in value)
        return harmless(" ".join(value) if plain else json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    return harmless(str(value))
