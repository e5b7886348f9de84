"""Checkups: what is measured of an update so that common mistakes can be told from it.

A checkup reads what the update left behind and computes the actor once or twice on a few samples. It draws no
random number and changes nothing, and it is made so rarely that it takes less than a hundredth of the time that
updates do.

Each number is worked out by a way that the mistake it is to reveal does not go: densities from the map into the
bounds itself rather than from the formula for its slope, the mask from what acting kept, what comes after a
truncated episode from the targets.

Shape suffixes: B samples, D action dimensions, O observation entries, A choices, T time, N copies.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from pgviz.algorithms.batch import Batch
from pgviz.algorithms.rollout import Rollout
from pgviz.algorithms.vitals import Truncations, Vitals
from pgviz.policies.bounds import ActionBounds
from pgviz.policies.decision import Array
from pgviz.policies.distributions import DiagonalGaussian
from pgviz.policies.factored import FactoredPolicy
from pgviz.policies.factors import Factored
from pgviz.policies.gaussian import GaussianPolicy
from pgviz.policies.policy import Mask, Policy

if TYPE_CHECKING:
    from pgviz.algorithms.on_policy import Estimates, OnPolicyAlgorithm

Numbers = NDArray[np.float64]

STEPS, SAMPLES = 2, 128
FIRST_UPDATES = 8
SHARE_OF_TIME = 0.005
SATURATED = 0.99
# Where tanh is steeper than 0.01, a difference quotient of the map into the bounds is exact to six digits.
_STEEP, _STEP = 3.0, 1e-4
_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0


def updates_between(minibatches: int, batch_size: int, acting_steps: int) -> int:
    """Say how seldom to check up, so that it takes less than a hundredth of the time of updates and rollouts.

    Parameters
    ----------
    minibatches, batch_size
        Of an update like those to come.
    acting_steps
        Steps of all copies together in its rollout.
    """
    update = 0.2 * minibatches + 0.0006 * minibatches * batch_size + 0.06 * acting_steps
    checkup = 0.8 + 0.0012 * batch_size
    return max(math.ceil(checkup / (SHARE_OF_TIME * update)), 1) if update > 0.0 else 1


def is_due(update: int, between: int) -> bool:
    """Whether an update, counted from 1, is to be checked: the first few are, then every so many-th."""
    return update <= FIRST_UPDATES or update % between == 0


class _Followed(NamedTuple):
    """Samples of one minibatch, how each weighs in the loss, and by how much the step changed their ln π."""

    part: Batch
    weights_B: Numbers
    change_B: Numbers


class Checkup:
    """Of one update: follows its first steps, then says what they did.

    A step is measured on the samples of its own minibatch: they are what it was to serve. Early in an update none
    of them is clipped yet.
    """

    def __init__(self) -> None:
        self._followed: list[_Followed] = []
        self._agreement = math.nan

    def precede(self, algorithm: OnPolicyAlgorithm) -> None:
        """Look at a gradient that is about to be stepped along; at the first one of the update alone."""
        batch, gradient = algorithm.open_batch, algorithm.policy.flat.grad
        if batch is None or gradient is None or self._followed:
            return
        policy = algorithm.policy
        said = policy.assess(batch.observations_BO, batch.samples_B, batch.masks_BA)
        ascent_P = policy.gradient(said, algorithm.weighed_advantages(batch))
        descent_P = gradient.numpy()
        asks = ascent_P != 0.0  # what V alone depends on is not asked
        norm = math.sqrt(float(ascent_P.dot(ascent_P)) * float(np.square(descent_P[asks]).sum()))
        self._agreement = -float(ascent_P.dot(descent_P)) / norm if norm > 0.0 else math.nan

    def follow(self, algorithm: OnPolicyAlgorithm) -> None:
        """Look at a step that has just been taken."""
        batch, before_B = algorithm.open_batch, algorithm.open_log_probs_B
        if batch is None or before_B is None or len(self._followed) == STEPS:
            return
        few = _spread(len(batch), SAMPLES)
        part, weights_B = batch.select(few), algorithm.weighed_advantages(batch).astype(float)
        said = algorithm.policy.assess(part.observations_BO, part.samples_B, part.masks_BA, learning=False)
        change_B: Numbers = said.score.log_probs_B.astype(float) - before_B[few]
        self._followed.append(_Followed(part, weights_B[few], change_B))

    def finish(self, algorithm: OnPolicyAlgorithm) -> Vitals | None:
        """Say what was found, once the update is over; ``None`` where no step was taken."""
        rollout, estimates = algorithm.rollout, algorithm.estimates
        if rollout is None or estimates is None or not self._followed:
            return None
        weights_B, change_B = (np.concatenate([each[i] for each in self._followed]) for i in (1, 2))
        ascent, good, bad, kl = _movement(weights_B, change_B)
        policy, part = algorithm.policy, self._followed[0].part
        # The weights have moved on since the first step; what follows compares like with like under the last ones.
        said = policy.assess(part.observations_BO, part.samples_B, part.masks_BA, learning=False)
        learned_B = said.score.log_probs_B
        masks_BA = _masks_of_acting(rollout, part)
        returns_B = estimates.returns_TN.reshape(-1)[rollout.active_B]
        error_B = estimates.advantages_TN.reshape(-1)[rollout.active_B]
        return Vitals(
            agreement=self._agreement,
            ascent=ascent,
            rise_of_good=good,
            rise_of_bad=bad,
            kl=kl,
            advantage_mean=float(weights_B.mean()),
            advantage_std=float(weights_B.std()),
            return_mean=float(returns_B.mean()),
            return_std=float(returns_B.std()),
            value_error=math.sqrt(float(np.square(error_B).mean())) if algorithm.has_critic else None,
            idle_units_H=idle_units(policy, part.observations_BO),
            beyond_bounds_D=_beyond_bounds(policy, part),
            density_gap=_density_gap(policy, part, learned_B),
            mask_gap=_mask_gap(policy, part, masks_BA, learned_B),
            uniform_entropy=_uniform_entropy(policy, masks_BA),
        )


def _spread(count: int, most: int) -> NDArray[np.int64]:
    """Choose evenly among samples, without a step that could fall in with the number of copies."""
    if count <= most:
        return np.arange(count)
    return np.sort((np.arange(most) * _GOLDEN % 1.0 * count).astype(np.int64))


def look_at_truncations(rollout: Rollout, estimates: Estimates) -> Truncations | None:
    """Say what the targets make of episodes that were cut off; ``None`` where none were."""
    if not rollout.final_observations:
        return None
    truncated_TN = rollout.ended_TN & ~rollout.terminated_TN
    count = np.count_nonzero(truncated_TN)
    if not count:
        return None
    targets_B = estimates.returns_TN[truncated_TN]
    values_B = targets_B - estimates.advantages_TN[truncated_TN]
    bootstrap = np.abs(targets_B - rollout.rewards_TN[truncated_TN]).max()
    return Truncations(int(count), float(bootstrap), float(np.abs(values_B).mean()))


def _movement(weights_B: Numbers, change_B: Numbers) -> tuple[float, float, float, float]:
    """How ln π moved beside what the advantages asked for: ascent, rise of the good and of the bad, and KL."""
    norm = math.sqrt(float(weights_B.dot(weights_B)) * float(change_B.dot(change_B)))
    ascent = float(weights_B.dot(change_B)) / norm if norm > 1e-12 else math.nan
    good_B, bad_B = change_B[weights_B > 0.0], change_B[weights_B < 0.0]
    # Beyond this the policy has left its samples altogether, and e^Δ is no number to take a mean of.
    bounded_B = change_B.clip(-50.0, 50.0)
    kl = float((np.expm1(bounded_B) - bounded_B).mean())
    return ascent, _mean(good_B), _mean(bad_B), kl


def _mean(numbers: Numbers) -> float:
    return float(numbers.mean()) if len(numbers) else math.nan


def idle_units(policy: Policy, observations_BO: Array) -> tuple[float, ...]:
    """Return the share of idle units in each hidden layer of the actor, from its input on; see :class:`Vitals`."""
    shares, x = [], torch.from_numpy(observations_BO)
    with torch.no_grad():
        for layer in list(policy.actor)[:-1]:
            x = layer(x)
            if isinstance(layer, nn.Tanh):
                shares.append(float((x.abs() > SATURATED).all(0).float().mean()))
            elif isinstance(layer, nn.ReLU):
                shares.append(float((x <= 0.0).all(0).float().mean()))
    return tuple(shares)


def _real_part(policy: Policy, part: Batch) -> tuple[Numbers, ActionBounds] | None:
    """Return what was drawn as real numbers, and their bounds; ``None`` where nothing was."""
    if isinstance(policy, GaussianPolicy):
        return part.samples_B.astype(float), policy.bounds
    if isinstance(policy, FactoredPolicy) and policy.facts.has_std:
        return part.samples_B[:, policy.layout.real_columns_D].astype(float), policy.bounds
    return None


def _beyond_bounds(policy: Policy, part: Batch) -> Numbers | None:
    real = _real_part(policy, part)
    if real is None or policy.squash:
        return None
    samples_BD, bounds = real
    share_D: Numbers = ((samples_BD < bounds.low_D) | (samples_BD > bounds.high_D)).mean(0)
    return share_D


def _density_gap(policy: Policy, part: Batch, learned_B: Array) -> float | None:
    """Compare ln π with ln N(u; μ, σ) − Σ ln Δa/Δu, the slope found by moving u a little."""
    real = _real_part(policy, part)
    if real is None or not policy.squash:
        return None
    samples_BD, bounds = real
    steep_B = np.abs(samples_BD).max(1) < _STEEP
    if not steep_B.any():
        return None
    gaussian, others_B = _gaussian(policy, part)
    slope_BD = (bounds.squash(samples_BD + _STEP) - bounds.squash(samples_BD - _STEP)) / (2.0 * _STEP)
    mean_BD, log_std = gaussian.mean_BD.numpy().astype(float), gaussian.log_std_D.detach().numpy().astype(float)
    scaled_BD = (samples_BD - mean_BD) / np.exp(log_std)
    density_BD = -0.5 * scaled_BD**2 - log_std - 0.5 * math.log(2.0 * math.pi) - np.log(slope_BD.clip(1e-12))
    gaps_B = learned_B - others_B - density_BD.sum(1)
    return float(np.abs(gaps_B[steep_B]).mean())


@torch.no_grad()
def _gaussian(policy: Policy, part: Batch) -> tuple[DiagonalGaussian, Array | float]:
    """Return the Gaussian in π(·|s), and ln π of the choices beside it."""
    masks = None if part.masks_BA is None else torch.from_numpy(part.masks_BA)
    distribution = policy.distribution(torch.from_numpy(part.observations_BO), masks)
    if isinstance(distribution, DiagonalGaussian):
        return distribution, 0.0
    assert isinstance(distribution, Factored)
    gaussian = distribution.gaussian
    assert gaussian is not None
    samples = torch.from_numpy(part.samples_B)
    real = samples[:, distribution.factors.real_columns]
    return gaussian, (distribution.log_prob(samples) - gaussian.log_prob(real)).numpy()


def _masks_of_acting(rollout: Rollout, part: Batch) -> Mask | None:
    """Return the masks under which the samples were drawn."""
    if rollout.masks_BA is None or part.places_B is None:
        return None
    return rollout.masks_BA[part.places_B]


def _mask_gap(policy: Policy, part: Batch, masks_BA: Mask | None, learned_B: Array) -> float | None:
    """Probability of what was ruled out: the π that acts is the one that learns, divided by what is left of it."""
    if masks_BA is None:
        return None
    ruled_B = ~masks_BA.all(1)
    if not ruled_B.any():
        return None
    observations_BO, samples_B = part.observations_BO[ruled_B], part.samples_B[ruled_B]
    acting_B = policy.assess(observations_BO, samples_B, masks_BA[ruled_B], learning=False).score.log_probs_B
    return float(-np.expm1(np.minimum(learned_B[ruled_B] - acting_B, 0.0)).mean())


def _uniform_entropy(policy: Policy, masks_BA: Mask | None) -> float | None:
    """Entropy of an even choice among what is legal: Σ ln n over the choices, less where some options are not."""
    uniform = policy.facts.uniform_entropy
    if uniform is None or masks_BA is None:
        return uniform
    counts_F = policy.layout.counts_F if isinstance(policy, FactoredPolicy) else np.array([masks_BA.shape[1]])
    legal_BF = np.add.reduceat(masks_BA, np.cumsum(counts_F) - counts_F, axis=1, dtype=np.int64)
    return uniform + float((np.log(legal_BF) - np.log(counts_F)).sum(1).mean())
