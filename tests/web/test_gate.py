"""The gate around all routes: bounds of size, time and number, headers of every answer, and who is asking."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from notifier.web.app import web_app
from notifier.web.buckets import Buckets, neighbourhood
from notifier.web.gate import Bounds, Front
from notifier.web.threads import Threads
from tests.standins.served import served
from tests.web import plain_http

SECRET = "token-of-ann"
FRONT = Front("https://go.shop.example", [ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")])
CSP = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


def router() -> APIRouter:
    routes = APIRouter()

    @routes.get("/page/{token}")
    async def page(token: str) -> Response:
        return HTMLResponse(
            "hello", headers={"Content-Security-Policy": "style-src 'self'", "X-Content-Type-Options": "guess"}
        )

    @routes.get("/fails/{token}")
    async def fails(token: str) -> Response:
        raise RuntimeError(token)

    @routes.get("/whole/{number}")
    async def whole(number: int) -> Response:
        return PlainTextResponse(str(number))

    @routes.get("/refused")
    async def refused() -> Response:
        raise HTTPException(403, "because of ann")

    @routes.post("/size")
    async def size(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    @routes.get("/who")
    async def who(request: Request) -> Response:
        assert request.client
        return PlainTextResponse(request.client.host)

    return routes


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(web_app(FRONT, [router()])) as found:
        yield found


ASKED = [
    ("GET", "/page/1", 200),
    ("GET", "/nothing", 404),
    ("GET", "/", 404),
    ("GET", "/docs", 404),
    ("GET", "/openapi.json", 404),
    ("GET", "/page/1/", 404),
    ("POST", "/page/1", 405),
    ("OPTIONS", "/page/1", 405),
    ("GET", "/whole/x", 400),
    ("GET", "/refused", 403),
    ("GET", f"/fails/{SECRET}", 500),
]


@pytest.mark.parametrize(("method", "path", "status"), ASKED)
def test_every_answer_has_the_headers_that_protect_it(address: str, method: str, path: str, status: int) -> None:
    answer = plain_http.request(method, address + path)
    said = {name: answer.headers.get(name) for name in ("x-content-type-options", "referrer-policy", "cache-control")}
    assert (answer.status_code, said) == (
        status,
        {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cache-control": "no-store"},
    )


@pytest.mark.parametrize(("method", "path", "status"), ASKED[1:])
def test_what_is_refused_says_no_more_than_that(address: str, method: str, path: str, status: int) -> None:
    answer = plain_http.request(method, address + path)
    words = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}
    assert (answer.text, answer.headers["content-security-policy"]) == (
        f"{words.get(status, 'Internal Server Error')}\n",
        CSP,
    )


def test_a_page_may_allow_its_own_style(address: str) -> None:
    assert plain_http.get(f"{address}/page/1").headers["content-security-policy"] == "style-src 'self'"


def test_nothing_of_a_path_comes_into_the_log(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (f"/page/{SECRET}", f"/fails/{SECRET}", f"/nothing/{SECRET}?t={SECRET}"):
        plain_http.get(address + path)
    told = capsys.readouterr()
    assert SECRET not in told.out + told.err


def test_a_body_may_be_so_large(address: str) -> None:
    assert plain_http.post(f"{address}/size", content=b"x" * 65_536).text == "65536"


@pytest.mark.parametrize("content", [b"x" * 65_537, iter([b"x" * 40_000, b"x" * 40_000])], ids=["said", "in_pieces"])
def test_a_larger_body_is_refused(address: str, content: Any) -> None:
    assert plain_http.post(f"{address}/size", content=content).status_code == 413


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    hasty = web_app(FRONT, [router()], Bounds(body_within=0.3))
    with served(hasty) as address, connected(address) as slow:
        slow.sendall(b"POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx")
        assert slow.recv(100).startswith(b"HTTP/1.1 408 ")


@contextmanager
def trickling(bounds: Bounds) -> Iterator[str]:
    """An app that is in the midst of reading a body from 203.0.113.7."""
    head = (
        b"POST /size HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7\r\nExpect: 100-continue\r\n"
        b"Content-Length: 9\r\n\r\n"
    )
    patient = replace(bounds, body_within=600)
    with served(web_app(FRONT, [router()], patient)) as address, connected(address) as slow:
        slow.sendall(head)
        assert b" 100 " in slow.recv(100)
        yield address


def connected(address: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), timeout=120)


def sized(address: str, who: str) -> int:
    return plain_http.post(f"{address}/size", content=b"x", headers={"X-Forwarded-For": who}).status_code


def test_a_body_on_its_way_takes_no_place_inside() -> None:
    with trickling(Bounds(most_at_once=1)) as address:
        assert sized(address, "203.0.113.7") == 200


def test_who_lets_bodies_trickle_shuts_out_nobody_else() -> None:
    with trickling(Bounds(most_reading_each=1)) as address:
        assert [sized(address, who) for who in ("203.0.113.7", "203.0.113.8")] == [503, 200]


def test_bodies_on_their_way_are_bounded_together() -> None:
    with trickling(Bounds(most_reading=1)) as address:
        assert sized(address, "203.0.113.8") == 503


@pytest.mark.parametrize(
    ("forwarded", "who"),
    [
        ([], "127.0.0.1"),
        (["203.0.113.7"], "203.0.113.7"),
        (["1.1.1.1, 203.0.113.7"], "203.0.113.7"),
        (["1.1.1.1, 203.0.113.7, 10.1.2.3"], "203.0.113.7"),
        (["203.0.113.7", "10.1.2.3"], "203.0.113.7"),
        (["2001:db8::1"], "2001:db8::1"),
        (["203.0.113.7:51234"], "203.0.113.7"),
        (["[2001:db8::1]:51234, 10.1.2.3:80"], "2001:db8::1"),
        (["nobody"], "127.0.0.1"),
        ([""], "127.0.0.1"),
        (["10.0.0.1"], "10.0.0.1"),
    ],
)
def test_who_asks_is_the_last_before_our_proxies(address: str, forwarded: list[str], who: str) -> None:
    headers = [("X-Forwarded-For", value) for value in forwarded]
    assert plain_http.get(f"{address}/who", headers=headers).text == who


def test_a_proxy_that_is_not_listed_is_not_believed() -> None:
    with served(web_app(Front("https://go.shop.example"), [router()])) as address:
        assert plain_http.get(f"{address}/who", headers={"X-Forwarded-For": "203.0.113.7"}).text == "127.0.0.1"


@contextmanager
def waiting(most: int, answer_within: float = 600) -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """An app with a route whose thread waits; the events: it has begun, and it may end."""
    begun, end, threads, routes = threading.Event(), threading.Event(), Threads(1, answer_within), APIRouter()

    def wait() -> None:
        begun.set()
        end.wait(600)

    @routes.get("/wait")
    async def waits() -> Response:
        await threads.run(wait)
        return PlainTextResponse("done")

    try:
        with served(web_app(FRONT, [routes], Bounds(most_at_once=most))) as address:
            yield address, begun, end
    finally:
        end.set()
        threads.close()


async def test_the_loop_answers_while_a_thread_waits() -> None:
    with waiting(most=5) as (address, begun, end):
        async with httpx2.AsyncClient(base_url=address, timeout=600) as client:
            slow = asyncio.create_task(client.get("/wait"))
            await asyncio.to_thread(begun.wait, 600)
            other = await client.get("/nothing")
            end.set()
            assert (other.status_code, (await slow).text) == (404, "done")


async def test_more_than_so_many_at_once_are_refused() -> None:
    with waiting(most=1) as (address, begun, end):
        async with httpx2.AsyncClient(base_url=address, timeout=600) as client:
            slow = asyncio.create_task(client.get("/wait"))
            await asyncio.to_thread(begun.wait, 600)
            other = await client.get("/nothing")
            end.set()
            await slow
            assert (other.status_code, other.text, other.headers["referrer-policy"]) == (
                503,
                "Service Unavailable\n",
                "no-referrer",
            )


def test_what_takes_too_long_is_answered_all_the_same() -> None:
    with waiting(most=5, answer_within=0.05) as (address, _, _):
        assert plain_http.get(f"{address}/wait").status_code == 503


def test_a_bucket_fills_again_with_time() -> None:
    now = [0.0]
    buckets = Buckets(at_once=2, per_minute=60, steady=lambda: now[0])
    taken = [buckets.take("a") for _ in range(3)]
    now[0] = 1.0
    assert (taken, buckets.take("a"), buckets.take("a")) == ([True, True, False], True, False)


def test_only_so_many_buckets_are_kept() -> None:
    buckets = Buckets(at_once=1, per_minute=1, most_names=10, steady=lambda: 0.0)
    for number in range(1000):
        buckets.take(str(number))
    assert buckets.names == 10


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("203.0.113.7", "203.0.113.8", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
    ],
)
def test_an_ipv6_network_shares_a_bucket(one: str, other: str, same: bool) -> None:
    assert (neighbourhood(one) == neighbourhood(other)) == same
