"""The export that the law gives a person a right to: one JSON document, written as it is read. Colour: root.

Called by cli.people and the web (RULES.md U4).
"""

import json
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from typing import Any

from notifier.pipeline.house import House
from notifier.pipeline.people import Asked, the_customer
from notifier.queries.person import SECTIONS, Piece, pieces, profile
from notifier.store.bodies import unpacked
from notifier.store.engine import Transaction
from notifier.store.evidence import kept_of
from notifier.store.hashing import evidence_hash
from notifier.terms.words import Channel

_STORED_AS_JSON = frozenset({"lines", "trace", "effects", "acks"})


def person_document(house: House, asked: Asked, now: datetime) -> Iterator[str]:
    """Pieces of text that make one JSON object. Raises UsageError, before the first piece, for somebody unknown.

    Close it early where the reader has had enough: it holds a reading transaction.
    """
    terms = house.remembering
    with house.store.read() as tx:
        row = the_customer(tx, asked, terms.hash_key)
        kept = kept_of(tx, evidence_hash(terms.hash_key, row.brand, row.key))
        yield '{"made_at": ' + json.dumps(now.isoformat())
        yield ',\n"profile": ' + _text(profile(tx, row.id))
        for section in SECTIONS:
            yield f',\n"{section}": ['
            yield from _listed(tx, section, row.id)
            yield "]"
        yield ',\n"evidence": ' + _text(kept.as_json() | {"sentence": kept.sentence}) + "}\n"


def _listed(tx: Transaction, section: str, customer_id: int) -> Iterator[str]:
    between = "\n"
    for piece in pieces(tx, section, customer_id):
        yield between + _text(_readable(piece))
        between = ",\n"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _readable(piece: Piece) -> Piece:
    """The piece with its body as text, and with what is stored as JSON as such."""
    found = {name: json.loads(value) if name in _STORED_AS_JSON else value for name, value in piece.items()}
    if "body" in piece:
        kept, sample = piece["body"], found.pop("sample")
        found["body"] = None if kept is None else _words(unpacked(kept, sample), piece["channel"])
    return found


def _words(body: bytes, channel: str) -> str:
    """What a person read: the text part of an email, or the text itself."""
    if channel == Channel.SMS:
        return body.decode("utf-8", "replace")
    part = message_from_bytes(body, policy=policy.default).get_body(("plain", "html"))
    return str(part.get_content()) if part is not None else ""
