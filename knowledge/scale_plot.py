"""The plot of `python -m knowledge scale`: time of a query, disk and time to build against the number of passages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

from knowledge.scale import Measured

mpl.use("Agg")

PANELS = (("p95_ms", "p95 of a query, ms", 1.0), ("disk", "disk, MB", 2.0**20), ("build_s", "build, s", 1.0))


def plot(rows: Sequence[Measured], path: Path) -> None:
    """Writes three panels side by side as SVG, one line for each kind."""
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, len(PANELS), figsize=(13, 4), layout="constrained")
    for panel, (field, label, unit) in zip(panels, PANELS, strict=True):
        for kind in dict.fromkeys(row.kind for row in rows):
            mine = [row for row in rows if row.kind == kind]
            values = [max(1e-3, getattr(row, field) / unit) for row in mine]
            panel.plot([row.passages for row in mine], values, "o-", label=kind)
        panel.set(xscale="log", yscale="log", xlabel="passages", title=label)
        panel.grid(alpha=0.3)
    panels[0].legend()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
