"""Small distributions side by side."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from pgviz.gui.theme import DARK, LIGHT
from pgviz.gui.widgets.factor_cells import OptionsCell
from pgviz.gui.widgets.factor_grid import LEAST_HEIGHT, FactorGrid
from pgviz.gui.widgets.parts import scrolling
from pgviz.training.events import ActionFactor, FactoredDecision
from tests.decisions import categorical, factored, factors_of, gaussian, joints


def grid(qtbot: QtBot, decision: FactoredDecision, size: tuple[int, int] = (364, 230)) -> FactorGrid:
    made = FactorGrid()
    qtbot.addWidget(made)
    made.resize(*size)
    made.show()
    made.begin(factors_of(decision))
    made.show_factors(decision.factors)
    return made


def test_that_eight_choices_of_seven_fit_the_panel_with_a_label_under_every_bar(qtbot: QtBot) -> None:
    made = grid(qtbot, joints(8, 7))

    assert made.minimumHeight() <= 230
    places = [made.place(index) for index in range(8)]
    assert all(place.width() / 7 >= 15 for place in places)
    assert all(place.height() >= LEAST_HEIGHT for place in places)
    assert not any(a.intersects(b) for a in places for b in places if a is not b)


def test_that_a_choice_tells_its_probability_under_the_pointer(qtbot: QtBot) -> None:
    decision = factored([categorical([0.0, 0.0], 1), categorical([0.0, 0.0, 0.0], 0, [True, True, False])])
    made = grid(qtbot, decision, (364, 100))
    first, second = made.place(0), made.place(1)

    assert made.describe(first.center() + QPoint(20, 0)) == "joint 0, 1: probability 0.5000, chosen"
    assert made.describe(second.topRight() - QPoint(2, -2)) == "joint 1, 2: illegal here"
    assert made.describe(second.topLeft() + QPoint(2, 2)) == "joint 1, 0: probability 0.5000, chosen"
    assert made.describe(QPoint(-5, -5)) == ""


def test_that_the_tool_tip_says_what_is_under_the_pointer(qtbot: QtBot) -> None:
    made = grid(qtbot, joints(2, 3))
    at = made.place(1).center()

    QApplication.sendEvent(made, QHelpEvent(QHelpEvent.Type.ToolTip, at, made.mapToGlobal(at)))

    qtbot.waitUntil(lambda: QToolTip.text() == made.describe(at) != "")
    QToolTip.hideText()


def test_that_a_real_vector_has_a_cell_for_each_of_its_numbers(qtbot: QtBot) -> None:
    decision = factored([categorical([0.0, 1.0], 0), gaussian([0.0, 0.5], [0.2, 0.4])])
    made = grid(qtbot, decision, (364, 220))

    assert [cell.title for cell in made.cells] == ["joint 0", "force 1.0", "force 1.1"]
    middle = made.place(1).center()
    told = made.describe(middle)
    assert told.startswith("force 1.0 ")
    x_X, y_X = decision.factors[1].density(0, 81)  # type: ignore[attr-defined]
    place = float(told.split()[2].rstrip(":"))
    assert float(told.split()[-1]) == pytest.approx(float(np.interp(place, x_X, y_X)), abs=0.02)
    assert made.cells[1].chosen_text() == "0.10"


def test_that_what_was_chosen_is_written_beside_the_title(qtbot: QtBot) -> None:
    made = grid(qtbot, factored([categorical([0.0, 0.0], 1), categorical([0.0, 0.0], None)]))

    assert [cell.chosen_text() for cell in made.cells] == ["1  0.50", ""]


def test_that_many_factors_are_scrolled_to_and_only_those_in_sight_are_drawn(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    decision = joints(60, 4)
    made = FactorGrid()
    area = scrolling(made)
    qtbot.addWidget(area)
    area.resize(364, 310)
    area.show()
    made.begin(factors_of(decision))
    made.show_factors(decision.factors)
    qtbot.wait(50)
    assert made.height() > 2 * area.height()
    monkeypatch.setattr(OptionsCell, "_draw_inside", lambda cell, *_: drawn.append(cell.title))

    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    drawn.clear()
    made.update()
    qtbot.waitUntil(lambda: "joint 59" in drawn)

    assert "joint 0" not in drawn


def test_that_a_wider_panel_has_more_columns(qtbot: QtBot) -> None:
    made = grid(qtbot, joints(8, 7), (700, 310))

    assert made.place(3).top() == 0
    assert made.place(4).top() > 0


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("options", [1, 2, 24, 256])
def test_that_any_number_of_options_can_be_drawn_before_and_after_the_first_step(
    qtbot: QtBot, options: int, theme: object
) -> None:
    decision = joints(3, options)
    made = FactorGrid()
    qtbot.addWidget(made)
    made.resize(200, 400)
    made.apply_theme(theme)  # type: ignore[arg-type]
    made.begin(factors_of(decision))
    made.grab()
    assert made.describe(made.place(0).center()) == ""
    made.show_factors(decision.factors)
    made.grab()


def test_that_a_number_without_bounds_and_a_grid_without_factors_can_be_drawn(qtbot: QtBot) -> None:
    made = FactorGrid()
    qtbot.addWidget(made)
    made.begin([ActionFactor("speed", ("x", "y"), (-np.inf, 0.0), (np.inf, np.inf))])
    made.show_factors([gaussian([0.0, 1.0], [1.0, 1.0], -np.inf, np.inf)])
    made.grab()
    made.begin([])
    made.grab()
    assert made.cells == []


def test_that_it_says_how_many_parts_it_shows(qtbot: QtBot) -> None:
    assert grid(qtbot, joints(8, 7)).accessibleName() == "Distribution of each of 8 parts of the action"


def test_that_long_names_stay_within_their_cell(qtbot: QtBot) -> None:
    decision = joints(3, 7)
    made = FactorGrid()
    qtbot.addWidget(made)
    made.resize(364, 80)
    labels = tuple(f"{angle:+.1f}°" for angle in np.linspace(-4.5, 4.5, 7))
    made.begin([ActionFactor(f"joint {index}", labels) for index in range(3)])
    made.show_factors(decision.factors)

    picture = made.grab().toImage()

    assert made.place(2).top() == 0
    between = [made.place(index).right() + offset for index in (0, 1) for offset in range(2, 12)]
    ground = picture.pixelColor(between[0], 0)
    assert all(picture.pixelColor(x, y) == ground for x in between for y in range(made.height()))
