"""What each action is worth in the present state, by playing on from it."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from torch import nn

from pgviz.config import RunConfig
from pgviz.errors import RunError, UsageError
from pgviz.training.action_values import action_values
from pgviz.training.events import StepTaken
from pgviz.training.trainer import Trainer
from tests.training.driving import short_config


def after(trainer: Trainer, steps: int) -> None:
    taken = 0
    for event in trainer.events():
        taken += isinstance(event, StepTaken)
        if taken == steps:
            return


def logged(environment: str, **settings: object) -> Trainer:
    return Trainer(short_config(environment, "a2c", steps=10**5, **settings), keep_log=True)


def test_that_a_value_is_the_discounted_sum_of_what_follows() -> None:
    # Every step is worth one, and the episode ends after three.
    trainer = logged("tests.environments.toys:Ending-v0", gamma=0.5)
    after(trainer, 1)
    found = action_values(trainer, 0, [(0,), (2,)], rollouts=3, horizon=10)
    np.testing.assert_allclose(found.returns_AR, 1.0 + 0.5)
    np.testing.assert_allclose(found.errors_A, 0.0)
    assert found.cut_off == 0.0
    trainer.close()


def test_that_what_lies_beyond_the_horizon_and_a_truncation_is_the_critics() -> None:
    trainer = logged("tests.environments.toys:Counting-v0", gamma=0.5)  # cut off after five steps
    after(trainer, 2)
    at_horizon = action_values(trainer, 0, [(1,)], rollouts=1, horizon=1)
    assert at_horizon.cut_off == 1.0
    clone = trainer.environment
    assert float(at_horizon.returns_AR[0, 0]) != 1.0
    truncated = action_values(trainer, 0, [(1,)], rollouts=1, horizon=50)
    assert truncated.cut_off == 0.0
    assert float(truncated.returns_AR[0, 0]) != pytest.approx(1.75, abs=1e-9)
    assert float(truncated.returns_AR[0, 0]) == pytest.approx(1.75, abs=0.5)
    assert clone is trainer.environment
    trainer.close()


def test_that_looking_changes_nothing_of_the_run() -> None:
    weights = []
    for looks in (False, True):
        trainer = logged("CartPole-v1")
        events = trainer.events()
        for count, _ in enumerate(islice(events, 120)):
            if looks and count % 40 == 20:
                action_values(trainer, 1, [(0,), (1,)], rollouts=2, horizon=20)
        weights.append(trainer.policy.weights_sha256())
        trainer.close()
    assert weights[0] == weights[1]


def test_that_the_same_chances_make_equal_actions_equal() -> None:
    trainer = logged("FrozenLake-v1")
    after(trainer, 3)
    found = action_values(trainer, 0, [(1,), (1,), (2,)], rollouts=6, horizon=30, seed=4)
    np.testing.assert_array_equal(found.returns_AR[0], found.returns_AR[1])
    again = action_values(trainer, 0, [(1,), (1,), (2,)], rollouts=6, horizon=30, seed=4)
    np.testing.assert_array_equal(found.returns_AR, again.returns_AR)
    trainer.close()


def test_that_pushing_away_from_the_fall_is_worth_more() -> None:
    trainer = logged("CartPole-v1", environment_count=1)
    for event in trainer.events():
        angle = float(trainer.state_of(0)[0][2])
        if isinstance(event, StepTaken) and abs(angle) > 0.12:
            break
    left, right = action_values(trainer, 0, [(0,), (1,)], rollouts=24, horizon=60).means_A
    assert (right > left) == (angle > 0)
    trainer.close()


def test_that_actions_that_cannot_be_taken_and_states_that_cannot_be_cloned_are_named() -> None:
    trainer = logged("CartPole-v1")
    after(trainer, 1)
    with pytest.raises(UsageError, match="no action that can be taken"):
        action_values(trainer, 0, [(2,)])
    trainer.close()
    moody = logged("tests.environments.toys:Moody-v0", environment_count=1)
    after(moody, 20)
    with pytest.raises(RunError, match="cannot be cloned"):
        action_values(moody, 0, [(1,)], rollouts=1, horizon=2)
    moody.close()


@pytest.mark.parametrize(
    ("environment", "algorithm", "sample", "settings"),
    [
        ("Pendulum-v1", "sac", (0.3,), {}),
        ("Pendulum-v1", "dqn", (2,), {"bins": 3}),
        ("CartPole-v1", "dqn", (1,), {}),
        ("pgviz/MaskedGrid-v0", "dqn", None, {}),
    ],
)
def test_that_what_lies_beyond_the_horizon_is_worth_what_is_shown_as_the_states_value(
    environment: str, algorithm: str, sample: tuple[float, ...] | None, settings: dict[str, object]
) -> None:
    common: dict[str, object] = {
        "steps": 10**4,
        "environment_count": 2,
        "hidden_sizes": (8,),
        "learning_starts": 10,
    }
    common["train_frequency"] = 7  # nothing is learned between the 20th step and the next
    trainer = Trainer(RunConfig.create(environment, algorithm, **(common | settings)), keep_log=True)
    events = trainer.events()
    steps = (event for event in events if isinstance(event, StepTaken))
    for _ in range(20):
        next(steps)
    _, mask_A = trainer.state_of(0)
    first = sample if sample is not None else (int(np.flatnonzero(mask_A)[0]),) if mask_A is not None else (0,)
    found = action_values(trainer, 0, [first], rollouts=1, horizon=1)
    trainer.force(0, first)
    trainer.watch.wanted = True
    taken = next(steps)
    assert taken.detail is not None
    value = trainer.look().detail.decision.value
    assert value is not None
    gamma = trainer.algorithm.knobs.number("gamma")
    assert taken.detail.reward is not None
    expected = taken.detail.reward + gamma * value
    assert float(found.returns_AR[0, 0]) == pytest.approx(expected, rel=1e-5, abs=1e-5)
    trainer.close()


def test_that_who_knows_the_policy_knows_it_in_what_is_tried_too() -> None:
    config = RunConfig.create(
        "pgviz/RockPaperScissorsBestResponse-v0", "ppo", environment_count=1, hidden_sizes=(4,)
    )
    trainer = Trainer(config, keep_log=True)
    after(trainer, 1)
    trainer.policy.flat.detach().zero_()
    last = trainer.policy.actor[-1]
    assert isinstance(last, nn.Linear)
    last.bias.detach()[0] = 30.0
    # Rock, which the exploiter answers with paper whatever has been played before: paper draws, scissors win.
    found = action_values(trainer, 0, [(0,), (1,), (2,)], rollouts=4, horizon=1)
    np.testing.assert_allclose(found.returns_AR, np.repeat([[-1.0], [0.0], [1.0]], 4, axis=1), atol=1e-6)
    trainer.close()
