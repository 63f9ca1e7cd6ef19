"""Reads the lists of words and phrases that ship with the product. Colour: wire. Called by pipeline.

phrases/keywords.toml holds the words of RULES.md S5 and S6, phrases/<language>.toml all that one language needs.
Kept apart from `intents`, which takes values and opens nothing.
"""

from importlib.resources import files

from notifier.replies.intents import Phrasebook, read_phrasebook


def packaged_phrasebook() -> Phrasebook:
    """The packaged lists. Raises SettingsError with every fault, each with file and key."""
    folder = files("notifier.replies") / "phrases"
    texts = {one.name: one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith(".toml")}
    return read_phrasebook(texts)
