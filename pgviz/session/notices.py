"""Notices: events about the session itself rather than about training."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from pgviz.parameters import Value
from pgviz.recording.schema import RecordingInfo
from pgviz.session.breakpoints import Breakpoint, Hit
from pgviz.session.doctor import Finding
from pgviz.session.forks_state import ForkState
from pgviz.training.events import Decision, EnvironmentListing, Event, MinibatchComputed, StepDetail
from pgviz.training.examination import ActionValues, Examination, Moves
from pgviz.training.interventions import Intervention

MOST_PROBES = 24
"""So many states can be watched at a time."""


class RunState(enum.StrEnum):
    """What the session is doing."""

    EMPTY = "empty"  # no run was asked for yet
    PREPARING = "preparing"  # environments and networks are being built
    PAUSED = "paused"
    PLAYING = "playing"
    FINISHED = "finished"  # all steps were taken
    STOPPED = "stopped"  # ended by a person
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StateChanged(Event):
    """The session went from one state to another."""

    state: RunState


@dataclass(frozen=True, slots=True)
class CommandRejected(Event):
    """A command could not be carried out; nothing has changed.

    Parameters
    ----------
    message
        Why, and what to do.
    not_reproducible
        Whether the reason is that the environment does not replay exactly.
    """

    message: str
    not_reproducible: bool = False


@dataclass(frozen=True, slots=True)
class SpeedMeasured(Event):
    """How fast the run goes, measured by the session about four times a second while it plays.

    Parameters
    ----------
    steps_per_second
        Over the last moment of playing.
    seconds
        Time spent playing so far, pauses left out.
    """

    steps_per_second: float
    seconds: float


@dataclass(frozen=True, slots=True)
class EnvironmentsListed(Event):
    """What Gymnasium has registered here."""

    environments: tuple[EnvironmentListing, ...]


@dataclass(frozen=True, slots=True)
class HistoryHeld(Event):
    """What can be looked back at, said a few times a second while the run goes on.

    Parameters
    ----------
    first_step
        The oldest step that is held; ``None`` where none is yet.
    size, limit
        Bytes of memory in use, and those that may be.
    """

    first_step: int | None
    size: int
    limit: int


@dataclass(frozen=True, slots=True)
class RunSaved(Event):
    """The run was saved.

    Parameters
    ----------
    folder
        Where it can be gone on with from.
    unasked
        Whether nobody asked for it.
    """

    folder: str
    unasked: bool = False


@dataclass(frozen=True, slots=True)
class RecordingOpened(Event):
    """What follows is played from a recording, from its beginning.

    Parameters
    ----------
    info
        What is in it.
    steps
        Environment steps that had been taken at its furthest place.
    """

    info: RecordingInfo
    steps: int


@dataclass(frozen=True, slots=True)
class TakenOver(Event):
    """The recording was left for the run itself, which goes on live from the moment that was looked at.

    Parameters
    ----------
    approximate
        Why it does not go on exactly as it did when it was recorded; empty where it does.
    remark
        What else there is to say of it, a sentence; mostly empty.
    """

    approximate: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class RunRewound(Event):
    """The past was made the present: `step` steps have been taken now, and what came after never happened.

    Parameters
    ----------
    episodes, update
        Episodes that had begun, and updates that had been applied.
    position
        Events that had been pulled; ``None`` where that is not known.
    values
        The knobs in force; ``None`` where that is not known, and every change up to that step holds.
    """

    episodes: int
    update: int
    position: int | None = None
    values: dict[str, Value] | None = None

    def undoes(self, step: int, name: str, value: Value) -> bool:
        """Whether the latest change of a knob that is left never happened: where, which, and to what."""
        if step != self.step or self.values is None:
            return step > self.step
        return name in self.values and self.values[name] != value


@dataclass(frozen=True, slots=True)
class BreakpointsListed(Event):
    """The breakpoints changed.

    Parameters
    ----------
    breakpoints, hits
        All of them, and how often the condition of each has held.
    """

    breakpoints: tuple[Breakpoint, ...]
    hits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RunWaits(Event):
    """The run waits, and this is what it would do next.

    Parameters
    ----------
    environment_index
        The watched copy.
    decision
        What its next action would be drawn from.
    minibatch
        The minibatch whose loss is there and whose step has not been taken; ``None`` where none is open.
    value
        What the critic expects of the state, in the environment's own rewards; ``None`` where there is no critic.
    forced
        Which copies take an action of a person's choice in the next step, and what, as the policy draws it.
    asked
        Knobs that were turned and wait for their boundary.
    """

    environment_index: int
    decision: Decision
    minibatch: MinibatchComputed | None
    value: float | None = None
    forced: tuple[tuple[int, tuple[float, ...]], ...] = ()
    asked: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MinibatchExamined(Event):
    """The open minibatch was put under the microscope."""

    examination: Examination


@dataclass(frozen=True, slots=True)
class ValuesEstimated(Event):
    """What actions are worth in the present state of one copy.

    Parameters
    ----------
    environment_index
        Which copy.
    values
        The estimates.
    """

    environment_index: int
    values: ActionValues


@dataclass(frozen=True, slots=True)
class ProbesShown(Event):
    """What the policy would choose from in the states that are watched.

    Parameters
    ----------
    update
        Updates that had been applied.
    decisions
        By the number of the probe.
    names
        What they are called, where that is known.
    """

    update: int
    decisions: dict[int, Decision]
    names: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BreakpointHit(Event):
    """A breakpoint's condition held; the run stops here unless it is a logpoint."""

    hit: Hit


@dataclass(frozen=True, slots=True)
class LinesMissed(Event):
    """So many lines of logpoints came faster than they were taken out, and the oldest were let go of."""

    count: int


@dataclass(frozen=True, slots=True)
class FindingMade(Event):
    """The doctor has seen a common mistake."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class ForksShown(Event):
    """All forks that there are, said some ten times a second while they go on; one that is not named has gone.

    Parameters
    ----------
    forks
        What has become of each.
    base
        The state that the run itself is in, to be compared with theirs; ``None`` where nobody looks.
    """

    forks: tuple[ForkState, ...]
    base: StepDetail | None = None


@dataclass(frozen=True, slots=True)
class RecordedWait:
    """A place at which the run waited.

    Parameters
    ----------
    waits
        What it would have done next.
    seconds
        How long it waited.
    stops
        The breakpoints that had stopped it; empty where none had.
    examination
        The open minibatch under the microscope, as it was last looked at; ``None`` where nobody did.
    moves
        How π would move in the states of the samples that were looked at, the last one last.
    values
        What was estimated of actions, the last estimate last.
    done
        What a person did to the run, in order.
    """

    waits: RunWaits
    seconds: float = 0.0
    stops: tuple[Hit, ...] = ()
    examination: Examination | None = None
    moves: tuple[Moves, ...] = ()
    values: tuple[ActionValues, ...] = ()
    done: tuple[Intervention, ...] = ()

    @property
    def is_telling(self) -> bool:
        """Whether there is something to it: a reason, something that was looked at or done, or a second's time."""
        looked_at = self.examination is not None or self.values or self.done
        return bool(self.stops or self.waits.minibatch or looked_at or self.seconds >= 1.0)


@dataclass(frozen=True, slots=True)
class WaitShown(Event):
    """Whether the recorded run waited at the moment that is shown, and how; said by playback alone.

    Parameters
    ----------
    wait
        ``None`` where it went on.
    """

    wait: RecordedWait | None = None
