"""Markdown tokens → the text part as it reads without any markup. Colour: pure. Called by compile."""

from collections.abc import Sequence

from markdown_it.token import Token

WIDTH = 76
"""Characters a line of the text part holds, unless one word (a link) is longer."""


def plain(tokens: Sequence[Token]) -> str:
    """Blocks apart by a blank line, list items with a dash, links as `text: address`, pictures left out."""
    lines: list[str] = []
    indents: list[str] = []
    marker = ""
    for token in tokens:
        match token.type:
            case "list_item_open":
                marker = "- " if token.markup in ("-", "*", "+") else f"{token.info}{token.markup} "
                indents.append(" " * len(marker))
            case "blockquote_open":
                indents.append("> ")
            case "list_item_close" | "blockquote_close":
                indents.pop()
                marker = ""
            case "bullet_list_close" | "ordered_list_close" | "paragraph_close" | "heading_close":
                lines.append("")
            case "inline":
                lines += _indented(inline(token.children or []), indents, marker)
                marker = ""
            case "html_block":
                lines.append(token.content.rstrip("\n"))
            case "fence" | "code_block":
                lines += [*_indented(token.content.rstrip("\n"), indents, ""), ""]
            case "hr":
                lines += ["-" * 20, ""]
    return "\n".join(lines) + "\n"


def _indented(text: str, indents: Sequence[str], marker: str) -> list[str]:
    whole = "".join(indents)
    first = "".join(indents[:-1]) + marker if marker else whole
    return [(whole if n else first) + line for n, line in enumerate(text.split("\n"))]


def inline(tokens: Sequence[Token]) -> str:
    """Running text: emphasis dropped, a soft break is a blank, a link is followed by its address."""
    out: list[str] = []
    opened: list[tuple[int, str]] = []
    for token in tokens:
        match token.type:
            case "text" | "code_inline":
                out.append(token.content)
            case "softbreak":
                out.append(" ")
            case "hardbreak":
                out.append("\n")
            case "link_open":
                opened.append((len(out), str(token.attrGet("href") or "")))
            case "link_close":
                start, address = opened.pop()
                shown = "".join(out[start:]).strip()
                address = address.removeprefix("mailto:")
                out[start:] = [address if shown in ("", address) else f"{shown}: {address}"]
    return "".join(out).strip(" ")


def wrap(text: str) -> str:
    """Wrap filled-in text to WIDTH, keeping indents; never breaks a word; no more than one blank line together."""
    lines: list[str] = []
    for line in text.split("\n"):
        line = line.rstrip()
        if not line and (not lines or not lines[-1]):
            continue
        lines += [line] if len(line) <= WIDTH else _wrapped(line)
    return "\n".join(lines).rstrip("\n") + "\n"


def _wrapped(line: str) -> list[str]:
    body = line.lstrip(" ")
    indent = " " * (len(line) - len(body))
    hanging = indent + ("  " if body.startswith("- ") else "> " if body.startswith("> ") else "")
    lines, current = [], indent
    for word in body.split(" "):
        if len(current) + len(word) > WIDTH and current.strip():
            lines.append(current.rstrip())
            current = hanging
        current += word + " "
    return [*lines, current.rstrip()]
