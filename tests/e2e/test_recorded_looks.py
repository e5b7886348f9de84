"""What a person looked at while a run waited is seen again in the window that plays its recording."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pgviz.gui.main_window import MainWindow
from pgviz.gui.panels.recorded_microscope import NOT_EXAMINED, NOT_OPEN, NOT_PICKED, RecordedMicroscope
from pgviz.gui.panels.recorded_what_if import NOT_ASKED, RecordedWhatIf
from pgviz.session import commands
from pgviz.session.notices import MinibatchExamined, ProbesShown, RunState, ValuesEstimated
from pgviz.training.events import Event
from tests.e2e.conftest import PENDULUM, replaying
from tests.hands import press
from tests.session.looked_into import STATE, record_looks

KEY = Qt.Key


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    """A recording, and what was told while it was made."""
    path = tmp_path_factory.mktemp("recordings") / "looked into.pgviz"
    return path, record_looks(path)


@pytest.fixture
def window(told: tuple[Path, list[Event]], tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with replaying(told[0], tmp_path / "settings.ini", qtbot) as window:
        yield window


def microscope(window: MainWindow) -> RecordedMicroscope:
    panel = window.closer.microscope_place.recorded
    assert isinstance(panel, RecordedMicroscope)
    return panel


def what_if(window: MainWindow) -> RecordedWhatIf:
    panel = window.closer.what_if_place.recorded
    assert isinstance(panel, RecordedWhatIf)
    return panel


def to_minibatch(window: MainWindow, qtbot: QtBot, minibatch: int) -> None:
    """Press F11 until the window shows a wait at a minibatch."""

    def there() -> bool:
        wait = window.model.debug.waited
        opened = None if wait is None else wait.waits.minibatch
        return opened is not None and opened.minibatch == minibatch

    press(window, KEY.Key_F11)
    qtbot.waitUntil(there)


def test_that_an_examined_minibatch_is_shown_as_it_was(
    window: MainWindow, told: tuple[Path, list[Event]], qtbot: QtBot
) -> None:
    examined = [each.examination for each in told[1] if isinstance(each, MinibatchExamined)]
    window.docks.microscope.raise_()
    panel = microscope(window)
    assert panel.how_to.text() == NOT_OPEN
    to_minibatch(window, qtbot, 0)
    qtbot.waitUntil(lambda: panel.state.text() == "Minibatch 1 of update 1 was open here: its step was skipped.")
    shares = panel.table.rows.columns[panel.table.rows.place("shares_B")]
    np.testing.assert_array_equal(shares.values_B, examined[0].shares_B)
    assert panel.table.isEnabled()
    assert panel.bar.isHidden()

    assert panel.table.chosen() == (2,)  # the one that was looked at last
    assert panel.moves.stack.currentWidget() is panel.moves.bars
    last = examined[-1].moves
    assert last is not None
    np.testing.assert_allclose(panel.moves.bars.rows[3], last.step.probabilities_A)  # type: ignore[attr-defined]
    panel.table.choose(0)
    assert panel.moves.nothing.text() == NOT_PICKED
    assert panel.moves.stack.currentWidget() is panel.moves.nothing
    panel.table.choose(5)
    assert panel.moves.stack.currentWidget() is panel.moves.bars

    to_minibatch(window, qtbot, 2)
    assert panel.how_to.text() == NOT_EXAMINED
    assert panel.pages.currentWidget() is panel.how_to


def test_that_the_bar_says_why_the_run_waited(
    window: MainWindow, told: tuple[Path, list[Event]], qtbot: QtBot
) -> None:
    words = window.moment.words
    to_minibatch(window, qtbot, 0)
    qtbot.waitUntil(lambda: "before the step of minibatch 1 of update 1" in words.text())
    assert window.moment.take_over.isVisible()
    (estimated,) = (each for each in told[1] if isinstance(each, ValuesEstimated))
    window.control.post(commands.LookBack(estimated.step))
    qtbot.waitUntil(lambda: words.text().startswith("Stopped at “far enough”: step = "))
    assert "waited here" in words.text()
    window.control.post(commands.LookBack(2))
    qtbot.waitUntil(lambda: words.text() == f"Looking back at step 2 of {window.model.step}")


def test_that_what_was_asked_about_actions_is_shown(
    window: MainWindow, told: tuple[Path, list[Event]], qtbot: QtBot
) -> None:
    (estimated,) = (each for each in told[1] if isinstance(each, ValuesEstimated))
    window.docks.what_if.raise_()
    panel = what_if(window)
    window.control.post(commands.LookBack(estimated.step))
    qtbot.waitUntil(lambda: panel.view.bars.values_A is not None)
    assert panel.view.bars.values_A is not None
    assert panel.view.bars.values_A.tolist() == estimated.values.means_A.tolist()
    assert "force" not in panel.view.bars.describe(0.0)
    assert not panel.estimate.isVisible()
    assert not panel.force.isVisible()
    window.control.post(commands.LookBack(4))
    qtbot.waitUntil(lambda: panel.notes.text() == NOT_ASKED)
    assert panel.view.bars.values_A is None


def test_that_pinned_states_are_there_as_far_as_it_was_played(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.closer.probes
    window.docks.probes.raise_()
    assert not panel.cards
    to_minibatch(window, qtbot, 0)
    qtbot.waitUntil(lambda: set(panel.cards) == {1})
    card = panel.cards[1]
    assert card.name.text() == "tilted"
    assert card.name.isReadOnly()
    assert card.edit.isHidden()
    np.testing.assert_allclose(card.observation, STATE, rtol=1e-6)
    window.control.post(commands.SetSpeed(None))
    press(window, KEY.Key_Space)
    qtbot.waitUntil(lambda: window.model.step >= 128 and window.model.state is RunState.PAUSED)
    qtbot.waitUntil(lambda: not panel.cards)
    window.control.post(commands.LookBack(32))
    window.control.post(commands.ResumeHere())
    qtbot.waitUntil(lambda: set(panel.cards) == {1})
    assert panel.cards[1].trail.updates == sorted(set(panel.cards[1].trail.updates))
    assert panel.cards[1].trail.updates


def test_that_pinned_states_go_on_being_watched_where_it_is_taken_over(window: MainWindow, qtbot: QtBot) -> None:
    to_minibatch(window, qtbot, 0)
    qtbot.waitUntil(lambda: set(window.closer.probes.cards) == {1})
    told: list[ProbesShown] = []
    window.pump.probes_shown.connect(told.append)
    window.control.post(commands.TakeOver())
    qtbot.waitUntil(lambda: window.model.recording is None, timeout=20_000)
    card = window.closer.probes.cards[1]
    assert not card.edit.isHidden()
    qtbot.waitUntil(lambda: bool(told) and told[-1].names == {1: "tilted"})
    window.docks.microscope.raise_()
    panel = window.closer.microscope
    qtbot.waitUntil(lambda: panel.isVisible() and panel.state.text().startswith("Minibatch 1 of update 1 is open"))


def test_that_what_a_person_has_pinned_comes_back_after_a_recording(
    window: MainWindow, told: tuple[Path, list[Event]], qtbot: QtBot
) -> None:
    panel = window.closer.probes
    window.setup.start_requested.emit(PENDULUM, False)
    qtbot.waitUntil(lambda: window.model.recording is None and window.model.state is RunState.PAUSED)
    qtbot.waitUntil(panel.pin.isEnabled)
    panel.pin.click()
    (name,) = [card.name.text() for card in panel.cards.values()]
    window.playback.open(told[0])
    qtbot.waitUntil(lambda: window.model.recording is not None and window.model.shown is not None)
    assert not panel.cards
    assert not window.message_bar.isVisible()
    window.setup.start_requested.emit(PENDULUM, False)
    qtbot.waitUntil(lambda: window.model.recording is None and bool(panel.cards))
    assert [card.name.text() for card in panel.cards.values()] == [name]
