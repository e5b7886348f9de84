"""The export of pyqtgraph's own menu: every number that a plot stands for, and pictures of it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from pyqtgraph.exporters import CSVExporter, ImageExporter, SVGExporter
from pyqtgraph.exporters.Exporter import Exporter
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from pgviz.gui import plot_export
from pgviz.gui.plot_menus import mend_menus
from pgviz.gui.theme import LIGHT
from pgviz.gui.widgets.bar_distribution import BarDistribution
from pgviz.gui.widgets.bin_distribution import BinDistribution
from pgviz.gui.widgets.curve_trace import Look
from pgviz.gui.widgets.density_distribution import DensityDistribution
from pgviz.gui.widgets.distribution_plot import DistributionPlot
from pgviz.gui.widgets.live_curve import LiveCurve
from pgviz.gui.widgets.move_plot import MoveBars, MoveCurves
from pgviz.gui.widgets.worth_bars import WorthBars
from pgviz.gui.widgets.worth_curve import WorthCurve

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
    offered("SVG")(curve.plot.getPlotItem()).export(str(tmp_path / "plot.svg"))

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


def offered(words: str) -> type[Exporter]:
    """What the menu of a plot offers under a name."""
    plot_export.offer()
    found: list[type[Exporter]] = [each for each in Exporter.Exporters if words in each.Name]
    assert len(found) == 1
    return found[0]


def test_that_a_program_that_cannot_clip_draws_no_frame_and_the_whole_ground(
    curve: LiveCurve, tmp_path: Path
) -> None:
    offered("SVG")(curve.plot.getPlotItem()).export(str(tmp_path / "plot.svg"))

    drawn = QImage(400, 300, QImage.Format.Format_RGB32)
    drawn.fill(QColor("red"))
    painter = QPainter(drawn)
    QSvgRenderer(str(tmp_path / "plot.svg")).render(painter)
    painter.end()
    colours = {drawn.pixelColor(x, y).name() for x in range(drawn.width()) for y in range(drawn.height())}
    assert QColor("red").name() not in colours
    assert QColor("black").name() not in colours
    assert QColor(LIGHT.colour(0)).name() in colours


def test_that_a_drawing_is_copied_as_it_is_written(curve: LiveCurve) -> None:
    exporter = offered("SVG")(curve.plot.getPlotItem())
    drawn = exporter.export(toBytes=True, copy=True)
    assert drawn == QApplication.clipboard().mimeData().data("image/svg+xml").data()
    assert b'stroke="none"' in drawn


PROBABILITIES = np.array([0.25, 0.0, 0.75])


def bars() -> BarDistribution:
    plot = BarDistribution()
    plot.begin(("left", "stay", "right"), has_values=True, has_masks=True)
    legal = np.array([True, False, True])
    plot.show_distribution(PROBABILITIES, 2, legal, np.array([1.5, 9.0, -2.0]))
    return plot


def bins() -> BinDistribution:
    plot = BinDistribution()
    plot.begin("torque", -1.0, 1.0)
    plot.show_bins(np.array([-1.0, 0.0, 1.0]), PROBABILITIES, np.array([1.5, 9.0, -2.0]), None)
    return plot


def worth_bars() -> WorthBars:
    plot = WorthBars()
    plot.begin(("left", "stay", "right"))
    plot.show_distribution(PROBABILITIES, 2)
    plot.show_worth(np.array([1.5, np.nan, -2.0]), np.array([0.5, 0.0, 0.25]), 1.0)
    return plot


def worth_curve() -> WorthCurve:
    plot = WorthCurve()
    plot.begin("torque", -1.0, 1.0)
    plot.show_density(np.array([-1.0, 0.0, 1.0]), np.array([0.25, 0.5, 0.25]), 0.0)
    plot.show_worth(np.array([-0.5, 0.5]), np.array([1.5, 2.5]), np.array([0.1, 0.2]), None)
    return plot


def move_bars() -> MoveBars:
    plot = MoveBars()
    plot.begin(("left", "right"))
    plot.show_rows(np.array([[0.5, 0.5], [0.6, 0.4], [0.7, 0.3], [0.8, 0.2]]))
    return plot


def move_curves() -> MoveCurves:
    plot = MoveCurves()
    plot.begin("torque")
    plot.show_rows(np.array([-1.0, 1.0]), np.array([[0.5, 0.5], [0.6, 0.4], [0.7, 0.3], [0.8, 0.2]]), None)
    return plot


MOVED = ["0.5,0.6,0.7,0.8", "0.5,0.4,0.3,0.2"]


@pytest.mark.parametrize(
    ("make", "rows"),
    [
        (
            bars,
            [
                "action,probability,value,legal,chosen",
                *("left,0.25,1.5,yes,no", "stay,0,,no,no", "right,0.75,-2,yes,yes"),
            ],
        ),
        (bins, ["torque,probability,value", "-1,0.25,1.5", "0,0,9", "1,0.75,-2"]),
        (
            worth_bars,
            [
                "action,probability,value,standard error,V(s),forced",
                *("left,0.25,1.5,0.5,1,no", "stay,0,,,,no", "right,0.75,-2,0.25,,yes"),
            ],
        ),
        (
            worth_curve,
            [
                "torque,density,tried,value,standard error,V(s)",
                *("-1,0.25,-0.5,1.5,0.1,", "0,0.5,0.5,2.5,0.2,", "1,0.25,,,,"),
            ],
        ),
        (move_bars, ["action,before,alone,minibatch,step", f"left,{MOVED[0]}", f"right,{MOVED[1]}"]),
        (move_curves, ["torque,before,alone,minibatch,step", f"-1,{MOVED[0]}", f"1,{MOVED[1]}"]),
    ],
    ids=["bars", "bins", "worth of options", "worth of numbers", "moves of options", "moves of numbers"],
)
def test_that_a_plot_drawn_by_hand_has_a_table_of_its_own(
    make: Callable[[], DistributionPlot], rows: list[str], qtbot: QtBot, tmp_path: Path
) -> None:
    plot = make()
    shown(plot, qtbot)
    offered("CSV")(plot.plot.getPlotItem()).export(str(tmp_path / "plot.csv"))
    assert (tmp_path / "plot.csv").read_text(encoding="utf-8").splitlines() == rows


@pytest.mark.parametrize("make", [worth_bars, worth_curve])
def test_that_the_right_button_opens_the_menu_and_picks_nothing(
    make: Callable[[], WorthBars | WorthCurve], qtbot: QtBot
) -> None:
    plot = make()
    shown(plot, qtbot)
    picked: list[float] = []
    plot.picked.connect(picked.append)
    at = plot.plot.mapFromScene(plot.view.mapToScene(plot.pixel(0.0, 0.1)))
    assert plot.view.menuEnabled()
    with qtbot.waitSignal(plot.plot.scene().sigMouseClicked):
        QTest.mouseClick(plot.plot.viewport(), Qt.MouseButton.RightButton, pos=at)
    assert not picked
    for menu in QApplication.topLevelWidgets():
        if isinstance(menu, QMenu):
            menu.hide()
    with qtbot.waitSignal(plot.picked):
        QTest.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_that_the_menu_of_a_plot_leads_to_them_and_to_none_of_those_of_pyqtgraph(curve: LiveCurve) -> None:
    mend_menus()
    scene = curve.plot.scene()
    scene.contextMenuItem = curve.plot.getPlotItem()
    next(each for each in scene.contextMenu if "Export" in each.text()).trigger()

    kinds = scene.exportDialog.ui.formatList
    offered_here = {kinds.item(row).expClass for row in range(kinds.count())}
    scene.exportDialog.close()
    assert {plot_export.DrawingExporter, plot_export.TableExporter} < offered_here
    assert not {SVGExporter, CSVExporter} & offered_here
