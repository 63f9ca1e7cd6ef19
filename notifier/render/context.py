"""Content → the plain values a template sees: texts, whole numbers, flags, lists. Colour: pure. Called by compile.

Nothing with behaviour gets in (HOSTILE 28). Every date is already a phrase that says whether it means
shipping or arrival.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from notifier.errors import RenderError
from notifier.render import clean, colour, legal
from notifier.render.dates import Calendar
from notifier.render.heard import heard
from notifier.render.listing import joined
from notifier.render.shorten import shorten
from notifier.render.signed_up import signed_up
from notifier.render.values import Table, Value
from notifier.terms.content import BrandLook, Content, Item, RewardOffer
from notifier.terms.facts import Alternative
from notifier.terms.time import EtaRange
from notifier.terms.words import MessageClass

FALLBACK_COLOUR = "#1f4e79"
SHORT_NAME = 40
"""Characters of a product's name in a subject."""
LONGEST_NAME = 60
"""A longer customer name is an import's accident; the greeting then goes without."""
LONGEST_TEXT = 300

CATALOGUE: Mapping[str, str] = {
    "brand.name": "the brand's name",
    "brand.colour": "the brand's colour, #rrggbb",
    "brand.on_colour": "a text colour readable upon the brand's colour",
    "brand.ink": "the brand's colour, darkened until it reads well on a light ground",
    "brand.glow": "the brand's colour, lightened until it reads well in dark mode",
    "brand.logo": "address of the logo, or empty",
    "brand.postal_address": "the brand's postal address on one line, or empty",
    "brand.imprint": "the brand's name and postal address, the name once",
    "brand.reply_address": "the address that replies go to",
    "locale": "the language of this message, like en or de-AT",
    "greeting": "the whole first line; without a name where none is known",
    "orders": "the order numbers, like 1001, 1002 and 1003",
    "order_count": "how many orders",
    "item_count": "how many order lines",
    "headline": "the first product, shortened, and how many more: for subjects and texts",
    "first_item": "the first of items",
    "items": "the order lines",
    "items[].name": "the product's name",
    "items[].short_name": "the product's name, shortened to 40 characters",
    "items[].sku": "the product's number",
    "items[].order": "the order's number",
    "items[].quantity": "how many pieces",
    "items[].price": "the price of one piece with its currency, or empty",
    "items[].ordered_on": "the day of the order",
    "items[].promised": "the day promised at ordering, for shipping, or empty",
    "items[].has_date": "whether a believable shipping date is known",
    "items[].ship_when": "when it ships, like 'between 3 and 7 December 2026', or empty",
    "items[].arrive_when": "when it reaches the customer, alike, or empty",
    "items[].dates": "a sentence: when it ships and arrives, that it has shipped, or that there is no date yet",
    "items[].told_when": "the shipping date told before, alike, or empty",
    "items[].moved": "'sooner', 'later' or '' against the date told before",
    "items[].shipped_on": "the day it left, or empty",
    "items[].reason": "why it is late, in the shop's words, or empty",
    "items[].cause": "the same; where the shop gave none, that its stock did not come in on time",
    "items[].revised": "the new shipping date that a notice stands on, or empty where it has none",
    "items[].told": "the shipping date that a notice answers, told before and not kept, or empty",
    "items[].answer_by": "the day by which a notice needs the customer's consent, or empty where silence is consent",
    "items[].refund_by": "the last day for the refund of a cancelled line, or empty where it is not known",
    "items[].ended": "a sentence: why a cancelled line was cancelled; empty where the shop has not said",
    "items[].refund": "a sentence: what goes back to the customer of a cancelled line, how and by when",
    "items[].url": "the product's page, or empty",
    "items[].image_url": "the product's picture, or empty",
    "has_date": "whether every line has a believable shipping date",
    "some_dates": "whether at least one line has",
    "ship_when": "when all of it ships, from the first day to the last, or empty",
    "arrive_when": "when all of it reaches the customer, or empty",
    "moved": "'sooner' or 'later' if all lines moved that way, else ''",
    "shipped_on": "the last day on which something shipped, or empty",
    "revised": "the new shipping date of a notice, if all its lines have the same one, else empty",
    "answer_by": "the day by which consent is needed, if it is the same for all lines, else empty",
    "refund_by": "the last day for the refund, if it is the same for all lines, else empty",
    "notice": "the legal kind of the message: 'F3', 'F4' or 'F5'; empty where no notice is owed",
    "law": "whose law it speaks by: 'us_435', 'eu' or 'none'",
    "must.cancel_right": "the law's sentence: the right to cancel, with a prompt full refund",
    "must.free_answer": "the law's sentence: how to answer at no cost",
    "must.silence_consents": "the law's sentence, F3: doing nothing means agreeing to wait; else empty",
    "must.auto_cancel": "the law's sentence, F4 and F5: what silence cancels, and by when; else empty",
    "must.not_agreed": "the law's sentence, eu: silence is not agreement",
    "must.withdraw": "the law's sentence, eu: the right to withdraw, with a refund",
    "must.see_email": "for texts: that details and choices are in the email",
    "alternatives": "products in stock that may stand in; empty where an offer is not allowed",
    "alternatives[].name": "the product's name",
    "alternatives[].sku": "the product's number",
    "alternatives[].price": "its price with currency, or empty",
    "alternatives[].url": "its page, or empty",
    "alternatives[].image_url": "its picture, or empty",
    "reward": "the discount code offered, or nothing",
    "reward.code": "the code",
    "reward.worth": "what it is worth, like 10% or €5.00",
    "reward.expires_on": "its last day",
    "links.page": "the customer's own page, or empty",
    "links.short": "the same, short, for texts, or empty",
    "links.unsubscribe": "where to get fewer messages, or empty; always empty in required messages",
    "class": "required, service or marketing",
    "answer_hint": "for texts: by which digits it can be answered, or empty",
    "reply": "what the message answers, or nothing",
    "reply.received": "when the customer's reply came in, like 2:14 PM",
    "reply.sentences[]": "what was understood and done, a sentence each",
    "reply.tells_dates": "whether the customer asked for the dates of the items",
    "reply.needs_page": "whether the customer must choose on the page",
    "reply.stops_texts": "whether it confirms that no more texts will come",
    "signup": "what somebody signed up for, or nothing",
    "signup.product": "the product waited for, or empty",
    "signup.products": "all products waited for, joined, or empty",
    "signup.count": "how many products",
    "signup.url": "the product's page, or empty",
    "signup.image_url": "its picture, or empty",
    "signup.price": "its price with currency, or empty",
    "signup.wording": "what is agreed to, word by word; empty in an alert",
    "signup.confirm": "the link to agree, or empty",
    "signup.days": "for how many days the request can be answered",
    "why": "why the customer gets this email",
    "reply_hint": "that a reply is read, and by whom",
    "unsubscribe_label": "the words of the unsubscribe link",
    "transit_days": "days from shipping to arrival",
}
"""Every variable, for the docs, the editor and 'did you mean'."""

TOP = frozenset(name.split(".")[0].split("[")[0] for name in CATALOGUE)


def build(content: Content, words: Mapping[str, str], speaks: str) -> Table:
    """The context of one message. `words` and `speaks` come with the template. Raises RenderError without a line."""
    if not content.items and content.answers is None and content.signed_up is None:
        raise RenderError("a message needs at least one order line, or what somebody signed up for")
    calendar = Calendar(words, speaks, content.today)
    items = [item_table(item, calendar, content.transit_days) for item in content.items]
    orders = list(dict.fromkeys(clean.line(item.order) for item in content.items))
    listed: list[Value] = [*items]
    alternatives: list[Value] = [_alternative(one, calendar) for one in content.alternatives]
    context: Table = {
        "brand": brand_table(content.brand),
        "locale": speaks,
        "greeting": _greeting(content.customer_name, words),
        "orders": joined(orders, words),
        "order_count": len(orders),
        "item_count": len(items),
        "headline": _headline(content, words),
        "first_item": items[0] if items else None,
        "items": listed,
        "alternatives": alternatives,
        "reward": _reward(content.reward, calendar),
        "links": _links(content),
        "reply": heard(content, calendar),
        "answer_hint": _answer_hint(content, words),
        "signup": signed_up(content.signed_up, calendar),
        "class": content.message_class.value,
        "transit_days": content.transit_days,
    }
    context.update(_together(content, calendar))
    context.update(legal.words_of(content, calendar))
    context.update(_footer(content, words))
    return context


def _answer_hint(content: Content, words: Mapping[str, str]) -> str:
    choices = [words[f"answer_{one}"] for one in content.offers]
    return words["answer_hint"].replace("{choices}", ", ".join(choices)) if choices else ""


def _headline(content: Content, words: Mapping[str, str]) -> str:
    if not content.items:
        return words["an_item"]
    return headline(clean.line(content.items[0].name), len(content.items), words, SHORT_NAME)


def headline(name: str, count: int, words: Mapping[str, str], room: int) -> str:
    """The first product within `room` characters, and how many more."""
    short = shorten(name, room)
    if count == 1:
        return short
    phrase = words["and_more_one" if count == 2 else "and_more_many"]
    return phrase.replace("{count}", str(count - 1)).replace("{name}", short)


@lru_cache(maxsize=64)
def _brand_values(look: BrandLook) -> tuple[tuple[str, str], ...]:
    own = clean.colour(look.colour, FALLBACK_COLOUR)
    upon, ink, glow = colour.palette(own)
    name = clean.line(look.name) or clean.line(look.key)
    postal = clean.line(", ".join(part.strip() for part in look.postal_address.splitlines() if part.strip()))
    values = {
        "name": name,
        "colour": own,
        "on_colour": upon,
        "ink": ink,
        "glow": glow,
        "logo": clean.link(look.logo),
        "postal_address": postal,
        "imprint": postal if postal.startswith(name) else ", ".join(filter(None, (name, postal))),
        "reply_address": clean.line(look.reply_address),
    }
    return tuple(values.items())


def brand_table(look: BrandLook) -> Table:
    """A brand's name, address, logo and readable colours."""
    return dict(_brand_values(look))


def _greeting(name: str, words: Mapping[str, str]) -> str:
    name = clean.line(name)
    usable = any(c.isalpha() for c in name) and len(name) <= LONGEST_NAME and "@" not in name
    return words["greeting"].replace("{name}", name) if usable else words["greeting_nameless"]


def item_table(item: Item, calendar: Calendar, transit: int) -> Table:
    """One order line, its dates as phrases; `transit` are the days from shipping to delivery."""
    name = shorten(clean.line(item.name) or clean.line(item.sku), LONGEST_TEXT)
    eta = calendar.believable(item.eta) if item.shipped_on is None else None
    told = item.told_eta
    reason = shorten(clean.line(item.reason), LONGEST_TEXT)
    return {
        "name": name,
        "short_name": shorten(name, SHORT_NAME),
        "sku": clean.line(item.sku),
        "order": clean.line(item.order),
        "quantity": item.quantity,
        "price": calendar.money(item.price) if item.price else "",
        "ordered_on": calendar.day(item.ordered_on),
        "promised": calendar.day(item.promised) if item.promised else "",
        "has_date": eta is not None,
        "ship_when": calendar.when(eta) if eta else "",
        "arrive_when": calendar.when(eta.shifted(transit)) if eta else _arrival(item.shipped_on, calendar, transit),
        "dates": _dates(item, eta, calendar, transit),
        "told_when": calendar.span(told) if told else "",
        "moved": _moved(eta, told),
        "shipped_on": calendar.day(item.shipped_on) if item.shipped_on else "",
        "reason": reason,
        "cause": reason or calendar.words["cause_unknown"],
        **legal.days_of(item, calendar),
        "url": clean.link(item.url),
        "image_url": clean.link(item.image_url),
    }


def _arrival(shipped: date | None, calendar: Calendar, transit: int) -> str:
    """When something shipped should arrive; empty once that day is past."""
    if shipped is None:
        return ""
    arriving = calendar.believable(EtaRange(shipped, shipped).shifted(transit))
    return calendar.when(arriving) if arriving else ""


def _dates(item: Item, eta: EtaRange | None, calendar: Calendar, transit: int) -> str:
    words = calendar.words
    if item.shipped_on is not None:
        arrive = _arrival(item.shipped_on, calendar, transit)
        phrase = words["dates_shipped_arriving" if arrive else "dates_shipped"]
        ship = words["when_day"].replace("{day}", calendar.day(item.shipped_on))
        return phrase.replace("{ship}", ship).replace("{arrive}", arrive)
    if eta is None:
        return words["dates_none"]
    arrive = calendar.when(eta.shifted(transit))
    return words["dates"].replace("{ship}", calendar.when(eta)).replace("{arrive}", arrive)


def _moved(eta: EtaRange | None, told: EtaRange | None) -> str:
    if eta is None or told is None or (eta.last, eta.first) == (told.last, told.first):
        return ""
    return "sooner" if (eta.last, eta.first) < (told.last, told.first) else "later"


def _together(content: Content, calendar: Calendar) -> Table:
    """What is true of all lines at once."""
    etas = [calendar.believable(item.eta) if item.shipped_on is None else None for item in content.items]
    known = [eta for eta in etas if eta is not None]
    whole = (
        EtaRange(min(e.first for e in known), max(e.last for e in known)) if known and len(known) == len(etas) else None
    )
    moves = {_moved(eta, item.told_eta) for eta, item in zip(etas, content.items, strict=True)}
    shipped = [item.shipped_on for item in content.items if item.shipped_on]
    arrival = _arrival(max(shipped), calendar, content.transit_days) if shipped else ""
    return {
        "has_date": whole is not None,
        "some_dates": bool(known),
        "ship_when": calendar.when(whole) if whole else "",
        "arrive_when": calendar.when(whole.shifted(content.transit_days)) if whole else arrival,
        "moved": moves.pop() if len(moves) == 1 else "",
        "shipped_on": calendar.day(max(shipped)) if shipped else "",
    }


def _alternative(one: Alternative, calendar: Calendar) -> Table:
    return {
        "name": shorten(clean.line(one.name), LONGEST_TEXT),
        "sku": clean.line(one.sku),
        "price": calendar.money(one.price) if one.price else "",
        "url": clean.link(one.url),
        "image_url": clean.link(one.image_url),
    }


def _reward(offer: RewardOffer | None, calendar: Calendar) -> Table | None:
    if offer is None:
        return None
    if offer.percent is None and offer.amount is None:
        raise RenderError("a reward needs a percentage or an amount")
    worth = calendar.percent(offer.percent) if offer.percent is not None else ""
    if offer.percent is None and offer.amount is not None:
        worth = calendar.money(offer.amount)
    return {"code": clean.line(offer.code), "worth": worth, "expires_on": calendar.day(offer.expires_on)}


def _links(content: Content) -> Table:
    """Required notices have no way out (RULES E5), nor has an answer: they show no unsubscribe link."""
    required = content.message_class is MessageClass.REQUIRED or content.is_answer
    return {
        "page": clean.link(content.links.page),
        "short": clean.link(content.links.short),
        "unsubscribe": "" if required else clean.link(content.links.unsubscribe),
    }


def _footer(content: Content, words: Mapping[str, str]) -> Table:
    shipped = all(item.shipped_on for item in content.items)
    kind = "shipped" if shipped and content.message_class is MessageClass.SERVICE else content.message_class.value
    kind = "reply" if content.answers is not None else kind
    if content.signed_up is not None:
        kind = "request" if content.is_answer else "restock"
    label = "marketing" if content.message_class is MessageClass.MARKETING else "service"
    return {
        "why": words[f"why_{kind}"].replace("{brand}", clean.line(content.brand.name)),
        "reply_hint": words["reply_hint"],
        "unsubscribe_label": words[f"unsubscribe_{label}"],
    }
