from __future__ import annotations

import cmath
import math
from itertools import pairwise
from typing import Any

import gymnasium
import numpy as np
import pytest
from numpy.typing import NDArray

from pgviz.environments.own.factored_reach import FactoredReach

JOINTS, POSITIONS = 8, 7
STILL = np.full(JOINTS, 3)
LARGEST_TURN, LARGEST_BEND, TOLERANCE = math.radians(4.5), math.radians(150), 0.05

Observation = NDArray[np.float32]


def directions(observation: Observation, joints: int = JOINTS) -> list[complex]:
    pairs = zip(observation[:joints].tolist(), observation[joints : 2 * joints].tolist(), strict=True)
    return [complex(cosine, sine) for cosine, sine in pairs]


def bends(observation: Observation, joints: int = JOINTS) -> list[float]:
    """How far each joint is bent, from the directions that can be seen."""
    links = [1j, *directions(observation, joints)]
    return [cmath.phase(link / before) for before, link in pairwise(links)]


def target(observation: Observation, joints: int = JOINTS) -> complex:
    return complex(*observation[2 * joints : 2 * joints + 2].tolist())


def tip(angles: list[float]) -> complex:
    """Where an arm bent by these angles ends."""
    direction, end = 1j, 0j
    for angle in angles:
        direction *= cmath.exp(1j * angle)
        end += direction / len(angles)
    return end


def planned(observation: Observation) -> NDArray[np.int64]:
    """For one joint after the other, the turn that brings the tip nearest to the target."""
    angles, aim = bends(observation), target(observation)
    action = STILL.copy()
    for joint in range(JOINTS):
        tried = []
        for position in range(POSITIONS):
            turned = list(angles)
            turned[joint] += (position - 3) / 3 * LARGEST_TURN
            tried.append((abs(tip(turned) - aim), position, turned))
        _, action[joint], angles = min(tried)
    return action


def test_that_the_joint_actions_are_too_many_for_one_softmax() -> None:
    environment = FactoredReach()
    assert environment.action_space == gymnasium.spaces.MultiDiscrete([POSITIONS] * JOINTS)
    assert POSITIONS**JOINTS == 5_764_801
    assert environment.observation_space.shape == (20,)


def test_that_what_is_seen_is_the_arm_and_the_way_to_the_target() -> None:
    environment = FactoredReach()
    environment.action_space.seed(0)
    for seed in range(20):
        observation, info = environment.reset(seed=seed)
        for _ in range(10):
            assert environment.observation_space.contains(observation)
            assert all(abs(link) == pytest.approx(1, abs=1e-6) for link in directions(observation))
            way = target(observation) - tip(bends(observation))
            assert complex(*observation[18:].tolist()) == pytest.approx(way, abs=1e-5)
            assert info["distance"] == pytest.approx(abs(way), abs=1e-5)
            observation, _, _, _, info = environment.step(environment.action_space.sample())


def test_that_each_joint_turns_by_what_was_chosen_for_it() -> None:
    environment = FactoredReach()
    before = np.array(bends(environment.reset(seed=1)[0]))
    action = np.array([0, 1, 2, 3, 4, 5, 6, 3])
    after = np.array(bends(environment.step(action)[0]))
    assert np.degrees(after - before).tolist() == pytest.approx([-4.5, -3, -1.5, 0, 1.5, 3, 4.5, 0], abs=1e-3)


def test_that_no_joint_bends_too_far() -> None:
    environment = FactoredReach()
    environment.reset(seed=1)
    for _ in range(60):
        observation = environment.step(np.array([6, 0, 3, 3, 3, 3, 3, 3]))[0]
    assert bends(observation)[:2] == pytest.approx([LARGEST_BEND, -LARGEST_BEND], abs=1e-5)


def test_that_rewards_add_up_to_the_way_made_less_the_time_taken() -> None:
    environment = FactoredReach()
    for seed in range(10):
        observation, info = environment.reset(seed=seed)
        begun, total, steps, terminated = info["distance"], 0.0, 0, False
        while not terminated:
            observation, reward, terminated, truncated, info = environment.step(planned(observation))
            assert terminated == (info["distance"] <= TOLERANCE)
            assert not truncated
            total, steps = total + reward, steps + 1
        assert total == pytest.approx(begun - info["distance"] - 0.01 * steps + 1)
        with pytest.raises(gymnasium.error.ResetNeeded, match="call reset"):
            environment.step(STILL)


def test_that_every_target_can_be_touched_joint_by_joint_well_within_the_time() -> None:
    environment = gymnasium.make("pgviz/FactoredReach-v0")
    lengths, returns = [], []
    for seed in range(60):
        observation, _ = environment.reset(seed=seed)
        total, steps, over = 0.0, 0, False
        while not over:
            observation, reward, terminated, truncated, _ = environment.step(planned(observation))
            total, steps, over = total + float(reward), steps + 1, terminated or truncated
        assert terminated
        lengths.append(steps)
        returns.append(total)
    assert max(lengths) <= 25
    assert environment.spec is not None
    assert environment.spec.reward_threshold is not None
    assert np.mean(returns) > environment.spec.reward_threshold


def test_that_chance_hardly_ever_touches_the_target() -> None:
    environment = gymnasium.make("pgviz/FactoredReach-v0")
    environment.action_space.seed(0)
    touched = 0
    for seed in range(60):
        environment.reset(seed=seed)
        over = False
        while not over:
            _, _, terminated, truncated, _ = environment.step(environment.action_space.sample())
            over = terminated or truncated
        touched += terminated
    assert touched <= 6


def test_that_no_episode_begins_at_its_end() -> None:
    environment = FactoredReach()
    environment.reset(seed=0)
    starts = [environment.reset() for _ in range(1500)]
    assert min(info["distance"] for _, info in starts) > TOLERANCE
    radii = [abs(target(observation)) for observation, _ in starts]
    angles = [cmath.phase(target(observation)) for observation, _ in starts]
    assert 0.35 <= min(radii) < 0.36 < 0.89 < max(radii) <= 0.9
    assert (
        math.radians(20) <= min(angles) < math.radians(21) < math.radians(159) < max(angles) <= math.radians(160)
    )
    bent = np.degrees([bends(observation) for observation, _ in starts])
    assert 29 < bent.max() <= 30.001
    assert -30.001 <= bent.min() < -29


@pytest.mark.parametrize(("joints", "positions"), [(2, 3), (2, 5), (3, 7), (20, 3)])
def test_that_arms_come_with_more_and_fewer_joints(joints: int, positions: int) -> None:
    environment = FactoredReach(joints=joints, positions=positions)
    observation, _ = environment.reset(seed=0)
    assert environment.action_space == gymnasium.spaces.MultiDiscrete([positions] * joints)
    assert observation.shape == (2 * joints + 4,)
    before = np.array(bends(observation, joints))
    observation = environment.step(np.full(joints, positions - 1))[0]
    assert np.array(bends(observation, joints)) - before == pytest.approx([LARGEST_TURN] * joints, abs=1e-5)
    assert abs(tip([0.0] * joints)) == pytest.approx(1)


@pytest.mark.parametrize(
    "action",
    [
        np.full(8, 7),
        np.array([3, 3, 3, -1, 3, 3, 3, 3]),
        np.full(7, 3),
        np.full(8, 3.0),
        np.full((1, 8), 3),
        3,
        None,
    ],
)
def test_that_what_is_no_joint_action_is_refused(action: Any) -> None:
    environment = FactoredReach()
    environment.reset(seed=0)
    assert not environment.action_space.contains(action)
    with pytest.raises(gymnasium.error.InvalidAction, match="from 0 to 6 for each of 8 joints"):
        environment.step(action)


def test_that_an_action_is_not_kept_by_reference() -> None:
    environment = FactoredReach(render_mode="rgb_array")
    environment.reset(seed=0)
    action = STILL.copy()
    environment.step(action)
    before = environment.render()
    action[:] = 6
    assert np.array_equal(environment.render(), before)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"joints": 1}, "fewer than two joints"),
        ({"positions": 4}, "must be odd"),
        ({"positions": 1}, "at least 3"),
    ],
)
def test_that_wrong_arguments_are_refused_with_the_reason(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        FactoredReach(**arguments)
