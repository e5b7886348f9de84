"""Event files for TensorBoard, with the names that users of Stable-Baselines3 know.

==============================  ============================================================================
tag                             of
==============================  ============================================================================
rollout/ep_rew_mean             return, mean of the last 100 episodes
rollout/ep_len_mean             their length in steps
rollout/exploration_rate        ε
train/learning_rate             as applied
train/loss                      the whole loss, mean since the row before
train/policy_gradient_loss      minus the surrogate objective (``policy_loss`` for A2C and REINFORCE)
train/actor_loss, critic_loss   the same and the critics' error, for SAC
train/value_loss                the critic's mean squared error
train/explained_variance        of the critic
train/entropy_loss              minus the entropy
train/approx_kl, clip_fraction  of the update
train/std                       mean σ over the action's dimensions, where it is free
train/ent_coef                  SAC's α
time/fps                        environment steps per second since the beginning
pgviz/…                         entropy, gradient_norm, max_probability, and log_std by dimension
==============================  ============================================================================
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from pgviz.errors import UsageError
from pgviz.export.extras import TENSORBOARD
from pgviz.export.whole import ExportError
from pgviz.session.notices import RunRewound
from pgviz.training.events import (
    AVERAGED_EPISODES,
    EpisodeEnded,
    Event,
    MinibatchComputed,
    RunStarted,
    UpdateApplied,
)

# Some learners update thousands of times a second, and no curve has so many points.
STEPS_BETWEEN = 250

Row = tuple[str, float]


class TensorBoardLog:
    """Writes a run's numbers as they come; use it as a context manager, or close it.

    Runs that follow the first, as in a window, go into the folders ``2``, ``3`` and so on in it. What a person has
    gone back before is marked as undone, so that TensorBoard leaves it out.

    Parameters
    ----------
    folder
        Where the event file goes.
    clock
        Seconds since some moment; a recording has its own.

    Raises
    ------
    UsageError
        Where the package that writes such files is not installed, or the folder cannot be written.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        if TENSORBOARD.missing:
            raise UsageError(f"writing for TensorBoard needs {TENSORBOARD.missing}.")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._writer = _writer(folder, 0)
        except OSError as error:
            raise UsageError(
                f"cannot write to {folder}: {error.strerror or error}; choose another folder."
            ) from error
        self._folder, self._clock = folder, clock
        self._runs = self._files = 0
        self._episodes: deque[EpisodeEnded] = deque(maxlen=AVERAGED_EPISODES)
        self._losses: list[float] = []
        self._algorithm = ""
        self._began, self._first_step = clock(), 0
        self._next = 0

    def apply(self, event: Event) -> None:
        """Take one event in.

        Raises
        ------
        ExportError
            Where it cannot be written.
        """
        if isinstance(event, MinibatchComputed):
            self._losses.append(event.loss)
        elif isinstance(event, EpisodeEnded):
            self._episodes.append(event)
        elif isinstance(event, UpdateApplied):
            if event.step >= self._next:
                self._next = event.step + STEPS_BETWEEN
                self._write(event)
        elif isinstance(event, RunStarted):
            self._begin(event)
        elif isinstance(event, RunRewound):
            self._open(self._place, after=event.step)
            self._next = event.step

    @property
    def _place(self) -> Path:
        return self._folder if self._runs < 2 else self._folder / str(self._runs)

    def _open(self, folder: Path, after: int | None = None) -> None:
        """Go on in another file; what is in earlier ones of that folder `after` a step counts no more."""
        self._writer.close()
        self._files += 1
        try:
            self._writer = _writer(folder, self._files, None if after is None else after + 1)
        except OSError as error:
            raise ExportError(f"cannot write to {folder}: {error.strerror or error}.") from error

    def _begin(self, started: RunStarted) -> None:
        self._runs += 1
        if self._runs > 1:
            self._open(self._place)
            self._episodes.clear()
            self._losses.clear()
            self._next = 0
        self._algorithm, self._began, self._first_step = started.config.algorithm, self._clock(), started.step
        text = started.config.to_json().decode()
        self._writer.add_text("pgviz/config", "\n".join(f"    {line}" for line in text.splitlines()), started.step)

    def _write(self, update: UpdateApplied) -> None:
        seconds = self._clock() - self._began
        rows = [*self._rollout(update), *_train(update, self._algorithm), *_own(update)]
        if self._losses:
            rows.append(("train/loss", float(np.mean(self._losses))))
        if seconds > 0.0 and update.step > self._first_step:  # not those of before a saved run was gone on with
            rows.append(("time/fps", (update.step - self._first_step) / seconds))
        self._losses.clear()
        try:
            for tag, value in rows:
                self._writer.add_scalar(tag, value, update.step)
        except OSError as error:
            raise ExportError(f"cannot write to {self._folder}: {error.strerror or error}.") from error

    def _rollout(self, update: UpdateApplied) -> Iterator[Row]:
        if self._episodes:
            yield "rollout/ep_rew_mean", float(np.mean([each.episode_return for each in self._episodes]))
            yield "rollout/ep_len_mean", float(np.mean([each.length for each in self._episodes]))
        if update.epsilon is not None:
            yield "rollout/exploration_rate", update.epsilon

    def close(self) -> None:
        """Write what is held back."""
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _writer(folder: Path, number: int, purge_step: int | None = None) -> Any:
    from tensorboardX import SummaryWriter

    # Names go by the second, and two files of one second must not be one.
    suffix = f".{number}" if number else ""
    return SummaryWriter(str(folder), purge_step=purge_step, flush_secs=10, filename_suffix=suffix)


def _train(update: UpdateApplied, algorithm: str) -> Iterator[Row]:
    """What Stable-Baselines3 logs of the same learner."""
    yield "train/learning_rate", update.learning_rate
    if algorithm == "sac":
        yield "train/actor_loss", -update.objective
    elif algorithm == "ppo":
        yield "train/policy_gradient_loss", -update.objective
    elif algorithm != "dqn":
        yield "train/policy_loss", -update.objective
    if algorithm != "dqn":
        yield "train/entropy_loss", -update.entropy
    named = {
        "train/critic_loss" if algorithm == "sac" else "train/value_loss": update.value_loss,
        "train/explained_variance": update.explained_variance,
        "train/approx_kl": update.kl,
        "train/clip_fraction": update.clip_fraction,
        "train/ent_coef": update.temperature,
        "train/std": None if update.log_std is None else float(np.exp(update.log_std).mean()),
    }
    yield from ((tag, value) for tag, value in named.items() if value is not None)


def _own(update: UpdateApplied) -> Iterator[Row]:
    yield "pgviz/entropy", update.entropy
    yield "pgviz/gradient_norm", update.gradient_norm
    if update.max_probability is not None:
        yield "pgviz/max_probability", update.max_probability
    if update.log_std is not None:
        yield from ((f"pgviz/log_std/{d}", float(value)) for d, value in enumerate(update.log_std))
