"""A film of a recording: the real window, shown its events moment by moment, as fast as it can be drawn.

Neither a session nor an environment takes part, and no clock: a picture has in it what had been recorded by its
moment, whatever the machine is doing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil

from PySide6.QtWidgets import QApplication

from pgviz.export.film import Film
from pgviz.gui.filming import WINDOW_SIZE, Shot
from pgviz.gui.scene import Scene
from pgviz.gui.sitting import offscreen_settings
from pgviz.interrupts import Interrupts
from pgviz.recording.reader import Recording
from pgviz.recording.schema import Recorded
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import RunState, StateChanged
from pgviz.session.playback_host import Host
from pgviz.session.tape_checks import fitting
from pgviz.training.events import Event, RunStarted

# Events that are put in before those waiting are carried over, so that they do not pile up.
EVENTS_AT_ONCE = 1000


def film_recording(
    recording: Recording, span: tuple[float, float], film: Film, shot: Shot, progress: Callable[[float], None]
) -> None:
    """Film what is in a recording.

    Parameters
    ----------
    recording
        What is filmed.
    span
        From which second of it to which.
    film
        Where the pictures go; it is finished here.
    shot
        What is filmed, and how; its speed is how many seconds of the recording a second of the film shows.
    progress
        Told after each picture how many seconds there are so far.

    Raises
    ------
    UsageError
        Where what is to be filmed is not there.
    RecordingError
        Where the recording is damaged, or one part of it contradicts another.
    ExportError
        Where the film cannot be written.
    """
    from pgviz.gui.app import make_application
    from pgviz.gui.main_window import MainWindow

    with Interrupts() as interrupts, film, offscreen_settings(shot.theme) as settings:
        app = make_application()
        window = MainWindow(settings, _no_host)
        try:
            window.resize(*WINDOW_SIZE)
            window.layout_.reset()
            window.show()
            scene = Scene(window, shot.what, shot.size, shot.with_numbers)
            app.processEvents()
            moments = _Projector(fitting(recording), window.pump.put, window.pump.tick)
            speed = shot.speed or 1.0
            last = ceil((span[1] - span[0]) / speed * film.fps)
            for moment in range(last + 1):
                if interrupts.came:
                    raise KeyboardInterrupt
                if moments.advance(span[0] + moment / film.fps * speed):
                    _take(app, window.pump.refresh_all, scene, film, moment)
                progress(moment / film.fps)
            film.finish(last + 1)
        finally:
            window.close()
            window.deleteLater()


def _take(app: QApplication, refresh: Callable[[], None], scene: Scene, film: Film, moment: int) -> None:
    refresh()
    app.processEvents()
    picture = scene.picture()
    if picture is not None:
        film.add(picture, moment)


class _Projector:
    """Puts in the events of a recording up to a second of it."""

    def __init__(
        self, events: Iterator[Recorded], put: Callable[[Event], None], carry_over: Callable[[], None]
    ) -> None:
        self._events, self._put, self._carry_over = events, put, carry_over
        self._waiting = next(events, None)
        self._since = 0

    def advance(self, seconds: float) -> bool:
        """Put in what had been recorded by then; says whether anything was."""
        any_put = False
        while self._waiting is not None and self._waiting.seconds <= seconds:
            event = self._waiting.event
            self._put(event)
            if isinstance(event, RunStarted):
                # Told by sessions alone, and not recorded.
                self._put(StateChanged(event.step, RunState.PLAYING))
            any_put = True
            self._since += 1
            if self._since % EVENTS_AT_ONCE == 0:
                self._carry_over()
            self._waiting = next(self._events, None)
        return any_put


def _no_host(inbox: Inbox, mailbox: Mailbox) -> Host:
    """Stands where a session would be made; the thread that would do so is never started."""
    raise AssertionError("a film of a recording has no session")
