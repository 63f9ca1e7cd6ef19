"""One long piece of work in a process of its own: watched while it goes on, and ended when nobody wants it.

Colour: root. Called by the web, whose answers must not wait for it. It takes one core, politely, and a folder that
goes with it.
"""

import gc
import multiprocessing
import os
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from time import monotonic
from typing import Generic, Protocol, TypeVar, cast

from notifier.errors import NotifierError
from notifier.pipeline.house import House, Published
from notifier.store.engine import Store, open_engine

Found_co = TypeVar("Found_co", covariant=True)

MOST_SECONDS = 30 * 60.0
"""After which it is ended."""

POLITE = 10
"""How much less the process is worth than delivery, as `nice` counts."""

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do."""


class Work(Protocol[Found_co]):
    """What is done apart: a value that can be pickled, called with a house whose database is open."""

    def __call__(self, house: House, progress: Progress) -> Found_co:
        """Do it. A NotifierError it raises is told to whoever asked."""
        ...


@dataclass(frozen=True, slots=True)
class Stand(Generic[Found_co]):
    """How far a work is at one moment: `done` of `whole`; once `over`, what was found, or the fault."""

    done: int
    whole: int
    over: bool
    found: Found_co | None
    fault: str


class Apart(Generic[Found_co]):
    """One work, begun when this is made. `done` of `whole` tells how far it is; once `over`, `found` or `fault`."""

    def __init__(self, work: Work[Found_co], house: House, url: str) -> None:
        self.done, self.whole = 0, 0
        self.over = False
        self.fault = ""
        self.found: Found_co | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="notifier-apart-")
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe(duplex=False)
        bare = replace(house, store=cast(Store, None), published=Published())
        self._process = context.Process(target=_begin, args=(theirs, work, bare, url, self._folder.name), daemon=True)
        self._process.start()
        theirs.close()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._watching.start()

    @property
    def stand(self) -> Stand[Found_co]:
        """For a page, which must not find it going on at its beginning and over at its end."""
        over = self.over
        found, fault = (self.found, self.fault) if over else (None, "")
        return Stand(self.done, self.whole, over, found, fault)

    def cancel(self) -> None:
        """End it; what it has not committed is as if it had never begun."""
        self._process.terminate()
        self._watching.join()

    def wait(self) -> None:
        """Until it is over."""
        self._watching.join()

    def _watch(self) -> None:
        end = monotonic() + MOST_SECONDS
        try:
            while self._line.poll(max(end - monotonic(), 0)):
                word, said = self._line.recv()
                if word == "progress":
                    self.done, self.whole = said
                elif word == "found":
                    self.found = said
                else:
                    self.fault = said
        except EOFError:
            pass
        self._process.terminate()
        self._process.join()
        self._line.close()
        self._folder.cleanup()
        if self.found is None and not self.fault:
            self.fault = "It was stopped before it came to its end."
        self.over = True


def _begin(line: Connection, work: Work[object], house: House, url: str, folder: str) -> None:
    """The process: what it makes goes into `folder`, and nothing but its answer comes back."""
    os.nice(POLITE)
    gc.freeze()
    tempfile.tempdir = folder
    store = Store(open_engine(url))
    try:
        line.send(
            ("found", work(replace(house, store=store), lambda done, whole: line.send(("progress", (done, whole)))))
        )
    except NotifierError as fault:
        line.send(("fault", str(fault)))
    except Exception as fault:  # noqa: BLE001 - its words could quote a row
        line.send(("fault", f"It failed ({type(fault).__name__}). Please report it."))
    finally:
        store.close()
