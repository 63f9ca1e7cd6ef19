"""`python -m notifier` is the console script. Colour: door."""

import sys

from notifier.cli import script

if __name__ == "__main__":
    sys.exit(script())
