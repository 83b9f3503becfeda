"""Alert rules and the dashboard name metrics that kloof has, and Prometheus' own tool finds them right."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from instruments.handbook import SITE

DEPLOY = Path(__file__).parents[2] / "deploy"
PROMETHEUS = DEPLOY / "prometheus"
with_promtool = pytest.mark.skipif(
    not shutil.which("promtool"), reason="no promtool (Debian has it: prometheus)"
)


def known() -> dict[str, set[str]]:
    """Metric → labels, by the handbook, which a test compares with what kloof gives."""
    page = (SITE / "reference" / "watching.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(kloof_\w+)` \| (\w+) \| ([^|]*)\|", page, re.MULTILINE)
    found: dict[str, set[str]] = {}
    for name, kind, labels in rows:
        for ending in ("_bucket", "_sum", "_count") if kind == "histogram" else ("",):
            found[name + ending] = set(re.findall(r"`(\w+)`", labels)) | {"job", "instance"}
            found[name + ending] |= {"le"} if ending == "_bucket" else set()
    return found


def expressions() -> list[str]:
    rules = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text(encoding="utf-8"))
    dashboard = json.loads((DEPLOY / "grafana" / "kloof.json").read_text(encoding="utf-8"))
    alerts = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    return alerts + [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


@pytest.mark.parametrize("expression", expressions())
def test_each_metric_and_label_that_is_asked_for_exists(expression: str) -> None:
    has = known()
    assert expression.startswith("up{") or "kloof_" in expression
    for name, matchers in re.findall(r"\b(kloof_\w+)(?:\{([^}]*)\})?", expression):
        assert name in has
        assert set(re.findall(r"(\w+)[=!]", matchers)) <= has[name]


def test_every_metric_is_watched_somewhere() -> None:
    named = set(re.findall(r"\bkloof_\w+", "\n".join(expressions())))
    assert {name for name in known() if not name.endswith(("_sum", "_bucket"))} <= named


@with_promtool
@pytest.mark.parametrize(
    "words", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")], ids=" ".join
)
def test_the_rules_are_right_and_go_off_when_they_should(words: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *words], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@with_promtool
def test_the_configuration_of_prometheus_is_right(tmp_path: Path) -> None:
    shutil.copytree(PROMETHEUS, tmp_path, dirs_exist_ok=True)
    (tmp_path / "kloof-token").write_text("a-token-of-the-monitoring", encoding="utf-8")
    words = ["promtool", "check", "config", "prometheus.yml"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_says_what_to_do() -> None:
    rules = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text(encoding="utf-8"))
    for rule in rules["groups"][0]["rules"]:
        assert set(rule["annotations"]) == {"summary", "remedy"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
