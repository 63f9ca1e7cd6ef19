"""`notifier intent`: what a reply means. It only reads; nothing is stored, sent or done. Colour: door."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from notifier.cli.session import say_json
from notifier.errors import UsageError
from notifier.pipeline.intents import classifier
from notifier.terms.reply import Classification, Offered, Wish, offered
from notifier.terms.words import Channel

MOST_BYTES = 50_000_000


def intent(
    ctx: typer.Context,  # noqa: ARG001
    texts: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]…", help="What the customer wrote.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="One reply a line, UTF-8; - reads stdin.")] = None,
    choices: Annotated[
        str, typer.Option("--offered", help="What the open message offered, like 1,2,3,4,A,B; empty: nothing.")
    ] = "",
    several: Annotated[bool, typer.Option("--several-lines", help="The message was about several lines.")] = False,
    channel: Annotated[Channel, typer.Option("--channel", help="How the reply came.")] = Channel.SMS,
    locale: Annotated[
        str, typer.Option("--locale", help="The customer's language, like de; no more than a hint.")
    ] = "",
) -> None:
    """Say what each text means, one JSON line each. Nothing is stored, sent or done."""
    if bool(texts) == (file is not None):
        raise UsageError("say what to read: one or more texts, or --file FILE, and not both")
    classify = classifier(_offered(choices, several=several), channel, locale)
    for text in texts or _lines(file or Path("-")):
        say_json(as_json(classify(text)))


def _offered(choices: str, *, several: bool) -> Offered:
    try:
        return offered(choices.replace(",", " ").split(), one_line=not several)
    except ValueError as error:
        raise UsageError(f"--offered: {error}") from error


def _lines(file: Path) -> Iterator[str]:
    """The lines of a file; an empty line is an empty reply."""
    try:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1) if str(file) == "-" else _bytes(file)
    except OSError as error:
        raise UsageError(f"--file {file}: cannot be read: {error.strerror}; name another file") from error
    if len(raw) > MOST_BYTES:
        raise UsageError(f"--file {file}: is over {MOST_BYTES // 1_000_000} MB; split it")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"--file {file}: is not UTF-8 at byte {error.start}; save it as UTF-8") from error
    yield from text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else ()


def _bytes(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def as_json(found: Classification) -> dict[str, Any]:
    """One classification, the weightiest wish spread out, the others below `also`."""
    first, *others = (_wish(one) for one in found.wishes)
    return {
        **first,
        "needs_person": found.needs_person,
        "link": found.link,
        "suggestion": found.suggestion,
        "reason": found.reason,
        "also": others,
    }


def _wish(one: Wish) -> dict[str, Any]:
    return {
        "intent": one.intent,
        "confidence": one.confidence,
        "bound_to": one.bound_to or None,
        "order": one.order or None,
        "about": one.about,
        "matched": list(one.matched),
    }
