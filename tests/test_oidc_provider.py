"""What is believed of an identity provider, and what it may cost: over HTTP, with real signatures."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from notifier.errors import NotifierError, Permanent, Transient
from notifier.oidc_provider import KEPT_FOR, KEYS_EVERY, REST_AFTER_FAULT, OidcProvider, ProviderAccess
from notifier.terms.operator import Role
from notifier.terms.outside import Outsider, Proof
from tests.shop import NOON
from tests.standins.identity_provider import BACK, CLIENT, OTHER_KEY, SECRET, Provider, identity_provider
from tests.web import plain_http

pytestmark = pytest.mark.slow

PROOF = Proof("the-state", "the-nonce", "v" * 44)
ROLES = {"support": Role.AGENT, "chiefs": Role.LEAD}


@pytest.fixture
def there() -> Iterator[Provider]:
    with identity_provider(lambda: NOON) as found:
        yield found


def access(there: Provider, **changes: Any) -> ProviderAccess:
    scopes = ("openid", "profile")
    return replace(ProviderAccess(there.url, CLIENT, SECRET, BACK, scopes, "groups", ROLES), **changes)


def opened(there: Provider, steady: Callable[[], float] = lambda: 0.0, **changes: Any) -> OidcProvider:
    return OidcProvider(access(there, **changes), steady)


async def walked(provider: OidcProvider, proof: Proof = PROOF, back: Proof | None = None) -> Outsider:
    """There with `proof`, back with `back`: the code is in the address that the browser is sent to."""
    gone = plain_http.get(await provider.address(proof))
    code = httpx2.URL(gone.headers["location"]).params["code"]
    return await provider.who(code, back or proof, NOON)


async def test_who_signs_in_there_is_known_by_what_the_provider_signed(there: Provider) -> None:
    assert await walked(opened(there)) == Outsider(f"{there.url}|u1", "Lea", "lea@oak.example", Role.AGENT)


async def test_of_several_roles_the_highest_counts(there: Provider) -> None:
    there.person["groups"] = ["support", "chiefs", "others", 7, ["chiefs"]]
    assert (await walked(opened(there))).role is Role.LEAD


async def test_a_role_may_be_one_text(there: Provider) -> None:
    there.person["groups"] = "support"
    assert (await walked(opened(there))).role is Role.AGENT


@pytest.mark.parametrize("groups", [None, [], {"chiefs": True}, "chiefs,support", "CHIEFS"])
async def test_what_maps_to_no_role_is_none(there: Provider, groups: Any) -> None:
    there.person["groups"] = groups
    assert (await walked(opened(there))).role is None


@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"aud": ["another-client"], "azp": CLIENT},
        {"azp": "another-client"},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": int((NOON - timedelta(minutes=2)).timestamp())},
        {"exp": None},
        {"exp": "soon"},
        {"iat": int((NOON + timedelta(minutes=2)).timestamp())},
        {"iat": None},
        {"nbf": int((NOON + timedelta(minutes=2)).timestamp())},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "u1\nu2"},
        {"sub": "x" * 256},
    ],
    ids=str,
)
async def test_a_token_that_is_not_for_this_very_sign_in_is_refused(there: Provider, changed: dict[str, Any]) -> None:
    there.changed = changed
    with pytest.raises(Permanent, match="the identity provider's token"):
        await walked(opened(there))


async def test_a_token_for_us_among_others_is_taken_where_it_says_that_we_asked(there: Provider) -> None:
    there.changed = {"aud": [CLIENT, "another"], "azp": CLIENT}
    assert (await walked(opened(there))).name == "Lea"


def _by_nobody(there: Provider, claims: dict[str, Any]) -> str:
    return f"{_unsigned({'alg': 'none', 'kid': there.key.kid}, claims)}."


def _by_the_public_key(there: Provider, claims: dict[str, Any]) -> str:
    text = _unsigned({"alg": "HS256", "kid": there.key.kid}, claims)
    return f"{text}.{_packed(hmac.digest(there.key.as_pem(private=False), text.encode(), 'sha256'))}"


def _unsigned(head: dict[str, Any], claims: dict[str, Any]) -> str:
    return ".".join(_packed(json.dumps(part).encode()) for part in (head, claims))


def _packed(part: bytes) -> str:
    return urlsafe_b64encode(part).decode("ascii").rstrip("=")


def _by_another_key(there: Provider, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": there.key.kid}, claims, OTHER_KEY)


def _by_a_key_of_its_own(there: Provider, claims: dict[str, Any]) -> str:
    head = {"alg": "RS256", "kid": there.key.kid, "jwk": OTHER_KEY.as_dict(private=False)}
    return jwt.encode(head, claims, OTHER_KEY)


def _by_a_key_unknown(there: Provider, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "made-up"}, claims, OTHER_KEY)


def _changed_after(there: Provider, claims: dict[str, Any]) -> str:
    head, _, signature = jwt.encode({"alg": "RS256", "kid": there.key.kid}, claims, there.key).split(".")
    return f"{head}.{_packed(json.dumps(claims | {'groups': ['chiefs']}).encode())}.{signature}"


@pytest.mark.parametrize(
    "forged",
    [
        _by_nobody,
        _by_the_public_key,
        _by_another_key,
        _by_a_key_of_its_own,
        _by_a_key_unknown,
        _changed_after,
        lambda *_: "nonsense",
        lambda *_: "a.b.c",
        lambda *_: "é.é.é",
        lambda *_: "[" * 200_000,
    ],
)
async def test_a_token_that_the_provider_did_not_sign_is_refused(
    there: Provider, forged: Callable[[Provider, dict[str, Any]], str]
) -> None:
    there.signed = lambda claims: forged(there, claims)
    with pytest.raises(Permanent, match="the identity provider"):
        await walked(opened(there))


async def test_a_code_that_another_browser_asked_for_is_refused(there: Provider) -> None:
    with pytest.raises(Permanent):
        await walked(opened(there), back=Proof("the-state", "the-nonce", "w" * 44))


async def test_a_new_key_is_fetched_when_a_token_names_it(there: Provider) -> None:
    now = [0.0]
    provider = opened(there, lambda: now[0])
    await walked(provider)
    there.key, now[0] = OTHER_KEY, KEYS_EVERY
    assert (await walked(provider)).name == "Lea"


async def test_made_up_keys_make_us_fetch_them_once_a_minute_at_most(there: Provider) -> None:
    now = [0.0]
    provider = opened(there, lambda: now[0])
    await walked(provider)
    there.signed, now[0] = lambda claims: _by_a_key_unknown(there, claims), KEYS_EVERY
    for _ in range(5):
        with pytest.raises(Permanent):
            await walked(provider)
    assert there.asked["keys"] == 2


async def test_the_document_is_kept_for_an_hour(there: Provider) -> None:
    now = [0.0]
    provider = opened(there, lambda: now[0])
    for now[0] in (0.0, KEPT_FOR - 1, KEPT_FOR):
        await walked(provider)
    assert there.asked["document"] == 2


async def test_a_provider_that_failed_is_left_alone_for_a_while(there: Provider) -> None:
    now = [0.0]
    provider = opened(there, lambda: now[0])
    there.answers["document"] = (500, b"")
    for now[0] in (0.0, 1.0, REST_AFTER_FAULT):
        with pytest.raises(Transient, match="answers 500"):
            await provider.address(PROOF)
    assert there.asked["document"] == 2


async def test_a_provider_that_is_down_is_told(there: Provider) -> None:
    gone = replace(access(there), issuer="http://127.0.0.1:1")
    with pytest.raises(Transient, match="cannot be reached"):
        await OidcProvider(gone).address(PROOF)


@pytest.mark.parametrize("what", ["document", "keys", "token"])
async def test_a_provider_that_does_not_answer_is_given_up(there: Provider, what: str) -> None:
    there.hung.add(what)
    with pytest.raises(Transient, match="has not answered"):
        await walked(opened(there, seconds=0.3))


@pytest.mark.parametrize("what", ["document", "keys", "token"])
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((302, b""), "answers with a redirect"),
        ((200, b'{"a":"' + b"x" * 300_000 + b'"}'), "sends more than"),
        ((200, b"[]"), "no JSON object"),
        ((200, b"[" * 100_000), "no JSON"),
        ((200, b"<html>"), "no JSON"),
        ((404, b"{}"), "answers 404"),
        ((200, b"{}"), "the identity provider"),
    ],
    ids=["redirect", "huge", "list", "deep", "page", "missing", "empty"],
)
async def test_an_answer_that_is_none_is_refused(
    there: Provider, what: str, answer: tuple[int, bytes], told: str
) -> None:
    there.answers[what] = answer
    with pytest.raises(NotifierError, match=told):
        await walked(opened(there))
    assert there.asked["elsewhere"] == 0


@pytest.mark.parametrize(
    "end", ["http://evil.example/t", "ftp://x/", "https://", "https://me:pw@idp.example/", "https://[", 7, None]
)
async def test_an_endpoint_without_https_is_not_asked(there: Provider, end: Any) -> None:
    said = {"issuer": there.url, "authorization_endpoint": f"{there.url}/authorize", "token_endpoint": end}
    there.answers["document"] = (200, json.dumps(said | {"jwks_uri": f"{there.url}/keys"}).encode())
    with pytest.raises(Permanent, match="token_endpoint is no https address"):
        await opened(there).address(PROOF)


async def test_another_issuer_than_the_one_in_the_settings_is_refused(there: Provider) -> None:
    there.answers["document"] = (200, b'{"issuer":"https://evil.example"}')
    with pytest.raises(Permanent, match="names another issuer"):
        await opened(there).address(PROOF)


async def test_a_secret_key_among_the_published_ones_signs_nothing(there: Provider) -> None:
    shared = OctKey.import_key("k" * 32, {"kid": "shared"})
    there.answers["keys"] = (200, json.dumps({"keys": [shared.as_dict(private=True), {"kty": "EC"}, 7]}).encode())
    with pytest.raises(Permanent, match="no key that signs"):
        await opened(there).address(PROOF)


async def test_no_fault_tells_the_code_the_secret_or_a_claim(there: Provider) -> None:
    there.person |= {"name": "Hush Hush", "email": "hush@oak.example"}
    there.changed = {"nonce": "other"}
    with pytest.raises(Permanent) as fault:
        await walked(opened(there))
    assert not any(word in repr(fault.value) for word in ("Hush", "hush", "code", SECRET, "other"))
