"""The story that a support person reads aloud: what was decided, what became of it, and why."""

import ast
import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from notifier import policy
from notifier.pipeline.explain import Story, explain_customer, explain_message, explain_order
from notifier.pipeline.reasons import DECIDED, because
from notifier.policy import answering
from notifier.policy.occasions import OCCASIONS, on_no_line
from notifier.store.engine import Store
from notifier.terms.decision import Step
from notifier.terms.words import Outcome, Verdict
from tests.queries.shop_log import EMAIL, NOW, PROGRESS, ShopLog

pytestmark = pytest.mark.slow
"""Each lives through the main job before it asks."""

BERLIN = ZoneInfo("Europe/Berlin")
LINES = [("11008", "1"), ("11008", "2"), ("11008", "3")]
SAID_OF_A_HOLD = (
    "On 12 June 1998 at 15:00 the bot waited with a progress email about order 11008 (3 lines) (half of the wait was"
    " over) until 13 June 1998 at 08:00, because it was outside the hours in which customers are written to. Rules"
    " passed: caps. Decided by the rule quiet hours (it was Fri 22:00)."
)
QUIET = (Step("caps", "pass"), Step("quiet_hours", "hold", (("local", "Fri 22:00"),)))


@pytest.fixture
def log(store: Store) -> ShopLog:
    return ShopLog(store)


def story(log: ShopLog) -> Story:
    (found,) = explain_customer(log.store, "QUICK", BERLIN)
    return found


def test_a_sent_message_is_told_with_its_reason_its_rules_and_its_fate(log: ShopLog) -> None:
    log.queue(LINES)
    log.deliver()
    assert story(log).as_text() == (
        "Customer QUICK (main). Times are those of Europe/Berlin.\n\n"
        "On 12 June 1998 at 15:00 the bot wrote a delay email about order 11008 (3 lines): the promised day, 20 May,"
        " was over. Rules passed: marketplace, consent. Accepted by the mail server at 15:01. It told no date."
    )


def test_a_date_that_was_told_is_part_of_the_story(log: ShopLog) -> None:
    log.queue(LINES, dict.fromkeys(LINES, (date(1998, 6, 28), date(1999, 1, 3))))
    log.deliver()
    assert "It told 28 June to 3 January 1999 as the day of shipping." in story(log).as_text()


def test_different_dates_are_told_order_by_order(log: ShopLog) -> None:
    lines = [("1", "1"), ("2", "1")]
    days = (date(1998, 7, 1), date(1998, 7, 2))
    log.queue(lines, {one: (day, day) for one, day in zip(lines, days, strict=True)})
    log.deliver()
    said = "As days of shipping it told 1 July for order 1 (1 line) and 2 July for order 2 (1 line)."
    assert said in story(log).as_text()


def test_a_line_without_a_date_is_told_beside_one_that_has_one(log: ShopLog) -> None:
    log.queue([("1", "1"), ("2", "1")], {("2", "1"): (date(1998, 7, 1), date(1998, 7, 3))})
    log.deliver()
    said = "As days of shipping it told 1 July to 3 July for order 2 (1 line) and no date for order 1 (1 line)."
    assert said in story(log).as_text()


def test_a_hold_says_until_when_and_why(log: ShopLog) -> None:
    until = NOW + timedelta(hours=17)
    asked = {"purpose": PROGRESS, "trace": QUIET, "occasion": "half:1998-08-01"}
    log.decide(LINES, verdict=Verdict.HOLD, reason="quiet_hours", hold_until=until, **asked)
    assert story(log).as_text().endswith(SAID_OF_A_HOLD)


def test_a_skip_that_is_found_again_and_again_is_told_once_with_its_count(log: ShopLog) -> None:
    for days in range(3):
        log.decide(LINES, NOW + timedelta(days=days), verdict=Verdict.SKIP, reason="opted_out", purpose=PROGRESS)
    told = story(log).as_text()
    assert "did not write a progress email" in told
    assert "because the customer asked not to get such messages" in told
    assert told.endswith("It came to the same 3 times, the last time on 14 June 1998 at 15:00.")


def test_a_withdrawn_message_says_why_it_did_not_go(log: ShopLog) -> None:
    message = log.queue(LINES)
    log.withdraw(message, "opted_out", NOW + timedelta(days=1))
    told = story(log).as_text()
    assert "the bot decided to write a delay email about order 11008 (3 lines)" in told
    assert "It was withdrawn on 13 June 1998 at 15:00 and not sent, because the customer asked not to get" in told


@pytest.mark.parametrize(
    ("outcome", "code", "said"),
    [
        (Outcome.REFUSED, "bad_recipient", "Refused by the mail server at 15:01, because there is no such mailbox."),
        (Outcome.UNKNOWN, "no_answer", "Handed to the mail server at 15:01, but no answer came: nobody knows"),
        (Outcome.DEFERRED, "rate_limited", "not taken it yet, because too much was sent at once; next try at 15:02."),
        (Outcome.ACCEPTED, "written", "Written to the folder at 15:01, not sent."),
    ],
)
def test_every_answer_of_a_provider_has_its_words(log: ShopLog, outcome: Outcome, code: str, said: str) -> None:
    log.queue(LINES)
    log.deliver(outcome, code)
    assert said in story(log).as_text()


def test_a_message_that_waits_says_so(log: ShopLog) -> None:
    log.queue(LINES)
    assert story(log).as_text().endswith("It waits in the outbox.")


def test_a_message_in_redirect_mode_does_not_claim_that_the_customer_knows(log: ShopLog) -> None:
    log.queue(LINES, mode="redirect")
    log.deliver()
    assert story(log).as_text().rstrip().endswith("It went to the shop's redirect address, not to the customer.")


def test_the_story_is_told_in_the_order_of_time(log: ShopLog) -> None:
    log.queue([("late", "1")])
    log.decide([("early", "1")], NOW - timedelta(days=2), verdict=Verdict.SKIP, reason="cap", purpose=PROGRESS)
    told = story(log).as_text()
    assert told.index("early") < told.index("late")


def test_a_customer_of_whom_nothing_is_known_has_a_story_too(log: ShopLog) -> None:
    assert story(log).as_text().endswith("Nothing was decided or said yet.")


def test_neither_address_nor_body_is_part_of_a_story(log: ShopLog) -> None:
    log.queue(LINES)
    log.deliver()
    whole = story(log).as_text() + json.dumps(story(log).as_json())
    assert EMAIL not in whole
    assert "the body" not in whole


def test_control_characters_from_a_shops_keys_do_not_reach_the_terminal(log: ShopLog) -> None:
    log.queue([("110\x1b[2J08", "1")])
    assert "\x1b" not in story(log).as_text()


def test_the_json_of_a_story_holds_decisions_messages_contacts_and_promises(log: ShopLog) -> None:
    log.queue(LINES[:1], {LINES[0]: (date(1998, 7, 1), date(1998, 7, 3))})
    log.deliver()
    found = json.loads(json.dumps(story(log).as_json()))
    assert (found["customer"], found["brand"]) == ("QUICK", "main")
    assert found["decisions"] == [
        {
            "at": "1998-06-12T13:00:00+00:00",
            "run": 1,
            "verdict": "send",
            "reason": "due",
            "purpose": "delay",
            "channel": "email",
            "notice": "",
            "orders": ["11008"],
            "lines": ["1"],
            "trace": [
                {"rule": "marketplace", "result": "pass", "saw": {}},
                {"rule": "consent", "result": "pass", "saw": {"needed": "none"}},
            ],
            "hold_until": None,
            "times": 1,
            "last_at": "1998-06-12T13:00:00+00:00",
            "message": 1,
        }
    ]
    assert found["messages"][0]["attempts"][0]["outcome"] == "accepted"
    assert [contact["message"] for contact in found["contacts"]] == [1]
    assert [(told["order"], told["eta_from"], told["eta_to"]) for told in found["promises"]] == [
        ("11008", "1998-07-01", "1998-07-03")
    ]


def test_an_order_and_a_message_have_stories_of_their_own(log: ShopLog) -> None:
    message = log.queue(LINES)
    log.queue([("other", "1")])
    (of_order,) = explain_order(log.store, "11008", BERLIN)
    (of_message,) = explain_message(log.store, message, BERLIN)
    assert of_order.as_text() == of_message.as_text()
    assert "other" not in of_order.as_text()


def said_in(tree: ast.Module) -> Iterator[ast.expr]:
    """What is given as a reason: to Skip and Hold, as `reason=`, and behind a verdict in a call or a tuple."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            place = {"Skip": 0, "Hold": 1}.get(node.func.id) if isinstance(node.func, ast.Name) else None
            yield from [] if place is None else node.args[place : place + 1]
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "reason")
        together = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
        for first, second in pairwise(together):
            if isinstance(first, ast.Attribute) and isinstance(first.value, ast.Name) and first.value.id == "Verdict":
                yield second


def reasons_of_policy() -> Iterator[str]:
    """Every reason that the policy's source names: directly, by a constant, or by a function that gives one.

    Those of answering are sentences by themselves, for the person who must look.
    """
    for path in sorted(set(Path(policy.__file__).parent.glob("*.py")) - {Path(answering.__file__)}):
        tree = ast.parse(path.read_text("utf-8"))
        constants = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        answers = {
            function.name: [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value]
            for function in tree.body
            if isinstance(function, ast.FunctionDef)
        }
        for one in said_in(tree):
            called = one.func.id if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) else ""
            known = constants.get(one.id, one) if isinstance(one, ast.Name) else one
            for value in (known, *answers.get(called, ())):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield value.value


def test_every_reason_of_the_policy_has_a_sentence() -> None:
    found = set(reasons_of_policy())
    assert {"due", "marketplace", "cap", "no_time_zone", "no_longer_due"} <= found
    assert not found - set(DECIDED), "give these a clause in pipeline/reasons.py"


@pytest.mark.parametrize("reason", ["already_in_outbox", "reward_budget_spent", "due"])
def test_a_reason_of_plan_has_a_sentence(reason: str) -> None:
    assert because(reason) == DECIDED[reason]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("waits_for_delay", "a more important message (delay) goes to the same address first"),
        ("gave_up_mailbox_full", "every try failed, and the last time the mailbox is full"),
        ("render_failed: delay/email.md:3: no such word", "its template could not be filled in (delay/email.md:3:"),
        ("odd_code", 'the answer was "odd code"'),
    ],
)
def test_a_reason_with_a_detail_is_told_with_it(reason: str, said: str) -> None:
    assert because(reason).startswith(said)


SAID = {
    "promise_broken": ("promise:1998-06-30", "delay"),
    "renewal_owed": ("promise:1998-06-30", "delay_renewed"),
    "eta_moved": ("told:1", "eta_change"),
    "new_backorder": ("new", "placed"),
    "waiting": ("before:1998-07-01", "progress"),
    "stock_covers": ("told:2", "ready"),
    "long_wait": ("reward", "reward"),
    "was_cancelled": ("cancelled", "cancelled"),
    "late_line_shipped": ("shipped", "thank_you"),
    "answered": ("reply:1", "reply_ack"),
}


@pytest.mark.parametrize("name", [name for name, act in OCCASIONS.items() if act is not on_no_line])
def test_every_occasion_of_the_policy_is_put_into_words(name: str) -> None:
    from notifier.pipeline.wording import why_due
    from notifier.queries.stories import DecidedLine

    occasion, purpose = SAID[name]
    assert why_due([DecidedLine("1", "1", occasion)], purpose, NOW.date())


def test_many_promised_days_are_named_and_then_counted() -> None:
    from notifier.pipeline.wording import why_due
    from notifier.queries.stories import DecidedLine

    lines = [DecidedLine("1", str(day), f"promise:1998-05-{day:02}") for day in range(1, 8)]
    said = why_due(lines, "delay", NOW.date())
    assert said == "the promised days, 1 May, 2 May, 3 May, 4 May, 5 May and 2 more, were over"
