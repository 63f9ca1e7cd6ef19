"""What must hold between the sections, and how brands fall back to the shop."""

from pathlib import Path

import pytest

from notifier.errors import SettingsError
from notifier.settings import Settings, load_settings

BRANDS = '[brands.oak]\nname = "Oak"\n[brands.elm]\nname = "Elm"\n'
INBOX = '[inbox]\nhost = "imap.oak.example"\nusername = "replies"\naddress = "replies@oak.example"\n'
REDIRECT = '[delivery]\nmode = "redirect"\nredirect_to_email = "all@oak.example"\n'


def load(folder: Path, text: str) -> Settings:
    path = folder / "settings.toml"
    path.write_text(text, "utf-8")
    return load_settings(path, {})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[delivery]\nmode = "redirect"', "[delivery] redirect_to_email: is empty"),
        ('[delivery]\nmode = "live"', "[brands.default] sender: is not set"),
        ('[delivery]\nmode = "live"', "[shop] postal_address: is empty"),
        ("[sms]\nenabled = true", "[sms] account_sid: is empty"),
        ("[oidc]\nonly = true", "[oidc] issuer: is empty, and only is true"),
        ('[oidc]\nissuer = "https://id.example"', "[oidc] issuer: is set, and no console is served"),
        ('[oidc]\nissuer = "https://id.example"', "[oidc] client_id: is empty"),
        ('[oidc]\nissuer = "https://id.example"', "[oidc] client_secret: is not set"),
        ('[oidc]\nissuer = "https://id.example"', "[oidc] roles: is empty"),
        ('[oidc]\nissuer = "https://id.example"\nscopes = ["email"]', "[oidc] scopes: lacks openid"),
        ('[oidc]\nissuer = "http://id.example"', "[oidc] issuer: 'http://id.example' is no https address"),
        ('[oidc.roles]\nsupport = "boss"', "[oidc] roles.support: is none of 'viewer'"),
        ('[policy]\nemail_from = "21:00"', "[policy] email_from: is not before email_until (20:00)"),
        ('[policy]\ntext_sunday_from = "20:00"', "[policy] text_sunday_from: is not before text_until"),
        ('[policy]\ntext_from = "08:30"', "[policy] text_from: is earlier than texts may be sent. Set 09:00"),
        ('[policy]\ntext_until = "20:01"', "[policy] text_until: is later than texts may be sent. Set 20:00"),
        (
            '[policy]\ntext_sunday_from = "11:59"',
            "[policy] text_sunday_from: is earlier than texts may be sent. Set 12",
        ),
        (
            '[[policy.caps]]\ncount = 1\nperiod = "24h"\nclass = "offers"',
            "[[policy.caps]] number 1, class: 'offers' is none of",
        ),
        (
            '[[policy.caps]]\ncount = 1\nperiod = "24h"\nbrand = "oka"',
            "[[policy.caps]] number 1, brand: 'oka' is no brand",
        ),
        ("[sms]\ndaily_limit = 0", "[sms] daily_limit: 0 is too small"),
        ("[sms]\ndaily_limit_by_country = { CA = 5 }", "is no country that texts go to"),
        ("[delivery]\nlease_seconds = 9", "[delivery] lease_seconds: 9 is too small"),
        ("[reward]\npercent = 10", "[reward] budget: or budget_currency is not set"),
        ("[reward]\namount = 5", "[reward] currency: is empty"),
        ('[email]\nusername = "u"\nsecurity = "none"', "[email] security: is none, and a password"),
        ('[[sources]]\nname = "a"\nkind = "orders"\nglob = "x"\nprofile = "erp"', "profile: 'erp' is no profile"),
        ('[[sources]]\nname = "a"\nkind = "orders"', "has 0 of glob, url and database_url"),
        ('[[sources]]\nname = "a"\nglob = "x"', "kind: is said to be nothing"),
        ('[profiles.p]\nconstants = { brand = "oka" }', "constants.brand: 'oka' is no brand"),
        ('[profiles.p]\ndate_formats = ["%d/%m"]', "names no whole date"),
        ('[profiles.p]\nencoding = "klingon"', "is no encoding"),
        (BRANDS, "[brands]: one brand must have default = true, and none has"),
        ('[web]\npublic_url = "http://shop.example"', "is no https address"),
        ('[web]\nlisten = "127.0.0.1:8080"', "[web] public_url: is empty, and listen is set"),
        ('[web]\npublic_url = "https://shop.example:80800"', "has no port between 1 and 65535"),
        ('[web]\nlisten = "8080"', "[web] listen: '8080' is no place to listen at"),
        ('[web]\nproxies = ["10.0.0.1/8"]', "is no address or network"),
        ('[sms]\nstatus_callback_path = "/webhooks/twilio/text"', "is where texts of customers come in"),
        ('[sms]\nstatus_callback_path = "/hooks/{x}"', "[sms] status_callback_path"),
        ('[delay_rule]\njurisdiction = "us"', "is none of 'auto', 'us_435', 'eu' or 'none'"),
        ("[shop]\nhandling_days = -1", "is too small; the least is 0"),
        ('[journal]\nbcc = "copies@oak.example"', "nobody would look at the copies"),
        ('[journal]\nhost = "imap.oak.example"', "[journal] username"),
        (f'{REDIRECT}[journal]\nhost = "imap.oak.example"\nusername = "copies"', "NOTIFIER_JOURNAL__PASSWORD"),
        ('[journal]\nhost = "imap.oak.example"\nusername = "copies"\nsecurity = "none"', "would travel in clear"),
        ('[inbox]\naddress = "replies@oak.example"', "nobody would read the answers"),
        (INBOX.replace("username", "folder"), "[inbox] username: is empty"),
        (INBOX.replace("address", "forward_to"), "[inbox] address: is empty"),
        (INBOX, "NOTIFIER_INBOX__PASSWORD"),
        (f'{INBOX}security = "none"', "[inbox] security: is none, and the password"),
        (f'{INBOX}quarantine_folder = "INBOX"', "[inbox] quarantine_folder: is the folder that is read"),
        (f'{INBOX}forward_to = "replies@oak.example"', "mails would go in circles"),
        ('[shop]\nlocale = "zz"', "is no known language tag"),
        ('[brands.a]\nsender = "Oak <oak@oak.example>, <evil@evil.example>"', "is no sender"),
        ('[brands.a]\nname = "Oak\\nBcc: evil@evil.example"', "has a line break"),
    ],
)
def test_a_contradiction_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load(tmp_path, text)
    assert any(told in line for line in raised.value.faults), raised.value.faults


def test_a_faulty_section_raises_no_guess_about_another(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        load(tmp_path, '[delivery]\nmode = "live"\n[shop]\npostal_address = "X 1"\n[brands.a]\nsender = "nobody"')
    assert len(raised.value.faults) == 1


def test_a_page_on_this_machine_needs_no_https(tmp_path: Path) -> None:
    assert load(tmp_path, '[web]\npublic_url = "http://localhost:8000/"').web.public_url == "http://localhost:8000"


def test_several_tokens_are_told_apart_by_commas(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.touch()
    environ = {"NOTIFIER_SMS__AUTH_TOKEN": "new", "NOTIFIER_SMS__OTHER_AUTH_TOKENS": "old, older,"}
    assert load_settings(path, environ).sms.believed_tokens == ("new", "old", "older")


def test_a_brand_falls_back_to_the_shop(tmp_path: Path) -> None:
    brand = load(tmp_path, '[shop]\nname = "Oak & Sons"\ntimezone = "Europe/London"\n[brands.oak]').brand("oak")
    assert (brand.name, brand.timezone) == ("Oak & Sons", "Europe/London")


def test_answers_go_to_the_sender_unless_a_brand_says_otherwise(tmp_path: Path) -> None:
    assert (
        load(tmp_path, '[brands.oak]\nsender = "Oak <hi@oak.example>"').default_brand.reply_address == "hi@oak.example"
    )


def test_the_marked_brand_is_the_default(tmp_path: Path) -> None:
    assert load(tmp_path, BRANDS + "default = true\n").default_brand.key == "elm"


def test_an_unknown_brand_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="oak"):
        load(tmp_path, "[brands.oak]").brand("elm")


def test_a_sender_with_a_comma_in_its_name_is_quoted(tmp_path: Path) -> None:
    brand = load(tmp_path, "[brands.oak]\nsender = '\"Oak, Ltd\" <hi@oak.example>'").default_brand
    assert brand.sender == '"Oak, Ltd" <hi@oak.example>'


def test_texts_go_to_the_shops_country_unless_others_are_listed(tmp_path: Path) -> None:
    assert load(tmp_path, '[shop]\ncountry = "DE"').text_countries == {"DE"}
