"""Taking over what another program learned, into a policy of ours of the same shape."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import torch
from gymnasium import spaces
from torch import nn

from pgviz.action_layout import in_one_line
from pgviz.policies.factored import FactoredPolicy
from pgviz.policies.foreign.archive import ForeignPolicyError
from pgviz.policies.foreign.sb3 import ForeignPolicy, Layer, Layers
from pgviz.policies.normalization import Normalization
from pgviz.policies.policy import Policy
from pgviz.policies.sac_policy import SACPolicy

LARGEST_STATISTICS = 16 * 2**20


def take_over(foreign: ForeignPolicy, policy: Policy, action_space: spaces.Space[object]) -> None:
    """Write a foreign agent's weights into a policy of ours.

    Parameters
    ----------
    foreign
        The agent.
    policy
        Built for :meth:`~pgviz.policies.foreign.sb3.ForeignPolicy.hyperparameters`; changed in place.
    action_space
        That it acts in.

    Raises
    ------
    ForeignPolicyError
        Where the shapes differ; the policy is spoilt then.
    """
    actor = foreign.networks["actor"]
    if isinstance(action_space, spaces.MultiBinary):
        actor = _with_both_options(actor)
    elif isinstance(policy, FactoredPolicy) and not isinstance(action_space, spaces.MultiDiscrete):
        raise ForeignPolicyError(
            f"{foreign.name} cannot act in {in_one_line(action_space)}: Stable-Baselines3 has no such policy."
        )
    pictures = foreign.networks.get("pictures", ())
    _write(foreign, "actor", (*pictures, *actor), policy.actor)
    if policy.critic is not None:
        _write(foreign, "critic", (*pictures, *foreign.networks["critic"]), policy.critic)
    if policy.log_std is not None:
        _write_log_std(foreign, policy.log_std)
    if isinstance(policy, SACPolicy):
        for index in range(2):
            _write(foreign, f"q{index}", foreign.networks[f"q{index}"], policy.critics.both[index].perceptron)
            _write(
                foreign,
                f"target{index}",
                foreign.networks[f"target{index}"],
                policy.targets.both[index].perceptron,
            )
        if foreign.log_temperature is not None and math.isfinite(foreign.log_temperature):
            policy.log_temperature.detach().fill_(foreign.log_temperature)


def target_weights(foreign: ForeignPolicy) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """DQN's target network as one vector, in the order of our network's parameters."""
    return np.concatenate([part.reshape(-1) for layer in foreign.networks["target"] for part in layer])


def take_over_statistics(path: Path, normalization: Normalization) -> None:
    """Read what observations are normalised by: JSON with ``mean``, ``var`` and ``count``, as in ``VecNormalize``.

    Parameters
    ----------
    path
        The file.
    normalization
        The policy's own; changed in place.

    Raises
    ------
    ForeignPolicyError
        Where it cannot be read or does not fit.
    """
    try:
        if path.stat().st_size > LARGEST_STATISTICS:
            raise ValueError("it is larger than any honest one")
        read = json.loads(path.read_bytes())
        mean, variance = (np.asarray(read[name], np.float64).reshape(-1) for name in ("mean", "var"))
        count = float(read["count"])
    except OSError as error:
        raise ForeignPolicyError(f"cannot read {path}: {error.strerror or error}.") from error
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise ForeignPolicyError(
            f"{path.name} is no statistics of VecNormalize, which are JSON with mean, var and count: {error}."
        ) from error
    moments = normalization.observations
    if moments is None or mean.shape != moments.mean.shape or variance.shape != mean.shape:
        wanted = 0 if moments is None else moments.mean.size
        raise ForeignPolicyError(
            f"{path.name} has {mean.size} means and {variance.size} variances for {wanted} numbers observed."
        )
    if not (np.isfinite(mean).all() and np.isfinite(variance).all() and (variance >= 0.0).all()):
        raise ForeignPolicyError(f"{path.name} has means or variances that no numbers have.")
    if not (math.isfinite(count) and count > 0.0):
        raise ForeignPolicyError(f"{path.name} has a count of {count:g}, which nothing has.")
    taken = {"mean": mean, "squares": variance * count, "count": count}
    normalization.restore(normalization.capture() | {"observations": taken})


def _with_both_options(layers: Layers) -> Layers:
    """Make two logits for each binary choice out of one: that of *no* is 0, and softmax the logistic function."""
    last = layers[-1]
    weight = np.zeros((2 * len(last.bias), last.weight.shape[1]), np.float32)
    bias = np.zeros(len(weight), np.float32)
    weight[1::2], bias[1::2] = last.weight, last.bias
    return (*layers[:-1], Layer(weight, bias))


def _write(foreign: ForeignPolicy, name: str, layers: Layers, network: nn.Sequential) -> None:
    ours = [each for each in network.modules() if isinstance(each, nn.Linear | nn.Conv2d)]
    theirs, wanted = [each.weight.shape for each in layers], [tuple(each.weight.shape) for each in ours]
    if theirs != wanted:
        raise ForeignPolicyError(
            f"{foreign.name} does not fit this environment and algorithm: the layers of its {name} are "
            f"{_said(theirs)}, and here they are {_said(wanted)}."
        )
    for layer, module in zip(layers, ours, strict=True):
        assert module.bias is not None
        # In place: all parameters are views of one vector.
        module.weight.detach().copy_(torch.from_numpy(layer.weight))
        module.bias.detach().copy_(torch.from_numpy(layer.bias))


def _write_log_std(foreign: ForeignPolicy, log_std: nn.Parameter) -> None:
    if foreign.log_std is None or foreign.log_std.shape != log_std.shape:
        raise ForeignPolicyError(
            f"{foreign.name} does not fit this environment, whose actions have {log_std.numel()} dimensions: "
            f"its log_std has {0 if foreign.log_std is None else foreign.log_std.size}."
        )
    log_std.detach().copy_(torch.from_numpy(foreign.log_std))


def _said(shapes: list[tuple[int, ...]]) -> str:
    return ", ".join("×".join(map(str, shape)) for shape in shapes) or "none"
