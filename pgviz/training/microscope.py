"""The gradient microscope: looks at an open minibatch, and changes nothing.

Shape suffixes: B samples, R of them at a time, O observation entries, P parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from pgviz.algorithms.algorithm import Minibatch
from pgviz.algorithms.batch import Batch
from pgviz.algorithms.on_policy import OnPolicyAlgorithm, Slopes
from pgviz.algorithms.sample_gradients import sample_gradients
from pgviz.errors import UsageError
from pgviz.policies.decision import Decision
from pgviz.policies.normalization import Normalization
from pgviz.policies.policy import Policy
from pgviz.training.examination import Examination, LayerNorms, Moves
from pgviz.training.trainer import Trainer

Places = NDArray[np.int64]

# Of all samples' gradients at once, 256 MB: a network for pictures has two million parameters.
MOST_NUMBERS = 2**26


def examine(trainer: Trainer, sample: int | None = None) -> Examination:
    """Examine the minibatch whose loss is there and whose step is not taken yet.

    Parameters
    ----------
    trainer
        Stopped at a ``MinibatchComputed`` event.
    sample
        In whose state to show how π would move; ``None`` for no such picture.

    Raises
    ------
    UsageError
        Where no minibatch is open, or the algorithm's cannot be taken apart.
    """
    opened = _opened(trainer)
    policy, batch, slopes = opened.algorithm.policy, opened.batch, opened.slopes
    if sample is not None and not 0 <= sample < len(batch):
        raise UsageError(f"the minibatch has samples 0 to {len(batch) - 1}.")
    whole_P, norms_B, along_B = _sums(_Parts(policy, batch, slopes), len(batch), policy.flat.numel())
    norm, step_P = float(np.linalg.norm(whole_P)), _step(opened.algorithm, opened.minibatch)
    steps_ago_B, copies_B, episodes_B = _origins(trainer, opened)
    log_probs_B, values_B = _now(policy, batch)
    ratios_B = None if batch.old_log_probs_B is None else np.exp(log_probs_B - batch.old_log_probs_B)
    return Examination(
        steps_ago_B=steps_ago_B,
        copies_B=copies_B,
        episodes_B=episodes_B,
        actions=np.array(batch.samples_B),
        log_probs_B=log_probs_B,
        old_log_probs_B=batch.old_log_probs_B,
        ratios_B=ratios_B,
        clipped_B=None if ratios_B is None else slopes.log_prob_B == 0.0,
        returns_B=batch.returns_B.copy(),
        values_B=values_B,
        advantages_B=opened.algorithm.weighed_advantages(batch),
        gradient_norms_B=norms_B,
        shares_B=along_B / max(norm * norm, 1e-30),
        cosines_B=along_B / np.maximum(norms_B * norm, 1e-30),
        layers=_layers(policy, whole_P, step_P),
        moves=None if sample is None else _moves(opened, sample, whole_P, step_P),
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    """A minibatch that can be taken apart, and what its gradient was made from."""

    algorithm: OnPolicyAlgorithm
    minibatch: Minibatch
    batch: Batch
    slopes: Slopes


def _opened(trainer: Trainer) -> _Opened:
    """What is open; ``UsageError`` where nothing is, or it cannot be taken apart."""
    algorithm, minibatch = trainer.algorithm, trainer.steering.open
    if minibatch is None:
        raise UsageError("no minibatch is open: stop between a loss and its step first.")
    if (
        not isinstance(algorithm, OnPolicyAlgorithm)
        or algorithm.open_batch is None
        or algorithm.open_slopes is None
    ):
        raise UsageError("only the minibatches of REINFORCE, A2C and PPO can be taken apart into their samples.")
    return _Opened(algorithm, minibatch, algorithm.open_batch, algorithm.open_slopes)


def _origins(trainer: Trainer, opened: _Opened) -> tuple[Places, Places, Places]:
    """How many steps ago each sample was taken, in which copy, and in which episode, each ``(B,)``."""
    batch, estimates = opened.batch, opened.algorithm.estimates
    copies = trainer.config.environment_count
    places_B = np.zeros(len(batch), np.int64) if batch.places_B is None else batch.places_B
    length = len(estimates.advantages_TN) if estimates is not None else 0
    return length - 1 - places_B // copies, places_B % copies, trainer.episodes_TN.reshape(-1)[places_B]


class _Parts:
    """The gradients of a minibatch's samples, as many at a time as memory has room for; again for each pass."""

    def __init__(self, policy: Policy, batch: Batch, slopes: Slopes) -> None:
        self._given = policy, batch, slopes
        self._count = len(batch)
        self._at_once = max(MOST_NUMBERS // policy.flat.numel(), 1)
        self._held: NDArray[np.float32] | None = None

    def __iter__(self) -> Iterator[tuple[slice, NDArray[np.float32]]]:
        if self._at_once >= self._count:
            if self._held is None:
                self._held = sample_gradients(*self._given)
            yield slice(None), self._held
            return
        for first in range(0, self._count, self._at_once):
            rows = range(first, min(first + self._at_once, self._count))
            yield slice(rows.start, rows.stop), sample_gradients(*self._given, rows)


def _sums(
    parts: _Parts, samples: int, parameters: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """The whole gradient, ``(P,)``, and of each sample's own the norm and the product with the whole, ``(B,)``."""
    whole_P = np.zeros(parameters, np.float32)
    norms_B, along_B = np.zeros(samples, np.float32), np.zeros(samples, np.float32)
    for rows, gradients_RP in parts:
        whole_P += gradients_RP.sum(0)
        norms_B[rows] = np.linalg.norm(gradients_RP, axis=1)
    for rows, gradients_RP in parts:
        along_B[rows] = gradients_RP @ whole_P
    return whole_P, norms_B, along_B


def _now(policy: Policy, batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    assessment = policy.assess(batch.observations_BO, batch.samples_B, batch.masks_BA, learning=False)
    return np.array(assessment.score.log_probs_B), assessment.values_B


def _step(algorithm: OnPolicyAlgorithm, minibatch: Minibatch) -> NDArray[np.float32]:
    """The step that the optimiser is about to make, found by making it and taking it back."""
    flat, gradient = algorithm.policy.flat.detach(), algorithm.policy.flat.grad
    assert gradient is not None
    before, moments, kept = flat.clone(), algorithm.optimizer.capture(), gradient.clone()
    maximum = algorithm.knobs.optional("max_gradient_norm")
    algorithm.optimizer.step(minibatch.learning_rate, minibatch.gradient_norm, maximum)
    step_P: NDArray[np.float32] = (flat - before).numpy()
    flat.copy_(before)
    algorithm.optimizer.restore(moments)
    gradient.copy_(kept)
    return step_P


def _layers(
    policy: Policy, gradient_P: NDArray[np.float32], step_P: NDArray[np.float32]
) -> tuple[LayerNorms, ...]:
    norms = []
    for name, parameter in policy.named_parameters():
        part = slice(parameter.storage_offset(), parameter.storage_offset() + parameter.numel())
        weight = float(parameter.detach().norm())
        gradient, step = np.linalg.norm(gradient_P[part]), np.linalg.norm(step_P[part])
        norms.append(LayerNorms(name, weight, float(gradient), float(step)))
    return tuple(norms)


def _moves(opened: _Opened, sample: int, whole_P: NDArray[np.float32], step_P: NDArray[np.float32]) -> Moves:
    """Move along the sample's own gradient, the whole one, and by the step; each as far as the step goes."""
    policy, batch = opened.algorithm.policy, opened.batch
    seen_O = np.asarray(batch.observations_BO[sample], np.float32)
    (alone_P,) = sample_gradients(policy, batch, opened.slopes, [sample])
    length = float(np.linalg.norm(step_P))

    def along(gradient_P: NDArray[np.float32]) -> NDArray[np.float32]:
        scaled_P: NDArray[np.float32] = gradient_P * np.float32(
            -length / max(float(np.linalg.norm(gradient_P)), 1e-30)
        )
        return scaled_P

    return Moves(
        sample,
        _decision_after(policy, seen_O, np.zeros_like(step_P)),
        _decision_after(policy, seen_O, along(alone_P)),
        _decision_after(policy, seen_O, along(whole_P)),
        _decision_after(policy, seen_O, step_P),
    )


def _decision_after(policy: Policy, seen_O: NDArray[np.float32], move_P: NDArray[np.float32]) -> Decision:
    """π at a state as the network sees it, with the weights moved for a moment."""
    flat, normalization = policy.flat.detach(), policy.normalization
    before = flat.clone()
    try:
        flat.add_(torch.from_numpy(move_P))
        policy.normalization = Normalization()  # the state has been through it
        return policy.decide(seen_O, None)
    finally:
        flat.copy_(before)
        policy.normalization = normalization
