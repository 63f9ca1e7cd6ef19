"""Every setting is described, and the shipped settings.toml shows all of them with their defaults."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from notifier.settings import load_settings
from notifier.settings.document import EXAMPLE, document
from notifier.settings.shape import fields_of, section_of
from notifier.settings.whole import Sections

SHIPPED = Path(__file__).resolve().parents[2] / "settings.toml"


def fields(section: type[BaseModel], path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in fields_of(section).items():
        yield f"{path}{name}", field
        inner = section_of(field.annotation)
        if inner:
            yield from fields(inner, f"{path}{name}.")


FIELDS = dict(fields(Sections))


@pytest.mark.parametrize("path", FIELDS)
def test_every_setting_has_a_description(path: str) -> None:
    assert (FIELDS[path].description or "").endswith((".", "...")), f"{path} needs Field(description=...)"


@pytest.mark.parametrize("path", [path for path in FIELDS if "." in path])
def test_the_shipped_file_documents_every_setting(path: str) -> None:
    text = SHIPPED.read_text("utf-8")
    key = path.rsplit(".", maxsplit=1)[-1]
    assert str(FIELDS[path].description) in text
    shapes = (f"\n{key} = ", f"\n{EXAMPLE}{key} = ", f"\n# {key}: ", f"\n[[{path}]]")
    assert any(shape in text for shape in shapes)


def test_the_shipped_file_is_what_the_descriptions_say() -> None:
    assert SHIPPED.read_text("utf-8") == document(), (
        "write it again: python -m notifier.settings.document > settings.toml"
    )


def test_the_shipped_file_loads_equal_to_the_defaults(tmp_path: Path) -> None:
    empty = tmp_path / "settings.toml"
    empty.touch()
    shipped = load_settings(SHIPPED, {}).model_copy(update={"base": tmp_path.resolve()})
    assert shipped == load_settings(empty, {})


def test_the_shipped_file_writes_every_default_out() -> None:
    written = tomllib.loads(SHIPPED.read_text("utf-8"))
    assert written["delivery"].keys() == Sections.model_fields["delivery"].default.model_dump().keys()


def test_the_examples_of_the_shipped_file_load_when_uncommented(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(SHIPPED.read_text("utf-8").replace(EXAMPLE, ""), "utf-8")
    assert load_settings(path, {}).brand("oak").locale == "en-GB"
