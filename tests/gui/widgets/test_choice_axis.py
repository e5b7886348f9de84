"""The names under the bars."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from pgviz.gui.widgets.bar_distribution import BarDistribution


def bars(qtbot: QtBot, labels: list[str], width: int) -> BarDistribution:
    made = BarDistribution()
    qtbot.addWidget(made)
    made.resize(width, 300)
    made.show()
    made.begin(labels)
    qtbot.wait(20)
    made.grab()
    return made


def one_line(qtbot: QtBot) -> float:
    return float(bars(qtbot, ["a", "b"], 400).names.height())


def test_that_names_with_little_room_are_broken_and_those_with_less_stand_upwards(qtbot: QtBot) -> None:
    line, names = one_line(qtbot), ["do nothing", "left engine", "main engine", "right engine"]

    assert bars(qtbot, names, 600).names.height() == line
    assert line < bars(qtbot, names, 280).names.height() < 2 * line
    assert bars(qtbot, names, 150).names.height() > 2 * line


def test_that_long_names_upwards_leave_room_for_the_bars(qtbot: QtBot) -> None:
    made = bars(qtbot, [f"a very long name indeed, number {index}" for index in range(18)], 360)

    assert made.names.height() < 120
    assert made.probability_band().height() > 100


@pytest.mark.parametrize("count", [25, 500])
def test_that_choices_too_many_to_name_are_numbered(qtbot: QtBot, count: int) -> None:
    made = bars(qtbot, [f"choice {index}" for index in range(count)], 400)

    assert made.names.height() == one_line(qtbot)


def test_that_names_are_struck_through_until_they_are_legal_again(qtbot: QtBot) -> None:
    made = bars(qtbot, ["left", "right", "up"], 400)

    made.names.strike([0, 2])
    assert list(made.names.struck) == [0, 2]
    made.begin(["left", "right"])
    assert not made.names.struck
