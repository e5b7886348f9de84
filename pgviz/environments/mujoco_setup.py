"""What MuJoCo has to be told before its first environment is made."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from ctypes.util import find_library

# MuJoCo's own words for "do not draw".
_OFF = frozenset({"disable", "disabled", "off", "false", "0"})
_LOGGER = logging.getLogger(__name__)


def prepare() -> bool:
    """Have MuJoCo draw in memory and keep its warnings to itself.

    Returns
    -------
    bool
        Whether it can draw at all.

    Raises
    ------
    Exception
        Whatever importing MuJoCo raises.
    """
    if sys.platform == "linux" and "MUJOCO_GL" not in os.environ:
        # GLFW wants a display and the main thread. Without EGL there are no pictures, but with a backend that
        # is not there MuJoCo could not even be imported.
        os.environ["MUJOCO_GL"] = "egl" if find_library("EGL") else "disable"
    # Unless somebody takes them, warnings go to the terminal and to a file in the working directory.
    importlib.import_module("mujoco").set_mju_user_warning(_LOGGER.info)
    return os.environ.get("MUJOCO_GL", "").lower() not in _OFF
