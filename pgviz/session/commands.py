"""Commands: the only thing that enters training. Frozen dataclasses, so that they pickle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pgviz.config import RunConfig
from pgviz.parameters import Value
from pgviz.session.breakpoints import Breakpoint
from pgviz.training.interventions import Intervention


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person asked for."""


@dataclass(frozen=True, slots=True)
class StartRun(Command):
    """Leave the present run, if any, and set up another; it waits, paused, unless `play`."""

    config: RunConfig
    play: bool = False


@dataclass(frozen=True, slots=True)
class Play(Command):
    """Go on until the run ends or something stops it."""


@dataclass(frozen=True, slots=True)
class Pause(Command):
    """Stop pulling events; takes effect within one environment step."""


@dataclass(frozen=True, slots=True)
class StepEnvironment(Command):
    """Take `count` environment steps (each moves every copy once), then pause."""

    count: int = 1


@dataclass(frozen=True, slots=True)
class StepUpdate(Command):
    """Go on until `count` updates have been applied, then pause."""

    count: int = 1


@dataclass(frozen=True, slots=True)
class StepMinibatch(Command):
    """Go on until `count` losses have been computed, then pause before the last one's step is taken."""

    count: int = 1


@dataclass(frozen=True, slots=True)
class FinishEpisode(Command):
    """Go on until `count` episodes of the watched copy have ended, then pause."""

    count: int = 1


@dataclass(frozen=True, slots=True)
class RunTo(Command):
    """Go on until a number of steps has been taken, of episodes ended or of updates applied, then pause."""

    unit: Literal["step", "episode", "update"]
    number: int


@dataclass(frozen=True, slots=True)
class LookBack(Command):
    """Show the step that led to so many environment steps; a run that plays pauses first."""

    step: int


@dataclass(frozen=True, slots=True)
class MoveCursor(Command):
    """Look `count` steps further back (negative) or forward, from what is looked at or from the present."""

    count: int


@dataclass(frozen=True, slots=True)
class Follow(Command):
    """Stop looking back: show the present state again."""


@dataclass(frozen=True, slots=True)
class ResumeHere(Command):
    """Make the step that is looked back at the present; what came after it is let go of."""


@dataclass(frozen=True, slots=True)
class Fork(Command):
    """Begin a second run from the state that is looked at, the present one or one of the past.

    It goes on in step with the run, with the same random numbers.

    Parameters
    ----------
    sample
        What the watched copy does first there, as the policy draws it; ``None`` for what it draws.
    knobs
        Hyperparameters that are to be others, by name.
    """

    sample: tuple[float, ...] | None = None
    knobs: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class DropFork(Command):
    """End a fork."""

    id: int


@dataclass(frozen=True, slots=True)
class SetHistoryLimit(Command):
    """Say how much memory the past may take, in bytes."""

    limit: int


@dataclass(frozen=True, slots=True)
class Intervene(Command):
    """Do something to the run between two of its events."""

    intervention: Intervention


@dataclass(frozen=True, slots=True)
class ExamineMinibatch(Command):
    """Put the open minibatch under the microscope; with `sample`, show how π would move in its state.

    Of no effect while the run goes on.
    """

    sample: int | None = None


@dataclass(frozen=True, slots=True)
class EstimateValues(Command):
    """Estimate what actions are worth in the watched copy's present state, by playing on from it under π.

    Parameters
    ----------
    samples
        The actions, as the policy draws them; for none, every action of a discrete policy.
    rollouts, horizon
        How often each, and for how many steps at most.
    """

    samples: tuple[tuple[float, ...], ...] = ()
    rollouts: int = 16
    horizon: int = 200


@dataclass(frozen=True, slots=True)
class PutProbe(Command):
    """Say after each update what the policy would do in a state, with a ``ProbesShown`` notice.

    Parameters
    ----------
    id
        Names the probe; the one that has it already is replaced.
    observation
        As the environment would return it, flattened.
    mask
        True where an option is legal there; ``None`` where all are.
    name
        What to call it.
    """

    id: int
    observation: tuple[float, ...]
    mask: tuple[bool, ...] | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class RemoveProbe(Command):
    """Watch a state no more."""

    id: int


@dataclass(frozen=True, slots=True)
class PutBreakpoint(Command):
    """Add a breakpoint, or let it take the place of the one with its number."""

    breakpoint: Breakpoint


@dataclass(frozen=True, slots=True)
class RemoveBreakpoint(Command):
    """Take a breakpoint out."""

    id: int


@dataclass(frozen=True, slots=True)
class Stop(Command):
    """End the run here; it can be restarted, not continued."""


@dataclass(frozen=True, slots=True)
class Restart(Command):
    """Set the same run up again, with its own seed or another; it waits, paused, unless `play`."""

    seed: int | None = None
    play: bool = False


@dataclass(frozen=True, slots=True)
class SetParameter(Command):
    """Ask for a knob to be turned; applied at the boundary that its declaration names."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class SetSpeed(Command):
    """Show steps at `multiplier` times real time, or, for ``None``, as fast as they come."""

    multiplier: float | None


@dataclass(frozen=True, slots=True)
class Look(Command):
    """Say whether somebody is looking: details and frames are captured only then."""

    looking: bool


@dataclass(frozen=True, slots=True)
class WatchEnvironment(Command):
    """Choose which copy of the environment is shown."""

    index: int


@dataclass(frozen=True, slots=True)
class ListEnvironments(Command):
    """Ask for an ``EnvironmentsListed`` notice."""


@dataclass(frozen=True, slots=True)
class SaveRun(Command):
    """Save the run as it is now into a folder."""

    folder: Path


@dataclass(frozen=True, slots=True)
class OpenRun(Command):
    """Leave the present run and go on, exactly, with the one saved in a folder.

    Parameters
    ----------
    folder
        Where it was saved.
    agreed
        The module that a person has agreed to have imported, where the environment's id names one.
    """

    folder: Path
    agreed: str = ""


@dataclass(frozen=True, slots=True)
class KeepSafe(Command):
    """Save the run unasked, every so many seconds while it plays; ``None`` for no more."""

    folder: Path | None
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class OpenRecording(Command):
    """Leave the present run, if any, and play a recording; it waits, paused, at its first step."""

    path: Path


@dataclass(frozen=True, slots=True)
class TakeOver(Command):
    """Go on live from the moment of the recording that is looked at.

    Parameters
    ----------
    agreed
        The module that a person has agreed to have imported, where the environment's id names one.
    """

    agreed: str = ""


@dataclass(frozen=True, slots=True)
class StartRecording(Command):
    """Record the present run into a file from now on, with ``RecordingState`` notices.

    Parameters
    ----------
    path
        The file to make.
    replace
        Whether one of that name may be replaced.
    steps_per_second, frame_size, seconds_between_snapshots
        See :class:`pgviz.session.recorder.RecordingOptions`.
    """

    path: Path
    replace: bool = False
    steps_per_second: float = 30.0
    frame_size: int = 640
    seconds_between_snapshots: float | None = 10.0


@dataclass(frozen=True, slots=True)
class StopRecording(Command):
    """Close the recording that is being made."""


@dataclass(frozen=True, slots=True)
class Quit(Command):
    """Close the environments and leave the worker."""
