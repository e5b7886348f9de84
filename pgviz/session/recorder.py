"""Recorder: chooses what of a session is recorded, and hands it to the writer. It never changes the run.

Steps without details are not stored one by one. Those with details are at a chosen rate; where nobody looks, the
recorder asks for them itself, as rarely as it takes to cost the run next to nothing.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from pgviz._version import __version__
from pgviz.parameters import Value
from pgviz.recording.events import Intervened
from pgviz.recording.writer import Writer, now_iso
from pgviz.session.doctor import Finding
from pgviz.session.notices import FindingMade, ForksShown, ProbesShown, RunRewound, RunWaits
from pgviz.session.recorded import WRITTEN, RecordingState
from pgviz.session.session import Session
from pgviz.session.step_pace import StepPace
from pgviz.training.events import Event, ParameterChanged, RunStarted, StepDetail, StepTaken
from pgviz.training.interventions import Intervention
from pgviz.training.packing import pack

# Of the run's time, for describing and drawing steps that nobody but the recorder asked for.
SHARE_OF_STEPS = 0.006
# The same for snapshots, and the bytes a second that they may take: an off-policy agent's hold all it has seen.
SHARE_OF_SNAPSHOTS = 0.005
SNAPSHOT_BYTES_A_SECOND = 256 * 2**10
# A trail is a line that rises and falls; it is told twenty times a second to a window.
SECONDS_BETWEEN_PROBES = 0.25
NAMED_VERSIONS = ("torch", "numpy", "gymnasium")


@dataclass(frozen=True, slots=True)
class RecordingOptions:
    """What to record, and how much of it.

    Parameters
    ----------
    steps_per_second
        Steps with their details and picture, of wall-clock time, at most.
    frame_size
        Pixels of a picture's longer side, at most.
    seconds_between_snapshots
        From which the run can be taken up again; ``None`` for none at all.
    replace
        Whether a file of that name may be replaced.
    """

    steps_per_second: float = 30.0
    frame_size: int = 640
    seconds_between_snapshots: float | None = 10.0
    replace: bool = False


class Recorder:
    """Records one session from now on.

    Parameters
    ----------
    path
        The file to make.
    session
        What to record; of its beginning, or of any moment.
    options
        How much of it.
    clock
        Tells seconds gone by.

    Raises
    ------
    RecordingError
        Where the file cannot be made.
    """

    def __init__(
        self,
        path: Path,
        session: Session,
        options: RecordingOptions,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.path = path
        self._session, self._options, self._clock = session, options, clock
        self._writer = Writer(path, _meta(options), replace=options.replace, frame_size=options.frame_size)
        self._open = True
        self._began = clock()
        self._pace = StepPace(1.0 / options.steps_per_second, SHARE_OF_STEPS)
        self._snapshot_due = self._probes_due = self._began
        self._probed: tuple[set[int], dict[int, str]] | None = None
        self._attach()
        session.on_intervention = self._note_intervention
        self._writer.put(session.introduce(), 0.0)
        for change in _knobs_turned(session):
            self.take(change)

    @property
    def wants_step(self) -> bool:
        """Whether the next step is to be described for the recording's own sake."""
        return self._pace.wants(self._clock())

    def take(self, event: Event) -> None:
        """Record an event that is no step."""
        if event.__class__ in _PLAIN:  # a thousand a second
            self._writer.put(event, self._clock() - self._began)
            return
        if event.__class__ in _KINDS and not (isinstance(event, ProbesShown) and self._passes_over(event)):
            event = _without_pictures(event) if isinstance(event, ForksShown) else event
            self._writer.put(event, self._clock() - self._began)
            if isinstance(event, RunRewound):
                self._attach()  # the past was lived again by another trainer, which is the present one now
                self._snapshot_due = self._clock()

        if isinstance(event, RunWaits):
            self._probes_due = self._began  # what pinned states are like where the run waits is always wanted

    def _passes_over(self, shown: ProbesShown) -> bool:
        """Whether pinned states were recorded a moment ago, the same ones."""
        now, known = self._clock(), (set(shown.decisions), shown.names)
        if now < self._probes_due and known == self._probed:
            return True
        self._probes_due, self._probed = now + SECONDS_BETWEEN_PROBES, known
        return False

    def take_step(self, event: StepTaken, *, always: bool = False) -> None:
        """Record a step that comes with its details, where it is time for one, or in any case."""
        if event.detail is None and not self._pace.measures:
            return  # thousands a second
        now = self._clock()
        if self._pace.takes(now, detailed=event.detail is not None) or (always and event.detail is not None):
            self._writer.put(event, now - self._began)

    def follow(self, event: Event, found: Iterable[Finding] = ()) -> None:
        """Record an event of a run that nobody else watches, and choose what its next step comes with.

        Parameters
        ----------
        event
            What happened.
        found
            What the doctor has found in it.
        """
        if isinstance(event, StepTaken):
            if event.detail is not None or self._pace.measures:
                self.take_step(event)
            self._session.trainer.watch.wanted = self._pace.wants(self._clock())
        else:
            self.take(event)
        for each in found:
            self.take(FindingMade(event.step, each))

    @property
    def broken(self) -> bool:
        """Whether nothing more can be written; :meth:`close` says why."""
        return self._writer.broken

    def state(self) -> RecordingState:
        """How the recording stands."""
        state = self._writer.state
        return RecordingState(
            self._session.trainer.step,
            path=str(self.path),
            active=self._open and state.problem is None,
            seconds=self._clock() - self._began,
            size=state.size,
            free=state.free,
            frames_dropped=state.frames_dropped,
            problem=state.problem,
            snapshots_left_out=state.snapshots_left_out,
        )

    def close(self) -> RecordingState:
        """Write what waits, close the file, and say how it ended."""
        self._open = False
        if self._session.on_intervention == self._note_intervention:
            self._session.on_intervention = None
        self._writer.close()
        return self.state()

    def _attach(self) -> None:
        """Have a look in wherever an iteration begins, after whoever does so already."""
        trainer = self._session.trainer
        before = trainer.on_iteration
        self._alone = before is None

        def both() -> None:
            if before is not None:
                before()
            if self._open:
                self._take_snapshot()

        if self._options.seconds_between_snapshots is not None:
            trainer.on_iteration = both

    def _take_snapshot(self) -> None:
        spacing = self._options.seconds_between_snapshots
        now = self._clock()
        if spacing is None or now < self._snapshot_due or not self._writer.takes_snapshots:
            return
        trainer = self._session.trainer
        snapshot = trainer.capture()
        packed, tensors = pack(snapshot)
        self._writer.put_snapshot(packed, tensors, self._session.position)
        if self._alone:  # else whoever looks in as well lets go of what came before when it may
            snapshot.forget_before()
            if trainer.environment.log is not None:
                trainer.environment.log.forget_tape(snapshot.environment.tape_position)
        cost = (self._clock() - now) / SHARE_OF_SNAPSHOTS
        size = sum(each.nbytes for each in tensors.values()) / SNAPSHOT_BYTES_A_SECOND
        self._snapshot_due = now + max(spacing, cost, size)

    def _note_intervention(self, position: int, intervention: Intervention) -> None:
        self.take(Intervened(self._session.trainer.step, position, intervention))


# A recording is of one run, which is introduced when it begins; steps have a pace of their own.
_KINDS = frozenset(WRITTEN) - {StepTaken, RunStarted}
# Those of which each is recorded as it is, and nothing follows.
_PLAIN = _KINDS - {ProbesShown, ForksShown, RunRewound, RunWaits}


def _without_pictures(shown: ForksShown) -> ForksShown:
    """What became of forks, without the pictures, of which there may be fifty a second."""

    def bare(detail: StepDetail | None) -> StepDetail | None:
        return None if detail is None else replace(detail, frame=None)

    forks = tuple(replace(each, detail=bare(each.detail)) for each in shown.forks)
    return replace(shown, forks=forks, base=bare(shown.base))


def _meta(options: RecordingOptions) -> dict[str, str]:
    """What to note about a recording."""
    versions = {"pgviz": __version__, "python": platform.python_version()}
    for name in NAMED_VERSIONS:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:  # taken from a bundle that keeps no notes
            continue
    return {
        "created": now_iso(),
        "versions": msgspec.json.encode(versions).decode(),
        "options": msgspec.json.encode(options).decode(),
    }


def _knobs_turned(session: Session) -> list[ParameterChanged]:
    """The knobs that are not where the configuration has them, as if they had just been turned."""
    values: dict[str, Value] = session.trainer.algorithm.knobs.capture()["values"]
    given = session.config.hyperparameters
    step = session.trainer.step
    return [
        ParameterChanged(step, name, given[name], value) for name, value in values.items() if value != given[name]
    ]
