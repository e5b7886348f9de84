"""DQN: targets worked out by hand, gradients by differences, and what is due when."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import spaces
from torch.func import functional_call

from pgviz.algorithms.dqn import DQN, huber
from pgviz.algorithms.replay_buffer import Transitions
from pgviz.errors import UsageError
from tests.algorithms.making import make_rollout
from tests.algorithms.making_dqn import OBSERVATION_SIZE, make_dqn, make_transitions, steps

PLANE = spaces.Box(-1.0, 1.0, (2,), np.float32)


def _constant(weights: np.ndarray, values: list[float]) -> None:
    """Make a network value every state alike."""
    weights[:] = 0.0
    weights[-len(values) :] = values


def _remembered(algorithm: DQN) -> Transitions:
    """Four steps: an ordinary one, one that ended the task, one that a limit cut off, and the rollout's last."""
    rollout = make_rollout(
        np.arange(16, dtype=np.float32).reshape(4, 1, 4),
        np.array([[0], [1], [2], [0]]),
        np.array([[1.0], [2.0], [3.0], [4.0]]),
        terminated=((1, 0),),
        truncated=((2, 0),),
    )
    algorithm.replay.add(rollout)
    drawn = algorithm.replay.sample(200, np.random.default_rng(0))
    return drawn.select(np.unique(drawn.rewards_B, return_index=True)[1])


def _updated(algorithm: DQN, rounds: int, first: int = 0) -> None:
    """Live through so many rollouts of 6 steps and learn from each."""
    for index in range(first, first + rounds):
        remaining = 1.0 - index / 100
        algorithm.begin_rollout(remaining)
        rollout = make_rollout(
            np.random.default_rng(index).normal(size=(6, 1, OBSERVATION_SIZE)).astype(np.float32),
            np.arange(6)[:, None] % 3,
            np.sin(np.arange(6) + index)[:, None],
            terminated=((index % 6, 0),),
        )
        for _ in range(6):
            algorithm.act(np.zeros((1, OBSERVATION_SIZE), np.float32), np.random.default_rng(0))
        algorithm.begin_update(remaining)
        for minibatch in algorithm.minibatches(rollout):
            algorithm.apply(minibatch)
        if algorithm.replay.added > 6:
            algorithm.finish_update()


def test_that_targets_go_on_after_a_limit_and_end_with_the_task() -> None:
    algorithm = make_dqn(gamma=0.5)
    _constant(algorithm.target.weights_P, [1.0, 5.0, 2.0])
    assert algorithm.targets(_remembered(algorithm)).tolist() == [1 + 2.5, 2.0, 3 + 2.5, 4 + 2.5]


def test_that_the_target_is_the_best_legal_action_of_the_next_state() -> None:
    algorithm = make_dqn(gamma=0.5)
    _constant(algorithm.target.weights_P, [1.0, 5.0, 2.0])
    masks = np.array([[True, False, True], [False, False, False], [True, False, False], [True, True, True]])
    transitions = _remembered(algorithm)._replace(next_masks_BA=masks)
    # Of the second nothing follows, so that nothing need be legal.
    assert algorithm.targets(transitions).tolist() == [1 + 1.0, 2.0, 3 + 0.5, 4 + 2.5]


def test_that_with_double_q_the_network_chooses_and_the_target_network_values() -> None:
    algorithm = make_dqn(gamma=0.5, double_q=True)
    _constant(algorithm.target.weights_P, [1.0, 5.0, 2.0])
    _constant(algorithm.policy.flat.detach().numpy(), [9.0, 0.0, 3.0])
    transitions = _remembered(algorithm)
    assert algorithm.targets(transitions).tolist() == [1 + 0.5, 2.0, 3 + 0.5, 4 + 0.5]
    masks = np.array([[False, True, True]] * 4)
    assert algorithm.targets(transitions._replace(next_masks_BA=masks)).tolist() == [
        1 + 1.0,
        2.0,
        3 + 1.0,
        4 + 1.0,
    ]


@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_that_targets_are_those_of_the_networks_state_by_state(double: bool, masked: bool) -> None:
    algorithm, transitions = make_dqn(double_q=double, gamma=0.9), make_transitions(masked=masked)
    for row, target in enumerate(algorithm.targets(transitions)):
        next_O = transitions.next_observations_BO[row : row + 1]
        frozen, online = algorithm.target.forward(next_O)[0], algorithm.policy.action_values(next_O)[0]
        masks_BA = transitions.next_masks_BA
        legal = [a for a in range(3) if masks_BA is None or masks_BA[row, a]]
        best = max(legal, key=lambda a: online[a] if double else frozen[a])
        follows = 0.0 if transitions.terminated_B[row] else 0.9 * frozen[best]
        assert target == pytest.approx(transitions.rewards_B[row] + follows, rel=1e-5)


def test_that_the_huber_loss_and_its_slope_are_those_worked_out_by_hand() -> None:
    values, targets = np.array([0.5, -3.0, 1.0, 2.0], np.float32), np.array([0.0, 1.0, 1.0, 1.0], np.float32)
    loss, slopes = huber(values, targets)
    assert loss == pytest.approx((0.125 + 3.5 + 0.0 + 0.5) / 4)
    np.testing.assert_allclose(slopes, [0.125, -0.25, 0.0, 0.25])


def _loss_at(algorithm: DQN, transitions: Transitions, flat: np.ndarray) -> float:
    """The mean Huber loss with these weights, in float64, by the modules, towards the targets as they are."""
    network, parameters, start = copy.deepcopy(algorithm.policy.actor).double(), {}, 0
    for name, parameter in network.named_parameters():
        part = flat[start : start + parameter.numel()]
        parameters[name] = torch.from_numpy(part).view(parameter.shape)
        start += parameter.numel()
    inputs = torch.from_numpy(transitions.observations_BO).double()
    values = functional_call(network, parameters, (inputs,)).detach().numpy()
    errors = values[np.arange(len(values)), transitions.samples_B.astype(int)] - algorithm.targets(transitions)
    return float(np.where(np.abs(errors) <= 1, errors**2 / 2, np.abs(errors) - 0.5).mean())


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_that_the_gradient_is_that_of_differences(activation: str) -> None:
    algorithm, transitions = make_dqn(activation=activation, hidden_sizes=(5, 4)), make_transitions(scale=2.0)
    minibatch = algorithm._compute(transitions, 0)
    flat = algorithm.policy.flat.detach().numpy().astype(np.float64)
    assert minibatch.loss == pytest.approx(_loss_at(algorithm, transitions, flat), rel=1e-5)
    gradient = algorithm.policy.flat.grad
    assert gradient is not None
    shifts = 1e-6 * np.eye(flat.size)
    sides = [[_loss_at(algorithm, transitions, flat + sign * shift) for sign in (1, -1)] for shift in shifts]
    expected = np.array([(above - below) / 2e-6 for above, below in sides])
    np.testing.assert_allclose(gradient.numpy(), expected, rtol=1e-3, atol=1e-6)
    assert minibatch.gradient_norm == pytest.approx(np.linalg.norm(expected), rel=1e-4)


def test_that_a_step_brings_the_values_nearer_to_their_targets_and_a_flipped_one_takes_them_away() -> None:
    losses = {}
    for judgement in ("apply", "flip"):
        algorithm, transitions = make_dqn(learning_rate=1e-3), make_transitions()
        before = algorithm._compute(transitions, 0)
        algorithm.apply(algorithm.flipped(before) if judgement == "flip" else before)
        losses[judgement] = algorithm._compute(transitions, 0).loss - before.loss
    assert losses["apply"] < 0.0 < losses["flip"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"gradient_steps": 1}, [1, 1, 1]),
        ({"gradient_steps": 5}, [5, 5, 5]),
        ({"gradient_steps": 0}, [0, 0, 0]),
        ({"gradient_steps": -1}, [12, 12, 12]),
        ({"gradient_steps": 2, "learning_starts": 11}, [2, 2, 2]),
        ({"gradient_steps": 2, "learning_starts": 12}, [0, 2, 2]),
        ({"gradient_steps": 2, "learning_starts": 30}, [0, 0, 2]),
    ],
)
def test_that_each_update_has_the_gradient_steps_that_are_due(settings: Any, expected: list[int]) -> None:
    algorithm, counts = make_dqn(**settings), []
    for index in range(3):
        algorithm.begin_update(1.0)
        minibatches = list(algorithm.minibatches(steps(4, 12 * index, copies=3)))
        assert [minibatch.index for minibatch in minibatches] == list(range(len(minibatches)))
        counts.append(len(minibatches))
    assert counts == expected


def test_that_a_batch_has_the_size_asked_for_also_where_less_is_remembered() -> None:
    algorithm = make_dqn(batch_size=32, gradient_steps=1)
    next(algorithm.minibatches(steps(4)))
    assert algorithm.open_batch is not None
    assert len(algorithm.open_batch.rewards_B) == 32


@pytest.mark.parametrize(("interval", "rate"), [(1, 0.25), (5, 0.25), (8, 1.0), (100, 0.25)])
def test_that_the_target_moves_each_time_its_interval_has_passed(interval: int, rate: float) -> None:
    algorithm = make_dqn(target_update_interval=interval, tau=rate, gradient_steps=0)
    network = algorithm.policy.flat.detach().numpy()
    expected, taken = algorithm.target.weights_P.astype(float), 0
    for length in (3, 7, 6, 1, 20):
        list(algorithm.minibatches(steps(length, taken)))
        for _ in range(length):
            taken += 1
            if taken % interval == 0:
                expected += rate * (network - expected)
        np.testing.assert_allclose(algorithm.target.weights_P, expected, rtol=1e-5, atol=1e-6)


def test_that_epsilon_falls_linearly_and_stays() -> None:
    algorithm = make_dqn(steps=1000, initial_epsilon=0.9, final_epsilon=0.1, exploration_fraction=0.4)
    seen = {}
    for step in range(1000):
        seen[step] = algorithm.epsilon
        algorithm.act(np.zeros((1, OBSERVATION_SIZE), np.float32), np.random.default_rng(0))
    assert seen[0] == pytest.approx(0.9)
    assert seen[100] == pytest.approx(0.7)
    assert seen[200] == pytest.approx(0.5)
    assert seen[399] == pytest.approx(0.1 + 0.8 / 400)
    assert {seen[step] for step in range(400, 1000)} == {0.1}


def test_that_all_actions_are_drawn_evenly_until_learning_starts() -> None:
    for exploration in ("epsilon_greedy", "boltzmann"):
        algorithm = make_dqn(learning_starts=20, initial_epsilon=0.5, exploration=exploration)
        algorithm.begin_rollout(1.0)
        for _ in range(10):
            algorithm.act(np.zeros((2, OBSERVATION_SIZE), np.float32), np.random.default_rng(0))
            assert algorithm.policy.behaviour.epsilon == 1.0
        assert algorithm.epsilon == (0.0 if exploration == "boltzmann" else pytest.approx(0.5, abs=0.01))


def test_that_a_fraction_of_0_begins_with_the_final_epsilon() -> None:
    assert make_dqn(exploration_fraction=0.0, final_epsilon=0.07).epsilon == 0.07


def test_that_knobs_of_the_behaviour_are_live() -> None:
    algorithm = make_dqn(exploration_fraction=0.0, boltzmann_temperature=3.0)
    for name, value in (("final_epsilon", 0.5), ("exploration", "boltzmann"), ("boltzmann_temperature", 0.2)):
        algorithm.knobs.ask(name, value)
        list(algorithm.knobs.apply("update"))
        algorithm.begin_rollout(1.0)
        seen = algorithm.policy.behaviour
        expected = {"final_epsilon": (0.5, None), "exploration": (0.0, 3.0), "boltzmann_temperature": (0.0, 0.2)}
        assert (seen.epsilon, seen.temperature) == expected[name]


@pytest.mark.parametrize(
    "name", ["tau", "target_update_interval", "double_q", "gamma", "batch_size", "gradient_steps", "learning_rate"]
)
def test_that_knobs_of_learning_are_live(name: str) -> None:
    values: dict[str, Any] = {"double_q": True, "batch_size": 3, "gradient_steps": 3, "tau": 0.1}
    algorithm, other = (make_dqn(target_update_interval=6, gradient_steps=1, tau=0.5) for _ in range(2))
    _updated(algorithm, 2)
    _updated(other, 2)
    assert algorithm.policy.weights_sha256() == other.policy.weights_sha256()
    algorithm.knobs.ask(name, values.get(name, 0.5 if name in ("gamma", "learning_rate") else 1000))
    list(algorithm.knobs.apply("update"))
    _updated(algorithm, 3, first=2)
    _updated(other, 3, first=2)
    assert algorithm.policy.weights_sha256() != other.policy.weights_sha256()


def test_that_statistics_are_those_of_the_minibatches() -> None:
    algorithm = make_dqn(gradient_steps=3, exploration_fraction=0.0, final_epsilon=0.3)
    algorithm.begin_rollout(1.0)
    algorithm.begin_update(1.0)
    losses, norms, values = [], [], []
    for minibatch in algorithm.minibatches(steps(8)):
        batch = algorithm.open_batch
        assert batch is not None
        q = algorithm.policy.action_values(batch.observations_BO)
        values.append(q[np.arange(8), batch.samples_B.astype(int)].mean())
        losses.append(minibatch.loss)
        norms.append(minibatch.gradient_norm)
        algorithm.apply(minibatch)
    statistics = algorithm.finish_update()
    assert statistics.value_loss == pytest.approx(np.mean(losses))
    assert statistics.gradient_norm == pytest.approx(np.mean(norms))
    assert statistics.objective == pytest.approx(np.mean(values), rel=1e-5)
    assert (statistics.minibatches, statistics.epsilon) == (3, 0.3)
    assert statistics.max_probability == pytest.approx(0.8)
    assert statistics.entropy == pytest.approx(-0.8 * np.log(0.8) - 0.2 * np.log(0.1))
    algorithm.knobs.ask("exploration", "boltzmann")
    list(algorithm.knobs.apply("update"))
    _updated(algorithm, 1)
    assert algorithm.finish_update().epsilon is None


def test_that_bins_are_learned_like_actions() -> None:
    algorithm = make_dqn(PLANE, bins=3)
    transitions = make_transitions(actions=9)
    before = algorithm._compute(transitions, 0)
    algorithm.apply(before)
    assert algorithm._compute(transitions, 1).loss < before.loss


def test_that_over_bins_the_action_nearest_to_the_best_one_is_learned() -> None:
    # One step per episode, worth most where the action is what is observed.
    algorithm = make_dqn(PLANE, bins=5, moved=0.0, hidden_sizes=(48, 48), learning_rate=3e-3)
    rng = np.random.default_rng(0)
    policy, count = algorithm.policy, 3000
    states = rng.uniform(-1, 1, (count, OBSERVATION_SIZE)).astype(np.float32)
    samples = rng.integers(0, 25, count)
    rewards = -np.square(np.asarray(policy.to_actions(samples), float) - states[:, :2]).sum(1)
    everywhere = np.ones(count, np.float32)
    transitions = Transitions(states, samples, rewards.astype(np.float32), states, everywhere, None)
    for index in range(1000):
        algorithm.apply(algorithm._compute(transitions.select(rng.integers(0, count, 64)), index))
    fresh = rng.uniform(-1, 1, (300, OBSERVATION_SIZE)).astype(np.float32)
    lost = np.square(np.asarray(policy.to_actions(policy.likeliest(fresh)), float) - fresh[:, :2]).sum(1)
    # Rounding to the grid alone costs (1/2)²/12 per dimension on average, 0.04 in all; chance costs 1.17.
    assert lost.mean() < 0.08


def test_that_a_minibatch_can_be_computed_without_some_samples() -> None:
    algorithm = make_dqn(gradient_steps=1)
    minibatch = next(algorithm.minibatches(steps(8)))
    whole = algorithm.open_batch
    assert whole is not None
    rest = algorithm.without(minibatch, (0, 3))
    assert rest.loss == pytest.approx(algorithm._compute(whole.select(np.array([1, 2, 4, 5, 6, 7])), 0).loss)
    assert rest.loss != minibatch.loss
    for samples, words in (((6,), "samples 0 to 5"), (tuple(range(6)), "skip the minibatch instead")):
        with pytest.raises(UsageError, match=words):
            algorithm.without(minibatch, samples)


@pytest.mark.parametrize("settings", [{}, {"tau": 0.1, "double_q": True, "exploration": "boltzmann"}])
def test_that_a_restored_agent_goes_on_to_the_bit(settings: Any) -> None:
    common: dict[str, Any] = {"gradient_steps": 2, "target_update_interval": 6, "steps": 60}
    algorithm, another = make_dqn(**common, **settings), make_dqn(moved=0.1, **common, **settings)
    algorithm.replay.keeps_overwritten = True
    _updated(algorithm, 4)
    state = algorithm.capture()
    _updated(algorithm, 4, first=4)
    first = _fingerprint(algorithm)
    for agent in (algorithm, another):
        agent.restore(state)
        assert _fingerprint(agent) != first
        _updated(agent, 4, first=4)
        assert _fingerprint(agent) == first


def _fingerprint(algorithm: DQN) -> tuple[object, ...]:
    behaviour = algorithm.policy.behaviour
    weights = (algorithm.policy.weights_sha256(), algorithm.target.weights_P.tobytes())
    return (*weights, algorithm.acted, algorithm.replay.added, behaviour.epsilon, behaviour.temperature)


def test_that_later_learning_does_not_reach_into_what_was_captured() -> None:
    algorithm = make_dqn(gradient_steps=2, target_update_interval=6)
    _updated(algorithm, 2)
    state = algorithm.capture()
    copies = {name: copy.deepcopy(state[name]) for name in ("target", "optimizer", "policy")}
    _updated(algorithm, 2, first=2)
    np.testing.assert_array_equal(state["target"], copies["target"])
    np.testing.assert_array_equal(state["optimizer"]["mean"], copies["optimizer"]["mean"])
    np.testing.assert_array_equal(state["policy"]["flat"], copies["policy"]["flat"])
