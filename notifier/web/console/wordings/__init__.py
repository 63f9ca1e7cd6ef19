"""Templates: the list, the editor with its preview, and what is done with a draft. Colour: door. Added by opening.

listing   all wordings with how each stands
editor    what is written, what is wrong with it, what it would say
deeds     save, test, ask, approve, publish, roll back, throw away
check     a draft tried with all open backorders
history   versions, what is different between them, the messages of each
"""

from notifier.web.console.routes import Routes
from notifier.web.console.wordings import check, deeds, editor, history, listing


def routes(to: Routes) -> None:
    """All of them."""
    for area in (listing, editor, deeds, check, history):
        area.routes(to)
