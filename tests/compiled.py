"""Statements that one test has compiled, for all others of its process: to compile them takes half of a test's time."""

from typing import Any

from sqlalchemy import Engine

_KNOWN: dict[str, tuple[Any, dict[Any, Any]]] = {}


def share_compiled(engine: Engine) -> None:
    """Let `engine` use what others of its kind have compiled. Its connections and its events stay its own."""
    kind = engine.dialect.name
    if kind not in _KNOWN:
        with engine.connect():
            _KNOWN[kind] = (engine.dialect, {})
    # The cache knows a statement by its dialect, so that is shared too; it has no state once it has been connected.
    engine.dialect, cache = _KNOWN[kind]
    engine.update_execution_options(compiled_cache=cache)
