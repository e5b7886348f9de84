"""Which package an environment needs, and what to type where it is not installed."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True, slots=True)
class Requirement:
    """A package that a family of environments needs.

    Parameters
    ----------
    family
        How the entry points (or the ids) of the family begin.
    module
        What they import.
    package
        Its name to a person.
    install
        What pip is told to install.
    """

    family: str
    module: str
    package: str
    install: str


_REQUIREMENTS = (
    Requirement("gymnasium.envs.box2d", "Box2D", "Box2D", "pgviz[box2d]"),
    Requirement("gymnasium.envs.mujoco", "mujoco", "MuJoCo", "pgviz[mujoco]"),
    Requirement("gymnasium.envs.phys2d", "jax", "JAX", "gymnasium[jax]"),
    Requirement("gymnasium.envs.tabular", "jax", "JAX", "gymnasium[jax]"),
    Requirement("ale_py", "ale_py", "the Arcade Learning Environment", "pgviz[atari]"),
)
_ATARI = _REQUIREMENTS[-1]


def missing_for(entry_point: object) -> str:
    """Why an entry point cannot be imported here; empty where nothing is known to be missing.

    Parameters
    ----------
    entry_point
        ``"module:attribute"``, or the callable itself.
    """
    if not isinstance(entry_point, str):
        return ""
    module = entry_point.partition(":")[0]
    for requirement in _REQUIREMENTS:
        if module.startswith(requirement.family):
            return _missing(requirement)
    top = module.partition(".")[0]
    return "" if is_installed(top) else f"needs the package {top}, which is not installed"


def missing_for_atari() -> str:
    """Why no Atari game can be run here; empty where they can."""
    return _missing(_ATARI)


def is_installed(module: str) -> bool:
    """Whether a top-level module is there, without importing it."""
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _missing(requirement: Requirement) -> str:
    if is_installed(requirement.module):
        return ""
    return f'needs {requirement.package}, which is not installed: pip install "{requirement.install}"'
