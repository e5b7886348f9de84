"""Readable names for the entries of well-known observations."""

from __future__ import annotations

from pgviz.environments.labels import known_as

_LUNAR_LANDER = (
    "x",
    "y",
    "x velocity",
    "y velocity",
    "angle",
    "angular velocity",
    "left leg down",
    "right leg down",
)
_BIPED = (
    *("hull angle", "hull angular velocity", "x velocity", "y velocity"),
    *("hip 1 angle", "hip 1 speed", "knee 1 angle", "knee 1 speed", "leg 1 down"),
    *("hip 2 angle", "hip 2 speed", "knee 2 angle", "knee 2 speed", "leg 2 down"),
    *(f"lidar {index}" for index in range(1, 11)),
)

# By name without version; as documented in Gymnasium.
_OBSERVATIONS: dict[str, tuple[str, ...]] = {
    "Acrobot": ("cos θ₁", "sin θ₁", "cos θ₂", "sin θ₂", "θ₁ velocity", "θ₂ velocity"),
    "BipedalWalker": _BIPED,
    "BipedalWalkerHardcore": _BIPED,
    "CartPole": ("cart position", "cart velocity", "pole angle", "pole angular velocity"),
    "InvertedPendulum": ("cart position", "pole angle", "cart velocity", "pole angular velocity"),
    "LunarLander": _LUNAR_LANDER,
    "LunarLanderContinuous": _LUNAR_LANDER,
    "MountainCar": ("position", "velocity"),
    "MountainCarContinuous": ("position", "velocity"),
    "Pendulum": ("cos θ", "sin θ", "angular velocity"),
}


def observation_labels(id: str, shape: tuple[int, ...] | None) -> tuple[str, ...]:
    """A name for each entry of an observation, or nothing where it has none.

    Parameters
    ----------
    id
        What the environment was made from.
    shape
        Of its observations; an environment made with other arguments may have other ones.
    """
    known = _OBSERVATIONS.get(known_as(id), ())
    return known if shape == (len(known),) else ()
