"""`notifier check`: every fault on one screen, each with its remedy, and an exit code that tells them apart."""

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifier import app
from notifier.cli import main
from notifier.pipeline import configured
from notifier.pipeline.check import Access, Finding, Level, check, surroundings, templates
from notifier.settings import load_settings
from notifier.settings.access import email_access, sms_access
from tests.standins.identity_provider import identity_provider
from tests.standins.smtp_sink import Script, smtp_sink
from tests.standins.twilio_api import ACCOUNT, TOKEN, twilio_api

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
ACCESS = Access(app.read_secrets, configured.source_profile, email_access, sms_access)
REDIRECT = (
    '[delivery]\nmode = "redirect"\nredirect_to_email = "team@shop.example"\nredirect_to_phone = "+14155550123"\n'
)
BRAND = '[brands.main]\nsender = "Shop <orders@shop.example>"\ntext_sender = "+14155550123"\n'

Look = Callable[..., dict[str, list[Finding]]]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Writes settings, migrates unless told not to, and gives the findings by what was looked at."""

    def run(text: str = "", migrated: bool = True, **environ: str) -> dict[str, list[Finding]]:
        path = tmp_path / "settings.toml"
        path.write_text(text, "utf-8")
        settings = load_settings(path, environ)
        if migrated:
            app.migrate(settings)
        found: dict[str, list[Finding]] = {}
        for one in surroundings(settings, ACCESS, NOW):
            found.setdefault(one.what, []).append(one)
        return found

    return run


def templates_told(folder: Path, name: str, text: str) -> list[Finding]:
    """What is found where the shop of `folder` has this file among its templates."""
    path = folder / "templates" / name
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    (folder / "settings.toml").write_text("")
    return templates(load_settings(folder / "settings.toml", {}), NOW)


def only(found: dict[str, list[Finding]], what: str) -> tuple[str, str]:
    (one,) = found[what]
    return one.level.value, one.text


def test_a_fresh_shop_in_folder_mode_has_no_fault(look: Look, tmp_path: Path) -> None:
    look()
    found = check(load_settings(tmp_path / "settings.toml", {}), ACCESS, NOW)
    assert {one.level for one in found} <= {Level.OK, Level.SKIPPED} and "templates" in {one.what for one in found}


def test_a_shop_that_was_never_migrated_is_told_the_command(look: Look, tmp_path: Path) -> None:
    found = look(migrated=False)
    assert all(only(found, what)[0] == "fault" for what in ("signing key", "database"))
    assert all("notifier migrate" in only(found, what)[1] for what in ("signing key", "database"))
    assert not (tmp_path / "notifier.db").exists()


def test_a_database_of_another_version_is_told_the_command(look: Look, tmp_path: Path) -> None:
    look()
    with sqlite3.connect(tmp_path / "notifier.db") as database:
        database.execute("UPDATE alembic_version SET version_num = 'older'")
    level, text = only(look(migrated=False), "database")
    assert (level, "schema older" in text, "notifier migrate" in text) == ("fault", True, True)


def test_a_database_that_does_not_answer_is_a_fault_without_its_password(look: Look) -> None:
    key = {"NOTIFIER_SIGNING__KEY": "k" * 40, "NOTIFIER_DATABASE__URL": "postgresql://shop:hush@127.0.0.1:1/shop"}
    level, text = only(look(migrated=False, **key), "database")
    assert level == "fault"
    assert "hush" not in text


def test_a_key_that_others_may_read_is_a_warning(look: Look, tmp_path: Path) -> None:
    look()
    (tmp_path / "signing.key").chmod(0o644)
    assert only(look(), "signing key") == ("warning", "others may read it. Type: chmod 600 signing.key")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("delay/email.md", "{{ order.nothing }}", "delay"),
        ("ready/sms.txt", "{% for x in %}", "ready"),
        (
            "placed/purpose.toml",
            'class = "service"\nrung = "placed"\noccasion = "full_moon"\ntitle = "x"\n',
            "full_moon",
        ),
        ("delay/notes.txt", "to do", "is no template file"),
        ("delay/email.md", "{{ greeting }}\n\nIt is late.\n", "add {{ must.silence_consents }}"),
        ("_words/de.toml", 'must_see_email = "Mehr per E-Mail"\n', "must_see_email has fewer than 4 words"),
    ],
)
def test_a_broken_template_is_found_before_a_customer_waits_for_it(
    tmp_path: Path, name: str, text: str, told: str
) -> None:
    found = templates_told(tmp_path, name, text)
    assert {one.level for one in found} == {Level.FAULT}
    assert any(told in one.text for one in found)


def test_a_source_without_files_is_a_warning_and_one_with_files_is_not(look: Look, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("order_id\n")
    text = '[[sources]]\nname = "{0}"\nkind = "backorders"\nglob = "{1}"\n'
    found = look(text.format("here", "*.csv") + text.format("nowhere", "exports/*.csv"))
    assert only(found, "source here") == ("ok", "1 file at *.csv")
    assert only(found, "source nowhere")[0] == "warning"


def test_a_source_with_a_column_that_does_not_exist_is_a_fault(look: Look) -> None:
    found = look(
        '[[sources]]\nname = "erp"\nglob = "*.csv"\nprofile = "erp"\n'
        '[profiles.erp]\nkind = "backorders"\ncolumns = { "order_number" = "No" }\n'
    )
    level, text = only(found, "source erp")
    assert (level, "order_number" in text) == ("fault", True)


def test_a_source_that_is_a_database_is_asked(look: Look, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "erp.db") as database:
        database.execute("CREATE TABLE orders (order_id TEXT, sku TEXT)")
    text = '[[sources]]\nname = "erp"\nkind = "backorders"\nselect = "SELECT * FROM {}"\n'
    url = {"NOTIFIER_SOURCES__ERP__DATABASE_URL": f"sqlite:///{tmp_path / 'erp.db'}"}
    assert only(look(text.format("orders"), **url), "source erp") == ("ok", "the database answers, with 2 columns")
    assert only(look(text.format("nothing"), **url), "source erp")[0] == "fault"


def test_in_folder_mode_no_server_is_tried(look: Look) -> None:
    found = look('[email]\nhost = "mail.shop.example"\n')
    assert only(found, "email") == ("skipped", "not tried: in mode folder nothing is sent")


def _mail(port: int, rest: str = "") -> str:
    return (
        f'{REDIRECT}{BRAND}[email]\nhost = "localhost"\nport = {port}\nsecurity = "none"\ntimeout_seconds = 5\n{rest}'
    )


def test_a_mail_server_that_answers_is_ok_and_gets_no_mail(look: Look) -> None:
    with smtp_sink() as sink:
        assert only(look(_mail(sink.port)), "email")[0] == "ok"
        assert (sink.book.connections, sink.book.mails) == (1, [])


def test_a_mail_server_that_is_not_there_is_a_fault_with_the_settings_to_look_at(look: Look) -> None:
    level, text = only(look(_mail(1)), "email")
    assert (level, "[email] host, port and security" in text) == ("fault", True)


def test_a_mail_server_that_refuses_us_is_a_fault(look: Look) -> None:
    with smtp_sink(Script(greet="554 5.3.2 not you")) as sink:
        assert only(look(_mail(sink.port)), "email")[0] == "fault"


def test_a_mail_server_without_starttls_is_a_fault_with_the_remedy(look: Look) -> None:
    with smtp_sink() as sink:
        text = _mail(sink.port).replace('"none"', '"starttls"')
        level, told = only(look(text), "email")
    assert (level, "STARTTLS" in told) == ("fault", True)


def _texts(url: str) -> str:
    return f'{_mail(1)}[sms]\nenabled = true\naccount_sid = "{ACCOUNT}"\napi_base = "{url}"\n'


@pytest.mark.parametrize(
    ("token", "state", "level", "word"),
    [
        (TOKEN, "active", "ok", "active"),
        (TOKEN, "suspended", "fault", "suspended"),
        ("another", "active", "fault", "NOTIFIER_SMS__AUTH_TOKEN"),
    ],
)
def test_twilio_is_asked_for_the_account(look: Look, token: str, state: str, level: str, word: str) -> None:
    with twilio_api() as api:
        api.account_state = state
        found = only(look(_texts(api.url), NOTIFIER_SMS__AUTH_TOKEN=token), "texts")
        assert api.texts == []
    assert (found[0], word in found[1]) == (level, True)


def test_twilio_that_is_not_there_is_a_fault(look: Look) -> None:
    found = look(_texts("http://127.0.0.1:1"), NOTIFIER_SMS__AUTH_TOKEN=TOKEN)
    assert only(found, "texts")[0] == "fault"


def _sign_in(url: str) -> str:
    listening = '[web]\nlisten = "127.0.0.1:8080"\npublic_url = "https://shop.example"\n'
    return f'{listening}[oidc]\nissuer = "{url}"\nclient_id = "c"\nroles = {{support = "agent"}}\n'


def test_an_identity_provider_that_answers_is_told_with_the_address_to_register(look: Look) -> None:
    with identity_provider(lambda: NOW) as there:
        level, told = only(look(_sign_in(there.url), NOTIFIER_OIDC__CLIENT_SECRET="hush"), "sign-in")
    assert (level, "https://shop.example/console/oidc/back" in told) == ("ok", True)


def test_an_identity_provider_that_is_not_there_is_a_fault(look: Look) -> None:
    found = look(_sign_in("http://127.0.0.1:1"), NOTIFIER_OIDC__CLIENT_SECRET="hush")
    assert only(found, "sign-in")[0] == "fault"


def test_the_command_exits_with_0_where_nothing_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "settings.toml").write_text("")
    place = ["--settings", str(tmp_path / "settings.toml")]
    main([*place, "migrate"])
    assert main([*place, "check"]) == 0


def test_the_command_exits_with_1_for_a_fault_outside_of_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "settings.toml").write_text("")
    assert main(["--settings", str(tmp_path / "settings.toml"), "check"]) == 1


def test_the_command_exits_with_2_and_shows_every_fault_of_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "settings.toml").write_text('[shop]\ncountry = "XX"\n[email]\nport = "x"\n')
    assert main(["--settings", str(tmp_path / "settings.toml"), "check", "--json"]) == 2
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [one["level"] for one in found] == ["fault", "fault"]
    assert ["settings.toml:2" in found[0]["text"], "settings.toml:4" in found[1]["text"]] == [True, True]


def test_a_remedy_with_brackets_is_shown_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "settings.toml").write_text("")
    main(["--settings", str(tmp_path / "settings.toml"), "check"])
    assert "[signing] key_file" in capsys.readouterr().out


def test_a_ready_answer_that_cannot_be_filled_in_is_told(tmp_path: Path) -> None:
    (one,) = templates_told(tmp_path, "_answers/hello/en.md", "{{ greting }}")
    assert "did you mean 'greeting'" in one.text
