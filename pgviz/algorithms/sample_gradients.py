"""The gradient of a minibatch, sample by sample.

Shape suffixes: B samples, O observation entries, P parameters, A choices.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call, vmap

from pgviz.algorithms.batch import Batch
from pgviz.algorithms.on_policy import Slopes
from pgviz.policies.policy import Policy

# So many samples at once: their gradients are as large as all parameters each.
CHUNK = 64


class _Pull(nn.Module):
    """What one sample adds to a loss, to first order: its slopes times its ln π, entropy and V."""

    def __init__(self, policy: Policy) -> None:
        super().__init__()
        self.policy = policy

    def forward(self, observation_O: Tensor, sample: Tensor, mask_A: Tensor | None, slopes: Tensor) -> Tensor:
        observations, masks = observation_O[None], None if mask_A is None else mask_A[None]
        distribution = self.policy.distribution(observations, masks)
        pull = slopes[0] * distribution.log_prob(sample[None])[0] + slopes[1] * distribution.entropy()[0]
        critic = self.policy.critic
        return pull if critic is None else pull + slopes[2] * critic(observations)[0, 0]


def sample_gradients(
    policy: Policy, batch: Batch, slopes: Slopes, rows: Sequence[int] | None = None
) -> NDArray[np.float32]:
    """Return each sample's own part of the minibatch's gradient, ``(B, P)``; they sum to the whole.

    A loss is a function of every sample's ln π, entropy and V, so that by the chain rule its gradient is a sum
    over samples of their slopes times their own gradients. Computed for many at once: a copy of the parameters
    for each, and one step back through all. (``torch.func.grad`` would do it too, but its first call loads torch's
    compiler: seconds, and 130 MB.)

    Parameters
    ----------
    policy
        With the weights at which `slopes` were taken; not changed.
    batch, slopes
        The open minibatch.
    rows
        Only these samples; all of them where ``None``.
    """
    batch = batch if rows is None else batch.select(np.asarray(rows))
    chosen = slice(None) if rows is None else np.asarray(rows)
    zeros_B = np.zeros(len(batch), np.float32)
    weights = [zeros_B if each is None else each[chosen].astype(np.float32) for each in slopes]
    given = (
        torch.from_numpy(np.ascontiguousarray(batch.observations_BO)),
        torch.from_numpy(batch.samples_B),
        None if batch.masks_BA is None else torch.from_numpy(batch.masks_BA),
        torch.from_numpy(np.stack(weights, 1)),
    )
    pull = _Pull(policy)
    gradients_BP = np.zeros((len(batch), policy.flat.numel()), np.float32)
    for start in range(0, len(batch), CHUNK):
        some = slice(start, start + CHUNK)
        _fill(gradients_BP[some], pull, [None if each is None else each[some] for each in given])
    return gradients_BP


def _fill(gradients_BP: NDArray[np.float32], pull: _Pull, given: Sequence[Tensor | None]) -> None:
    """Write the gradients of a few samples, each pulled by a copy of the parameters that is its own."""
    count = len(gradients_BP)
    named = list(pull.named_parameters())
    copies = [each.detach().expand(count, *each.shape).requires_grad_() for _, each in named]

    def alone(own: list[Tensor], *one: Tensor | None) -> Tensor:
        values = {name: value for (name, _), value in zip(named, own, strict=True)}
        result: Tensor = functional_call(pull, values, one)
        return result

    with torch.enable_grad():
        dims = tuple(None if each is None else 0 for each in given)
        pulls_B = vmap(alone, in_dims=(0, *dims))(copies, *given)
        gradients = torch.autograd.grad(pulls_B.sum(), copies, materialize_grads=True)
    for (_, parameter), gradient in zip(named, gradients, strict=True):
        start = parameter.storage_offset()
        gradients_BP[:, start : start + parameter.numel()] = gradient.reshape(count, -1).numpy()
