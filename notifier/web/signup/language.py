"""Which language a page is shown in. Colour: door. Used by form."""

import re
from collections.abc import Collection

_TAG = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{2}))?")
MOST_TAGS = 10


def language(said: str, accepts: str, known: Collection[str], otherwise: str) -> str:
    """The first language that is known: the one `said`, else one of `accepts` (Accept-Language, the liked ones first),
    else `otherwise`. A country stays: en-US and en-GB write days differently.
    """
    for tag in (said, *_liked(accepts)):
        found = _TAG.fullmatch(tag.strip().replace("_", "-"))
        if found and found[1].lower() in known:
            return f"{found[1].lower()}-{found[2].upper()}" if found[2] else found[1].lower()
    return otherwise


def _liked(accepts: str) -> list[str]:
    weighed = []
    for place, part in enumerate(accepts.split(",")[:MOST_TAGS]):
        tag, _, weight = part.partition(";q=")
        try:
            weighed.append((-float(weight or 1), place, tag))
        except ValueError:
            continue
    return [tag for _, _, tag in sorted(weighed)]
