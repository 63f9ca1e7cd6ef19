"""Reads template folders from disk. Colour: wire. Called by app at the start and by `notifier check`.

Kept apart from `render.catalogue`, so that everything in render/ takes values and opens nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

from notifier.errors import SettingsError
from notifier.render.catalogue import LARGEST_FILE, Catalogue, assemble

_SUFFIXES = frozenset({".toml", ".txt", ".md", ".mjml"})


def packaged_folder() -> Path:
    """The templates that ship with the product: inside the installed package, else beside it in a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "_templates"
    return inside if inside.is_dir() else package.parent / "templates"


def load_catalogue(folders: Sequence[Path], informal: Collection[str] = ()) -> Catalogue:
    """Read the folders, later ones overriding earlier ones; `informal` are the brands that say du, tu or tú.

    Raises SettingsError with every fault at once.
    """
    faults: list[str] = []
    packaged = packaged_folder()
    layers = [(str(one), packaged_files() if one == packaged else _read(one, faults)) for one in folders]
    if faults:
        raise SettingsError(faults)
    return assemble(layers, informal)


def shop_catalogue(own: Path, informal: Collection[str] = ()) -> Catalogue:
    """The packaged templates with those of the shop's folder `own` over them, where there is one, for its brands.

    Raises SettingsError like `load_catalogue`.
    """
    return load_catalogue([packaged_folder(), *([own] if own.is_dir() else [])], informal)


def own_files(own: Path) -> dict[str, str]:
    """The texts of the shop's folder `own` by their paths in it; none where there is no folder.

    Raises SettingsError like `load_catalogue`.
    """
    faults: list[str] = []
    files = _read(own, faults) if own.is_dir() else {}
    if faults:
        raise SettingsError(faults)
    return files


def write_files(own: Path, files: Mapping[str, str]) -> None:
    """Write texts into the shop's folder, by their paths in it. Raises SettingsError for a path that leads out of it,
    and for a folder that cannot be written.
    """
    for path, text in files.items():
        file = own / path
        if not file.resolve().is_relative_to(own.resolve()):
            raise SettingsError([f"{path}: leads out of {own.name}/; nothing is written there"])
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        except OSError as error:
            raise SettingsError([f"{path}: cannot be written: {error.strerror}. Mend its rights"]) from error


@cache
def packaged_files() -> Mapping[str, str]:
    """The packaged texts by their paths, read once: they change with the product alone."""
    return own_files(packaged_folder())


def _read(folder: Path, faults: list[str]) -> dict[str, str]:
    if not folder.is_dir():
        faults.append(f"{folder}: is no folder; set [templates] folder, or leave it out for the packaged templates")
        return {}
    files: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix not in _SUFFIXES or path.name.startswith(".") or not path.is_file():
            continue
        if path.stat().st_size > LARGEST_FILE:
            faults.append(f"{path}: is over {LARGEST_FILE // 1024} KB; shorten it")
            continue
        try:
            files[path.relative_to(folder).as_posix()] = path.read_text("utf-8-sig")
        except UnicodeDecodeError as error:
            faults.append(f"{path}: is not UTF-8 at byte {error.start}; save it as UTF-8")
    return files
