"""The sandbox a template runs in (HOSTILE 27 to 32). Colour: pure. Called by compile and texts.

Allow lists throughout: what a template may write (node types), call (functions), and apply (filters, tests). Attributes
exist on plain tables only. What still costs time or memory is stopped from outside by `render_pool`.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, Undefined, nodes
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifier.errors import RenderError
from notifier.render import clean
from notifier.render.context import CATALOGUE, TOP
from notifier.terms.words import Tone

FILTERS = frozenset(
    "abs capitalize count d default e escape first int join last length lower max min replace round title trim "
    "truncate upper wordcount".split()
)
TESTS = frozenset(
    "defined undefined none odd even divisibleby eq ne lt gt le ge in equalto greaterthan lessthan".split()
)
LOOP = frozenset("index index0 revindex revindex0 first last length".split())
NODES: tuple[type[nodes.Node], ...] = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.Name, nodes.Const),
    *(nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Test, nodes.Call, nodes.Keyword, nodes.CondExpr),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Concat, nodes.List, nodes.Tuple),
    *(nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos),
)
LONGEST_NAME = 40
"""Characters; no name is longer."""
NAMES = sorted({part for name in CATALOGUE for part in name.replace("[]", "").split(".")} | LOOP)


def plural(count: int, one: str, many: str) -> str:
    """`one` for 1, else `many`: {{ plural(item_count, "item", "items") }}."""  # noqa: D402
    return one if count == 1 else many


def _formal(formal: str, informal: str) -> str:  # noqa: ARG001 - called like the other one
    return formal


def _informal(formal: str, informal: str) -> str:  # noqa: ARG001 - called like the other one
    return informal


_YOU = {Tone.FORMAL: _formal, Tone.INFORMAL: _informal}
FUNCTIONS: Mapping[str, Any] = {"plural": plural, "you": _formal}
CALLS: Mapping[str, str] = {
    'plural(item_count, "item", "items")': "the first words where the number is 1, else the second ones",
    'you("Sie können", "du kannst")': "the first words where the brand speaks formally, else the second ones",
}
"""What can be called, for the docs and the editor: beside CATALOGUE, which says what can be inserted."""


class Missing(StrictUndefined):
    """A variable that does not exist: told with the nearest one that does."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        return missing(str(self._undefined_name))


def missing(name: str) -> str:
    """There is no variable 'nam'; did you mean 'name'?"""
    near = _near(name, NAMES)
    return f"there is no variable {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")


class Sandbox(ImmutableSandboxedEnvironment):
    """No loader, no globals but FUNCTIONS, attributes on plain tables only."""

    intercepted_binops = frozenset({"*", "%"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`obj.attribute` of a table, or one of LOOP's names of a loop; anything else does not exist."""
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`obj[argument]` of a table, list or text."""
        if type(obj) is dict and argument in obj:
            return obj[argument]
        if isinstance(obj, LoopContext) and argument in LOOP:
            return getattr(obj, argument)
        if isinstance(obj, list | str | tuple) and isinstance(argument, int | slice):
            try:
                return obj[argument]
            except IndexError:
                return self.undefined(obj=obj, name=str(argument))
        if isinstance(obj, Undefined):
            obj._fail_with_undefined_error()  # noqa: SLF001
        return self.undefined(obj=obj, name=argument if isinstance(argument, str) else "[...]")

    def is_safe_callable(self, obj: Any) -> bool:
        """Only the functions named in FUNCTIONS, in either tone."""
        return any(obj is one for one in (*FUNCTIONS.values(), _informal))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Numbers only: 'A' * 300000000 and '%900000000d' % 1 are memory bombs."""
        if not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise SecurityError(f"{operator} works on numbers only")
        return super().call_binop(context, operator, left, right)


def environment(*, html: bool, tone: Tone = Tone.FORMAL) -> Sandbox:
    """A fresh sandbox; data is escaped where `html`, and `you` speaks in the brand's `tone`."""
    made = Sandbox(autoescape=html, undefined=Missing, loader=None, cache_size=0)
    made.globals = {**FUNCTIONS, "you": _YOU[tone]}
    made.filters = {name: one for name, one in made.filters.items() if name in FILTERS} | {"link": clean.link}
    made.tests = {name: one for name, one in made.tests.items() if name in TESTS}
    return made


@dataclass(frozen=True, slots=True)
class Wrong:
    """What a template may not write: its line, the word at fault (empty: the line as a whole), and what is wrong."""

    line: int
    word: str
    text: str


def check(sandbox: Sandbox, text: str, name: str, allowed: frozenset[str] = frozenset()) -> None:
    """Refuse what a template may not write. `allowed` are top names beside the catalogue's.

    Raises RenderError with line, for the first fault.
    """
    for wrong in wrongs(sandbox, text, allowed):
        raise RenderError(wrong.text, f"{name} line {wrong.line}" if wrong.line else name)


def parsed(sandbox: Sandbox, text: str) -> nodes.Template | Wrong:
    """The syntax tree of a text, or why there is none."""
    try:
        return sandbox.parse(text)
    except TemplateSyntaxError as error:
        return Wrong(error.lineno, "", error.message or "is no valid template")
    except (RecursionError, TemplateError):
        return Wrong(0, "", "is nested too deeply")


def wrongs(sandbox: Sandbox, text: str, allowed: frozenset[str] = frozenset()) -> Iterator[Wrong]:
    """Everything that a template may not write, in its order; a fault of syntax hides what stands beside it."""
    tree = parsed(sandbox, text)
    if isinstance(tree, Wrong):
        yield tree
    else:
        yield from wrongs_in(tree, allowed)


def wrongs_in(tree: nodes.Template, allowed: frozenset[str] = frozenset()) -> Iterator[Wrong]:
    """The same of a text that is parsed already."""
    known = set(TOP | allowed | FUNCTIONS.keys() | {"loop"})
    try:
        known |= {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
        for node in tree.iter_child_nodes():
            yield from _of_node(node, known)
    except RecursionError:
        yield Wrong(0, "", "is nested too deeply")


def _of_node(node: nodes.Node, known: set[str]) -> Iterator[Wrong]:
    line = node.lineno or 0  # what the parser adds by itself has none
    if type(node) not in NODES:
        word = type(node).__name__.lower()
        yield Wrong(line, word, f"{word} is not allowed in a template")
        return
    for word, text in _of_parts(node, known):
        yield Wrong(line, word, text)
    for child in node.iter_child_nodes():
        yield from _of_node(child, known)


def _of_parts(node: nodes.Node, known: set[str]) -> Iterator[tuple[str, str]]:
    match node:
        case nodes.Name(name=used, ctx="load") if used not in known:
            yield used, missing(used)
        case nodes.Name(name=used, ctx="store") if used in TOP or used in FUNCTIONS:
            yield used, f"{used!r} is a variable of its own; choose another name"
        case nodes.Getattr(attr=attribute) if attribute.startswith("_"):
            yield attribute, missing(attribute)
        case nodes.Getitem(arg=argument) if not isinstance(argument, nodes.Const | nodes.Slice | nodes.Neg):
            yield "[", "write a name or a number in [ ]"
        case nodes.Call(node=target) if not isinstance(target, nodes.Name) or target.name not in FUNCTIONS:
            yield "(", f"only {', '.join(FUNCTIONS)} can be called"
        case nodes.For(recursive=True):
            yield "recursive", "a loop cannot be recursive"
        case nodes.Filter(name=used) if used not in FILTERS:
            yield used, _no_such("filter", used, FILTERS)
        case nodes.Test(name=used) if used not in TESTS:
            yield used, _no_such("test", used, TESTS)


def _near(used: str, allowed: Iterable[str]) -> list[str]:
    """The nearest allowed name, if any is near. To compare a long one costs a second for a hundred of them."""
    return difflib.get_close_matches(used, allowed, 1) if len(used) <= LONGEST_NAME else []


def _no_such(kind: str, used: str, allowed: frozenset[str]) -> str:
    near = _near(used, allowed)
    return f"there is no {kind} {used!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def refuse(error: Exception, files: Mapping[str, str], values: Mapping[str, Any]) -> NoReturn:
    """Turn what a filled template raised into a RenderError with file and line.

    The line is found by filling the files as they were written.
    """
    said = (
        str(error.message)
        if isinstance(error, UndefinedError | SecurityError)
        else f"fails with {type(error).__name__}"
    )
    for name, text in files.items():
        line = _failing_line(name, text, values)
        if line:
            raise RenderError(said, f"{name} line {line}") from None
    raise RenderError(said, next(iter(files))) from None


def _failing_line(name: str, text: str, values: Mapping[str, Any]) -> int:
    sandbox = environment(html=False)
    written = sandbox.template_class.from_code(sandbox, sandbox.compile(text, name, name), dict(sandbox.globals))
    try:
        written.render(values)
    except Exception as error:  # noqa: BLE001
        trace, line = error.__traceback__, 0
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == name:
                line = trace.tb_lineno
            trace = trace.tb_next
        return line
    return 0
