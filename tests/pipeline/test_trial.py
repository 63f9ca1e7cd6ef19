"""A test of a draft goes to whoever wrote it, by the way that messages go, and counts for nothing."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from pathlib import Path

import pytest

from notifier.channels.redirect import OnlyToSender, RedirectSender
from notifier.channels.shadow import ShadowSender
from notifier.errors import Unsafe, UsageError
from notifier.pipeline.draft_view import Chosen, view
from notifier.pipeline.guard import Guards
from notifier.pipeline.trial import Places, send_trial, trial_parcel
from notifier.terms.delivery import ChannelSender, Parcel, SendResult
from notifier.terms.operator import Operator, Role
from notifier.terms.wording import Wording
from notifier.terms.words import Channel, DeliveryMode, Outcome
from tests.shop import NOON, Shop, open_shop, rendering

pytestmark = pytest.mark.slow
ADA = Operator(1, "ada", "ada@oak.example", Role.EDITOR)
PLACES = Places("/shop/outbox", {Channel.EMAIL: "test@oak.example", Channel.SMS: "+14155550123"})
EMAIL, TEXT = Wording("ready", Channel.EMAIL), Wording("ready", Channel.SMS)


@dataclass(eq=False)
class Kept:
    """Keeps ChannelSender by keeping what it gets."""

    outcome: Outcome = Outcome.ACCEPTED
    parcels: list[Parcel] = field(default_factory=list)
    closed: int = 0
    connections: int = 1

    async def send(self, parcel: Parcel) -> SendResult:
        self.parcels.append(parcel)
        return SendResult(0, 0, self.outcome, "code", "")

    async def close(self) -> None:
        self.closed += 1


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url)


def parcel_of(shop: Shop, wording: Wording = EMAIL, to: Operator = ADA) -> Parcel:
    with shop.house() as house:
        job = view(house, wording, Chosen(), None, NOON).job
        return trial_parcel(house, rendering(), job, to, NOON)


def sent(parcel: Parcel, mode: DeliveryMode, *senders: ChannelSender) -> str:
    ways: Mapping[Channel, ChannelSender] = dict(zip(Channel, senders, strict=False))
    return asyncio.run(send_trial(parcel, lambda: ways, mode, PLACES))


def test_it_goes_to_oneself_and_is_marked_as_a_test(shop: Shop) -> None:
    kept = Kept()
    assert sent(parcel_of(shop), DeliveryMode.LIVE, kept) == "A test was sent. It went to ada@oak.example."
    mail = message_from_bytes(kept.parcels[0].body)
    assert kept.parcels[0].recipient == mail["To"] == "ada@oak.example"
    assert mail["Subject"].startswith("[test]") and mail["List-Unsubscribe"] is None
    assert kept.closed == 1


def test_in_mode_redirect_it_goes_where_everything_goes(shop: Shop) -> None:
    kept = Kept()
    said = sent(parcel_of(shop), DeliveryMode.REDIRECT, RedirectSender(kept, "test@oak.example"))
    assert kept.parcels[0].recipient == "test@oak.example" and "It went to test@oak.example" in said


def test_in_mode_shadow_it_goes_nowhere_and_says_so(shop: Shop) -> None:
    assert "mode shadow sends nothing" in sent(parcel_of(shop), DeliveryMode.SHADOW, ShadowSender(1))


def test_an_address_that_only_to_does_not_list_gets_none(shop: Shop) -> None:
    kept = Kept()
    with pytest.raises(UsageError, match="not_in_only_to"):
        sent(parcel_of(shop), DeliveryMode.LIVE, OnlyToSender(kept, ["ben@oak.example"]))
    assert kept.parcels == []


@pytest.mark.parametrize(
    ("outcome", "said"), [(Outcome.REFUSED, "did not take the test"), (Outcome.UNKNOWN, "nobody knows whether")]
)
def test_what_the_server_does_not_take_is_told(shop: Shop, outcome: Outcome, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        sent(parcel_of(shop), DeliveryMode.LIVE, Kept(outcome))


def test_nothing_goes_before_go_live(shop: Shop) -> None:
    with shop.house() as house:
        job = view(house, EMAIL, Chosen(), None, NOON).job
        with pytest.raises(Unsafe, match="not live yet"):
            trial_parcel(replace(house, guards=Guards(go_live=True)), rendering(), job, ADA, NOON)


def test_an_account_without_an_address_gets_none(shop: Shop) -> None:
    with pytest.raises(UsageError, match="your account has no email address"):
        parcel_of(shop, to=replace(ADA, email=""))


def test_a_text_is_tested_in_mode_redirect(shop: Shop) -> None:
    kept = Kept()
    said = sent(parcel_of(shop, TEXT), DeliveryMode.REDIRECT, Kept(), RedirectSender(kept, "+14155550123"))
    assert kept.parcels[0].recipient == "+14155550123" and b"[test] " in kept.parcels[0].body and "+1415" in said


def test_a_text_is_not_tested_in_mode_live(shop: Shop) -> None:
    with pytest.raises(UsageError, match="accounts have no number"):
        sent(parcel_of(shop, TEXT), DeliveryMode.LIVE, Kept(), Kept())


def test_a_draft_that_cannot_be_filled_in_is_not_sent(shop: Shop) -> None:
    broken = {"subject.txt": "x", "email.md": "{{ greetng }}"}
    with shop.house() as house:
        job = view(house, EMAIL, Chosen(), broken, NOON).job
        with pytest.raises(UsageError, match="did you mean 'greeting'"):
            trial_parcel(house, rendering(), job, ADA, NOON)
