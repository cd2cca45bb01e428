"""The dashboard and the alerts ask for nothing but metrics that there are, with labels that they have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from actions.metrics import Metrics as ActionMetrics
from bot.metrics import Metrics
from deploy.house.settings import ROOT

FOLDER = ROOT / "deploy" / "grafana"
BOARD = json.loads((FOLDER / "motcua.json").read_text(encoding="utf-8"))
ALERTS = [rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"]
          for rule in group["rules"]]  # fmt: skip
GUIDE = (ROOT / "docs" / "keeping-it-up.md").read_text(encoding="utf-8")
OURS = re.compile(r"\b(?:motcua|process)_[a-z0-9_]+")
OF_PROMETHEUS = {"job", "instance", "le"}
GROUPED = re.compile(r"\bby \(([^)]*)\)")
CHOSEN = re.compile(r"\b((?:motcua|process)_[a-z0-9_]+)\{([^}]*)\}")


def registries() -> tuple[CollectorRegistry, CollectorRegistry]:
    return Metrics().registry, ActionMetrics().registry


def metrics() -> dict[str, set[str]]:
    """The names of all samples, with their labels."""
    found: dict[str, set[str]] = {}
    for registry in registries():
        for collector in registry._collector_to_names:
            labels = set(getattr(collector, "_labelnames", ()))
            for metric in described(collector):
                for name in samples(metric):
                    own = set(getattr(metric, "_labelnames", ())) | labels
                    found[name] = own | ({"le"} if name.endswith("_bucket") else set())
    found["motcua_build_info"] = found.pop("motcua_build") | {"version", "python", "telegram_library"}
    return found


def described(collector: Any) -> Iterator[Metric]:
    yield from collector.describe() if hasattr(collector, "describe") else collector.collect()


def samples(metric: Metric) -> set[str]:
    ends = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
    return {metric.name + end for end in ends.get(metric.type, ("",))}


def panels() -> list[dict[str, Any]]:
    return [panel for panel in BOARD["panels"] if panel["type"] != "row"]


def questions() -> list[str]:
    """Every expression of the dashboard and of the alerts."""
    return [target["expr"] for panel in panels() for target in panel["targets"]] + [rule["expr"] for rule in ALERTS]


@pytest.mark.parametrize("question", questions())
def test_what_is_asked_for_is_there(question: str) -> None:
    known = metrics()
    named = OURS.findall(question)
    assert named or question.startswith("up{")
    assert [name for name in named if name not in known] == []
    labels = OF_PROMETHEUS.union(*(known[name] for name in named))
    grouped = {label.strip() for group in GROUPED.findall(question) for label in group.split(",")}
    assert grouped <= labels
    for name, chosen in CHOSEN.findall(question):
        assert set(re.findall(r"(\w+)\s*[=!]", chosen)) <= known[name] | OF_PROMETHEUS


@pytest.mark.parametrize("question", questions())
def test_the_brackets_of_a_question_close(question: str) -> None:
    for opening, closing in ("()", "[]", "{}"):
        assert question.count(opening) == question.count(closing)


def test_every_metric_of_ours_is_shown_or_explained() -> None:
    shown = set(OURS.findall("\n".join(questions())))
    kept = {name for name in metrics() if name.startswith("motcua_") and not name.endswith(("_sum", "_count"))}
    assert sorted(kept - shown) == []


def test_every_metric_of_ours_stands_in_the_guide() -> None:
    names = {name.removesuffix("_bucket").removesuffix("_total") for name in metrics() if name.startswith("motcua_")}
    names = {name.removesuffix("_sum").removesuffix("_count") for name in names}
    assert sorted(name for name in names if name not in GUIDE) == []


def test_every_alert_says_what_it_is_about_and_stands_in_the_guide() -> None:
    names = [rule["alert"] for rule in ALERTS]
    assert len(set(names)) == len(names) >= 10
    for rule in ALERTS:
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert re.fullmatch(r"\d+m", rule["for"])
        assert f"`{rule['alert']}`" in GUIDE


def test_a_legend_names_labels_that_the_question_keeps() -> None:
    for panel in panels():
        for target in panel["targets"]:
            kept = {label.strip() for group in GROUPED.findall(target["expr"]) for label in group.split(",")}
            assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= kept | {"job", "instance"}


def test_the_dashboard_can_be_imported() -> None:
    numbers = [panel["id"] for panel in BOARD["panels"]]
    assert len(set(numbers)) == len(numbers)
    (variable,) = BOARD["templating"]["list"]
    assert (variable["name"], variable["type"]) == ("datasource", "datasource")
    for panel in panels():
        assert panel["datasource"]["uid"] == "${datasource}"
        assert panel["title"]
        assert all(target["datasource"] == panel["datasource"] for target in panel["targets"])


def test_no_panel_lies_over_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])}  # fmt: skip
        assert place["x"] + place["w"] <= 24
        assert not cells & taken
        taken |= cells
