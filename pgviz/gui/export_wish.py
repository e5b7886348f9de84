"""What is to be exported, and the words of ``pgviz export`` that have it made."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pgviz.gui.scene import What
from pgviz.gui.settings import ThemeChoice


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that a recording can be turned into.

    Parameters
    ----------
    title
        As it is offered.
    suffix
        Of its name; empty for a folder.
    is_film
        Whether it consists of pictures.
    fps
        Pictures per second that are suggested.
    package, install
        What has to be installed for it, and the line that does so; empty where nothing has to.
    """

    title: str
    suffix: str
    is_film: bool = True
    fps: int = 30
    package: str = ""
    install: str = ""

    @property
    def missing(self) -> str:
        """What to install first, in a sentence; empty where all is there."""
        if not self.package or find_spec(self.package) is not None:
            return ""
        return f"This needs {self.package}, which is not installed: {self.install}"


_VIDEO = "pip install 'pgviz[video]'"
KINDS = (
    Kind("Film (MP4)", ".mp4", package="av", install=_VIDEO),
    Kind("Film (WebM)", ".webm", package="av", install=_VIDEO),
    Kind("Moving picture (GIF)", ".gif", fps=15, package="av", install=_VIDEO),
    Kind("Pictures (PNG, numbered)", ".png"),
    Kind("Table (CSV)", ".csv", is_film=False),
    Kind("TensorBoard", "", is_film=False, package="tensorboardX", install="pip install 'pgviz[tensorboard]'"),
)


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What a person has asked for.

    Parameters
    ----------
    kind
        The kind of file; what follows is about films.
    what
        What is seen.
    size
        Width and height in pixels; ``None`` for as it is drawn.
    fps
        Pictures per second.
    speed
        Seconds of the recording in a second of the film.
    first, last
        Second of the recording to film from, and to; ``None`` for its beginning and its end.
    with_numbers
        Whether step, return and knobs are written under it.
    theme
        Colours of the window.
    """

    kind: Kind
    what: What = "window"
    size: tuple[int, int] | None = None
    fps: int = 30
    speed: float = 1.0
    first: float | None = None
    last: float | None = None
    with_numbers: bool = False
    theme: ThemeChoice = "light"

    def words(self, recording: Path, target: Path) -> list[str]:
        """The words of the command line.

        Parameters
        ----------
        recording
            The file that is read.
        target
            The file or folder that is written.
        """
        option = "--to" if self.kind.suffix else "--tensorboard"
        words = ["export", str(recording.absolute()), f"{option}={target.absolute()}", "--progress-lines"]
        if not self.kind.is_film:
            return words
        words += [f"--what={self.what}", f"--fps={self.fps}", f"--theme={self.theme}", f"--speed={self.speed:g}"]
        if self.size is not None:
            words.append(f"--size={self.size[0]}x{self.size[1]}")
        words += [
            f"--{name}={second:g}"
            for name, second in (("from", self.first), ("until", self.last))
            if second is not None
        ]
        return [*words, "--hud"] if self.with_numbers else words
