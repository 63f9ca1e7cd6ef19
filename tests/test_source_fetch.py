"""A source is fetched from the address it was resolved to, and from nowhere inside (HOSTILE.md 79)."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from notifier.errors import Permanent, Transient
from notifier.source_fetch import Limits, Seen, fetch

pytestmark = pytest.mark.slow
"""Each speaks to a server of its own."""


class _Shop(BaseHTTPRequestHandler):
    """Serves /feed.csv with an ETag, /gone, /moved, /busy and /large."""

    def do_GET(self) -> None:
        answers = {"/moved": 302, "/busy": 503, "/gone": 404}
        if self.path in answers:
            self._answer(answers[self.path], b"")
        elif self.headers.get("If-None-Match") == '"v1"':
            self._answer(304, b"")
        else:
            self._answer(200, b"x" * 100_000 if self.path == "/large" else b"order_id\n1\n")

    def _answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("ETag", '"v1"')
        self.send_header("Location", "http://127.0.0.1/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def shop():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Shop)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_file_is_fetched_once_and_then_only_when_it_changed(shop, tmp_path):
    first = fetch(f"{shop}/feed.csv", tmp_path / "feed.csv", Seen())
    assert (tmp_path / "feed.csv").read_bytes() == b"order_id\n1\n"
    second = fetch(f"{shop}/feed.csv", tmp_path / "again.csv", first.seen)
    assert (first.changed, second.changed, (tmp_path / "again.csv").exists()) == (True, False, False)


@pytest.mark.parametrize(("path", "error"), [("/moved", "redirect"), ("/gone", "404")])
def test_a_redirect_or_a_missing_file_is_refused(shop, tmp_path, path, error):
    with pytest.raises(Permanent, match=error):
        fetch(f"{shop}{path}", tmp_path / "feed.csv", Seen())


def test_a_busy_server_is_asked_again_later(shop, tmp_path):
    with pytest.raises(Transient, match="503"):
        fetch(f"{shop}/busy", tmp_path / "feed.csv", Seen())


def test_a_file_larger_than_the_limit_is_given_up(shop, tmp_path):
    with pytest.raises(Permanent, match="more than 1,000 bytes"):
        fetch(f"{shop}/large", tmp_path / "feed.csv", Seen(), Limits(size=1000))


def test_a_server_that_is_not_there_is_tried_again(tmp_path):
    with pytest.raises(Transient):
        fetch("http://127.0.0.1:9/feed.csv", tmp_path / "feed.csv", Seen())


@pytest.mark.parametrize(
    "inside",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:169.254.169.254",
        "fe80::1%eth0",
        "fd00::1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
    ],
)
def test_a_name_that_points_inside_is_refused_before_any_connection(tmp_path, inside):
    with pytest.raises(Permanent, match="private network"):
        fetch("https://shop.example/feed.csv", tmp_path / "feed.csv", Seen(), resolver=lambda host, port: [inside])


def test_one_inside_address_among_outside_ones_is_enough_to_refuse(tmp_path):
    with pytest.raises(Permanent, match=r"10\.0\.0\.1"):
        fetch(
            "https://shop.example/", tmp_path / "f", Seen(), resolver=lambda host, port: ["93.184.216.34", "10.0.0.1"]
        )


@pytest.mark.parametrize("url", ["http://shop.example/feed.csv", "ftp://shop.example/feed.csv", "file:///etc/passwd"])
def test_only_https_leaves_this_machine(tmp_path, url):
    with pytest.raises(Permanent, match="https"):
        fetch(url, tmp_path / "feed.csv", Seen(), resolver=lambda host, port: ["93.184.216.34"])
