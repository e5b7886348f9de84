"""What stops being finite is named, and never applied."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from pgviz.algorithms.on_policy import OnPolicyAlgorithm
from pgviz.algorithms.rollout import Rollout
from pgviz.errors import NumericalFault
from tests.algorithms.making import ALGORITHMS, BOX, DISCRETE, make_algorithm, random_rollout

EACH = pytest.mark.parametrize("name", ALGORITHMS)
NOT_FINITE = pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])


def _poisoned(algorithm: OnPolicyAlgorithm, what: str, bad: float) -> Rollout:
    rollout = random_rollout(algorithm)
    array = rollout.observations_BO if what == "observation" else rollout.rewards_TN
    array[0, 0] = bad
    return rollout


def _update(algorithm: OnPolicyAlgorithm, rollout: Rollout) -> None:
    algorithm.begin_update(1.0)
    for minibatch in algorithm.minibatches(rollout):
        algorithm.apply(minibatch)


def _fault(algorithm: OnPolicyAlgorithm, rollout: Rollout) -> NumericalFault:
    """The fault of an update, which must leave every parameter as it was, to the bit."""
    before = algorithm.policy.flat.detach().numpy().tobytes()
    with (
        np.errstate(invalid="ignore", over="ignore"),
        pytest.raises(NumericalFault, match="stopped being finite, so the update was not applied") as caught,
    ):
        _update(algorithm, rollout)
    assert algorithm.policy.flat.detach().numpy().tobytes() == before
    return caught.value


@EACH
@NOT_FINITE
def test_that_a_bad_reward_is_named_as_the_return(name: str, bad: float) -> None:
    algorithm = make_algorithm(name)
    assert _fault(algorithm, _poisoned(algorithm, "reward", bad)).tensor == "return"


@EACH
def test_that_a_bad_observation_is_named(name: str) -> None:
    algorithm = make_algorithm(name, BOX)
    assert _fault(algorithm, _poisoned(algorithm, "observation", math.nan)).tensor == "observation"


@EACH
@pytest.mark.parametrize(
    ("parameter", "bad"),
    [
        ("actor.0.weight", math.nan),
        ("actor.2.bias", math.inf),
        ("critic.0.bias", math.nan),
        ("critic.2.weight", -math.inf),
        ("log_std", math.nan),
        ("log_std", math.inf),
    ],
)
def test_that_a_bad_parameter_is_named(name: str, parameter: str, bad: float) -> None:
    algorithm = make_algorithm(name, BOX)
    rollout = random_rollout(algorithm)
    with torch.no_grad():
        algorithm.policy.get_parameter(parameter).view(-1)[0] = bad
    assert _fault(algorithm, rollout).tensor == f"parameter {parameter}"


def test_that_a_loss_beyond_the_largest_number_is_named() -> None:
    algorithm = make_algorithm("a2c")
    rollout = random_rollout(algorithm)
    rollout.rewards_TN[-1, 3] = 1e25
    assert _fault(algorithm, rollout).tensor == "loss"


def test_that_a_gradient_is_named_where_the_loss_is_still_finite() -> None:
    algorithm = make_algorithm("reinforce", baseline=False, normalize_advantage=False)
    rollout = random_rollout(algorithm)
    rollout.observations_BO[:] *= np.float32(1e20)
    rollout.rewards_TN[:] = 1e20
    assert "gradient" in _fault(algorithm, rollout).tensor


@pytest.mark.parametrize("space", [DISCRETE, BOX])
def test_that_a_parameter_that_a_step_spoils_is_named_before_anyone_acts_on_it(space: object) -> None:
    algorithm = make_algorithm("ppo", space)  # type: ignore[arg-type]
    _update(algorithm, random_rollout(algorithm))
    with torch.no_grad():
        algorithm.policy.get_parameter("actor.0.bias")[1] = math.inf
    with pytest.raises(NumericalFault) as caught:
        algorithm.finish_update()
    assert caught.value.tensor == "parameter actor.0.bias"
