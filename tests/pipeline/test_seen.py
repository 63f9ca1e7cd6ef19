"""What a rule saw, in words; and when it will be tried again."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from notifier.pipeline.explain import explain_customer
from notifier.pipeline.seen import notice_words, seen
from notifier.store.decisions import bring_forward
from notifier.store.engine import Store
from notifier.terms.time import EPOCH
from notifier.terms.words import NoticeKind, Verdict
from tests.queries.shop_log import NOW, PROGRESS, ShopLog

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("rule", "name", "value", "said"),
    [
        ("caps", "customer in 24 hours", "2 of 2", "2 of 2 messages in 24 hours to the customer"),
        ("caps", "address in 7 days", "3 of 3", "3 of 3 messages in 7 days to this address"),
        (
            "caps",
            "customer marketing sms in 7 days",
            "1 of 1",
            "1 of 1 marketing sms messages in 7 days to the customer",
        ),
        ("caps", "order 11008 sms S9 in 24 hours", "3 of 3", "3 of 3 sms S9 messages in 24 hours about order 11008"),
        ("quiet_hours", "local", "Fri 21:14 in America/Chicago", "it was Fri 21:14 in America/Chicago"),
        ("quiet_hours", "allowed", "09:00 to 20:00", "allowed are 09:00 to 20:00"),
        ("quiet_hours", "zones", "America/St_Johns", "in the time zone America/St_Johns"),
        ("address", "allowed", "GB US", "texts go to GB US"),
        ("consent", "consent", "sms service refused", "the last word was sms service refused"),
        ("consent", "at", "1998-05-03T10:00:00+00:00", "said on 3 May 1998"),
        ("customer_hold", "until", "somebody lifts it", "until somebody lifts it"),
        ("notice_first", "state", "awaiting_consent", "the line stands at awaiting consent"),
        ("notice_first", "limit", "1998-06-30", "no date after 1998-06-30 may be told before"),
        ("a_rule", "a_new_value", "7", "a new value 7"),
    ],
)
def test_a_value_that_a_rule_saw_is_put_into_words(rule: str, name: str, value: str, said: str) -> None:
    assert seen(rule, name, value) == said


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind])
def test_a_notice_says_what_silence_means(kind: NoticeKind) -> None:
    assert kind.value in notice_words(kind)


def test_a_message_that_is_no_notice_has_no_words_about_silence() -> None:
    assert notice_words("") == ""


def story(store: Store) -> str:
    (found,) = explain_customer(store, "QUICK", BERLIN)
    return found.as_text()


def test_a_skip_says_when_the_customer_is_looked_at_again(store: Store) -> None:
    log = ShopLog(store)
    log.decide([("11008", "1")], verdict=Verdict.SKIP, reason="reward_limit", purpose=PROGRESS)
    with store.write() as tx:
        bring_forward(tx, [log.customer], NOW + timedelta(days=2))
    assert story(store).endswith(
        "The customer is looked at again on 14 June 1998 at 15:00, or by the first plan after it."
    )


def test_a_customer_whose_facts_changed_is_looked_at_by_the_next_plan(store: Store) -> None:
    log = ShopLog(store)
    with store.write() as tx:
        bring_forward(tx, [log.customer], EPOCH)
    assert story(store).endswith("The customer is looked at again at the next plan.")


def test_one_of_whom_only_new_facts_can_change_anything_is_promised_no_look(store: Store) -> None:
    ShopLog(store)
    assert "looked at again" not in story(store)
