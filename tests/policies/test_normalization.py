"""Running statistics, held to those of the whole stream and to what Stable-Baselines3 makes of the same one."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from numpy.typing import NDArray

from pgviz.policies.normalization import EPSILON, LARGEST, Normalization, RunningMoments

COPIES, SIZE, LENGTH, GAMMA = 3, 2, 200, 0.9


class _Stream:
    """Observations of very different scales, rewards, and ends of episodes with their last observations."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        scale, shift = np.array([100.0, 0.01]), np.array([-30.0, 5.0])
        # The peer takes means in the precision that it is given, so it is given all there is.
        self.observations = rng.normal(size=(LENGTH + 1, COPIES, SIZE)) * scale + shift
        self.finals = rng.normal(size=(LENGTH, COPIES, SIZE)) * scale * 3 + shift
        self.rewards = rng.gamma(1.0, 5.0, size=(LENGTH, COPIES))
        self.rewards[50] = 1e4
        self.ended = rng.random((LENGTH, COPIES)) < 0.1


def _peer(stream: _Stream) -> Any:
    vec_env = pytest.importorskip("stable_baselines3.common.vec_env")

    class _Played(vec_env.VecEnv):  # type: ignore[misc,name-defined]
        """Plays a stream back."""

        def __init__(self) -> None:
            box = spaces.Box(-np.inf, np.inf, (SIZE,), np.float32)
            super().__init__(COPIES, box, spaces.Discrete(2))
            self.at = 0

        def reset(self) -> Any:
            return stream.observations[0].copy()

        def step_async(self, actions: Any) -> None:
            self.at += 1

        def step_wait(self) -> Any:
            t = self.at - 1
            infos = [{"terminal_observation": stream.finals[t, n].copy()} for n in range(COPIES)]
            ended = stream.ended[t].copy()
            return stream.observations[t + 1].copy(), stream.rewards[t], ended, infos

        def close(self) -> None: ...
        def get_attr(self, attr_name: str, indices: Any = None) -> Any:
            return [None] * COPIES

        def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None: ...
        def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> Any: ...
        def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> Any:
            return [False] * COPIES

    return vec_env.VecNormalize(_Played(), gamma=GAMMA)


def _fed(count: int = LENGTH) -> Normalization:
    stream, normalization = _Stream(), Normalization(SIZE, rewards=True)
    normalization.take_in(stream.observations[0])
    for t in range(count):
        normalization.take_in(stream.observations[t + 1])
        normalization.weigh(stream.rewards[t], stream.ended[t], GAMMA)
    return normalization


def _digest(normalization: Normalization) -> str:
    digest = hashlib.sha256()
    normalization.digest(digest)
    return digest.hexdigest()


def test_that_observations_rewards_and_last_observations_are_those_of_the_peer() -> None:
    stream, ours = _Stream(), Normalization(SIZE, rewards=True)
    peer = _peer(stream)
    np.testing.assert_allclose(ours.take_in(stream.observations[0]), peer.reset(), atol=1e-6)
    for t in range(LENGTH):
        seen, rewards, ended, infos = peer.step(np.zeros(COPIES))
        np.testing.assert_allclose(ours.take_in(stream.observations[t + 1]), seen, atol=1e-6)
        np.testing.assert_allclose(ours.weigh(stream.rewards[t], ended, GAMMA), rewards, atol=1e-6)
        for n in np.flatnonzero(ended):
            np.testing.assert_allclose(ours.see(stream.finals[t, n]), infos[n]["terminal_observation"], atol=1e-6)
    assert ours.observations is not None
    np.testing.assert_allclose(ours.observations.mean, peer.obs_rms.mean, rtol=1e-9)
    np.testing.assert_allclose(ours.observations.variance, peer.obs_rms.var, rtol=1e-9)


@pytest.mark.parametrize("sizes", [[1] * 60, [60], [7, 0, 20, 33]])
def test_that_the_moments_are_those_of_all_that_was_added(sizes: list[int]) -> None:
    rows = np.random.default_rng(1).normal(3.0, 20.0, size=(60, 4))
    moments, at = RunningMoments((4,)), 0
    for size in sizes:
        moments.add(rows[at : at + size])
        at += size
    # The beginning weighs as much as 1e-4 rows.
    np.testing.assert_allclose(moments.mean, rows.mean(0), rtol=1e-4)
    np.testing.assert_allclose(moments.variance, rows.var(0), rtol=1e-3)
    together = RunningMoments((4,))
    together.add(rows)
    np.testing.assert_allclose(moments.mean, together.mean, rtol=1e-12)
    np.testing.assert_allclose(moments.variance, together.variance, rtol=1e-12)


def test_that_digits_survive_a_mean_far_from_zero() -> None:
    rows = 1e6 + np.random.default_rng(2).normal(size=(5000, 1))
    moments = RunningMoments((1,))
    for row in rows:
        moments.add(row[None])
    # The first mean, 0, weighs 1e-4 against 5,000 rows, and is a million away.
    expected = rows.var() + 1e-4 * 5000 / (5000 + 1e-4) ** 2 * 1e12
    assert float(moments.variance[0]) == pytest.approx(expected, rel=1e-6)


def test_that_what_is_far_out_is_cut_off_and_what_never_moved_is_divided_by_little() -> None:
    normalization = Normalization(2)
    for _ in range(1000):
        normalization.take_in(np.array([[0.0, 7.0], [1.0, 7.0]], np.float32))
    seen = normalization.see(np.array([[1e9, 7.0], [-1e9, 7.0]], np.float32))
    assert seen[:, 0].tolist() == [LARGEST, -LARGEST]
    assert np.abs(seen[:, 1]).max() < 0.1
    assert seen.dtype == np.float32


def test_that_seeing_leaves_the_statistics_as_they_are() -> None:
    normalization = _fed()
    before = _digest(normalization)
    one, row = _Stream().observations[3, 1], _Stream().observations[3]
    np.testing.assert_array_equal(normalization.see(one), normalization.see(row)[1])
    assert _digest(normalization) == before


def test_that_idle_copies_do_not_count() -> None:
    active = np.array([True, False, True])
    some, those = Normalization(SIZE, rewards=True), Normalization(SIZE, rewards=True)
    stream = _Stream()
    for t in range(20):
        rewards = np.where(active, stream.rewards[t], 0.0)
        some.take_in(stream.observations[t], active)
        those.take_in(stream.observations[t][active])
        weighed = some.weigh(rewards, stream.ended[t] & active, GAMMA, active)
        alone = those.weigh(stream.rewards[t][active], stream.ended[t][active], GAMMA)
        np.testing.assert_allclose(weighed[active], alone, rtol=1e-12)
        assert weighed[1] == 0.0
    assert _digest(some) == _digest(those)


def test_that_an_idle_copy_keeps_its_return_until_it_goes_on() -> None:
    normalization = Normalization(rewards=True)
    none, ends = np.array([True, False]), np.zeros(2, bool)
    normalization.weigh(np.array([1.0, 2.0]), ends, 0.5)
    normalization.weigh(np.array([1.0, 0.0]), ends, 0.5, none)
    normalization.weigh(np.array([0.0, 0.0]), ends, 0.5)
    assert normalization.capture()["return_N"].tolist() == [0.75, 1.0]


def test_that_a_return_begins_again_with_the_episode() -> None:
    normalization = Normalization(rewards=True)
    normalization.weigh(np.array([4.0, 2.0]), np.array([True, False]), 0.5)
    normalization.weigh(np.array([1.0, 1.0]), np.zeros(2, bool), 0.5)
    assert normalization.capture()["return_N"].tolist() == [1.0, 2.0]


def test_that_going_on_from_a_copy_of_the_statistics_leads_to_the_same() -> None:
    taken_up, stream = Normalization(SIZE, rewards=True), _Stream()
    taken_up.restore(_fed(120).capture())
    for t in range(120, LENGTH):
        taken_up.take_in(stream.observations[t + 1])
        taken_up.weigh(stream.rewards[t], stream.ended[t], GAMMA)
    whole = _fed()
    assert _digest(taken_up) == _digest(whole)
    np.testing.assert_array_equal(taken_up.capture()["return_N"], whole.capture()["return_N"])


def test_that_a_copy_of_the_statistics_stays_as_it_is() -> None:
    normalization = _fed(10)
    state = normalization.capture()
    before = str(state)
    normalization.take_in(_Stream().observations[50])
    normalization.weigh(_Stream().rewards[50], np.ones(COPIES, bool), GAMMA)
    assert str(state) == before


def test_that_nothing_is_changed_where_nothing_is_asked_for() -> None:
    normalization, rewards = Normalization(), np.array([1.0, 1e9])
    observations: NDArray[np.float32] = np.array([[3.0], [1e9]], np.float32)
    assert normalization.take_in(observations) is observations
    assert normalization.see(observations) is observations
    assert normalization.weigh(rewards, np.zeros(2, bool), 0.9) is rewards
    assert _digest(normalization) == hashlib.sha256().hexdigest()
    assert normalization.observation_mean_O is None
    assert normalization.observation_std_O is None
    assert normalization.reward_scale is None


def test_that_what_is_shown_of_the_statistics_is_what_is_computed_with() -> None:
    normalization, stream = _fed(), _Stream()
    mean, std, scale = (
        normalization.observation_mean_O,
        normalization.observation_std_O,
        normalization.reward_scale,
    )
    assert mean is not None
    assert std is not None
    assert scale is not None
    expected = np.clip((stream.observations[9] - mean) / std, -10, 10)
    np.testing.assert_allclose(normalization.see(stream.observations[9]), expected, rtol=1e-6)
    kept = mean.copy(), std.copy()
    assert normalization.returns is not None
    assert scale == pytest.approx(float(np.sqrt(normalization.returns.variance + EPSILON)))
    normalization.take_in(stream.observations[9])
    np.testing.assert_array_equal(mean, kept[0])
    np.testing.assert_array_equal(std, kept[1])
