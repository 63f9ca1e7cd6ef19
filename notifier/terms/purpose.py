"""What a purpose is, as its folder's purpose.toml declares it. Colour: ground.

Read by `render.catalogue`, judged by `policy`, stored with each message.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from notifier.terms.words import MessageClass, Rung


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why we write. `occasion` names a function of `policy.occasions`; `figures` are its numbers (days, counts).

    `absorbs`: purposes whose news on the same line this one already tells.
    `after_told`: only customers already told of the backorder get it. `answers` are the words by which a text about one
    line may be answered: wait, refund, swap, eta (RULES.md S6).
    """

    name: str
    message_class: MessageClass
    rung: Rung
    occasion: str
    title: str
    after_told: bool = False
    absorbs: tuple[str, ...] = ()
    figures: Mapping[str, int] = field(default_factory=dict)
    text_on_top: bool = False
    offers_alternatives: bool = False
    answers: tuple[str, ...] = ()
