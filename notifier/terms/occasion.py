"""What a message hangs on where it hangs on no order line: the kind and the id of one row. Colour: ground.

Written by what queues such a message, read by whoever asks later what it answered.
"""

REPLY, CONSENT, RESTOCK = "reply:", "consent:", "restock:"
"""How the occasion of an acknowledgement, a request for consent and an alert begins; the id of its row follows."""


def row_named(kind: str, occasion: str) -> int:
    """The id of the row of this kind that `occasion` names; 0: none."""
    digits = occasion.removeprefix(kind)
    return int(digits) if occasion.startswith(kind) and digits.isdigit() else 0
