"""The export of plots that draw themselves."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from pgviz.gui.theme import LIGHT
from pgviz.gui.widgets.drawn_export import MARGIN, SHARPNESS, DrawnExport
from pgviz.gui.widgets.evidence_plot import EvidencePlot
from pgviz.gui.widgets.factor_grid import FactorGrid
from pgviz.gui.widgets.layer_norms import LayerNormsView
from pgviz.gui.widgets.trail_view import TrailView
from pgviz.session.doctor import Evidence
from pgviz.training.examination import LayerNorms
from tests.decisions import categorical, factored, factors_of, gaussian


def grid() -> FactorGrid:
    made = FactorGrid()
    decision = factored([categorical([0.0, np.log(3.0)], 1), gaussian([0.5], [0.2])])
    made.begin(factors_of(decision))
    made.show_factors(decision.factors)
    return made


def trail() -> TrailView:
    made = TrailView()
    made.show_trail((1, 2, 3), np.array([[0.5, 0.5], [0.7, 0.3], [0.9, 0.1]]), ("left", "right"), (0.0, 1.0))
    return made


def norms() -> LayerNormsView:
    made = LayerNormsView()
    made.show_layers([LayerNorms("actor.0.weight", 3.0, 0.25, 0.001), LayerNorms("actor.0.bias", 1.0, 0.5, 0.002)])
    return made


def evidence() -> EvidencePlot:
    return EvidencePlot(Evidence("kl", ("kl",), np.array([[0.1, np.nan, 0.3]]), np.array([10.0, 20.0, 30.0]), 0.2))


PLOTS = [grid, trail, norms, evidence]


@pytest.fixture
def export_of(qtbot: QtBot) -> Callable[[QWidget], DrawnExport]:
    def found(widget: QWidget) -> DrawnExport:
        qtbot.addWidget(widget)
        widget.resize(320, 200)
        widget.show()
        assert widget.contextMenuPolicy() is Qt.ContextMenuPolicy.ActionsContextMenu
        (action,) = widget.actions()
        assert isinstance(action, DrawnExport)
        return action

    return found


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_that_every_option_and_every_point_of_a_factored_distribution_is_in_its_table(
    export_of: Callable[[QWidget], DrawnExport], tmp_path: Path
) -> None:
    export_of(grid()).write(tmp_path / "factors.csv")

    table = rows(tmp_path / "factors.csv")
    assert [each["option"] for each in table[:2]] == ["0", "1"]
    assert [each["probability"] for each in table[:2]] == ["0.25", "0.75"]
    assert [each["chosen"] for each in table[:2]] == ["no", "yes"]
    assert float(table[2]["action"]) == pytest.approx(np.tanh(0.6))
    x, density = (np.array([float(each[name]) for each in table[2:]]) for name in ("x", "density"))
    assert x[density.argmax()] == pytest.approx(float(table[2]["mean"]), abs=0.05)
    assert 0.9 < np.trapezoid(density, x) < 1.05


def test_that_a_trail_has_a_row_for_each_update(
    export_of: Callable[[QWidget], DrawnExport], tmp_path: Path
) -> None:
    export_of(trail()).write(tmp_path / "trail.csv")

    table = rows(tmp_path / "trail.csv")
    assert table[2] == {"update": "3", "left": "0.9", "right": "0.1"}
    assert len(table) == 3


def test_that_the_norms_of_a_layer_are_in_its_row(
    export_of: Callable[[QWidget], DrawnExport], tmp_path: Path
) -> None:
    export_of(norms()).write(tmp_path / "norms.csv")
    assert rows(tmp_path / "norms.csv")[0] == {
        "layer": "actor.0.weight",
        "parameter": "3",
        "gradient": "0.25",
        "step": "0.001",
    }


def test_that_a_cell_of_evidence_is_empty_where_nothing_was_measured(
    export_of: Callable[[QWidget], DrawnExport], tmp_path: Path
) -> None:
    export_of(evidence()).write(tmp_path / "evidence.csv")
    assert [each["kl"] for each in rows(tmp_path / "evidence.csv")] == ["0.1", "", "0.3"]


@pytest.mark.parametrize("plot", PLOTS)
def test_that_a_picture_and_a_drawing_show_the_plot_on_its_ground(
    plot: Callable[[], QWidget], export_of: Callable[[QWidget], DrawnExport], tmp_path: Path
) -> None:
    export = export_of(plot())
    export.write(tmp_path / "plot.png")
    export.write(tmp_path / "plot.svg")

    picture = QImage(str(tmp_path / "plot.png"))
    assert (picture.width(), picture.height()) == ((320 + 2 * MARGIN) * SHARPNESS, (200 + 2 * MARGIN) * SHARPNESS)
    drawn = QImage(640, 400, QImage.Format.Format_RGB32)
    drawn.fill(QColor("red"))
    painter = QPainter(drawn)
    QSvgRenderer(str(tmp_path / "plot.svg")).render(painter)
    painter.end()
    for image in (picture, drawn):
        colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
        assert QColor(LIGHT.panel).name() in colours
        assert QColor("red").name() not in colours
        assert len(colours) > 5


def test_that_the_menu_asks_where_and_writes_what_was_chosen(
    export_of: Callable[[QWidget], DrawnExport], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = str(tmp_path / "norms"), "Table (*.csv)"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: chosen)
    export_of(norms()).trigger()
    assert len(rows(tmp_path / "norms.csv")) == 2


@pytest.mark.parametrize(("name", "said"), [("no/folder/plot.png", "cannot write"), ("taken", "exists already")])
def test_that_what_cannot_be_written_is_told_and_nothing_is_left(
    name: str,
    said: str,
    export_of: Callable[[QWidget], DrawnExport],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "taken.svg").write_text("before")
    told: list[str] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / name), "Drawing (*.svg)"))
    monkeypatch.setattr(QMessageBox, "warning", lambda _parent, _title, words: told.append(words))
    export_of(trail()).trigger()
    assert said in told[0]
    assert (tmp_path / "taken.svg").read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["taken.svg"]
