"""A comparison as one page with a plot, without a script and without anything from elsewhere. Colour: root.

Called by cli.
"""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from notifier.pipeline.simulate.comparison import GAINED, LOST, MOVED, Comparison

WIDTH, HEIGHT, EDGE = 960, 260, 44
COLOURS = ("#2b6cb0", "#c05621")
LISTED = 1000
"""Differences of one sort on the page; --json has all."""

_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a202c;
background:#fff}table{border-collapse:collapse;margin:1rem 0}td,th{padding:.25rem .75rem;text-align:left;
border-bottom:1px solid #ddd}td.n{text-align:right}svg{max-width:100%;height:auto}
@media(prefers-color-scheme:dark){body{color:#e2e8f0;background:#1a202c}td,th{border-color:#444}}"""

_PAGE = Markup("""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title><style>{style}</style></head>
<body><h1>{title}</h1><p>{customers} customers replayed; nothing was sent.</p>{plot}{table}{differences}
<h2>What the history cannot tell</h2><ul>{notes}</ul></body></html>
""")

_HEADS = {LOST: "Only before", GAINED: "Only after", MOVED: "On another day"}


def page(found: Comparison) -> str:
    """The page as HTML; every value of the shop is escaped."""
    told = found.as_json()
    return str(
        _PAGE.format(
            title=f"{found.sides[0].name} and {found.sides[1].name}, {told['from']} to {told['to']}",
            style=Markup(_STYLE),  # noqa: S704 - our own
            customers=told["customers_replayed"],
            plot=_plot(found),
            table=_table(told),
            differences=_joined([_listing(found, word) for word in _HEADS]),
            notes=_joined([Markup("<li>{}</li>").format(note) for note in found.notes]),
        )
    )


def _joined(parts: Sequence[Markup]) -> Markup:
    return Markup("").join(parts)


def _plot(found: Comparison) -> Markup:
    """Messages a day, one line for each side."""
    days = list(found.window.days())
    rows = [[side.by_day()[day] for day in days] for side in found.sides]
    most = max(1, *(max(row) for row in rows))
    lines = [
        Markup('<polyline fill="none" stroke="{}" stroke-width="2" points="{}"/>').format(
            colour, " ".join(_point(at, count, len(days), most) for at, count in enumerate(row))
        )
        for row, colour in zip(rows, COLOURS, strict=True)
    ]
    names = [
        Markup('<text x="{}" y="16" fill="{}">{}</text>').format(EDGE + at * WIDTH // 2, colour, side.name)
        for at, (side, colour) in enumerate(zip(found.sides, COLOURS, strict=True))
    ]
    foot, bottom = HEIGHT - 8, HEIGHT - EDGE
    marks = Markup(
        '<text x="4" y="{}">0</text><text x="4" y="{}">{}</text><text x="{}" y="{}">{}</text>'
        '<text x="{}" y="{}" text-anchor="end">{}</text><path stroke="#999" d="M{} {}H{}"/>'
    ).format(bottom, EDGE, most, EDGE, foot, days[0], WIDTH - 4, foot, days[-1], EDGE, bottom, WIDTH - 4)
    head = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="messages a day" font-size="14" fill="currentColor">')
    return head.format(WIDTH, HEIGHT) + marks + _joined([*lines, *names]) + Markup("</svg>")


def _point(at: int, count: int, days: int, most: int) -> str:
    x = EDGE + (WIDTH - EDGE - 8) * at / max(days - 1, 1)
    y = HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * count / most
    return f"{x:.1f},{y:.1f}"


def _table(told: dict[str, Any]) -> Markup:
    before, after = told["before"], told["after"]
    rows: list[tuple[str, Any, Any]] = [("messages", before["messages"], after["messages"])]
    for purpose in sorted({*before["by_purpose"], *after["by_purpose"]}):
        first, second = (sum(side["by_purpose"].get(purpose, {}).values()) for side in (before, after))
        rows.append((purpose, first, second))
    for label, name in (
        ("customers written to", "customers"),
        ("customers held by caps", "capped_customers"),
        ("deadlines missed", "deadlines_missed"),
        ("text segments", "text_segments"),
        ("their cost", "text_cost"),
    ):
        first, second = ("unknown" if side[name] is None else side[name] for side in (before, after))
        rows.append((label, first, second))
    row = Markup('<tr><td>{}</td><td class="n">{}</td><td class="n">{}</td></tr>')
    head = Markup("<table><tr><th></th><th>{}</th><th>{}</th></tr>").format(before["name"], after["name"])
    return head + _joined([row.format(*one) for one in rows]) + Markup("</table>")


def _listing(found: Comparison, word: str) -> Markup:
    rows = found.differences[word]
    if not rows:
        return Markup("")
    row = Markup("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>")
    cells = [
        row.format(
            f"{one.before} → {one.after}" if one.before and one.after else one.before or one.after,
            one.customer,
            one.order,
            one.purpose,
            one.channel,
        )
        for one in rows[:LISTED]
    ]
    head = Markup("<h2>{} ({})</h2><table><tr><th>day<th>customer<th>order<th>purpose<th>channel</tr>")
    return head.format(_HEADS[word], len(rows)) + _joined(cells) + Markup("</table>")
