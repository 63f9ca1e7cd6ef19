"""`/metrics` for Prometheus, `/healthz` and `/readyz` for whoever restarts or calls. Colour: door. Called by serving.

Every answer is counts and words: no address, no path, no secret, and no text of a fault, which could quote any of them.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog
from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from notifier.web.threads import within

log = structlog.get_logger(__name__)

READY_WITHIN = 2.0
"""Seconds after which no answer is an answer: the database does not answer."""

SCRAPE_WITHIN = 9.0
"""Seconds; Prometheus itself gives up after ten."""


def health_app(
    metrics: Callable[[], bytes], not_ready: Callable[[], Sequence[str]], ready_within: float = READY_WITHIN
) -> FastAPI:
    """The three pages. `metrics` and `not_ready` may block: each runs in a thread of its own, one call at a time."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    # Not the loop's own threads: they hand off and settle, and must not wait behind a slow look.
    scrapes, probes = (ThreadPoolExecutor(1, thread_name_prefix=name) for name in ("scrape", "probe"))

    @app.get("/healthz")
    async def healthz() -> Response:
        """The loop turns."""
        return PlainTextResponse("alive\n")

    @app.get("/readyz")
    async def readyz() -> Response:
        """Whether work can be done, else why not, in words."""
        try:
            why = list(await within(ready_within, probes, not_ready))
        except TimeoutError:
            why = ["database"]
        except Exception as fault:  # noqa: BLE001 - as below
            log.error("readiness cannot be told", fault=type(fault).__name__)
            why = ["error"]
        return JSONResponse({"ready": not why, "why": why}, status_code=503 if why else 200)

    @app.get("/metrics")
    async def read_metrics() -> Response:
        """Everything that is counted."""
        try:
            return Response(await within(SCRAPE_WITHIN, scrapes, metrics), media_type=CONTENT_TYPE_LATEST)
        except Exception as fault:  # noqa: BLE001 - what it would say of itself could quote a row
            log.error("metrics cannot be told", fault=type(fault).__name__)
            return PlainTextResponse("metrics cannot be told; the log says why\n", status_code=500)

    return app
