"""What stops being finite in learning values is named, and never applied."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pgviz.algorithms.dqn import DQN
from pgviz.errors import NumericalFault
from tests.algorithms.making_dqn import make_dqn, make_transitions, steps


def _update(algorithm: DQN) -> None:
    for minibatch in algorithm.minibatches(steps(1, 8)):
        algorithm.apply(minibatch)


def _fault(algorithm: DQN) -> NumericalFault:
    """The fault of an update, which must leave every parameter as it was, to the bit."""
    before = algorithm.policy.flat.detach().numpy().tobytes()
    with pytest.raises(NumericalFault, match="stopped being finite, so the update was not applied") as caught:
        _update(algorithm)
    assert algorithm.policy.flat.detach().numpy().tobytes() == before
    return caught.value


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    ("column", "name"),
    [("rewards_B", "reward"), ("observations_BO", "observation"), ("next_observations_BO", "next observation")],
)
def test_that_what_came_from_the_environment_is_named(bad: float, column: str, name: str) -> None:
    algorithm, transitions = make_dqn(), make_transitions()
    getattr(transitions, column)[0] = bad
    with pytest.raises(NumericalFault) as caught:
        algorithm._compute(transitions, 0)
    assert caught.value.tensor == name


@pytest.mark.parametrize("name", ["actor.0.weight", "actor.0.bias"])
def test_that_a_parameter_is_named(name: str) -> None:
    algorithm = make_dqn()
    algorithm.policy.get_parameter(name).detach().view(-1)[0] = math.nan
    assert _fault(algorithm).tensor == f"parameter {name}"


def test_that_a_target_network_gone_astray_is_named_by_its_target() -> None:
    algorithm = make_dqn(target_update_interval=1000)
    algorithm.target.weights_P[:] = math.inf
    assert _fault(algorithm).tensor == "target"


def test_that_a_target_beyond_the_largest_number_is_named() -> None:
    algorithm = make_dqn(target_update_interval=1000)
    algorithm.target.weights_P[:] = 0.0
    algorithm.target.weights_P[-3:] = 3e38
    transitions = make_transitions()._replace(rewards_B=np.full(16, 3e38, np.float32))
    with pytest.raises(NumericalFault) as caught:
        algorithm._compute(transitions, 0)
    assert caught.value.tensor == "target"


def test_that_a_parameter_that_a_step_spoils_is_named_before_anyone_acts_on_it() -> None:
    algorithm = make_dqn()
    algorithm.begin_update(1.0)
    algorithm.apply(next(algorithm.minibatches(steps(4))))
    algorithm.policy.get_parameter("actor.0.bias").detach()[1] = math.inf
    with pytest.raises(NumericalFault) as caught:
        algorithm.finish_update()
    assert caught.value.tensor == "parameter actor.0.bias"


@pytest.mark.parametrize("exploration", ["epsilon_greedy", "boltzmann"])
def test_that_values_beyond_the_largest_number_are_acted_on_in_silence_and_named_when_learned_from(
    exploration: str,
) -> None:
    algorithm = make_dqn(exploration=exploration, target_update_interval=1)
    algorithm.policy.flat.detach()[:] = 3e38
    algorithm.begin_rollout(1.0)
    states = np.ones((4, 4), np.float32)
    assert set(algorithm.act(states, np.random.default_rng(0)).tolist()) <= {0, 1, 2}
    algorithm.policy.decide(states[0], None)
    assert _fault(algorithm).tensor
