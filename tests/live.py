"""A shop in mode live: at a mail server beyond loopback, which no test may reach, or at one on this machine."""

from pathlib import Path

from tests.shop import Shop, open_shop

LIVE = """
[brands.oak]
name = "Oak"
sender = "Oak <orders@oak.example>"
postal_address = "1 Oak Street, Salem"
[delivery]
mode = "live"
render_workers = 1
[email]
host = "{host}"
port = {port}
security = "none"
"""


def open_live(folder: Path, database_url: str, host: str = "mail.example.com", port: int = 2525) -> Shop:
    """The shop, with nothing in it."""
    return open_shop(folder, database_url, LIVE.format(host=host, port=port))
