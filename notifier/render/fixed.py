"""What a template says whatever the data: its text without tags, and the words written within them.

Colour: pure. Called by texts and faults.
"""

import re
from collections.abc import Iterator

from jinja2 import nodes

from notifier.render.environment import Wrong, environment, parsed
from notifier.terms.words import Tone

_OPENED = {"{{": "}}", "{%": "%}", "{#": "#}"}
_VISIBLE = re.compile(r"[^\n]")


def fixed(template: str) -> str:
    """The template with every tag as blanks, so that each letter keeps its line and column; takes one look at each."""
    out, at = [], 0
    while (opened := _next(template, at)) >= 0:
        closing = template.find(_OPENED[template[opened : opened + 2]], opened + 2)
        end = len(template) if closing < 0 else closing + 2
        out += [template[at:opened], _VISIBLE.sub(" ", template[opened:end])]
        at = end
    return "".join((*out, template[at:]))


def _next(template: str, start: int) -> int:
    """Where the next tag opens; -1: nowhere."""
    at = template.find("{", start)
    while at >= 0 and template[at : at + 2] not in _OPENED:
        at = template.find("{", at + 1)
    return at


def within_tags(template: str) -> list[list[tuple[int, str]]]:
    """For each tone, (line, words) of the texts written within tags that may be sent: of you("Sie", "du") one.

    What something is only compared with is not sent. What is no template says nothing.
    """
    tree = parsed(environment(html=False), template)
    try:
        return [[] if isinstance(tree, Wrong) else list(_words(tree, tone)) for tone in Tone]
    except RecursionError:
        return [[] for _ in Tone]


def _words(node: nodes.Node, tone: Tone) -> Iterator[tuple[int, str]]:
    match node:
        case nodes.Compare() | nodes.Test() | nodes.TemplateData():
            return
        case nodes.Const(value=str(said)):
            yield node.lineno, said
        case nodes.Call(node=nodes.Name(name="you"), args=[formal, informal]):
            yield from _words(formal if tone is Tone.FORMAL else informal, tone)
        case nodes.Getitem(node=inner):
            yield from _words(inner, tone)
        case _:
            for child in node.iter_child_nodes(exclude=("test",)):
                yield from _words(child, tone)
