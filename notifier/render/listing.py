"""Several names as one phrase of a language. Colour: pure. Called by context, signed_up and the pages."""

from collections.abc import Mapping, Sequence


def joined(parts: Sequence[str], words: Mapping[str, str]) -> str:
    """A, B and C, by the phrase `list_and`; nothing for none."""
    return words["list_and"].join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
