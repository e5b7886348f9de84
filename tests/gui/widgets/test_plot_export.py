"""The export of pyqtgraph's own menu: every number that a plot stands for, and pictures of it."""

from __future__ import annotations

import csv
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from pyqtgraph.exporters import CSVExporter, ImageExporter
from pyqtgraph.exporters.Exporter import Exporter
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pgviz.gui.plot_export import mend_menus
from pgviz.gui.theme import LIGHT
from pgviz.gui.widgets.curve_trace import Look
from pgviz.gui.widgets.density_distribution import DensityDistribution
from pgviz.gui.widgets.live_curve import LiveCurve

MANY = np.arange(1.0, 20_001.0)


def shown(widget: QWidget, qtbot: QtBot) -> None:
    qtbot.addWidget(widget)
    widget.resize(400, 340)
    widget.show()


@pytest.fixture
def curve(qtbot: QtBot) -> LiveCurve:
    """Many more points than pixels, dots that are thinned out, and a curve on a scale of its own."""
    made = LiveCurve("Return", "")
    shown(made, qtbot)
    made.begin([Look("mean", strong=True), Look("return", 1, dots=True), Look("log_std", 2)])
    made.apply_theme(LIGHT)
    rng = np.random.default_rng(0)
    made.set_data(
        {"mean": (MANY, MANY / 3.0), "return": (MANY, rng.normal(size=20_000)), "log_std": (MANY[:3], MANY[:3])}
    )
    made.grab()
    return made


def columns(path: Path) -> dict[str, list[float]]:
    """Each column, without the empty cells after its end."""
    with path.open(newline="") as file:
        header, *rows = list(csv.reader(file))
    return {name: [float(row[at]) for row in rows if row[at]] for at, name in enumerate(header) if name}


def test_that_every_point_of_every_curve_is_in_the_table(curve: LiveCurve, tmp_path: Path) -> None:
    CSVExporter(curve.plot.getPlotItem()).export(str(tmp_path / "plot.csv"))

    table = columns(tmp_path / "plot.csv")
    rng = np.random.default_rng(0)
    assert table["mean_x"] == MANY.tolist()
    np.testing.assert_allclose(table["mean_y"], MANY / 3.0, atol=1e-9)
    np.testing.assert_allclose(table["return_y"], rng.normal(size=20_000), atol=1e-9)
    assert table["log_std_y"] == [1.0, 2.0, 3.0]


def test_that_a_picture_of_it_is_written(curve: LiveCurve, tmp_path: Path) -> None:
    ImageExporter(curve.plot.getPlotItem()).export(str(tmp_path / "plot.png"))

    image = QImage(str(tmp_path / "plot.png"))
    assert image.width() >= 300
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert QColor(LIGHT.colour(0)).name() in colours


def test_that_it_is_written_as_lines_and_letters(curve: LiveCurve, tmp_path: Path) -> None:
    mend_menus()
    (offered,) = (each for each in Exporter.Exporters if "SVG" in each.Name)
    offered(curve.plot.getPlotItem()).export(str(tmp_path / "plot.svg"))

    root = ElementTree.parse(tmp_path / "plot.svg").getroot()
    tags = [each.tag.rpartition("}")[2] for each in root.iter()]
    assert tags[0] == "svg"
    assert tags.count("path") + tags.count("polyline") > 3
    assert "text" in tags
    colours = {each.get(kind) for each in root.iter() for kind in ("stroke", "fill")}
    assert {trace.item.opts["pen"].color().name() for trace in curve._traces.values()} <= colours


def test_that_a_density_is_in_the_table(qtbot: QtBot, tmp_path: Path) -> None:
    plot = DensityDistribution()
    shown(plot, qtbot)
    plot.begin("torque", -2.0, 2.0)
    x_X = np.linspace(-2.0, 2.0, 101)
    y_X = np.exp(-(x_X**2))
    plot.show_density(x_X, y_X, 0.0, 0.5)

    CSVExporter(plot.plot.getPlotItem()).export(str(tmp_path / "plot.csv"))
    (_, x), (_, y) = columns(tmp_path / "plot.csv").items()
    np.testing.assert_allclose(x, x_X, atol=1e-9)
    np.testing.assert_allclose(y, y_X, atol=1e-9)
