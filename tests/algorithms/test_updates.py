"""What an update goes through: minibatches, epochs, an early stop, whole episodes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pgviz.algorithms.rollout import Rollout
from tests.algorithms.making import ALGORITHMS, BOX, make_algorithm, make_rollout, random_rollout


def test_that_ppo_sees_every_sample_once_an_epoch() -> None:
    algorithm = make_algorithm("ppo", minibatch_size=10, epochs=3)
    algorithm.begin_update(1.0)
    rollout = random_rollout(algorithm)
    seen: list[int] = []
    compute = algorithm._compute

    def spy(batch, index, assessment):  # type: ignore[no-untyped-def]
        seen.append(len(batch))
        return compute(batch, index, assessment)

    algorithm._compute = spy  # type: ignore[method-assign]
    indices = []
    for minibatch in algorithm.minibatches(rollout):
        indices.append(minibatch.index)
        algorithm.apply(minibatch)
    assert seen == [10, 10, 10, 10, 8] * 3
    assert indices == list(range(15))
    assert algorithm.finish_update().minibatches == 15


def test_that_the_order_of_the_minibatches_comes_from_the_algorithm_s_own_generator() -> None:
    fingerprints = []
    for _ in range(2):
        algorithm = make_algorithm("ppo", minibatch_size=10)
        algorithm.begin_update(1.0)
        for minibatch in algorithm.minibatches(random_rollout(algorithm)):
            algorithm.apply(minibatch)
            torch.rand(3)
            np.random.random(3)  # noqa: NPY002
        fingerprints.append(algorithm.policy.weights_sha256())
    assert fingerprints[0] == fingerprints[1]


def test_that_a_policy_that_moved_past_the_target_kl_ends_the_update_there() -> None:
    algorithm = make_algorithm("ppo", minibatch_size=10, epochs=20, learning_rate=0.05, target_kl=0.01)
    algorithm.begin_update(1.0)
    applied = 0
    for minibatch in algorithm.minibatches(random_rollout(algorithm)):
        algorithm.apply(minibatch)
        applied += 1
    weights = algorithm.policy.weights_sha256()
    statistics = algorithm.finish_update()
    assert 1 <= applied < 100
    assert statistics.minibatches == applied
    assert algorithm.policy.weights_sha256() == weights


def test_that_without_a_target_kl_no_minibatch_is_left_out() -> None:
    algorithm = make_algorithm("ppo", minibatch_size=10, epochs=4, learning_rate=0.05)
    algorithm.begin_update(1.0)
    for minibatch in algorithm.minibatches(random_rollout(algorithm)):
        algorithm.apply(minibatch)
    assert algorithm.finish_update().minibatches == 20


@pytest.mark.parametrize("name", ALGORITHMS)
def test_that_nothing_changes_before_a_minibatch_is_applied(name: str) -> None:
    algorithm = make_algorithm(name, BOX)
    algorithm.begin_update(1.0)
    before = algorithm.policy.weights_sha256()
    minibatch = next(algorithm.minibatches(random_rollout(algorithm)))
    assert algorithm.policy.weights_sha256() == before
    algorithm.apply(minibatch)
    assert algorithm.policy.weights_sha256() != before


def test_that_a_step_uses_the_rate_that_its_minibatch_names() -> None:
    algorithm = make_algorithm("a2c", learning_rate=1e-3)
    algorithm.begin_update(1.0)
    minibatch = next(algorithm.minibatches(random_rollout(algorithm)))
    algorithm.knobs.ask("learning_rate", 0.5)
    list(algorithm.knobs.apply("minibatch"))
    assert minibatch.learning_rate == 1e-3
    algorithm.apply(minibatch)
    assert algorithm.finish_update().learning_rate == 1e-3


@pytest.mark.parametrize("name", ["a2c", "ppo"])
def test_that_the_critic_learns_what_the_returns_are(name: str) -> None:
    algorithm = make_algorithm(name, learning_rate=0.02)
    rollout = random_rollout(algorithm)
    explained = []
    for _ in range(60):
        algorithm.begin_update(1.0)
        for minibatch in algorithm.minibatches(rollout):
            algorithm.apply(minibatch)
        explained.append(algorithm.finish_update().explained_variance)
    assert explained[0] is not None
    assert explained[-1] is not None
    assert explained[-1] > explained[0] + 0.2


def _episodes(algorithm_name: str, **settings: object):  # type: ignore[no-untyped-def]
    """Two copies: copy 0 ends an episode at step 2 (reward-to-go 3, 2, 1), copy 1 never does."""
    algorithm = make_algorithm(algorithm_name, gamma=1.0, normalize_advantage=False, **settings)  # type: ignore[arg-type]
    rng = np.random.default_rng(0)
    observations = rng.normal(size=(5, 2, 4)).astype(np.float32)
    samples = rng.integers(0, 3, (5, 2))
    rollout = make_rollout(observations, samples, np.ones((5, 2)), terminated=((2, 0),))
    algorithm.begin_update(1.0)
    return algorithm, rollout, observations, samples


def test_that_reinforce_learns_from_finished_episodes_only() -> None:
    algorithm, rollout, observations, samples = _episodes("reinforce", baseline=False)
    minibatch = next(algorithm.minibatches(rollout))
    states, taken = torch.from_numpy(observations[:3, 0]), torch.from_numpy(samples[:3, 0])
    log_probs = algorithm.policy.distribution(states).log_prob(taken).detach()
    assert minibatch.loss == pytest.approx(-float((log_probs * torch.tensor([3.0, 2.0, 1.0])).mean()), rel=1e-5)


def test_that_the_baseline_is_subtracted_from_the_return_and_learns_it() -> None:
    algorithm, rollout, observations, samples = _episodes("reinforce", baseline=True)
    minibatch = next(algorithm.minibatches(rollout))
    states, taken = torch.from_numpy(observations[:3, 0]), torch.from_numpy(samples[:3, 0])
    returns, values = torch.tensor([3.0, 2.0, 1.0]), torch.from_numpy(algorithm.policy.values(observations[:3, 0]))
    log_probs = algorithm.policy.distribution(states).log_prob(taken).detach()
    expected = -(log_probs * (returns - values)).mean() + 0.5 * ((values - returns) ** 2).mean()
    assert minibatch.loss == pytest.approx(float(expected), rel=1e-5)


def test_that_reinforce_makes_no_update_of_a_rollout_without_a_finished_episode() -> None:
    algorithm = make_algorithm("reinforce")
    algorithm.begin_update(1.0)
    rollout = make_rollout(np.zeros((3, 2, 4), np.float32), np.zeros((3, 2), int), np.ones((3, 2)))
    assert list(algorithm.minibatches(rollout)) == []


@pytest.mark.parametrize("baseline", [True, False])
def test_that_a_truncated_episode_is_bootstrapped_where_there_is_a_baseline(baseline: bool) -> None:
    algorithm = make_algorithm("reinforce", baseline=baseline, gamma=0.5, normalize_advantage=False)
    final = np.full(4, 0.3, np.float32)
    rollout = make_rollout(
        np.zeros((2, 1, 4), np.float32),
        np.zeros((2, 1), int),
        np.ones((2, 1)),
        truncated=((1, 0),),
        finals={(1, 0): final},
    )
    algorithm.begin_update(1.0)
    batch, _ = algorithm._estimate(rollout, gae_lambda=1.0, learning=False)
    beyond = float(algorithm.policy.values(final[None])[0]) if baseline else 0.0
    np.testing.assert_allclose(batch.returns_B, [1 + 0.5 * (1 + 0.5 * beyond), 1 + 0.5 * beyond], rtol=1e-6)


def test_that_an_idle_copy_adds_no_sample() -> None:
    algorithm = make_algorithm("reinforce", baseline=True, gamma=1.0)
    rollout = Rollout(2, 4, 2)
    states, samples = np.ones((2, 4), np.float32), np.zeros(2, int)
    none, first = np.zeros(2, bool), np.array([True, False])
    rollout.append(states, samples, np.array([1.0, 5.0]), first, none)
    rollout.add_final_observation(0, np.zeros(4, np.float32))
    rollout.append(states, samples, np.array([0.0, 7.0]), ~first, none, ~first)
    rollout.add_final_observation(1, np.zeros(4, np.float32))
    rollout.last_observations_NO = states
    rollout.discard_unfinished()
    algorithm.begin_update(1.0)
    batch, _ = algorithm._estimate(rollout, gae_lambda=1.0, learning=False)
    np.testing.assert_allclose(batch.returns_B, [1.0, 12.0, 7.0], rtol=1e-6)


def test_that_a_rollout_grows_beyond_its_room_and_forgets_when_cleared() -> None:
    rollout = Rollout(1, 2, 2)
    flags = np.zeros(1, bool)
    for t in range(7):
        rollout.append(np.full((1, 2), t, np.float32), np.array([t]), np.array([float(t)]), flags, flags)
    np.testing.assert_array_equal(rollout.rewards_TN[:, 0], np.arange(7))
    np.testing.assert_array_equal(rollout.samples_B, np.arange(7))
    np.testing.assert_array_equal(rollout.observations_BO[:, 1], np.arange(7))
    rollout.clear()
    assert rollout.length == 0
    assert len(rollout.samples_B) == 0
