"""How the shop is watched over: metrics and logs. Colour: root. Read by web.serving and cli."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from notifier.settings.values import Section


def _listen(text: str) -> str:
    if text and _place(text) is None:
        raise ValueError(f"{text!r} is no place to listen at; write one like 127.0.0.1:9464, or [::1]:9464")
    return text


def _place(text: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(f"//{text}")
        found = (parts.hostname, parts.port)
    except ValueError:
        return None
    whole = f"[{found[0]}]:{found[1]}" if found[0] and ":" in found[0] else f"{found[0]}:{found[1]}"
    return (found[0], found[1]) if found[0] and found[1] and whole == text.lower() else None


class Metrics(Section):
    """Where metrics and health are served."""

    listen: Annotated[str, AfterValidator(_listen)] = Field(
        "",
        description="Where run and worker serve /metrics, /healthz and /readyz, like 127.0.0.1:9464; empty: nowhere."
        " Each process of a machine needs a port of its own; those of run --workers N are the next ones.",
    )

    @property
    def place(self) -> tuple[str, int] | None:
        """Host and port; None: not served."""
        return _place(self.listen) if self.listen else None


class Logging(Section):
    """How what happens is written to stderr."""

    format: Literal["text", "json"] = Field(
        "text", description="text: a line that a person reads; json: one JSON object a line, for a collector of logs."
    )
