"""SAC: targets worked out by hand, the temperature, and what a person may do to a run."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from pgviz.algorithms.replay_buffer import ReplayBuffer
from pgviz.algorithms.sac import SAC
from pgviz.config import RunConfig
from pgviz.errors import NumericalFault, UsageError
from pgviz.policies.networks import NetworkShape
from pgviz.policies.sac_policy import SACPolicy
from pgviz.policies.squashed_draw import draw
from tests.algorithms.making import BOX, OBSERVATION_SIZE, make_rollout
from tests.algorithms.sac_making import SETTINGS, make_sac, random_steps, update

NOT_FINITE = pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])


def _flat(algorithm: SAC) -> Any:
    return algorithm.policy.flat.detach().numpy().copy()


def _first_entry(critic: Any, plus: float) -> None:
    """Make a critic give the (positive) first entry of the observation, and so much more."""
    critic.perceptron[0].weight[0, 0] = 1.0
    critic.perceptron[2].weight[0, 0] = 1.0
    critic.perceptron[2].bias[0] = plus


def test_that_truncation_is_bootstrapped_from_the_episodes_own_end_and_termination_is_not() -> None:
    """Three steps: one like any other, one that terminates, one that is truncated.

    The targets' critics give the first entry of the next state, and 10 more; the actor gives N(0, 1) everywhere.
    """
    algorithm = make_sac(hidden_sizes=(1,), gamma=0.9, temperature=0.5, batch_size=3)
    policy = algorithm.policy
    with torch.no_grad():
        policy.flat.zero_()
        policy.log_temperature.fill_(math.log(0.5))
        for critic, plus in zip(policy.targets.both, (0.0, 10.0), strict=True):
            _first_entry(critic, plus)
    observations = np.zeros((3, 1, OBSERVATION_SIZE), np.float32)
    observations[:, 0, 0] = [1.0, 2.0, 3.0]
    final, last = np.full(OBSERVATION_SIZE, 7.0, np.float32), np.full((1, OBSERVATION_SIZE), 9.0, np.float32)
    rollout = make_rollout(
        observations,
        np.zeros((3, 1, 2), np.float32),
        np.array([[1.0], [10.0], [100.0]]),
        terminated=((1, 0),),
        truncated=((2, 0),),
        finals={(1, 0): final, (2, 0): final},
        last_NO=last,
    )
    algorithm.replay.add(rollout)
    steps = algorithm.replay.sample(200, np.random.default_rng(0))
    noise = np.tile(np.array([[0.5, -1.0]], np.float32), (200, 1))
    action = draw(algorithm.policy.fast_actor.outputs(steps.next_observations_BO), noise)
    targets = dict(zip(steps.rewards_B.tolist(), algorithm.targets(steps, action).tolist(), strict=True))
    # ln N(0.5) + ln N(−1) less ln(1 − tanh²) of both.
    log_prob = (
        -(0.25 + 1.0) / 2 - math.log(2 * math.pi) + 2 * math.log(math.cosh(0.5)) + 2 * math.log(math.cosh(1))
    )
    assert targets[1.0] == pytest.approx(1.0 + 0.9 * (2.0 - 0.5 * log_prob), abs=1e-5)
    assert targets[10.0] == 10.0
    assert targets[100.0] == pytest.approx(100.0 + 0.9 * (7.0 - 0.5 * log_prob), abs=1e-4)


def test_that_a_gradient_step_is_the_critics_minibatch_and_then_the_actors() -> None:
    algorithm = make_sac(gradient_steps=3)
    policy = algorithm.policy
    algorithm.begin_update(1.0)
    indices = []
    for minibatch in algorithm.minibatches(random_steps()):
        before = _flat(algorithm)
        algorithm.apply(minibatch)
        moved = before != _flat(algorithm)
        indices.append(minibatch.index)
        of_critics = minibatch.index % 2 == 0
        assert moved[policy.critic_part].any() == of_critics
        assert moved[policy.target_part].any() == of_critics
        assert moved[policy.actor_part].any() != of_critics
        assert moved[policy.temperature_part].any() != of_critics
    assert indices == [0, 1, 2, 3, 4, 5]
    assert algorithm.finish_update().minibatches == 6


@pytest.mark.parametrize(("learning_starts", "minibatches"), [(0, 2), (47, 2), (48, 0), (1000, 0)])
def test_that_nothing_is_learned_before_learning_starts(learning_starts: int, minibatches: int) -> None:
    algorithm = make_sac(learning_starts=learning_starts)
    before = _flat(algorithm)
    assert len(update(algorithm)) == minibatches
    assert (before == _flat(algorithm)).all() == (minibatches == 0)


def test_that_actions_are_uniform_while_warming_up_and_the_policys_own_then() -> None:
    algorithm = make_sac(learning_starts=3)
    states = np.random.default_rng(0).normal(size=(2, OBSERVATION_SIZE)).astype(np.float32)
    rng, again = np.random.default_rng(1), np.random.default_rng(1)
    for expected in (algorithm.policy.draw_uniform(2, again), algorithm.policy.draw_uniform(2, again)):
        np.testing.assert_array_equal(algorithm.act(states, rng), expected)
    np.testing.assert_array_equal(algorithm.act(states, rng), algorithm.policy.act(states, again))


def test_that_a_learned_temperature_rises_below_its_target_entropy_and_falls_above() -> None:
    rising, falling = make_sac(target_entropy=1.5), make_sac(target_entropy=-20.0)
    for algorithm in (rising, falling):
        for _ in range(5):
            update(algorithm)
    assert rising.policy.temperature > 1.0 > falling.policy.temperature
    assert rising.finish_update().temperature == rising.policy.temperature
    assert make_sac().target_entropy == -2.0


def test_that_a_fixed_temperature_stays_and_its_knob_sets_it() -> None:
    algorithm = make_sac(learn_temperature=False, temperature=0.3)
    update(algorithm)
    assert algorithm.policy.temperature == pytest.approx(0.3)
    algorithm.knobs.ask("temperature", 0.05)
    assert algorithm.policy.temperature == pytest.approx(0.3)
    list(algorithm.knobs.apply("update"))
    update(algorithm)
    assert algorithm.finish_update().temperature == pytest.approx(0.05)


def test_that_the_knob_starts_a_learned_temperature_again_and_its_moments_with_it() -> None:
    algorithm = make_sac()
    for _ in range(5):
        update(algorithm)
    algorithm.knobs.ask("temperature", 0.2)
    list(algorithm.knobs.apply("update"))
    algorithm.begin_update(1.0)
    assert algorithm.policy.temperature == pytest.approx(0.2)
    moments = algorithm.capture()["optimizers"]["actor"]
    assert moments["mean"][-1] == moments["square"][-1] == 0.0
    assert moments["mean"][:-1].any()
    update(algorithm)
    # Not again at the next update: it goes on learning from there.
    assert algorithm.policy.temperature != pytest.approx(0.2, rel=1e-6)


def test_that_setting_the_std_clears_the_moments_of_its_rows_alone() -> None:
    algorithm = make_sac()
    update(algorithm)
    algorithm.set_std(0.5)
    moments = algorithm.capture()["optimizers"]["actor"]["square"]
    rows, size = algorithm.policy.std_parameters, algorithm.policy.dimensions
    cleared = np.zeros(len(moments), bool)
    for parameter in rows:
        cleared[parameter.storage_offset() : parameter.storage_offset() + parameter.numel()] = True
    assert cleared.sum() == size * 7
    assert not moments[cleared].any()
    assert moments[~cleared].mean() > 0.0
    assert update(algorithm)
    assert algorithm.finish_update().log_std is not None


def test_that_the_statistics_say_what_the_batch_says() -> None:
    algorithm = make_sac()
    losses = update(algorithm)
    statistics, batch = algorithm.finish_update(), algorithm.open_batch
    assert batch is not None
    assert statistics.value_loss == pytest.approx(losses[0])
    assert statistics.max_probability is None
    # Before the actor's step, from its weights as they were.
    algorithm = make_sac()
    with torch.no_grad():
        distribution: Any = algorithm.policy.distribution(torch.from_numpy(batch.observations_BO))
    assert statistics.log_std == pytest.approx(distribution.log_std_D.numpy().mean(0), rel=1e-4)
    assert statistics.entropy == pytest.approx(float(distribution.entropy().mean()), abs=1e-4)


def test_that_the_objective_is_value_and_entropy_without_the_temperatures_loss() -> None:
    losses, fixed = {}, {}
    for learned in (True, False):
        algorithm = make_sac(learn_temperature=learned, temperature=0.4)
        losses[learned] = update(algorithm)[1]
        fixed[learned] = algorithm.finish_update().objective
    assert fixed[True] == fixed[False] == pytest.approx(-losses[False])
    assert losses[True] != losses[False]


@pytest.mark.parametrize("stage", [0, 1])
def test_that_a_flipped_minibatch_steps_the_other_way(stage: int) -> None:
    moves = []
    for flipped in (False, True):
        algorithm = make_sac()
        algorithm.begin_update(1.0)
        minibatches = algorithm.minibatches(random_steps())
        minibatch = next(minibatches)
        if stage:
            algorithm.apply(minibatch)
            minibatch = next(minibatches)
        before = _flat(algorithm)
        algorithm.apply(algorithm.flipped(minibatch) if flipped else minibatch)
        learned = slice(0, algorithm.policy.target_part.start)
        moves.append((_flat(algorithm) - before)[learned])
    assert np.abs(moves[0]).max() > 1e-4
    np.testing.assert_allclose(moves[0], -moves[1], rtol=1e-3, atol=1e-7)


def test_that_skipping_the_critics_leaves_them_and_the_actor_goes_on() -> None:
    algorithm = make_sac()
    algorithm.begin_update(1.0)
    minibatches = algorithm.minibatches(random_steps())
    next(minibatches)
    before = _flat(algorithm)
    algorithm.apply(next(minibatches))
    moved, policy = before != _flat(algorithm), algorithm.policy
    assert moved[policy.actor_part].any()
    assert not moved[policy.critic_part].any()
    assert not moved[policy.target_part].any()


def test_that_a_minibatch_without_some_samples_is_that_of_the_others() -> None:
    algorithm = make_sac()
    algorithm.begin_update(1.0)
    minibatches = algorithm.minibatches(random_steps())
    minibatch, dropped = next(minibatches), (0, 3, 17)
    batch, kept = algorithm.open_batch, np.setdiff1d(np.arange(48), dropped)
    assert batch is not None
    values, _ = algorithm.policy.critics.values(batch.observations_BO, np.tanh(batch.samples_B))
    errors = (values - algorithm.targets(batch, algorithm._drawn.after))[:, kept].astype(float)
    smaller = algorithm.without(minibatch, dropped)
    assert smaller.index == minibatch.index
    assert smaller.loss == pytest.approx(float((errors**2).mean(1).sum() / 2), rel=1e-5)
    algorithm.apply(smaller)
    # The actor's part goes on with the same samples.
    actors = next(minibatches)
    assert algorithm._drawn.noise_2BD.shape == (2, 45, 2)
    assert algorithm.without(actors, (1,)).index == actors.index
    with pytest.raises(UsageError, match="samples 0 to 43"):
        algorithm.without(actors, (44,))


def test_that_a_run_taken_up_again_goes_on_to_the_bit() -> None:
    first = make_sac(gradient_steps=2)
    for seed in range(3):
        update(first, random_steps(seed=seed))
    state = first.capture()
    second = make_sac(gradient_steps=2, moved=0.5)
    second.restore(state)
    for seed in range(3, 6):
        for algorithm in (first, second):
            update(algorithm, random_steps(seed=seed))
        assert first.policy.weights_sha256() == second.policy.weights_sha256()
    assert first.finish_update().entropy == second.finish_update().entropy


def test_that_what_was_captured_stays_what_it_was() -> None:
    algorithm = make_sac()
    update(algorithm)
    state, expected = algorithm.capture(), algorithm.policy.weights_sha256()
    update(algorithm)
    assert algorithm.policy.weights_sha256() != expected
    algorithm.restore(state)
    assert algorithm.policy.weights_sha256() == expected


def _fault(algorithm: SAC, rollout: Any) -> NumericalFault:
    """The fault of an update, which must leave every number as it was, to the bit."""
    before = algorithm.policy.flat.detach().numpy().tobytes()
    with pytest.raises(NumericalFault, match="stopped being finite, so the update was not applied") as caught:
        update(algorithm, rollout)
    assert algorithm.policy.flat.detach().numpy().tobytes() == before
    return caught.value


@NOT_FINITE
def test_that_a_bad_reward_is_named(bad: float) -> None:
    rollout = random_steps()
    rollout.rewards_TN[:] = bad
    assert _fault(make_sac(), rollout).tensor == "reward"


def test_that_a_bad_observation_is_named() -> None:
    rollout = random_steps()
    rollout.observations_BO[:] = math.nan
    assert _fault(make_sac(), rollout).tensor == "observation"


@NOT_FINITE
@pytest.mark.parametrize(
    "parameter",
    ["actor.0.weight", "actor.4.bias", "critics.1.perceptron.2.weight", "critics.0.perceptron.4.bias"],
)
def test_that_a_bad_parameter_is_named(parameter: str, bad: float) -> None:
    algorithm = make_sac()
    with torch.no_grad():
        algorithm.policy.get_parameter(parameter).view(-1)[0] = bad
    assert _fault(algorithm, random_steps()).tensor == f"parameter {parameter}"


def test_that_a_loss_beyond_the_largest_number_is_named() -> None:
    rollout = random_steps()
    rollout.rewards_TN[:] = 1e25
    assert _fault(make_sac(), rollout).tensor == "loss"


def test_that_a_bad_loss_of_the_actor_is_named_before_its_step() -> None:
    algorithm = make_sac()
    algorithm.begin_update(1.0)
    minibatches = algorithm.minibatches(random_steps())
    algorithm.apply(next(minibatches))
    with torch.no_grad():
        algorithm.policy.log_temperature.fill_(math.inf)
    before = _flat(algorithm)
    with pytest.raises(NumericalFault) as caught:
        next(minibatches)
    assert caught.value.tensor == "parameter log_temperature"
    np.testing.assert_array_equal(_flat(algorithm), before)


def test_that_a_parameter_that_a_step_spoils_is_named_at_the_end_of_the_update() -> None:
    algorithm = make_sac()
    update(algorithm)
    with torch.no_grad():
        algorithm.policy.get_parameter("actor.2.bias")[1] = math.inf
    with pytest.raises(NumericalFault) as caught:
        algorithm.finish_update()
    assert caught.value.tensor == "parameter actor.2.bias"


def test_that_masks_are_not_asked_for() -> None:
    assert not make_sac().uses_masks
    assert BOX.shape == (2,)


def test_that_a_temperature_that_grew_beyond_all_numbers_is_a_named_fault() -> None:
    algorithm = make_sac()
    with torch.no_grad():
        algorithm.policy.log_temperature.fill_(1e4)
    assert _fault(algorithm, random_steps()).tensor in {"target", "loss"}


def test_that_the_buffer_makes_room_for_no_more_steps_than_the_run_has() -> None:
    assert (
        make_sac(buffer_size=1_000_000, steps=300, environment_count=4, train_frequency=2).replay.capacity == 308
    )
    assert make_sac(buffer_size=200, steps=300).replay.capacity == 200


def test_that_a_buffer_for_which_there_is_no_room_is_a_clear_error() -> None:
    with pytest.raises(
        UsageError, match=r"^a replay buffer of 1,000,000,000,000,000 steps would take .* buffer_size"
    ):
        ReplayBuffer(10**15).add(random_steps())


@pytest.mark.parametrize("batch_size", [48, 200])
def test_that_networks_computed_by_their_modules_learn_the_same(batch_size: int) -> None:
    """As on a GPU; a batch of 200 and what follows it are more rows than are computed at once."""
    fast = make_sac(batch_size=batch_size)
    shape = NetworkShape(OBSERVATION_SIZE, (7, 6), "relu", critic=False, modules=True)
    box, generator = (BOX.low, BOX.high), torch.Generator().manual_seed(9)
    policy = SACPolicy(shape, box, generator, initial_std=1.0, temperature=1.0)
    policy.restore(fast.policy.capture())
    config = RunConfig.create("Any-v0", "sac", **(SETTINGS | {"batch_size": batch_size}))
    slow = SAC(config, policy, np.random.default_rng(0))
    for seed in range(2):
        losses = [update(algorithm, random_steps(seed=seed)) for algorithm in (fast, slow)]
        assert losses[0] == pytest.approx(losses[1], rel=1e-4, abs=1e-5)
    np.testing.assert_allclose(_flat(fast), _flat(slow), rtol=0, atol=1e-4)
