"""`python -m benchmarks`: everything that is measured, some hours on two cores; a module alone measures its own part.

ROUNDS (5), MAILS (10000), TEXTS (5000) and FLAT_MAILS (1000000) in the environment make it smaller.
"""

import io
import sys

from benchmarks import console, delivery, explain, flat, plan_scale, previews, simulate, texts, webhook

if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # each table as it grows, in a file and a pipe too
    delivery.run()
    previews.run()
    texts.run()
    flat.run()
    plan_scale.run()
    simulate.run()
    explain.run()
    webhook.run()
    console.run()
