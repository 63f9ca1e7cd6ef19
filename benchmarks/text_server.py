"""A process that answers like Twilio's Messages API and does as little as it can, so that it is never the bottleneck.

It speaks the bytes itself: a web framework costs as much as the client that is measured.
"""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import cast

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"


class Answering(asyncio.Protocol):
    """One kept connection: each whole request gets the answer to an accepted text, with a SID of its own."""

    taken = 0

    def __init__(self) -> None:
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to write."""
        self._out = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer as soon as the body is there."""
        self._unread += data
        head, end, body = self._unread.partition(_END)
        length = _LENGTH.search(head)
        if end and len(body) >= int(length[1] if length else 0):
            self._unread = b""
            Answering.taken += 1
            self._out.write(_ANSWER.replace(_SID, b"SM%032x" % Answering.taken))


_SID = b"SM" + b"?" * 32


def _answer() -> bytes:
    """All fields that Twilio sends of a text it accepted."""
    now = format_datetime(datetime(2026, 6, 1, 15, 0, tzinfo=UTC))
    sid, account = _SID.decode(), "AC" + "0" * 32
    empty = dict.fromkeys(("date_sent", "error_code", "error_message", "from", "price"))
    place = {"uri": f"/2010-04-01/Accounts/{account}/Messages/{sid}.json", "subresource_uris": {}}
    what = {"sid": sid, "account_sid": account, "messaging_service_sid": "MG" + "0" * 32, "status": "accepted"}
    text = {"to": "+15005550006", "body": "", "direction": "outbound-api", "num_segments": "0", "num_media": "0"}
    dates = {"date_created": now, "date_updated": now, "price_unit": "USD", "api_version": "2010-04-01"}
    body = json.dumps(what | text | dates | empty | place).encode()
    head = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


_ANSWER = _answer()


@contextmanager
def text_server() -> Iterator[str]:
    """Run it and give its URL."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.text_server"], text=True, stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
