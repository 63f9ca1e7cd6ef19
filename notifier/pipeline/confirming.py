"""The page that a request for consent leads to: what it shows, and what its button does. Colour: root.

Called by web.signup. To look changes nothing; to agree goes the one road of all replies, `pipeline.receive`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from notifier import consent_requests
from notifier.pipeline.house import House
from notifier.pipeline.receive import receive
from notifier.policy.asking import OPEN_FOR
from notifier.render.links import CONSENT, genuine, short_token
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.incoming import Choice, Incoming, Road
from notifier.terms.reply import Intent
from notifier.terms.words import MessageClass

BUTTON = "consent button"
"""What the proof that a page was shown is signed for."""

SHOWN_FOR = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows. `agreed`: the customer has confirmed already. `button` proves that the page was shown."""

    brand: str
    locale: str
    wording: str
    products: tuple[str, ...]
    agreed: bool
    button: str


def shown_request(house: House, request_id: int, token: str, now: datetime) -> Shown | None:
    """The page of a request; None for a link that is wrong, or too old."""
    with house.store.read() as tx:
        row = _request(tx, house, request_id, token, now)
        if row is None:
            return None
        names = tuple(one.name for one in consent_requests.products_of(tx, request_id))
    button = short_token(house.web.keys, BUTTON, _moment(request_id, now))
    return Shown(row.brand, row.locale, row.wording, names, row.confirmed_at is not None, button)


def agree(house: House, request_id: int, signed: tuple[str, str], evidence: str, now: datetime) -> Shown | None:
    """Take the customer's consent; `signed` are the link's token and the page's button. None for a wrong link; where
    the button is not that of a page shown lately, nothing is changed.
    """
    token, button = signed
    shown = shown_request(house, request_id, token, now)
    if shown is None or shown.agreed or not _was_shown(house, request_id, button, now):
        return shown
    with house.store.read() as tx:
        row = consent_requests.request_of(tx, request_id)
    if row is None:
        return None
    choice = Choice(Intent.OPT_IN, about=MessageClass.MARKETING, channel=row.channel)
    key = f"consent:{request_id}"
    receive(house, Incoming(Road.PAGE, key, now, message_id=row.message_id, choice=choice, evidence=evidence), now)
    return shown_request(house, request_id, token, now)


def _request(tx: Transaction, house: House, request_id: int, token: str, now: datetime) -> AnyRow | None:
    if not genuine(house.web.keys, CONSENT, str(request_id), token):
        return None
    row = consent_requests.request_of(tx, request_id)
    if row is None or row.message_id is None:
        return None
    return row if row.confirmed_at is not None or row.asked_at > now - OPEN_FOR else None


def _was_shown(house: House, request_id: int, button: str, now: datetime) -> bool:
    moments = (_moment(request_id, now), _moment(request_id, now - SHOWN_FOR))
    return any(genuine(house.web.keys, BUTTON, one, button) for one in moments)


def _moment(request_id: int, now: datetime) -> str:
    return f"{request_id}/{int(now.timestamp() // SHOWN_FOR.total_seconds())}"
