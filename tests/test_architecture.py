"""The house's table of colours and its fences (docs/design.md), held by reading every module's syntax tree."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TypeVar

import pytest

ROOT = Path(__file__).resolve().parent.parent
RANK = {"ground": 0, "pure": 1, "store": 2, "wire": 2, "root": 3, "door": 4}
COLOURS = {
    "notifier.terms": "ground",
    "notifier.errors": "ground",
    "notifier.forecast": "pure",
    "notifier.policy": "pure",
    "notifier.render": "pure",
    "notifier.replies.intents": "pure",
    "notifier.replies.links": "pure",
    "notifier.replies.mail": "pure",
    "notifier.records": "store",
    "notifier.outbox": "store",
    "notifier.action_post": "wire",
    "notifier.actions": "store",
    "notifier.arrivals": "store",
    "notifier.audit": "store",
    "notifier.contact_log": "store",
    "notifier.conversation": "store",
    "notifier.desk": "store",
    "notifier.consent": "store",
    "notifier.consent_requests": "store",
    "notifier.waitlist": "store",
    "notifier.helpdesk": "store",
    "notifier.wordings": "store",
    "notifier.notices": "store",
    "notifier.operators": "store",
    "notifier.sign_ins": "store",
    "notifier.policy_changes": "store",
    "notifier.standings": "store",
    "notifier.rewards": "store",
    "notifier.store": "store",
    "notifier.queries": "store",
    "notifier.channels": "wire",
    "notifier.deliver": "wire",
    "notifier.limited_process": "wire",
    "notifier.limited_worker": "wire",
    "notifier.render_packing": "wire",
    "notifier.render_pool": "wire",
    "notifier.render_worker": "wire",
    "notifier.template_files": "wire",
    "notifier.source_fetch": "wire",
    "notifier.pinned": "wire",
    "notifier.imap_box": "wire",
    "notifier.oidc_provider": "wire",
    "notifier.replies": "wire",
    "notifier.settings": "root",
    "notifier.app": "root",
    "notifier.pipeline": "root",
    "notifier.schedule": "door",
    "notifier.cli": "door",
    "notifier.demo": "door",
    "notifier.web": "door",
    "notifier.web.twilio_signature": "pure",
    "notifier.__main__": "door",
}
"""One colour for each module, by the longest prefix. A new stage gets its row here and in docs/design.md."""

ONE_STAGE = {
    "notifier.limited_worker": "notifier.limited_process",
    "notifier.render_worker": "notifier.render_pool",
    "notifier.render_packing": "notifier.render_pool",
    "notifier.action_post": "notifier.pinned",
    "notifier.source_fetch": "notifier.pinned",
}
"""Modules that are one stage under several names: the pool and the process behind it; calls to pinned addresses."""

SIBLINGS = {
    ("notifier.cli", "notifier.schedule"),
    ("notifier.cli", "notifier.demo"),
    ("notifier.cli", "notifier.web"),
    ("notifier.__main__", "notifier.cli"),
}
"""The doors that open other doors."""

SHARED = {"store": ("notifier.store",), "wire": ("notifier.imap_box", "notifier.limited_process")}
"""The stages of a colour that every other one may stand on."""

ROOT_ORDER = ("notifier.settings", "notifier.pipeline", "notifier.app")
"""Inside root only a later one imports an earlier one."""

FENCES = {
    "openpyxl": "notifier.records.workbook",
    "sqlmodel": "store",
    "sqlalchemy": "store",
    "alembic": "store",
    "psycopg": "store",
    "aiosmtplib": "notifier.channels",
    "twilio": "notifier.channels",
    "imap_tools": ("notifier.imap_box", "notifier.channels.journal"),
    "mailparser_reply": "notifier.replies",
    "flufl": "notifier.replies",
    "apscheduler": "notifier.schedule",
    "typer": "door",
    "fastapi": "notifier.web",
    "uvicorn": "notifier.web",
    "prometheus_client": "notifier.web",
    "pwdlib": "notifier.pipeline.passwords",
    "authlib": "notifier.oidc_provider",
    "joserfc": "notifier.oidc_provider",
}
"""A library, and the colour, the stage or the modules that alone may import it."""

CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
FORBIDDEN = re.compile(r"(util|helper|manager|service|handler|misc|common)s?$")
BARE = {"notification", "user", "status", "process", "handle", "data", "info"}
MIGRATIONS = "notifier.store.migrations.versions"
"""Written once, by a generator, and never changed after: a list of tables has no seam within."""
MOST_LINES, MOST_FUNCTION_LINES, MOST_PARAMETERS = 350, 40, 5

FILES = sorted((ROOT / "notifier").rglob("*.py"))
NAMES = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in FILES]
MODULES = dict(zip(NAMES, FILES, strict=True))
TEST_FILES = sorted((ROOT / "tests").rglob("*.py"))


def is_command(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A command of the command line: each option is a parameter, and typer knows no other way."""
    first = function.args.args[0].annotation if function.args.args else None
    return first is not None and ast.unparse(first) == "typer.Context"


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree(path)))


def colour(module: str) -> str | None:
    if module == "notifier":
        return "ground"
    fits = [prefix for prefix in COLOURS if module == prefix or module.startswith(prefix + ".")]
    return COLOURS[max(fits, key=len)] if fits else None


def stage(module: str) -> str:
    name = ".".join(module.split(".")[:2])
    return ONE_STAGE.get(name, name)


def imported(module: str) -> Iterator[tuple[str, int]]:
    """Every absolute name that `module` imports, late imports included, with its line."""
    for node in nodes(MODULES[module]):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno} imports relatively; write the whole path"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole if whole in MODULES else str(node.module)), node.lineno


def inside(module: str) -> list[tuple[str, int]]:
    return [(name, line) for name, line in imported(module) if name.split(".")[0] == "notifier" and name != "notifier"]


def at_first(module: str) -> set[str]:
    """What must be loaded before `module`: its imports outside functions, with the packages around them."""
    found = set()
    for node in tree(MODULES[module]).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                parts = (whole if whole in MODULES else node.module).split(".")
                found |= {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
    return {name for name in found if name in MODULES and name != module and not module.startswith(name + ".")}


def allowed(module: str, target: str) -> bool:
    own, other = colour(module), colour(target)
    if own is None or other is None:
        return True  # test_every_module_has_a_colour tells it
    if stage(module) == stage(target):
        return RANK[other] <= RANK[own] or (own, other) == ("pure", "wire")
    if own == "door":
        return other in ("root", "pure", "ground") or stage(target) == "notifier.queries" or _opens(module, target)
    if own == "root" and other == "root":
        return ROOT_ORDER.index(stage(target)) < ROOT_ORDER.index(stage(module))
    if own == other and own in SHARED:
        return stage(target) in SHARED[own]
    return RANK[other] < RANK[own]


def _opens(module: str, target: str) -> bool:
    return (stage(module), stage(target)) in SIBLINGS


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in nodes(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, the docstring left out: to explain costs nothing."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return len([argument for argument in given if argument.arg not in ("self", "cls")])


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


Item = TypeVar("Item")


def of_each(items: Iterable[Item]) -> Callable[[Callable[[Item], None]], Callable[[], None]]:
    """One test that holds a rule against all `items` and names each that breaks it: thousands of tests cost more."""

    def test_of(rule: Callable[[Item], None]) -> Callable[[], None]:
        def test() -> None:
            broken = []
            for item in items:
                try:
                    rule(item)
                except AssertionError as wrong:
                    broken.append(str(wrong))
            assert not broken, "\n".join(broken)

        test.__name__ = rule.__name__
        return test

    return test_of


@of_each(MODULES)
def test_every_module_has_a_colour(module: str) -> None:
    assert colour(module), f"{module} is in no row of COLOURS: which stage is it part of?"


@of_each(MODULES)
def test_a_module_names_its_colour_in_its_docstring(module: str) -> None:
    said = re.search(r"Colour: (\w+)", ast.get_docstring(tree(MODULES[module])) or "")
    assert (said[1] if said else None) == colour(module), (
        f"{module} says {said and said[1]}, the table says {colour(module)}"
    )


@of_each(MODULES)
def test_imports_point_towards_the_ground(module: str) -> None:
    wrong = [f"{MODULES[module]}:{line} {name}" for name, line in inside(module) if not allowed(module, name)]
    assert not wrong, f"{colour(module)} module {module} may not import {wrong}"


def test_every_module_can_be_the_first_to_be_imported() -> None:
    try:
        TopologicalSorter({module: at_first(module) for module in MODULES}).prepare()
    except CycleError as circle:
        pytest.fail(f"these modules import each other in a circle: {' → '.join(reversed(circle.args[1]))}")


@of_each(MODULES)
def test_a_fenced_library_stays_behind_its_fence(module: str) -> None:
    wrong = []
    for name, line in imported(module):
        fence = FENCES.get(name.split(".")[0], ())
        fence = (fence,) if isinstance(fence, str) else fence
        if fence and not {colour(module), stage(module), module}.intersection(fence):
            wrong.append(f"line {line}: {name} belongs to {fence}")
    assert not wrong, f"{module}: {wrong}"


@of_each([name for name in MODULES if name != "notifier.app"])
def test_only_app_reads_a_clock(module: str) -> None:
    reads = [
        f"line {node.lineno}"
        for node in nodes(MODULES[module])
        if isinstance(node, ast.Attribute) and ".".join(dotted(node).split(".")[-2:]) in CLOCKS
    ]
    reads += [
        f"line {node.lineno}"
        for node in nodes(MODULES[module])
        if isinstance(node, ast.ImportFrom)
        and node.module == "time"
        and {a.name for a in node.names} & {"time", "time_ns"}
    ]
    assert not reads, f"{module} reads a clock at {reads}; take `now` as an argument"


@of_each([*FILES, *TEST_FILES])
def test_a_module_is_short_enough_to_read(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= MOST_LINES, f"{path.name} has {lines} lines; where is its seam?"


@of_each([name for name in MODULES if not name.startswith(MIGRATIONS)])
def test_a_function_fits_on_a_screen(module: str) -> None:
    long = {f.name: length(f) for f in functions(MODULES[module]) if length(f) > MOST_FUNCTION_LINES}
    assert not long, f"{module}: {long}"


@of_each(MODULES)
def test_a_function_takes_few_parameters(module: str) -> None:
    many = {
        f.name: parameters(f)
        for f in functions(MODULES[module])
        if parameters(f) > MOST_PARAMETERS and not is_command(f)
    }
    assert not many, f"{module}: {many}"


@of_each(MODULES)
def test_nothing_is_called_by_a_word_that_says_nothing(module: str) -> None:
    classes = [node.name for node in nodes(MODULES[module]) if isinstance(node, ast.ClassDef)]
    last = module.rsplit(".", maxsplit=1)[-1]
    wrong = [name for name in [last, *classes] if FORBIDDEN.search(name.lower()) or name.lower() in BARE]
    assert not wrong, f"{module}: {wrong}"
