"""The shop's identity provider, by OpenID Connect: code flow with PKCE. Colour: wire. Opened by app, and for `check`.

Every answer is bounded in bytes and seconds, and no redirect is followed. The endpoints are those of the provider's own
document: it decides who may sign in, so it is trusted with where. What it says is believed by its signature alone.
"""

import asyncio
import json
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx2
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core.claims import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from notifier.errors import Permanent, Transient
from notifier.terms.network import is_loopback
from notifier.terms.operator import Role
from notifier.terms.outside import Outsider, Proof

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Only such as nobody can sign by what is public: no HS256, whose key would be the published one, and never none."""

KEY_KINDS = ("RSA", "EC", "OKP")
LARGEST = 256 * 1024
SECONDS = 5.0
KEPT_FOR = 3600.0
"""Seconds for which the provider's document and keys are used before they are asked for again."""

KEYS_EVERY = 60.0
"""Seconds between two fetches of the keys, however many tokens name one that we do not know."""

REST_AFTER_FAULT = 10.0
"""Seconds in which a provider that did not answer is not asked again: who waits for it waits for nothing."""

SKEW = 60
LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class ProviderAccess:
    """How it knows us, and how its claims are read. `roles` are ours by the value of `role_claim`; an empty
    `name_claim` means name, else email.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    scopes: tuple[str, ...]
    role_claim: str
    roles: Mapping[str, Role]
    name_claim: str = ""
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider says of itself, its keys, and when each was fetched."""

    document: Mapping[str, str]
    keys: KeySet
    at: float
    keys_at: float


class OidcProvider:
    """One provider for as long as a process lives, asked from one event loop."""

    def __init__(self, access: ProviderAccess, steady: Callable[[], float] = time.monotonic) -> None:
        self._access, self._steady = access, steady
        self._known: _Known | None = None
        self._fault: tuple[float, Transient | Permanent] | None = None
        self._asking = asyncio.Lock()
        # Read once: the file of certificates costs 20 ms. SSL_CERT_FILE names a shop's own authority.
        self._tls = httpx2.create_ssl_context()

    async def address(self, proof: Proof) -> str:
        """Where to send the browser. Raises Transient or Permanent where the provider cannot be used."""
        found = await self._current()
        access = self._access
        return str(
            prepare_grant_uri(
                found.document["authorization_endpoint"],
                access.client_id,
                "code",
                redirect_uri=access.redirect_uri,
                scope=" ".join(access.scopes),
                state=proof.state,
                nonce=proof.nonce,
                code_challenge=create_s256_code_challenge(proof.verifier),
                code_challenge_method="S256",
            )
        )

    async def who(self, code: str, proof: Proof, now: datetime) -> Outsider:
        """Whom `code` stands for, by an ID token that is signed, fresh, for us and for this very sign-in.

        Raises Transient or Permanent; their words hold neither a secret nor a person.
        """
        found = await self._current()
        token = await self._exchanged(found.document["token_endpoint"], code, proof.verifier)
        claims = self._verified(token, await self._keys_for(found, token), found.document["issuer"], proof.nonce, now)
        return self._outsider(claims, found.document["issuer"])

    async def look(self) -> None:
        """Fetch its document and keys, for who only wants to know whether it answers. Raises Transient or Permanent."""
        await self._current()

    async def _current(self) -> _Known:
        """The provider's document and keys, fetched where they are missing or old."""
        async with self._asking:
            now = self._steady()
            if self._known is not None and now < self._known.at + KEPT_FOR:
                return self._known
            if self._fault is not None and now < self._fault[0] + REST_AFTER_FAULT:
                raise self._fault[1]
            try:
                document = await self._document()
                self._known = _Known(document, await self._keys(document), now, now)
            except (Transient, Permanent) as fault:
                self._fault = (now, fault)
                raise
            return self._known

    async def _keys_for(self, found: _Known, token: str) -> KeySet:
        """The keys, fetched again where none of them is the one that `token` names."""
        try:
            named = jws.extract_compact(token.encode()).headers().get("kid")
        except (JoseError, ValueError) as fault:
            raise Permanent("the identity provider's token is none") from fault
        async with self._asking:
            known = self._known or found
            if named is None or any(key.kid == named for key in known.keys):
                return known.keys
            now = self._steady()
            if now >= known.keys_at + KEYS_EVERY:
                keys = await self._keys(known.document)
                known = self._known = _Known(known.document, keys, known.at, now)
            return known.keys

    async def _document(self) -> Mapping[str, str]:
        issuer = self._access.issuer
        said = await self._json("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if str(said.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
            raise Permanent("the identity provider names another issuer than [oidc] issuer; mend the setting")
        wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        for name in wanted:
            if not self._may_be_asked(said.get(name)):
                raise Permanent(f"the identity provider's {name} is no https address; it cannot be used")
        return {name: str(said[name]) for name in ("issuer", *wanted)}

    def _may_be_asked(self, url: object) -> bool:
        """Whether it is https; http only where the issuer itself is on this machine, and to this machine."""
        try:
            parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            return False
        if parts.scheme == "http":
            return self._access.issuer.startswith("http://") and is_loopback(host)
        return parts.scheme == "https" and bool(host) and parts.username is None

    async def _keys(self, document: Mapping[str, str]) -> KeySet:
        said = (await self._json("GET", document["jwks_uri"])).get("keys")
        keys = []
        for one in said if isinstance(said, list) else []:
            if not isinstance(one, dict) or one.get("kty") not in KEY_KINDS or one.get("use", "sig") != "sig":
                continue
            try:
                keys.append(JWKRegistry.import_key({name: one[name] for name in one if name != "d"}))
            except (JoseError, ValueError, TypeError, KeyError):
                continue  # a key of a kind that we do not know is none of ours to use
        if not keys:
            raise Permanent("the identity provider publishes no key that signs")
        return KeySet(keys)

    async def _exchanged(self, endpoint: str, code: str, verifier: str) -> str:
        access = self._access
        body = prepare_token_request(
            "authorization_code", redirect_uri=access.redirect_uri, code=code, code_verifier=verifier
        )
        login = f"{quote_plus(access.client_id)}:{quote_plus(access.client_secret)}".encode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Authorization": f"Basic {b64encode(login).decode('ascii')}",
        }
        token = (await self._json("POST", endpoint, body.encode(), headers)).get("id_token")
        if not isinstance(token, str):
            raise Permanent("the identity provider gives no ID token; the scope openid must be allowed to us")
        return token

    async def _json(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The JSON object of one answer. Raises Transient or Permanent."""
        sent = {"Accept": "application/json", "Accept-Encoding": "identity"} | dict(headers or {})
        try:
            # trust_env: a proxy from the environment would be asked to bring the client's secret
            async with (
                asyncio.timeout(self._access.seconds),
                httpx2.AsyncClient(
                    verify=self._tls, follow_redirects=False, trust_env=False, timeout=self._access.seconds
                ) as client,
                client.stream(method, url, headers=sent, content=body or None) as answer,
            ):
                _refuse(answer)
                said = await _bounded(answer)
        except TimeoutError as fault:
            raise Transient(f"the identity provider has not answered in {self._access.seconds:g} seconds") from fault
        except httpx2.HTTPError as fault:
            raise Transient(f"the identity provider cannot be reached: {type(fault).__name__}") from fault
        try:
            found = json.loads(said)
        except (ValueError, RecursionError) as fault:
            raise Permanent("the identity provider's answer is no JSON") from fault
        if not isinstance(found, dict):
            raise Permanent("the identity provider's answer is no JSON object")
        return found

    def _verified(self, token: str, keys: KeySet, issuer: str, nonce: str, now: datetime) -> Mapping[str, Any]:
        options = {name: {"essential": True, "value": value} for name, value in self._audience(issuer).items()}
        try:
            registry = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
            found = jwt.decode(token, keys, ALGORITHMS, registry)
            proven = {"nonce": nonce, "client_id": self._access.client_id}
            CodeIDToken(found.claims, found.header, options, proven).validate(int(now.timestamp()), SKEW)
        except Exception as fault:  # noqa: BLE001 - what made-up tokens raise in two libraries is not one family
            # Their words can quote the token; which claim it was says enough.
            claim = getattr(fault, "claim", "")
            told = f"{type(fault).__name__} {claim}".strip()
            raise Permanent(f"the identity provider's token does not hold: {told}") from None
        return found.claims

    def _audience(self, issuer: str) -> dict[str, str]:
        return {"iss": issuer, "aud": self._access.client_id}

    def _outsider(self, claims: Mapping[str, Any], issuer: str) -> Outsider:
        access, subject = self._access, claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
            raise Permanent("the identity provider's token has no sub that can be kept")
        given = claims.get(access.role_claim)
        values = [given] if isinstance(given, str) else given if isinstance(given, list) else []
        roles = [access.roles[value] for value in values if isinstance(value, str) and value in access.roles]
        names = (access.name_claim,) if access.name_claim else ("name", "email")
        name = next((text for text in map(claims.get, names) if isinstance(text, str) and text.strip()), "")
        email = claims.get("email")
        return Outsider(
            f"{issuer}|{subject}", name, email if isinstance(email, str) else "", max(roles) if roles else None
        )


async def _bounded(answer: httpx2.Response) -> bytes:
    said = bytearray()
    async for chunk in answer.aiter_bytes():
        said += chunk
        if len(said) > LARGEST:
            raise Permanent(f"the identity provider sends more than {LARGEST:,} bytes")
    return bytes(said)


def _refuse(answer: httpx2.Response) -> None:
    if answer.status_code == httpx2.codes.OK:
        return
    if answer.is_redirect:
        raise Permanent("the identity provider answers with a redirect, which is not followed; check [oidc] issuer")
    kind = Transient if answer.status_code in (408, 425, 429) or answer.is_server_error else Permanent
    raise kind(f"the identity provider answers {answer.status_code}")
