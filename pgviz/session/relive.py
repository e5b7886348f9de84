"""Living moments of a run again, beside the run itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pgviz.config import RunConfig
from pgviz.environments.vector import VectorEnvironment
from pgviz.errors import PgvizError, RunError
from pgviz.session.history import History, Mark
from pgviz.training.events import Event
from pgviz.training.trainer import Trainer

Sink = Callable[[int, Event], None]


class NotReproducible(RunError):
    """An environment does not depend on its seed and its actions alone, so that it cannot be brought back."""


class Relived:
    """Another trainer of the same run, that goes where it is told.

    Parameters
    ----------
    config
        The run.
    history
        What is held of it.
    environment
        Where the moments are lived: a playback for looking, real copies for going on from there.

    Attributes
    ----------
    trainer
        As it was when `position` events had been pulled.
    position
        Where it is now; negative before it was told to go anywhere.
    events
        What comes next.
    """

    def __init__(self, config: RunConfig, history: History, environment: VectorEnvironment | None = None) -> None:
        self.trainer = Trainer(config, render=True, keep_log=True, environment=environment)
        self.position = -1
        self._history = history
        self.events: Iterator[Event] = iter(())
        self._restored_at = -1

    def go(self, position: int) -> None:
        """Go to where `position` events had been pulled, from the nearest snapshot before it; call it once.

        Parameters
        ----------
        position
            At most the run's own.

        Raises
        ------
        PgvizError
            Where that moment is no longer held.
        NotReproducible
            Where the environments could not be brought back.
        """
        mark = self._history.leading_to(position)
        if mark is not None:
            self.restore(mark)
        elif self._history.has_dropped:
            raise no_longer_held(self._history)
        else:  # before the first snapshot: from the very beginning
            self.events, self.position = self.trainer.events(), 0
        self.advance(position)

    def restore(self, mark: Mark) -> None:
        """Go to a snapshot.

        Raises
        ------
        NotReproducible
            Where the environments could not be brought back.
        """
        self.position = -1
        divergence = self.trainer.restore(mark.snapshot)
        if divergence is not None:
            raise NotReproducible(
                f"{self.trainer.config.environment} does not replay exactly: copy {divergence.copy + 1}, played "
                f"again from its seed and actions, saw something else at step {divergence.episode_step} of its "
                "episode. "
                "Looking back still works; going on from there does not."
            )
        self.events = self.trainer.events()
        self.position = mark.position
        self._restored_at = -1 if mark.bare else mark.position

    def advance(self, position: int, sink: Sink | None = None) -> None:
        """Live on until `position` events had been pulled, doing again what a person did."""
        waiting = self._history.interventions(self.position - 1, position - 1)
        if self.position == self._restored_at:  # what was done at the very place of the snapshot is in it
            waiting = [each for each in waiting if each[0] > self.position]
        while self.position < position:
            while waiting and waiting[0][0] == self.position:
                waiting.pop(0)[1].apply(self.trainer)
            event = next(self.events)
            if sink is not None:
                sink(self.position, event)
            self.position += 1

    def settle(self) -> None:
        """Do again what a person has done since the last event."""
        for _, intervention in self._history.interventions(self.position - 1, self.position):
            if self._restored_at != self.position:
                intervention.apply(self.trainer)

    def is_touched(self, position: int) -> bool:
        """Whether a person did anything to the run at that place."""
        return bool(self._history.interventions(position - 1, position))

    def close(self) -> None:
        """Close the environments."""
        self.trainer.on_iteration = None  # who listens leads back here: what is let go of then is freed at once
        self.trainer.close()


def no_longer_held(history: History) -> PgvizError:
    """Say where the history begins, and why no earlier."""
    marks = history.marks
    if not history.has_dropped and marks:
        return PgvizError(f"that moment is not held: this run's history begins at step {marks[0].step:,}.")
    begins = f"it begins at step {marks[0].step:,}" if marks else "it is empty"
    return PgvizError(f"that moment is no longer held: {begins}; give the history more memory to hold more.")
