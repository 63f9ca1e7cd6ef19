"""Fetches a configured source's https address into a file. Colour: wire. Called by pipeline, never in a transaction.

The address is pinned, and redirects are not followed (HOSTILE.md 79).
"""

import time
from dataclasses import dataclass
from pathlib import Path

import httpx2

from notifier.errors import Permanent, Transient
from notifier.pinned import Resolve, pinned, resolve

LARGEST = 2 * 1024**3
CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
WHOLE_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What the server said of the file last time, so that it need not send it again."""

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes and seconds after which a download is given up."""

    size: int = LARGEST
    seconds: float = WHOLE_SECONDS


@dataclass(frozen=True, slots=True)
class Fetched:
    """`changed` is False where the server said that nothing is new; no file was written then."""

    changed: bool
    seen: Seen


def fetch(url: str, into: Path, seen: Seen, limits: Limits = Limits(), resolver: Resolve = resolve) -> Fetched:
    """Download `url` to `into` unless it is unchanged since `seen`.

    Raises Permanent for an address or an answer that will not do, Transient for what may be better at the next try.
    """
    target = pinned(url, resolver)
    headers = {"Host": target.host_header, "Accept-Encoding": "identity"}
    if seen.etag:
        headers["If-None-Match"] = seen.etag
    if seen.modified:
        headers["If-Modified-Since"] = seen.modified
    timeout = httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    try:
        # trust_env: a proxy from the environment would resolve the name once more
        with (
            httpx2.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", target.url, headers=headers, extensions={"sni_hostname": target.host}) as answer,
        ):
            if answer.status_code == httpx2.codes.NOT_MODIFIED:
                return Fetched(False, seen)
            _refuse_answer(url, answer)
            _save(url, answer, into, limits)
            return Fetched(True, Seen(answer.headers.get("etag", ""), answer.headers.get("last-modified", "")))
    except httpx2.HTTPError as error:
        raise Transient(
            f"{target.host}: {type(error).__name__} while fetching the source; it is tried again"
        ) from error


def _refuse_answer(url: str, answer: httpx2.Response) -> None:
    host = httpx2.URL(url).host
    if answer.status_code == httpx2.codes.OK:
        return
    if answer.is_redirect:
        raise Permanent(f"{host} answers with a redirect, which is not followed; write its target as the source's url")
    if answer.status_code in (408, 425, 429) or answer.is_server_error:
        raise Transient(f"{host} answers {answer.status_code}; it is tried again")
    raise Permanent(f"{host} answers {answer.status_code}; check the url of the source and who may read it")


def _save(url: str, answer: httpx2.Response, into: Path, limits: Limits) -> None:
    began, size = time.monotonic(), 0
    host = httpx2.URL(url).host
    with into.open("wb") as stream:
        for chunk in answer.iter_bytes():
            size += len(chunk)
            if size > limits.size:
                raise Permanent(f"{host} sends more than {limits.size:,} bytes; split the export")
            if time.monotonic() - began > limits.seconds:
                raise Transient(f"{host} is slower than {limits.seconds:.0f} seconds; it is tried again")
            stream.write(chunk)
