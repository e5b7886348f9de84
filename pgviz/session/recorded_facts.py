"""What a run lived again is held against: the facts that its recording holds of it.

What is left of them when what was taken back is left out, and whether two are the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from itertools import takewhile

import numpy as np

from pgviz.recording.events import Intervened
from pgviz.session.notices import RunRewound
from pgviz.training.events import EpisodeEnded, Event, ParameterChanged, StepDetail, UpdateApplied
from pgviz.training.snapshot import Snapshot

COMPARED = (EpisodeEnded, UpdateApplied, ParameterChanged)
READ = frozenset(each.__name__ for each in (*COMPARED, Intervened, RunRewound))
# What the doctor looks at is there only where somebody watched.
_NOT_COMPARED = frozenset({"vitals", "truncations"})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where living a recorded run again begins; without a snapshot, where the run itself began.

    Parameters
    ----------
    position
        The place in the recording of the last event from before it.
    pulled
        How many events had been pulled of the run by then.
    snapshot
        How the run was.
    """

    position: int = 1
    pulled: int = 0
    snapshot: Snapshot | None = None


def not_taken_back(events: Iterable[Event]) -> list[Event]:
    """What has led to the end of these events."""
    kept: list[Event] = []
    for event in events:
        if isinstance(event, RunRewound):
            # With what was taken back goes all that followed it, such as the change of a knob.
            kept = list(takewhile(partial(_stays, event), kept))
        else:
            kept.append(event)
    return kept


def _stays(rewound: RunRewound, event: Event) -> bool:
    pulled = event.pulled if isinstance(event, Intervened) else -1
    return not takes_back(rewound, event.step, pulled)


def takes_back(rewound: Event, step: int, pulled: int) -> bool:
    """Whether something never happened that did after so many steps, and when so many events had been pulled.

    What a person does where the run is gone back to is undone by that, though no step lies between; so is a
    snapshot from there, which holds it.
    """
    assert isinstance(rewound, RunRewound)
    return step > rewound.step or (rewound.position is not None and pulled >= rewound.position)


def same(one: Event, other: Event) -> bool:
    """Whether what happened is what was recorded."""
    if type(one) is not type(other):
        return False
    names = [each.name for each in fields(one) if each.name not in _NOT_COMPARED]
    return all(_equal(getattr(one, name), getattr(other, name)) for name in names)


def _equal(one: object, other: object) -> bool:
    if one is None or other is None:
        return one is other
    return bool(np.array_equal(np.asarray(one), np.asarray(other), equal_nan=isinstance(one, float | np.ndarray)))


def same_detail(one: StepDetail | None, other: StepDetail | None) -> bool:
    """Whether two steps were taken in the same state, with the same action."""
    if one is None or other is None:
        return True
    first, second = one.decision, other.decision
    return _equal(first.observation, second.observation) and _equal(first.log_prob, second.log_prob)


def other_versions(recorded: dict[str, str]) -> str:
    """What the recording was made with that is another version here, in words."""
    others = [f"{name} {was}" for name, was in recorded.items() if (here := _here(name)) and here != was]
    return ", ".join(others)


def _here(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
