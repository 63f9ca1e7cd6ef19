"""The web's part in `benchmarks.previews`: looks at hostile drafts, one after the other, until it is told to end.

As the console does it: the draft is made into a job, rendered in the previews' own limited process, and checked.
"""

import json
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from notifier import app
from notifier.pipeline.draft_view import Chosen, view
from notifier.pipeline.house import House
from notifier.pipeline.wording_check import check_draft
from notifier.render_pool import RenderPool
from notifier.settings import load_settings
from notifier.terms.wording import Wording
from notifier.terms.words import Channel
from tests.render.hostile_templates import ALL, Hostile

NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
STRIDE = 7
"""Every seventh, round and round: so that loops and bombs come as often among the first as among all."""
FILES = {"subject": "subject.txt", "email": "email.md", "sms": "sms.txt"}


def look(house: House, pool: RenderPool, draft: Hostile) -> None:
    """Once, as if it had just been typed."""
    wording = Wording("ready", Channel.SMS if draft.part == "sms" else Channel.EMAIL)
    texts = {**view(house, wording, Chosen(), None, NOW).texts, FILES[draft.part]: draft.text}
    shown = view(house, wording, Chosen(), texts, NOW)
    (answer,) = pool.render([shown.job])
    shown.filled(answer)
    check_draft(house, pool, wording, texts, NOW)


def main() -> None:
    """Say that it is ready, wait for the word, and print how many drafts were looked at."""
    settings = load_settings(Path(sys.argv[1]) / "settings.toml", {"NOTIFIER_DATABASE__URL": sys.argv[2]})
    house, ending, looked = app.open_house(settings), threading.Event(), 0
    with app.open_previews() as pool:
        pool.start()
        print("ready", flush=True)
        sys.stdin.readline()
        threading.Thread(target=lambda: (sys.stdin.read(), ending.set()), daemon=True).start()
        while not ending.is_set():
            look(house, pool, ALL[looked * STRIDE % len(ALL)])
            looked += 1
    house.store.close()
    print(json.dumps({"looked": looked}), flush=True)


if __name__ == "__main__":
    main()
