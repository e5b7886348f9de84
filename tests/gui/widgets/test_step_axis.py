"""Every tick in sight has its number, whole and clear of the numbers on the other axis."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem
from pytestqt.qtbot import QtBot

from pgviz.gui.theme import DARK, LIGHT, Theme
from pgviz.gui.widgets.curve_trace import Look
from pgviz.gui.widgets.live_curve import LiveCurve
from pgviz.gui.widgets.step_axis import RoundAxis

Labels = dict[str, QRectF]


@pytest.fixture
def curve(qtbot: QtBot) -> LiveCurve:
    curve = LiveCurve("Chance", "nothing yet")
    qtbot.addWidget(curve)
    curve.begin([Look("chance")])
    curve.set_data({"chance": (np.arange(0.0, 40_000.0, 100.0), np.linspace(0.2, 0.9, 400))})
    curve.set_y_range(0.0, 1.0)
    return curve


@pytest.mark.parametrize("height", [180, 260, 500])
def test_that_every_tick_in_sight_is_labelled(curve: LiveCurve, qtbot: QtBot, height: int) -> None:
    left, bottom = _labels(curve, qtbot, height)

    assert "0" in left
    assert {"1", "1.0"} & set(left)
    assert {"0", "20k", "40k"} <= set(bottom)


@pytest.mark.parametrize("low", [-0.02, -0.001, 0.0])
@pytest.mark.parametrize("high", [1.0, 1.02])
def test_that_no_label_is_cut_off_or_under_another(
    curve: LiveCurve, qtbot: QtBot, low: float, high: float
) -> None:
    curve.view.setRange(xRange=(10_000.0, 40_000.0), yRange=(low, high), padding=0.0)

    left, bottom = _labels(curve, qtbot, 220)

    assert "0" in left
    assert {"1", "1.0"} & set(left)
    whole = QRectF(curve.plot.rect())
    assert all(whole.contains(label) for label in left.values())
    assert len(bottom) >= 3
    assert not any(one.intersects(other) for one in left.values() for other in bottom.values())


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_that_axes_that_are_kept_as_pictures_show_what_they_would_draw(
    curve: LiveCurve, qtbot: QtBot, theme: Theme
) -> None:
    _labels(curve, qtbot, 260)
    curve.view.setRange(xRange=(10_000.0, 30_000.0), yRange=(0.2, 0.7), padding=0.0)
    curve.apply_theme(theme)
    curve.resize(420, 240)

    kept = curve.grab().toImage()
    for side in ("left", "bottom"):
        curve.plot.getAxis(side).setCacheMode(QGraphicsItem.CacheMode.NoCache)

    assert curve.grab().toImage() == kept


def test_that_an_axis_is_not_drawn_again_with_every_point(
    curve: LiveCurve, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[RoundAxis] = []
    paint = RoundAxis.paint

    def noted(axis: RoundAxis, *rest: object) -> None:
        drawn.append(axis)
        paint(axis, *rest)

    monkeypatch.setattr(RoundAxis, "paint", noted)
    _labels(curve, qtbot, 260)
    assert len(set(drawn)) == 2
    drawn.clear()

    curve.set_data({"chance": (np.arange(0.0, 40_000.0, 50.0), np.linspace(0.2, 0.9, 800))})
    curve.grab()

    assert drawn == []


def _labels(curve: LiveCurve, qtbot: QtBot, height: int) -> tuple[Labels, Labels]:
    """The numbers at the left and at the bottom, and where they are in the plot."""
    curve.resize(380, height)
    with qtbot.waitExposed(curve):
        curve.show()
    curve.grab()
    return _labels_of(curve.plot.getAxis("left")), _labels_of(curve.plot.getAxis("bottom"))


def _labels_of(axis: RoundAxis) -> Labels:
    image = QImage(400, 500, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    try:
        _, ticks, texts = axis.generateDrawSpecs(painter)
    finally:
        painter.end()
    assert len(texts) == len(ticks) >= 2
    return {text: axis.mapRectToScene(rect) for rect, _, text in texts}
