"""`notifier user`: who may sign in to the console; `notifier audit`: what was done there. Colour: door."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from notifier.cli.session import DONE, WITH_REFUSALS, By, Json, Session, say_json
from notifier.errors import UsageError
from notifier.pipeline import accounts, audited
from notifier.terms.operator import Operator, Role

Name = Annotated[str, typer.Argument(help="The name that they sign in with.")]
PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", help="Read the password from this file, - is stdin; default: ask.")
]
ROLE_HELP = "viewer looks, agent answers, editor writes templates, lead decides."

operators = typer.Typer(help="Who may sign in to the console.", no_args_is_help=True)


@operators.command("add")
def add(
    ctx: typer.Context,
    name: Name,
    role: Annotated[str, typer.Option("--role", help=ROLE_HELP)] = Role.LEAD.word,
    email: Annotated[str, typer.Option("--email", help="Where test messages of theirs go.")] = "",
    password_file: PasswordFile = None,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Add an account; its password is asked for, or read from a file."""
    session: Session = ctx.obj
    wanted = Operator(0, name, email, accounts.role_named(role))
    password, who, now = _password(password_file), session.operator(by), session.moment(None)
    with session.house() as house:
        made = accounts.add(house, wanted, password, who, now)
        audited.by_command(house, who, "account.add", f"{made.name} as {made.role.word}", now)
    if as_json:
        say_json(_as_json(made))
    else:
        session.console.print(f"{made.name} can sign in to the console as {made.role.word}", markup=False)


@operators.command("list")
def list_all(ctx: typer.Context, as_json: Json = False) -> None:
    """List the accounts."""
    session: Session = ctx.obj
    with session.house() as house:
        found = accounts.everybody(house)
    if as_json:
        say_json([_as_json(one) for one in found])
        return
    table = Table("name", "role", "email", "signs in", box=None)
    for one in found:
        how = "no longer" if one.disabled_at else "by identity provider" if one.outside else "by password"
        table.add_row(one.name, one.role.word, one.email, how)
    session.console.print(table if found else "nobody; add the first one: notifier user add NAME --role lead")


@operators.command("password")
def password(ctx: typer.Context, name: Name, password_file: PasswordFile = None, by: By = "") -> None:
    """Give an account a new password; what it has open is ended."""
    session: Session = ctx.obj
    new, now = _password(password_file), session.moment(None)
    with session.house() as house:
        ended = accounts.set_password(house, name, new, now)
        audited.by_command(house, session.operator(by), "account.password", name, now)
    session.console.print(f"{name} has a new password; {ended} sessions are over", markup=False)


@operators.command("role")
def set_role(ctx: typer.Context, name: Name, role: Annotated[str, typer.Argument(help=ROLE_HELP)], by: By = "") -> None:
    """Give an account another role."""
    session: Session = ctx.obj
    now = session.moment(None)
    with session.house() as house:
        changed = accounts.set_role(house, name, accounts.role_named(role), now)
        audited.by_command(house, session.operator(by), "account.role", f"{name} is {role}", now)
    session.console.print(f"{name} is {role} {'now' if changed else 'already'}", markup=False)


@operators.command("disable")
def disable(ctx: typer.Context, name: Name, by: By = "") -> None:
    """Let somebody sign in no more, and end what they have open."""
    session: Session = ctx.obj
    now, who = session.moment(None), session.operator(by)
    with session.house() as house:
        accounts.disable(house, name, who, now)
        audited.by_command(house, who, "account.disable", name, now)
    session.console.print(f"{name} can no longer sign in", markup=False)


@operators.command("enable")
def enable(ctx: typer.Context, name: Name, by: By = "") -> None:
    """Let somebody sign in again."""
    session: Session = ctx.obj
    with session.house() as house:
        accounts.enable(house, name)
        audited.by_command(house, session.operator(by), "account.enable", name, session.moment(None))
    session.console.print(f"{name} can sign in again", markup=False)


@operators.command("link")
def link(
    ctx: typer.Context,
    name: Name,
    subject: Annotated[str, typer.Argument(help="Who they are there, as the sign-in page has shown it.")],
    by: By = "",
) -> None:
    """Let an account sign in by the identity provider instead of its password."""
    session: Session = ctx.obj
    now = session.moment(None)
    with session.house() as house:
        accounts.link(house, name, subject, now)
        audited.by_command(house, session.operator(by), "account.link", name, now)
    session.console.print(f"{name} signs in by your identity provider now", markup=False)


def audit(
    ctx: typer.Context,
    most: Annotated[int, typer.Option("--most", min=1, help="How many at most, the newest first.")] = 50,
    operator: Annotated[str, typer.Option("--operator", help="Only what this one did.")] = "",
    verify: Annotated[bool, typer.Option("--verify", help="Prove that no entry was changed or taken out.")] = False,
    as_json: Json = False,
) -> None:
    """Show what was done at the console; nobody can change an entry."""
    session: Session = ctx.obj
    with session.house() as house:
        found = audited.entries(house, 1 if verify else most, None, operator)
        broken = audited.broken_at(house) if verify else None
    if verify:
        newest = found[0].hash if found else ""
        _tell_verified(session, broken, newest, as_json)
        raise typer.Exit(DONE if broken is None else WITH_REFUSALS)
    if as_json:
        say_json([dict(one._mapping) for one in found])  # noqa: SLF001 - the public name of a row's columns
        return
    table = Table("at (UTC)", "who", "what", "with", "where", "outcome", box=None)
    for one in found:
        told = (one.operator, one.note, one.detail, one.path, one.outcome)
        table.add_row(f"{one.at:%Y-%m-%d %H:%M}", *told)
    session.console.print(table if found else "nothing was done yet")


def _tell_verified(session: Session, broken: int | None, newest: str, as_json: bool) -> None:
    if as_json:
        say_json({"broken_at": broken, "newest": newest})
    elif broken is None:
        session.console.print(f"no entry was changed; the newest hash is {newest or 'none'}", markup=False)
    else:
        session.console.print(f"entry {broken} was changed, or one before it was taken out", markup=False)


def _password(file: Path | None) -> str:
    if file is None:
        if not sys.stdin.isatty():
            raise UsageError(
                "there is no terminal to ask for a password at; name a file with --password-file, - is stdin"
            )
        ask = partial(typer.prompt, hide_input=True, err=True)
        return str(ask("Password (12 characters or more)", confirmation_prompt="Once more"))
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise UsageError(f"{file} cannot be read: {type(fault).__name__}; name a readable file") from fault
    return text.rstrip("\r\n")


def _as_json(one: Operator) -> dict[str, object]:
    how = "identity provider" if one.outside else "password"
    return {"name": one.name, "role": one.role.word, "email": one.email, "by": how, "disabled": bool(one.disabled_at)}
