"""The reliability plot of `knowledge evaluate --plot`: how sure answers were, how often they were right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

from knowledge.measure import Outcomes, calibration_error, reliability

mpl.use("Agg")


def plot_reliability(outcomes: Sequence[Outcomes], path: Path) -> None:
    """Writes the plot as SVG: a point a bin with its 95 % interval and number of answers; the diagonal is ideal."""
    from matplotlib import pyplot

    figure, panel = pyplot.subplots(figsize=(6, 6), layout="constrained")
    panel.plot([0, 1], [0, 1], "--", color="grey")
    for item in reliability(outcomes):
        low, high = item.right.interval
        panel.plot([item.said, item.said], [low, high], color="tab:blue", alpha=0.5)
        panel.plot(item.said, item.right.value, "o", color="tab:blue")
        panel.annotate(
            str(item.right.whole), (item.said, item.right.value), xytext=(6, -10), textcoords="offset points"
        )
    panel.set(
        xlim=(0, 1),
        ylim=(0, 1),
        xlabel="confidence",
        ylabel="share that was right",
        title=f"expected calibration error {calibration_error(outcomes):.3f}",
    )
    panel.grid(alpha=0.3)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
