"""Whether hostile drafts slow sending down: delivery alone, and while one after the other is looked at without a pause.

By turns in one run, so that what disturbs one disturbs the other. Beside delivery, the web previews and checks a
draft the moment the last one is done, which is more than a team types. Ratios are medians of ROUNDS.
"""

import json
import os
import statistics
import sys

from benchmarks.delivery_worker import NOW
from benchmarks.engines import empty_database
from benchmarks.sink import smtp_sink
from benchmarks.small_shop import queued_shop
from benchmarks.waiting import opened, seconds_of

ROUNDS = int(os.environ.get("ROUNDS", "5"))
MAILS = int(os.environ.get("MAILS", "10000"))
MOST = 1.10
"""How many times as long it may take beside them."""


def run() -> None:
    """Print each round and the medians."""
    print(f"delivery beside hostile previews, {MAILS:,} mails, {ROUNDS} rounds")
    for engine in ("sqlite", "postgresql"):
        ratios = []
        for number in range(ROUNDS):
            alone, _ = seconds(engine, beside=False)
            beside, looked = seconds(engine, beside=True)
            ratios.append(beside / alone)
            print(
                f"round {number + 1}, {engine}: {MAILS / alone:,.0f} a second alone, {MAILS / beside:,.0f} beside"
                f" {looked} previews, {ratios[-1]:.3f} times as long",
                flush=True,
            )
        found = statistics.median(ratios)
        print(f"{engine}: {found:.3f} times as long, {'within' if found <= MOST else 'MORE THAN'} {MOST:.2f}\n")


def seconds(engine: str, *, beside: bool) -> tuple[float, int]:
    """Seconds until one process has delivered all, and how many drafts were looked at meanwhile."""
    with smtp_sink() as port, empty_database(engine) as (folder, url):
        queued_shop(folder, url, port, MAILS, NOW)
        module = [sys.executable, "-m"]
        web = opened([*module, "benchmarks.preview_worker", str(folder), url]) if beside else None
        sending = opened([*module, "benchmarks.delivery_worker", str(folder), url, "1"])
        if web is not None and web.stdin is not None:
            web.stdin.write("go\n")
            web.stdin.flush()
        spent, (told,) = seconds_of([sending])
        assert json.loads(told)["accepted"] == MAILS, told
        return spent, json.loads(web.communicate()[0])["looked"] if web is not None else 0


if __name__ == "__main__":
    run()
