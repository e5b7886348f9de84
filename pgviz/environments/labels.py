"""Readable names: of environments, and of what their actions do."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from gymnasium import spaces

from pgviz.action_layout import ActionLayout, ActionPart, is_factored
from pgviz.environments.facts import ActionFactor
from pgviz.environments.spaces import bounds

_LEFT, _RIGHT, _UP, _DOWN = "← left", "right →", "↑ up", "↓ down"
_HUMANOID = (
    *("abdomen y", "abdomen z", "abdomen x"),
    *("right hip x", "right hip z", "right hip y", "right knee"),
    *("left hip x", "left hip z", "left hip y", "left knee"),
    *("right shoulder 1", "right shoulder 2", "right elbow"),
    *("left shoulder 1", "left shoulder 2", "left elbow"),
)
_BIPED = ("hip 1", "knee 1", "hip 2", "knee 2")
_CLIFF = (_UP, _RIGHT, _DOWN, _LEFT)
_LAKE = (_LEFT, _DOWN, _RIGHT, _UP)
_HANDS = ("rock", "paper", "scissors")

# By name without version; as documented in Gymnasium.
_ACTIONS: dict[str, tuple[str, ...]] = {
    "Acrobot": ("torque −1", "no torque", "torque +1"),
    "Ant": (
        *("back right hip", "back right ankle", "front left hip", "front left ankle"),
        *("front right hip", "front right ankle", "back left hip", "back left ankle"),
    ),
    "BipedalWalker": _BIPED,
    "BipedalWalkerHardcore": _BIPED,
    "Blackjack": ("stick", "hit"),
    "CarRacing": ("steering", "gas", "brake"),
    "CartPole": (_LEFT, _RIGHT),
    "CliffWalking": _CLIFF,
    "CliffWalkingSlippery": _CLIFF,
    "FrozenLake": _LAKE,
    "FrozenLake8x8": _LAKE,
    "HalfCheetah": ("back thigh", "back shin", "back foot", "front thigh", "front shin", "front foot"),
    "Hopper": ("thigh", "leg", "foot"),
    "Humanoid": _HUMANOID,
    "HumanoidStandup": _HUMANOID,
    "InvertedDoublePendulum": ("force",),
    "InvertedPendulum": ("force",),
    "LunarLander": ("nothing", "left engine", "main engine", "right engine"),
    "LunarLanderContinuous": ("main engine", "side engines"),
    "MaskedGrid": (_UP, _RIGHT, _DOWN, _LEFT),
    "MountainCar": (_LEFT, "nothing", _RIGHT),
    "MountainCarContinuous": ("force",),
    "Pendulum": ("torque",),
    "Pusher": (
        *("shoulder pan", "shoulder lift", "shoulder roll"),
        *("elbow flex", "forearm roll", "wrist flex", "wrist roll"),
    ),
    "Reacher": ("shoulder", "elbow"),
    "RockPaperScissors": _HANDS,
    "RockPaperScissorsBeatsLastMove": _HANDS,
    "RockPaperScissorsBestResponse": _HANDS,
    "RockPaperScissorsUniform": _HANDS,
    "Swimmer": ("first joint", "second joint"),
    "Taxi": (_DOWN, _UP, _RIGHT, _LEFT, "pick up", "drop off"),
    "Walker2d": ("right thigh", "right leg", "right foot", "left thigh", "left leg", "left foot"),
}

# Of actions that are made up of several: what each choice is of, and its options.
_CHOICES: dict[str, tuple[str, tuple[str, ...]]] = {
    "FactoredReach": ("joint", ("−4.5°", "−3°", "−1.5°", "0°", "+1.5°", "+3°", "+4.5°")),
}


def title(id: str) -> str:
    """A name to show for an environment, for example ``"Mountain Car"`` for ``"MountainCar-v0"``."""
    namespace, _, name = id.rpartition(":")[2].rpartition("/")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=\d+x\d)", " ", _bare(name))
    return f"{words} ({namespace})" if namespace else words


def action_labels(id: str, space: spaces.Space[Any]) -> tuple[str, ...]:
    """A name for each discrete action, or for each dimension of a continuous one.

    Parameters
    ----------
    id
        What it was made from; well-known environments have names of their own.
    space
        An action space that is supported.

    Returns
    -------
    tuple
        Failing a name, the action itself (from the space's start), or ``a[0]``, ``a[1]`` ... Where an action is
        made up of several, one for each continuous dimension in it.
    """
    if is_factored(space):
        return tuple(label for factor in action_factors(id, space) if factor.low for label in factor.labels)
    general = _general(space)
    known = _ACTIONS.get(known_as(id), ())
    # An environment made with other arguments may have other actions.
    same_kind = not isinstance(space, spaces.Discrete) or int(space.start) == 0
    return known if same_kind and len(known) == len(general) else general


def action_factors(id: str, space: spaces.Space[Any]) -> tuple[ActionFactor, ...]:
    """What an action is made up of: each choice in it, and each real vector; nothing for plain actions.

    Parameters
    ----------
    id
        What it was made from; well-known environments have names of their own.
    space
        An action space that is supported.

    Returns
    -------
    tuple
        Failing a name, a factor has that of its place, such as ``a[0]``, ``a[1][0,2]`` or ``arm.grip``.
    """
    if not is_factored(space):
        return ()
    general = tuple(factor for part in ActionLayout(space).parts for factor in _factors(part))
    noun, options = _CHOICES.get(known_as(id), ("", ()))
    if not noun or any(len(factor.labels) != len(options) or factor.low for factor in general):
        return general
    return tuple(ActionFactor(f"{noun} {number}", options) for number in range(1, len(general) + 1))


def _factors(part: ActionPart) -> list[ActionFactor]:
    names = _indexed(part.name, part.shape)
    if isinstance(part.space, spaces.Box) and not part.counts:
        low, high = (tuple(each.tolist()) for each in bounds(part.space))
        return [ActionFactor(part.name, names, low, high)] if names else []
    return [
        ActionFactor(name, tuple(str(start + index) for index in range(count)))
        for name, start, count in zip(names, part.starts, part.counts, strict=True)
    ]


def known_as(id: str) -> str:
    """Under which name an environment is looked up here: without module, namespace and version."""
    return _bare(id.rpartition(":")[2].rpartition("/")[2])


def _bare(name: str) -> str:
    return re.sub(r"-v\d+$", "", name)


def _general(space: spaces.Space[Any]) -> tuple[str, ...]:
    if isinstance(space, spaces.Discrete):
        return tuple(str(int(space.start) + index) for index in range(int(space.n)))
    return _indexed("a", space.shape or ())


def _indexed(name: str, shape: tuple[int, ...]) -> tuple[str, ...]:
    """The name of each entry of an array."""
    if not shape:
        return (name,)
    return tuple(f"{name}[{','.join(str(place) for place in index)}]" for index in np.ndindex(*shape))
