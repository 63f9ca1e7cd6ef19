"""Whose law on delays a line falls under, and what that law leaves out (RULES F11). Colour: pure.
Called by pipeline when it builds facts.
"""

import re
from typing import Literal

from notifier.policy.subdivisions import TERRITORIES
from notifier.terms.law import EU_AND_UK, Jurisdiction

Setting = Literal["auto", "us_435", "eu", "none"]
"""`[delay_rule] jurisdiction` of the settings."""

_LIKE_EU = EU_AND_UK | {"IS", "LI", "NO"}
"""The EU, the United Kingdom, whose law is alike (U1), and the EEA, which has taken the directive over."""

_ON_DELIVERY = re.compile(
    r"\b(cod|(cash|collect|pay|payment|card) (on|upon) delivery|nachnahme|contre remboursement|contra ?reembolso"
    r"|contrassegno|onder rembours|za pobraniem|postforskott|efterkrav|postoppkrav)\b"
)
"""A bare "collect" is left out: it is also "click and collect", and a doubt must not take the law's protection away."""


def jurisdiction_of(setting: Setting, country: str) -> Jurisdiction:
    """The law for a buyer in ISO `country`, in any case; the caller passes the shop's own where it knows none.

    A `setting` other than auto decides alone.
    """
    if setting != "auto":
        return Jurisdiction(setting)
    code = country.strip().upper()
    if code == "US" or code in TERRITORIES:
        return Jurisdiction.US_435
    return Jurisdiction.EU if code in _LIKE_EU else Jurisdiction.NONE


def is_exempt(rule_exempt: bool, payment_method: str) -> bool:
    """Whether F11 leaves the line out: the shop says so (seeds, subscriptions, services), or it is paid on delivery."""
    words = " ".join(re.findall(r"[^\W_]+", payment_method.casefold()))
    return rule_exempt or _ON_DELIVERY.search(words) is not None
