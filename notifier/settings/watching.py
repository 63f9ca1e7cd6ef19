"""How the shop is watched over: metrics and logs. Colour: root. Read by web.serving and cli."""

from typing import Literal

from pydantic import Field

from notifier.settings.values import Listen, Section, place_of


class Metrics(Section):
    """Where metrics and health are served."""

    listen: Listen = Field(
        "",
        description="Where run and worker serve /metrics, /healthz and /readyz, like 127.0.0.1:9464; empty: nowhere."
        " Each process of a machine needs a port of its own; those of run --workers N are the next ones.",
    )

    @property
    def place(self) -> tuple[str, int] | None:
        """Host and port; None: not served."""
        return place_of(self.listen) if self.listen else None


class Logging(Section):
    """How what happens is written to stderr."""

    format: Literal["text", "json"] = Field(
        "text", description="text: a line that a person reads; json: one JSON object a line, for a collector of logs."
    )
