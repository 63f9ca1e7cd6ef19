"""Reads settings.toml and the environment, and tells all faults at once. Colour: root. Called by app."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from notifier.errors import SettingsError
from notifier.settings.checks import cross_faults
from notifier.settings.environment import overlay
from notifier.settings.faults import Origins, Place, field_faults
from notifier.settings.shape import field_at, is_secret
from notifier.settings.toml_lines import TomlFault, Written, read_toml
from notifier.settings.whole import Sections, Settings

DEFAULT_PATH = Path("settings.toml")
LARGEST_FILE = 1024 * 1024

POLICY_SECTIONS = ("policy", "placed", "eta_change", "progress", "reward", "delay_rule", "eta", "sms")
"""What another policy may say otherwise: when, how often and by which channel customers are written to."""


def settings_path(given: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The settings file to read: the option, else NOTIFIER_SETTINGS, else the default place (None)."""
    return given or (Path(environ["NOTIFIER_SETTINGS"]) if environ.get("NOTIFIER_SETTINGS") else None)


def load_settings(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Return the settings in `path` with `environ` laid over; None means settings.toml here, which need not exist.

    Raises SettingsError with every fault found, each `settings.toml:LINE: [section] key: what is wrong. Remedy`, or
    named by its variable. Relative paths start from the folder of the file.
    """
    place = path or DEFAULT_PATH
    written, faults = _written(place, must_exist=path is not None)
    return _settings(written, faults, place, environ)


def load_variant(path: Path | None, other: Path, environ: Mapping[str, str]) -> Settings:
    """The settings in `path`, with what `other` says in POLICY_SECTIONS in their place, key by key.

    What `other` leaves out, and all of its other sections, are those of `path`: it may be a whole settings file or only
    the lines that differ. Raises SettingsError; faults of the mixture are told with the lines of `other`.
    """
    place = path or DEFAULT_PATH
    own, faults = _written(place, must_exist=path is not None)
    _settings(own, faults, place, environ)
    theirs, faults = _written(other, must_exist=True)
    mixed = dict(own.tables)
    for name in POLICY_SECTIONS:
        said = theirs.tables.get(name, {})
        mixed[name] = {**mixed.get(name, {}), **said} if isinstance(said, dict) else said
    lines = {at: line for at, line in theirs.lines.items() if at[0] in POLICY_SECTIONS}
    settings = _settings(Written(mixed, lines), faults, other, environ)
    return settings.model_copy(update={"base": place.resolve().parent})


def _settings(written: Written, faults: list[str], place: Path, environ: Mapping[str, str]) -> Settings:
    laid = overlay(written.tables, environ)
    found = dict(_secrets(written.tables, ()))
    sections = _sections(laid.tables, found)
    settings = Settings.model_construct(
        **{name: getattr(sections, name) for name in Sections.model_fields},
        base=place.resolve().parent,
        variables=laid.variables,
    )
    for at, text in cross_faults(settings, {str(at[0]) for at in found}):
        found.setdefault(at, text)
    origins = Origins(place.name, written.lines, laid.variables)
    told = sorted(found.items(), key=lambda fault: origins.line(fault[0]))
    faults = [*faults, *laid.faults, *(origins.tell(at, text) for at, text in told)]
    if faults:
        raise SettingsError(faults)
    return settings


def given_places(path: Path | None, environ: Mapping[str, str]) -> dict[Place, str]:
    """Each place that the file or the environment sets, by `FILE:LINE` or the variable; all others have defaults.

    For settings that `load_settings` takes: faults are told there.
    """
    place = path or DEFAULT_PATH
    written, _ = _written(place, must_exist=False)
    laid = overlay(written.tables, environ)
    return Origins(place.name, written.lines, laid.variables).given()


def _sections(tables: dict[str, Any], found: dict[Place, str]) -> Sections:
    """The sections in `tables`. Faults go into `found`; the rest is then read without them, for the checks between."""
    try:
        return Sections.model_validate(tables)
    except ValidationError as error:
        faulty = field_faults(error)
    for place, text in faulty.items():
        found.setdefault(place, text)
    sound = {key: inner for key, inner in tables.items() if not any(place[0] == key for place in faulty)}
    return Sections.model_validate(sound)


def _written(path: Path, *, must_exist: bool) -> tuple[Written, list[str]]:
    """The document in `path`, or an empty one with the fault that hides it."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            return Written(), [f"{path.name}: is over {LARGEST_FILE} bytes, which no settings are. Name another file"]
        return read_toml(path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")), []
    except FileNotFoundError:
        missing = f"{path}: is not there. Name another file with --settings, or write one with: notifier init FOLDER"
        return Written(), [missing] if must_exist else []
    except OSError as error:
        return Written(), [f"{path}: cannot be read: {error.strerror}. Mend its rights, or name a file"]
    except UnicodeDecodeError as error:
        return Written(), [f"{path.name}: is no UTF-8 text at byte {error.start}. Save it as UTF-8"]
    except TomlFault as fault:
        return Written(), [
            f"{path.name}:{fault.line}: is no TOML: {fault}. Mend the line, then the rest is checked too"
        ]


def _secrets(tables: Any, place: Place) -> list[tuple[Place, str]]:
    """Every secret that stands in the file, where it would be shared with the file."""
    found = []
    for key, inner in tables.items() if isinstance(tables, dict) else enumerate(tables):
        here = (*place, key)
        if isinstance(inner, dict | list):
            found += _secrets(inner, here)
        elif is_secret(field_at(here)) and inner:
            named = (*place[:-1], tables.get("name", "NAME")) if place and isinstance(place[-1], int) else place
            variable = "NOTIFIER_" + "__".join(str(part).upper().replace("-", "_") for part in (*named, key))
            found.append((here, f"is a secret. Delete it from the file and set {variable} or {variable}_FILE"))
    return found
