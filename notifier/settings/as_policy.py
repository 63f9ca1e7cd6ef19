"""The settings as policy reads them. Colour: root. Called by app."""

from datetime import timedelta

from notifier.policy.delay_rule import DelayFigures
from notifier.policy.figures import BrandFigures, Policy, Rewards, Texting, Window, every_day
from notifier.settings.whole import Settings
from notifier.terms.time import zone


def policy_of(settings: Settings) -> Policy:
    """Every figure and list of the policy, from the settings and the law they name."""
    said = settings.policy
    brands = {key: settings.brand(key) for key in settings.brand_keys}
    text_day = Window(said.text_from, said.text_until)
    sunday = Window(said.text_sunday_from, said.text_until)
    return Policy(
        timezone=zone(settings.shop.timezone),
        locale=settings.shop.locale,
        country=settings.shop.country,
        brands={key: BrandFigures(zone(one.timezone), one.locale) for key, one in brands.items()},
        set_by_shop={
            "placed": {"max_age_days": settings.placed.max_age_days},
            "eta_change": {"min_days": settings.eta_change.min_days},
            "progress": {
                "every_days": settings.progress.every_days,
                "days_before": settings.progress.days_before,
                "most_without_news": settings.progress.max_without_news,
            },
            "reward": {"after_days": settings.reward.after_days},
        },
        caps=tuple(one.as_judged for one in said.caps),
        email_week=every_day(Window(said.email_from, said.email_until)),
        offers_on_holidays=said.offers_on_holidays,
        texting=Texting(settings.sms.enabled, settings.text_countries, (text_day,) * 6 + (sunday,)),
        rewards=Rewards(settings.reward.on, settings.reward.per_customer_per_year),
        marketplaces=frozenset(word.casefold() for word in said.marketplaces),
        marketplaces_enabled=frozenset(word.casefold() for word in said.marketplaces_enabled),
        soft_opt_in=said.soft_opt_in,
        delay=_delay(settings),
    )


def _delay(settings: Settings) -> DelayFigures | None:
    said, shop = settings.delay_rule, settings.shop
    if said.jurisdiction == "none":
        return None
    return DelayFigures(
        timezone=zone(shop.timezone),
        country=shop.country,
        decide_days=said.decide_days,
        lead_days=said.lead_days,
        settle=timedelta(minutes=said.settle_minutes),
        handling_days=shop.handling_days,
        transit_days=shop.transit_days,
    )
