"""Check: what looks for one mistake; and Record, what all of them know of the run."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import deque
from typing import ClassVar

import numpy as np

from pgviz.session.doctor.finding import Evidence, Finding, Severity
from pgviz.training.events import EpisodeEnded, ParameterChanged, RunStarted, UpdateApplied

COMPARED_EPISODES = 20
LEAST_EPISODES = 10
KEPT = 64
_HYPHEN = re.compile(r"(?<!\w)-(?=\d)")


class Record:
    """What is known of a run beside its present update.

    Attributes
    ----------
    started
        The facts of the run.
    optimizer_steps
        Taken so far.
    episodes
        Ended so far.
    initial_std
        σ₀ in force: the last to which log_std was set.
    """

    def __init__(self, started: RunStarted) -> None:
        self.started = started
        self.optimizer_steps = 0
        self.episodes = 0
        self.initial_std = float(started.config.hyperparameters.get("initial_std") or 1.0)  # type: ignore[arg-type]
        self._first: list[float] = []
        self._recent: deque[float] = deque(maxlen=COMPARED_EPISODES)

    def add_update(self, event: UpdateApplied) -> None:
        """Take an update in."""
        self.optimizer_steps += event.minibatches

    def add_episode(self, event: EpisodeEnded) -> None:
        """Take an ended episode in."""
        self.episodes += 1
        if len(self._first) < COMPARED_EPISODES:
            self._first.append(event.episode_return)
        self._recent.append(event.episode_return)

    def add_change(self, event: ParameterChanged) -> None:
        """Take a turned knob in."""
        if event.name == "initial_std":
            self.initial_std = float(event.value)  # type: ignore[arg-type]

    @property
    def returns(self) -> tuple[float, float] | None:
        """Mean return of the first episodes and of the last; ``None`` where too few have ended."""
        if len(self._first) < LEAST_EPISODES:
            return None
        return float(np.mean(self._first)), float(np.mean(self._recent))

    @property
    def has_improved(self) -> bool:
        """Whether returns are better than at the start, or as good as they need be, or too few to tell."""
        returns = self.returns
        if returns is None:
            return True
        threshold = self.started.environment.reward_threshold
        if threshold is not None and returns[1] >= threshold:
            return True
        return returns[1] > returns[0] + 0.5 * max(float(np.std(self._first)), 1e-6)

    @property
    def squashes(self) -> bool:
        """Whether real actions are squashed into their bounds."""
        return self.started.config.hyperparameters.get("action_bounds", "squash") == "squash"


class Check(ABC):
    """Looks for one mistake in one run, until it is found.

    Attributes
    ----------
    name, title
        Of the mistake.
    watched
        What is looked at, in a few words.
    severity
        How bad it is.
    at_every_update
        Whether it looks at updates that were not checked up on, too.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    watched: ClassVar[str]
    severity: ClassVar[Severity] = "warning"
    at_every_update: ClassVar[bool] = False

    @classmethod
    def applies(cls, started: RunStarted) -> bool:
        """Whether a run can make this mistake; most are those of on-policy learners."""
        return learns_on_policy(started)

    @abstractmethod
    def take(self, event: UpdateApplied, record: Record) -> Finding | None:
        """Take an update in; say what is wrong, where there is enough evidence."""

    def finding(
        self, event: UpdateApplied, sentence: str, advice: str, evidence: Evidence, title: str = ""
    ) -> Finding:
        """What was found at this update; a title of its own where the mistake has more than one face."""
        title, sentence = title or self.title, _HYPHEN.sub("−", sentence)
        return Finding(self.name, title, sentence, advice, event.step, event.update, self.severity, evidence)


class Trail:
    """The last few numbers of some kinds, and when they were measured.

    Parameters
    ----------
    names
        Of the kinds.
    """

    def __init__(self, *names: str) -> None:
        self._names = names
        self._rows: deque[tuple[float, ...]] = deque(maxlen=KEPT)

    def add(self, step: int, *values: float) -> None:
        """Add one measurement of each."""
        self._rows.append((step, *values))

    def clear(self) -> None:
        """Forget all of them."""
        self._rows.clear()

    def __len__(self) -> int:
        return len(self._rows)

    def last(self, count: int, column: int = 0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """The newest `count` of one kind, oldest first."""
        return np.array([row[1 + column] for row in list(self._rows)[-count:]])

    def evidence(self, caption: str, limit: float | None = None) -> Evidence:
        """All that is held."""
        rows = np.array(self._rows, dtype=float).T
        return Evidence(caption, self._names, rows[1:], rows[0], limit)


def learns_on_policy(started: RunStarted) -> bool:
    """Whether the learner is one whose updates are checked up on."""
    return "normalize_advantage" in started.config.parameters


def heeds_masks(started: RunStarted) -> bool:
    """Whether the environment says what is illegal, and the policy rules it out."""
    return started.environment.has_masks and started.config.hyperparameters.get("action_mask") is True
