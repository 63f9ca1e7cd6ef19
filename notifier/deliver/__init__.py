"""Feeds claimed messages to the channels. Colour: wire. Called by pipeline.deliver.

lane   each channel at its own speed: fetch ahead, hand off, send, settle
books  the ledger behind it: commits one at a time, no result forgotten
"""

from notifier.deliver.books import Ledger, Pace, Tally, Watch
from notifier.deliver.lane import Fetched, Source, Way, feed

__all__ = ["Fetched", "Ledger", "Pace", "Source", "Tally", "Watch", "Way", "feed"]
