"""What a template says whatever the data: its text without tags. Colour: pure. Called by texts and faults."""

import re

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
