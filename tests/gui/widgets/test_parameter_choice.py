"""The choice: asked for, applied and greyed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pgviz.gui.widgets.parameter_choice import ParameterChoice
from pgviz.hyperparameters import shared
from pgviz.parameters import Parameter
from tests.hands import press

EXPLORATION = Parameter(
    "exploration",
    "epsilon_greedy",
    "Exploration",
    "How it explores.",
    kind="choice",
    choices=("epsilon_greedy", "boltzmann"),
    live="update",
)


@pytest.fixture
def choice(qtbot: QtBot) -> ParameterChoice:
    made = ParameterChoice(EXPLORATION)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def asked(choice: ParameterChoice) -> list[object]:
    values: list[object] = []
    choice.value_requested.connect(values.append)
    return values


def test_that_a_key_asks_and_the_request_is_marked_until_it_is_applied(choice: ParameterChoice) -> None:
    values = asked(choice)
    choice.box.setFocus()

    press(choice.box, Qt.Key.Key_Down)

    assert values == ["boltzmann"]
    assert choice.is_pending
    assert choice.pending.text() == "→ boltzmann"
    choice.set_applied("boltzmann")
    assert not choice.is_pending
    assert choice.pending.text() == ""


def test_that_words_are_shown_as_a_person_reads_them(choice: ParameterChoice) -> None:
    assert choice.box.currentText() == "epsilon-greedy"
    assert choice.box.currentData() == "epsilon_greedy"


def test_that_showing_what_was_applied_asks_for_nothing(choice: ParameterChoice) -> None:
    values = asked(choice)

    choice.set_applied("boltzmann")

    assert values == []
    assert choice.box.currentData() == "boltzmann"


def test_that_a_rejected_change_is_taken_back(choice: ParameterChoice) -> None:
    choice.ask("boltzmann")

    choice.cancel_request()

    assert choice.box.currentData() == "epsilon_greedy"
    assert not choice.is_pending


def test_that_a_greyed_choice_says_why(choice: ParameterChoice) -> None:
    choice.set_available(False, "Not now.")

    assert not choice.box.isEnabled()
    assert choice.box.toolTip() == "Not now."


def test_that_a_number_can_be_no_choice() -> None:
    with pytest.raises(ValueError, match="learning_rate is no choice"):
        ParameterChoice(shared.LEARNING_RATE)
