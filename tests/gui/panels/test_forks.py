"""The forks in the window, with hand-made states."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pgviz.gui.forks import ForksModel, differences, number_words, pace_words, verdict
from pgviz.gui.forks_dialog import ForkDialog, ask_what_differs
from pgviz.gui.moving import Part, parts_of
from pgviz.gui.panels.curves import MEAN_OF_FORKS, EntropyPanel, LogStdPanel
from pgviz.gui.panels.forks import ForksPanel
from pgviz.gui.panels.forks_card import ForkCard
from pgviz.gui.run_model import RunModel
from pgviz.gui.series import Series
from pgviz.gui.theme import DARK
from pgviz.hyperparameters import declaration
from pgviz.session.commands import Command, DropFork, Fork, Pause
from pgviz.session.forks_state import ForkChange, ForkReturns, ForkState, ForkUpdate
from pgviz.session.notices import ForksShown, RunState, StateChanged
from pgviz.training.events import EpisodeEnded, ParameterChanged, PastShown, StateShown, StepDetail
from tests import decisions
from tests.hands import click, press, write

LABELS = ("left", "right")
TWO = decisions.categorical([0.0, 1.0], None)
PPO = declaration("ppo").parameters
CHANGED = ForkChange("learning_rate", 3e-4, 1e-3)


def detail(decision: Any = TWO) -> StepDetail:
    return StepDetail(0, 1, 5, decision, None, False, False, 5.0, None)


def state(id: int = 1, began: int = 4096, step: int = 5000, **given: Any) -> ForkState:
    """A fork that is told of."""
    told = ForkState(
        id=id,
        began=began,
        copy=0,
        sample=None,
        changes=(CHANGED,),
        step=step,
        update=3,
        pace="in step",
        failure="",
        detail=detail(),
        returns=ForkReturns(4, 57.0, 60.0, True),
        base_returns=ForkReturns(5, 43.0, 60.0, True),
        updates=(),
        episodes=(),
    )
    return replace(told, **given)


def update(step: int, entropy: float = 0.5, likeliest: float | None = 0.75, log_std: float | None = None) -> Any:
    return ForkUpdate(step, entropy, likeliest, log_std)


def test_that_what_differs_is_said_in_words() -> None:
    parts = [Part("action", LABELS)]
    assert differences(state(), PPO, parts) == "learning rate 0.0003 → 0.001, from step 4,096"
    assert differences(state(changes=(), sample=(1.0,)), PPO, parts) == "first action right, from step 4,096"
    assert differences(state(changes=()), PPO, parts) == "nothing differs, from step 4,096"
    real = [Part("torque", (), -2.0, 2.0)]
    assert differences(state(changes=(), sample=(-0.531,)), PPO, real).startswith("first action −0.531 as drawn")


@pytest.mark.parametrize(
    ("difference", "words", "sign"),
    [
        (14.2, "+14.2 more", 1),
        (-3.0, "−3 less", -1),
        (0.0, "±0 same", 0),
        (None, "–", 0),
        (-1234.5, "−1,234 less", -1),
    ],
)
def test_that_a_difference_has_a_sign_and_words(difference: float | None, words: str, sign: int) -> None:
    assert (verdict(difference).words, verdict(difference).sign) == (words, sign)


def test_that_forks_that_are_not_in_step_are_not_compared() -> None:
    assert state().difference == 14.0
    assert state().first_difference == 0.0
    for pace in ("behind", "ahead", "failed"):
        assert state(pace=pace).difference is None
        assert state(pace=pace).first_difference is None
    assert pace_words(state(pace="behind", step=4200), 9000) == "catching up: step 4,200 of 9,000"
    assert "waits" in pace_words(state(pace="ahead"), 9000)
    assert number_words(None) == "–"


def test_that_curves_begin_where_the_run_was_and_keep_to_their_places() -> None:
    episodes, updates, model = Series(4), Series(8), ForksModel()
    for step, value in ((1000, 10.0), (4000, 30.0), (4500, 99.0)):
        episodes.append(step, value, 1.0, 0.0)
        updates.append(step, value / 100, value / 200, *[0.0] * 5)
    model.show(ForksShown(5000, (state(1), state(2))), episodes, updates, None)
    told = state(1, updates=(update(4608),), episodes=((4700, 80.0),))
    model.show(ForksShown(5000, (told, state(2))), episodes, updates, None)
    first = model.known[1]
    assert [each.tolist() for each in first.curve("entropy")] == [[4000, 4608], [0.3, 0.5]]
    assert [each.tolist() for each in first.curve("mean")] == [[4096, 4700], [20.0, 40.0]]
    assert [each.tolist() for each in first.curve("log_std")] == [[4000, 4608], [0.15, 0.75]]
    model.show(ForksShown(5000, (state(2), state(3))), episodes, updates, None)
    assert [(fork.state.id, fork.name) for fork in model.known.values()] == [(2, "fork B"), (3, "fork A")]


def test_that_the_log_std_of_a_fork_is_the_mean_over_the_dimensions() -> None:
    log_std, model = Series(3), ForksModel()
    log_std.append(0, 0.0, 0.0)
    log_std.append(4000, -0.5, -1.0)
    log_std.append(4500, -3.0, -3.0)
    told = state(1, updates=(update(4608, likeliest=None, log_std=-1.25),))
    model.show(ForksShown(5000, (told,)), Series(4), Series(8), log_std)

    assert [each.tolist() for each in model.known[1].curve("log_std")] == [[4096, 4608], [-0.75, -1.25]]


class Bench:
    """A shown panel on a model, and the commands that it sent."""

    def __init__(self, qtbot: QtBot) -> None:
        self.panel, self.model = ForksPanel(), RunModel()
        qtbot.addWidget(self.panel)
        self.panel.resize(600, 400)
        self.panel.show()
        self.sent: list[Command] = []
        self.panel.asked.connect(self.sent.append)
        started = decisions.started(TWO, LABELS)
        self.model.apply(started)
        self.panel.begin(started)

    def show(self, *states: ForkState, step: int = 5000) -> None:
        self.model.apply(ForksShown(step, states, detail()))
        self.panel.refresh(self.model)
        QApplication.processEvents()


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_that_there_is_a_column_for_each_fork_and_one_for_the_run(bench: Bench) -> None:
    assert bench.panel.pages.currentIndex() == 0
    bench.show(state(1), state(2, pace="behind"))
    first, second = bench.panel.cards.values()
    assert first.words.text() == "Learning rate 0.0003 → 0.001, from step 4,096"
    assert (first.mean.own.text(), first.mean.base.text()) == ("57.0", "run 43.0")
    assert first.mean.difference.text() == "+14.0 more"
    assert first.pace.isHidden()
    assert second.pace.isVisible()
    assert second.mean.difference.text() == "–"
    assert first.plot.plot is not None
    assert bench.panel.run.plot.plot is not None
    bench.panel.apply_theme(DARK)
    bench.panel.grab()


def test_that_a_fork_is_removed_and_its_column_goes_once_it_has_gone(bench: Bench) -> None:
    bench.show(state(1), state(2))
    click(bench.panel.cards[1].remove)
    assert bench.sent == [DropFork(1)]
    bench.show(state(2))
    assert list(bench.panel.cards) == [2]
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert bench.panel.findChildren(ForkCard) == [bench.panel.cards[2]]
    bench.show()
    assert bench.panel.pages.currentIndex() == 0


def test_that_a_fork_that_comes_again_is_drawn_again(bench: Bench) -> None:
    told = state(1)
    bench.show(told)
    bench.show()
    assert not bench.panel.cards

    bench.show(told)  # as where a recording is played from before it went

    assert bench.panel.cards[1].words.text() == "Learning rate 0.0003 → 0.001, from step 4,096"


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_that_every_fork_is_seen_whole_in_a_panel_of_the_usual_width(bench: Bench, count: int) -> None:
    bench.panel.resize(500, 322)
    far = ForkReturns(4, -1234.5, -1129.0, False)
    bench.show(*[state(id, returns=far, base_returns=far) for id in range(1, count + 1)])

    room = bench.panel.rect()
    cards = list(bench.panel.cards.values())
    assert bench.panel.run.isVisible() == (count < 4)
    for card in cards:
        assert room.contains(QRect(card.mapTo(bench.panel, QPoint()), card.size()))
        for label in (card.mean.own, card.mean.base, card.mean.difference, card.first.own, card.first.base):
            assert label.width() >= label.sizeHint().width()
    assert [card.mean.own.text() for card in cards] == ["−1234" if count > 2 else "−1,234"] * count

    bench.panel.resize(900, 316)
    QApplication.processEvents()
    assert bench.panel.run.isVisible()
    assert cards[0].mean.own.text() == "−1,234"


def test_that_with_four_no_more_can_be_asked_for(bench: Bench, qtbot: QtBot) -> None:
    bench.show(*[state(id) for id in (1, 2, 3)])
    with qtbot.waitSignal(bench.panel.fork_requested):
        click(bench.panel.fork_again)
    bench.show(*[state(id) for id in (1, 2, 3, 4)])
    assert not bench.panel.fork_again.isEnabled()
    bench.show(state(4))
    assert bench.panel.fork_again.isEnabled()
    bench.panel.allow(False)
    assert not bench.panel.fork_again.isEnabled()


def with_forks(qtbot: QtBot, started: Any, *states: ForkState) -> LogStdPanel:
    panel, model = LogStdPanel(), RunModel()
    qtbot.addWidget(panel)
    panel.show()
    model.apply(started)
    panel.begin(started)
    model.apply(ForksShown(5000, states))
    panel.refresh(model)
    return panel


def test_that_the_likeliest_action_of_a_fork_is_drawn_where_there_is_no_log_std(qtbot: QtBot) -> None:
    panel = with_forks(qtbot, decisions.started(TWO, LABELS), state(1, updates=(update(4608), update(5120))))
    assert panel.curve._traces["fork A"].y.tolist() == [0.75, 0.75]


def test_that_the_likeliest_options_of_a_fork_are_a_mean_over_the_parts(qtbot: QtBot) -> None:
    started = decisions.started(decisions.joints(2), LABELS)
    panel = with_forks(
        qtbot, started, state(1, updates=(update(4608, likeliest=0.25), update(5120, likeliest=0.25)))
    )
    assert panel.curve._traces["fork A"].y.tolist() == [0.5, 0.5]


def test_that_it_says_whose_mean_is_drawn_where_a_fork_has_several_log_std(qtbot: QtBot) -> None:
    told = state(
        1, updates=(update(4608, likeliest=None, log_std=-1.5), update(5120, likeliest=None, log_std=-2.0))
    )
    several = decisions.started(decisions.gaussian([0.0, 0.0], [1.0, 1.0]), ("x", "y"))
    panel = with_forks(qtbot, several, told)
    assert panel.curve._traces["fork A"].y.tolist() == [0.0, -1.5, -2.0]
    assert panel.curve.caption.text().endswith(MEAN_OF_FORKS)
    assert MEAN_OF_FORKS not in with_forks(qtbot, several).curve.caption.text()


def test_that_curves_of_forks_differ_in_dashes_and_names(qtbot: QtBot) -> None:
    panel, model = EntropyPanel(), RunModel()
    qtbot.addWidget(panel)
    panel.show()
    started = decisions.started(TWO, LABELS)
    model.apply(started)
    panel.begin(started)
    states = [state(id, updates=(update(4608, 0.5), update(5120, 0.1 * id))) for id in (1, 2, 3, 4)]
    model.apply(ForksShown(5000, tuple(states)))
    panel.refresh(model)
    traces = panel.curve._traces
    names = [f"fork {letter}" for letter in "ABCD"]
    assert [name for name in traces if name.startswith("fork")] == names
    assert len({traces[name].look.pen(DARK).style() for name in ("entropy", *names)}) == 5
    assert traces["fork D"].y.tolist() == [0.5, 0.4]
    model.apply(ForksShown(5000, (state(2),)))
    panel.refresh(model)
    assert [name for name in traces if name.startswith("fork")] == ["fork B"]


def dialog_on(model: RunModel, qtbot: QtBot, sent: list[Command]) -> ForkDialog:
    dialog = ForkDialog(model, sent.append)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def waiting_model(decision: Any = TWO, labels: tuple[str, ...] = LABELS) -> RunModel:
    model = RunModel()
    model.apply(decisions.started(decision, labels))
    model.apply(StateShown(640, detail(decision)))
    return model


def test_that_what_is_changed_is_what_differs_by_keys_alone(qtbot: QtBot) -> None:
    sent: list[Command] = []
    model = waiting_model()
    dialog = dialog_on(model, qtbot, sent)
    assert dialog.windowTitle() == "Fork at step 640"
    assert "Nothing differs" in dialog.note.text()
    press(dialog.option, Qt.Key.Key_Down)
    press(dialog.option, Qt.Key.Key_Down)
    editor: Any = dialog.fields["learning_rate"].editor
    editor.selectAll()
    write(editor, "7")
    assert not dialog.buttons.button(dialog.buttons.StandardButton.Ok).isEnabled()
    editor.selectAll()
    write(editor, "0.02")
    assert "the first action (right)" in dialog.note.text()
    assert "→ 0.02" in dialog.note.text()
    press(editor, Qt.Key.Key_Return)
    assert sent == [Fork((1.0,), (("learning_rate", 0.02),))]


def test_that_a_real_action_is_given_as_a_number(qtbot: QtBot) -> None:
    sent: list[Command] = []
    decision = decisions.gaussian([0.2], [0.5], -2.0, 2.0)
    dialog = dialog_on(waiting_model(decision, ()), qtbot, sent)
    assert not dialog.number.isEnabled()
    dialog.option.setCurrentIndex(1)
    dialog.number.setValue(1.0)
    click(dialog.buttons.button(dialog.buttons.StandardButton.Ok))
    (asked,) = sent
    assert isinstance(asked, Fork)
    assert asked.sample is not None
    assert asked.knobs == ()
    part = parts_of(decisions.started(decision, ()).environment)[0]
    sent_D = -2.0 + 2.0 * (1 + math.tanh(asked.sample[0]))
    assert part.low == -2.0
    assert sent_D == pytest.approx(1.0, abs=1e-3)


def test_that_the_values_offered_are_those_of_the_moment_looked_at(qtbot: QtBot) -> None:
    model = waiting_model()
    model.apply(ParameterChanged(320, "learning_rate", 3e-4, 0.5))
    assert dialog_on(model, qtbot, []).fields["learning_rate"].value() == 0.5
    model.apply(PastShown(200, detail(), 10, 640, 1))
    assert dialog_on(model, qtbot, []).fields["learning_rate"].value() != 0.5
    model.apply(PastShown(324, detail(), 10, 640, 1, values=model.values | {"learning_rate": 0.25}))
    assert dialog_on(model, qtbot, []).fields["learning_rate"].value() == 0.25


def test_that_a_playing_run_is_held_while_it_is_asked(qtbot: QtBot, bench: Bench) -> None:
    sent: list[Command] = []
    model = waiting_model()
    model.apply(StateChanged(640, RunState.PLAYING))
    model.apply(EpisodeEnded(640, 0, 1, 1, 20.0, 20, True, False))
    dialog = ask_what_differs(model, sent.append, bench.panel)
    assert sent == [Pause()]
    dialog.close()
