"""How actions reach the shop's own system. Colour: root. Read by app."""

from pydantic import Field, SecretStr

from notifier.settings.values import Section, Url


class Actions(Section):
    """The webhook that gets what the shop must do."""

    webhook_url: Url = Field(
        "", description="https address that gets each action as JSON, signed (docs/actions.md); empty: none."
    )
    webhook_secret: SecretStr = Field(SecretStr(""), description="Secret that signs what is posted there.")
