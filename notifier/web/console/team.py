"""Accounts, one's own account, and the audit log. Colour: door. Added by console.opening."""

from functools import partial

from fastapi.responses import Response

from notifier.errors import UsageError
from notifier.pipeline import accounts, audited
from notifier.pipeline.signing_in import sessions
from notifier.terms.operator import Operator, Role
from notifier.web.console import reading
from notifier.web.console.asked import Asked
from notifier.web.console.audit_words import NOTE_WORDS
from notifier.web.console.routes import Routes

TEAM, ME, AUDIT = "/console/team", "/console/me", "/console/audit"
MOST_ENTRIES = 100


async def show(asked: Asked) -> Response:
    """All accounts."""
    found = await asked.run(partial(accounts.everybody, asked.house))
    return asked.page("team/team.html", operators=found, roles=list(Role))


async def add(asked: Asked) -> Response:
    """A new account, with a first password that its owner should change."""
    form = asked.form
    wanted = Operator(0, form.get("name", ""), form.get("email", "").strip(), accounts.role_named(form.get("role", "")))
    act = partial(accounts.add, asked.house, wanted, form.get("password", ""), asked.operator.name, asked.now)
    made = await asked.run(act)
    return asked.to(TEAM, f"{made.name} can sign in as {made.role.word}.")


async def set_role(asked: Asked) -> Response:
    """Another role."""
    name, role = asked.form.get("name", ""), accounts.role_named(asked.form.get("role", ""))
    changed = await asked.run(partial(accounts.set_role, asked.house, name, role, asked.now))
    words = "now, and must sign in again" if changed else "already"
    return asked.to(TEAM, f"{name} is {role.word} {words}.")


async def disable(asked: Asked) -> Response:
    """No more sign-in."""
    name = asked.form.get("name", "")
    await asked.run(partial(accounts.disable, asked.house, name, asked.operator.name, asked.now))
    return asked.to(TEAM, f"{name} can no longer sign in.")


async def enable(asked: Asked) -> Response:
    """Sign-in again."""
    name = asked.form.get("name", "")
    await asked.run(partial(accounts.enable, asked.house, name))
    return asked.to(TEAM, f"{name} can sign in again.")


async def show_me(asked: Asked) -> Response:
    """One's own account."""
    found = await asked.run(partial(sessions, asked.house, asked.operator, asked.desk.turn, asked.now))
    return asked.page("team/me.html", sessions=found, session=asked.session)


async def change_password(asked: Asked) -> Response:
    """A new password; every other session of theirs ends."""
    form = asked.form
    if form.get("password", "") != form.get("again", ""):
        raise UsageError("the two passwords differ; type the same one twice")
    act = partial(
        accounts.change_password, asked.house, asked.operator, (form.get("old", ""), form.get("password", ""))
    )
    # Who has found an open session must not find the password too.
    if not asked.desk.signing.take(f"account {asked.operator.id}") or asked.desk.places.full:
        raise UsageError("there were too many tries; wait a minute")
    await asked.desk.places.run(partial(asked.run, partial(act, asked.session, asked.now)))
    return asked.to(ME, "Your password is changed; your other sessions are over.")


async def change_email(asked: Asked) -> Response:
    """Where test messages go."""
    email = asked.form.get("email", "").strip()
    await asked.run(partial(accounts.set_email, asked.house, asked.operator.name, email))
    return asked.to(ME, "Saved.")


async def end_others(asked: Asked) -> Response:
    """End what is open elsewhere."""
    act = partial(accounts.end_sessions, asked.house, asked.operator.name, asked.now, asked.session)
    count = await asked.run(act)
    return asked.to(ME, f"{count} other sessions are over.")


async def show_audit(asked: Asked) -> Response:
    """What was done at the console, the newest first."""
    earlier = reading.whole(asked.query.get("before", ""))
    act = partial(audited.entries, asked.house, MOST_ENTRIES, earlier, asked.query.get("operator", ""))
    found = await asked.run(act)
    of = asked.query.get("operator", "")
    return asked.page("team/audit.html", entries=found, most=MOST_ENTRIES, of=of, words=NOTE_WORDS)


def routes(to: Routes) -> None:
    """The routes."""
    to.get(TEAM, Role.LEAD, show)
    to.post(f"{TEAM}/add", Role.LEAD, add, "account.add", ("name", "role"))
    to.post(f"{TEAM}/role", Role.LEAD, set_role, "account.role", ("name", "role"))
    to.post(f"{TEAM}/disable", Role.LEAD, disable, "account.disable", ("name",))
    to.post(f"{TEAM}/enable", Role.LEAD, enable, "account.enable", ("name",))
    to.get(ME, Role.VIEWER, show_me)
    to.post(f"{ME}/password", Role.VIEWER, change_password, "account.password")
    to.post(f"{ME}/email", Role.VIEWER, change_email, "account.email")
    to.post(f"{ME}/sessions", Role.VIEWER, end_others, "account.sessions")
    to.get(AUDIT, Role.LEAD, show_audit)
