"""Tells whether there is a screen that a window can be shown on."""

import os
import sys
from collections.abc import Mapping

_DRAWS_IN_MEMORY = ("offscreen", "minimal", "vnc")


def has_display(environ: Mapping[str, str] | None = None, platform: str | None = None) -> bool:
    """Tell whether a window would be seen by someone.

    Parameters
    ----------
    environ
        The environment variables; the process's own by default.
    platform
        As ``sys.platform``, the default.

    Returns
    -------
    bool
        True on Windows and macOS. Elsewhere, true where ``DISPLAY`` or ``WAYLAND_DISPLAY`` is set and
        ``QT_QPA_PLATFORM`` does not ask Qt to draw in memory. A display that is named but refuses the
        connection counts as a display: only Qt can find that out.
    """
    environ = os.environ if environ is None else environ
    platform = sys.platform if platform is None else platform
    if draws_in_memory(environ):
        return False
    if platform in ("win32", "cygwin", "darwin"):
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def draws_in_memory(environ: Mapping[str, str]) -> bool:
    """Tell whether ``QT_QPA_PLATFORM`` asks for a platform that shows no window."""
    return environ.get("QT_QPA_PLATFORM", "").partition(":")[0] in _DRAWS_IN_MEMORY
