"""Settings as imports take them: column profiles and configured sources. Colour: root. Called by the doors."""

from datetime import timedelta

from notifier.errors import SettingsError, UsageError
from notifier.pipeline.sources import ConfiguredSource
from notifier.records.profile import Profile
from notifier.settings import Settings, Source


def profile(settings: Settings, name: str, kind: str) -> Profile | None:
    """The profile `name` as records reads it, for files of `kind`; None for the empty name.

    Raises UsageError where the profile is for another kind, SettingsError where it is not there or cannot be used.
    """
    if not name:
        return None
    said = settings.profile(name)
    if kind and said.kind and said.kind != kind:
        raise UsageError(f"profile {name!r} reads {said.kind}, not {kind}; name another profile or another kind")
    fields = said.model_dump(exclude={"kind"})
    found = Profile(name=name, kind=kind or said.kind or "", **fields)
    if faults := found.faults():
        raise SettingsError(faults)
    return found


def source_profile(settings: Settings, source: Source) -> tuple[str, Profile | None]:
    """The kind of records of a configured source, and its profile. Raises SettingsError where it has no kind."""
    kind = source.kind or settings.profile(source.profile).kind
    if not kind:
        raise SettingsError([f"[[sources]] {source.name}: has no kind. Add kind, or name a profile that has one"])
    return kind, profile(settings, source.profile, kind)


def sources(settings: Settings) -> list[ConfiguredSource]:
    """The configured sources, with their profiles."""
    found = []
    for one in settings.sources:
        kind, shape = source_profile(settings, one)
        found.append(
            ConfiguredSource(
                name=one.name,
                kind=kind,
                profile=shape,
                every=timedelta(minutes=one.every_minutes),
                rejects=settings.base,
                glob=str(settings.base / one.glob) if one.glob else "",
                url=one.url,
                database_url=one.database_url.get_secret_value(),
                select=one.select,
            )
        )
    return found
