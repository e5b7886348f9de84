"""A film of the real window, drawn where there is no screen."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer

from pgviz.config import RunConfig
from pgviz.export.film import Film
from pgviz.gui.scene import Scene, What
from pgviz.gui.settings import ThemeChoice
from pgviz.gui.sitting import Sitting, offscreen_settings
from pgviz.interrupts import Interrupts

Progress = Callable[[float], None]
WINDOW_SIZE = (1280, 800)


@dataclass(frozen=True, slots=True)
class Shot:
    """What is filmed, and how.

    Parameters
    ----------
    what
        The whole window, the environment's own picture, or that and the plots.
    size
        Width and height of the film in pixels; ``None`` for those that what is filmed has.
    with_numbers
        Whether step, return and knobs are written under it.
    theme
        ``"light"`` or ``"dark"``.
    speed
        At which steps are shown, as a multiple of real time; ``None`` is as fast as they come.
    """

    what: What = "window"
    size: tuple[int, int] | None = None
    with_numbers: bool = False
    theme: ThemeChoice = "light"
    speed: float | None = None


def film_run(config: RunConfig, seconds: float, film: Film, shot: Shot, progress: Progress) -> None:
    """Train in the real window for a while, and film it.

    Parameters
    ----------
    config
        What is trained.
    seconds
        Length of the film; less where the run ends sooner.
    film
        Where the pictures go; it is finished here.
    shot
        What is filmed, and how.
    progress
        Told after each picture how many seconds there are so far.

    Raises
    ------
    UsageError
        Where the run cannot be set up, or what is to be filmed is not there.
    RunError
        Where the run failed, or the film cannot be written.
    """
    with Interrupts() as interrupts, film, offscreen_settings(shot.theme, shot.speed) as settings:
        sitting = Sitting(settings, WINDOW_SIZE, interrupts)
        scene = Scene(sitting.window, shot.what, shot.size, shot.with_numbers)
        camera = _Camera(scene, film, progress)
        try:
            sitting.train(config, seconds, camera.start, camera.stop)
        finally:
            camera.put_away()
        film.finish(camera.moment)


class _Camera:
    """Takes a picture at each moment of the film; where one takes longer, the one before stays."""

    def __init__(self, scene: Scene, film: Film, progress: Progress) -> None:
        self._scene, self._film, self._progress = scene, film, progress
        self._began: float | None = None
        self._next = 0
        self._timer = QTimer(interval=max(1, 1000 // film.fps))
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._take)

    @property
    def moment(self) -> int:
        """The moment of the film that it is now; the film begins with its first picture."""
        return 0 if self._began is None else int((time.monotonic() - self._began) * self._film.fps)

    def start(self) -> None:
        """Begin to take pictures."""
        self._timer.start()

    def stop(self) -> None:
        """Take the last picture."""
        self._timer.stop()
        self._take()

    def put_away(self) -> None:
        """Take no more pictures, and let go of the window."""
        self._timer.stop()
        # A timer holds on to what is not Qt's own, and nobody would collect the two.
        self._timer.timeout.disconnect(self._take)

    def _take(self) -> None:
        moment = self.moment
        if moment < self._next:
            return
        picture = self._scene.picture()
        if picture is None:
            return
        if self._began is None:
            self._began = time.monotonic()
        self._film.add(picture, moment)
        self._next = moment + 1
        self._progress(moment / self._film.fps)
