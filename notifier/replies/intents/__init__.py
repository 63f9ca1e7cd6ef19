"""What a reply means, without guessing: text + what was offered → Classification. Colour: pure. Called by pipeline.

normal      a reply in sentences, clauses and folded words
patterns    the small language of phrases
phrasebook  the lists of ../phrases, proved
keywords    the words of RULES S5 and S6, alone in any decoration
choices     digits and letters, bound to what was offered (S7)
sentences   what phrases say, with denials, questions, conditions
weigh       wishes side by side, doubts to a person
classify    the one question to ask
"""

from notifier.replies.intents.classify import NOTHING, classify
from notifier.replies.intents.phrasebook import Phrasebook, read_phrasebook

__all__ = ["NOTHING", "Phrasebook", "classify", "read_phrasebook"]
