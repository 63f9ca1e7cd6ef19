"""Calls the command line as people and programs do, within the test's process."""

from collections.abc import Callable
from pathlib import Path

import pytest

from notifier.cli import main

Call = Callable[..., tuple[int, str, str]]


def caller(settings: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """A function that takes the words after `notifier --settings …` and gives exit code, stdout and stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["--settings", str(settings), *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run
