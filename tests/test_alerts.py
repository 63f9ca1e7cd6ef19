"""The alert rules: Prometheus reads them, they fire when they should, and they ask for what /metrics really tells."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifier.queries.outbox_state import LastPlan, OutboxState, SourceSeen
from notifier.terms.words import RunState
from notifier.web.metrics import Metrics

OPS = Path(__file__).resolve().parent.parent / "ops"
RULES, TESTS = OPS / "alerts.yml", OPS / "alerts.test.yml"
NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
PLANNED = LastPlan(1, NOW, RunState.DONE, 1.0, 0, 0, 0)
STATE = OutboxState(NOW, {}, {}, None, (), 0, {}, 0, PLANNED, (SourceSeen("erp", NOW, NOW, "", stale=False),))


def promtool(*words: str) -> str:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("missing: promtool (Debian's prometheus)")
    done = subprocess.run([program, *words], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_prometheus_reads_the_rules() -> None:
    assert "18 rules found" in promtool("check", "rules", str(RULES))


@pytest.mark.slow
def test_the_rules_fire_when_they_should_and_only_then() -> None:
    assert "SUCCESS" in promtool("test", "rules", str(TESTS))


def alerts() -> list[str]:
    return re.findall(r"- alert: (\w+)", RULES.read_text("utf-8"))


@pytest.mark.parametrize("alert", alerts())
def test_each_alert_is_seen_firing_and_not_firing(alert: str) -> None:
    scenarios = TESTS.read_text("utf-8")
    quiet = re.search(rf"alertname: {alert}, exp_alerts: \[\]", scenarios)
    fires = re.search(rf"alertname: {alert}\n +exp_alerts:\n +- exp_labels", scenarios)
    assert quiet and fires


@pytest.mark.parametrize("alert", alerts())
def test_each_alert_says_what_is_wrong_and_what_to_type(alert: str) -> None:
    rule = RULES.read_text("utf-8").partition(f"- alert: {alert}\n")[2].partition("- alert:")[0]
    assert re.search(r'summary: "[A-Z{].+[.?]"', rule) and "command: " in rule and "severity: " in rule


def test_every_metric_in_the_rules_is_one_that_is_told() -> None:
    told = set(re.findall(r"^# TYPE (\S+)", Metrics(lambda: STATE, tuple).text().decode(), re.MULTILINE))
    asked = set(re.findall(r"\bnotifier_\w+", RULES.read_text("utf-8")))
    assert len(asked) > 10 and asked - told == set()


def test_every_metric_in_the_scenarios_is_one_that_is_told() -> None:
    told = set(re.findall(r"^# TYPE (\S+)", Metrics(lambda: STATE, tuple).text().decode(), re.MULTILINE))
    assert set(re.findall(r"\bnotifier_\w+", TESTS.read_text("utf-8"))) - told == set()
