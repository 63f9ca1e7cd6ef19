"""A shop's own system that takes actions by its webhook, on loopback."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class ShopSystem:
    """What it answers, and what it got: headers and body of each request."""

    url: str = ""
    code: int = 200
    answer: bytes = b"{}"
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def shop_system() -> Iterator[ShopSystem]:
    """Serve until the block ends."""
    found = ShopSystem()

    class _Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append((dict(self.headers), body))
            self.send_response(found.code)
            self.send_header("Location", "http://127.0.0.1/elsewhere")
            self.send_header("Content-Length", str(len(found.answer)))
            self.end_headers()
            self.wfile.write(found.answer)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    found.url = f"http://127.0.0.1:{server.server_port}/actions"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
