"""Loading settings: what is taken, what is refused, and how a fault reads."""

from decimal import Decimal
from pathlib import Path

import pytest

from notifier.errors import SettingsError
from notifier.settings import Settings, load_settings
from notifier.terms.words import DeliveryMode

SECRETS = [("email", "password"), ("sms", "auth_token"), ("sms", "shared_keys"), ("signing", "key")]


def load(folder: Path, text: str, **environ: str) -> Settings:
    path = folder / "settings.toml"
    path.write_text(text, "utf-8")
    return load_settings(path, environ)


def faults(folder: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        load(folder, text, **environ)
    return raised.value.faults


def test_an_empty_file_works(tmp_path: Path) -> None:
    assert load(tmp_path, "").delivery.mode is DeliveryMode.FOLDER


def test_an_empty_file_has_one_placeholder_brand(tmp_path: Path) -> None:
    assert load(tmp_path, "").default_brand.sender == "Your Shop <orders@shop.example>"


def test_a_named_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is not there"):
        load_settings(tmp_path / "none.toml", {})


def test_relative_paths_start_from_the_folder_of_the_file(tmp_path: Path) -> None:
    assert load(tmp_path, "").database_url == f"sqlite:///{tmp_path.resolve()}/notifier.db"


def test_an_absolute_sqlite_path_stays(tmp_path: Path) -> None:
    assert load(tmp_path, '[database]\nurl = "sqlite:////var/x.db"').database_url == "sqlite:////var/x.db"


def test_a_postgresql_url_gets_its_driver(tmp_path: Path) -> None:
    found = load(tmp_path, "", NOTIFIER_DATABASE__URL="postgres://shop@db.example/shop")
    assert found.database_url == "postgresql+psycopg://shop@db.example/shop"


def test_an_unknown_key_is_told_with_its_line_and_the_key_that_was_meant(tmp_path: Path) -> None:
    assert faults(tmp_path, "\n[email]\nprot = 25") == [
        "settings.toml:3: [email] prot: is no setting. Did you mean port?"
    ]


def test_an_unknown_table_is_told_with_the_table_that_was_meant(tmp_path: Path) -> None:
    assert faults(tmp_path, "[emial]\nport = 25") == ["settings.toml:1: [emial]: is no setting. Did you mean email?"]


def test_all_faults_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = '[shop]\ntimezone = "Mars/X"\ncountry = "XX"\n[email]\nport = "x"\n[policy]\ntext_from = "21:00"'
    assert [line.split(":")[1] for line in faults(tmp_path, text)] == ["2", "3", "5", "7"]


def test_a_line_is_right_behind_a_list_over_many_lines(tmp_path: Path) -> None:
    text = '[delivery]\nonly_to = [\n  "a@shop.example", # [email]\n]\nmode = "liv"\n'
    assert faults(tmp_path, text)[0].startswith("settings.toml:5: [delivery] mode: 'liv' is none of")


def test_a_fault_in_a_list_of_tables_names_the_number_of_the_table(tmp_path: Path) -> None:
    text = '[[policy.caps]]\ncount = 1\nperiod = "7d"\n[[policy.caps]]\ncount = 1\nperiod = "1y"'
    assert faults(tmp_path, text)[0].startswith("settings.toml:6: [[policy.caps]] number 2, period: '1y' is no period")


def test_a_slip_of_toml_is_told_with_its_line(tmp_path: Path) -> None:
    assert faults(tmp_path, "[email]\nport = = 3")[0].startswith("settings.toml:2: is no TOML")


def test_a_text_that_never_closes_is_told_with_the_last_line(tmp_path: Path) -> None:
    assert faults(tmp_path, '[shop]\nname = """x\n')[0].startswith("settings.toml:2: is no TOML")


def test_a_fault_of_the_environment_is_named_by_its_variable(tmp_path: Path) -> None:
    assert faults(tmp_path, "", NOTIFIER_EMAIL__PORT="many")[0].startswith("NOTIFIER_EMAIL__PORT: [email] port: 'many'")


def test_an_unknown_variable_is_named(tmp_path: Path) -> None:
    assert faults(tmp_path, "", NOTIFIER_FOO__BAR="x")[0].startswith("NOTIFIER_FOO__BAR: [foo]: is no setting.")


def test_a_variable_without_two_underscores_is_none_of_ours(tmp_path: Path) -> None:
    assert load(tmp_path, "", NOTIFIER_PORT="tcp://10.0.0.1:80").email.port == 587


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    assert load(tmp_path, "[email]\nport = 25", NOTIFIER_EMAIL__PORT="465").email.port == 465


def test_a_list_in_the_environment_is_written_with_commas(tmp_path: Path) -> None:
    assert load(tmp_path, "", NOTIFIER_SMS__ALLOWED_COUNTRIES="us, de").sms.allowed_countries == ("US", "DE")


def test_a_secret_comes_from_its_file_without_the_line_end(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret \n")
    found = load(
        tmp_path, '[email]\nusername = "u"', NOTIFIER_EMAIL__PASSWORD_FILE=str(tmp_path / "secret")
    ).email.password
    assert found.get_secret_value() == "s3cret "


def test_a_secret_file_that_is_not_there_is_named_by_its_variable(tmp_path: Path) -> None:
    found = faults(tmp_path, "", NOTIFIER_SMS__AUTH_TOKEN_FILE=str(tmp_path / "none"))
    assert found[0].startswith("NOTIFIER_SMS__AUTH_TOKEN_FILE: the file")


def test_a_secret_set_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("x")
    environ = {"NOTIFIER_EMAIL__PASSWORD": "y", "NOTIFIER_EMAIL__PASSWORD_FILE": str(tmp_path / "s")}
    assert any("sets too" in line for line in faults(tmp_path, '[email]\nusername = "u"', **environ))


@pytest.mark.parametrize(
    ("table", "key"), [("email", "password"), ("sms", "auth_token"), ("sms", "shared_keys"), ("signing", "key")]
)
def test_a_secret_in_the_file_is_refused_with_the_variable_to_set(tmp_path: Path, table: str, key: str) -> None:
    found = faults(tmp_path, f'[{table}]\n{key} = "{"hunter2" * 6}"')
    assert any(f"set NOTIFIER_{table}__{key}".upper() in line.upper() for line in found)


@pytest.mark.parametrize(
    ("table", "key"), [("email", "password"), ("sms", "auth_token"), ("sms", "shared_keys"), ("signing", "key")]
)
def test_a_secret_is_never_shown_in_a_fault(tmp_path: Path, table: str, key: str) -> None:
    assert "hunter2" not in "".join(faults(tmp_path, f'[{table}]\n{key} = ["hunter2"]'))


def test_a_password_in_a_database_url_is_never_shown(tmp_path: Path) -> None:
    found = faults(tmp_path, "", NOTIFIER_DATABASE__URL="mysql://u:hunter2@db.example/x")
    assert "hunter2" not in "".join(found)


def test_the_repr_of_settings_shows_no_secret(tmp_path: Path) -> None:
    environ = {"NOTIFIER_EMAIL__PASSWORD": "hunter2", "NOTIFIER_DATABASE__URL": "postgresql://u:hunter2@db.example/x"}
    assert "hunter2" not in repr(load(tmp_path, '[email]\nusername = "u"', **environ))


def test_a_source_gets_its_secret_by_its_name(tmp_path: Path) -> None:
    text = '[[sources]]\nname = "my-erp"\nkind = "orders"\nselect = "SELECT 1"'
    found = load(tmp_path, text, NOTIFIER_SOURCES__MY_ERP__DATABASE_URL="postgresql://u:p@db.example/x")
    assert found.sources[0].database_url.get_secret_value() == "postgresql://u:p@db.example/x"


def test_true_is_no_number(tmp_path: Path) -> None:
    assert "whole number" in faults(tmp_path, "[shop]\nhandling_days = true")[0]


def test_a_price_is_a_decimal_to_the_last_digit(tmp_path: Path) -> None:
    assert load(tmp_path, "[sms]\nprice_per_segment = 0.0079").sms.price_per_segment == Decimal("0.0079")


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(b'\xef\xbb\xbf[shop]\r\nname = "A"\r\n')
    assert load_settings(path, {}).shop.name == "A"


def test_settings_do_not_change_after_loading(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(tmp_path, "").shop.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("listen", "place"),
    [("", None), ("127.0.0.1:9464", ("127.0.0.1", 9464)), ("localhost:80", ("localhost", 80)), ("[::1]:1", ("::1", 1))],
)
def test_where_metrics_are_served_is_a_host_and_a_port(
    tmp_path: Path, listen: str, place: tuple[str, int] | None
) -> None:
    assert load(tmp_path, f'[metrics]\nlisten = "{listen}"').metrics.place == place


@pytest.mark.parametrize("listen", ["9464", ":9464", "localhost", "localhost:0", "localhost:99999", "a:1/x", "u@a:1"])
def test_what_is_no_place_to_listen_at_is_told_with_an_example(tmp_path: Path, listen: str) -> None:
    found = faults(tmp_path, f'[metrics]\nlisten = "{listen}"')
    assert len(found) == 1 and "like 127.0.0.1:9464" in found[0]
