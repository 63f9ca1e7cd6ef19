"""Who asks: the network address and the browser of a request. Colour: door. Used by the routers."""

from starlette.requests import Request

from notifier.render import clean

MOST_BROWSER = 200


def client(request: Request) -> str:
    """The address that asks, as the gate believes it behind our proxies; empty where there is none."""
    return request.client.host if request.client else ""


def evidence(request: Request) -> str:
    """From where a page was asked: it is kept as proof of what was agreed to (RULES.md S1)."""
    browser = clean.header(request.headers.get("user-agent", ""))[:MOST_BROWSER]
    return f"from {client(request) or 'unknown'}" + (f" by {browser}" if browser else "")
