"""One request of somebody who is signed in, and the ways to answer it. Colour: door. Given to every route's answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from notifier.pipeline.house import House
from notifier.settings import Settings
from notifier.terms.operator import Operator
from notifier.web.console.desk import Desk
from notifier.web.console.nav import areas_for
from notifier.web.console.said import Said, packed, unpacked

Found = TypeVar("Found")

MOST_FIELD = 512 * 1024
"""Bytes of one field; how long its text may be, who reads it says."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. `session` is the hash of its session, `fields` what a POST brought."""

    request: Request
    desk: Desk
    operator: Operator
    now: datetime
    session: str = field(default="", repr=False)
    fields: FormData = field(default_factory=FormData, repr=False)

    @property
    def house(self) -> House:
        """The shop."""
        return self.desk.house

    @property
    def settings(self) -> Settings:
        """Its settings."""
        return self.desk.settings

    @property
    def path(self) -> Mapping[str, str]:
        """The parameters in the path."""
        return self.request.path_params

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters behind the ?, the last of each name."""
        return self.request.query_params

    @property
    def form(self) -> Mapping[str, str]:
        """The fields of a POST, the last of each name; no files."""
        return {name: value for name, value in self.fields.multi_items() if isinstance(value, str)}

    def file(self, name: str) -> UploadFile | None:
        """A file that came with the form."""
        found = self.fields.get(name)
        return found if isinstance(found, UploadFile) else None

    @property
    def by_htmx(self) -> bool:
        """Whether a piece of a page is asked for, by script."""
        return self.request.headers.get("hx-request") == "true"

    async def run(self, act: Callable[[], Found]) -> Found:
        """What `act` gives, in a thread: whatever touches the database goes through here."""
        return await self.desk.threads.run(act)

    async def rendered(self, act: Callable[[], Found]) -> Found:
        """What `act` gives, in the one thread of the previews: what renders goes through here, and writes nothing."""
        return await self.desk.threads.guarded(self.desk.previews.run(act))

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A whole page. What was to be said once is said on it."""
        said = self.request.cookies.get(self.desk.cookie("said"), "")
        told = unpacked(self.house.web.keys, self.operator, said)
        answer = self.desk.paper.page(template, status, self._around() | {"said": told} | values)
        if said:
            self.desk.drop_cookie(answer, "said")
        return answer

    def part(self, template: str, status: int = 200, **values: Any) -> Response:
        """A piece of a page."""
        return self.desk.paper.part(template, status, self._around() | values)

    def to(self, path: str, said: str = "", undo: str = "") -> Response:
        """Go to another page, which says `said` once; `undo` is the path of a POST that takes it back."""
        answer: Response = RedirectResponse(path, 303)
        if said:
            self.desk.set_cookie(answer, "said", packed(self.house.web.keys, self.operator, Said(said, undo)), 60)
        return answer

    def _around(self) -> dict[str, Any]:
        areas = areas_for(self.operator, self.request.url.path)
        return {"me": self.operator, "areas": areas, "now": self.now, "here": self.request.url.path}
