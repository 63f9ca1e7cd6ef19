"""What an editor does with a draft: save, test, ask, approve, publish, throw away. Colour: door. Added by wordings."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from fastapi.responses import Response

from notifier import app
from notifier.pipeline.draft_view import view
from notifier.pipeline.publishing import Sound, Word, put_in_force, sound_draft, sound_file, sound_version
from notifier.pipeline.trial import Places, send_trial, trial_parcel
from notifier.pipeline.wording_desk import approve, catch_up, discard, submit
from notifier.pipeline.wording_history import standing
from notifier.terms.operator import Role
from notifier.terms.words import Channel
from notifier.web.console.asked import Asked
from notifier.web.console.routes import Routes
from notifier.web.console.wordings.editor import (
    KEEPS,
    PAGE,
    again_where_refused,
    brought,
    chosen,
    number_in,
    seen_by,
    wording_asked,
)
from notifier.web.console.wordings.listing import OTHER, href


def _back(asked: Asked, said: str) -> Response:
    return asked.to(href(wording_asked(asked), order=asked.form.get("order", ""), own="1"), said)


async def save(asked: Asked) -> Response:
    """Save without script; with script it happens as one types."""
    seen = await asked.run(partial(brought, asked))
    return _back(asked, "The draft is saved." if seen.revision else "Nothing is changed, so there is nothing to save.")


async def ask_approval(asked: Asked) -> Response:
    """Ask for another person's approval."""
    await asked.run(lambda: submit(asked.house, brought(asked), asked.operator.name))
    return _back(asked, "Another person may approve it now.")


async def give_approval(asked: Asked) -> Response:
    """Approve somebody else's draft."""
    await asked.run(lambda: approve(asked.house, brought(asked), asked.operator.name))
    return _back(asked, "Approved. It can be published now.")


async def throw_away(asked: Asked) -> Response:
    """Throw the draft away; what is in force stays."""
    await asked.run(partial(discard, asked.house, seen_by(asked)))
    return _back(asked, "The draft is thrown away. What customers read has not changed.")


async def take_into_account(asked: Asked) -> Response:
    """Say that the draft was compared with the newest version, whose number the button has."""
    newest = number_in(asked.form.get("newest", ""))
    await asked.run(lambda: catch_up(asked.house, replace(brought(asked), base=newest)))
    return _back(asked, "The draft stands on the newest version now.")


def _word(asked: Asked) -> Word:
    return Word(asked.operator.name, asked.form.get("note", ""))


async def _in_force(asked: Asked, check: Callable[[], Sound]) -> Response:
    """Check what is to come into force where drafts are rendered; write it where the database may be waited for."""
    sound = await asked.rendered(check)
    new = await asked.run(partial(put_in_force, asked.house, sound))
    one = new.version.wording
    if (await asked.run(partial(standing, asked.house, one))).waits:
        return _back(asked, f"Version {new.version.number} is sent once the {OTHER[one.channel]} is published, too.")
    freed = f" {new.released} held messages go on." if new.released else ""
    return _back(asked, f"Version {new.version.number} is in force.{freed}")


async def publish(asked: Asked) -> Response:
    """Publish the draft, checked whole."""
    seen = await asked.run(partial(brought, asked))
    pool = asked.desk.previews.pool
    return await _in_force(asked, partial(sound_draft, asked.house, pool, seen, _word(asked), asked.now))


async def roll_back(asked: Asked) -> Response:
    """Put an older version in force again."""
    pool, which = asked.desk.previews.pool, (seen_by(asked), number_in(asked.form.get("number", "")))
    return await _in_force(asked, partial(sound_version, asked.house, pool, which, _word(asked), asked.now))


async def back_to_file(asked: Asked) -> Response:
    """Let the file's text hold again."""
    pool = asked.desk.previews.pool
    return await _in_force(asked, partial(sound_file, asked.house, pool, seen_by(asked), _word(asked), asked.now))


async def test(asked: Asked) -> Response:
    """Send the draft to oneself."""
    wording, settings = wording_asked(asked), asked.settings
    await asked.run(partial(brought, asked))
    found = await asked.run(partial(view, asked.house, wording, chosen(asked), None, asked.now))
    act = partial(trial_parcel, asked.house, asked.desk.previews.pool, found.job, asked.operator, asked.now)
    parcel = await asked.rendered(act)
    said = settings.delivery
    redirected = {Channel.EMAIL: said.redirect_to_email, Channel.SMS: said.redirect_to_phone}
    places = Places(str(settings.delivery_folder), redirected)
    return _back(asked, await send_trial(parcel, partial(app.open_senders, settings), said.mode, places))


def routes(to: Routes) -> None:
    """All for editors."""
    for path, deed, note in (
        ("save", save, "draft.save"),
        ("test", test, "draft.test"),
        ("submit", ask_approval, "draft.submit"),
        ("approve", give_approval, "draft.approve"),
        ("catch-up", take_into_account, "draft.catch_up"),
        ("discard", throw_away, "draft.discard"),
        ("publish", publish, "template.publish"),
        ("back-to-file", back_to_file, "template.back_to_file"),
    ):
        to.post(f"{PAGE}/{path}", Role.EDITOR, again_where_refused(deed), note, KEEPS)
    to.post(PAGE + "/roll-back", Role.EDITOR, roll_back, "template.roll_back", (*KEEPS, "number"))
