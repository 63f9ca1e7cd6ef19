"""Signing in to the console by the shop's own identity provider. Colour: root. Read by access and app."""

from typing import Literal

from pydantic import Field, SecretStr

from notifier.settings.values import Line, Section, Url, Words


class Oidc(Section):
    """OpenID Connect; off until an issuer is set."""

    issuer: Url = Field(
        "",
        description="Address of your identity provider, as its tokens name it; empty: everybody signs in by password.",
    )
    client_id: Line = Field("", description="What the provider calls this console.")
    client_secret: SecretStr = Field(SecretStr(""), description="Secret that the provider gave for that name.")
    label: Line = Field(
        "your work account", max_length=60, description="What the button says behind the words: Sign in with."
    )
    scopes: Words = Field(
        ("openid", "profile", "email"),
        description="What is asked for; some providers give groups only for a scope of that name.",
    )
    role_claim: Line = Field(
        "groups", description="Claim of the ID token that says what somebody is: a text or a list."
    )
    roles: dict[str, Literal["viewer", "agent", "editor", "lead"]] = Field(
        {}, description="Value of that claim = role here; of several the highest. Without any, nobody comes in."
    )
    name_claim: Line = Field(
        "",
        description="Claim that names a new account; empty: name, else email. Take one that people cannot change.",
    )
    only: bool = Field(
        False, description="true: passwords open accounts of leads alone, for when the provider is down."
    )

    @property
    def on(self) -> bool:
        """Whether anybody signs in by it."""
        return bool(self.issuer)
