"""The set-up panel describes a run that can be run."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from pgviz.config import RUN_PARAMETERS, RunConfig
from pgviz.gui.panels.setup import SetupPanel
from pgviz.gui.widgets.parameter_field import ParameterField
from pgviz.gui.widgets.parts import caption
from pgviz.hyperparameters import algorithms, declaration
from pgviz.session.notices import EnvironmentsListed
from tests.gui.conftest import CARTPOLE, PENDULUM, Desk
from tests.gui.fake_host import LISTED
from tests.hands import click, press, write


@pytest.fixture
def setup(qtbot: QtBot) -> SetupPanel:
    panel = SetupPanel()
    qtbot.addWidget(panel)
    panel.set_environments(EnvironmentsListed(0, LISTED))
    panel.resize(360, 700)
    panel.show()
    return panel


def entry(panel: SetupPanel, name: str) -> QLineEdit:
    editor = panel.fields[name].editor
    assert isinstance(editor, QLineEdit)
    return editor


def choose(panel: SetupPanel, environment: str, qtbot: QtBot) -> None:
    line = panel.environment.combo.lineEdit()
    assert line is not None
    line.selectAll()
    write(line, environment)
    press(line, Qt.Key.Key_Return)


@pytest.mark.parametrize("algorithm", [each.name for each in algorithms()])
@pytest.mark.parametrize("environment", ["CartPole-v1", "Pendulum-v1"])
def test_that_a_configuration_shown_is_read_back(environment: str, algorithm: str, setup: SetupPanel) -> None:
    config = RunConfig.create(environment, algorithm).changed(seed=7, learning_rate=0.0123, hidden_sizes=(32, 16))

    setup.show_config(config)

    assert setup.config() == config
    assert set(setup.fields) == {*RUN_PARAMETERS, *config.parameters}


def test_that_another_environment_brings_its_preset_and_keeps_the_seed(setup: SetupPanel, qtbot: QtBot) -> None:
    entry(setup, "seed").setText("5")

    choose(setup, "Pendulum-v1", qtbot)

    assert setup.config() == PENDULUM.changed(seed=5)


def test_that_another_algorithm_brings_its_own_fields(setup: SetupPanel) -> None:
    setup.algorithm.setCurrentIndex(setup.algorithm.findData("reinforce"))

    assert setup.config() == RunConfig.create("CartPole-v1", "reinforce")
    assert "Plays whole episodes" in setup.summary.text()


def test_that_defaults_undo_what_was_typed(setup: SetupPanel, qtbot: QtBot) -> None:
    entry(setup, "gamma").setText("0.5")
    assert setup.config() != CARTPOLE

    click(setup.defaults_button)

    assert setup.config() == CARTPOLE


@pytest.mark.parametrize("text", ["", "nan", "many", "-1", "1e400", "2"])
def test_that_a_wrong_value_is_explained_beside_it_and_cannot_be_applied(
    text: str, setup: SetupPanel, qtbot: QtBot
) -> None:
    field = setup.fields["gamma"]

    entry(setup, "gamma").setText(text)

    assert field.message.isVisible()
    assert "from 0 to 1" in field.message.text()
    assert not setup.prepare_button.isEnabled()
    assert not setup.play_button.isEnabled()
    entry(setup, "gamma").setText("0.9")
    assert not field.message.isVisible()
    assert setup.play_button.isEnabled()


def test_that_an_environment_that_cannot_run_says_why(setup: SetupPanel, qtbot: QtBot) -> None:
    choose(setup, "LunarLander-v3", qtbot)

    assert setup.environment.message.isVisible()
    assert "pgviz[box2d]" in setup.environment.message.text()
    assert not setup.prepare_button.isEnabled()
    assert not setup.play_button.isEnabled()
    choose(setup, "Acrobot-v1", qtbot)
    assert not setup.environment.message.isVisible()
    assert setup.play_button.isEnabled()


def test_that_an_environment_that_there_is_not_cannot_be_applied(setup: SetupPanel, qtbot: QtBot) -> None:
    choose(setup, "CartPoel-v1", qtbot)

    assert "did you mean CartPole-v1?" in setup.environment.message.text()
    assert not setup.prepare_button.isEnabled()
    assert not setup.play_button.isEnabled()
    choose(setup, "mine:CartPoel-v1", qtbot)
    assert setup.play_button.isEnabled()


def test_that_an_id_is_allowed_as_long_as_it_is_not_known_what_there_is(qtbot: QtBot) -> None:
    panel = SetupPanel()
    qtbot.addWidget(panel)
    panel.show_config(RunConfig.create("CartPoel-v1"))
    assert panel.play_button.isEnabled()

    panel.set_environments(EnvironmentsListed(0, LISTED))

    assert not panel.play_button.isEnabled()


def test_that_any_part_of_a_name_completes_it(setup: SetupPanel) -> None:
    completer = setup.environment.combo.completer()
    assert completer is not None

    completer.setCompletionPrefix("car")

    found = {completer.completionModel().index(row, 0).data() for row in range(completer.completionCount())}
    assert found == {"CartPole-v1", "MountainCar-v0"}


def test_that_the_list_does_not_change_what_is_typed(setup: SetupPanel) -> None:
    setup.show_config(RunConfig.create("module:Mine-v0"))

    setup.set_environments(EnvironmentsListed(0, LISTED))

    assert setup.environment.id() == "module:Mine-v0"


def test_that_the_panel_fits_360_pixels(setup: SetupPanel) -> None:
    assert setup.minimumSizeHint().width() <= 360


def test_that_apply_sets_the_run_up(desk: Desk, qtbot: QtBot) -> None:
    desk.begin()
    panel = desk.window.setup
    desk.window.docks.setup.raise_()
    choose(panel, "Pendulum-v1", qtbot)

    click(panel.play_button)

    qtbot.waitUntil(lambda: desk.window.model.config == PENDULUM)
    assert desk.window.windowTitle().startswith("Pendulum-v1 · PPO")


def test_that_a_restart_keeps_what_is_being_typed(desk: Desk, qtbot: QtBot) -> None:
    desk.begin()
    panel = desk.window.setup
    entry(panel, "gamma").setText("0.5")

    desk.window.control.restart()
    qtbot.waitUntil(lambda: desk.window.model.generation == 2)

    assert entry(panel, "gamma").text() == "0.5"


def test_that_the_wheel_scrolls_past_a_choice(setup: SetupPanel) -> None:
    choice = setup.algorithm
    middle = QPointF(choice.rect().center())
    event = QWheelEvent(
        middle,
        choice.mapToGlobal(middle),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )

    choice.wheelEvent(event)

    assert not event.isAccepted()
    assert choice.currentData() == "ppo"


@pytest.mark.parametrize("algorithm", [each.name for each in algorithms()])
def test_that_every_parameter_stands_under_the_heading_that_it_is_declared_for(
    setup: SetupPanel, algorithm: str
) -> None:
    config = RunConfig.create("CartPole-v1", algorithm)

    setup.show_config(config)

    for group, box in setup.groups.items():
        names = {field.parameter.name for field in box.findChildren(ParameterField)}
        assert names == {name for name, each in config.parameters.items() if each.group == group}
        assert box.isVisible() == bool(names)
    assert set(setup.fields) == {*RUN_PARAMETERS, *config.parameters}


def test_that_choices_are_read_as_words_and_written_as_declared(setup: SetupPanel) -> None:
    setup.show_config(RunConfig.create("CartPole-v1", "dqn", exploration="boltzmann"))
    field = setup.fields["exploration"]
    assert isinstance(field.editor, QComboBox)
    assert field.editor.currentText() == "boltzmann"

    field.editor.setCurrentIndex(0)

    assert field.editor.currentText() == "epsilon-greedy"
    assert setup.config().value("exploration") == "epsilon_greedy"


@pytest.mark.parametrize(
    ("algorithm", "name", "text"),
    [
        ("ppo", "learning_rate", "Learning rate  α"),
        ("ppo", "gae_lambda", "GAE λ"),
        ("dqn", "final_epsilon", "Final ε"),
    ],
)
def test_that_a_letter_is_named_once(algorithm: str, name: str, text: str) -> None:
    assert caption(declaration(algorithm).parameters[name]) == text


def test_that_every_control_of_the_form_has_a_name(desk: Desk) -> None:
    buttons = desk.window.setup.findChildren(QToolButton)
    assert "Another seed" in [each.accessibleName() for each in buttons]
    assert all(field.editor.accessibleName() for field in desk.window.setup.fields.values())


def tab_stops(setup: SetupPanel) -> list[QWidget]:
    """What Tab goes to in the panel, in order, from the environment to the last button."""
    found: list[QWidget] = []
    each: QWidget | None = setup.environment.combo
    while each is not None and (not found or found[-1] is not setup.play_button):
        assert len(found) < 5000, "Tab goes round without coming to the last button"
        found.append(each)
        each = each.nextInFocusChain()
    return [each for each in found if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isVisibleTo(setup)]


@pytest.mark.parametrize("algorithm", ["ppo", "sac"])
def test_that_tab_goes_from_the_top_down_and_to_the_buttons_last(desk: Desk, algorithm: str) -> None:
    desk.begin(PENDULUM)
    setup = desk.window.setup
    setup.algorithm.setCurrentIndex(setup.algorithm.findData(algorithm))
    QApplication.processEvents()

    stops = tab_stops(setup)

    assert all(setup.isAncestorOf(each) for each in stops)
    assert stops[-3:] == [setup.defaults_button, setup.prepare_button, setup.play_button]
    places = [each.mapTo(setup._inside, QPoint()).y() for each in stops[:-3]]
    assert all(after > before - 5 for before, after in pairwise(places))  # the dice stands beside its field
    assert len(places) >= len(setup.fields)
