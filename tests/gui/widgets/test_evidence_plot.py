"""The picture beside a finding can be drawn whatever was measured."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from pgviz.gui.theme import DARK
from pgviz.gui.widgets.evidence_plot import EvidencePlot
from pgviz.session.doctor import Evidence

NAN = float("nan")


@pytest.mark.parametrize(
    "values",
    [
        [[0.5]],
        [[-2.0], [1.0]],
        [[0.0], [0.0]],
        [[1.0, 2.0, 3.0]],
        [[1.0, NAN, 1e6], [NAN, NAN, NAN]],
        [[-1e-9, -1e-9]],
        [[3.0, 3.0]],
    ],
)
@pytest.mark.parametrize("limit", [None, 0.0, 2.0])
def test_that_all_evidence_can_be_drawn(qtbot: QtBot, values: list[list[float]], limit: float | None) -> None:
    rows = np.array(values)
    names = tuple(f"curve {index}" for index in range(len(rows)))
    plot = EvidencePlot(Evidence("Something", names, rows, 100.0 * np.arange(1, rows.shape[1] + 1), limit))
    qtbot.addWidget(plot)
    plot.apply_theme(DARK)
    plot.resize(plot.sizeHint())
    plot.show()
    picture = plot.grab().toImage()
    colours = {picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}
    assert len(colours) > 5
    assert "Something" in plot.toolTip()
