"""Template folders: fallback, overriding, and faults told all at once."""

import pickle
from pathlib import Path

import pytest

from notifier.errors import RenderError, SettingsError
from notifier.render.catalogue import LARGEST_FILE, Catalogue, assemble
from notifier.template_files import load_catalogue, packaged_folder

TOML = 'class = "service"\nrung = "progress"\noccasion = "waiting"\ntitle = "News"\n'
BASE = {
    "_layout.mjml": "<mjml>{{ body }}</mjml>",
    "_words/en.toml": 'greeting = "Hello {name},"\n',
    "_words/de.toml": 'greeting = "Guten Tag {name},"\n',
    "_words/de-AT.toml": 'greeting = "Grüß Gott {name},"\n',
    "news/purpose.toml": TOML,
    **{f"news/{part}": f"en {part}" for part in ("subject.txt", "email.md", "sms.txt")},
    **{f"news/de/{part}": f"de {part}" for part in ("subject.txt", "email.md", "sms.txt")},
}


def build(*layers: dict[str, str]) -> Catalogue:
    return assemble([(f"layer{n}", layer) for n, layer in enumerate(layers)])


@pytest.mark.parametrize(
    ("asked", "found", "speaks"),
    [
        ("de-AT", "de", "de-AT"),
        ("de_AT", "de", "de-AT"),
        ("de", "de", "de"),
        ("fr", "", "en"),
        ("en-GB", "", "en-GB"),
        ("", "", "en"),
    ],
)
def test_a_locale_falls_back_to_its_language_then_english(asked: str, found: str, speaks: str) -> None:
    source = build(BASE).source("news", asked, "oak")
    assert (source.locale, source.speaks) == (found, speaks)


def test_words_follow_the_most_exact_locale() -> None:
    assert dict(build(BASE).source("news", "de-AT", "oak").words)["greeting"] == "Grüß Gott {name},"


def test_a_later_folder_overrides_file_by_file() -> None:
    source = build(BASE, {"news/sms.txt": "own"}).source("news", "en", "oak")
    assert (source.sms, source.email) == ("own", "en email.md")


def test_a_brand_overrides_only_its_own_messages() -> None:
    catalogue = build(BASE, {"_brands/oak/news/sms.txt": "oak"})
    assert [catalogue.source("news", "en", brand).sms for brand in ("oak", "elm")] == ["oak", "en sms.txt"]


def test_a_brand_may_bring_its_own_layout() -> None:
    assert build(BASE, {"_brands/oak/_layout.mjml": "own"}).source("news", "en", "oak").layout == "own"


def test_an_unknown_purpose_is_told_with_the_known_ones() -> None:
    with pytest.raises(RenderError, match="known: news"):
        build(BASE).source("nws", "en", "oak")


def test_a_catalogue_travels_to_another_process_unchanged() -> None:
    catalogue = build(BASE)
    assert pickle.loads(pickle.dumps(catalogue)) == catalogue


def test_the_same_words_have_the_same_version() -> None:
    assert build(BASE).source("news", "de", "oak").version == build(BASE).source("news", "de", "elm").version


def test_all_faults_of_a_purpose_are_told_together_with_file_and_field() -> None:
    wrong = {
        **BASE,
        "news/purpose.toml": 'clas = "x"\nrung = "top"\noccasion = 3\nafter_told = "no"\n[figures]\nn = -1\n',
    }
    with pytest.raises(SettingsError) as error:
        build(wrong)
    assert error.value.faults == [
        "layer0/news/purpose.toml: after_told must be true or false",
        "layer0/news/purpose.toml: clas is unknown; did you mean class?",
        "layer0/news/purpose.toml: class must be a text",
        "layer0/news/purpose.toml: figures.n must be a whole number, 0 or more",
        "layer0/news/purpose.toml: occasion must be a text",
        (
            "layer0/news/purpose.toml: rung 'top' must be one of required, reply, eta_change, ready, placed, progress, "
            "loyalty"
        ),
        "layer0/news/purpose.toml: title must be a text",
    ]


def test_a_half_translated_purpose_is_a_fault() -> None:
    half = {path: text for path, text in BASE.items() if path != "news/de/sms.txt"}
    with pytest.raises(SettingsError, match=r"news/de/sms\.txt: is missing"):
        build(half)


def test_a_purpose_without_its_toml_is_a_fault() -> None:
    with pytest.raises(SettingsError, match=r"news/purpose\.toml: is missing"):
        build({path: text for path, text in BASE.items() if path != "news/purpose.toml"})


def test_a_file_nobody_reads_is_a_fault() -> None:
    with pytest.raises(SettingsError, match=r"news/emial\.md: is no template file"):
        build({**BASE, "news/emial.md": "x"})


def test_a_file_over_64_kilobytes_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "_layout.mjml").write_text("x" * (LARGEST_FILE + 1))
    with pytest.raises(SettingsError, match="over 64 KB"):
        load_catalogue([packaged_folder(), tmp_path])


def test_a_file_that_is_not_utf8_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "_layout.mjml").write_bytes("Größe".encode("cp1252"))
    with pytest.raises(SettingsError, match="not UTF-8 at byte 2"):
        load_catalogue([packaged_folder(), tmp_path])


def test_a_folder_that_is_missing_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is no folder"):
        load_catalogue([tmp_path / "none"])


def test_every_packaged_purpose_is_written_in_all_four_languages(catalogue: Catalogue) -> None:
    assert {catalogue.locales(purpose) for purpose in catalogue.purposes} == {("", "de", "es", "fr")}
