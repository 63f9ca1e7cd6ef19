"""Metrics keep the known codes of channels apart: the list of them is what the channels really say."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from notifier.terms.meter import CODES
from notifier.terms.twilio import CODES as TWILIO

ROOT = Path(__file__).resolve().parents[2] / "notifier"
FILES = [
    *sorted((ROOT / "channels").glob("*.py")),
    *sorted((ROOT / "deliver").glob("*.py")),
    ROOT / "terms" / "twilio.py",
]
WORD = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
SAID = (ROOT / "channels" / "smtp_words.py").read_text("utf-8")


def beside_an_outcome(tree: ast.AST) -> Iterator[str]:
    """Each constant that stands after an outcome, in a tuple or in a call."""
    for node in ast.walk(tree):
        parts = node.elts if isinstance(node, ast.Tuple) else node.args if isinstance(node, ast.Call) else []
        for one, after in pairwise(parts):
            if ast.unparse(one).startswith("Outcome.") and isinstance(after, ast.Constant):
                yield str(after.value)


def in_a_table(tree: ast.AST) -> Iterator[str]:
    """Each word that a table of SMTP replies maps to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            yield from (
                one.value for one in node.values if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )


def test_every_code_beside_an_outcome_is_known() -> None:
    found = {code for path in FILES for code in beside_an_outcome(ast.parse(path.read_text("utf-8")))}
    assert len(found) > 10 and found - CODES == set()


def test_every_code_of_the_smtp_tables_is_known() -> None:
    found = {code for code in in_a_table(ast.parse(SAID)) if WORD.fullmatch(code)}
    assert len(found) > 5 and found - CODES == set()


def test_every_code_for_twilios_errors_is_known() -> None:
    assert set(TWILIO.values()) - CODES == set()


def test_every_known_code_is_said_somewhere() -> None:
    said = "\n".join(path.read_text("utf-8") for path in FILES)
    assert {code for code in CODES if f'"{code}"' not in said} == set()
