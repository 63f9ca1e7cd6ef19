"""The package, the locks and the lists they come from say the same, and name no machine."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BUILD = {"hatchling", "editables"}


def listed(name: str) -> set[str]:
    rows = (ROOT / name).read_text("utf-8").splitlines()
    return {row for row in rows if row and not row.startswith(("#", "-r"))}


def bare(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~;, ]", requirement)[0].lower())


def pins(name: str) -> dict[str, str]:
    text = (ROOT / f"{name}.lock").read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", text, re.MULTILINE))


def test_the_package_needs_what_requirements_in_lists() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(project["dependencies"]) == listed("requirements.in") - BUILD


@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-bench"])
def test_a_lock_pins_everything_that_its_list_names(name: str) -> None:
    pinned = set(
        re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==", (ROOT / f"{name}.lock").read_text("utf-8"), re.MULTILINE)
    )
    assert {bare(row) for row in listed(f"{name}.in")} <= pinned


@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-bench"])
def test_a_lock_names_no_host_and_no_path(name: str) -> None:
    assert not re.search(r"://|index-url|find-links|^/| /", (ROOT / f"{name}.lock").read_text("utf-8"), re.MULTILINE)


def test_both_locks_pin_the_same_versions() -> None:
    developing = pins("requirements-dev")
    assert {name: developing.get(name) for name in pins("requirements")} == pins("requirements")
