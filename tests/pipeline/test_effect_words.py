"""Every effect that there is reads as a sentence that a support person says."""

import pytest

from notifier.pipeline.effect_words import was_done
from notifier.terms.effects import ActionKind, Effect, Kind
from notifier.terms.words import Channel, MessageClass, Scope


@pytest.mark.parametrize("kind", [one for one in Kind if one is not Kind.REQUESTED])
def test_each_effect_has_words_of_its_own(kind: Kind) -> None:
    assert "_" not in was_done([Effect(kind, 1).word]) and was_done([Effect(kind, 1).word]) != kind.value


@pytest.mark.parametrize("action", ActionKind)
def test_each_action_has_words_of_its_own(action: ActionKind) -> None:
    assert was_done([Effect(Kind.REQUESTED, 1, action).word]).startswith("the shop was asked")


def test_an_opt_out_says_of_what_and_by_which_way() -> None:
    effects = [
        Effect(Kind.OPTED_OUT, channel=Channel.SMS, about=MessageClass.SERVICE),
        Effect(Kind.OPTED_OUT, channel=Channel.EMAIL, about=Scope.PROGRESS),
    ]
    told = "no more news of orders by text; no more mails that nothing has changed by email"
    assert was_done(one.word for one in effects) == told


def test_nothing_is_said_to_be_nothing() -> None:
    assert was_done([]) == "nothing"
