"""The shared libraries that Qt opens on Linux, and the Debian packages that hold them.

Standard library only, and no import of pgviz: ``packaging/setup.sh`` runs this file before anything is
installed, as ``python system_libraries.py offscreen xcb …``, and reads one package name a line.
"""

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

OFFSCREEN = (
    ("libGL.so.1", "libgl1"),
    ("libEGL.so.1", "libegl1"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
    ("libfontconfig.so.1", "libfontconfig1"),
    ("libglib-2.0.so.0", "libglib2.0-0"),
    ("libdbus-1.so.3", "libdbus-1-3"),
)
XCB = (
    ("libxcb-cursor.so.0", "libxcb-cursor0"),
    ("libxcb-icccm.so.4", "libxcb-icccm4"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    ("libxcb-shape.so.0", "libxcb-shape0"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
)
WAYLAND = (("libwayland-cursor.so.0", "libwayland-cursor0"),)

LIBRARIES = {"offscreen": OFFSCREEN, "xcb": XCB, "wayland": WAYLAND}
"""Per use: pairs of the name that the loader is asked for and the Debian package."""

FONT_PACKAGE = "fonts-dejavu-core"
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_FONT_ENDINGS = (".ttf", ".otf", ".ttc")


@dataclass(frozen=True)
class Missing:
    """A shared library, or a font, that is not there.

    Parameters
    ----------
    name
        What was looked for.
    package
        The Debian or Ubuntu package that holds it.
    """

    name: str
    package: str


def loads(soname: str) -> bool:
    """Tell whether the dynamic loader finds a shared library."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def has_font(folders: Iterable[str] = _FONT_FOLDERS) -> bool:
    """Tell whether any scalable font is installed; without one Qt draws empty boxes for letters."""
    files = (file for folder in folders for file in Path(folder).expanduser().rglob("*"))
    return any(file.suffix.lower() in _FONT_ENDINGS for file in files)


def uses(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Name the sets of libraries that a session with these environment variables needs."""
    wanted = ["offscreen"]
    if environ.get("DISPLAY"):
        wanted.append("xcb")
    if environ.get("WAYLAND_DISPLAY"):
        wanted.append("wayland")
    return tuple(wanted)


def missing(wanted: Iterable[str], is_there: Callable[[str], bool] = loads) -> list[Missing]:
    """List what the named uses need and this machine lacks; nothing on Windows and macOS.

    Parameters
    ----------
    wanted
        Keys of `LIBRARIES`.
    is_there
        Says whether a library is found.

    Raises
    ------
    KeyError
        If a use is not known.
    """
    pairs = [pair for use in wanted for pair in LIBRARIES[use]]
    if not sys.platform.startswith("linux"):
        return []
    absent = [Missing(soname, package) for soname, package in pairs if not is_there(soname)]
    if not has_font():
        absent.append(Missing("a font", FONT_PACKAGE))
    return absent


def name_here(package: str) -> str:
    """Return the name that a package has on this machine.

    Ubuntu 24.04 and Debian 13 renamed some libraries for 64-bit time: ``libglib2.0-0`` became
    ``libglib2.0-0t64``. APT is asked; where it knows no such name, or is not there, the old one stands.
    """
    renamed = f"{package}t64"
    try:
        answer = subprocess.run(["apt-cache", "show", renamed], capture_output=True, check=False)
    except OSError:
        return package
    return renamed if answer.returncode == 0 and answer.stdout else package


def apt_line(packages: Iterable[str]) -> str:
    """Return the one line to type that installs packages on Debian and Ubuntu."""
    sudo = "" if hasattr(os, "geteuid") and os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get install -y {' '.join(packages)}"


if __name__ == "__main__":
    for absent in missing(sys.argv[1:]):
        sys.stdout.write(f"{name_here(absent.package)}\n")
