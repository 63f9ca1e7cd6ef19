"""Which variables a template uses, by the names of the catalogue: items[].name. Colour: pure. Called by faults.

A name that a loop or a set gave is followed to what it stands for; where that cannot be told, nothing is said.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jinja2 import nodes

from notifier.render.context import CATALOGUE, TOP
from notifier.render.environment import LONGEST_NAME, LOOP

Meant = frozenset[str]
_NOTHING: Meant = frozenset()
ALIASES: Mapping[str, str] = {"first_item": "items[]"}
"""Variables that stand for one of a list."""
ONE_OF: Mapping[str, str] = {"items": "item", "alternatives": "other", "reply.sentences": "sentence"}
"""What one of a list is called in a loop."""


def _known() -> Meant:
    """Every path there is, those on the way to one among them."""
    found: set[str] = {"loop", *(f"loop.{name}" for name in LOOP)}
    for name in CATALOGUE:
        whole = ""
        for part in name.split("."):
            whole = f"{whole}.{part}" if whole else part
            found |= {whole, whole.removesuffix("[]")}
    return frozenset(found)


KNOWN = _known()
TABLES = frozenset(path.rpartition(".")[0] for path in KNOWN if "." in path)
"""The paths that have something within."""
LISTS = frozenset(path.removesuffix("[]") for path in KNOWN if path.endswith("[]"))


@dataclass(frozen=True, slots=True)
class Used:
    """One use of a variable: its path as the catalogue writes it, its line, and its last word as written."""

    path: str
    line: int
    word: str

    @property
    def exists(self) -> bool:
        """Whether there is such a variable."""
        return self.path in KNOWN


@dataclass(slots=True)
class _Walk:
    """What names stand for, as far as the template was read."""

    means: dict[str, Meant] = field(default_factory=dict)

    def of(self, node: nodes.Node) -> Meant:
        """The paths that an expression may stand for; none: that cannot be told."""
        match node:
            case nodes.Name(name=name):
                known = frozenset({ALIASES.get(name, name)}) if name in TOP or name == "loop" else _NOTHING
                return self.means.get(name, known)
            case nodes.Getattr(node=inner, attr=key) | nodes.Getitem(node=inner, arg=nodes.Const(value=str(key))):
                return frozenset(f"{base}.{key}" for base in self.of(inner) if base in TABLES | LISTS)
            case nodes.Getitem(node=inner, arg=nodes.Const() | nodes.Neg()):
                return self._one_of(inner)
            case nodes.Filter(node=nodes.Node() as inner, name="first" | "last"):
                return self._one_of(inner)
            case nodes.Getitem(node=inner, arg=nodes.Slice()):
                return self.of(inner)
        return _NOTHING

    def _one_of(self, node: nodes.Node) -> Meant:
        return frozenset(f"{base}[]" for base in self.of(node) if base in LISTS)

    def read(self, node: nodes.Node) -> Iterator[Used]:
        """Every use within `node`, in the order of writing."""
        match node:
            case nodes.For(target=nodes.Name(name=name), iter=looped):
                yield from self.read(looped)
                self.means[name] = self._one_of(looped) | self.means.get(name, _NOTHING)
                for part in (*node.body, *node.else_, *((node.test,) if node.test else ())):
                    yield from self.read(part)
                return
            case nodes.Assign(target=nodes.Name(name=name), node=value):
                yield from self.read(value)
                self.means[name] = self.of(value)
                return
        for child in node.iter_child_nodes():
            yield from self.read(child)
        word = node.attr if isinstance(node, nodes.Getattr) else getattr(node, "name", "")
        if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
            yield from (Used(path, node.lineno, str(word)) for path in sorted(self.of(node)))


def used(tree: nodes.Template) -> list[Used]:
    """Every use of a variable, in the order of writing. Raises RecursionError for one nested too deeply."""
    return list(_Walk().read(tree))


def unknown(one: Used) -> tuple[str, str]:
    """What is wrong with a use of what does not exist, and the remedy."""
    base, _, key = one.path.rpartition(".")
    if base in LISTS and f"{base}[].{key}" in KNOWN:
        return f"{base} is a list; {key} is something that each of it has", inside_loop(f"{base}[].{key}")
    within = [path.rpartition(".")[2] for path in KNOWN if path.rpartition(".")[0] == base]
    near = difflib.get_close_matches(key, within, 1) if len(key) <= LONGEST_NAME else []
    said = f"there is no variable {one.path!r}" + (f"; did you mean {near[0]!r}?" if near else "")
    return said, f"write {near[0]}" if near else f"there are: {', '.join(sorted(within))}"


def inside_loop(path: str) -> str:
    """The remedy for something that only the lines of a list have."""
    listed, _, key = path.partition("[].")
    one = ONE_OF[listed]
    return f"write {{{{ {one}.{key} }}}} inside {{% for {one} in {listed} %}} … {{% endfor %}}"
