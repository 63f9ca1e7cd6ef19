"""What is logged, on stderr: a line for people, or one JSON object a line. Colour: door. Called by session.

Every library's words come through here too. They are not ours, and may quote a row or an address: of a record only the
first line is kept, without addresses and numbers, and of an exception only its kind.
"""

import json
import logging
import re
import sys
from typing import Any

import structlog

_ADDRESS = re.compile(r"[^\s<>,;:()\"'=]+@[^\s<>,;:()\"']+|\+?\d[\d ()/-]{6,}\d")
"""An email address, or what could be a phone number."""


def log_to_stderr(as_json: bool) -> None:
    """Log from now on, ours by structlog and that of libraries from warnings on."""
    layout: Any = structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"])
    if as_json:
        layout = structlog.processors.JSONRenderer(serializer=_one_line)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            layout,
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
    root = logging.getLogger()
    if not any(isinstance(one, _OfLibraries) for one in root.handlers):
        root.addHandler(_OfLibraries(logging.WARNING))


class _OfLibraries(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        first = (record.getMessage().splitlines() or [""])[0]
        words: dict[str, str] = {"logger": record.name}
        if record.exc_info and record.exc_info[0]:
            words["fault"] = record.exc_info[0].__name__
        level = "error" if record.levelno >= logging.ERROR else "warning"
        getattr(structlog.get_logger(), level)(_ADDRESS.sub("<address>", first), **words)


def _one_line(event: dict[str, Any], **_: Any) -> str:
    return json.dumps(event, ensure_ascii=False, default=str)
