"""The gradient of a minibatch, sample by sample.

Shape suffixes: B samples, O observation entries, P parameters, A choices.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap

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
    over samples of their slopes times their own gradients. Computed for many at once by ``vmap`` of ``grad``.

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
    pull = _Pull(policy)
    names = [name for name, _ in policy.named_parameters()]
    parameters = {f"policy.{name}": parameter.detach() for name, parameter in policy.named_parameters()}

    def loss(values: dict[str, Tensor], *given: Tensor | None) -> Tensor:
        result: Tensor = functional_call(pull, values, given)
        return result

    masks_BA = None if batch.masks_BA is None else torch.from_numpy(batch.masks_BA)
    per_sample = vmap(grad(loss), in_dims=(None, 0, 0, None if masks_BA is None else 0, 0), chunk_size=CHUNK)
    gradients = per_sample(
        parameters,
        torch.from_numpy(np.ascontiguousarray(batch.observations_BO)),
        torch.from_numpy(batch.samples_B),
        masks_BA,
        torch.from_numpy(np.stack(weights, 1)),
    )
    return _flattened(policy, {name: gradients[f"policy.{name}"] for name in names}, len(batch))


def _flattened(policy: Policy, gradients: dict[str, Tensor], count: int) -> NDArray[np.float32]:
    flat_BP = np.zeros((count, policy.flat.numel()), np.float32)
    for name, parameter in policy.named_parameters():
        start = parameter.storage_offset()
        flat_BP[:, start : start + parameter.numel()] = gradients[name].reshape(count, -1).numpy()
    return flat_BP
