"""The peer: django-post_office on PostgreSQL, with its defaults, and tuned by what its own documentation offers.

It lives in an environment of its own (`.venv/bench`, installed by `make bench`), because Django is no dependency of
ours. What runs there is `post_office_worker`.
"""

import json
import sys

import psycopg

from benchmarks.engines import empty_database
from benchmarks.waiting import ROOT, opened, seconds_of

PYTHON = ROOT / ".venv/bench/bin/python"
MISSING = "django-post_office is left out: `make bench` installs it into .venv/bench"

DEFAULTS: dict[str, int] = {}
TUNED = {"processes": 2, "BATCH_SIZE": 10_000, "THREADS_PER_PROCESS": 10, "LOG_LEVEL": 0}
"""A process for each of two cores, batches as large as it can hold, more threads than 5, no log row for each mail."""


def installed() -> bool:
    """Whether its environment is there."""
    return PYTHON.exists()


def post_office(options: dict[str, int], port: int, mails: int, size: int) -> float:
    """Mails a second, from the word to send until none is queued."""
    with empty_database("postgresql") as (folder, url):
        given = {"url": url, "port": port, "mails": mails, "size": size, "lock": str(folder / "lock")} | options
        sender = opened([str(PYTHON), "-m", "benchmarks.post_office_worker", json.dumps(given)])
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        spent, told = seconds_of([sender])
        print(f"   {told[0].strip()}", file=sys.stderr)
        with psycopg.connect(url) as connection:
            found = connection.execute("SELECT status, count(*) FROM post_office_email GROUP BY status").fetchall()
    assert found == [(0, mails)], f"not all were sent (0 is sent, 1 failed, 2 queued): {found}"
    return mails / spent
