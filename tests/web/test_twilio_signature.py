"""Twilio's signatures: what its own library signs is believed, and what it does not believe is not."""

import json
from hashlib import sha256
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from notifier.web.twilio_signature import Fields, Signed, Tokens, is_genuine, signature

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = (
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
)
TWICE = (("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"))
BODY = b'{"property": "value", "boolean": true}'
HASHED = f"{URL}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"


def genuine(url: str, content: Fields | bytes, given: str, token: str = TOKEN) -> bool:
    return is_genuine(Signed(url, content, given), Tokens((token,)))


@pytest.mark.parametrize(
    ("url", "content", "given"),
    [
        (URL, FORM, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (URL.replace(".com", ".com:1234"), FORM, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("http" + URL.removeprefix("https").replace(".com", ".com:1234"), FORM, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        (URL, FORM, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        ("http" + URL.removeprefix("https"), FORM, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        (URL, TWICE, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
        (HASHED, BODY, "a9nBmqA0ju/hNViExpshrM61xv4="),
    ],
    ids=["plain", "port_dropped", "http_port", "https_443", "http_80", "repeated", "json"],
)
def test_the_signatures_that_twilio_publishes_are_believed(url: str, content: Fields | bytes, given: str) -> None:
    assert genuine(url, content, given)


TOKENS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
FORMS = st.lists(st.tuples(st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), WORDS), max_size=8)
HOSTS = st.from_regex(r"[a-z0-9-]{1,10}(\.[a-z0-9-]{1,8}){0,2}", fullmatch=True)
PATHS = st.lists(WORDS.map(lambda word: quote(word, safe="")), max_size=4).map(lambda parts: "/" + "/".join(parts))
QUERIES = st.lists(st.tuples(WORDS, WORDS), max_size=3).map(lambda pairs: f"?{urlencode(pairs)}" if pairs else "")


@st.composite
def urls(draw: st.DrawFn) -> str:
    port = draw(st.one_of(st.just(""), st.integers(1, 65535).map(lambda number: f":{number}")))
    return f"{draw(st.sampled_from(['http', 'https']))}://{draw(HOSTS)}{port}{draw(PATHS)}{draw(QUERIES)}"


@given(urls(), FORMS, TOKENS)
def test_what_twilios_library_signs_we_believe(url: str, form: Fields, token: str) -> None:
    signed = RequestValidator(token).compute_signature(url, MultiDict(form))
    assert genuine(url, form, signed, token)


@given(urls(), FORMS, TOKENS)
def test_what_we_sign_twilios_library_believes(url: str, form: Fields, token: str) -> None:
    assert RequestValidator(token).validate(url, MultiDict(form), signature(token, url, form))


@given(urls(), FORMS, TOKENS, st.data())
def test_we_believe_a_signature_exactly_where_twilios_library_does(
    url: str, form: Fields, token: str, data: st.DataObject
) -> None:
    other_url = data.draw(st.one_of(st.just(url), st.just(url.replace("https", "http")), urls()))
    other_form = data.draw(st.one_of(st.just(form), st.permutations([*form, *form[:1]]), FORMS))
    signer = RequestValidator(data.draw(st.one_of(st.just(token), TOKENS)))
    signed = signer.compute_signature(other_url, MultiDict(other_form))
    theirs = RequestValidator(token).validate(url, MultiDict(form), signed)
    assert genuine(url, form, signed, token) == theirs


@given(urls(), st.dictionaries(WORDS, WORDS), TOKENS, st.booleans())
def test_a_body_that_is_no_form_is_believed_by_its_hash_in_the_url(
    url: str, content: dict[str, str], token: str, whole: bool
) -> None:
    body = json.dumps(content)
    hashed = f"{url}{'&' if '?' in url else '?'}bodySHA256={sha256(body.encode()).hexdigest()}"
    came = body if whole else body + " "
    signed = RequestValidator(token).compute_signature(hashed, {})
    theirs = RequestValidator(token).validate(hashed, came, signed)
    assert genuine(hashed, came.encode(), signed, token) == theirs == whole


def test_a_body_without_its_hash_in_the_url_is_never_believed() -> None:
    assert not genuine(URL, BODY, signature(TOKEN, URL, ()))


@given(urls(), FORMS, st.sampled_from(["HMAC_SHA1", "HMAC_SHA256", "hmac_sha256"]))
def test_a_shared_key_signs_by_the_algorithm_that_the_header_names(url: str, form: Fields, algorithm: str) -> None:
    signed = RequestValidator("shared").compute_signature(url, MultiDict(form), algorithm)
    settings = f"key=webhooks_sharedkey_1,algorithm={algorithm}"
    assert is_genuine(Signed(url, form, signed, settings), Tokens(("auth",), ("shared",)))


def test_an_auth_token_is_no_shared_key() -> None:
    signed = signature("auth", URL, FORM, "sha256")
    settings = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
    assert not is_genuine(Signed(URL, FORM, signed, settings), Tokens(("auth",), ("shared",)))


def test_an_algorithm_that_nobody_knows_is_not_believed() -> None:
    settings = "key=webhooks_sharedkey_1,algorithm=HMAC_MD5"
    assert not is_genuine(Signed(URL, FORM, signature("shared", URL, FORM), settings), Tokens((), ("shared",)))


@pytest.mark.parametrize("token", ["new", "old"])
def test_several_tokens_are_believed_while_they_are_exchanged(token: str) -> None:
    assert is_genuine(Signed(URL, FORM, signature(token, URL, FORM)), Tokens(("new", "old")))


@pytest.mark.parametrize("tokens", [Tokens(), Tokens(("",))])
def test_without_a_token_nothing_is_believed(tokens: Tokens) -> None:
    assert not is_genuine(Signed(URL, FORM, signature("", URL, FORM)), tokens)


@pytest.mark.parametrize("given", ["", "nonsense", "ünïcode", "\x00", "RSOYDt4T1cUTdK1PDd93/VVr8B8"])
def test_what_is_no_signature_is_not_believed(given: str) -> None:
    assert not genuine(URL, FORM, given)


def test_secrets_do_not_show() -> None:
    assert "hunter2" not in repr(Tokens(("hunter2",), ("hunter2",)))
