"""The files that a browser loads for the console. Colour: door. Mounted by console.opening.

Their path holds a hash over all of them, so that a browser may keep each for ever and still has the newest. Whoever
asks may have them: they are the same in every installation.
"""

import gzip
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.resources import files

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
FOR_EVER, NOT_KEPT = "public, max-age=31536000, immutable", "no-store"


@dataclass(frozen=True)
class Assets:
    """The files by name, read once, each also packed."""

    @cached_property
    def plain(self) -> dict[str, bytes]:
        """The files."""
        folder = files("notifier.web.console") / "assets"
        return {one.name: one.read_bytes() for one in folder.iterdir() if _kind(one.name)}

    @cached_property
    def packed(self) -> dict[str, bytes]:
        """The same, by gzip: a third of the size."""
        return {name: gzip.compress(text, 6, mtime=0) for name, text in self.plain.items()}

    @cached_property
    def version(self) -> str:
        """The hash in their path."""
        whole = sha256()
        for name, text in sorted(self.plain.items()):
            whole.update(name.encode() + b"\x00" + text)
        return whole.hexdigest()[:12]

    async def answer(self, request: Request, version: str, name: str) -> Response:
        """One file, whatever the version: a page that an older server made is shown all the same."""
        if name not in self.plain:
            raise HTTPException(404)
        headers = {"cache-control": FOR_EVER if version == self.version else NOT_KEPT, "vary": "accept-encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            return Response(self.packed[name], 200, headers, _kind(name))
        return Response(self.plain[name], 200, headers, _kind(name))

    def router(self) -> APIRouter:
        """Their route."""
        router = APIRouter()
        path = "/console/assets/{version}/{name}"
        router.add_api_route(path, self.answer, methods=["GET", "HEAD"], response_model=None)
        return router


def _kind(name: str) -> str:
    return KINDS.get(name[name.rfind(".") :], "")
