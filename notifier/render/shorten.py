"""Cuts a text to the room there is. Colour: pure. Used by context and heard."""


def shorten(text: str, room: int) -> str:
    """The text, or its beginning up to a word's end with three dots, within `room` characters."""
    if len(text) <= room:
        return text
    cut = text[: max(room - 3, 1)]
    whole = cut.rsplit(" ", 1)[0]
    return (whole if len(whole) * 2 > len(cut) else cut).rstrip(" ,;-") + "..."
