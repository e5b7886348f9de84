"""Agents of Stable-Baselines3 and sb3-contrib: which layers of theirs are which of ours.

==========================  ===============================================  =================================
agent                       its layers                                       ours
==========================  ===============================================  =================================
PPO, A2C, MaskablePPO       mlp_extractor.policy_net, action_net             actor
PPO, A2C, MaskablePPO       mlp_extractor.value_net, value_net               critic
PPO, A2C, MaskablePPO       log_std                                          log_std, free
PPO, A2C, MaskablePPO       features_extractor.cnn, .linear                  convolutions under both
SAC                         actor.latent_pi, actor.mu beside actor.log_std   actor, log_std of the state
SAC                         critic.qf0, critic.qf1, critic_target.qf0 …      two critics, and their targets
DQN                         q_net.q_net, q_net_target.q_net                  actor (Q), target network
==========================  ===============================================  =================================

Shape suffixes: I inputs and J outputs of a layer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pgviz.parameters import Value
from pgviz.policies.foreign.archive import Archive, ForeignPolicyError, read_archive

Family = Literal["on_policy", "sac", "dqn"]
Floats = NDArray[np.float32]
ACTIVATIONS = {"Tanh": "tanh", "ReLU": "relu"}
_USUAL_ACTIVATION = {"on_policy": "tanh", "sac": "relu", "dqn": "relu"}
_CONVOLUTIONS = ("cnn.0", "cnn.2", "cnn.4", "linear.0")


class Layer(NamedTuple):
    """A linear layer or a convolution: weight ``(J, I, …)`` and bias ``(J,)``."""

    weight: Floats
    bias: Floats


Layers = tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class ForeignPolicy:
    """An agent that another program trained.

    Parameters
    ----------
    name
        Of its file.
    family
        Which of our policies it is.
    algorithm
        The algorithm that it was trained with, as we name it.
    activation
        ``"tanh"`` or ``"relu"``.
    networks
        Perceptrons by name: ``actor``, ``critic``; for SAC ``q0``, ``q1``, ``target0``, ``target1``; for DQN
        ``target``. The convolutions below them are ``pictures``.
    log_std
        The free one, ``(D,)``, where there is one.
    log_temperature
        SAC's ln α, where it was kept.
    settings
        Hyperparameters that are said in plain values.
    """

    name: str
    family: Family
    algorithm: str
    activation: str
    networks: Mapping[str, Layers]
    log_std: Floats | None = None
    log_temperature: float | None = None
    settings: Mapping[str, Value] = field(default_factory=dict)

    @property
    def hidden_sizes(self) -> tuple[int, ...]:
        """Units of each hidden layer of the actor."""
        return tuple(len(layer.bias) for layer in self.networks["actor"][:-1])

    def hyperparameters(self, algorithm: str) -> dict[str, Value]:
        """What a run of ours needs to be of the same shape and to act as this agent did.

        Parameters
        ----------
        algorithm
            Ours, with which it is gone on with.

        Raises
        ------
        ForeignPolicyError
            Where that algorithm has another kind of policy.
        """
        ours: dict[str, Value] = {"hidden_sizes": self.hidden_sizes, "activation": self.activation}
        if self.family != (algorithm if algorithm in {"sac", "dqn"} else "on_policy"):
            raise ForeignPolicyError(
                f"{self.name} was trained with {self.algorithm}, whose kind of policy {algorithm} does not have: "
                f"use --algorithm {self.algorithm}."
            )
        if not self.hidden_sizes:
            raise ForeignPolicyError(f"{self.name} has no hidden layer; a policy of pgviz has at least one.")
        ours["normalize_observation"] = False
        if self.family == "on_policy":
            ours |= {"action_bounds": "clip", "std_kind": "free"}
        else:
            # What it learned is to be seen at once, and not after steps taken at random.
            ours |= {"learning_starts": 0}
        return ours | dict(self.settings)


def read_policy(path: Path, activation: str | None = None) -> ForeignPolicy:
    """Read an agent.

    Parameters
    ----------
    path
        What the agent's ``save`` wrote.
    activation
        ``"tanh"`` or ``"relu"``, for files that do not say; ``None`` for what they say.

    Raises
    ------
    ForeignPolicyError
        Where it cannot be read, is not one of those above, or does not say its activation.
    """
    archive = read_archive(path)
    weights = archive.weights
    for name, each in weights.items():
        if not np.isfinite(each).all():
            raise ForeignPolicyError(f"{path.name} has numbers in {name} that are not finite.")
    family = _family(archive)
    _refuse_unknown_ways(archive)
    networks = {name: _perceptron(archive, *prefixes) for name, prefixes in _PREFIXES[family].items()}
    if family == "sac":
        networks["actor"] = _beside(networks["actor"], _layer(archive, "actor.log_std"))
    pictures = _pictures(archive, family)
    log_temperature = archive.variables.get("log_ent_coef")
    return ForeignPolicy(
        name=path.name,
        family=family,
        algorithm=_algorithm(archive, family),
        activation=activation or _activation(archive, family),
        networks=networks | ({"pictures": pictures} if pictures else {}),
        log_std=weights.get("log_std"),
        log_temperature=None if log_temperature is None or log_temperature.size != 1 else log_temperature.item(),
        settings=_settings(archive.data, family),
    )


# Names of the layers of a perceptron: hidden ones first, the last one after them.
_PREFIXES: dict[Family, dict[str, tuple[str, ...]]] = {
    "on_policy": {
        "actor": ("mlp_extractor.policy_net", "action_net"),
        "critic": ("mlp_extractor.value_net", "value_net"),
    },
    "sac": {
        "actor": ("actor.latent_pi", "actor.mu"),
        "q0": ("critic.qf0",),
        "q1": ("critic.qf1",),
        "target0": ("critic_target.qf0",),
        "target1": ("critic_target.qf1",),
    },
    "dqn": {"actor": ("q_net.q_net",), "target": ("q_net_target.q_net",)},
}


def _family(archive: Archive) -> Family:
    names = archive.weights.keys()
    if "action_net.weight" in names and "value_net.weight" in names:
        return "on_policy"
    if "actor.mu.weight" in names and "actor.log_std.weight" in names and "critic.qf1.0.weight" in names:
        if any(name.startswith("critic.qf2.") for name in names):
            raise ForeignPolicyError(f"{archive.path.name} has more than two critics; pgviz's SAC has two.")
        return "sac"
    if any(name.startswith("q_net.q_net.") for name in names):
        return "dqn"
    raise ForeignPolicyError(
        f"{archive.path.name} holds a policy of another kind than PPO, A2C, MaskablePPO, SAC or DQN have "
        f"(its first layer is {next(iter(names), 'missing')!r})."
    )


def _refuse_unknown_ways(archive: Archive) -> None:
    """Refuse what has the same layers and means something else by them."""
    told = archive.data.get("policy_kwargs")
    if archive.data.get("use_sde") is True or (isinstance(told, dict) and told.get("use_sde") is True):
        raise ForeignPolicyError(f"{archive.path.name} explores by gSDE, which pgviz has not.")
    if isinstance(told, dict) and told.get("squash_output") is True:
        raise ForeignPolicyError(
            f"{archive.path.name} squashes its output without gSDE, which pgviz cannot follow."
        )


def _perceptron(archive: Archive, *prefixes: str) -> Layers:
    layers: list[Layer] = []
    for prefix in prefixes:
        numbered = rf"{re.escape(prefix)}\.(\d{{1,3}})\.weight"
        found = sorted(int(match[1]) for name in archive.weights if (match := re.fullmatch(numbered, name)))
        layers += [_layer(archive, f"{prefix}.{number}") for number in found]
        if f"{prefix}.weight" in archive.weights:
            layers.append(_layer(archive, prefix))
    if not layers:
        raise ForeignPolicyError(f"{archive.path.name} has no layers named {prefixes[0]}.")
    for below, above in pairwise(layers):
        if above.weight.shape[1] != len(below.bias):
            raise ForeignPolicyError(f"the layers named {prefixes[0]} in {archive.path.name} do not fit together.")
    return tuple(layers)


def _layer(archive: Archive, name: str, dimensions: int = 2) -> Layer:
    weight, bias = archive.weights.get(f"{name}.weight"), archive.weights.get(f"{name}.bias")
    if weight is None or bias is None:
        raise ForeignPolicyError(f"{archive.path.name} has no layer {name}, with weight and bias.")
    if weight.ndim != dimensions or bias.shape != weight.shape[:1] or not weight.size:
        raise ForeignPolicyError(
            f"{name} in {archive.path.name} has the shape {weight.shape}, which no layer has."
        )
    return Layer(weight, bias)


def _beside(layers: Layers, other: Layer) -> Layers:
    """Put the outputs of another last layer beside those of the last."""
    last = layers[-1]
    if other.weight.shape != last.weight.shape:
        raise ForeignPolicyError("mean and log_std of the actor have different shapes.")
    joined = Layer(np.concatenate([last.weight, other.weight]), np.concatenate([last.bias, other.bias]))
    return (*layers[:-1], joined)


def _pictures(archive: Archive, family: Family) -> Layers:
    """The convolutions, where there are some; only those that actor and critic share can be taken over."""
    prefix = {
        "on_policy": "features_extractor",
        "sac": "actor.features_extractor",
        "dqn": "q_net.features_extractor",
    }
    place = prefix[family]
    if not any(name.startswith(f"{place}.") for name in archive.weights):
        return ()
    if f"{place}.cnn.0.weight" not in archive.weights or family != "on_policy":
        raise ForeignPolicyError(
            f"{archive.path.name} looks at observations in a way that pgviz cannot take over."
        )
    convolutions = tuple(
        _layer(archive, f"{place}.{name}", 2 if name.startswith("linear") else 4) for name in _CONVOLUTIONS
    )
    for other in ("pi_features_extractor", "vf_features_extractor"):
        for name, layer in zip(_CONVOLUTIONS, convolutions, strict=True):
            twin = archive.weights.get(f"{other}.{name}.weight")
            if twin is not None and not np.array_equal(twin, layer.weight):
                raise ForeignPolicyError(
                    f"actor and critic in {archive.path.name} have convolutions of their own; in pgviz they share "
                    "them."
                )
    return convolutions


def _algorithm(archive: Archive, family: Family) -> str:
    if family != "on_policy":
        return family
    return "ppo" if "n_epochs" in archive.data or not archive.data else "a2c"


def _activation(archive: Archive, family: Family) -> str:
    """What the file says, in words that stand beside the pickle; where it says nothing, it is the usual one."""
    told = archive.data.get("policy_kwargs")
    if not isinstance(told, dict):
        raise ForeignPolicyError(
            f"{archive.path.name} does not say which activation its networks have: say it, with --activation tanh "
            "or --activation relu."
        )
    said = told.get("activation_fn")
    if said is None:
        return _USUAL_ACTIVATION[family]
    match = re.fullmatch(r"<class 'torch\.nn\.modules\.activation\.(\w{1,40})'>", str(said))
    if match is None or match[1] not in ACTIVATIONS:
        named = match[1] if match else "another activation"
        raise ForeignPolicyError(
            f"the networks in {archive.path.name} have {named}; pgviz has {' and '.join(ACTIVATIONS.values())}."
        )
    return ACTIVATIONS[match[1]]


# Our name, theirs, and between which bounds it is one that we take.
_SETTINGS: tuple[tuple[str, str, float, float], ...] = (
    ("gamma", "gamma", 0.0, 1.0),
    ("learning_rate", "learning_rate", 1e-6, 1.0),
)


def _settings(data: Mapping[str, Any], family: Family) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for ours, theirs, low, high in _SETTINGS:
        value = data.get(theirs)
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            found[ours] = float(value)
    if family == "dqn":
        final = data.get("exploration_final_eps")
        epsilon = float(final) if isinstance(final, int | float) and 0.0 <= final <= 1.0 else 0.05
        found |= {"initial_epsilon": epsilon, "final_epsilon": epsilon}
    return found
