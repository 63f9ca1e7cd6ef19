"""The law on late goods as a pure state machine for one order line: facts + figures + now → LegalStanding.
Colour: pure. Called by decide, and by pipeline for deadlines and answers.

rule_sets     the laws, with version and source
days          plain days and their last instants
promised      the promised ship date T, where the order states it or the law sets it
jurisdiction  whose law counts, and what it leaves out
working_days  the last day of a refund
rights        what gave the right to a refund, and what the shop has done about it
outlook       from which day a line counts as unable to ship by its limit
chain         T, the notices that count, the consents that came: which date is in force
us_435        where a line stands by 16 CFR part 435
plain         where it stands in the EU, and where no law on delays counts
stand         the one question to ask: where does this line stand?
replies       does this answer still count?
"""

from notifier.policy.delay_figures import DelayFigures
from notifier.policy.delay_rule.jurisdiction import is_exempt, jurisdiction_of
from notifier.policy.delay_rule.promised import StatedPromise, promised_ship_date
from notifier.policy.delay_rule.replies import answer_counts
from notifier.policy.delay_rule.rule_sets import RULE_SETS, RuleSet
from notifier.policy.delay_rule.stand import is_issued, stand
from notifier.policy.delay_rule.working_days import refund_by, refund_by_eu

__all__ = [
    "RULE_SETS",
    "DelayFigures",
    "RuleSet",
    "StatedPromise",
    "answer_counts",
    "is_exempt",
    "is_issued",
    "jurisdiction_of",
    "promised_ship_date",
    "refund_by",
    "refund_by_eu",
    "stand",
]
