"""settings.toml, written from the descriptions of the sections. Colour: root. Called by `notifier init` and by tests.

Every key stands there with its default; secrets, and tables that a shop may add, stand as comments beginning with `#:`.
"""

import json
import sys
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from notifier.settings.shape import fields_of, is_secret, section_of
from notifier.settings.values import written_period
from notifier.settings.whole import Sections

EXAMPLE = "#: "
_HEAD = """\
# Settings of Backorder Notifier. Every line may be deleted: what is not here has the default that is shown here.
# A variable NOTIFIER_SECTION__KEY in the environment wins over this file, and NOTIFIER_SECTION__KEY_FILE names a file
# with the value. Secrets are read only from there. `notifier check` tells what is wrong and how to mend it.
# Lines that begin with `#:` are examples; delete the `#:` to use them.
"""
_EXAMPLES: dict[str, dict[str, Any]] = {
    "brands": {
        "name": "Lumen & Oak",
        "sender": "Lumen & Oak <orders@oak.example>",
        "reply_address": "help@oak.example",
        "text_sender": "+14155550123",
        "postal_address": "12 Harbour Street, Bristol BS1 4RN",
        "logo": "https://oak.example/logo.png",
        "link_domain": "go.oak.example",
        "timezone": "Europe/London",
        "locale": "en-GB",
        "address": "informal",
        "default": True,
    },
    "sources": {"name": "erp", "glob": "exports/*.csv", "profile": "erp"},
    "profiles": {
        "kind": "backorders",
        "columns": {"order_id": "Order No", "sku": "Item"},
        "constants": {"country": "US"},
        "templates": {"email": "{customer_id}@shop.example"},
        "values": {"status": {"delivered": "shipped"}},
        "date_formats": ("%d/%m/%Y",),
    },
}
_HEADINGS = {"brands": "[brands.oak]", "sources": "[[sources]]", "profiles": "[profiles.erp]"}


def document() -> str:
    """Return settings.toml with every setting, its description and its default."""
    parts = [_HEAD]
    for name, field in Sections.model_fields.items():
        section = section_of(field.annotation)
        if section is None:
            continue
        if name in _HEADINGS:
            parts.append(_example(name, field, section))
        else:
            parts.append(_table(name, field, section))
    return "\n".join(parts)


def _table(name: str, field: FieldInfo, section: type[BaseModel]) -> str:
    rows = [f"# {field.description}", f"[{name}]"]
    lists = []
    for key, inner in section.model_fields.items():
        default = inner.get_default()
        if section_of(inner.annotation):
            lists += _tables(f"{name}.{key}", inner, default)
        elif is_secret(inner):
            variable = f"NOTIFIER_{name}__{key}".upper()
            rows += [f"# {inner.description}", f"# {key}: never here, but in {variable} or {variable}_FILE."]
        else:
            rows += [f"# {inner.description}", f"{key} = {written(default)}"]
    return "\n".join([*rows, *lists, ""])


def _tables(path: str, field: FieldInfo, default: tuple[BaseModel, ...]) -> list[str]:
    section = section_of(field.annotation)
    fields = fields_of(section) if section else {}
    rows = ["", f"# {field.description}", *(f"# {key}: {inner.description}" for key, inner in fields.items())]
    for item in default:
        values = dict(item.model_dump(by_alias=True))
        rows += [f"[[{path}]]", *(f"{key} = {written(values[key])}" for key in fields)]
    return rows


def _example(name: str, field: FieldInfo, section: type[BaseModel]) -> str:
    rows = [f"# {field.description}", f"{EXAMPLE}{_HEADINGS[name]}"]
    shown = _EXAMPLES[name]
    for key, inner in section.model_fields.items():
        default = inner.get_default() if not inner.is_required() else None
        given = shown.get(key, default)
        if is_secret(inner):
            variable = f"NOTIFIER_{name}__{shown['name']}__{key}".upper()
            rows += [f"# {inner.description}", f"# {key}: never here, but in {variable} or {variable}_FILE."]
        elif given is None:
            rows += [f"# {inner.description}", f"# {key}: here not needed."]
        else:
            rows += [f"# {inner.description}", f"{EXAMPLE}{key} = {written(given)}"]
    return "\n".join([*rows, ""])


def written(given: Any) -> str:
    """Return `given` as TOML writes it."""
    text = f"{given:%H:%M}" if isinstance(given, time) else str(given)
    match given:
        case bool():
            return text.lower()
        case Decimal() | int():
            return text
        case timedelta():
            text = written_period(given)
        case tuple():
            return f"[{', '.join(map(written, given))}]"
        case BaseModel():
            fields = type(given).model_fields.items()
            pairs = ", ".join(f"{field.alias or key} = {written(getattr(given, key))}" for key, field in fields)
            return f"{{ {pairs} }}"
        case dict():
            pairs = ", ".join(f"{json.dumps(key)} = {written(inner)}" for key, inner in given.items())
            return f"{{ {pairs} }}" if pairs else "{}"
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    sys.stdout.write(document())
