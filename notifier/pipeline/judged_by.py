"""What of a house hangs on the policy's figures, built from settings. Colour: root. Called by app and pipeline."""

from dataclasses import replace
from datetime import timedelta

from notifier.forecast.eta import ShopFigures
from notifier.pipeline.facts import Judging
from notifier.pipeline.house import House
from notifier.rewards import RewardTerms
from notifier.settings import Settings
from notifier.settings.as_policy import policy_of


def judging(settings: Settings) -> Judging:
    """The policy and the forecast's figures."""
    shop = ShopFigures(settings.shop.handling_days, settings.eta.max_days_ahead)
    mode, jurisdiction = settings.delivery.mode, settings.delay_rule.jurisdiction
    return Judging(policy_of(settings), shop, settings.shop.transit_days, mode, jurisdiction)


def reward_terms(settings: Settings) -> RewardTerms | None:
    """What a code is worth and may cost; None where the shop gives none."""
    said = settings.reward
    if not said.on:
        return None
    amount, currency = said.amount if said.amount > 0 else None, said.currency or said.budget_currency
    return RewardTerms(None if amount else said.percent, amount, currency, said.budget, said.valid_days)


def judged_by(house: House, settings: Settings) -> House:
    """The house with the policy of `settings`; what is paused stays so."""
    own, was = judging(settings), house.judging
    quiet = timedelta(days=settings.policy.quiet_after_call_days)
    return replace(
        house,
        judging=replace(own, policy=replace(own.policy, paused=was.policy.paused), mode=was.mode),
        reward=reward_terms(settings),
        lapse=settings.delay_rule.on_lapse,
        remembering=replace(house.remembering, quiet_after_call=quiet),
    )
