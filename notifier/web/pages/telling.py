"""A customer's page in words: what each order is at, what was said, what can be chosen. Colour: door. Called by paper.

The tables are what the templates show; nothing in them is HTML, and all of it is escaped there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from notifier.render import clean
from notifier.render.context import brand_table, item_table
from notifier.terms.content import BrandLook
from notifier.terms.effects import ActionState, Kind
from notifier.terms.page import (
    Act,
    Dates,
    HeardView,
    LineView,
    Option,
    OrderView,
    PageView,
    Preference,
    PromiseTold,
    Silence,
    Stage,
)
from notifier.terms.words import Channel, MessageClass
from notifier.web.pages.speech import Speech

Table = dict[str, Any]

_TONES = {
    Stage.SHIPPED: "good",
    Stage.READY: "good",
    Stage.LATE: "late",
    Stage.UNCLEAR: "late",
    Stage.STOPPING: "asked",
    Stage.SWAPPING: "asked",
    Stage.WITHDRAWING: "asked",
}
_OVER = (Stage.CANCELLED, Stage.LAPSED)
_WAITS = (Stage.LATE, Stage.WAITING, Stage.UNCLEAR)
_PLAIN = {
    Stage.STOPPING: "says_stopping",
    Stage.SWAPPING: "says_swapping",
    Stage.WITHDRAWING: "says_withdrawing",
    Stage.CLOSED: "says_closed",
}
_HEARD = {Kind.ACCEPTED: "heard_accepted", Kind.KEPT: "heard_kept", Kind.FROZEN: "heard_frozen"}
_REFUSED = {"dearer": "heard_dearer", "not_offered": "heard_gone"}


def told(view: PageView, say: Speech) -> Table:
    """The whole page."""
    orders = [_order(one, view, say) for one in view.orders]
    return {
        "title": _title(view, say),
        "orders": orders,
        "heard": [sentence for one in view.heard if (sentence := _heard(one, say))],
        "channels": channels(view, say),
    }


def frame(brand: BrandLook, say: Speech) -> Table:
    """What stands around every page: the brand, and how the language is called."""
    return {"brand": brand_table(brand), "lang": say.tag, "say": say}


def _title(view: PageView, say: Speech) -> str:
    if not view.orders:
        return say("title_nothing")
    one = len(view.orders) == 1
    return say("title_order", order=clean.line(view.orders[0].key)) if one else say("title_orders")


def _order(order: OrderView, view: PageView, say: Speech) -> Table:
    return {
        "key": clean.line(order.key),
        "title": say("title_order", order=clean.line(order.key)),
        "ordered": say("ordered", day=say.calendar.day(order.ordered_on)),
        "lines": [_line(line, view, say) for line in order.lines],
        "together": [_together(one, say) for one in order.together],
    }


def _line(line: LineView, view: PageView, say: Speech) -> Table:
    table = item_table(replace(line.item, eta=line.told), say.calendar, view.transit_days)
    sentences = _sentences(line, table, say)
    if line.stage in _WAITS and table["reason"]:
        sentences.append(say("why", reason=str(table["reason"])))
    return {
        "id": line.id,
        "name": table["name"],
        "facts": [say("quantity", count=str(table["quantity"])), *filter(None, [table["price"]])],
        "badge": say(f"stage_{line.stage}"),
        "tone": _TONES.get(line.stage, "plain"),
        "sentences": sentences,
        "silence": _silence(line, say),
        "promises": [_promise(one, say) for one in line.promises],
        "buttons": [button(Option(act, (line.id,)), say) for act in line.acts if act is not Act.SWAP],
        "stand_ins": _stand_ins(line, say),
    }


def _sentences(line: LineView, table: Mapping[str, Any], say: Speech) -> list[str]:
    """Where the line stands."""
    if line.stage is Stage.SHIPPED:
        return [str(table["dates"])]
    if line.stage in _OVER:
        ended = say.phrase("ended_late") if line.stage is Stage.LAPSED else str(table["ended"])
        return [one for one in (ended, str(table["refund"])) if one]
    if line.stage in _PLAIN:
        return [say(_PLAIN[line.stage])]
    first = [say(f"says_{line.stage}")] if line.stage in (Stage.UNCLEAR, Stage.READY) else []
    return [*first, *_dates(line, table, say)]


def _dates(line: LineView, table: Mapping[str, Any], say: Speech) -> list[str]:
    if line.dates is Dates.TOLD and table["has_date"]:
        return [str(table["dates"])]
    if line.stage is Stage.READY:
        return []
    if line.dates is Dates.LATER and line.told is not None:
        return [say("dates_later", told=say.calendar.span(line.told))]
    if line.dates is Dates.NONE:
        return [say("dates_none")]
    if line.stage is Stage.LATE:
        return [say("dates_late")]
    promised = line.item.promised
    return [say("dates_promised", day=say.calendar.day(promised)) if promised else say("dates_open")]


def _silence(line: LineView, say: Speech) -> list[str]:
    """What it means to do nothing, in the words of the notice; empty where it means nothing."""
    item, calendar = line.item, say.calendar
    if line.silence is Silence.CONSENTS and item.revised is not None:
        return [say.phrase("must_silence_consents_one", item.revised)]
    if line.silence is Silence.CANCELS and item.answer_by is not None:
        return [say("answer_by", day=calendar.day(item.answer_by)), say.phrase("must_auto_cancel_one", item.answer_by)]
    if line.silence is Silence.NEITHER:
        return [say.phrase("must_not_agreed")]
    if line.silence is Silence.AGREED:
        until = say("silence_until", day=calendar.day(item.revised)) if item.revised else ""
        return [say("silence_agreed", until=until)]
    return []


def _promise(one: PromiseTold, say: Speech) -> Table:
    calendar = say.calendar
    if one.told_at is None:
        day = calendar.day(one.eta.last) if one.eta else ""
        return {"when": say("promise_ordered"), "what": say("promise_by", day=day)}
    channel = say(f"channel_{one.channel}") if one.channel in tuple(Channel) else one.channel
    what = say("promise_ships", when=calendar.span(one.eta)) if one.eta else say("promise_none")
    return {"when": say("promise_said", day=calendar.day(one.told_at.date()), channel=channel), "what": what}


def button(option: Option, say: Speech) -> Table:
    """What asks for the summary of a choice."""
    lines = ",".join(map(str, option.line_ids))
    return {"act": option.act.value, "lines": lines, "sku": option.sku, "label": say(f"{option.act}_button")}


def _together(option: Option, say: Speech) -> Table:
    made = button(option, say)
    return made | {"label": say("for_several", do=str(made["label"]), count=str(len(option.line_ids)))}


def _stand_ins(line: LineView, say: Speech) -> list[Table]:
    found = []
    for one in line.stand_ins:
        option = None if one.dearer else button(Option(Act.SWAP, (line.id,), one.product.sku), say)
        price = say.calendar.money(one.product.price) if one.product.price else ""
        found.append(
            {"name": clean.line(one.product.name), "price": price, "button": option, "url": clean.link(one.product.url)}
        )
    return [one for one in found if one["button"] or one["url"]]


def summary(option: Option, view: PageView, say: Speech) -> Table:
    """What is asked before a choice is done. `items` are the products with their orders."""
    shown = [(order, line) for order in view.orders for line in order.lines if line.id in option.line_ids]
    other = next((one.product.name for _, line in shown for one in line.stand_ins if one.product.sku == option.sku), "")
    items = []
    for order, line in shown:
        name = clean.line(line.item.name) or clean.line(line.item.sku)
        if option.act is Act.SWAP:
            name = say("swap_for", other=clean.line(other) or clean.line(option.sku), item=name)
        quantity = say("quantity", count=str(line.item.quantity))
        agreed = _agreed_to(line, view, say) if option.act in (Act.ACCEPT, Act.KEEP) else ""
        items.append({"name": name, "quantity": quantity, "order": clean.line(order.key), "agreed": agreed})
    return {
        "title": say(f"{option.act}_ask"),
        "items": items,
        "means": say(f"{option.act}_means"),
        "do": say(f"{option.act}_do"),
        "customer": clean.line(view.customer_name) if option.act is Act.WITHDRAW else "",
    }


def _agreed_to(line: LineView, view: PageView, say: Speech) -> str:
    """The date that somebody who waits agrees to, or that there is none."""
    table = item_table(replace(line.item, eta=line.told), say.calendar, view.transit_days)
    return " ".join(_dates(line, table, say))


def _heard(one: HeardView, say: Speech) -> str:
    key = _heard_key(one)
    if not key:
        return ""
    sentence = say(key, items=say.list([clean.line(name) for name in one.items]), other=clean.line(one.detail))
    sentence = sentence.replace("{when}", say.when(one.at, foreign=one.foreign))
    return f"{sentence} {say('heard_waits')}" if one.waits and one.kind is not Kind.ACCEPTED else sentence


def _heard_key(one: HeardView) -> str:
    if one.kind is None:
        return "heard_question"
    if one.kind is Kind.REQUESTED and one.action is not None:
        key = f"heard_{one.action}_{one.state or ActionState.REQUESTED}"
        return key if one.action != "refund" else ""
    if one.kind is Kind.TOO_LATE:
        return "heard_late_shipped" if one.detail == "shipped" else "heard_late_ended"
    if one.kind is Kind.REFUSED:
        return _REFUSED.get(one.detail, "")
    if one.kind is Kind.FROZEN and not one.waits:
        return ""
    return _HEARD.get(one.kind, "")


def channels(view: PageView, say: Speech) -> list[Table]:
    """The preferences, by channel."""
    found = []
    for channel in Channel:
        its = [one for one in view.preferences if one.channel is channel]
        if its:
            rows = [_preference(one, view, say) for one in its]
            found.append({"title": say(f"by_{channel}"), "rows": rows, "note": _note(its, view, say)})
    return found


def _preference(one: Preference, view: PageView, say: Speech) -> Table:
    detail = ""
    if one.about is MessageClass.MARKETING and not one.on:
        detail = wording(one, view, say) if one.can_start else "" if one.only_start else say("elsewhere")
    return {
        "name": one.name,
        "label": say(f"about_{one.about}"),
        "detail": detail,
        "on": one.on,
        "state": say("on" if one.on else "off"),
        "fixed": not one.on and not one.can_start,
    }


def wording(one: Preference, view: PageView, say: Speech) -> str:
    """What somebody agrees to who asks for offers: it is kept as evidence (RULES.md S1)."""
    return say(f"consent_{one.channel.value}", brand=clean.line(view.brand.name))


def _note(its: Sequence[Preference], view: PageView, say: Speech) -> str:
    if not any(one.only_start for one in its):
        return ""
    number = clean.line(view.brand.text_sender)
    return say("only_start", number=number) if number else say("only_start_nameless")


def stopping(view: PageView, say: Speech) -> Table:
    """What the unsubscribe link ends, or has ended."""
    by = [one for one in view.preferences if one.channel is view.channel and one.about in view.ends]
    going = [one for one in by if one.on]
    channel = say(f"channel_{view.channel}")
    begin = "stop" if going else "stopped"
    kinds = [one.about for one in going] or list(view.ends)
    parts = {"brand": clean.line(view.brand.name), "channel": channel}
    return {
        "title": say("stop_title" if going else "stop_done_title"),
        "sentences": [say(f"{begin}_{kind}", **parts) for kind in kinds],
        "going": bool(going),
        "channels": channels(view, say),
    }
