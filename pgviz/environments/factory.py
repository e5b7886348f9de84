"""Making one environment, with every way in which that fails told in one sentence."""

from __future__ import annotations

import copy
import os
import warnings
from typing import Any

# Said before pygame is imported: frames are drawn in memory, with no window and no banner.
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import gymnasium
from gymnasium.envs.registration import EnvSpec, load_env_creator

from pgviz.environments import mujoco_setup
from pgviz.environments.faults import RAISED, in_words
from pgviz.environments.packages import missing_for
from pgviz.environments.registry import specification
from pgviz.errors import EnvironmentFault, UsageError, in_brief

Environment = gymnasium.Env[Any, Any]


def make(id: str, *, render: bool) -> Environment:
    """Make one environment.

    Parameters
    ----------
    id
        A Gymnasium id; for ``module:Id`` the module is imported first.
    render
        Whether it should be able to draw ``rgb_array`` frames. One that cannot is made without.

    Raises
    ------
    UsageError
        Where the id is unknown or a package is missing.
    EnvironmentFault
        Where the environment's own constructor raises.
    """
    spec = copy.copy(specification(id))
    reason = missing_for(spec.entry_point)
    if reason:
        raise UsageError(f"{id} {reason}.")
    # Copies are always reset before they are stepped, so that nobody has to check it at every step.
    spec.order_enforce = False
    # Gymnasium says on the terminal what concerns the authors of environments; pgviz checks for itself.
    gymnasium.logger.min_level = gymnasium.logger.ERROR
    try:
        with warnings.catch_warnings():
            # Compiled packages warn of their own making when they are imported.
            warnings.simplefilter("ignore")
            environment = _construct(spec, render)
    except (gymnasium.error.DependencyNotInstalled, ImportError) as error:
        said = in_brief(error, 300)
        raise UsageError(f"{id} cannot be made with the packages installed here: {said}") from error
    except RAISED as error:
        raise EnvironmentFault(f"{id} {in_words(error, ' while it was being made')}") from error
    for name in ("observation_space", "action_space"):
        if not isinstance(getattr(environment, name, None), gymnasium.Space):
            raise EnvironmentFault(f"{id} has no {name}; its constructor must set one.")
    return environment


def _construct(spec: EnvSpec, render: bool) -> Environment:
    if str(spec.entry_point).startswith("gymnasium.envs.mujoco"):
        render = mujoco_setup.prepare() and render
    if render and _may_draw(spec):
        try:
            return gymnasium.make(spec, disable_env_checker=True, render_mode="rgb_array")
        # A picture is never worth a run: what else is wrong shows below.
        except RAISED:
            return gymnasium.make(spec, disable_env_checker=True)
    return gymnasium.make(spec, disable_env_checker=True)


def _may_draw(spec: EnvSpec) -> bool:
    creator = load_env_creator(spec.entry_point) if isinstance(spec.entry_point, str) else spec.entry_point
    metadata = getattr(creator, "metadata", None)
    # A function says nothing of what it makes: try.
    return not isinstance(metadata, dict) or "rgb_array" in metadata.get("render_modes", ())
