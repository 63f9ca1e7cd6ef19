"""The commands that people type to the brake, the pauses and go-live: words, exit codes, JSON."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from notifier.cli import main
from tests.live import LIVE

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""

HEAD = "order_id,customer_id,customer_name,email,country,sku,ordered_at,promised_ship_by,status\n"
ROW = "O-{0},{0},Ann,{0}@shop.example.com,US,LAMP,2026-05-01,2026-05-20,backordered\n"
NOW = ["--now", "2026-06-01T15:00Z"]
SOON = ["--now", "2026-06-01T15:05Z"]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text("[safety]\nmax_per_run = 2\n")
    return filled(path)


@pytest.fixture
def live(tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(LIVE.format(host="mail.example.com", port=25))
    return filled(path)


def filled(path: Path) -> Path:
    """A migrated shop with three late orders."""
    orders = path.parent / "orders.csv"
    orders.write_text(HEAD + "".join(ROW.format(name) for name in ("ann", "bob", "cat")))
    assert run(path, "migrate") == 0
    assert run(path, "import", "backorders", str(orders), *NOW) == 0
    return path


def run(settings: Path, *words: str) -> int:
    return main([*words, "--settings", str(settings)])


def answer(capsys: pytest.CaptureFixture[str], settings: Path, *words: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = run(settings, *words, "--json")
    return code, json.loads(capsys.readouterr().out)


def test_a_stopped_plan_ends_with_1_and_its_json_names_the_run(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = answer(capsys, settings, "plan", *NOW)
    assert (code, found["stopped"], found["run"], found["messaged"], len(found["samples"])) == (1, True, 1, 3, 3)


def test_a_stopped_plan_says_both_commands(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(settings, "plan", *NOW)
    words = capsys.readouterr().err
    assert ("notifier approve 1 --by NAME" in words, "notifier reject 1 --by NAME" in words) == (True, True)


def test_a_plan_that_went_is_not_stopped(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings.write_text("")
    assert answer(capsys, settings, "plan", *NOW)[1]["stopped"] is False


def test_an_approved_run_is_queued(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(settings, "plan", *NOW)
    code, found = answer(capsys, settings, "approve", "1", "--by", "Ada", *SOON)
    assert (code, found["decisions"]["send"]) == (0, 3)


def test_runs_lists_who_approved(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(settings, "plan", *NOW)
    run(settings, "approve", "1", "--required-only", "--by", "Ada", *SOON)
    (found,) = answer(capsys, settings, "runs")[1]
    assert (found["run"], found["state"], found["decided_by"], found["required_only"]) == (1, "approved", "Ada", True)


def test_runs_shows_a_person_what_waits(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(settings, "plan", *NOW)
    capsys.readouterr()
    run(settings, "runs")
    words = capsys.readouterr().err
    assert ("delay: 3 to 3 customers" in words, "customer ann" in words, "@" in words) == (True, True, False)


def test_a_rejected_run_queues_nothing(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(settings, "plan", *NOW)
    assert answer(capsys, settings, "reject", "1", "--by", "Ada", *SOON)[1]["decisions"]["send"] == 0


def test_a_run_that_waits_for_nobody_ends_with_2(settings: Path) -> None:
    assert run(settings, "approve", "7", "--by", "Ada") == 2


def test_a_word_without_a_name_is_that_of_the_login(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(settings, "plan", *NOW)
    run(settings, "approve", "1", *NOW)
    capsys.readouterr()
    run(settings, "runs", "--json")
    login = os.environ.get("LOGNAME") or os.environ.get("USER") or "operator"
    assert json.loads(capsys.readouterr().out)[0]["decided_by"] == login


def test_pause_and_resume_say_what_is_paused(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, paused = answer(capsys, settings, "pause", "--purpose", "progress", "--by", "Ada", "--reason", "typo")
    _, resumed = answer(capsys, settings, "resume", "--purpose", "progress", "--by", "Ada")
    assert (paused["paused"][0].startswith("progress but what is required, by Ada"), resumed["paused"]) == (True, [])


def test_resume_says_what_it_ended(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for scope in ([], ["--all"]):
        run(settings, "pause", "--by", "Ada", *scope)
    capsys.readouterr()
    run(settings, "resume", "--by", "Ada")
    told = " ".join(capsys.readouterr().err.split())
    assert re.findall(r"resumed: ([^,]+), by Ada", told) == ["everything but what is required", "everything"]


def test_pause_all_stops_required_messages(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(settings, "pause", "--all", "--by", "Ada")
    assert answer(capsys, settings, "plan", *NOW)[1]["by_reason"] == {"paused": 3}


def test_resuming_what_is_not_paused_ends_with_2(settings: Path) -> None:
    assert run(settings, "resume", "--by", "Ada") == 2


def test_a_plan_before_go_live_ends_with_1_and_the_command(live: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (run(live, "plan", *NOW), "notifier go-live --by NAME" in capsys.readouterr().err) == (1, True)


def test_go_live_shows_what_is_due_and_does_nothing_undecided(live: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = answer(capsys, live, "go-live", "--by", "Ada", *NOW)
    assert (code, found["live"], found["due"], found["undecided"], run(live, "plan", *NOW)) == (
        0,
        False,
        {"delay": {"messages": 3, "customers": 3}},
        ["delay"],
        1,
    )


def test_go_live_takes_the_choices_of_a_script(live: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, found = answer(capsys, live, "go-live", "--by", "Ada", "--told", "delay", "--yes", *NOW)
    _, planned = answer(capsys, live, "plan", *SOON)
    assert (found["live"], found["taken_over"], planned["decisions"]["send"]) == (True, 3, 0)


def test_go_live_without_a_choice_ends_with_2_and_names_the_purpose(
    live: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (run(live, "go-live", "--by", "Ada", "--yes", *NOW), "delay" in capsys.readouterr().err) == (2, True)


def test_resume_after_restore_with_a_whole_database_ends_with_2(live: Path) -> None:
    run(live, "go-live", "--by", "Ada", "--tell", "delay", "--yes", *NOW)
    assert run(live, "resume", "--after-restore", "--by", "Ada", "--tell-again", "--yes") == 2


def test_resume_after_restore_shows_the_gap_and_goes_on(live: Path, capsys: pytest.CaptureFixture[str]) -> None:
    backup = (live.parent / "notifier.db").read_bytes()
    run(live, "go-live", "--by", "Ada", "--tell", "delay", "--yes", *NOW)
    run(live, "plan", *NOW)
    for rest in ("notifier.db-wal", "notifier.db-shm"):
        (live.parent / rest).unlink(missing_ok=True)
    (live.parent / "notifier.db").write_bytes(backup)
    refused = run(live, "plan", *SOON)
    code, found = answer(capsys, live, "resume", "--after-restore", "--already-told", "--yes", "--by", "Ada")
    assert (refused, code, found["behind"], found["taken_over"]) == (1, 0, 2, 3)


def test_a_new_machine_joins_by_a_persons_word(live: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(live, "go-live", "--by", "Ada", "--tell", "delay", "--yes", *NOW)
    (live.parent / "notifier.tick").unlink()
    refused = run(live, "plan", *SOON)
    code, found = answer(capsys, live, "resume", "--new-machine", "--by", "Ada")
    assert (refused, code, found, run(live, "plan", *SOON)) == (1, 0, {"joined": True}, 0)


def test_resume_does_one_thing_at_a_time(live: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(live, "resume", "--new-machine", "--all", "--by", "Ada")
    assert (code, "say one" in capsys.readouterr().err) == (2, True)
