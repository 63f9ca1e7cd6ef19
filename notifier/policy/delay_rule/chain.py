"""From T along the notices that count to the ship date now in force (RULES F1 to F6). Colour: pure. Called by us_435.

A notice counts if it left by the end of the day it answers (F2), and before the line was over. Each date is answered
once: the first notice that left for it stands (F13).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from notifier.policy.delay_rule.days import ends, plus
from notifier.policy.delay_rule.rights import Right
from notifier.terms.law import CONSENTS, LegalFacts, Notice
from notifier.terms.time import local_day
from notifier.terms.words import NoticeKind

FIRST_NOTICE_DAYS = 30
"""F3 and F4: the days after T within which silence may be consent, and by which consent must have come."""

NO_VALID_NOTICE = "no_valid_notice"
LATE_WHEN_FIRST_SEEN = "late_when_first_seen"


@dataclass(frozen=True, slots=True)
class Chain:
    """The ship date in force and how it came to be.

    `limit` is T or the R in force, None after a notice without a date. `notice` is the one in force, with the kind
    that it has in law. `wanted` is the last day for a consent still missing, `wanted_by` the rule that wants it;
    `agreed`: the buyer has accepted the notice in force in so many words.
    """

    limit: date | None
    notice: Notice | None = None
    wanted: date | None = None
    wanted_by: str = ""
    agreed: bool = False

    @property
    def last_day(self) -> date | None:
        """The last day on which the line may wait without a further notice, shipment or consent."""
        return min((day for day in (self.limit, self.wanted) if day is not None), default=None)


def chain_until(law: LegalFacts, tz: ZoneInfo, until: datetime) -> Chain:
    """The chain by what had been sent and received at `until`."""
    chain = Chain(law.promised)
    while (notice := _next_notice(chain, law, tz, until)) is not None:
        chain = _follow(chain, notice, law, tz, until)
    return chain


def lapse(chain: Chain, law: LegalFacts, tz: ZoneInfo, until: datetime) -> Right | None:
    """The right that arose because the last day of the chain was over at `until`; None where it was not.

    A consent that did not come is nobody's fault; a date without a valid notice is ours, unless the line was already
    late when it was first seen.
    """
    last = chain.last_day
    if last is None or local_day(until, tz) <= last:
        return None
    if chain.wanted == last:
        return Right(ends(last, tz), last, chain.wanted_by)
    late = local_day(law.first_seen_at, tz) > last
    rule = "F2" if chain.notice is None else "F5"
    return Right(ends(last, tz), last, rule, LATE_WHEN_FIRST_SEEN if late else NO_VALID_NOTICE)


def kind_in_law(notice: Notice, *, first: bool) -> NoticeKind:
    """What silence means after `notice`, whatever it called itself.

    Silence is consent only to a first notice with a date within 30 days of T (F3); a further notice is an F5.
    """
    if not first or notice.kind is NoticeKind.F5:
        return NoticeKind.F5
    within = notice.revised is not None and notice.revised <= plus(notice.answers, FIRST_NOTICE_DAYS)
    return NoticeKind.F3 if notice.kind is NoticeKind.F3 and within else NoticeKind.F4


def _next_notice(chain: Chain, law: LegalFacts, tz: ZoneInfo, until: datetime) -> Notice | None:
    """The notice that answers the chain's limit and counts: it left after the one before, and names a later day."""
    last = chain.last_day
    if chain.limit is None or last is None:
        return None
    before = chain.notice.sent_at if chain.notice else None
    sent = [
        (one.sent_at, number, one)
        for number, one in enumerate(law.notices)
        if one.answers == chain.limit
        and one.sent_at is not None
        and one.sent_at <= until
        and local_day(one.sent_at, tz) <= last
        and (before is None or before <= one.sent_at)
        and (one.revised is None or one.revised > one.answers)
    ]
    return min(sent)[2] if sent else None


def _follow(chain: Chain, notice: Notice, law: LegalFacts, tz: ZoneInfo, until: datetime) -> Chain:
    kind = kind_in_law(notice, first=chain.notice is None)
    wanted = _consent_by(notice, kind)
    rule = kind.value
    if wanted is not None and chain.wanted is not None and chain.wanted <= wanted:
        wanted, rule = chain.wanted, chain.wanted_by  # an F4 without consent ends at T + 30, renewed or not
    agreed = _accepted(law, notice, wanted or notice.revised, tz, until)
    missing = None if agreed else wanted
    return Chain(notice.revised, replace(notice, kind=kind), missing, rule if missing else "", agreed)


def _consent_by(notice: Notice, kind: NoticeKind) -> date | None:
    if kind is NoticeKind.F3:
        return None
    return notice.answers if kind is NoticeKind.F5 else plus(notice.answers, FIRST_NOTICE_DAYS)


def _accepted(law: LegalFacts, notice: Notice, by: date | None, tz: ZoneInfo, until: datetime) -> bool:
    """Whether consent came after `notice` had left, and by its last day: none counts before, none cures later."""
    return any(
        one.said in CONSENTS
        and notice.sent_at is not None
        and notice.sent_at < one.at <= until
        and (by is None or local_day(one.at, tz) <= by)
        for one in law.answers
    )
