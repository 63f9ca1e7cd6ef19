"""Who has agreed, and who has objected. Colour: pure. The rule `consent` of rules.

An objection counts for its class or scope (RULES E5): one to marketing ends marketing, one to `progress` ends words
that nothing has changed, one to service texts ends every text to the number (S2, S3). A required email passes all.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from notifier.policy.consent_by_country import Regime, regime_of
from notifier.policy.figures import Policy
from notifier.policy.rulings import Candidate, Pass, Ruling, Saw, Skip
from notifier.terms.facts import Consent, CustomerFacts
from notifier.terms.words import Channel, MessageClass, Scope

WAITING = "waiting"
"""The occasion of messages that scope `progress` ends."""

_PLAIN_WORDS = re.compile(r"[a-z][a-z _-]{0,23}")


def agreed(candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime) -> Ruling:
    """Whether the customer wants, and the law allows, this message by this channel; the trace names rule and evidence.

    Objections come first (S2, S3, E5), then marketing's own consent (S1, U2, U3, U5).
    """
    if candidate.required_email:
        return Pass((("rule", "F12"), ("needed", "none")))
    words = _words(candidate, customer)
    refusals = [one for one in words if one.message_class in _ends(candidate) and not one.granted]
    standing = next((one for one in _newest(words) if one in refusals), None)
    if standing is not None:
        return _opted_out(standing)
    if candidate.purpose.message_class is not MessageClass.MARKETING:
        return Pass((("needed", "no objection"),))
    grants = [one for one in words if one.message_class is MessageClass.MARKETING and one.granted]
    if refusals:
        # A START undoes a STOP for order texts only (S5): what was agreed to before stays ended.
        grants = [one for one in grants if one.at > refusals[-1].at]
        if not grants:
            return _opted_out(refusals[-1])
    return _marketing(grants, candidate, customer, policy, now)


def last_word(said: Iterable[Consent]) -> Consent | None:
    """The newest word of these; of two at once, the refusal."""
    return max(said, key=lambda one: (one.at, not one.granted), default=None)


def _ends(candidate: Candidate) -> frozenset[MessageClass | Scope]:
    """The scopes in which an objection ends the candidate."""
    order = frozenset[MessageClass | Scope]((MessageClass.REQUIRED, MessageClass.SERVICE))
    marketing = frozenset[MessageClass | Scope]((MessageClass.MARKETING,))
    waiting = frozenset[MessageClass | Scope]((Scope.PROGRESS,) if candidate.purpose.occasion == WAITING else ())
    if candidate.purpose.message_class is not MessageClass.MARKETING:
        return order | waiting
    return marketing | waiting | (order if candidate.channel is Channel.SMS else frozenset())


def _words(candidate: Candidate, customer: CustomerFacts) -> list[Consent]:
    """What was said about this channel for the customer as a whole and for this address; of two at once, the refusal
    comes last.
    """
    here = (None, candidate.address.id if candidate.address else None)
    said = [one for one in customer.consents if one.channel is candidate.channel and one.address_id in here]
    return sorted(said, key=lambda one: (one.at, not one.granted))


def _newest(words: Iterable[Consent]) -> list[Consent]:
    """The last word of each scope, for the customer as a whole and for the address apart."""
    last = {(one.message_class, one.address_id): one for one in words}
    return list(last.values())


def _opted_out(word: Consent) -> Skip:
    return Skip("opted_out", (("rule", "S2" if word.channel is Channel.SMS else "E5"), *_evidence(word)))


def _marketing(
    grants: list[Consent], candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime
) -> Ruling:
    regime = _regime(candidate, customer)
    by_text = candidate.channel is Channel.SMS
    written = by_text and regime.written_texts
    kept = [one for one in grants if one.evidenced or not written]
    if kept:
        return Pass((("rule", "S1" if by_text else regime.rule), *_evidence(kept[-1])))
    if grants:
        return Skip("consent_without_evidence", (("rule", "S1"), *_evidence(grants[-1])))
    bought = max((line.ordered_at for line in customer.lines if line.ordered_at <= now), default=None)
    if policy.soft_opt_in and not by_text and regime.after_sale is not None and bought is not None:
        saw = (("rule", regime.rule), ("needed", "no objection after a sale"), ("evidence", f"order {bought:%Y-%m-%d}"))
        return Pass(saw) if bought > now - regime.after_sale else Skip("no_consent", saw)
    return Skip(
        "no_consent", (("rule", "S1" if by_text else regime.rule), ("needed", f"{candidate.channel} marketing"))
    )


def _regime(candidate: Candidate, customer: CustomerFacts) -> Regime:
    number = candidate.address.region if candidate.channel is Channel.SMS and candidate.address else ""
    return regime_of(customer, (number, *(line.country for line in candidate.lines)))


def _evidence(word: Consent) -> Saw:
    """Kind, source and date of a word: never its wording, nor an address that somebody wrote into its source."""
    source = word.source.casefold()
    return (
        ("consent", f"{word.channel} {word.message_class} {'granted' if word.granted else 'refused'}"),
        ("source", source if _PLAIN_WORDS.fullmatch(source) else "said elsewhere" if source else "none"),
        ("at", word.at.isoformat()),
        ("scope", "customer" if word.address_id is None else "this address"),
    )
