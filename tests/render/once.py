"""Templates compiled once for all tests of a process: to compile one takes ten times as long as to fill it in."""

from functools import cache

from notifier.render.catalogue import TemplateSource
from notifier.render.compile import Compiled, compile_source


@cache
def once(source: TemplateSource) -> Compiled:
    """The template of a source, which is known by its texts."""
    return compile_source(source)
