"""What the transport's keys and buttons do, put into commands."""

from __future__ import annotations

import random
from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from pgviz.config import RunConfig
from pgviz.gui.run_model import RunModel
from pgviz.gui.run_to import RunToDialog
from pgviz.session.commands import (
    Command,
    FinishEpisode,
    Follow,
    MoveCursor,
    Pause,
    Play,
    Restart,
    ResumeHere,
    StartRun,
    StepEnvironment,
    StepMinibatch,
    StepUpdate,
    Stop,
)
from pgviz.session.inbox import Inbox
from pgviz.session.notices import RunState

# States in which a run is there that can go on.
GOING = frozenset({RunState.PAUSED, RunState.PLAYING})
# States in which a run is there, or was, that can be set up again.
STARTED = GOING | {RunState.FINISHED, RunState.STOPPED, RunState.FAILED}


class RunControl(QObject):
    """Posts commands to the session on behalf of the window.

    Parameters
    ----------
    inbox
        The way to the session.
    model
        What is known of the run.
    parent
        The Qt owner.

    Attributes
    ----------
    ask_first
        Given a run that is to be set up and what sets it up, which is to be called once that may be done.
    """

    def __init__(self, inbox: Inbox, model: RunModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inbox, self._model = inbox, model
        self._asked: RunConfig | None = None
        self.ask_first: Callable[[RunConfig, Callable[[], None]], None] = lambda _, then: then()

    def post(self, command: Command) -> None:
        """Send one command."""
        self._inbox.post(command)

    def start(self, config: RunConfig, play: bool = False) -> None:
        """Leave the present run and set up another."""
        self.ask_first(config, lambda: self._start(config, play))

    def _start(self, config: RunConfig, play: bool) -> None:
        self._asked = config
        self.post(StartRun(config, play))

    def toggle_play(self) -> None:
        """Pause what plays; play what is paused."""
        self.post(Pause() if self._model.state is RunState.PLAYING else Play())

    def go_on(self) -> None:
        """Play what is paused."""
        self.post(Play())

    def step_environment(self, count: int = 1) -> None:
        """Take environment steps; while a moment of the past is looked at, look at later ones."""
        self.post(MoveCursor(count) if self._model.debug.looks_back else StepEnvironment(count))

    def step_back(self, count: int = 1) -> None:
        """Look at earlier steps."""
        if self._model.step:
            self.post(MoveCursor(-count))

    def step_minibatch(self, count: int = 1) -> None:
        """Go on to the next minibatch whose loss is there and whose step is not taken."""
        self.post(StepMinibatch(count))

    def step_update(self, count: int = 1) -> None:
        """Go on to the end of the iteration."""
        self.post(StepUpdate(count))

    def finish_episode(self, count: int = 1) -> None:
        """Go on to the end of the watched episode."""
        self.post(FinishEpisode(count))

    def ask_how_far(self, window: QWidget) -> RunToDialog:
        """Open the small window that asks how far to go."""
        dialog = RunToDialog(self._model, self.post, window)
        dialog.show()
        return dialog

    def follow(self) -> None:
        """Look at the present again."""
        self.post(Follow())

    def resume(self) -> None:
        """Make the moment that is looked at the present."""
        self.post(ResumeHere())

    def stop(self) -> None:
        """End the run here."""
        self.post(Stop())

    def restart(self, play: bool = False) -> None:
        """Set the same run up again; whatever became of the session, its configuration is known here."""
        if self._model.state is not RunState.FAILED:
            self.post(Restart(play=play))
        elif config := self._model.config or self._asked:
            self.start(config, play)

    def restart_with_new_seed(self) -> None:
        """Set the same run up again with another seed."""
        seed = new_seed()
        if self._model.state is not RunState.FAILED:
            self.post(Restart(seed=seed))
        elif config := self._model.config or self._asked:
            self.start(config.changed(seed=seed))


def new_seed() -> int:
    """A seed nobody chose, short enough to be read out."""
    return random.SystemRandom().randrange(1, 1_000_000)
