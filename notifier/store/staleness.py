"""When a source is stale, one rule for those who hold messages back and for those who show it. Colour: store."""

from datetime import datetime, timedelta


def is_stale(last_new_at: datetime | None, limit: timedelta, now: datetime) -> bool:
    """Whether a source that has been looked at gave nothing new for `limit` or longer at the UTC instant `now`."""
    return last_new_at is None or last_new_at <= now - limit
