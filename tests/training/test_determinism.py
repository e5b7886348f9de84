"""A run is decided by its configuration and its seed, whoever watches."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pgviz.config import RunConfig
from pgviz.training.events import Event, MinibatchComputed, StepTaken
from pgviz.training.seeding import RunSeeds
from pgviz.training.trainer import Trainer
from tests.training.driving import ALGORITHMS, fingerprint, short_config

EACH = pytest.mark.parametrize("algorithm", ALGORITHMS)
PLACES = pytest.mark.parametrize("environment", ["CartPole-v1", "Pendulum-v1"])


def _config(environment: str, algorithm: str, seed: int = 3) -> RunConfig:
    # An episode of Pendulum takes 200 steps, which REINFORCE needs whole.
    steps = 700 if (environment, algorithm) == ("Pendulum-v1", "reinforce") else 300
    return short_config(environment, algorithm, seed=seed, steps=steps)


@EACH
@PLACES
def test_that_equal_seeds_give_equal_weights_and_another_seed_others(environment: str, algorithm: str) -> None:
    first = fingerprint(_config(environment, algorithm))
    torch.rand(7)
    np.random.random(7)  # noqa: NPY002
    assert fingerprint(_config(environment, algorithm)) == first
    assert fingerprint(_config(environment, algorithm, seed=4)) != first


class _Watcher:
    """Asks for details of every so-manieth step, of one copy after the other, and looks around in between."""

    def __init__(self, every: int) -> None:
        self.every, self.steps, self.details, self.frames = every, 0, 0, 0

    def __call__(self, trainer: Trainer, event: Event) -> None:
        if isinstance(event, MinibatchComputed):
            trainer.look()
        if not isinstance(event, StepTaken):
            return
        self.steps += 1
        self.details += event.detail is not None
        self.frames += event.detail is not None and event.detail.frame is not None
        trainer.watch.wanted = self.steps % self.every == 0
        trainer.watch.index = self.steps % 4


@EACH
@PLACES
def test_that_watching_with_pictures_gives_the_weights_of_the_headless_run(
    environment: str, algorithm: str
) -> None:
    config = _config(environment, algorithm)
    headless = fingerprint(config)
    for every in (1, 3):
        watcher = _Watcher(every)
        assert fingerprint(config, render=True, meddle=watcher) == headless
        assert watcher.frames == watcher.details
        assert watcher.details == pytest.approx(watcher.steps / every, abs=2)


@EACH
def test_that_looking_after_every_event_gives_the_weights_of_the_headless_run(algorithm: str) -> None:
    config = short_config("FrozenLake-v1", algorithm)

    def look(trainer: Trainer, event: Event) -> None:
        trainer.look()

    assert fingerprint(config, meddle=look) == fingerprint(config)


@pytest.mark.parametrize("name", ["learning_rate", "initial_std", "entropy_coefficient"])
def test_that_a_knob_turned_at_the_same_step_gives_the_same_weights(name: str) -> None:
    config = short_config("Pendulum-v1", "ppo")

    def turn(trainer: Trainer, event: Event) -> None:
        if isinstance(event, StepTaken) and event.step == 60:
            trainer.ask(name, 0.2)

    turned = fingerprint(config, meddle=turn)
    assert fingerprint(config, meddle=turn) == turned
    assert turned != fingerprint(config)


def test_that_each_purpose_has_a_source_of_its_own() -> None:
    seeds = RunSeeds(5)
    draws = [
        int(seeds.acting.integers(2**40)),
        int(seeds.learning.integers(2**40)),
        int(seeds.environments.generate_state(1)[0]),
        int(seeds.evaluation.generate_state(1)[0]),
        seeds.weights.initial_seed(),
    ]
    assert len(set(draws)) == len(draws)
    again = RunSeeds(5)
    again.learning.random(100)
    assert int(again.acting.integers(2**40)) == draws[0]
    assert int(RunSeeds(6).acting.integers(2**40)) != draws[0]
