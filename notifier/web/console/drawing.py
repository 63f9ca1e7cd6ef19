"""Small pictures made on the server, so that no script is needed for them. Colour: door. Used by templates."""

from collections.abc import Sequence

WIDTH, HEIGHT, EDGE = 96, 24, 2


def trend(values: Sequence[int], top: int = 0, width: int = WIDTH, height: int = HEIGHT) -> str:
    """The points of a line through `values` in a field of `width` by `height`, from zero up to `top`, or to the highest
    of them; empty for less than two.
    """
    if len(values) < 2:
        return ""
    top = top or max(*values, 1)
    step = (width - 2 * EDGE) / (len(values) - 1)
    reach = height - 2 * EDGE
    points = ((EDGE + i * step, height - EDGE - one / top * reach) for i, one in enumerate(values))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def share(value: int, of: int) -> str:
    """How long a bar of 100 is for `value` where `of` fills it; something can always be seen."""
    return f"{max(value / max(of, 1) * 100, 1):.1f}"
