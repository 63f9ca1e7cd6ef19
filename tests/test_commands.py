"""The command line: exit codes, what goes where, and what is refused."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from notifier.cli import main

pytestmark = pytest.mark.slow
"""Each runs whole commands."""

ROW = "O1,ann,Ann,ann@shop.example.com,US,LAMP,2026-05-01,2026-05-20,backordered\n"
HEAD = "order_id,customer_id,customer_name,email,country,sku,ordered_at,promised_ship_by,status\n"
NOW = ["--now", "2026-06-01T15:00Z"]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text("")
    assert main(["migrate", "--settings", str(path)]) == 0
    return path


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(HEAD + ROW)
    return path


def run(settings: Path, *words: str) -> int:
    return main([*words, "--settings", str(settings)])


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_import_prints_one_json_object(settings: Path, orders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(settings, "import", "backorders", str(orders), *NOW, "--json")
    assert answer(capsys) == {
        "kind": "backorders",
        "read": 1,
        "accepted": 1,
        "unchanged": 0,
        "rejected": 0,
        "blank": 0,
        "reject_file": None,
    }


def test_an_import_with_a_reject_ends_with_1(settings: Path, orders: Path) -> None:
    orders.write_text(HEAD + ROW + ROW.replace("2026-05-01", "yesterday").replace("O1", "O2"))
    assert run(settings, "import", "backorders", str(orders), *NOW) == 1


def test_an_unknown_kind_ends_with_2(settings: Path, orders: Path) -> None:
    assert run(settings, "import", "backorder", str(orders)) == 2


def test_a_missing_file_ends_with_2(settings: Path, tmp_path: Path) -> None:
    assert run(settings, "import", "backorders", str(tmp_path / "nothing.csv")) == 2


def test_plan_prints_one_json_object(settings: Path, orders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(settings, "import", "backorders", str(orders), *NOW)
    capsys.readouterr()
    run(settings, "plan", *NOW, "--json")
    assert answer(capsys)["by_purpose"] == {"delay": {"send": 1, "hold": 0, "skip": 0}}


def test_deliver_prints_one_json_object(settings: Path, orders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(settings, "import", "backorders", str(orders), *NOW)
    run(settings, "plan", *NOW)
    capsys.readouterr()
    run(settings, "deliver", *NOW, "--json")
    assert answer(capsys) == {
        "claimed": 1,
        "accepted": 1,
        "refused": 0,
        "deferred": 0,
        "withdrawn": 0,
        "unknown": 0,
    }


def test_a_fault_in_the_settings_ends_with_2_and_names_the_line(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.write_text("[shop]\ntimezone = 'Mars/Olympus'\n")
    assert (run(settings, "plan"), "settings.toml:2" in capsys.readouterr().err) == (2, True)


def test_a_made_up_time_never_reaches_a_server_beyond_loopback(settings: Path) -> None:
    live = '[shop]\npostal_address = "1 Way"\n[brands.a]\nsender = "A <a@shop.example.com>"\n'
    settings.write_text(live + '[delivery]\nmode = "live"\n[email]\nhost = "mail.example.com"\n')
    assert run(settings, "deliver", *NOW) == 2


def test_a_wrong_time_ends_with_2(settings: Path) -> None:
    assert run(settings, "plan", "--now", "tomorrow") == 2


def test_an_unknown_option_ends_with_2(settings: Path) -> None:
    assert run(settings, "plan", "--hurry") == 2


def test_the_signing_key_is_for_its_owner_alone(settings: Path) -> None:
    assert (settings.parent / "signing.key").stat().st_mode & 0o777 == 0o600


CANARY = "canary.bird@shop.example.com"


@pytest.fixture
def refused_row(settings: Path, orders: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code and stderr of an import whose customer the database refuses, quoting the address."""
    orders.write_text((HEAD + ROW).replace("ann@shop.example.com", CANARY))
    (database,) = settings.parent.glob("*.db")
    refuse = f"CREATE TRIGGER no BEFORE INSERT ON customer BEGIN SELECT RAISE(ABORT, 'no place for {CANARY}'); END"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(refuse)
    capsys.readouterr()
    return run(settings, "import", "backorders", str(orders), *NOW), capsys.readouterr().err


def test_a_database_fault_ends_with_2_and_one_line(refused_row: tuple[int, str]) -> None:
    code, words = refused_row
    assert (code, words.count("\n"), "Traceback" in words) == (2, 1, False)


def test_a_database_fault_shows_no_address(refused_row: tuple[int, str]) -> None:
    assert CANARY not in refused_row[1] and "IntegrityError" in refused_row[1]


def test_a_database_in_trouble_is_told_with_its_reason(
    settings: Path, orders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (database,) = settings.parent.glob("*.db")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("DROP TABLE customer")
    code = run(settings, "import", "backorders", str(orders), *NOW)
    assert (code, "no such table" in capsys.readouterr().err) == (2, True)


def test_a_question_to_the_log_loads_nothing_of_what_sends_and_renders(settings: Path) -> None:
    asked = ["explain", "--customer", "x", "--settings", str(settings)]
    code = f"import sys; from notifier.cli import main; main({asked!r}); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"alembic", "jinja2", "aiosmtplib", "structlog", "phonenumbers", "email_validator", "notifier.app"}
    assert not heavy & set(told.stdout.split())
