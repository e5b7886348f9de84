"""Puts pgviz into the desktop's menu for one user, and takes it out again.

Called as ``python packaging/desktop.py install`` or ``uninstall``. Standard library only.
Everything goes below ``$XDG_DATA_HOME`` (by default ``~/.local/share``).
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ID = "org.pgviz.pgviz"
ROOT = Path(__file__).resolve().parent.parent
ICONS = ROOT / "resources" / "icons"
LINUX = ROOT / "packaging" / "linux"


def data_home() -> Path:
    """Return the folder for this user's data; a relative ``XDG_DATA_HOME`` is ignored, as the standard asks."""
    named = Path(os.environ.get("XDG_DATA_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".local" / "share"


def quoted(command: Path) -> str:
    """Quote a program's path for a desktop entry's ``Exec`` key, so that any character may stand in it."""
    text = str(command).replace("%", "%%")
    for character in '\\"`$':
        text = text.replace(character, f"\\{character}")
    # The value is a string first, where a backslash is written twice, and a command line second.
    return '"' + text.replace("\\", "\\\\") + '"'


def entry(command: Path) -> str:
    """Return the desktop entry that starts ``command``."""
    shipped = (LINUX / f"{ID}.desktop").read_text(encoding="utf-8")
    return shipped.replace("Exec=pgviz-gui ", f"Exec={quoted(command)} ")


def icons(home: Path) -> Iterator[tuple[Path, Path]]:
    """Yield where each icon lies and where the icon theme wants it."""
    theme = home / "icons" / "hicolor"
    yield ICONS / "pgviz.svg", theme / "scalable" / "apps" / f"{ID}.svg"
    for source in sorted(ICONS.glob("pgviz-*.png")):
        size = source.stem.removeprefix("pgviz-")
        yield source, theme / f"{size}x{size}" / "apps" / f"{ID}.png"


def entry_path(home: Path) -> Path:
    """Return where the desktop entry goes."""
    return home / "applications" / f"{ID}.desktop"


def copies(home: Path) -> list[tuple[Path, Path]]:
    """List the files that are copied as they are: source and destination."""
    metainfo, types = f"{ID}.metainfo.xml", f"{ID}.xml"
    beside = [
        (LINUX / metainfo, home / "metainfo" / metainfo),
        (LINUX / types, home / "mime" / "packages" / types),
    ]
    return [*icons(home), *beside]


def install(home: Path, command: Path) -> None:
    """Install the entry, the icons and the metainfo.

    Raises
    ------
    FileNotFoundError
        If ``command`` is not there to be started.
    """
    if not command.exists():
        raise FileNotFoundError(f"{command} is missing; run `make install-desktop`, which sets pgviz up first.")
    for source, destination in copies(home):
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, destination)
    entry_path(home).parent.mkdir(parents=True, exist_ok=True)
    entry_path(home).write_text(entry(command), encoding="utf-8")
    refresh(home)


def uninstall(home: Path) -> None:
    """Remove what `install` put there; what is gone already is no fault."""
    for _, destination in copies(home):
        destination.unlink(missing_ok=True)
    entry_path(home).unlink(missing_ok=True)
    refresh(home)


def refresh(home: Path) -> None:
    """Tell the desktop to look again, with the tools that are there; desktops without them look by themselves."""
    for tool, folder in (
        (["update-desktop-database", "-q"], home / "applications"),
        (["update-mime-database"], home / "mime"),
        (["gtk-update-icon-cache", "-q", "-t", "-f"], home / "icons" / "hicolor"),
    ):
        if shutil.which(tool[0]) and folder.is_dir():
            subprocess.run([*tool, str(folder)], check=False)


def main(arguments: list[str]) -> int:
    """Do what the command line asks for; return the exit status."""
    if arguments not in (["install"], ["uninstall"]):
        sys.stderr.write("usage: desktop.py install|uninstall\n")
        return 2
    if not sys.platform.startswith("linux"):
        sys.stderr.write("pgviz: a desktop's menu can be written on Linux alone; type `pgviz` to start it here.\n")
        return 1
    try:
        sys.stdout.write(f"{_carry_out(arguments[0])}\n")
    except OSError as error:
        sys.stderr.write(f"pgviz: {error}\n")
        return 1
    return 0


def _carry_out(word: str) -> str:
    home = data_home()
    if word == "install":
        install(home, ROOT / ".venv" / "bin" / "pgviz-gui")
        return f"pgviz is in the desktop's menu ({entry_path(home)})."
    uninstall(home)
    return "pgviz is out of the desktop's menu."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
