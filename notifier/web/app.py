"""The web app: routes of any number of routers, behind one gate. Colour: door. Called by opening.

There is no page that describes the routes, nothing redirects by what a request says of its host, and what is refused
or not there says no more than that.
"""

from collections.abc import Sequence
from typing import Any, cast

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response
from starlette.exceptions import HTTPException

from notifier.web.gate import Application, Bounds, Front, Gate, Room, plain_words


def web_app(
    front: Front, routers: Sequence[APIRouter], bounds: Bounds | None = None, rooms: Sequence[Room] = ()
) -> Application:
    """The ASGI app with these routers; what they refuse they raise as HTTPException, whose words are not shown.

    `rooms` are paths that take larger bodies from whom they know.
    """
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers={HTTPException: _refused, RequestValidationError: _unreadable, Exception: _failed},
    )
    for router in routers:
        app.include_router(router)
    return Gate(cast(Application, app), front, bounds or Bounds(), rooms)


async def _refused(_: Any, refusal: HTTPException) -> Response:
    return PlainTextResponse(plain_words(refusal.status_code), refusal.status_code, refusal.headers)


async def _unreadable(_: Any, __: Exception) -> Response:
    return PlainTextResponse(plain_words(400), 400)


async def _failed(_: Any, __: Exception) -> Response:
    return PlainTextResponse(plain_words(500), 500)
