"""The panel that shows the environment."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pgviz.gui.panels.environment import NO_PICTURE, EnvironmentPanel, number
from pgviz.gui.style_sheet import style_sheet
from pgviz.gui.theme import DARK, LIGHT
from pgviz.gui.widgets.readout import DASH
from pgviz.gui.widgets.step_axis import MINUS
from pgviz.training.events import CategoricalDecision, Decision
from tests import decisions
from tests.gui.samples import stepped

CHIP_MARGIN = 8  # pixels at either side of a word in a frame, as the style sheet has it


@pytest.fixture
def panel(qtbot: QtBot) -> EnvironmentPanel:
    panel = EnvironmentPanel()
    qtbot.addWidget(panel)
    panel.resize(500, 400)
    panel.show()
    return panel


def test_that_a_step_is_shown_with_its_frame_and_numbers(panel: EnvironmentPanel) -> None:
    started, first, taken = stepped("CartPole-v1", steps=3)
    panel.begin(started)
    panel.show_step(first)
    assert panel.readout.text("action") == DASH
    assert panel.readout.text("reward") == DASH
    panel.show_step(taken)
    assert panel.readout.text("step") == "2 / 500"
    assert panel.readout.text("action") in started.environment.action_labels
    assert panel.readout.text("reward") == "1"
    assert panel.readout.text("return") == "3"
    panel.show_frame(taken)
    assert panel.frame_view.has_frame
    panel.apply_theme(DARK)


def test_that_a_continuous_action_is_shown_as_numbers(panel: EnvironmentPanel) -> None:
    started, _, taken = stepped("Pendulum-v1")
    panel.begin(started)
    panel.show_step(taken)
    assert abs(float(panel.readout.text("action").replace(MINUS, "-"))) <= 2.0


def test_that_the_end_of_an_episode_is_said(panel: EnvironmentPanel) -> None:
    started, _, taken = stepped("tests.environments.toys:Ending-v0", steps=3)
    panel.begin(started)
    panel.show_step(taken)
    assert panel.ending.text() == "terminated"


def test_that_the_word_for_an_end_has_room_within_its_frame(panel: EnvironmentPanel, qtbot: QtBot) -> None:
    panel.setStyleSheet(style_sheet(LIGHT))
    for word in ("terminated", "", "truncated"):
        panel._set_ending(word)
        qtbot.waitUntil(lambda word=word: panel.ending.width() > 0 or not word)  # type: ignore[misc]
        QApplication.processEvents()
        advance = panel.ending.fontMetrics().horizontalAdvance(word)
        assert panel.ending.width() >= (advance + 2 * CHIP_MARGIN if word else 0)


def test_that_an_environment_that_cannot_draw_says_so(panel: EnvironmentPanel) -> None:
    started, first, _ = stepped("tests.environments.toys:Undrawable-v0", steps=1)
    panel.begin(started)
    panel.show_frame(first)
    assert panel.frame_view.message == NO_PICTURE


def test_that_another_copy_can_be_asked_for(panel: EnvironmentPanel, qtbot: QtBot) -> None:
    panel.begin(stepped("CartPole-v1")[0])
    assert panel.copies.count() == 2
    with qtbot.waitSignal(panel.watch_requested) as asked:
        panel.copies.activated.emit(1)
    assert asked.args == [1]


def test_that_a_recording_says_itself_which_copy_is_shown(panel: EnvironmentPanel) -> None:
    started, first, _ = stepped("CartPole-v1", steps=1)
    assert first.detail is not None
    other = replace(first, detail=replace(first.detail, environment_index=1))
    panel.begin(started)
    panel.show_step(other)
    assert panel.copies.currentIndex() == 0  # chosen by hand, while the run is live

    panel.copies.setEnabled(False)
    panel.show_step(other)
    assert panel.copies.currentIndex() == 1


def test_that_one_copy_offers_no_choice(panel: EnvironmentPanel) -> None:
    panel.begin(stepped("CartPole-v1", environment_count=1)[0])
    assert panel.copies.isHidden()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (-1.25, "-1.25"),
        (12345.0, "12,345"),
        (-1224.53, "-1,224.5"),
        (1.5e9, "1.5e+09"),
        (-0.004, "-0.00"),
        (float("inf"), "inf"),
        (float("-inf"), "-inf"),
        (float("nan"), "nan"),
    ],
)
def test_that_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("decision", "text"),
    [
        (decisions.categorical([0.0, 0.0], 1), "right"),
        (decisions.categorical([0.0, 0.0], None), DASH),
        (decisions.binned(5, 1, 3), f"{1.0:+.2f}"),
        (decisions.binned(5, 2, 0), f"{MINUS}2.00, {MINUS}2.00"),
        (decisions.binned(5, 1, None), DASH),
        (decisions.gaussian([0.0] * 5, [0.0] * 5), "+0.00, +0.00, +0.00, …"),
        (decisions.factored([decisions.categorical([0.0] * 7, index) for index in (3, 0, 5)]), "3, 0, 5"),
        (decisions.factored([decisions.categorical([0.0], None)]), DASH),
        (
            decisions.factored([decisions.categorical([0.0], 0), decisions.gaussian([0.0, 0.0], [0.0, 0.0])]),
            "0, (+0.00, +0.00)",
        ),
        (decisions.factored([decisions.categorical([0.0, 0.0], 1)] * 20), "1, " * 12 + "…"),
    ],
)
def test_that_an_action_of_every_kind_is_read_out(panel: EnvironmentPanel, decision: Decision, text: str) -> None:
    labels = ("left", "right") if isinstance(decision, CategoricalDecision) else ()
    panel.begin(decisions.started(decision, labels))
    panel.show_step(decisions.shown(decision))
    assert panel.readout.text("action") == text


def test_that_an_action_too_long_to_be_read_is_in_the_tool_tip(panel: EnvironmentPanel) -> None:
    decision = decisions.joints(10, 7)
    panel.begin(decisions.started(decision))
    panel.show_step(decisions.shown(decision))
    assert panel.readout.value_label("action").toolTip() == f"Action: {panel.readout.text('action')}"
    assert panel.readout.value_label("episode").toolTip() == ""
