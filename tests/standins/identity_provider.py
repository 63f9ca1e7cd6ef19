"""A small identity provider on loopback that speaks OpenID Connect and signs with real keys."""

import json
import threading
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET, BACK = "notifier-console", "s3cret:with +signs", "http://127.0.0.1:8080/console/oidc/back"
PATHS = {
    "/.well-known/openid-configuration": "document",
    "/keys": "keys",
    "/token": "token",
    "/authorize": "authorize",
    "/elsewhere": "elsewhere",
}
MOST_WAITED = 20.0


def new_key() -> RSAKey:
    return RSAKey.generate_key(2048, auto_kid=True)


KEY, OTHER_KEY = new_key(), new_key()
"""Made once: each takes a while."""


@dataclass
class Provider:
    """Who is signed in there (`person`), and how it misbehaves.

    `changed` is laid over the token's claims, `answers` over its answers (status and body by what was asked for), and
    what is in `hung` is not answered before the block ends.
    """

    clock: Callable[[], datetime]
    url: str = ""
    person: dict[str, Any] = field(
        default_factory=lambda: {"sub": "u1", "name": "Lea", "email": "lea@oak.example", "groups": ["support"]}
    )
    changed: dict[str, Any] = field(default_factory=dict)
    signed: Callable[[dict[str, Any]], str] | None = None
    key: RSAKey = field(default_factory=lambda: KEY)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    hung: set[str] = field(default_factory=set)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def settings(self) -> str:
        """What settings.toml says of it."""
        said = f'[oidc]\nissuer = "{self.url}"\nclient_id = "{CLIENT}"\nlabel = "Oak ID"\n'
        return said + '[oidc.roles]\nsupport = "agent"\nwriters = "editor"\nchiefs = "lead"\n'

    def token(self, claims: dict[str, Any]) -> str:
        """The ID token, by its own key unless the test signs."""
        if self.signed is not None:
            return self.signed(claims)
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def answer(self, what: str, query: dict[str, str], body: str, login: str) -> tuple[int, bytes, str]:
        """Status, body and where to go."""
        self.asked[what] += 1
        if what in self.hung:
            self.over.wait(MOST_WAITED)
        if what in self.answers:
            return *self.answers[what], f"{self.url}/elsewhere"
        return getattr(self, f"_{what}")(query, dict(parse_qsl(body)), login)

    def _document(self, *_: object) -> tuple[int, bytes, str]:
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        said = {"issuer": self.url} | {name: f"{self.url}/{path}" for name, path in ends.items()}
        return 200, json.dumps(said).encode(), ""

    def _keys(self, *_: object) -> tuple[int, bytes, str]:
        return 200, json.dumps({"keys": [self.key.as_dict(private=False)]}).encode(), ""

    def _authorize(self, query: dict[str, str], *_: object) -> tuple[int, bytes, str]:
        assert (query["client_id"], query["redirect_uri"], query["response_type"]) == (CLIENT, BACK, "code")
        code = f"code{len(self.codes)}-{self.asked['authorize']}"
        self.codes[code] = query
        return 302, b"", f"{BACK}?{urlencode({'code': code, 'state': query['state']})}"

    def _token(self, _: dict[str, str], form: dict[str, str], login: str) -> tuple[int, bytes, str]:
        begun = self.codes.pop(form.get("code", ""), None)
        if login != f"{CLIENT}:{SECRET}" or begun is None or form["redirect_uri"] != BACK:
            return 400, b'{"error":"invalid_grant"}', ""
        if create_s256_code_challenge(form["code_verifier"]) != begun["code_challenge"]:
            return 400, b'{"error":"invalid_grant"}', ""
        at = int(self.clock().timestamp())
        claims = self.person | {"iss": self.url, "aud": CLIENT, "iat": at, "exp": at + 300, "nonce": begun["nonce"]}
        claims = {name: value for name, value in (claims | self.changed).items() if value is not None}
        return (
            200,
            json.dumps({"token_type": "Bearer", "access_token": "a", "id_token": self.token(claims)}).encode(),
            "",
        )


@contextmanager
def identity_provider(clock: Callable[[], datetime]) -> Iterator[Provider]:
    """Serve until the block ends."""
    found = Provider(clock)

    class _Answers(BaseHTTPRequestHandler):
        def _all(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            login = b64decode((self.headers.get("Authorization") or " ").split(" ", 1)[1]).decode()
            name, _, secret = login.partition(":")
            login = f"{unquote_plus(name)}:{unquote_plus(secret)}"
            status, said, there = found.answer(PATHS[parts.path], query, body, login)
            self.send_response(status)
            if there:
                self.send_header("Location", there)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = _all  # noqa: N815 - the server's own names

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield found
    finally:
        found.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
