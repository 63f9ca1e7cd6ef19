"""Carries Jinja's tags unharmed through Markdown, MJML and CSS, as marks that mean nothing there. Colour: pure.

For compile.
"""

import re
from dataclasses import dataclass, field

from notifier.errors import RenderError
from notifier.render.environment import Sandbox

_MARK = re.compile(r"<!--(qjx\d+xq)-->|(qjx\d+xq)")
_ALONE = re.compile(r"^[ \t]*((?:<!--qjx\d+xq-->[ \t]*)+)\n", re.MULTILINE)


@dataclass(slots=True)
class Marks:
    """The tags taken out so far; a mark is a bare word, or a comment where a word would be moved or escaped."""

    sandbox: Sandbox
    tags: list[str] = field(default_factory=list)

    def _pieces(self, text: str, name: str) -> list[tuple[str, str]]:
        """(kind, raw text): kind is data, variable or block; comments are dropped."""
        if "qjx" in text:
            raise RenderError("the letters qjx are reserved; write something else", name)
        pieces: list[tuple[str, str]] = []
        inside = ""
        for _, token, value in self.sandbox.lex(text, name):
            if token.startswith(("raw", "linestatement")):
                raise RenderError("raw is not allowed in a template", name)
            if token in ("variable_begin", "block_begin"):
                inside = token.removesuffix("_begin")
                pieces.append((inside, value))
            elif inside:
                pieces[-1] = (inside, pieces[-1][1] + value)
                inside = "" if token == f"{inside}_end" else inside
            elif token == "data":  # noqa: S105
                pieces.append(("data", value))
        return [_whole(kind, raw) for kind, raw in pieces]

    def _mark(self, tag: str) -> str:
        self.tags.append(tag)
        return f"qjx{len(self.tags) - 1}xq"

    def mask_lines(self, text: str, name: str) -> str:
        """Markdown with marks: a line of nothing but block tags becomes comments, any other tag a word."""
        marked = "".join(
            raw if kind == "data" else f"\x02{self._mark(raw)}\x03" if kind == "block" else self._mark(raw)
            for kind, raw in self._pieces(text, name)
        )
        lines = [
            re.sub("\x02|\x03", lambda c: "<!--" if c[0] == "\x02" else "-->", line)
            if re.fullmatch("\\s*(\x02\\w+\x03\\s*)+", line)
            else re.sub("[\x02\x03]", "", line)
            for line in marked.split("\n")
        ]
        return "\n".join(lines)

    def mask_markup(self, text: str, name: str, slot: str) -> tuple[str, str]:
        """MJML with marks, and the mark of `{{ slot }}`, which is filled by text and not kept as a tag."""
        out, found = "", ""
        for kind, raw in self._pieces(text, name):
            if kind == "data":
                out += raw
            elif raw.strip("{ }") == slot:
                found = "qjx-slot"
                out += found
            elif kind == "block" and out.rfind("<") <= out.rfind(">"):
                out += f"<!--{self._mark(raw)}-->"
            else:
                out += self._mark(raw)
        if not found:
            raise RenderError(f"lacks {{{{ {slot} }}}}", name)
        return out, found

    def as_link(self, mark: str) -> str:
        """The tag behind `mark` as one whose value is an allowed link or nothing (HOSTILE 33)."""
        inner = self.tags[int(mark[3:-2])].removeprefix("{{").removesuffix("}}").strip("- \n")
        self.tags.append("{{ (" + inner + ")|link }}")
        return f"qjx{len(self.tags) - 1}xq"

    def all_found(self, text: str, name: str) -> None:
        """Raise RenderError for a tag that the layout or Markdown lost, as inside a broken link."""
        present = {one or other for one, other in _MARK.findall(text)}
        lost = [tag for number, tag in enumerate(self.tags) if tag and f"qjx{number}xq" not in present]
        if lost:
            raise RenderError(f"{lost[0]} stands where a tag cannot, as inside a broken link", name)

    def unmask(self, text: str) -> str:
        """The text with its tags back; a line of nothing but block tags leaves no empty line."""
        text = _ALONE.sub(lambda found: found[1].rstrip(), text)
        return _MARK.sub(lambda found: self.tags[int((found[1] or found[2])[3:-2])], text)


def _whole(kind: str, raw: str) -> tuple[str, str]:
    """Blanks that a tag's lexer swallowed after `-%}` go; the tag ends with its bracket."""
    return kind, raw if kind == "data" else raw.rstrip()
