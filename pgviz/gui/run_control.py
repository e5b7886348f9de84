"""What the transport's keys and buttons do, put into commands."""

from __future__ import annotations

import random

from PySide6.QtCore import QObject

from pgviz.config import RunConfig
from pgviz.gui.run_model import RunModel
from pgviz.session.commands import (
    Command,
    Pause,
    Play,
    Restart,
    StartRun,
    StepEnvironment,
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
    """

    def __init__(self, inbox: Inbox, model: RunModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inbox, self._model = inbox, model
        self._asked: RunConfig | None = None

    def post(self, command: Command) -> None:
        """Send one command."""
        self._inbox.post(command)

    def start(self, config: RunConfig, play: bool = False) -> None:
        """Leave the present run and set up another."""
        self._asked = config
        self.post(StartRun(config, play))

    def toggle_play(self) -> None:
        """Pause what plays; play what is paused."""
        self.post(Pause() if self._model.state is RunState.PLAYING else Play())

    def step_environment(self) -> None:
        """Take one environment step."""
        self.post(StepEnvironment())

    def step_update(self) -> None:
        """Go on to the next update."""
        self.post(StepUpdate())

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
