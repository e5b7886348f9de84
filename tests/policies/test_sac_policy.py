"""The policy of SAC: actor, twin critics, their targets and α in one vector."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import Space, spaces
from scipy import stats

from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.policies.build import build_policy
from pgviz.policies.sac_policy import SACPolicy
from tests.policies.making import BOX, OBSERVATION_SIZE, observations, scramble

IMAGE = (36, 36, 3)


def _policy(
    space: Space[Any] = BOX, *, image: tuple[int, int, int] | None = None, **settings: object
) -> SACPolicy:
    config = RunConfig.create("Any-v0", "sac", **({"hidden_sizes": (8, 6)} | settings))
    size = OBSERVATION_SIZE if image is None else int(np.prod(image))
    generator = torch.Generator().manual_seed(0)
    policy = build_policy(space, size, config, critic=True, generator=generator, image=image)
    assert isinstance(policy, SACPolicy)
    return policy


def _scrambled(**settings: object) -> SACPolicy:
    policy = _policy(**settings)  # type: ignore[arg-type]
    scramble(policy, 0.4)
    return policy


def _actions(count: int) -> Any:
    return np.random.default_rng(7).uniform(-1, 1, (count, 2)).astype(np.float32)


def test_that_every_number_of_the_agent_is_in_the_one_vector_in_its_part() -> None:
    policy = _policy()
    parts = {"critics": policy.critic_part, "targets": policy.target_part}
    parts |= {"actor": policy.actor_part, "log_temperature": policy.temperature_part}
    covered = np.zeros(policy.flat.numel(), int)
    for name, parameter in policy.named_parameters():
        part = parts[name.split(".")[0]]
        start = parameter.storage_offset()
        assert part.start <= start
        assert start + parameter.numel() <= part.stop
        assert parameter.untyped_storage().data_ptr() == policy.flat.untyped_storage().data_ptr()
        covered[start : start + parameter.numel()] += 1
    assert (covered == 1).all()
    learned = policy.flat.numel() - (policy.target_part.stop - policy.target_part.start)
    assert policy.facts.parameter_count == learned
    assert policy.facts.has_value
    assert policy.facts.has_std


def test_that_the_fingerprint_covers_actor_critics_targets_and_temperature() -> None:
    policy = _policy()
    original = policy.weights_sha256()
    for part in (policy.actor_part, policy.critic_part, policy.temperature_part, policy.target_part):
        for index in (part.start, part.stop - 1):
            with torch.no_grad():
                kept = policy.flat[index].clone()
                policy.flat[index] = torch.nextafter(kept, torch.tensor(9.0))
                assert policy.weights_sha256() != original
                policy.flat[index] = kept
    assert policy.weights_sha256() == original


def test_that_critics_begin_apart_and_targets_begin_where_their_critics_are() -> None:
    policy = _policy()
    flat = policy.flat.detach()
    assert torch.equal(flat[policy.target_part], flat[policy.critic_part])
    first, second = flat[policy.critic_part].chunk(2)
    assert not torch.equal(first, second)
    assert policy.temperature == pytest.approx(1.0)
    assert _policy(temperature=0.2).temperature == pytest.approx(0.2)


def test_that_targets_follow_by_the_rate() -> None:
    policy = _scrambled()
    flat = policy.flat.detach()
    critics, targets, rest = flat[policy.critic_part].clone(), flat[policy.target_part].clone(), flat.clone()
    policy.follow(0.2)
    torch.testing.assert_close(flat[policy.target_part], 0.8 * targets + 0.2 * critics)
    assert torch.equal(flat[: policy.target_part.start], rest[: policy.target_part.start])
    policy.follow(1.0)
    torch.testing.assert_close(flat[policy.target_part], critics)


@pytest.mark.parametrize("image", [None, IMAGE], ids=["vector", "picture"])
def test_that_values_and_gradients_are_those_of_the_modules_and_autograd(
    image: tuple[int, int, int] | None,
) -> None:
    policy = _scrambled() if image is None else _policy(image=image)
    count = 9
    pixels = np.random.default_rng(0).integers(0, 256, (count, int(np.prod(IMAGE))), np.uint8)
    states: Any = observations(count) if image is None else pixels
    actions, gradient_CB = _actions(count), np.random.default_rng(1).normal(size=(2, count)).astype(np.float32)
    # In some of the states the first value is to be the smaller one, in others the second.
    apart_CB, _ = policy.critics.values(states, actions)
    bias = policy.get_parameter("critics.1.perceptron.4.bias").detach()
    bias.add_(float(np.median(apart_CB[0] - apart_CB[1])) + 1e-3)
    values_CB, kept = policy.critics.values(states, actions)
    out = np.zeros(policy.flat.numel(), np.float32)
    policy.critics.backward(gradient_CB, kept, out)
    _, kept = policy.critics.values(states, actions)
    in_actions = policy.critics.smaller_gradient(values_CB, kept)

    leaf = torch.from_numpy(actions).requires_grad_()
    by_modules = torch.stack([critic(torch.from_numpy(states), leaf) for critic in policy.critics.both])
    torch.testing.assert_close(torch.from_numpy(values_CB), by_modules.detach(), rtol=1e-5, atol=1e-6)
    weights = list(policy.critics.parameters())
    expected = torch.autograd.grad(by_modules, weights, torch.from_numpy(gradient_CB), retain_graph=True)
    for parameter, each in zip(weights, expected, strict=True):
        start = parameter.storage_offset()
        mine = out[start : start + parameter.numel()].reshape(parameter.shape)
        np.testing.assert_allclose(mine, each, rtol=1e-4, atol=1e-5)
    assert not out[: policy.critic_part.start].any()
    assert not out[policy.critic_part.stop :].any()
    (expected_in_actions,) = torch.autograd.grad(by_modules.min(0).values.sum(), leaf)
    np.testing.assert_allclose(in_actions, expected_in_actions, rtol=1e-4, atol=1e-6)
    assert 0 < int((by_modules[0] < by_modules[1]).sum()) < count


def test_that_the_value_of_a_state_is_the_smaller_one_of_the_action_that_the_mean_leads_to() -> None:
    policy = _scrambled()
    state = observations(1)
    decision = policy.decide(state[0], None)
    half = (BOX.high - BOX.low) / 2
    normalised = torch.from_numpy(((decision.mean_action_D - BOX.low) / half - 1).astype(np.float32))[None]
    values = [float(critic(torch.from_numpy(state), normalised).detach()) for critic in policy.critics.both]
    assert decision.value == pytest.approx(min(values), rel=1e-5)
    assert decision.value == policy.value_of(state[0])
    assert policy.facts.value_name == "min Q(s, μ)"


def test_that_a_decision_shows_the_density_in_the_units_of_the_environment() -> None:
    from pgviz.policies.squashed_draw import draw

    policy = _scrambled()
    state, noise = observations(1), np.array([[0.3, -1.1]], np.float32)
    action = draw(policy.fast_actor.outputs(state), noise)
    sample = np.arctanh(action.actions_BD[0])
    decision = policy.decide(state[0], sample)
    assert decision.log_prob == pytest.approx(float(action.log_probs_B[0]) - policy.log_halves, rel=1e-4)
    assert policy.log_halves == pytest.approx(float(np.log((BOX.high - BOX.low) / 2).sum()))
    assert decision.action_D is not None
    assert BOX.contains(decision.action_D.astype(np.float32))


def test_that_uniform_draws_are_uniform_in_the_box() -> None:
    policy = _policy()
    actions = policy.to_actions(policy.draw_uniform(20_000, np.random.default_rng(0)))
    for d in range(2):
        low, high = float(BOX.low[d]), float(BOX.high[d])
        assert stats.kstest(actions[:, d].astype(float), stats.uniform(low, high - low).cdf).pvalue > 0.01


def test_that_uniform_draws_are_finite_whatever_the_generator_gives() -> None:
    class _Ends:
        def random(self, shape: tuple[int, int], dtype: object) -> Any:
            return np.array([[0.0, np.nextafter(np.float32(1), np.float32(0))]] * shape[0], np.float32)

    policy = _policy()
    samples = policy.draw_uniform(3, _Ends())  # type: ignore[arg-type]
    assert np.isfinite(samples).all()
    assert all(BOX.contains(action) for action in policy.to_actions(samples))


@pytest.mark.parametrize(
    "space",
    [
        spaces.Discrete(3),
        spaces.MultiDiscrete([2, 3]),
        spaces.Box(0, 9, (2,), np.int64),
        spaces.Tuple([spaces.Box(-1, 1, (2,)), spaces.Discrete(2)]),
    ],
)
def test_that_actions_that_are_not_real_are_refused_by_name(space: Space[Any]) -> None:
    with pytest.raises(UsageError, match=r"^Any-v0 has the action space .*: SAC needs a Box of real numbers; use"):
        _policy(space)


@pytest.mark.parametrize(
    "space",
    [
        spaces.Box(-np.inf, np.inf, (2,), np.float32),
        spaces.Box(np.array([0.0, -1.0]), np.array([1.0, np.inf]), dtype=np.float64),
        spaces.Box(np.finfo(np.float32).min, np.finfo(np.float32).max, (2,), np.float32),
    ],
)
def test_that_actions_without_bounds_are_refused_by_name(space: Space[Any]) -> None:
    with pytest.raises(UsageError, match=r"SAC needs a Box with finite bounds in every dimension; use"):
        _policy(space)


@pytest.mark.parametrize("shape", [(), (1,), (2, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_that_actions_have_the_shape_and_dtype_of_the_box_and_lie_in_it(
    shape: tuple[int, ...], dtype: Any
) -> None:
    space = spaces.Box(-2.0, 5.0, shape, dtype)
    policy = _policy(space)
    for samples in (
        policy.act(observations(40), np.random.default_rng(0)),
        policy.draw_uniform(40, np.random.default_rng(0)),
    ):
        actions = policy.to_actions(samples)
        assert actions.shape == (40, *shape)
        assert actions.dtype == dtype
        assert all(space.contains(np.asarray(action)) for action in actions)
