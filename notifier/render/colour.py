"""Readable colours from one brand colour (WCAG contrast). Colour: pure. Called by context."""

from functools import lru_cache

READABLE = 4.5
"""The least contrast between text and its ground, WCAG 2 level AA."""

_WHITE = (255, 255, 255)
_BLACK = (0, 0, 0)
_PAPER, _NIGHT = (238, 241, 244), (42, 47, 57)
"""The darkest ground of the layout in light mode, and the lightest in dark: what reads on it, reads on the others."""

RGB = tuple[int, int, int]


def parse(text: str) -> RGB:
    """#rrggbb → red, green, blue of 0 to 255."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def write(colour: RGB) -> str:
    """Red, green, blue → #rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _luminance(colour: RGB) -> float:
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: RGB, other: RGB) -> float:
    """WCAG contrast ratio, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _towards(colour: RGB, goal: RGB, share: float) -> RGB:
    red, green, blue = (round(c + (g - c) * share) for c, g in zip(colour, goal, strict=True))
    return red, green, blue


def _until_readable(colour: RGB, ground: RGB, goal: RGB) -> RGB:
    for step in range(21):
        candidate = _towards(colour, goal, step / 20)
        if contrast(candidate, ground) >= READABLE:
            return candidate
    return goal


@lru_cache(maxsize=256)
def palette(brand: str) -> tuple[str, str, str]:
    """Brand colour #rrggbb → text colour upon it, the same hue readable on a light ground, and on a dark one."""
    colour = parse(brand)
    upon = max((_WHITE, _BLACK), key=lambda ink: contrast(colour, ink))
    on_light = _until_readable(colour, _PAPER, _BLACK)
    on_dark = _until_readable(colour, _NIGHT, _WHITE)
    return write(upon), write(on_light), write(on_dark)
