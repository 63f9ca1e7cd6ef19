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
    ("name", "value", "said"),
    [
        ("customer in 24 hours", "2 of 2", "2 of 2 messages in 24 hours to the customer"),
        ("address in 7 days", "3 of 3", "3 of 3 messages in 7 days to this address"),
        ("local", "Fri 21:14", "it was Fri 21:14 where the customer lives"),
        ("consent", "sms service refused", "the last word was: sms service refused"),
        ("at", "1998-05-03T10:00:00+00:00", "said on 3 May 1998"),
        ("at", "some day", "at some day"),
        ("a_new_value", "7", "a new value 7"),
    ],
)
def test_a_value_that_a_rule_saw_is_put_into_words(name: str, value: str, said: str) -> None:
    assert seen(name, value) == said


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
