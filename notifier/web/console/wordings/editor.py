"""The template editor: what is written, what is wrong with it, and what it would say. Colour: door. Added by wordings.

A draft is shown in a frame that allows nothing and loads nothing, from a route of its own (HOSTILE 78).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from fastapi.responses import HTMLResponse, RedirectResponse, Response

from notifier.errors import Permanent, UsageError
from notifier.pipeline.draft_view import Chosen, View, email_in, texts_at_hand, view
from notifier.pipeline.house import House
from notifier.pipeline.previews import Overtaken
from notifier.pipeline.trial import untestable
from notifier.pipeline.wording_desk import Seen, save_draft, wording_of
from notifier.pipeline.wording_history import standing
from notifier.pipeline.wording_states import applying
from notifier.pipeline.worst_cases import worst_cases
from notifier.render.environment import CALLS
from notifier.render.framed import framed
from notifier.render.text_cost import cost
from notifier.render.variables import FILTERS, variables
from notifier.terms.operator import Role
from notifier.terms.wording import Texts, Wording
from notifier.terms.words import Channel
from notifier.web.console import reading
from notifier.web.console.asked import Asked
from notifier.web.console.paper import ALONE
from notifier.web.console.routes import Answer, Routes
from notifier.web.console.wordings.listing import OTHER, ROOT, href
from notifier.web.gate import Bounds

PAGE = ROOT + "/{purpose}/{channel}"
NO_PREVIEW = "<title>No preview</title><p>This draft cannot be filled in.</p>"
MOST_BYTES, AT_ONCE = 512 * 1024, 8
"""Of a form, and so many at once: two parts of 64 KB, each of whose bytes may be written as three."""

KEEPS = ("locale", "brand")
"""Fields that the audit log has of a deed."""
NAMES = {"subject.txt": "Subject", "email.md": "Email", "sms.txt": "Text"}


def wording_asked(asked: Asked) -> Wording:
    """The wording that a request is about. Raises UsageError for none that there is."""
    said = asked.form if asked.request.method == "POST" else asked.query
    given = (said.get("locale", ""), said.get("brand", ""))
    return wording_of(asked.house, asked.path["purpose"], asked.path["channel"], *given)


def seen_by(asked: Asked) -> Seen:
    """The draft as the form at hand was filled with; `over`: that of somebody else, by whose leave it is saved over.

    Raises UsageError.
    """
    revision, base = (number_in(asked.form.get(name, "")) for name in ("revision", "base"))
    over = number_in(asked.form.get("over", ""))
    return Seen(wording_asked(asked), max(revision if over < 0 else over, 0), max(base, 0))


def number_in(text: str) -> int:
    """A number as a form or an address has it; -1 for what is none that a version or a revision could have."""
    found = reading.whole(text)
    return -1 if found is None else found


def chosen(asked: Asked) -> Chosen:
    """The order that the draft is shown with. A number that two brands have is written as BRAND:NUMBER."""
    said = asked.form if asked.request.method == "POST" else asked.query
    return Chosen(said.get("order", "").strip()[:200])


def typed_texts(asked: Asked, wording: Wording) -> Texts:
    """The parts as they were typed; none where the form has them not."""
    form = asked.form
    if not set(wording.parts) <= form.keys():
        return {}
    return {part: form[part].replace("\r\n", "\n").replace("\r", "\n") for part in wording.parts}


def brought(asked: Asked) -> Seen:
    """The draft as a form's deed is about it: with what was typed, saved first where it is new. In a thread.

    Raises UsageError as `save_draft` does.
    """
    seen = seen_by(asked)
    texts, before = typed_texts(asked, seen.wording), standing(asked.house, seen.wording)
    if not texts or (before.draft is None and texts == texts_at_hand(asked.house, before)):
        return seen
    draft = save_draft(asked.house, seen, texts, asked.operator.name, asked.now)
    return replace(seen, revision=draft.revision)


async def show(asked: Asked) -> Response:
    """The editor's page. Who comes from a message is led to the wording that it was made of."""
    wording = wording_asked(asked)
    if "order" in asked.query and "own" not in asked.query:
        applies = await asked.run(partial(applying, asked.house, wording))
        if applies != wording:
            return RedirectResponse(href(applies, order=asked.query["order"]), 303)
    return await _page(asked, wording, "")


def again_where_refused(deed: Answer) -> Answer:
    """The deed; where it is refused, the page once more, with what was typed and why."""

    async def answer(asked: Asked) -> Response:
        try:
            return await deed(asked)
        except Permanent as fault:
            return await _page(asked, wording_asked(asked), str(fault))

    return answer


async def _page(asked: Asked, wording: Wording, fault: str) -> Response:
    """The page; with a `fault` as the form brought it, and what was not saved is to be saved as it would have been."""
    texts = typed_texts(asked, wording) if fault else {}
    found, trouble = await asked.run(partial(_view_or_sample, asked, wording, texts))
    refusal = await asked.run(partial(_refusal, asked, found, fault))
    # To look through all open orders takes up to a second, so only who asks waits for it.
    cases = await asked.run(partial(worst_cases, asked.house, asked.now)) if "cases" in asked.query else None
    return asked.page(
        "wordings/editor.html",
        422 if fault else 200,
        **await _looked(asked, found, refusal),
        note=asked.form.get("note", ""),
        title=asked.house.catalogue.purposes[wording.purpose].title,
        channels=[(one, href(replace(wording, channel=one))) for one in Channel],
        languages=_languages(asked.house, wording),
        cases=cases,
        trouble=trouble,
        groups=_grouped(found),
        filters=FILTERS,
        calls=CALLS,
    )


def _view_or_sample(asked: Asked, wording: Wording, texts: Texts | None) -> tuple[View, str]:
    """With the order chosen; without it, and why, where there is none such."""
    try:
        return view(asked.house, wording, chosen(asked), texts, asked.now), ""
    except UsageError as fault:
        return view(asked.house, wording, Chosen(), texts, asked.now), str(fault)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was refused. `unsaved`: what was typed is not saved; `over`: the revision it may be saved over."""

    why: str = ""
    unsaved: bool = False
    over: int | None = None


def _refusal(asked: Asked, found: View, why: str) -> Refusal:
    unsaved = bool(why) and found.texts != texts_at_hand(asked.house, found.standing)
    there = _revision(found)
    return Refusal(why, unsaved, there if unsaved and there != seen_by(asked).revision else None)


def _revision(found: View) -> int:
    return found.standing.draft.revision if found.standing.draft else 0


async def _looked(asked: Asked, found: View, refusal: Refusal, *, fresh: bool = False) -> Mapping[str, Any]:
    """What comes of filling a view in. Raises Overtaken where it is `fresh` and a newer one was asked for."""
    previews = asked.desk.previews
    answers = await found.answers(previews, asked.operator.id, fresh=fresh)
    filled = await previews.run(partial(found.filled, *answers))
    # What is not saved is told so again, and saved over nobody's draft, until they say so.
    seen = seen_by(asked) if refusal.unsaved else Seen(found.wording, _revision(found), found.standing.base)
    text = filled.text if found.wording.channel is Channel.SMS else ""
    return {
        "view": found,
        "wording": found.wording,
        "filled": filled,
        "cost": cost(text, asked.settings.sms.segment_price),
        "refusal": refusal,
        "revision": seen.revision,
        "base": seen.base,
        "order": chosen(asked).order,
        "draft": found.standing.draft,
        "untestable": untestable(found.wording.channel, asked.settings.delivery.mode),
        "second_person": asked.house.second_person,
        "may_write": asked.operator.may(Role.EDITOR),
        "names": NAMES,
        "other": OTHER[found.wording.channel],
        "href": href,
        "framed_at": partial(_framed_at, found, chosen(asked).order),
    }


def _framed_at(found: View, order: str, *, dark: bool = False) -> str:
    # The version is there so that a browser loads the frame anew when something was typed.
    version = found.written.source.version[:16]
    return href(found.wording, "preview", order=order, v=version, dark="1" if dark else "")


def _languages(house: House, wording: Wording) -> list[tuple[str, str]]:
    """The languages that anything is written in, with the page of each."""
    there = {tag for name in house.catalogue.purposes for tag in house.catalogue.locales(name)} | {wording.locale}
    return [(tag or "en", href(replace(wording, locale=tag))) for tag in sorted(there)]


def _grouped(found: View) -> Mapping[str, list[Any]]:
    """The variables by their headings, with what they say in the message at hand."""
    groups: dict[str, list[Any]] = {}
    email = found.wording.channel is Channel.EMAIL
    for one in variables(found.preview.content, found.written.source, email=email):
        groups.setdefault(one.group, []).append(one)
    return groups


async def typed(asked: Asked) -> Response:
    """Save what was typed, and say what is wrong with it and what it would say.

    Nothing is lost where somebody else has saved meanwhile: what was typed stays on the page, and the page says so.
    The headers say what the next save is over; without them, this one was none.
    """
    found, refusal = await asked.run(partial(_saved, asked))
    try:
        looked = await _looked(asked, found, refusal, fresh=True)
        answer = asked.part("wordings/_live.html", **looked, note=asked.form.get("note", ""), at=asked.now)
    except Overtaken:
        answer = Response(status_code=204)
    if not refusal.why:
        answer.headers["draft-revision"] = str(_revision(found))
        answer.headers["draft-base"] = str(found.standing.base)
    return answer


def _saved(asked: Asked) -> tuple[View, Refusal]:
    """What was typed, saved or not."""
    wording, why = wording_asked(asked), ""
    try:
        brought(asked)
    except UsageError as fault:
        why = str(fault)
    found, _ = _view_or_sample(asked, wording, typed_texts(asked, wording))
    return found, _refusal(asked, found, why)


async def framed_preview(asked: Asked) -> Response:
    """The email as a document of its own, without scripts and without anything from elsewhere."""
    wording = wording_asked(asked)
    found, _ = await asked.run(partial(_view_or_sample, asked, wording, None))
    answers = await found.answers(asked.desk.previews, asked.operator.id)
    dark = asked.query.get("dark") == "1"
    written = email_in(answers) or NO_PREVIEW
    html = await asked.desk.previews.run(partial(framed, written, dark=dark))
    return HTMLResponse(html, 200, {"content-security-policy": ALONE})


def routes(to: Routes) -> None:
    """To look, for whoever is signed in; to write, for editors."""
    to.room(PAGE + "/{deed}", Role.EDITOR, replace(Bounds(), most_bytes=MOST_BYTES, most_at_once=AT_ONCE))
    to.get(PAGE, Role.VIEWER, show)
    to.get(PAGE + "/preview", Role.VIEWER, framed_preview)
    to.post(PAGE + "/typed", Role.EDITOR, typed, "draft.save", KEEPS)
