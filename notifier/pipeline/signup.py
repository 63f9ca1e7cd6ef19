"""Somebody wants to be told when a product is back: onto the waitlist, once the address's owner agrees. Colour: root.

Called by the web's form and by cli.waitlist. Who asks by a form is nobody we know, so whoever has the address is asked
(double opt-in); what the form answers never depends on whether the address, or the product, is known.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog

from notifier import consent, consent_requests, waitlist
from notifier.consent_requests import Wanted
from notifier.errors import UsageError
from notifier.pipeline.asking import A_DAY, agreement, ask
from notifier.pipeline.house import House
from notifier.policy.asking import is_proven_twice
from notifier.records.addresses import read_email, read_phone
from notifier.store.engine import Transaction
from notifier.store.hashing import address_hash
from notifier.store.newcomers import Contact, is_suppressed, keep_contact, person_at
from notifier.terms.incoming import Road
from notifier.terms.signup import ByOperator, EntryState, SignUp
from notifier.terms.words import Channel, MessageClass, Verdict
from notifier.waitlist import Wish

log = structlog.get_logger(__name__)

FORM = "sign-up form"
"""The source of what somebody agreed to there."""

MOST_SKU = 100


def form_agreement(house: House, brand: str, locale: str) -> tuple[str, ...]:
    """The wording beside the form's box, a part for each channel that it offers."""
    policy = house.judging.policy
    key = house.brand(brand).key
    channels = [Channel.EMAIL, *([Channel.SMS] if policy.texting.on else [])]
    return tuple(agreement(house, key, one, locale) for one in channels)


class NotReachable(ValueError):
    """The words are no address that can be written to. `why` is bad_email, bad_phone, country or one_address."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class SignedUp:
    """What became of a sign-up, for the log and the command line: the form's answer never tells. `entry` None: none."""

    entry: int | None
    state: str
    reason: str


def contact_of(house: House, asked: SignUp) -> Contact:
    """The address that somebody typed. Raises NotReachable for none, for two, and where no text may go (S12)."""
    if bool(asked.email.strip()) == bool(asked.phone.strip()):
        raise NotReachable("one_address")
    policy, key = house.judging.policy, house.remembering.hash_key
    if asked.email.strip():
        try:
            email = read_email(asked.email.strip())
        except ValueError:
            raise NotReachable("bad_email") from None
        return Contact(Channel.EMAIL, email.value, address_hash(key, email.channel, email.value))
    try:
        read = read_phone(asked.phone.strip(), policy.country)
    except ValueError:
        raise NotReachable("bad_phone") from None
    if not read.textable:
        raise NotReachable("bad_phone")
    if not policy.texting.on or read.region not in policy.texting.countries:
        raise NotReachable("country")
    digest = address_hash(key, read.channel, read.value)
    return Contact(Channel.SMS, read.value, digest, read.region, read.textable, read.timezones)


def sign_up(house: House, asked: SignUp, contact: Contact, now: datetime) -> SignedUp:
    """Take in what came by the form at the UTC instant `now`; whoever has the address is asked to confirm."""
    with house.store.write() as tx:
        why = _why_not(tx, house, asked, contact, now)
        done = SignedUp(None, "", why) if why else _taken_in(tx, house, (asked, contact), FORM, now)
    log.info("signed up", state=done.state, reason=done.reason)
    return done


def _why_not(tx: Transaction, house: House, asked: SignUp, contact: Contact, now: datetime) -> str:
    if asked.brand not in house.brands or len(asked.sku) > MOST_SKU or waitlist.product_there(tx, asked.sku) is None:
        return "unknown_product"
    if is_suppressed(tx, asked.brand, contact):
        return "suppressed"
    if consent_requests.asked_in_all(tx, contact.channel, now - A_DAY) >= house.signups_a_day:
        log.error("sign-ups are refused: too many in a day", channel=contact.channel.value)
        return "too_many_today"
    return ""


def _taken_in(tx: Transaction, house: House, typed: tuple[SignUp, Contact], source: str, now: datetime) -> SignedUp:
    """A pending entry, and the request that its address's owner answers."""
    asked, contact = typed
    address_id = keep_contact(tx, contact, now)
    person = person_at(tx, asked.brand, contact, address_id, now)
    if person is None:
        return SignedUp(None, "", "erased")
    entry = _entry(tx, typed, (person, address_id), (EntryState.PENDING, source), now)
    known = waitlist.entry_of(tx, entry)
    if known is None or known.state == EntryState.WAITING:
        return SignedUp(entry, EntryState.WAITING, "waits_already")
    wanted = Wanted(
        brand=asked.brand,
        customer_id=person,
        address_id=address_id,
        channel=contact.channel,
        road=Road.PAGE,
        act=f"signup:{entry}:{now.isoformat()}",
        locale=asked.locale,
        wording=agreement(house, asked.brand, contact.channel, asked.locale),
        source=source,
        evidence=asked.evidence,
        asked_at=now,
    )
    # One that was asked within the day answers for both: the same person is asked once a day at most.
    open_ones = consent_requests.open_requests(tx, asked.brand, address_id, contact.channel, now - A_DAY)
    before = next(iter(open_ones), None)
    if before is not None:
        waitlist.ask_by(tx, entry, before.id)
        return SignedUp(entry, EntryState.PENDING, "asked_lately")
    done = ask(tx, house, wanted, now)
    if done.request is not None and done.verdict != Verdict.SKIP:
        waitlist.ask_by(tx, entry, done.request)
    return SignedUp(entry, EntryState.PENDING, done.reason)


def _entry(
    tx: Transaction,
    typed: tuple[SignUp, Contact],
    whose: tuple[int, int],
    how: tuple[EntryState, str],
    now: datetime,
) -> int:
    """The id of the entry: a new one, or the one that the address has for this product already."""
    asked, contact = typed
    wish = Wish(
        brand=asked.brand,
        sku=asked.sku,
        customer_id=whose[0],
        address_id=whose[1],
        channel=contact.channel,
        locale=asked.locale,
        state=how[0],
        asked_at=now,
        wording=asked.wording,
        source=how[1],
        evidence=asked.evidence,
    )
    made = waitlist.add(tx, wish)
    if made is not None:
        return made
    known = waitlist.open_entry(tx, asked.brand, asked.sku, whose[1])
    if known is None:
        raise LookupError("an entry of the waitlist that is in the way is not there")
    found: int = known.id
    return found


def put_on_list(house: House, asked: SignUp, said: ByOperator, now: datetime) -> SignedUp:
    """Take in what an operator was told by a customer. With the words that the customer agreed to, and what proves it,
    that is consent, but where the law wants the address's owner to confirm it. Raises UsageError for what cannot be.
    """
    try:
        contact = contact_of(house, asked)
    except NotReachable as fault:
        raise UsageError(OPERATOR_WORDS[fault.why]) from None
    countries = frozenset({contact.region or house.judging.policy.country} - {""})
    proven = bool(said.wording and said.evidence) and not is_proven_twice(contact.channel, countries)
    source = f"operator {said.by}"
    with house.store.write() as tx:
        why = _why_not(tx, house, asked, contact, now)
        if why:
            raise UsageError(OPERATOR_WORDS[why])
        if not proven:
            return _taken_in(tx, house, (asked, contact), source, now)
        address_id = keep_contact(tx, contact, now)
        person = person_at(tx, asked.brand, contact, address_id, now)
        if person is None:
            raise UsageError(OPERATOR_WORDS["suppressed"])
        entry = _entry(tx, (asked, contact), (person, address_id), (EntryState.WAITING, source), now)
        waitlist.confirm(tx, {"id": entry}, now)
        word = consent.Word(
            brand=asked.brand,
            channel=contact.channel,
            about=MessageClass.MARKETING,
            granted=True,
            at=now,
            source=source,
            address_id=address_id,
            wording=said.wording,
            evidence=said.evidence,
        )
        consent.keep_words(tx, [word], now)
    return SignedUp(entry, EntryState.WAITING, "agreed")


OPERATOR_WORDS = {
    "one_address": "give one of --email and --phone",
    "bad_email": "--email: no mail can go there; look at the address again",
    "bad_phone": "--phone: is no mobile number; write it with its country code, like +49 151 …",
    "country": "--phone: no texts go there; see [sms] enabled and allowed_countries",
    "unknown_product": "there is no such product, or brand; import products, or look at the SKU again",
    "suppressed": "nothing may be sent to this address: it is suppressed, or its owner was erased",
    "too_many_today": "too many sign-ups in a day: see [signup] most_a_day",
}
