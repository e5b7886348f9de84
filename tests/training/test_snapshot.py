"""A run taken up again from a snapshot is the run that it was."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from pgviz.config import RunConfig
from pgviz.environments.state import Divergence
from pgviz.training.events import Event
from pgviz.training.snapshot import Snapshot
from pgviz.training.trainer import Trainer
from tests.training.driving import ALGORITHMS, short_config

# Those of other packages are only there where their extras are installed.
ENVIRONMENTS = (
    *("CartPole-v1", "Pendulum-v1", "FrozenLake-v1", "LunarLander-v3", "InvertedPendulum-v5"),
    *("tests.environments.masking:Corridor-v0", "tests.environments.masking:Method-v0"),
    "tests.environments.matching:MatchingNested-v0",
)


class Recording:
    """A run of so many events, with all of its snapshots and the place of each among the events."""

    def __init__(self, config: RunConfig, count: int) -> None:
        self.snapshots: list[tuple[int, Snapshot]] = []
        self.events: list[Event] = []
        self.trainer = Trainer(config, keep_log=True)
        self.trainer.on_iteration = lambda: self.snapshots.append((len(self.events), self.trainer.capture()))
        for event in islice(self.trainer.events(), count):
            self.events.append(event)
        self.weights = self.trainer.policy.weights_sha256()
        self.trainer.on_iteration = None


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_that_going_back_and_on_again_gives_the_same_events_and_weights(environment: str, algorithm: str) -> None:
    if environment == "LunarLander-v3":
        pytest.importorskip("Box2D")
    if environment == "InvertedPendulum-v5":
        pytest.importorskip("mujoco")
    config = short_config(environment, algorithm, steps=100_000)
    recording = Recording(config, 240)
    another = Trainer(config)
    chosen = random.Random(0).sample(recording.snapshots, min(3, len(recording.snapshots)))
    for trainer in (recording.trainer, another):
        for place, snapshot in chosen:
            assert trainer.restore(snapshot) is None
            again = list(islice(trainer.events(), len(recording.events) - place))
            assert [repr(event) for event in again] == [repr(event) for event in recording.events[place:]]
            assert trainer.policy.weights_sha256() == recording.weights
        trainer.close()


def test_that_a_knob_that_waited_at_the_snapshot_waits_again() -> None:
    config = short_config("CartPole-v1", "ppo", steps=100_000)
    with_knob = Trainer(config, keep_log=True)
    snapshots: list[Snapshot] = []
    with_knob.on_iteration = lambda: snapshots.append(with_knob.capture())
    events = with_knob.events()
    for _ in range(3):
        next(events)
    with_knob.ask("epochs", 7)
    for _ in islice(events, 60):
        pass
    second = snapshots[1]
    with_knob.restore(second)
    assert with_knob.algorithm.knobs["epochs"] == 2
    list(islice(with_knob.events(), 1))
    assert with_knob.algorithm.knobs["epochs"] == 7
    with_knob.close()


def test_that_an_environment_that_has_a_will_of_its_own_is_found_out() -> None:
    config = short_config("tests.environments.toys:Moody-v0", "a2c", steps=100_000)
    recording = Recording(config, 60)
    place, snapshot = recording.snapshots[-1]
    assert place > 0
    assert isinstance(recording.trainer.restore(snapshot), Divergence)
    recording.trainer.close()
