"""Addresses as a person may see them in lists: recognisable, never whole. Colour: store. Used by queries."""


def masked(address: str | None) -> str:
    """`a***@example.com` for an email address, `+44***23` for an E.164 number; "" for an erased one (None)."""
    if not address:
        return ""
    local, at, domain = address.rpartition("@")
    if at:
        return f"{local[:1]}***@{domain}"
    return f"{address[:3]}***{address[-2:]}"
