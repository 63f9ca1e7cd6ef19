"""Gathered rows become what the law on delays looks at. Colour: root. Called by pipeline.facts for each line."""

from datetime import date, datetime

from notifier.forecast.allocation import Coverage
from notifier.policy.delay_rule import StatedPromise, is_exempt, jurisdiction_of, promised_ship_date
from notifier.policy.delay_rule.jurisdiction import Setting
from notifier.policy.figures import Policy
from notifier.store.gather import Gathered
from notifier.store.lookup import AnyRow
from notifier.terms.decision import PROMISE
from notifier.terms.facts import Telling
from notifier.terms.law import Answer, Jurisdiction, LegalFacts, Notice, Said
from notifier.terms.time import EtaRange
from notifier.terms.words import Channel, NoticeKind


def law_of(row: AnyRow, found: Gathered, coverage: Coverage, setting: Setting, policy: Policy) -> LegalFacts | None:
    """The legal facts of one line; None where no law looks at it.

    `setting` is [delay_rule] jurisdiction. A line abroad, or one that the American rule exempts (F11), is told plainly
    (U7) if it has a promise at all.
    """
    if policy.delay is None:
        return None
    country = row.country or row.customer_country or policy.country
    where = jurisdiction_of(setting, country)
    exempt = is_exempt(row.rule_exempt, row.payment_method)
    notices = tuple(_notice(one) for one in found.notices.get(row.id, ()))
    stated = row.promised_ship_by or (None if row.deliver_by else _taken_over(found, row.id))
    plain = where is Jurisdiction.NONE or (exempt and where is Jurisdiction.US_435)
    if plain and not (stated or row.deliver_by):
        return None
    ordered = StatedPromise(row.ordered_at, row.paid_at, stated, row.deliver_by, row.buyer_credit)
    return LegalFacts(
        jurisdiction=where,
        promised=promised_ship_date(ordered, where, policy.delay),
        first_seen_at=row.first_seen_at,
        notices=notices,
        answers=tuple(Answer(Said(one.said), one.at) for one in found.answers.get(row.id, ())),
        refunded_at=row.refunded_at,
        paid=row.amount_paid is None or row.amount_paid > 0,
        exempt=exempt,
        forecast_since=_since(row.changed_at, coverage.supply.changed_at if coverage.supply else None),
    )


def _taken_over(found: Gathered, line_id: int) -> date | None:
    """T as an older tool told it, for a line of which the shop's records name none."""
    return next((one.promised for one in found.notices.get(line_id, ()) if one.message_id is None), None)


def _notice(row: AnyRow) -> Notice:
    """A notice that came back is none (RULES.md F9)."""
    sent = row.sent_at if row.failed_at is None else None
    return Notice(NoticeKind(row.kind), row.answers, row.revised, sent, row.message_id)


def _since(*moments: datetime | None) -> datetime | None:
    return max((one for one in moments if one is not None), default=None)


def told_before(row: AnyRow) -> Telling:
    """A notice of another tool, as what the customer knows: other messages continue from it."""
    purpose = "delay_renewed" if row.kind == NoticeKind.F5 else "delay"
    eta = EtaRange(row.revised, row.revised) if row.revised else None
    return Telling(-row.id, purpose, Channel.EMAIL, row.sent_at, f"{PROMISE}{row.answers}", eta)
