"""The oracle: a second, simpler reading of RULES.md. It says what speaks against a message; nothing may, if it is sent.

It reads facts, the shop's figures and the decisions, and none of the policy's rules.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from notifier.terms.decision import Decision
from notifier.terms.facts import Address, Consent, LineFacts
from notifier.terms.law import EU_AND_UK, Jurisdiction
from notifier.terms.words import Channel, LineStatus, MessageClass, Rung
from tests.policy.oracle.clocks_read import clocks_of_email, is_shop_hour, is_text_hour, spots_of_text, states_of
from tests.policy.oracle.people_made import Case

DAY = timedelta(days=1)


@dataclass(slots=True)
class Said:
    """What this judgement has sent so far: (instant, channel, class, customer, address, orders) beside the log."""

    case: Case
    log: list[tuple[datetime, Channel, MessageClass, int, int, tuple[str, ...]]] = field(default_factory=list)
    told: set[tuple[int, Channel, str]] = field(default_factory=set)
    reached: set[int] = field(default_factory=set)

    @classmethod
    def before(cls, case: Case) -> "Said":
        """The log as it stood before."""
        log = [
            (one.at, one.channel, one.message_class, one.customer_id, one.address_id, one.orders)
            for one in case.who.contacts
        ]
        return cls(case, log)

    def add(self, one: Decision) -> None:
        """A message that is sent."""
        assert one.address_id is not None
        orders = tuple(line.order for line in one.lines)
        kind = one.purpose.message_class
        self.log.append((self.case.now, one.channel, kind, self.case.who.id, one.address_id, orders))
        self.told |= {(line.line_id, one.channel, one.purpose.name) for line in one.lines}
        self.reached.add(one.address_id)


def against(one: Decision, said: Said) -> set[str]:
    """Every reason, by the policy's own words, for which `one` may not be sent now."""
    case, kind = said.case, one.purpose.message_class
    lines = [line for line in case.who.lines if line.id in {due.line_id for due in one.lines}]
    must = kind is MessageClass.REQUIRED
    found = _barred(one, lines, case)
    if one.channel is Channel.SMS:
        found |= _text_barred(one, lines, said)
    if must and one.channel is Channel.EMAIL:  # F12
        return found
    if one.address_id is not None:
        found |= _consent(one, lines, case) | _full(one, said)
        found |= set() if _is_day(one, lines, case) else {"quiet_hours"}
    if not must:
        found |= {"stale_source"} if case.who.stale_source else set()
        found |= {"waits"} if one.address_id in said.reached else set()
        found |= {"notice_first"} if any(names_a_later_day(line, one, case) for line in lines) else set()
    if kind is MessageClass.MARKETING and not case.policy.offers_on_holidays and _is_feast(lines, one, case):
        found.add("holiday")
    return found


def _barred(one: Decision, lines: list[LineFacts], case: Case) -> set[str]:
    """What stops any message."""
    found, kind = set(), one.purpose.message_class
    channels = {line.sales_channel.lower() for line in lines}
    if "amazon" in channels or ("ebay" in channels and kind is MessageClass.MARKETING):  # E7
        found.add("marketplace")
    if any(line.address(one.channel) is None for line in lines):
        found.add("no_address")
    if one.address_id in {each.address_id for each in case.who.suppressions}:  # U4
        found.add("suppressed")
    for pause in case.policy.paused:
        named = pause.purpose in ("", one.purpose.name) and pause.channel in (None, one.channel)
        if named and (pause.required or kind is not MessageClass.REQUIRED):
            found.add("paused")
    idle = one.purpose.rung in (Rung.PROGRESS, Rung.LOYALTY) or kind is MessageClass.MARKETING
    if case.who.hold is not None and idle:
        found.add("customer_hold")
    if one.purpose.name == "reward" and case.who.rewards_this_year > 0:
        found.add("reward_limit")
    return found


def _text_barred(one: Decision, lines: list[LineFacts], said: Said) -> set[str]:
    """S12, and F9: a text is no notice."""
    phone, texting, found = _phone(lines), said.case.policy.texting, set()
    if not texting.on:
        found.add("texting_off")
    if phone is not None and not phone.textable:
        found.add("not_textable")
    if phone is not None and phone.region not in texting.countries:
        found.add("country_not_texted")
    for line in lines:
        emailed = (line.id, Channel.EMAIL, one.purpose.name) in said.told
        emailed = emailed or any(t.channel is Channel.EMAIL and t.purpose == one.purpose.name for t in line.tellings)
        if one.purpose.message_class is MessageClass.REQUIRED and us_law(line) and not emailed:
            found.add("text_alone")
    return found


def _phone(lines: list[LineFacts]) -> Address | None:
    return lines[0].phone


def us_law(line: LineFacts) -> bool:
    """Whether 16 CFR 435 covers the line."""
    return line.law is not None and line.law.jurisdiction is Jurisdiction.US_435 and not line.law.exempt


def _is_day(one: Decision, lines: list[LineFacts], case: Case) -> bool:
    """S8 and S10 for a text; the shop's hours for an email."""
    if one.channel is Channel.EMAIL:
        return is_shop_hour(case.now, clocks_of_email(case.who, case.policy.timezone), case.policy.email_week)
    phone = _phone(lines)
    spots = spots_of_text(case.who, phone) if phone else []
    return bool(spots) and is_text_hour(case.now, spots, case.policy.texting.week)


def _is_feast(lines: list[LineFacts], one: Decision, case: Case) -> bool:
    """Only the two days that need no calendar: Christmas, which Japan does not keep, and the New Year."""
    if case.who.country == "XX":  # nobody's country keeps nobody's feasts
        return False
    phone = _phone(lines)
    zones = clocks_of_email(case.who, case.policy.timezone)
    if one.channel is Channel.SMS and phone is not None:
        zones = tuple(tz for _, tz in spots_of_text(case.who, phone))
    days = {(wall.month, wall.day) for wall in (case.now.astimezone(tz) for tz in zones)}
    return (1, 1) in days or ((12, 25) in days and case.who.country not in ("JP", ""))


def _consent(one: Decision, lines: list[LineFacts], case: Case) -> set[str]:
    """S1 to S5, E5, U2, U3, U5."""
    kind, by_text = one.purpose.message_class, one.channel is Channel.SMS
    words = [w for w in case.who.consents if w.channel is one.channel and w.address_id in (None, one.address_id)]
    marketing = kind is MessageClass.MARKETING
    about: set[str] = {"progress"} if one.purpose.occasion == "waiting" else set()
    about |= {"marketing"} if marketing else set()
    about |= {"required", "service"} if by_text or not marketing else set()
    noes = [word for word in words if word.message_class in about and not word.granted]
    if any(_stands(no, words) for no in noes):
        return {"opted_out"}
    if not marketing:
        return set()
    last_no = max((no.at for no in noes), default=None)
    yeses = [word for word in words if word.message_class is MessageClass.MARKETING and word.granted]
    yeses = [yes for yes in yeses if last_no is None or yes.at > last_no]
    if noes and not yeses:
        return {"opted_out"}
    countries = {case.who.country, *(line.country for line in lines)}
    phone = _phone(lines)
    countries |= {phone.region} if by_text and phone else set()
    countries -= {""}
    in_writing = by_text and (not countries or not countries <= {*EU_AND_UK, "CA"})
    if any(yes.evidenced or not in_writing for yes in yeses):
        return set()
    if yeses:
        return {"consent_without_evidence"}
    return set() if not by_text and _after_a_sale(countries, case) else {"no_consent"}


def _stands(no: Consent, words: list[Consent]) -> bool:
    """Whether no later word on the same thing, said of the same address, took it back."""
    return not any(
        word.at > no.at
        for word in words
        if word.granted and (word.message_class, word.address_id) == (no.message_class, no.address_id)
    )


def _after_a_sale(countries: set[str], case: Case) -> bool:
    """The soft opt-in: nowhere that is not listed; in Canada for two years, and all made-up orders are younger."""
    return case.policy.soft_opt_in and bool(countries) and countries <= {*EU_AND_UK, "US", "CA"}


def _full(one: Decision, said: Said) -> set[str]:
    """The caps, by counting the log; and S9, three texts a day on one order."""
    case, found, kind = said.case, set(), one.purpose.message_class
    for cap in case.policy.caps:
        if cap.brand == "south" or cap.channel not in (None, one.channel) or cap.message_class not in (None, kind):
            continue
        alike = [
            (customer, address)
            for at, channel, its_kind, customer, address, _ in said.log
            if case.now - at < cap.period and cap.channel in (None, channel) and cap.message_class in (None, its_kind)
        ]
        hers = sum(customer == case.who.id for customer, _ in alike)
        here = sum(address == one.address_id for _, address in alike)
        if max(hers, here) + 1 > cap.count:
            found.add("cap")
    if one.channel is Channel.SMS and _capped_state(one, case):
        recent = [orders for at, channel, *_, orders in said.log if channel is Channel.SMS and case.now - at < DAY]
        if any(sum(line.order in orders for orders in recent) >= 3 for line in one.lines):
            found.add("cap_by_law")
    return found


def _capped_state(one: Decision, case: Case) -> bool:
    country = case.who.country
    if not country:
        by_number = {line.phone.region for line in case.who.lines if line.phone and line.phone.id == one.address_id}
        return by_number == {"US"} and case.who.region == "FL"
    return country == "US" and bool({"FL", "OK"} & set(states_of(case.who)))


def names_a_later_day(line: LineFacts, one: Decision, case: Case) -> bool:
    """F1: a day after T, or after the R of the notices sent, may only be named by the next notice."""
    if not us_law(line) or line.law is None or case.policy.delay is None or not is_waiting(line):
        return False
    if one.purpose.name in ("cancelled", "thank_you"):  # they name no day
        return False
    limit: date | None = line.law.promised
    for notice in line.law.notices:
        limit = notice.revised if notice.answers == limit else limit
    today = case.now.astimezone(case.policy.timezone).date()
    eta = line.forecast.eta
    named = today + DAY if line.covered else eta.last if eta is not None and eta.last >= today else None
    return limit is not None and named is not None and named > limit


def is_waiting(line: LineFacts) -> bool:
    """Whether nobody has shipped or cancelled the line."""
    return line.status in (LineStatus.OPEN, LineStatus.BACKORDERED)


def must_be_told(line: LineFacts, case: Case) -> bool:
    """Whether a broken promise must be spoken of: the plainest cases of F1, U1 and U7, never told of before.

    Under 435: by T the shop knows a later day. Elsewhere: a later day is known, or T is over.
    """
    promised = line.law.promised if line.law else line.promised
    if promised is None or not is_waiting(line) or line.covered or line.tellings:
        return False
    if line.law is not None and (line.law.answers or line.law.notices):
        return False
    today = case.now.astimezone(case.policy.timezone).date()
    late = line.forecast.eta is not None and line.forecast.eta.last >= today and line.forecast.eta.last > promised
    if us_law(line):
        return late and today <= promised
    return late or today > promised


def was_told(line: LineFacts, decisions: tuple[Decision, ...]) -> bool:
    """Whether a decision says what became of the delay, whatever its verdict."""
    return any(
        one.purpose.name == "delay" and one.channel is Channel.EMAIL and line.id in {due.line_id for due in one.lines}
        for one in decisions
    )
