"""The plot of how search grows."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from matplotlib import pyplot

from knowledge.scale import Measured
from knowledge.scale_plot import PANELS, plot

SVG = "{http://www.w3.org/2000/svg}"


def measured(kind: str, passages: int, p95_ms: float = 2.0) -> Measured:
    return Measured(kind, passages, build_s=1.5, disk=2**20, memory=0, p50_ms=1.0, p95_ms=p95_ms, recall=1.0)


ROWS = [measured("exact", 100), measured("whole question", 100), measured("exact", 1000, 9.0)]


def test_a_plot_has_a_panel_for_each_figure_and_a_line_for_each_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(pyplot, "close", drawn.append)
    plot(ROWS, tmp_path / "scale.svg")
    (figure,) = drawn
    panels = figure.axes
    assert [panel.get_title() for panel in panels] == [label for _, label, _ in PANELS]
    assert {panel.get_xscale() for panel in panels} == {panel.get_yscale() for panel in panels} == {"log"}
    lines = {line.get_label(): line.get_xydata().tolist() for line in panels[0].lines}
    assert lines == {"exact": [[100, 2], [1000, 9]], "whole question": [[100, 2]]}
    assert panels[1].lines[0].get_ydata().tolist() == [1, 1]  # a megabyte is one
    monkeypatch.undo()
    pyplot.close(figure)


def test_it_is_written_as_svg(tmp_path: Path) -> None:
    plot(ROWS, tmp_path / "scale.svg")
    root = ElementTree.parse(tmp_path / "scale.svg").getroot()
    assert root.tag == f"{SVG}svg"
    assert len(root.findall(f".//{SVG}path")) > len(PANELS)


def test_no_figure_is_left_open(tmp_path: Path) -> None:
    before = pyplot.get_fignums()
    plot(ROWS, tmp_path / "scale.svg")
    assert pyplot.get_fignums() == before


def test_a_figure_of_nothing_does_not_stop_it(tmp_path: Path) -> None:
    """A time too short to be measured has its place on a scale of powers."""
    plot([measured("exact", 100, p95_ms=0.0)], tmp_path / "scale.svg")
    assert (tmp_path / "scale.svg").stat().st_size > 1000
