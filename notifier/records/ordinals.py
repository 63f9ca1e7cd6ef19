"""Counts equal SKUs of an order over a whole file, for lines without an id of their own. Colour: store."""

import sqlite3


class Ordinals:
    """Counters in a private temporary database: constant memory, however large the file, wherever its lines stand."""

    def __init__(self) -> None:
        self._counts = sqlite3.connect("", isolation_level=None)
        self._counts.execute("PRAGMA journal_mode=OFF")
        self._counts.execute("PRAGMA synchronous=OFF")
        self._counts.execute("PRAGMA cache_size=-16384")
        self._counts.execute("CREATE TABLE seen (item TEXT PRIMARY KEY, times INTEGER) WITHOUT ROWID")
        self._counts.execute("BEGIN")

    def next(self, brand: str, order: str, sku: str) -> int:
        """1 for the first row of this SKU in this order, 2 for the second, …"""
        item = f"{brand}\x1f{order}\x1f{sku}"
        query = "INSERT INTO seen VALUES (?, 1) ON CONFLICT (item) DO UPDATE SET times = times + 1 RETURNING times"
        found: int = self._counts.execute(query, (item,)).fetchone()[0]
        return found

    def close(self) -> None:
        """Drop the counters."""
        self._counts.close()
