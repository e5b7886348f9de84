"""The gradient microscope, with hand-made minibatches and with a real one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.gui.panels.microscope import IN_ONE_PIECE, MicroscopePanel
from pgviz.gui.theme import DARK, LIGHT
from pgviz.session.commands import Command, ExamineMinibatch, Intervene, Play, StepMinibatch
from pgviz.session.notices import MinibatchExamined, RunState
from pgviz.session.session import Session, minibatches
from pgviz.session.waiting import waits
from pgviz.training.events import RunStarted
from pgviz.training.examination import LayerNorms
from pgviz.training.interventions import JudgeMinibatch
from pgviz.training.microscope import examine
from tests import decisions
from tests.gui.examinations import OPEN, examination, examined, moved
from tests.gui.examinations import waits as opened
from tests.hands import click, press


class Bench:
    """A shown panel, and the commands that it sent."""

    def __init__(self, qtbot: QtBot, algorithm: str = "ppo") -> None:
        self.panel = MicroscopePanel()
        qtbot.addWidget(self.panel)
        self.panel.resize(900, 420)
        self.panel.show()
        self.sent: list[Command] = []
        self.panel.asked.connect(self.sent.append)
        self.begin(decisions.started(decisions.categorical([0.0, 0.0]), ("left", "right"), algorithm))

    def begin(self, started: RunStarted) -> None:
        self.panel.apply_theme(LIGHT)
        self.panel.begin(started)

    def open(self, count: int = 6) -> None:
        """Stop at a minibatch and answer what is asked about it."""
        self.panel.show_waiting(opened())
        self.panel.show_examined(examined(examination(count)))
        asked = self.sent[-1]
        assert isinstance(asked, ExamineMinibatch)
        assert asked.sample is not None
        self.panel.show_examined(examined(moved(examination(count), asked.sample)))
        self.sent.clear()

    def column(self, name: str) -> list[str]:
        """The texts of a column from top to bottom."""
        rows = self.panel.table.rows
        place = rows.place(name)
        return [rows.data(rows.index(row, place)) for row in range(rows.rowCount())]

    def click_heading(self, name: str) -> None:
        heads, place = self.panel.table.horizontalHeader(), self.panel.table.rows.place(name)
        at = QPoint(heads.sectionViewportPosition(place) + 12, heads.height() // 2)
        QTest.mouseClick(heads.viewport(), Qt.MouseButton.LeftButton, pos=at)

    def click_row(self, row: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        table = self.panel.table
        at = table.visualRect(table.rows.index(row, 0)).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, keys, at)


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_that_the_empty_panel_says_how_to_get_there(bench: Bench) -> None:
    assert bench.panel.pages.currentWidget() is bench.panel.how_to
    assert "F11" in bench.panel.how_to.text()
    assert bench.panel.bar.isHidden()


def test_that_the_row_of_tabs_says_what_it_chooses_among(bench: Bench) -> None:
    assert bench.panel.tabs.tabBar().accessibleName() == "What the step does"


def test_that_an_open_minibatch_is_examined_and_named(bench: Bench) -> None:
    bench.panel.show_waiting(opened())

    assert bench.sent == [ExamineMinibatch()]
    assert bench.panel.state.text() == "Minibatch 3 of update 12 is open: its step has not been taken."
    assert "clipped 12\u00a0%" in bench.panel.facts.text()


def test_that_a_hidden_panel_asks_nothing_until_it_is_shown(bench: Bench) -> None:
    bench.panel.hide()
    bench.panel.show_waiting(opened())
    assert bench.sent == []

    bench.panel.show()

    assert bench.sent == [ExamineMinibatch()]


def test_that_what_weighs_most_comes_first_and_is_chosen(bench: Bench) -> None:
    bench.open()

    shares = examination().shares_B
    assert bench.column("sample") == [str(sample) for sample in np.argsort(-shares)]
    assert bench.panel.table.chosen() == (int(shares.argmax()),)
    assert bench.panel.bar.drop.text() == "Drop (1)"


def test_that_headings_sort_by_number_and_keep_the_chosen_sample(bench: Bench) -> None:
    bench.open(40)
    chosen = bench.panel.table.chosen()

    for name in ("gradient_norms_B", "sample", "advantages_B"):
        bench.click_heading(name)
        found = getattr(examination(40), name, np.arange(40))
        ascending = [str(sample) for sample in np.argsort(found, kind="stable")]
        assert bench.column("sample") in (ascending, ascending[::-1])
        bench.click_heading(name)
        assert bench.column("sample") in (ascending, ascending[::-1])
        assert bench.panel.table.chosen() == chosen


def test_that_another_minibatch_is_sorted_as_the_last_one_was(bench: Bench) -> None:
    bench.open()
    bench.click_heading("advantages_B")
    bench.panel.show_waiting(opened(replace(OPEN, minibatch=3)))
    bench.panel.show_examined(examined(examination(6, seed=5)))

    ascending = [str(sample) for sample in np.argsort(examination(6, seed=5).advantages_B)]
    assert bench.column("sample") in (ascending, ascending[::-1])


def test_that_a_row_that_is_chosen_is_asked_for_and_of_many_only_the_last(bench: Bench) -> None:
    bench.open()

    bench.click_row(1)
    press(bench.panel.table, Qt.Key.Key_Down)
    press(bench.panel.table, Qt.Key.Key_Down)

    first, last = (bench.panel.table.rows.sample_at(row) for row in (1, 3))
    assert bench.sent == [ExamineMinibatch(first)]
    bench.panel.show_examined(examined(moved(examination(), first)))
    assert bench.sent == [ExamineMinibatch(first), ExamineMinibatch(last)]


@pytest.mark.parametrize("count", [4096])
def test_that_thousands_of_samples_are_shown(bench: Bench, count: int) -> None:
    bench.open(count)

    assert bench.panel.table.rows.rowCount() == count
    bench.click_heading("cosines_B")
    bench.panel.grab()


def test_that_the_four_distributions_are_drawn_with_what_they_change(bench: Bench) -> None:
    bench.open()

    moves = bench.panel.moves
    assert moves.stack.currentWidget() is moves.bars
    assert moves.bars.rows[:, 1] == pytest.approx(1 / (1 + np.exp(-np.array([0.0, 0.1, 0.02, -0.05]))))
    assert moves.bars.describe(1).startswith("right: 0.50000; alone 0.52498")
    assert "optimiser's step" in moves.legend.accessibleDescription()
    bench.panel.apply_theme(DARK)
    bench.panel.grab()


def test_that_densities_are_drawn_of_a_real_action(bench: Bench) -> None:
    policies = [decisions.gaussian([mean], [1.0], -2.0, 2.0) for mean in (0.0, 0.1, 0.05, 0.2)]
    bench.begin(decisions.started(policies[0]))
    bench.panel.show_waiting(opened())
    given = replace(examination(), actions=np.full((6, 1), 0.5, np.float32))
    bench.panel.show_examined(examined(given))
    bench.panel.show_examined(examined(moved(given, 2, *policies)))

    curves = bench.panel.moves.curves
    assert bench.panel.moves.stack.currentWidget() is curves
    assert np.trapezoid(curves.rows, curves.over_X) == pytest.approx(np.ones(4), abs=0.02)
    assert curves.action == pytest.approx(2 * np.tanh(0.5))
    bench.panel.grab()


@pytest.mark.parametrize(
    ("name", "judgement"),
    [("apply", None), ("skip", JudgeMinibatch("skip")), ("flip", JudgeMinibatch("flip"))],
)
def test_that_the_minibatch_is_judged_and_the_run_goes_on(
    name: str, judgement: JudgeMinibatch | None, bench: Bench
) -> None:
    bench.open()
    button: QWidget = getattr(bench.panel.bar, name)

    click(button)

    assert bench.sent == [*([] if judgement is None else [Intervene(judgement)]), StepMinibatch()]


def test_that_the_selected_samples_are_dropped_and_the_run_plays_on(bench: Bench) -> None:
    bench.open()
    bench.click_row(0)
    bench.click_row(2, Qt.KeyboardModifier.ControlModifier)
    bench.sent.clear()
    bench.panel.bar.then.setCurrentText("play on")

    click(bench.panel.bar.drop)

    dropped = tuple(sorted(bench.panel.table.rows.sample_at(row) for row in (0, 2)))
    assert bench.sent == [Intervene(JudgeMinibatch("drop", dropped)), Play()]


def test_that_nothing_is_dropped_where_nothing_is_selected(bench: Bench) -> None:
    bench.open()
    bench.panel.table.clearSelection()

    assert not bench.panel.bar.drop.isEnabled()


def test_that_what_the_run_has_left_behind_is_greyed(bench: Bench) -> None:
    bench.open()

    bench.panel.set_state(RunState.PLAYING)

    assert not bench.panel.table.isEnabled()
    assert not bench.panel.bar.isEnabled()
    assert bench.panel.state.text() == "The run has gone on. This was minibatch 3 of update 12."
    bench.panel.set_state(RunState.PAUSED)
    bench.panel.show_waiting(opened(None))
    assert not bench.panel.table.isEnabled()
    assert bench.sent == []


def test_that_what_cannot_be_taken_apart_can_still_be_skipped(qtbot: QtBot) -> None:
    bench = Bench(qtbot, "dqn")
    bench.panel.show_waiting(opened())

    assert bench.sent == []
    assert bench.panel.how_to.text() == IN_ONE_PIECE
    click(bench.panel.bar.skip)
    assert bench.sent == [Intervene(JudgeMinibatch("skip")), StepMinibatch()]


def test_that_another_run_leaves_nothing_of_the_last(bench: Bench) -> None:
    bench.open()
    bench.begin(decisions.started(decisions.gaussian([0.0, 0.0], [1.0, 1.0])))

    assert bench.panel.pages.currentWidget() is bench.panel.how_to
    assert bench.panel.table.rows.rowCount() == 0
    assert bench.panel.moves.part.count() == 2


def test_that_a_run_that_opened_no_minibatch_is_followed_by_another(bench: Bench) -> None:
    bench.open()
    for _ in range(2):
        bench.begin(decisions.started(decisions.gaussian([0.0, 0.0], [1.0, 1.0])))

    assert bench.panel.table.rows.rowCount() == 0


@pytest.mark.parametrize("environment", ["CartPole-v1", "Pendulum-v1"])
def test_that_a_real_minibatch_is_shown(qtbot: QtBot, environment: str) -> None:
    bench = Bench(qtbot)
    config = RunConfig.create(environment, "ppo", rollout_length=32, environment_count=2, minibatch_size=32)
    with Session(config) as session:
        started = session.pull()
        assert isinstance(started, RunStarted)
        bench.begin(started)
        bench.panel.asked.connect(
            lambda asked: bench.panel.show_examined(MinibatchExamined(0, examine(session.trainer, asked.sample)))
        )
        session.pull_until(minibatches(2))
        bench.panel.show_waiting(waits(session.trainer, 0))

    assert bench.panel.table.rows.rowCount() == 32
    shares = [float(text.removesuffix(" %").replace("−", "-")) for text in bench.column("shares_B")]
    assert sum(shares) == pytest.approx(100.0, abs=0.2)
    assert bench.panel.moves.stack.currentWidget() is not bench.panel.moves.nothing
    assert len(bench.panel.layers.layers) > 6
    bench.panel.grab()


@pytest.mark.parametrize("tab", [0, 1])
def test_that_nothing_scrolls_but_the_table_in_the_window_s_usual_size(bench: Bench, tab: int) -> None:
    bench.panel.resize(788, 322)
    bench.open()
    bench.panel.layers.show_layers([LayerNorms(f"actor.{layer}.weight", 1.0, 0.1, 0.01) for layer in range(13)])
    bench.panel.tabs.setCurrentIndex(tab)
    QApplication.processEvents()

    area = bench.panel.tabs.currentWidget()

    assert isinstance(area, QScrollArea)
    assert not area.verticalScrollBar().maximum()
    assert bench.panel.tabs.y() <= bench.panel.state.y(), "beside what is open and what can be done"
