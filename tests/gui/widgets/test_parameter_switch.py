"""The switch: asked for, applied, rejected and greyed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pgviz.gui.widgets.parameter_switch import ParameterSwitch
from pgviz.hyperparameters import shared
from tests.hands import press


@pytest.fixture
def switch(qtbot: QtBot) -> ParameterSwitch:
    made = ParameterSwitch(shared.ACTION_MASK, ("heeded", "ignored"))
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def asked(switch: ParameterSwitch) -> list[object]:
    values: list[object] = []
    switch.value_requested.connect(values.append)
    return values


def test_that_the_space_bar_asks_and_the_request_is_marked_until_it_is_applied(switch: ParameterSwitch) -> None:
    values = asked(switch)

    press(switch.box, Qt.Key.Key_Space)

    assert values == [False]
    assert switch.is_pending
    assert switch.applied is True
    assert (switch.box.text(), switch.pending.text()) == ("heeded", "→ ignored")
    assert switch.pending.toolTip() == "Asked for; it will be applied at the next update."
    switch.set_applied(False)
    assert not switch.is_pending
    assert (switch.box.text(), switch.pending.text()) == ("ignored", "")
    assert not switch.box.isChecked()


def test_that_showing_what_was_applied_asks_for_nothing(switch: ParameterSwitch) -> None:
    values = asked(switch)

    switch.set_applied(False)

    assert values == []
    assert not switch.box.isChecked()


def test_that_another_change_of_mind_is_no_longer_waited_for(switch: ParameterSwitch) -> None:
    values = asked(switch)

    press(switch.box, Qt.Key.Key_Space)
    press(switch.box, Qt.Key.Key_Space)

    assert values == [False, True]
    assert not switch.is_pending


def test_that_a_rejected_change_is_taken_back(switch: ParameterSwitch) -> None:
    press(switch.box, Qt.Key.Key_Space)

    switch.cancel_request()

    assert switch.box.isChecked()
    assert switch.pending.text() == ""


def test_that_a_greyed_switch_says_why(switch: ParameterSwitch) -> None:
    press(switch.box, Qt.Key.Key_Space)

    switch.set_available(False, "There are no masks.")

    assert not switch.box.isEnabled()
    assert not switch.is_pending
    assert switch.toolTip() == switch.box.toolTip() == switch.label.toolTip() == "There are no masks."
    switch.set_available(True)
    assert "probability 0" in switch.box.toolTip()


def test_that_it_is_named_for_screen_readers(switch: ParameterSwitch) -> None:
    assert switch.box.accessibleName() == "Action mask"
    assert switch.label.buddy() is switch.box


def test_that_a_number_can_have_no_switch() -> None:
    with pytest.raises(ValueError, match="learning_rate is no flag"):
        ParameterSwitch(shared.LEARNING_RATE)
