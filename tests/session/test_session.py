"""The session, the inbox and the mailbox, without a thread."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Iterator

import pytest

from pgviz.algorithms.algorithm import Minibatch
from pgviz.config import RunConfig
from pgviz.errors import EnvironmentFault, UsageError
from pgviz.session.commands import Pause, Play, StartRun
from pgviz.session.headless import train
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.session import Session, environment_steps, updates
from pgviz.training.events import (
    EpisodeEnded,
    Event,
    MinibatchComputed,
    RunFailed,
    RunFinished,
    StepTaken,
    UpdateApplied,
)

CONFIG = RunConfig.create(environment_count=2, rollout_length=16, minibatch_size=16, epochs=2, steps=64)


def test_that_pulling_until_a_predicate_holds_stops_at_its_event() -> None:
    with Session(CONFIG) as session:
        assert isinstance(session.pull_until(environment_steps(3)), StepTaken)
        assert session.trainer.step == 6
        assert isinstance(session.pull_until(updates()), UpdateApplied)
        assert session.trainer.step == 32


def test_that_a_finished_run_gives_nothing_more() -> None:
    with Session(CONFIG) as session:
        last = session.pull_until(lambda _: False)
        assert isinstance(last, RunFinished)
        assert session.over
        assert session.pull() is None


def test_that_commands_and_events_pickle() -> None:
    events: list[Event] = []
    with Session(CONFIG, render=True) as session:
        session.trainer.watch.wanted = True
        session.pull_until(lambda _: False, events.append)
        events.append(session.trainer.look())
    copies = pickle.loads(pickle.dumps(events))
    assert [type(each) for each in copies] == [type(each) for each in events]
    command = StartRun(CONFIG, play=True)
    assert pickle.loads(pickle.dumps(command)) == command


def test_that_a_headless_run_says_what_it_came_to() -> None:
    seen: list[Event] = []
    result = train(CONFIG, seen.append)
    assert result.finished
    assert result.steps == 64
    assert result.episodes == sum(isinstance(event, EpisodeEnded) for event in seen)
    assert result.steps_per_second > 0.0
    assert result.weights_sha256 == train(CONFIG).weights_sha256


def test_that_a_headless_run_stops_when_asked() -> None:
    result = train(CONFIG, should_stop=lambda: True)
    assert not result.finished


def test_that_a_headless_fault_is_raised_as_itself() -> None:
    with pytest.raises(EnvironmentFault):
        train(RunConfig.create("tests.environments.faulty:RaisesInStep-v0", environment_count=1))
    with pytest.raises(UsageError):
        train(RunConfig.create("NoSuchEnvironment-v0"))


def test_that_the_mailbox_keeps_all_facts_and_the_newest_step_with_details() -> None:
    with Session(CONFIG) as session:
        session.trainer.watch.wanted = True
        mailbox, events = Mailbox(), list[Event]()
        session.pull_until(updates(), events.append)
    for event in events:
        mailbox.put(event)
    facts, shown = mailbox.take()
    steps = [event for event in events if isinstance(event, StepTaken)]
    assert shown is steps[-1]
    assert facts == [event for event in events if not isinstance(event, StepTaken | MinibatchComputed)]
    assert mailbox.take() == ([], None)
    assert mailbox.wants_step


def test_that_a_step_of_the_last_run_is_not_taken_for_one_of_the_next() -> None:
    mailbox = Mailbox()
    with Session(CONFIG) as session:
        session.trainer.watch.wanted = True
        step = session.pull_until(environment_steps())
        assert step is not None
        mailbox.put(step)
        assert not mailbox.wants_step
        mailbox.put(session.introduce())
    assert mailbox.wants_step
    assert mailbox.take() == ([session.introduce()], None)


def test_that_what_nobody_foresaw_is_said_in_brief_and_kept_whole() -> None:
    pages = "one thing\n" + "and another. " * 1_000

    def fail(_: object) -> Iterator[Minibatch]:
        raise RuntimeError(pages)

    with Session(CONFIG) as session:
        session.trainer.algorithm.minibatches = fail  # type: ignore[method-assign, assignment]
        failed = session.pull_until(lambda _: False)
    assert isinstance(failed, RunFailed)
    assert failed.message.startswith("The run met an unexpected RuntimeError: one thing and another.")
    assert failed.message.endswith(" The details say where; restart to go on.")
    assert "\n" not in failed.message
    assert len(failed.message) < 300
    assert pages in failed.traceback


def test_that_the_inbox_wakes_whoever_waits() -> None:
    inbox = Inbox()
    timer = threading.Timer(0.01, inbox.post, [Play()])
    timer.start()
    assert inbox.wait(10.0)
    timer.join()
    inbox.post(Pause())
    assert inbox.wait(0.0), "what is there already is not waited for"
    assert [inbox.take(), inbox.take(), inbox.take()] == [Play(), Pause(), None]
    assert not inbox
    assert not inbox.wait(0.0)
