"""settings.toml and the environment become one frozen Settings; all faults are told at once. Colour: root.

load         the settings, who set each value, and what another policy makes of them
whole        Settings: the sections, paths and brands resolved
shop, sending, contact, sources      the sections, each field with its description
values       kinds of values that check themselves
toml_lines   TOML with the line of each key
environment  NOTIFIER_SECTION__KEY and secret files, laid over the file
checks       what must hold between the sections
faults       faults as sentences with file, line, key and remedy
document     settings.toml, written from the descriptions
"""

from notifier.settings.load import DEFAULT_PATH, given_places, load_settings, load_variant, settings_path
from notifier.settings.shop import Brand
from notifier.settings.sources import Profile, Source
from notifier.settings.whole import Settings

__all__ = [
    "DEFAULT_PATH",
    "Brand",
    "Profile",
    "Settings",
    "Source",
    "given_places",
    "load_settings",
    "load_variant",
    "settings_path",
]
