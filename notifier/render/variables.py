"""The variables and filters of a template as a person picks them. Colour: pure. Called by the console's editor.

What can be called is told by environment.CALLS.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from notifier.render.catalogue import TemplateSource
from notifier.render.context import CATALOGUE, build
from notifier.render.paths import ONE_OF
from notifier.terms.content import Content

GROUPS: Mapping[str, tuple[str, ...]] = {
    "The order": ("greeting", "orders", "order_count", "item_count", "headline", "first_item", "items"),
    "Dates of all lines": (
        *("has_date", "some_dates", "ship_when", "arrive_when", "moved", "shipped_on"),
        *("revised", "answer_by", "refund_by", "transit_days"),
    ),
    "The law's sentences": ("must", "notice", "law"),
    "Links and closing": ("links", "why", "reply_hint", "unsubscribe_label", "answer_hint", "class"),
    "The brand": ("brand", "locale"),
    "Offers": ("alternatives", "reward"),
    "An answer to a reply": ("reply",),
    "A sign-up": ("signup",),
}
"""Headings of the list, and the first words of the variables beneath."""
EACH_LINE = "Each line of the order, inside a loop"
FILTERS: Mapping[str, str] = {
    "abs": "a number without its sign",
    "capitalize": "the first letter large, all others small",
    "count": "how many there are; also length",
    "d": "the same as default",
    "default": 'what to write where there is nothing: {{ reward|default("") }}',
    "e": "the same as escape",
    "escape": "marks of HTML as they are shown; emails do so by themselves",
    "first": "the first of a list",
    "int": "a whole number",
    "join": 'a list as one text: {{ reply.sentences|join(" ") }}',
    "last": "the last of a list",
    "length": "how many there are",
    "lower": "small letters",
    "max": "the largest",
    "min": "the smallest",
    "replace": 'other letters in place of some: {{ orders|replace("#", "") }}',
    "round": "a number, rounded",
    "title": "Each Word With A Large Letter",
    "trim": "without blanks at both ends",
    "truncate": "no more than so many letters: {{ item.name|truncate(30) }}",
    "upper": "LARGE LETTERS",
    "wordcount": "how many words",
}
_ADDRESSES = ("page", "url", "unsubscribe", "confirm")
LONGEST_VALUE = 160


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable. `value` is what it says now, None where the message chosen has nothing there.

    `snippet` is what to insert; `inside` the same within a loop over its list, and empty where it is in none.
    """

    path: str
    group: str
    description: str
    snippet: str
    inside: str = ""
    value: str | None = None


def variables(content: Content, source: TemplateSource, *, email: bool) -> list[Variable]:
    """Every variable in the order of the catalogue's groups, with the values of `content`.

    Raises RenderError for a content that says nothing.
    """
    context: Mapping[str, Any] = build(content, dict(source.words), source.speaks)
    found = [_variable(path, said, context, email=email) for path, said in CATALOGUE.items()]
    order = [*GROUPS, EACH_LINE]
    return sorted(found, key=lambda one: order.index(one.group))


def _variable(path: str, description: str, context: Mapping[str, Any], *, email: bool) -> Variable:
    listed, _, key = path.partition("[]")
    value = shown(_value(path, context))
    if listed == path and path not in ONE_OF:
        return Variable(path, _group(path), description, _snippet(path, description, email=email), value=value)
    one = ONE_OF[listed]
    inside = _snippet(one + key, description, email=email)
    if listed == path:
        inside = f"{{{{ {one}.name }}}}"
    loop = f"{{% for {one} in {listed} %}}{inside} {{% endfor %}}"
    return Variable(path, _group(path), description, loop, inside, value)


def _group(path: str) -> str:
    if path.startswith("items[]"):
        return EACH_LINE
    first = path.partition(".")[0].removesuffix("[]").partition("[")[0]
    return next(name for name, firsts in GROUPS.items() if first in firsts)


def _snippet(path: str, description: str, *, email: bool) -> str:
    if description.startswith("whether"):
        return f"{{% if {path} %}}…{{% else %}}…{{% endif %}}"
    if path in ("reward", "reply", "signup"):
        return f"{{% if {path} %}}…{{% endif %}}"
    if email and path.rpartition(".")[2] in _ADDRESSES:
        return f"{{% if {path} %}}[…]({{{{ {path} }}}}){{% endif %}}"
    return f"{{{{ {path} }}}}"


def _value(path: str, context: Mapping[str, Any]) -> Any:
    """What stands at `path`, of the first of a list; None where nothing does."""
    value: Any = context
    for part in path.split("."):
        value = value.get(part.removesuffix("[]")) if isinstance(value, Mapping) else None
        if part.endswith("[]"):
            value = value[0] if isinstance(value, Sequence) and value else None
    return value


def shown(value: Any) -> str | None:
    """A value as a person reads it; None for nothing."""
    match value:
        case None | "":
            return None
        case bool():
            return "yes" if value else "no"
        case list():
            return f"{len(value)} in all"
        case dict():
            return ", ".join(filter(None, (shown(one) for one in value.values())))[:LONGEST_VALUE]
    return str(value)[:LONGEST_VALUE]
