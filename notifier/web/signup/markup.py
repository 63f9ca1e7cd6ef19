"""The pages of a sign-up as HTML, without a script and without anything to load. Colour: door. Used by form, confirm.

All that is not written here is escaped. The style is the only one that the policy of the page allows, by its hash.
"""

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from fastapi.responses import HTMLResponse

from notifier.render import clean, colour
from notifier.render.context import FALLBACK_COLOUR
from notifier.terms.content import BrandLook

_STYLE = """
:root{{color-scheme:{scheme};--ink:#1c2126;--soft:#57606a;--ground:#fff;--edge:#7d8690;--brand:{own};--on:{on};\
--bad:#b3261e}}
*{{box-sizing:border-box}}
body{{margin:0;font:1rem/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--ink);\
background:var(--ground)}}
main{{max-width:34rem;margin:0 auto;padding:1rem}}
h1{{font-size:1.15rem;line-height:1.3;margin:0 0 .75rem}}
p{{margin:0 0 .75rem}}
label{{display:block;font-weight:600}}
label small,.soft{{font-weight:400;font-size:.875rem;color:var(--soft)}}
input[type=email],input[type=tel]{{display:block;width:100%;min-height:2.75rem;margin:.25rem 0;\
padding:.5rem .65rem;font:inherit;font-weight:400;color:inherit;background:transparent;border:1px solid var(--edge);\
border-radius:.4rem}}
.or{{margin:.35rem 0;color:var(--soft)}}
.two{{display:grid;gap:0 1rem}}
@media(min-width:30rem){{.two.both{{grid-template-columns:1fr auto 1fr;align-items:start}}\
.two .or{{margin-top:2.3rem}}}}
.agree{{display:grid;grid-template-columns:1.5rem 1fr;gap:.6rem;font-weight:400;font-size:.875rem;margin:.9rem 0 1rem}}
.agree span+span{{display:block;margin-top:.4rem}}
.agree input{{width:1.5rem;height:1.5rem;margin:0;accent-color:var(--brand)}}
button{{font:inherit;font-weight:600;width:100%;min-height:2.75rem;padding:.6rem 1.2rem;color:var(--on);\
background:var(--brand);border:1px solid transparent;border-radius:.4rem;cursor:pointer}}
@media(min-width:30rem){{button{{width:auto}}}}
:focus-visible{{outline:3px solid var(--edge);outline-offset:2px}}
blockquote{{margin:0 0 1rem;padding:.1rem 0 .1rem .9rem;border-left:4px solid var(--brand)}}
.bad{{color:var(--bad);font-weight:600}}
.trap{{position:absolute;left:-999rem;width:1px;height:1px;overflow:hidden}}
"""

_DARK = """\
@media(prefers-color-scheme:dark){:root{--ink:#e6e8ea;--soft:#a9b1b9;--ground:#16191c;--edge:#7d8690;--bad:#ff8a80}}
"""
"""Not for a page that a shop shows in its own: that is light, as most shops are."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the brand it belongs to, its language and phrases, and who may show it in a frame (nobody: empty)."""

    look: BrandLook
    locale: str
    words: Mapping[str, str]
    framed_by: Sequence[str] = ()

    def response(self, title: str, body: str, status: int = 200) -> HTMLResponse:
        """The page with its headers; `body` is HTML."""
        style = _style(self.look, framed=bool(self.framed_by))
        language = escape(self.locale.split("-")[0], quote=True)
        html = (
            f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
            f"<h1>{escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
        )
        return HTMLResponse(html, status, {"Content-Security-Policy": self._policy(style)})

    def _policy(self, style: str) -> str:
        digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
        frames = " ".join(self.framed_by) or "'none'"
        return (
            f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'self';"
            f" frame-ancestors {frames}"
        )

    def says(self, key: str, **values: str) -> str:
        """A phrase, escaped, with `values` put in."""
        found = self.words[key]
        for name, value in values.items():
            found = found.replace(f"{{{name}}}", value)
        return escape(found)


def _style(look: BrandLook, *, framed: bool) -> str:
    own = clean.colour(look.colour, FALLBACK_COLOUR)
    scheme = "light" if framed else "light dark"
    return _STYLE.format(own=own, on=colour.palette(own)[0], scheme=scheme) + ("" if framed else _DARK)


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed into the form, to be shown again, and the phrase of what is wrong with it."""

    email: str = ""
    phone: str = ""
    wrong: str = ""


def form_page(page: Page, typed: Typed, agreement: Sequence[str], *, texts: bool) -> HTMLResponse:
    """The form; `agreement` is the wording beside its box, a part for each channel, `texts`: a number may be given."""
    parts = " ".join(f"<span>{escape(one)}</span>" for one in agreement)
    wrong = f'<p class="bad" role="alert">{page.says(typed.wrong)}</p>\n' if typed.wrong else ""
    fields = _field(page, "email", typed.email)
    if texts:
        fields += f'\n<p class="or">{page.says("signup_or")}</p>\n' + _field(page, "phone", typed.phone)
    body = (
        f'{wrong}<form method="post" action="?lang={escape(page.locale, quote=True)}">\n'
        f'<div class="two{" both" if texts else ""}">\n{fields}\n</div>\n'
        '<p class="trap" aria-hidden="true"><label>Website <input name="website" tabindex="-1" autocomplete="off">'
        "</label></p>\n"
        f'<label class="agree"><input type="checkbox" name="agree" value="yes" required>'
        f"<span>{parts}</span></label>\n"
        f"<button>{page.says('signup_button')}</button>\n</form>"
    )
    return page.response(page.words["signup_title"], body, 422 if typed.wrong else 200)


def _field(page: Page, name: str, value: str) -> str:
    kind, fill = ("email", "email") if name == "email" else ("tel", "tel")
    hint = f"<small>{page.says('signup_phone_hint')}</small>" if name == "phone" else ""
    return (
        f"<label>{page.says(f'signup_{name}')}\n"
        f'<input type="{kind}" name="{name}" autocomplete="{fill}" maxlength="254" value="{escape(value, quote=True)}">'
        f"{hint}</label>"
    )


def sent_page(page: Page) -> HTMLResponse:
    """The answer to whatever was given: the same for everybody."""
    return page.response(page.words["signup_thanks"], f'<p role="status">{page.says("signup_sent")}</p>')


def too_many_page(page: Page) -> HTMLResponse:
    """Somebody asks too often."""
    return page.response(page.words["signup_title"], f'<p role="alert">{page.says("signup_too_many")}</p>', 429)


def ask_page(page: Page, products: str, wording: str, button: str) -> HTMLResponse:
    """The page of a request that is open. Only one with a proof as its `button` can agree; one without leads to it."""
    proof = f'<input type="hidden" name="button" value="{escape(button, quote=True)}">' if button else ""
    does = page.says("confirm_button" if button else "confirm_first")
    named = f"<p>{page.says('confirm_asked', products=products)}</p>\n" if products else ""
    body = (
        f'<p class="soft">{escape(page.look.name)}</p>\n{named}<blockquote><p>{escape(wording)}</p></blockquote>\n'
        f'<form method="post">{proof}<p><button>{does}</button></p></form>\n'
        f'<p class="soft">{page.says("confirm_else")}</p>'
    )
    return page.response(page.words["confirm_title"], body)


def agreed_page(page: Page, products: str) -> HTMLResponse:
    """The page of a request that was answered."""
    named = f"<p>{page.says('confirm_asked', products=products)}</p>\n" if products else ""
    more = f"{named}<p>{page.says('confirm_next')}</p>" if products else ""
    return page.response(page.words["confirm_done"], f'<p class="soft">{escape(page.look.name)}</p>\n{more}')


def gone_page(page: Page, days: int) -> HTMLResponse:
    """The page of every link that does not work, whatever the reason."""
    body = f"<p>{page.says('confirm_gone', days=str(days), reply=page.look.reply_address)}</p>"
    return page.response(page.words["confirm_gone_title"], body, 404)
