"""Turns a file's own columns into canonical ones, as the profile says. Colour: store. Called by importer and survey."""

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Words
from operator import itemgetter
from string import Formatter

from notifier.errors import ImportRefused
from notifier.records.columns import ALIASES, COLUMNS, Column, column_names, header_shown
from notifier.records.profile import Profile

Texts = dict[str, str]
_WHO = ("customer_id", "email", "phone")
_Template = list[tuple[str, str | int | None]]


class Mapping:
    """The compiled profile of one file. `present` are the canonical columns that it says anything about."""

    def __init__(self, kind: str, profile: Profile, columns: Sequence[str], name: str) -> None:
        self.profile = profile
        faults = profile.faults()
        if faults:
            raise ImportRefused("\n".join(faults))
        places = _places(kind, profile, columns, name)
        self.picks = [
            (canonical, place, _translator(profile.values.get(canonical, {}))) for canonical, place in places.items()
        ]
        self._constants = {name: text for name, text in profile.constants.items() if name not in places}
        theirs = {column: place for place, column in enumerate(columns)}
        self._templates = {name: _template(profile, name, kind, theirs) for name in profile.templates}
        self.present = frozenset(places) | frozenset(self._constants) | frozenset(self._templates)
        self.columns: tuple[Column, ...] = tuple(one for one in COLUMNS[kind] if one.name in self.present)
        used = set(places.values())
        self.unused = tuple(one for place, one in enumerate(columns) if place not in used and one)
        _refuse_missing(kind, self.present, columns, name)

    def texts(self, cells: Sequence[str]) -> Texts:
        """Canonical column → text of one row; blank where it says nothing."""
        found = dict(self._constants)
        for canonical, place, translate in self.picks:
            text = cells[place].strip()
            found[canonical] = translate(text) if translate else text
        for canonical, fields in self._templates.items():
            if not found.get(canonical):
                found[canonical] = _fill(fields, found, cells)
        return found


def _places(kind: str, profile: Profile, columns: Sequence[str], name: str) -> dict[str, int]:
    by_name = {column: place for place, column in reversed(list(enumerate(columns))) if column}
    by_folded = {column.casefold(): place for column, place in by_name.items()}
    places: dict[str, int] = {}
    for canonical, theirs in profile.columns.items():
        place = by_name.get(theirs, by_folded.get(theirs.strip().casefold()))
        if place is None:
            raise ImportRefused(
                f"{name}: the profile {profile.name!r} reads {canonical} from the column {theirs!r}, "
                f"which the file has not; it has {header_shown(columns)}"
            )
        places[canonical] = place
    told = set(profile.columns) | set(profile.constants) | set(profile.templates)
    taken = set(places.values())
    # a profile that names columns means those: a "Phone" it leaves out is not to be read as phone by its look
    like = by_name if profile.columns else by_folded
    for name, canonical in [(one.name, one.name) for one in COLUMNS[kind]] + list(ALIASES.items()):
        place = like.get(name)
        fits = canonical in column_names(kind) and canonical not in told and canonical not in places
        if fits and place is not None and place not in taken:
            places[canonical] = place
    return places


def _refuse_missing(kind: str, present: frozenset[str], columns: Sequence[str], name: str) -> None:
    missing = [column.name for column in COLUMNS[kind] if column.required and column.name not in present]
    wanted = {"backorders": _WHO, "orders": _WHO, "customers": _WHO, "consents": ("customer_id", "address")}.get(kind)
    if wanted and not present.intersection(wanted):
        missing.append(" or ".join(wanted))
    if missing:
        raise ImportRefused(
            f"{name}: {kind} need the column {', '.join(missing)}; the file has {header_shown(columns)}. "
            'Name the file\'s own columns in a profile: columns.order_id = "Their Column"'
        )


def _translator(pairs: Words[str, str]) -> Callable[[str], str] | None:
    if not pairs:
        return None
    folded = {theirs.casefold(): ours for theirs, ours in pairs.items()}
    return lambda text: pairs.get(text, folded.get(text.casefold(), text))


def _template(profile: Profile, name: str, kind: str, theirs: dict[str, int]) -> _Template:
    """Literal text and the field after it: a canonical column by name, else one of the file's own by place."""
    known = {column.name for column in COLUMNS[kind]}
    where = f"[profiles.{profile.name}] templates.{name}"
    try:
        parts = [(literal, field) for literal, field, _, _ in Formatter().parse(profile.templates[name])]
    except ValueError as error:
        raise ImportRefused(f"{where}: {error}") from None
    for _, field in parts:
        if field is not None and field not in known and field not in theirs:
            raise ImportRefused(f"{where}: {{{field}}} is no column of {kind} and none of the file")
    return [(literal, field if field is None or field in known else theirs[field]) for literal, field in parts]


def _fill(template: _Template, found: Texts, cells: Sequence[str]) -> str:
    """The filled template, or "" when a column it needs is blank."""
    parts = []
    for literal, field in template:
        parts.append(literal)
        if field is not None:
            text = found.get(field, "") if isinstance(field, str) else cells[field].strip()
            if not text:
                return ""
            parts.append(text)
    return "".join(parts)


def picker(mapping: Mapping, names: Sequence[str]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """The raw texts of some canonical columns straight from the cells, for the first, cheap reading of a file."""
    places = [place for canonical, place, _ in mapping.picks if canonical in names]
    if not places:
        return lambda _: ()
    if len(places) == 1:
        return lambda cells: (cells[places[0]],)
    return itemgetter(*places)
