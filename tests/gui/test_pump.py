"""The pump shows each panel what it has to, as often as it has to."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from pgviz.gui.pace import Pace
from pgviz.gui.pump import Pump
from pgviz.gui.run_model import RunModel
from pgviz.session.commands import Look
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import RunState, StateChanged
from pgviz.training.events import EpisodeEnded, PastShown, RunFailed, RunStarted, Shown, StateShown, StepTaken
from tests.gui.conftest import CARTPOLE, PENDULUM
from tests.gui.fake_host import FakeHost, FakeRun, environment_facts, policy_facts


class Notes:
    """A panel that notes what is done to it."""

    def __init__(self) -> None:
        self.begun = 0
        self.steps: list[int] = []
        self.refreshed = 0

    def begin(self, started: RunStarted) -> None:
        self.begun += 1

    def show_step(self, event: Shown) -> None:
        self.steps.append(event.step)

    def refresh(self, model: RunModel) -> None:
        self.refreshed += 1


class Rig:
    """A pump whose timer does not run."""

    def __init__(self) -> None:
        self.inbox, self.mailbox, self.model = Inbox(), Mailbox(), RunModel()
        self.watched = True
        self.pump = Pump(self.inbox, self.mailbox, self.model, lambda: self.watched)
        self.pump.pace = Pace(3, 3)
        self.curve, self.text = Notes(), Notes()
        self.pump.feed([self.curve], [self.text])
        self.host = FakeHost(self.inbox, self.mailbox)
        self.run = FakeRun(CARTPOLE, dict(CARTPOLE.hyperparameters))

    def start(self, state: RunState) -> None:
        run = self.run
        self.mailbox.put(RunStarted(0, run.config, environment_facts(run), policy_facts(run)))
        self.mailbox.put(StateChanged(0, state))

    def step(self, number: int) -> None:
        self.mailbox.put(StepTaken(number, self.host._detail(self.run)))

    def tick(self, times: int = 1) -> None:
        for _ in range(times):
            self.pump.tick()


@pytest.fixture
def rig(qtbot: QtBot) -> Rig:
    return Rig()


def test_that_curves_are_drawn_at_a_third_and_text_at_a_sixth_of_the_frames(rig: Rig) -> None:
    rig.start(RunState.PLAYING)

    for tick in range(60):
        rig.step(tick)
        rig.tick()

    assert len(rig.curve.steps) == len(rig.text.steps) == 60
    assert rig.curve.refreshed == 20
    assert rig.text.refreshed == 10


def test_that_a_step_of_the_last_run_is_not_shown_in_the_next(rig: Rig) -> None:
    rig.start(RunState.PLAYING)
    rig.tick(2)

    rig.step(5_000)
    rig.run = FakeRun(PENDULUM, dict(PENDULUM.hyperparameters))
    rig.start(RunState.PAUSED)
    rig.tick(4)

    assert rig.curve.begun == 2
    assert rig.curve.steps == rig.text.steps == []
    assert rig.model.step == 0


def test_that_nothing_is_drawn_for_nobody_and_nothing_is_lost(rig: Rig) -> None:
    rig.start(RunState.PLAYING)
    rig.watched = False

    rig.mailbox.put(EpisodeEnded(20, 0, 1, 1, 20.0, 20, True, False))
    rig.tick(12)
    assert (rig.curve.refreshed, rig.text.refreshed) == (0, 0)
    assert len(rig.model.episodes) == 1
    assert rig.inbox.take() == Look(False)

    rig.watched = True
    rig.tick(6)
    assert rig.curve.refreshed == 2
    assert rig.inbox.take() == Look(True)
    assert rig.inbox.take() is None


def test_that_a_session_after_a_crash_is_told_again_who_looks(rig: Rig) -> None:
    rig.tick()
    assert rig.inbox.take() == Look(True)

    rig.mailbox.put(RunFailed(0, "gone"))
    rig.tick(2)

    assert rig.inbox.take() == Look(True)


def test_that_rare_facts_are_signalled_and_common_ones_are_not(rig: Rig, qtbot: QtBot) -> None:
    with qtbot.waitSignals([rig.pump.run_started, rig.pump.state_changed]):
        rig.start(RunState.PAUSED)
        rig.tick()

    with qtbot.assertNotEmitted(rig.pump.state_changed):
        rig.mailbox.put(EpisodeEnded(20, 0, 1, 1, 20.0, 20, True, False))
        rig.tick()


def test_that_a_moment_of_the_past_is_shown_at_once_and_told_of(rig: Rig, qtbot: QtBot) -> None:
    rig.start(RunState.PAUSED)
    rig.step(10_000)  # it rushes by
    rig.tick()
    shown = len(rig.curve.steps)

    for step in (5_000, 40, 9_000):
        detail = rig.host._detail(rig.run)
        rig.mailbox.put(PastShown(step, detail, 1, 10_000, 3))
        rig.tick()
    assert rig.curve.steps[shown:] == [5_000, 40, 9_000]
    assert rig.model.step == 10_000

    with qtbot.waitSignal(rig.pump.looking_back) as said:
        rig.mailbox.put(StateShown(10_000, rig.host._detail(rig.run)))
        rig.tick()
    assert said.args == [False]
