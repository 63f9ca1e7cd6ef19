"""The words of customers' names, folded, so that a person is found by the beginning of any of them. Colour: store.

Written by records/ with each import, emptied by forget, read by queries.search.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, insert

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.tables import NameWord

_word = table_of(NameWord)

MOST_WORDS = 8
"""Of a name; the rest of a longer one finds nobody."""

LONGEST = 40
"""Letters of a word that count."""

_ALIKE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "æ": "a", "œ": "o"})
_VOWELS = re.compile(r"([aou])e")
_LETTERS = re.compile(r"[^\W_]+")


def words_of(text: str) -> tuple[str, ...]:
    """The words as they are sought, each once: small letters without marks, so that Müller, Mueller and MULLER are one.

    What somebody has begun to type folds to the beginning of what the whole word folds to.
    """
    bare = text[:400].casefold()
    if not bare.isascii():  # of plain letters there is nothing to take off
        plain = unicodedata.normalize("NFKD", bare.translate(_ALIKE))
        bare = "".join(one for one in plain if not unicodedata.combining(one) and one != "’")
    bare = bare.replace("'", "").replace("`", "")
    words = (_VOWELS.sub(r"\1", one)[:LONGEST] for one in _LETTERS.findall(bare))
    return tuple(dict.fromkeys(words))[:MOST_WORDS]


def keep_words(tx: Transaction, names: Mapping[int, str], fresh: Iterable[int] = ()) -> None:
    """Let these customers be found by these names (by customer id), and by no former one.

    Those in `fresh` are new: nothing has to be taken away for them.
    """
    drop_words(tx, sorted(names.keys() - set(fresh)))
    rows = [{"word": word, "customer_id": one} for one, name in sorted(names.items()) for word in words_of(name)]
    if rows:
        tx.connection.execute(insert(_word), rows)


def drop_words(tx: Transaction, customer_ids: Sequence[int]) -> None:
    """Let nobody find these customers by a name."""
    for ids in batches(customer_ids):
        tx.connection.execute(delete(_word).where(_word.c.customer_id.in_(ids)))
