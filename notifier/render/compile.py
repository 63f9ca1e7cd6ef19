"""Compiles a template once per version, then fills it per message. Colour: pure. Called in render_pool's processes.

email.md → Markdown → HTML → _layout.mjml (mrml) → CSS inlined → Jinja compiled. Jinja's tags travel through the
first steps as inert marks, because HTML parsers move a bare `{% for %}` out of a table. So Markdown and HTML are
compiled before any data exist: data can be neither (HOSTILE 34).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import css_inline
import mrml
from jinja2 import Template, TemplateSyntaxError
from markdown_it import MarkdownIt
from markdown_it.token import Token

from notifier.errors import RenderError
from notifier.render import clean, texts
from notifier.render.catalogue import TemplateSource
from notifier.render.context import build
from notifier.render.environment import Sandbox, check, environment, refuse
from notifier.render.marks import Marks
from notifier.render.plain import plain, wrap
from notifier.terms.content import Content, RenderedEmail, RenderedText

LARGEST_PART = 100 * 1024
"""Bytes of a filled part (HOSTILE 29); mail readers cut a longer one off as well."""
LAYOUT_NAMES = frozenset({"body", "subject", "preheader"})
_TAG = re.compile(r'<([a-z][a-z0-9]*) ((?:[^<>"]|"[^"]*")*>)')
_COMMENT_MARK = re.compile(r"<!--qjx\d+xq-->")
_LINK_MARK = re.compile(r'((?:href|src)=")(qjx\d+xq)')


@dataclass(frozen=True, slots=True)
class Compiled:
    """One template version, ready to be filled; not picklable, lives where it was compiled."""

    source: TemplateSource
    words: Mapping[str, str]
    subject: Template = field(repr=False)
    html: Template = field(repr=False)
    text: Template = field(repr=False)
    sms: Template = field(repr=False)

    def files(self, *parts: str) -> dict[str, str]:
        """The files as written, by the name a person knows them by."""
        folder = f"{self.source.purpose}/{self.source.locale}".rstrip("/")
        return {f"{folder}/{part}": self.source.part(part) for part in parts}


def compile_source(source: TemplateSource) -> Compiled:
    """Compile one template version. Raises RenderError with file and line; takes some 5 to 50 ms."""
    folder = f"{source.purpose}/{source.locale}".rstrip("/")
    escaping, verbatim = (environment(html=html, tone=source.tone) for html in (True, False))
    check(verbatim, source.subject, f"{folder}/subject.txt")
    check(verbatim, source.email, f"{folder}/email.md")
    check(verbatim, source.sms, f"{folder}/sms.txt")
    check(verbatim, source.layout, "_layout.mjml", LAYOUT_NAMES)
    texts.lint(source.sms, f"{folder}/sms.txt")
    marks = Marks(verbatim)
    tokens = _markdown(marks.mask_lines(source.email, f"{folder}/email.md"), f"{folder}/email.md")
    page = _page(marks, source.layout, _html(tokens))
    # Only within a tag is a line end never shown; with short lines the mail need not be quoted (RFC 5322, 2.1.1).
    html = _LINK_MARK.sub(lambda found: found[1] + marks.as_link(found[2]), _TAG.sub(r"<\1\n\2", page))
    return Compiled(
        source=source,
        words=dict(source.words),
        subject=verbatim.from_string(source.subject),
        html=_finished(escaping, marks.unmask(html), f"{folder}/email.md"),
        text=_finished(verbatim, marks.unmask(plain(tokens)), f"{folder}/email.md"),
        sms=verbatim.from_string(source.sms),
    )


def _finished(sandbox: Sandbox, text: str, name: str) -> Template:
    try:
        return sandbox.from_string(text)
    except TemplateSyntaxError as error:
        raise RenderError(f"a tag stands where it cannot: {error.message}", name) from None


def _markdown(text: str, name: str) -> list[Token]:
    """Tokens of the Markdown; `[Show](address "button")` becomes a button. HTML is refused (HOSTILE 78)."""
    tokens = MarkdownIt("commonmark", {"xhtmlOut": True}).parse(text)
    for token in tokens:
        _refuse_markup(token, name)
        for child in token.children or ():
            _refuse_markup(child, name)
            if child.type == "link_open" and child.attrGet("title") == "button":
                child.attrs.pop("title")
                child.attrSet("class", "button")
    return tokens


def _refuse_markup(token: Token, name: str) -> None:
    """Only the marks of tags may stand as comments: what an editor types can be no element, style or script."""
    left = _COMMENT_MARK.sub("", token.content).strip() if token.type in ("html_block", "html_inline") else ""
    if left:
        raise RenderError(f"{left[:30]} is HTML; write Markdown: **bold**, [link](address), - for a list", name)


def _html(tokens: list[Token]) -> str:
    markdown = MarkdownIt("commonmark", {"xhtmlOut": True})
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def _page(marks: Marks, layout: str, body: str) -> str:
    masked, slot = marks.mask_markup(layout, "_layout.mjml", "body")
    try:
        laid_out = mrml.to_html(masked, None, mrml.RenderOptions(fonts={})).content
    except OSError as error:
        raise RenderError(f"is no valid MJML: {error}", "_layout.mjml") from None
    marks.all_found(laid_out.replace(slot, body), "_layout.mjml")
    inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False, minify_css=True)
    return inliner.inline(laid_out.replace(slot, body))


def render_email(compiled: Compiled, content: Content) -> RenderedEmail:
    """Fill one email. Raises RenderError with file and line; takes a fraction of a millisecond."""
    context: dict[str, Any] = dict(build(content, compiled.words, compiled.source.speaks))
    try:
        subject, _, preheader = compiled.subject.render(context).strip().partition("\n")
        context["subject"], context["preheader"] = clean.header(subject), clean.line(preheader)
        html = compiled.html.render(context)
        text = wrap(compiled.text.render(context))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001
        refuse(error, compiled.files("subject.txt", "email.md") | {"_layout.mjml": compiled.source.layout}, context)
    if not context["subject"]:
        raise RenderError("the subject is empty", next(iter(compiled.files("subject.txt"))))
    for part in (html, text):
        _capped(part, next(iter(compiled.files("email.md"))))
    return RenderedEmail(context["subject"], clean.body(html), clean.body(text), compiled.source.version)


def render_text(compiled: Compiled, content: Content, max_segments: int = texts.MAX_SEGMENTS) -> RenderedText:
    """Fill one text, shortening product names until it fits `max_segments`. Raises RenderError if it never does."""
    context: dict[str, Any] = dict(build(content, compiled.words, compiled.source.speaks))

    def fill(values: Mapping[str, Any]) -> str:
        try:
            return compiled.sms.render(values)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001
            refuse(error, compiled.files("sms.txt"), values)

    text, segments, encoding = texts.fitted(fill, context, compiled.words, max_segments)
    if segments > max_segments:
        where = next(iter(compiled.files("sms.txt")))
        raise RenderError(f"needs {segments} segments, {max_segments} are allowed; shorten the template", where)
    return RenderedText(text, segments, encoding, compiled.source.version)


def _capped(part: str, where: str) -> None:
    if len(part) > LARGEST_PART or len(part.encode("utf-8", "replace")) > LARGEST_PART:
        raise RenderError(f"grew over {LARGEST_PART // 1024} KB; shorten it, or list fewer lines", where)
