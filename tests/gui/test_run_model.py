"""What the window knows of a run that is looked back into, rewound and stopped."""

from __future__ import annotations

import math
from dataclasses import replace

from pgviz.gui.run_model import RunModel
from pgviz.session.breakpoints import Breakpoint, Hit
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import (
    BreakpointHit,
    BreakpointsListed,
    CommandRejected,
    HistoryHeld,
    RunRewound,
    RunState,
    StateChanged,
)
from pgviz.training.events import EpisodeEnded, ParameterChanged, PastShown, RunStarted, StepTaken, UpdateApplied
from tests.gui.conftest import PENDULUM
from tests.gui.fake_host import FakeHost, FakeRun, environment_facts, policy_facts


def begun() -> tuple[RunModel, StepTaken]:
    """A model of a run with ten episodes, updates and knob turns, one every 100 steps, and a step to show."""
    model, mailbox = RunModel(), Mailbox()
    run = FakeRun(PENDULUM, dict(PENDULUM.hyperparameters))
    host = FakeHost(Inbox(), mailbox)
    model.apply(RunStarted(0, PENDULUM, environment_facts(run), policy_facts(run)))
    for step in range(100, 1001, 100):
        run.step = step
        model.apply(EpisodeEnded(step, 0, step // 100, 1, -float(step), 20, False, True))
        host._update(run)
        model.apply(ParameterChanged(step, "learning_rate", 0.0, step / 1e6))
    for fact in mailbox.take_facts():
        if isinstance(fact, UpdateApplied):
            model.apply(fact)
    return model, StepTaken(1000, host._detail(run))


def test_that_looking_back_moves_the_cursor_and_not_the_run() -> None:
    model, taken = begun()
    assert taken.detail is not None

    model.apply(PastShown(240, taken.detail, 77, 1000, 2))
    assert (model.step, model.debug.looks_back) == (1000, True)
    assert model.debug.cursor is not None
    assert model.debug.cursor.step == 240

    model.apply(StateChanged(1000, RunState.PLAYING))
    assert not model.debug.looks_back


def test_that_what_never_happened_is_forgotten() -> None:
    model, taken = begun()
    assert taken.detail is not None
    model.apply(BreakpointHit(500, Hit(Breakpoint("step > 1", id=1), "step", 1, "step = 500")))
    model.apply(PastShown(420, taken.detail, 77, 1000, 2))

    model.apply(RunRewound(400, 4, 4))

    assert model.step == 400
    assert model.episodes.column(0).tolist() == model.updates.column(0).tolist() == [100, 200, 300, 400]
    assert model.log_std is not None
    assert len(model.log_std) == 5
    assert [mark.step for mark in model.marks] == [100, 200, 300, 400]
    assert model.values["learning_rate"] == 400 / 1e6
    assert (model.debug.looks_back, list(model.debug.stops), model.debug.rewinds) == (False, [], 1)
    model.apply(EpisodeEnded(450, 0, 5, 1, -1.0, 20, False, True))
    assert model.episodes.column(3)[-1] == (-100 - 200 - 300 - 400 - 1) / 5


def test_that_a_knob_that_was_turned_where_the_run_was_gone_back_to_and_is_not_in_force_is_forgotten() -> None:
    model, _ = begun()
    model.apply(ParameterChanged(1000, "gamma", 0.99, 0.5))
    model.apply(ParameterChanged(1000, "learning_rate", 1e-3, 0.25))

    model.apply(RunRewound(1000, 10, 10, 99, model.values | {"gamma": 0.99, "learning_rate": 1e-3}))

    assert [(mark.step, mark.name) for mark in model.marks][-1] == (1000, "learning_rate")
    assert len(model.marks) == 10
    assert (model.values["gamma"], model.values["learning_rate"]) == (0.99, 1e-3)


def test_that_a_stop_lasts_until_the_run_goes_on() -> None:
    model, taken = begun()
    breakpoint = Breakpoint("step >= 1000", id=3)
    for _ in range(2):
        model.apply(BreakpointHit(1000, Hit(breakpoint, "step", 1, "step = 1000")))
    model.apply(taken)
    assert [stop.hit.breakpoint for stop in model.debug.stopped] == [breakpoint, breakpoint]

    model.apply(replace(taken, step=1001))
    assert model.debug.stopped == ()
    assert len(model.debug.stops) == 2


def test_that_a_logpoint_is_a_line_and_no_stop() -> None:
    model, _ = begun()

    model.apply(BreakpointHit(9, Hit(Breakpoint("step > 1", log_message="x"), "step", 1, "", "at 9")))

    assert ([stop.hit.message for stop in model.debug.log], model.debug.logged) == (["at 9"], 1)
    assert not model.debug.stops


def test_that_breakpoints_outlive_a_run_and_their_hits_do_not() -> None:
    model, _ = begun()
    breakpoint = Breakpoint("kl > 1", id=1)
    model.apply(BreakpointsListed(0, (breakpoint,), (7,)))
    model.apply(HistoryHeld(1000, 300, 5, 10))
    model.apply(CommandRejected(1000, "does not replay exactly", not_reproducible=True))
    assert (model.debug.hits, model.debug.first_held) == ({1: 7}, 300)
    assert model.debug.not_reproducible

    assert model.started is not None
    model.apply(model.started)

    assert model.debug.breakpoints == (breakpoint,)
    assert (model.debug.hits, model.debug.first_held, model.debug.not_reproducible) == ({}, None, "")


def test_that_returns_that_have_overflowed_have_no_average_and_are_kept() -> None:
    model, _ = begun()
    for step, infinite in ((1100, math.inf), (1200, -math.inf)):
        model.apply(EpisodeEnded(step, 0, step // 100, 1, infinite, 20, False, True))
    assert model.episodes.column(1)[-2:].tolist() == [math.inf, -math.inf]
    assert model.episodes.column(3)[-2] == math.inf
    assert math.isnan(model.episodes.column(3)[-1])
