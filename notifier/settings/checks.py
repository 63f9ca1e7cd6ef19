"""What must hold between the sections of settings. Colour: root. Called by `load` once every value is right by itself.

Each check yields (place, sentence with the remedy); all of them run, so all faults are told at once.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator

from notifier.policy.figures import TEXT_DAY, TEXT_SUNDAY
from notifier.settings.sending import TEXTS_PATH
from notifier.settings.whole import Settings
from notifier.terms.network import is_loopback
from notifier.terms.words import STAYS_HERE, DeliveryMode

Fault = tuple[tuple[str | int, ...], str]


def cross_faults(settings: Settings, faulty: Collection[str]) -> list[Fault]:
    """Return every contradiction between the sections; a check that reads a `faulty` section would only guess."""
    checks: dict[Callable[[Settings], Iterator[Fault]], set[str]] = {
        _brands: {"brands"},
        _redirect: {"delivery", "sms"},
        _live: {"delivery", "brands", "shop"},
        _texts: {"sms", "delivery", "brands"},
        _email: {"email", "delivery"},
        _journal: {"journal", "delivery"},
        _inbox: {"inbox"},
        _actions: {"actions"},
        _hours: {"policy"},
        _text_hours: {"policy"},
        _caps: {"policy", "brands"},
        _text_limits: {"sms", "shop"},
        _web: {"web", "sms"},
        _oidc: {"oidc", "web", "console"},
        _rewards: {"reward"},
        _sources: {"sources", "profiles"},
        _profiles: {"profiles", "brands"},
    }
    return [fault for check, read in checks.items() if not read & set(faulty) for fault in check(settings)]


def _brands(settings: Settings) -> Iterator[Fault]:
    defaults = [key for key, brand in settings.brands.items() if brand.default]
    if len(settings.brands) > 1 and len(defaults) != 1:
        which = "none" if not defaults else " and ".join(defaults)
        yield (
            ("brands",),
            f"one brand must have default = true, and {which} has. Mark the brand of orders that name none",
        )


def _redirect(settings: Settings) -> Iterator[Fault]:
    if settings.delivery.mode is not DeliveryMode.REDIRECT:
        return
    if not settings.delivery.redirect_to_email:
        yield ("delivery", "redirect_to_email"), "is empty, and mode is redirect. Set the address that gets every email"
    if settings.sms.enabled and not settings.delivery.redirect_to_phone:
        yield (
            ("delivery", "redirect_to_phone"),
            "is empty, and mode is redirect with texts on. Set the number, or sms off",
        )


def _live(settings: Settings) -> Iterator[Fault]:
    if settings.delivery.mode is not DeliveryMode.LIVE:
        return
    for brand in map(settings.brand, settings.brand_keys):
        if brand.placeholder:
            yield (
                ("brands", brand.key, "sender"),
                "is not set, and mode is live. Write one like Your Shop <orders@your-domain.example>",
            )
        if not brand.postal_address and not settings.shop.postal_address:
            place = ("brands", brand.key, "postal_address") if settings.brands else ("shop", "postal_address")
            yield place, "is empty, and mode is live. Set it here or in [shop]: emails must carry it (CAN-SPAM)"


def _texts(settings: Settings) -> Iterator[Fault]:
    sms = settings.sms
    if not sms.enabled:
        return
    if not sms.account_sid:
        yield (
            ("sms", "account_sid"),
            "is empty, and texts are on. Copy it from Twilio's console, or set enabled = false",
        )
    if settings.delivery.mode not in STAYS_HERE and not sms.auth_token.get_secret_value():
        yield (
            ("sms", "auth_token"),
            "is not set, and texts are on. Set NOTIFIER_SMS__AUTH_TOKEN or NOTIFIER_SMS__AUTH_TOKEN_FILE",
        )
    if sms.messaging_service_sid:
        return
    for key in settings.brand_keys:
        if not settings.brand(key).text_sender:
            yield ("brands", key, "text_sender"), "is empty. Set it, or messaging_service_sid in [sms]"


def _email(settings: Settings) -> Iterator[Fault]:
    email = settings.email
    password = email.password.get_secret_value()
    if email.username and not password and settings.delivery.mode is not DeliveryMode.FOLDER:
        yield (
            ("email", "password"),
            "is not set, and there is a username. Set NOTIFIER_EMAIL__PASSWORD or NOTIFIER_EMAIL__PASSWORD_FILE",
        )
    if password and not email.username:
        yield ("email", "username"), "is empty, and there is a password. Set it, or unset the password"
    if email.username and email.security == "none":
        yield ("email", "security"), "is none, and a password would travel in clear. Use starttls or tls"


def _journal(settings: Settings) -> Iterator[Fault]:
    journal = settings.journal
    if not journal.host:
        if journal.bcc:
            yield ("journal", "host"), "is empty, and bcc is set: nobody would look at the copies. Set it, or unset bcc"
        return
    if not journal.username:
        yield ("journal", "username"), "is empty, and there is a host. Set it, or unset host"
    if not journal.password.get_secret_value() and settings.delivery.mode not in STAYS_HERE:
        yield (
            ("journal", "password"),
            "is not set, and there is a host. Set NOTIFIER_JOURNAL__PASSWORD or NOTIFIER_JOURNAL__PASSWORD_FILE",
        )
    if journal.security == "none" and not is_loopback(journal.host):
        yield ("journal", "security"), "is none, and the password would travel in clear. Use tls or starttls"


def _inbox(settings: Settings) -> Iterator[Fault]:
    inbox = settings.inbox
    if not inbox.host:
        if inbox.address:
            yield ("inbox", "host"), "is empty, and there is an address: nobody would read the answers. Set it"
        return
    for name in ("username", "address"):
        if not getattr(inbox, name):
            yield ("inbox", name), "is empty, and there is a host. Set it, or unset host"
    if not inbox.password.get_secret_value():
        yield (
            ("inbox", "password"),
            "is not set, and there is a host. Set NOTIFIER_INBOX__PASSWORD or NOTIFIER_INBOX__PASSWORD_FILE",
        )
    if inbox.security == "none" and not is_loopback(inbox.host):
        yield ("inbox", "security"), "is none, and the password would travel in clear. Use tls or starttls"
    if inbox.quarantine_folder == inbox.folder:
        yield ("inbox", "quarantine_folder"), "is the folder that is read. Name another one, or none"
    if inbox.forward_to and inbox.forward_to == inbox.address:
        yield ("inbox", "forward_to"), "is the mailbox that is read: mails would go in circles. Name another address"


def _actions(settings: Settings) -> Iterator[Fault]:
    said = settings.actions
    if not said.webhook_url:
        return
    letters = len(said.webhook_secret.get_secret_value())
    if letters < SECRET_LETTERS:
        what = f"is shorter than {SECRET_LETTERS} characters" if letters else "is not set"
        remedy = "Set NOTIFIER_ACTIONS__WEBHOOK_SECRET or NOTIFIER_ACTIONS__WEBHOOK_SECRET_FILE"
        yield ("actions", "webhook_secret"), f"{what}, and there is a webhook_url. {remedy}"


SECRET_LETTERS = 16


def _hours(settings: Settings) -> Iterator[Fault]:
    policy = settings.policy
    for opens, closes in (
        ("email_from", "email_until"),
        ("text_from", "text_until"),
        ("text_sunday_from", "text_until"),
    ):
        if getattr(policy, opens) >= getattr(policy, closes):
            yield ("policy", opens), f"is not before {closes} ({getattr(policy, closes):%H:%M}). Set an earlier hour"


def _text_hours(settings: Settings) -> Iterator[Fault]:
    """A shop can tighten the hours of texts, never loosen them (RULES S8)."""
    said = settings.policy
    for name, bound, looser in (
        ("text_from", TEXT_DAY.opens, said.text_from < TEXT_DAY.opens),
        ("text_until", TEXT_DAY.closes, said.text_until > TEXT_DAY.closes),
        ("text_sunday_from", TEXT_SUNDAY.opens, said.text_sunday_from < TEXT_SUNDAY.opens),
    ):
        if looser:
            word = "later" if name == "text_until" else "earlier"
            yield ("policy", name), f"is {word} than texts may be sent. Set {bound:%H:%M}, or leave it out"


def _caps(settings: Settings) -> Iterator[Fault]:
    for number, cap in enumerate(settings.policy.caps):
        if cap.brand and cap.brand not in settings.brand_keys:
            yield (
                ("policy", "caps", number, "brand"),
                f"{cap.brand!r} is no brand. Add [brands.{cap.brand}] or mend it",
            )


def _text_limits(settings: Settings) -> Iterator[Fault]:
    """A limit for a country that gets no texts is a slip: somebody thinks that texts go there."""
    for country in settings.sms.daily_limit_by_country:
        if country not in settings.text_countries:
            yield (
                ("sms", "daily_limit_by_country", country),
                "is no country that texts go to. Add it to allowed_countries, or delete it here",
            )


def _web(settings: Settings) -> Iterator[Fault]:
    if settings.web.listen and not settings.web.public_url:
        yield ("web", "public_url"), "is empty, and listen is set. Set the https address by which listen is reached"
    if settings.sms.status_callback_path == TEXTS_PATH:
        yield ("sms", "status_callback_path"), "is where texts of customers come in. Set another path"


def _oidc(settings: Settings) -> Iterator[Fault]:
    said = settings.oidc
    if not said.on:
        if said.only:
            yield (
                ("oidc", "issuer"),
                "is empty, and only is true: nobody but leads could sign in. Set it, or unset only",
            )
        return
    if not settings.console_url:
        yield ("oidc", "issuer"), "is set, and no console is served. Set [web] listen and public_url, or unset it"
    if not said.client_id:
        yield ("oidc", "client_id"), "is empty, and there is an issuer. Register the console there and copy it"
    if not said.client_secret.get_secret_value():
        remedy = "Set NOTIFIER_OIDC__CLIENT_SECRET or NOTIFIER_OIDC__CLIENT_SECRET_FILE"
        yield ("oidc", "client_secret"), f"is not set, and there is an issuer. {remedy}"
    if not said.roles:
        yield ("oidc", "roles"), "is empty, and there is an issuer: nobody could come in. Say which value is which role"
    if "openid" not in said.scopes:
        yield ("oidc", "scopes"), "lacks openid, without which no provider says who somebody is. Add it"


def _rewards(settings: Settings) -> Iterator[Fault]:
    reward = settings.reward
    if reward.percent and reward.amount:
        yield ("reward", "amount"), "stands beside percent. Set one of them to 0"
    if reward.amount and not reward.currency:
        yield ("reward", "currency"), "is empty, and amount is set. Write three capitals like USD"
    if reward.on and not (reward.budget and reward.budget_currency):
        yield (
            ("reward", "budget"),
            "or budget_currency is not set, and rewards are on. Set both: no reward without a budget",
        )


def _sources(settings: Settings) -> Iterator[Fault]:
    names = Counter(source.name.lower() for source in settings.sources)
    for number, source in enumerate(settings.sources):
        place: tuple[str | int, ...] = ("sources", number)
        if names[source.name.lower()] > 1:
            yield (*place, "name"), f"{source.name!r} stands twice. Give each source a name of its own"
        ways = [bool(source.glob), bool(source.url), bool(source.database_url.get_secret_value())]
        if sum(ways) != 1:
            yield place, f"has {sum(ways)} of glob, url and database_url. Set exactly one of them"
        if ways[2] != bool(source.select):
            yield (*place, "select"), "goes with database_url. Set both, or neither"
        profile = settings.profiles.get(source.profile)
        if source.profile and profile is None:
            known = ", ".join(settings.profiles) or "none"
            yield (
                (*place, "profile"),
                f"{source.profile!r} is no profile. Add [profiles.{source.profile}]; there are: {known}",
            )
        kinds = {kind for kind in (source.kind, profile.kind if profile else None) if kind}
        if len(kinds) != 1 and (profile or not source.profile):
            said = " and ".join(sorted(kinds)) or "nothing"
            yield (*place, "kind"), f"is said to be {said} by source and profile. Say one kind, in either of them"


def _profiles(settings: Settings) -> Iterator[Fault]:
    brands = set(settings.brand_keys)
    for name, profile in settings.profiles.items():
        constant = profile.constants.get("brand", "")
        if constant and constant not in brands:
            yield (
                ("profiles", name, "constants", "brand"),
                f"{constant!r} is no brand. Add [brands.{constant}] or mend it",
            )
        for theirs, ours in profile.values.get("brand", {}).items():
            if ours and ours not in brands:
                place = ("profiles", name, "values", "brand", theirs)
                yield place, f"{ours!r} is no brand. Add [brands.{ours}] or mend it"
