"""The lists: what is refused, and how a phrase is found."""

import pytest

from notifier.errors import SettingsError
from notifier.replies.intents import read_phrasebook
from notifier.replies.intents.patterns import PhraseIndex, read_phrase
from notifier.replies.intents.typos import Typos

KEYWORDS = """
opt_out = ["stop"]
standing = ["stop"]
opt_in = ["start"]
opt_in_offers = ["join"]
help = ["help"]
"""


def faults(text: str, keywords: str = KEYWORDS) -> str:
    with pytest.raises(SettingsError) as refused:
        read_phrasebook({"keywords.toml": keywords, "en.toml": text})
    return "\n".join(refused.value.faults)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[opt_outs]\ncertain = ['x']", "en.toml: opt_outs is unknown"),
        ("[opt_out]\nsure = ['x']", "en.toml: opt_out.sure is unknown"),
        ("[opt_out]\ncertain = 'x'", "en.toml: opt_out.certain must be a list of texts"),
        ("[opt_out]\ncertain = ['(x']", "en.toml: opt_out.certain: '(x' cannot be read: a ) is missing"),
        ("[opt_out]\ncertain = ['x)']", "closes what was never opened"),
        ("[opt_out]\ncertain = ['<me>']", "<me> is no group"),
        ("[opt_out]\ncertain = ['[x]']", "all of it can be left out"),
        ("[opt_out]\ncertain = ['x $ y']", "^ stands first and $ last"),
        ("[opt_out]\ncertain = ['x !']", "'!' is no word"),
        ("padding = 3", "en.toml: padding must be a list of texts"),
        ("opt_out = 3", "opt_out must be a table"),
        ("x = [", "en.toml:"),
    ],
)
def test_a_faulty_list_is_refused_with_file_and_key(text: str, told: str) -> None:
    assert told in faults(text)


def test_every_fault_is_told_at_once() -> None:
    assert len(faults("[opt_out]\ncertain = ['(x', '[y]', 'x )']").splitlines()) == 3


def test_keywords_name_order_actions_alone() -> None:
    assert "actions.wait must be one of WAIT" in faults("", KEYWORDS + "[actions]\nwait = 'LATER'")


def found(phrase: str, text: str) -> bool:
    index = PhraseIndex([(read_phrase(phrase, {"me": ["me", "this number"]}), "mark")])
    return any(index.find(text.split(), {"please"}, {"not"}))


@pytest.mark.parametrize(
    ("phrase", "text", "is_there"),
    [
        ("stop (texting|calling) <me>", "now stop calling this number", True),
        ("stop (texting|calling) <me>", "now stop calling him", False),
        ("stop [ever] texting", "stop texting", True),
        ("stop .. texts", "stop all of these texts", True),
        ("stop .. texts", "stop all of these many texts", False),
        ("stop ... texts", "stop all of these many texts", True),
        ("stop .. texts", "stop not texts", False),
        ("^ stop $", "please stop please", True),
        ("^ stop $", "please stop him", False),
        ("order #", "order a-12", True),
        ("möchte", "moechte", True),
        ("möchte", "mochte", True),
        ("don't", "dont", True),
    ],
)
def test_a_phrase_is_found_where_its_marks_allow(phrase: str, text: str, is_there: bool) -> None:
    assert found(phrase, text) is is_there


@pytest.mark.parametrize("word", ["unsubscrbe", "unsubsrcibe", "unsubbscribe", "unsubscrobe"])
def test_a_long_word_with_one_fault_is_mended(word: str) -> None:
    assert Typos(["unsubscribe", "stop"]).mended(word) == "unsubscribe"


@pytest.mark.parametrize("word", ["unsubscribed", "subscribe", "stpo", "unsubscribe"])
def test_another_word_is_left_as_it_is(word: str) -> None:
    assert Typos(["unsubscribe", "stop"]).mended(word) == word
