"""What an editor does with a draft: save, test, ask, approve, publish, throw away. Colour: door. Added by wordings."""

from functools import partial

from fastapi.responses import Response

from notifier import app
from notifier.pipeline.draft_view import view
from notifier.pipeline.publishing import NewVersion, Word, publish, roll_back, take_back
from notifier.pipeline.trial import Places, send_trial, trial_parcel
from notifier.pipeline.wording_desk import approve, catch_up, discard, save_draft, submit
from notifier.pipeline.wording_history import standing
from notifier.terms.operator import Role
from notifier.terms.words import Channel
from notifier.web.console.asked import Asked
from notifier.web.console.routes import Routes
from notifier.web.console.wordings.editor import (
    KEEPS,
    PAGE,
    chosen,
    number_in,
    seen_by,
    typed_texts,
    wording_asked,
)
from notifier.web.console.wordings.listing import OTHER, href


def _back(asked: Asked, said: str) -> Response:
    return asked.to(href(wording_asked(asked), order=asked.form.get("order", ""), own="1"), said)


async def save(asked: Asked) -> Response:
    """Save without script; with script it happens as one types."""
    seen = seen_by(asked)
    texts = typed_texts(asked, seen.wording)
    await asked.run(partial(save_draft, asked.house, seen, texts, asked.operator.name, asked.now))
    return _back(asked, "The draft is saved.")


async def ask_approval(asked: Asked) -> Response:
    """Ask for another person's approval."""
    await asked.run(partial(submit, asked.house, seen_by(asked), asked.operator.name))
    return _back(asked, "Another person may approve it now.")


async def give_approval(asked: Asked) -> Response:
    """Approve somebody else's draft."""
    await asked.run(partial(approve, asked.house, seen_by(asked), asked.operator.name))
    return _back(asked, "Approved. It can be published now.")


async def throw_away(asked: Asked) -> Response:
    """Throw the draft away; what is in force stays."""
    await asked.run(partial(discard, asked.house, seen_by(asked)))
    return _back(asked, "The draft is thrown away. What customers read has not changed.")


async def take_into_account(asked: Asked) -> Response:
    """Say that the draft was compared with what was published meanwhile."""
    await asked.run(partial(catch_up, asked.house, seen_by(asked)))
    return _back(asked, "The draft stands on the newest version now.")


def _word(asked: Asked) -> Word:
    return Word(asked.operator.name, asked.form.get("note", ""))


async def _published(asked: Asked, new: NewVersion) -> Response:
    one = new.version.wording
    if (await asked.run(partial(standing, asked.house, one))).waits:
        return _back(asked, f"Version {new.version.number} is sent once the {OTHER[one.channel]} is published, too.")
    freed = f" {new.released} held messages go on." if new.released else ""
    return _back(asked, f"Version {new.version.number} is in force.{freed}")


async def put_in_force(asked: Asked) -> Response:
    """Publish the draft, checked whole."""
    act = partial(publish, asked.house, asked.desk.previews.pool, seen_by(asked), _word(asked), asked.now)
    return await _published(asked, await asked.desk.previews.run(act))


async def roll_back_to(asked: Asked) -> Response:
    """Put an older version in force again."""
    which = (seen_by(asked), number_in(asked.form.get("number", "")))
    act = partial(roll_back, asked.house, asked.desk.previews.pool, which, _word(asked), asked.now)
    return await _published(asked, await asked.desk.previews.run(act))


async def back_to_file(asked: Asked) -> Response:
    """Let the file's text hold again."""
    act = partial(take_back, asked.house, asked.desk.previews.pool, seen_by(asked), _word(asked), asked.now)
    return await _published(asked, await asked.desk.previews.run(act))


async def test(asked: Asked) -> Response:
    """Send the draft to oneself."""
    wording, settings, previews = wording_asked(asked), asked.settings, asked.desk.previews
    found = await asked.run(partial(view, asked.house, wording, chosen(asked), None, asked.now))
    act = partial(trial_parcel, asked.house, previews.pool, found.job, asked.operator, asked.now)
    parcel = await previews.run(act)
    said = settings.delivery
    redirected = {Channel.EMAIL: said.redirect_to_email, Channel.SMS: said.redirect_to_phone}
    places = Places(str(settings.delivery_folder), redirected)
    return _back(asked, await send_trial(parcel, partial(app.open_senders, settings), said.mode, places))


def routes(to: Routes) -> None:
    """All for editors."""
    to.post(PAGE + "/save", Role.EDITOR, save, "draft.save", KEEPS)
    to.post(PAGE + "/test", Role.EDITOR, test, "draft.test", KEEPS)
    to.post(PAGE + "/submit", Role.EDITOR, ask_approval, "draft.submit", KEEPS)
    to.post(PAGE + "/approve", Role.EDITOR, give_approval, "draft.approve", KEEPS)
    to.post(PAGE + "/catch-up", Role.EDITOR, take_into_account, "draft.catch_up", KEEPS)
    to.post(PAGE + "/discard", Role.EDITOR, throw_away, "draft.discard", KEEPS)
    to.post(PAGE + "/publish", Role.EDITOR, put_in_force, "template.publish", KEEPS)
    to.post(PAGE + "/roll-back", Role.EDITOR, roll_back_to, "template.roll_back", (*KEEPS, "number"))
    to.post(PAGE + "/back-to-file", Role.EDITOR, back_to_file, "template.back_to_file", KEEPS)
