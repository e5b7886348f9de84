"""A recorded run lived again from its first snapshot to its end, for each step of it: a recording holds only some.

What happens is compared with what was recorded, and what a person did is done again where it was done. What was
taken back is not lived: only what has led to the end of the recording.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgviz.environments.vector import VectorEnvironment
from pgviz.errors import PgvizError, UsageError, in_brief
from pgviz.recording.events import Intervened
from pgviz.recording.reader import Recording
from pgviz.recording.schema import RecordingError
from pgviz.recording.snapshots import decode_snapshot
from pgviz.session.notices import RunRewound
from pgviz.session.recorded import left_out_text
from pgviz.session.recorded_facts import COMPARED, READ, Origin, not_taken_back, other_versions, same, takes_back
from pgviz.session.relive import NotReproducible
from pgviz.training.events import EpisodeEnded, Event
from pgviz.training.trainer import Trainer


class LivedAgain:
    """Lives a recorded run again.

    Parameters
    ----------
    recording
        The run.
    environment
        Where it is lived: copies as many as the run has, of its environment, with its seeds. Closed with this.

    Attributes
    ----------
    earlier_episodes
        Episodes of the recording that ended before it can be lived again from.

    Raises
    ------
    UsageError
        Where the recording holds nothing to begin from.
    """

    def __init__(self, recording: Recording, environment: VectorEnvironment) -> None:
        self._recording = recording
        self._events: Iterator[Event] = iter(())
        self._pulled = 0
        try:
            self._origin = _first(recording)
            earlier = self._recorded(1, self._origin.position)
            self.earlier_episodes = sum(isinstance(each, EpisodeEnded) for each in earlier)
            self._trainer = Trainer(recording.started.config, environment=environment)
        except BaseException:
            environment.close()
            raise

    def facts(self) -> Iterator[Event]:
        """Episodes that end, updates, and knobs that are turned, each as it has happened again.

        Raises
        ------
        NotReproducible
            Where something else has happened than was recorded.
        RecordingError
            Where the recording makes no sense.
        EnvironmentFault
            Where the environment raises.
        """
        self._begin()
        for recorded in self._recorded(self._origin.position + 1, None):
            if isinstance(recorded, Intervened):
                self._go_on(recorded.pulled)
                recorded.intervention.apply(self._trainer)
            else:
                yield self._next(recorded)

    def _begin(self) -> None:
        """Bring the run to where it begins."""
        snapshot = self._origin.snapshot
        try:
            divergence = None if snapshot is None else self._trainer.restore(snapshot)
        except PgvizError:
            raise
        except Exception as error:
            raise RecordingError(f"a snapshot in the recording is of another run ({in_brief(error)}).") from error
        if divergence is not None:
            raise self._differs()
        self._events, self._pulled = self._trainer.events(), self._origin.pulled

    def _next(self, recorded: Event) -> Event:
        """Go on to the next fact, which is to be the recorded one."""
        while not isinstance(event := self._pull(), COMPARED):
            pass
        if not same(event, recorded):
            raise self._differs()
        return event

    def _go_on(self, pulled: int) -> None:
        """Go on to where so many events had been pulled; no fact is among them."""
        while self._pulled < pulled:
            if isinstance(self._pull(), COMPARED):
                raise self._differs()

    def _pull(self) -> Event:
        event = next(self._events, None)
        if event is None:
            raise self._differs()
        self._pulled += 1
        return event

    def close(self) -> None:
        """Close the environments."""
        self._trainer.close()

    def _recorded(self, first: int, last: int | None) -> Iterator[Event]:
        """What happened between two places and was not taken back."""
        events = (each.event for each in self._recording.events(first, last, kinds=READ))
        # Streamed where nothing was taken back: of some learners there is an update for every step.
        return iter(not_taken_back(events)) if _rewinds(self._recording) else events

    def _differs(self) -> NotReproducible:
        info, environment = self._recording.info, self._recording.started.config.environment
        because = f"{environment[:200]} may not depend on its seed and its actions alone"
        if others := other_versions(info.versions):
            because = f"it was recorded with {others}"
        elif info.events_dropped:
            because = f"the disk was too slow for {info.events_dropped:,} events, which are not in it"
        return NotReproducible(
            f"the recorded run cannot be lived again exactly: at step {self._trainer.step:,} it did something else"
            f" than was recorded ({because}, or this is another kind of processor)."
        )


def _rewinds(recording: Recording) -> list[tuple[int, Event]]:
    kinds = frozenset({RunRewound.__name__})
    return [(each.position, each.event) for each in recording.events(kinds=kinds)]


def _first(recording: Recording) -> Origin:
    """The first snapshot that leads to the end of a recording, or the run's beginning."""
    rewinds, begun = _rewinds(recording), recording.started.step
    at = 0
    while (found := recording.snapshot_after(at)) is not None:
        at, body = found
        snapshot, pulled = decode_snapshot(body)
        if not any(at < position and takes_back(event, snapshot.step, pulled) for position, event in rewinds):
            # A run may have begun with what was learned elsewhere, which its first snapshot has.
            return Origin(at, pulled, snapshot) if begun or not snapshot.step else Origin()
    if begun:
        left_out = recording.info.snapshots_left_out
        why = f" {left_out_text(left_out)}" if left_out else ""
        raise UsageError(
            f"the recording was begun at step {begun:,} and holds no snapshot to live the run again from.{why}"
        )
    return Origin()
