"""A path that takes larger bodies: from whom it knows by the headers alone, few at once, within a time of its own."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from notifier.web.app import web_app
from notifier.web.gate import Bounds, Front, Room
from tests.standins.served import served
from tests.web import plain_http

USUAL = Bounds(most_bytes=1000)
LARGER = Bounds(most_bytes=5000, most_at_once=1, body_within=60)
KNOWN = {"x-known": "yes"}


async def admits(scope: Mapping[str, Any]) -> bool:
    return (b"x-known", b"yes") in scope["headers"]


@contextmanager
def opened(prefix: str = "", larger: Bounds = LARGER) -> Iterator[str]:
    routes = APIRouter()

    async def size(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    for path in ("/file", "/form", "/of/ada/told"):
        routes.add_api_route(path, size, methods=["POST"])
    front = Front(f"https://go.shop.example{prefix}")
    rooms = [Room("/file", admits, larger), Room("/of/{whom}/told", admits, LARGER, "/much")]
    with served(web_app(front, [routes], USUAL, rooms)) as address:
        yield address


@pytest.fixture
def address() -> Iterator[str]:
    with opened() as found:
        yield found


def sent(address: str, size: int, path: str = "/file", **headers: str) -> tuple[int, str]:
    answer = plain_http.post(address + path, content=b"x" * size, headers=headers)
    return answer.status_code, answer.text


def test_who_is_known_may_bring_a_larger_body(address: str) -> None:
    assert sent(address, 5000, **KNOWN) == (200, "5000")


def test_the_larger_bound_is_one_too(address: str) -> None:
    assert sent(address, 5001, **KNOWN)[0] == 413


def test_who_is_not_known_has_the_usual_bound_there(address: str) -> None:
    assert (sent(address, 1000), sent(address, 1001)[0]) == ((200, "1000"), 413)


def test_no_other_path_takes_more(address: str) -> None:
    assert sent(address, 1001, "/form", **KNOWN)[0] == 413


def test_a_part_of_a_rooms_path_may_stand_for_any_one(address: str) -> None:
    assert sent(address, 5000, "/of/ada/told", **KNOWN) == (200, "5000")
    assert sent(address, 5000, "/of//told", **KNOWN)[0] == 413


def test_who_brings_more_than_fits_is_led_to_the_page_that_says_so(address: str) -> None:
    answer = plain_http.post(f"{address}/of/ada/told", content=b"x" * 5001, headers=KNOWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/much")


def test_who_is_not_known_is_led_nowhere(address: str) -> None:
    assert sent(address, 5001, "/of/ada/told")[0] == 413


def test_a_body_that_does_not_say_its_size_has_the_usual_bound(address: str) -> None:
    answer = plain_http.post(address + "/file", content=iter([b"x" * 900, b"x" * 900]), headers=KNOWN)
    assert answer.status_code == 413


def test_a_path_under_the_public_prefix_is_the_same_one() -> None:
    with opened("/shop") as address:
        assert sent(address, 5000, "/shop/file", **KNOWN) == (200, "5000")


def begun(address: str) -> socket.socket:
    """A larger body that has begun and does not come."""
    parts = urlsplit(address)
    line = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=120)
    line.sendall(
        b"POST /file HTTP/1.1\r\nHost: x\r\nX-Known: yes\r\nExpect: 100-continue\r\nContent-Length: 4000\r\n\r\n"
    )
    assert b" 100 " in line.recv(100)
    return line


def test_a_stranger_is_refused_before_the_body_comes(address: str) -> None:
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=120) as line:
        line.sendall(b"POST /file HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n")
        assert b" 413 " in line.recv(100)


def test_only_so_many_are_on_their_way_at_once(address: str) -> None:
    with begun(address):
        assert sent(address, 5000, **KNOWN)[0] == 503


def test_a_slow_one_is_given_up_and_makes_room_for_another() -> None:
    with opened(larger=replace(LARGER, body_within=2)) as address:
        with begun(address) as slow:
            assert b" 408 " in slow.recv(100)
        assert sent(address, 5000, **KNOWN)[0] == 200
