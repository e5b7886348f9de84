"""A policy on its own: a file that acts without pgviz, by PyTorch (``.pt2``) or ONNX Runtime (``.onnx``).

What it takes is named ``observations``: a batch of them as the environment returns them, where they are a ``Box``,
``Discrete`` or ``MultiBinary``; of any other space, rows as pgviz encodes them. What it gives first is ``action``,
the likeliest one, ready for the environment; then what π(·|s) is made of:

==================  ====================================================
policy              outputs
==================  ====================================================
softmax             ``action`` (B,), ``logits`` (B, A)
values, bins        ``action`` (B,) or (B, *shape), ``values`` (B, A)
Gaussian            ``action`` (B, *shape), ``mean`` (B, D), ``log_std`` (B, D)
choices side by     ``action`` (B, F), ``logits`` (B, all options)
side
==================  ====================================================

A Gaussian is that of the sample before it is squashed or clipped into the bounds. Illegal actions are not known
here: whoever has a mask takes the largest of the legal logits.

Shape suffixes: B batch, O observation entries, A actions, D action dimensions, F choices.
"""

from __future__ import annotations

import io
import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gymnasium import Space, spaces
from torch import Tensor, nn

from pgviz.errors import UsageError, in_brief
from pgviz.export.extras import ONNX
from pgviz.export.whole import written_whole
from pgviz.policies.factored import FactoredPolicy
from pgviz.policies.gaussian import LOG_STD_HIGH, LOG_STD_LOW, GaussianPolicy
from pgviz.policies.normalization import LARGEST
from pgviz.policies.policy import Policy
from pgviz.policies.q_policy import BinnedQPolicy, QPolicy

FORMATS = (".pt2", ".onnx")
INPUT = "observations"


class StandalonePolicy(nn.Module):
    """A policy that sees to its observations itself.

    Parameters
    ----------
    policy
        What was trained.
    observation_space, action_space
        Of its environment.

    Attributes
    ----------
    outputs
        Names of what it gives.
    """

    def __init__(self, policy: Policy, observation_space: Space[Any], action_space: Space[Any]) -> None:
        super().__init__()
        self.actor = policy.actor
        self._states = int(observation_space.n) if isinstance(observation_space, spaces.Discrete) else 0
        self._first = int(observation_space.start) if isinstance(observation_space, spaces.Discrete) else 0
        self._picture = policy.shape.image is not None
        normalization = policy.normalization
        self._normalizes = normalization.observation_mean_O is not None
        if normalization.observation_mean_O is not None and normalization.observation_std_O is not None:
            self.register_buffer("observation_mean", torch.from_numpy(normalization.observation_mean_O.copy()))
            self.register_buffer("observation_std", torch.from_numpy(normalization.observation_std_O.copy()))
        self.head = _head(policy, action_space)
        self.outputs = self.head.outputs

    def forward(self, observations: Tensor) -> tuple[Tensor, ...]:
        """Return the likeliest action of each state, and what π(·|s) is made of."""
        if self._states:
            rows_BO = nn.functional.one_hot(observations - self._first, self._states).to(torch.float32)
        else:
            rows_BO = observations.flatten(1)
        if self._normalizes:
            assert isinstance(self.observation_mean, Tensor)
            assert isinstance(self.observation_std, Tensor)
            rows_BO = (rows_BO.to(torch.float64) - self.observation_mean) / self.observation_std
            rows_BO = rows_BO.clamp(-LARGEST, LARGEST)
        if not self._picture:
            rows_BO = rows_BO.to(torch.float32)
        result: tuple[Tensor, ...] = self.head(self.actor(rows_BO))
        return result


class _Choice(nn.Module):
    """The largest output is the action."""

    def __init__(self, name: str, start: int) -> None:
        super().__init__()
        self.outputs = ("action", name)
        self._start = start

    def forward(self, outputs_BA: Tensor) -> tuple[Tensor, ...]:
        return outputs_BA.argmax(1) + self._start, outputs_BA


class _Bins(nn.Module):
    """The largest output is the place of the action in a table."""

    outputs = ("action", "values")

    def __init__(self, actions_A: np.ndarray[Any, Any]) -> None:
        super().__init__()
        self.register_buffer("actions", torch.from_numpy(np.array(actions_A)))

    def forward(self, outputs_BA: Tensor) -> tuple[Tensor, ...]:
        assert isinstance(self.actions, Tensor)
        return self.actions[outputs_BA.argmax(1)], outputs_BA


class _Choices(nn.Module):
    """The largest of each choice's outputs is its part of the action."""

    outputs = ("action", "logits")

    def __init__(self, counts: list[int], starts: list[int], shape: tuple[int, ...]) -> None:
        super().__init__()
        self._counts, self._starts, self._shape = counts, starts, shape

    def forward(self, outputs_BA: Tensor) -> tuple[Tensor, ...]:
        parts = torch.split(outputs_BA, self._counts, 1)
        chosen = [part.argmax(1) + start for part, start in zip(parts, self._starts, strict=True)]
        return torch.stack(chosen, 1).reshape(-1, *self._shape), outputs_BA


class _Gaussian(nn.Module):
    """The mean, squashed or clipped, is the action."""

    outputs = ("action", "mean", "log_std")

    def __init__(self, policy: GaussianPolicy, space: spaces.Box) -> None:
        super().__init__()
        low, high = (torch.from_numpy(each.copy()) for each in (policy.bounds.low_D, policy.bounds.high_D))
        self.register_buffer("low", low)
        self.register_buffer("high", high)
        self.register_buffer("radius", torch.where(low.isfinite() & high.isfinite(), (high - low) / 2, 1.0))
        self._plain = bool((low.isfinite() & high.isfinite()).all())
        self._squash, self._shape, self._dtype = policy.squash, space.shape, _torch_dtype(space)
        free = policy.log_std
        self.register_buffer("log_std", None if free is None else free.detach().clone())

    def forward(self, outputs_BK: Tensor) -> tuple[Tensor, ...]:
        mean_BD, log_std_BD = outputs_BK, self.log_std
        if log_std_BD is None:
            mean_BD, raw_BD = outputs_BK.tensor_split(2, -1)
            log_std_BD = raw_BD.clamp(LOG_STD_LOW, LOG_STD_HIGH)
        assert isinstance(log_std_BD, Tensor)
        action_BD = self._bounded(mean_BD.to(torch.float64)).to(self._dtype)
        return action_BD.reshape(-1, *self._shape), mean_BD, log_std_BD.expand_as(mean_BD)

    def _bounded(self, u_BD: Tensor) -> Tensor:
        """As :class:`pgviz.policies.bounds.ActionBounds` does it."""
        assert isinstance(self.low, Tensor)
        assert isinstance(self.high, Tensor)
        assert isinstance(self.radius, Tensor)
        if self._squash and self._plain:
            u_BD = self.low + self.radius * (1.0 + torch.tanh(u_BD))
        elif self._squash:
            has_low, has_high = self.low.isfinite(), self.high.isfinite()
            low, high = torch.where(has_low, self.low, 0.0), torch.where(has_high, self.high, 0.0)
            both_BD = low + self.radius * (1.0 + torch.tanh(u_BD))
            one_BD = torch.where(has_low, low + _softplus(u_BD), high - _softplus(-u_BD))
            u_BD = torch.where(has_low & has_high, both_BD, torch.where(has_low | has_high, one_BD, u_BD))
        return torch.minimum(torch.maximum(u_BD, self.low), self.high)


def _softplus(u: Tensor) -> Tensor:
    """ln(1 + eᵘ), of which ONNX Runtime has no function of its own in float64."""
    return u.clamp(min=0.0) + torch.log(1.0 + torch.exp(-u.abs()))


def _torch_dtype(space: spaces.Box) -> torch.dtype:
    return torch.from_numpy(np.zeros(1, space.dtype)).dtype


def _head(policy: Policy, space: Space[Any]) -> Any:
    """What turns the actor's outputs into an action."""
    if isinstance(policy, BinnedQPolicy):
        return _Bins(np.asarray(policy.to_actions(np.arange(policy.action_count))))
    if isinstance(policy, QPolicy):
        return _Choice("values", policy.start)
    if isinstance(policy, GaussianPolicy) and isinstance(space, spaces.Box):
        return _Gaussian(policy, space)
    if isinstance(policy, FactoredPolicy):
        return _choices(policy, space)
    return _Choice("logits", int(getattr(policy, "start", 0)))


def _choices(policy: FactoredPolicy, space: Space[Any]) -> _Choices:
    layout = policy.layout
    if not isinstance(space, spaces.MultiDiscrete | spaces.MultiBinary):
        raise UsageError(
            f"actions of the kind {in_brief(space)} are made up of parts that no one tensor holds; not exported."
        )
    return _Choices(layout.counts_F.tolist(), layout.starts_F.tolist(), space.shape)


def example(space: Space[Any], size: int) -> Tensor:
    """Two observations of the kind that a :class:`StandalonePolicy` takes, all of them 0.

    Parameters
    ----------
    space
        Of the environment's observations.
    size
        Entries of an encoded one.
    """
    if isinstance(space, spaces.Discrete):
        return torch.full((2,), int(space.start), dtype=torch.int64)
    if isinstance(space, spaces.Box) and space.dtype == np.uint8:
        return torch.zeros((2, *space.shape), dtype=torch.uint8)
    if isinstance(space, spaces.Box | spaces.MultiBinary):
        return torch.zeros((2, *space.shape))
    return torch.zeros((2, size))


def write_policy(module: StandalonePolicy, observations: Tensor, path: Path) -> None:
    """Write a policy; the file appears only when it is whole.

    Parameters
    ----------
    module
        The policy.
    observations
        An :func:`example` of its input.
    path
        A file that ends in one of :data:`FORMATS`.

    Raises
    ------
    UsageError
        For another kind of file, or where what writes ONNX is not installed.
    ExportError
        Where it cannot be written.
    """
    require_format(path)
    batch = torch.export.Dim("batch", min=1)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's own, about itself
        program = torch.export.export(module.eval(), (observations,), dynamic_shapes=({0: batch},))
        content = _onnx(module, program) if path.suffix.lower() == ".onnx" else _pt2(program)
    with written_whole(path) as part:
        part.write_bytes(content)


def require_format(path: Path) -> None:
    """Raise a ``UsageError`` where a file of this name cannot be written here."""
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"a policy is a file that ends in {' or '.join(FORMATS)}; got {path.name!r}.")
    if path.suffix.lower() == ".onnx" and ONNX.missing:
        raise UsageError(f"writing ONNX needs {ONNX.missing}; .pt2 works without.")


def _pt2(program: Any) -> bytes:
    written = io.BytesIO()
    torch.export.save(program, written)
    return written.getvalue()


def _onnx(module: StandalonePolicy, program: Any) -> bytes:
    # It says what it leaves out of its own table for want of torchvision.
    logging.getLogger("torch.onnx._internal.exporter._registration").setLevel(logging.ERROR)
    made = torch.onnx.export(
        program, input_names=[INPUT], output_names=list(module.outputs), dynamo=True, verbose=False
    )
    assert made is not None
    written: bytes = made.model_proto.SerializeToString()
    return written
