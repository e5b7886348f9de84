"""Commands: the only thing that enters training. Frozen dataclasses, so that they pickle."""

from __future__ import annotations

from dataclasses import dataclass

from pgviz.config import RunConfig
from pgviz.parameters import Value


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
class Quit(Command):
    """Close the environments and leave the worker."""
