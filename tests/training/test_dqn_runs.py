"""Runs of a value-based agent: repeatable, watched or not, heeding masks, and steered while they go on."""

from __future__ import annotations

import random
from itertools import islice
from typing import Any

import numpy as np
import pytest

from pgviz.algorithms.dqn import DQN
from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.policies.decision import BinnedDecision, CategoricalDecision
from pgviz.training.evaluation import evaluate
from pgviz.training.events import Event, ParameterChanged, StepTaken, UpdateApplied
from pgviz.training.seeding import RunSeeds
from pgviz.training.trainer import Trainer
from tests.environments import masking
from tests.training.driving import events_of, fingerprint, of_kind, trainer_of
from tests.training.test_snapshot import Recording

CORRIDOR, CUT_OFF = (f"tests.environments.masking:{name}-v0" for name in ("Corridor", "CutOff"))
PLACES: dict[str, dict[str, object]] = {
    "CartPole-v1": {},
    "FrozenLake-v1": {"exploration": "boltzmann"},
    "Pendulum-v1": {"bins": 5, "tau": 0.1, "double_q": True},
    CORRIDOR: {},
}
EACH = pytest.mark.parametrize("environment", PLACES)


def _config(environment: str, **settings: object) -> RunConfig:
    """A run of a few hundred steps with small layers, whose buffer is soon overwritten."""
    small: dict[str, object] = {"steps": 300, "environment_count": 3, "hidden_sizes": (8,), "batch_size": 16}
    small |= {"learning_starts": 30, "train_frequency": 4, "gradient_steps": 2, "target_update_interval": 20}
    small |= {"buffer_size": 100, "exploration_fraction": 0.5}
    return RunConfig.create(environment, "dqn", **(small | PLACES.get(environment, {}) | settings))


def _watch(trainer: Trainer, event: Event) -> None:
    """Look at every step of one copy after the other, with pictures, and around after every third event."""
    trainer.watch.wanted = True
    trainer.watch.index = trainer.step % 3
    if trainer.step % 9 == 0:
        trainer.look()


@EACH
def test_that_equal_seeds_give_equal_weights_and_another_seed_others(environment: str) -> None:
    first = fingerprint(_config(environment, seed=3))
    assert fingerprint(_config(environment, seed=3)) == first
    assert fingerprint(_config(environment, seed=4)) != first


@EACH
def test_that_watching_with_pictures_gives_the_weights_of_the_headless_run(environment: str) -> None:
    config = _config(environment)
    assert fingerprint(config, render=True, meddle=_watch) == fingerprint(config)


@EACH
def test_that_going_back_and_on_again_gives_the_same_events_and_weights(environment: str) -> None:
    recording = Recording(_config(environment, steps=100_000), 240)
    assert len(recording.snapshots) > 20
    another = Trainer(_config(environment, steps=100_000))
    for trainer in (recording.trainer, another):
        for place, snapshot in random.Random(0).sample(recording.snapshots, 3):
            assert trainer.restore(snapshot) is None
            again = list(islice(trainer.events(), len(recording.events) - place))
            assert [repr(event) for event in again] == [repr(event) for event in recording.events[place:]]
            assert trainer.policy.weights_sha256() == recording.weights
        trainer.close()


def test_that_no_illegal_action_is_taken_and_that_targets_know_what_is_legal_next() -> None:
    for environment in (CORRIDOR, CUT_OFF):
        with trainer_of(_config(environment)) as trainer:
            for _ in trainer.events():
                pass
            toys: list[Any] = [each.unwrapped for each in trainer.environment._environments]
            assert [toy.illegal for toy in toys] == [[], [], []]
            assert isinstance(trainer.algorithm, DQN)
            drawn = trainer.algorithm.replay.sample(1000, np.random.default_rng(0))
        # In this environment the time, which is what is observed, decides what is legal.
        legal = np.arange(masking.LENGTH) <= np.arange(masking.LENGTH + 1)[:, None]
        assert drawn.next_masks_BA is not None
        times, following = drawn.observations_BO.argmax(1), drawn.next_observations_BO.argmax(1)
        goes_on = drawn.terminated_B == 0.0
        assert set(following[goes_on]) == ({1, 2, 3} if environment == CORRIDOR else {1, 2})
        np.testing.assert_array_equal(drawn.masks_BA, legal[times])
        np.testing.assert_array_equal(drawn.next_masks_BA[goes_on], legal[following[goes_on]])


def test_that_the_best_legal_actions_are_learned_without_an_illegal_step() -> None:
    settings: dict[str, object] = {"steps": 1500, "gamma": 0.9, "learning_rate": 5e-3, "hidden_sizes": (32,)}
    with trainer_of(_config(CORRIDOR, buffer_size=5000, **settings)) as trainer:
        for _ in trainer.events():
            pass
        toys: list[Any] = [each.unwrapped for each in trainer.environment._environments]
        assert [toy.illegal for toy in toys] == [[], [], []]
        result = evaluate(trainer.policy, CORRIDOR, 10, RunSeeds(0).evaluation)
    # At time t action t is worth t and is the best that is legal.
    assert result.return_mean == sum(range(masking.LENGTH))


def test_that_with_the_mask_ignored_illegal_actions_are_taken_and_learned_from() -> None:
    with trainer_of(_config(CORRIDOR, action_mask=False)) as trainer:
        for _ in trainer.events():
            pass
        toys: list[Any] = [each.unwrapped for each in trainer.environment._environments]
        assert sum(len(toy.illegal) for toy in toys) > 30
        assert isinstance(trainer.algorithm, DQN)
        assert trainer.algorithm.replay.sample(5, np.random.default_rng(0)).next_masks_BA is None


def test_that_the_mask_can_be_ignored_and_heeded_again_while_the_run_goes_on() -> None:
    def turn(trainer: Trainer, event: Event) -> None:
        if isinstance(event, StepTaken) and event.step in (90, 180):
            trainer.ask("action_mask", event.step == 180)

    turned = fingerprint(_config(CORRIDOR), meddle=turn)
    assert turned == fingerprint(_config(CORRIDOR), meddle=turn)
    assert turned != fingerprint(_config(CORRIDOR))


def test_that_every_decision_shown_belongs_to_the_step_taken() -> None:
    seen: list[CategoricalDecision] = []

    def look(trainer: Trainer, event: Event) -> None:
        trainer.watch.wanted = True
        if isinstance(event, StepTaken) and event.detail is not None:
            assert isinstance(event.detail.decision, CategoricalDecision)
            seen.append(event.detail.decision)

    fingerprint(_config("CartPole-v1", final_epsilon=0.2, environment_count=1, steps=120), meddle=look)
    assert len(seen) > 100
    for step, decision in enumerate(seen[:20]):
        assert decision.probabilities_A.tolist() == [0.5, 0.5], step
    for decision in seen[-40:]:
        assert decision.values_A is not None
        assert decision.probabilities_A.argmax() == decision.values_A.argmax()
        assert decision.probabilities_A.max() == pytest.approx(0.9)
    assert {decision.chosen for decision in seen} == {0, 1}


def test_that_a_binned_action_is_the_one_that_the_environment_was_sent() -> None:
    with trainer_of(_config("Pendulum-v1", environment_count=1)) as trainer:
        trainer.watch.wanted = True
        for event in islice(trainer.events(), 60):
            if isinstance(event, StepTaken) and event.detail is not None:
                decision = event.detail.decision
                assert isinstance(decision, BinnedDecision)
                assert decision.action_D is not None
                toy: Any = trainer.environment._environments[0].unwrapped
                assert toy.last_u == pytest.approx(decision.action_D[0])


def test_that_an_update_says_how_much_was_explored() -> None:
    config = _config("CartPole-v1", initial_epsilon=0.8, final_epsilon=0.2)
    updates = of_kind(events_of(config), UpdateApplied)
    # A rollout is 12 steps, of which the last ones are drawn 9 steps after its beginning.
    assert [update.step for update in updates] == list(range(36, 301, 12))
    for update in updates:
        expected = max(0.8 - 0.6 * (update.step - 3) / 150, 0.2)
        assert update.epsilon == pytest.approx(expected)
        assert update.max_probability == pytest.approx(1 - expected / 2)
        assert update.minibatches == 2
        assert update.log_std is None
        assert update.value_loss is not None


def test_that_the_exploration_can_be_chosen_anew_while_the_run_goes_on() -> None:
    with trainer_of(_config("CartPole-v1")) as trainer:
        events = trainer.events()
        list(islice(events, 40))
        trainer.ask("exploration", "boltzmann")
        following = list(events)
        assert of_kind(following, ParameterChanged)[0].value == "boltzmann"
        assert {update.epsilon for update in of_kind(following, UpdateApplied)[1:]} == {None}
        with pytest.raises(UsageError, match="no standard deviation"):
            trainer.ask("initial_std", 0.5)
