"""What is to be exported, and the words of ``pgviz export`` that have it made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pgviz.export.extras import MINARI, TENSORBOARD, VIDEO, Extra
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
        Of its name; empty for a folder that may be there already.
    is_film
        Whether it consists of pictures.
    fps
        Pictures per second that are suggested.
    needs
        What has to be installed for it, if anything.
    option
        By which the command is told where to.
    holds
        What is in it, in a sentence; empty for films.
    """

    title: str
    suffix: str
    is_film: bool = True
    fps: int = 30
    needs: Extra | None = None
    option: str = "--to"
    holds: str = ""

    @property
    def missing(self) -> str:
        """What to install first, in a sentence; empty where all is there."""
        missing = self.needs.missing if self.needs is not None else ""
        return f"This needs what is not installed here, {missing}" if missing else ""

    @property
    def lives(self) -> bool:
        """Whether the run is lived again for it, and so its environment made."""
        return self is DATASET

    def name_for(self, stem: str) -> str:
        """The name that is suggested for what a recording of that name is turned into."""
        return (re.sub(r"[^-\w]+", "-", stem) if self is DATASET else stem) + self.suffix

    def completed(self, target: Path) -> Path:
        """A name that a person has typed, with its suffix; of a data set's the command sees to it."""
        if self is DATASET or target.suffix.lower() == self.suffix:
            return target
        return target.with_name(target.name + self.suffix)


DATASET = Kind(
    "Minari data set",
    "-v0",
    is_film=False,
    needs=MINARI,
    option="--minari",
    holds="Every step of every episode. The run is lived again for it, which takes as long as it did.",
)
KINDS = (
    Kind("Film (MP4)", ".mp4", needs=VIDEO),
    Kind("Film (WebM)", ".webm", needs=VIDEO),
    Kind("Moving picture (GIF)", ".gif", fps=15, needs=VIDEO),
    Kind("Pictures (PNG, numbered)", ".png"),
    Kind(
        "Table (CSV)",
        ".csv",
        is_film=False,
        holds="Every number of the steps shown, the episodes and the updates, a row each.",
    ),
    Kind(
        "TensorBoard",
        "",
        is_film=False,
        needs=TENSORBOARD,
        option="--tensorboard",
        holds="Returns, losses and the policy's numbers under the names that Stable-Baselines3 gives them.",
    ),
    DATASET,
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

    def words(self, recording: Path, target: Path, allowed: str) -> list[str]:
        """The words of the command line.

        Parameters
        ----------
        recording
            The file that is read.
        target
            The file or folder that is written.
        allowed
            The module that may be imported for the environment; empty for none.
        """
        option = f"{self.kind.option}={target.absolute()}"
        words = ["export", str(recording.absolute()), option, "--progress-lines"]
        if allowed:
            words.append(f"--allow={allowed}")
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
