"""The labelled replies of `tests/replies/labelled`, and what a reading of them is worth (docs/intents.md)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from notifier.replies.intents import Phrasebook, classify
from notifier.terms.reply import DESTRUCTIVE, Classification, Intent, Offered, offered
from notifier.terms.words import Channel

FOLDER = Path(__file__).parent / "labelled"
_CHANNELS = {"s": Channel.SMS, "e": Channel.EMAIL}
_OFFERS = {
    "-": Offered(),
    "1": offered("1234"),
    "m": offered("1234", one_line=False),
    "L": offered("1234ABC"),
}
LOOKS_LIKE_OPT_OUT = re.compile(
    r"stop|cancel|unsub|\bopt|\bquit|\bend|remov|revo[kc]|delet|no more|n't (text|message|email|contact)"
    r"|wrong number|take .*off|storn|abmeld|abgemeldet|keine .*mehr|arr[eê]t|annul|baja|dejen|basta|\balto|parar",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled reply. `right`: each way to read it that is right, as the intents that it then has."""

    where: str
    channel: Channel
    offered: Offered
    right: tuple[frozenset[Intent], ...]
    text: str

    @property
    def is_opt_out(self) -> bool:
        """Whether every right reading is an opt-out."""
        return all(Intent.OPT_OUT in way for way in self.right)

    @property
    def is_ordinary(self) -> bool:
        """Whether no right reading is an opt-out."""
        return not any(Intent.OPT_OUT in way for way in self.right)

    @property
    def looks_like_opt_out(self) -> bool:
        """Whether it has a word that opt-outs have, too."""
        return bool(LOOKS_LIKE_OPT_OUT.search(self.text))

    def read(self, book: Phrasebook) -> Classification:
        """What the classifier says of it."""
        return classify(self.text, book, self.offered, self.channel)

    def misses_opt_out(self, found: Classification) -> bool:
        """An opt-out that nobody would honour by itself."""
        wish = found.wish(Intent.OPT_OUT)
        return self.is_opt_out and not (wish and wish.may_act)

    def invents_opt_out(self, found: Classification) -> bool:
        """An ordinary message that would silence its sender."""
        wish = found.wish(Intent.OPT_OUT)
        return self.is_ordinary and bool(wish and wish.may_act)

    def destroys(self, found: Classification) -> bool:
        """Something irrevocable would be done that no right reading asks for."""
        wanted = frozenset().union(*self.right)
        return any(one.may_act and one.intent in DESTRUCTIVE - wanted for one in found.wishes)

    def is_right_or_with_a_person(self, found: Classification) -> bool:
        """It is read right, or a person looks, or the page answers."""
        intents = {one.intent for one in found.wishes}
        return found.needs_person or found.link or any(way <= intents for way in self.right)

    def is_right(self, found: Classification) -> bool:
        """It is read as one of the right ways, with no help."""
        return any(way <= {one.intent for one in found.wishes} for way in self.right)


def rows(name: str) -> Iterator[Row]:
    """The rows of `<name>.txt`."""
    for number, line in enumerate((FOLDER / f"{name}.txt").read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        code, labels, text = (*line.split(" | ", 2), "")[:3]
        right = tuple(frozenset(Intent(one) for one in way.split("+")) for way in labels.strip(" |").split("/"))
        where = f"{name}.txt:{number}"
        yield Row(where, _CHANNELS[code[0]], _OFFERS[code[1]], right, text.replace("\\n", "\n"))
