"""One box that finds orders and customers: what was typed is read as each thing that it may be. Colour: root.

Called by the web's console.
"""

import re
from collections.abc import Iterator

from notifier.pipeline.house import House
from notifier.queries.search import (
    MOST,
    CustomerFound,
    Found,
    customers_by_address,
    customers_by_key,
    customers_by_name,
    orders_by_number,
)
from notifier.records.addresses import ReadAddress, read_email, read_phone
from notifier.store.engine import Transaction
from notifier.store.hashing import address_hash

LONGEST = 200
"""Letters of what was typed that are looked at."""

LEAST_DIGITS = 6
"""Of a phone number; fewer are none."""

MOST_COUNTRIES = 12
"""In so many countries a number without its country's code is sought."""

_IN_BRACKETS = re.compile(r"<([^<>]+)>")
_NUMBER_SIGN = "#"


def search(house: House, typed: str) -> Found:
    """Orders by the beginning of their number; customers by the beginning of any word of their name, by their number
    in the shop, or by a whole email address or phone number in any usual spelling. At most MOST of each.
    """
    words = " ".join("".join(one if one.isprintable() else " " for one in typed[:LONGEST]).split())
    if not words:
        return Found()
    spelled = _spellings(words)
    with house.store.read() as tx:
        if "@" in words:
            return Found(orders_by_number(tx, spelled), _one_each(_by_address(tx, house, words)))
        people = [*_by_address(tx, house, words), *customers_by_name(tx, words), *customers_by_key(tx, spelled)]
        return Found(orders_by_number(tx, spelled), _one_each(people))


def _one_each(people: list[CustomerFound]) -> tuple[CustomerFound, ...]:
    return tuple({one.id: one for one in reversed(people)}.values())[::-1][:MOST]


def _by_address(tx: Transaction, house: House, words: str) -> list[CustomerFound]:
    key = house.remembering.hash_key
    read = {(one.channel, address_hash(key, one.channel, one.value)) for one in _addresses(house, words)}
    return list(customers_by_address(tx, sorted(read))) if read else []


def _addresses(house: House, words: str) -> Iterator[ReadAddress]:
    """Every address that the words may be."""
    if "@" in words:
        bracketed = _IN_BRACKETS.search(words)
        bare = (bracketed[1] if bracketed else words).strip().removeprefix("mailto:").strip(" \"'.,;")
        try:
            yield read_email(bare)
        except ValueError:
            return
    elif sum(map(str.isdigit, words)) >= LEAST_DIGITS:
        yield from _numbers(house, words.removeprefix("tel:"))


def _numbers(house: House, words: str) -> Iterator[ReadAddress]:
    policy = house.judging.policy
    countries = dict.fromkeys([policy.country, *sorted(policy.texting.countries)])
    for spelled in (words, f"+{words}"):
        for country in list(countries)[:MOST_COUNTRIES]:
            try:
                yield read_phone(spelled, country)
            except ValueError:
                continue


def _spellings(words: str) -> list[str]:
    """How an order's number may be written: with or without its sign, in small or capital letters."""
    bare = words.removeprefix(_NUMBER_SIGN).strip()
    some = [words, bare, _NUMBER_SIGN + bare]
    return list(dict.fromkeys(one for each in some for one in (each, each.upper(), each.lower()) if one.strip("#")))
