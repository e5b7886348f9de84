"""A run without a window: the same session, pulled to its end."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pgviz.config import RunConfig
from pgviz.policies.policy import Policy
from pgviz.session.doctor import Doctor, Finding
from pgviz.session.keeper import Keeper
from pgviz.session.recorded import RecordingState
from pgviz.session.recorder import Recorder, RecordingOptions
from pgviz.session.saving import catch_up
from pgviz.session.session import Session
from pgviz.training.checkpoint import CheckpointError
from pgviz.training.evaluation import Evaluation, evaluate
from pgviz.training.events import AVERAGED_EPISODES, EpisodeEnded, Event
from pgviz.training.seeding import RunSeeds


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What a headless run came to.

    Parameters
    ----------
    config
        What was run.
    steps, episodes
        How many were done.
    return_mean_100
        Mean return of the last 100 episodes, or ``None`` where none ended.
    seconds
        Wall-clock time of training, set-up left out.
    finished
        Whether all steps that were wanted were taken.
    policy
        The trained policy.
    findings
        Common mistakes that the doctor saw, where there was one.
    recording
        How the recording ended, where one was made.
    updates
        How often the policy was updated.
    began
        Steps that had been taken before, where a saved run was gone on with.
    """

    config: RunConfig
    steps: int
    episodes: int
    return_mean_100: float | None
    seconds: float
    finished: bool
    policy: Policy = field(repr=False)
    findings: tuple[Finding, ...] = ()
    recording: RecordingState | None = None
    updates: int = 0
    began: int = 0

    @property
    def steps_per_second(self) -> float:
        """Environment steps per second of training."""
        return (self.steps - self.began) / self.seconds if self.seconds > 0.0 else 0.0

    @property
    def weights_sha256(self) -> str:
        """Fingerprint of the weights."""
        return self.policy.weights_sha256()

    def evaluate(self, episodes: int, sampled: bool | None = None) -> Evaluation:
        """Play `episodes` whole episodes, seeded from the run's seed.

        Parameters
        ----------
        episodes
            How many.
        sampled
            Whether actions are drawn from π(·|s), rather than the likeliest ones. ``None``: drawn where the
            environment says that what is best there is a mix, and the policy has learned one.

        Raises
        ------
        EnvironmentFault
            Where the environment fails.
        """
        config = self.config
        masked = config.hyperparameters.get("action_mask") is not False
        seeds = RunSeeds(config.seed).evaluation
        return evaluate(self.policy, config.environment, episodes, seeds, action_mask=masked, sampled=sampled)


def train(
    config: RunConfig,
    on_event: Callable[[Event], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    keeper: Keeper | None = None,
    doctor: Doctor | None = None,
    *,
    record: tuple[Path, RecordingOptions] | None = None,
) -> TrainResult:
    """Train to the end, or until `should_stop`.

    Parameters
    ----------
    config
        What to run.
    on_event
        Given every event, in order.
    should_stop
        Asked after every event.
    keeper
        Writes checkpoints, and says where to go on.
    doctor
        Looks for common mistakes.
    record
        Where to record the run, and how much of it.

    Raises
    ------
    UsageError
        Where the run cannot be set up.
    CheckpointError
        Where what was saved beside the checkpoint that was found makes no sense.
    RecordingError
        Where the recording cannot be begun; one that cannot be gone on with ends without the run.
    RunError
        Where it fails on its way.
    """
    found = None if keeper is None else keeper.found
    notes, start = ({}, None) if found is None else (found.notes, found.snapshot)
    tally, recording = _Tally(notes), record is not None
    with Session(config, start=start, render=recording, keep_log=recording or keeper is not None) as session:
        following = _Following(session, tally, doctor, on_event)
        began = time.perf_counter()
        catch_up(session, notes, following.take)
        if keeper is not None:
            keeper.watch(session, tally.notes)
        recorded = following.pull(record, should_stop)
        if keeper is not None:
            keeper.finish()
        seconds = time.perf_counter() - began
        return _result(session, seconds, tally, doctor, recorded, began=0 if start is None else start.step)


class _Tally:
    """The episodes of a run, counted.

    Parameters
    ----------
    notes
        What :meth:`notes` returned where the run is gone on with.

    Raises
    ------
    CheckpointError
        Where they make no sense.
    """

    def __init__(self, notes: Mapping[str, Any]) -> None:
        try:
            self.episodes = int(notes.get("episodes", 0))
            self.recent = deque((float(each) for each in notes.get("recent", ())), maxlen=AVERAGED_EPISODES)
        except (TypeError, ValueError, OverflowError) as error:
            raise CheckpointError(f"what was saved beside the checkpoint cannot be read: {error}.") from error

    def add(self, event: EpisodeEnded) -> None:
        """Count one in."""
        self.recent.append(event.episode_return)
        self.episodes += 1

    def notes(self) -> dict[str, Any]:
        """What to remember beside a checkpoint."""
        return {"episodes": self.episodes, "recent": list(self.recent)}

    @property
    def return_mean(self) -> float | None:
        """Mean return of the last episodes; ``None`` where none has ended."""
        return sum(self.recent) / len(self.recent) if self.recent else None


class _Following:
    """All who follow a run, told of each event in turn."""

    def __init__(
        self, session: Session, tally: _Tally, doctor: Doctor | None, on_event: Callable[[Event], None] | None
    ) -> None:
        self._recorder: Recorder | None = None
        self._session, self._tally, self._doctor, self._on_event = session, tally, doctor, on_event
        if doctor is not None:
            doctor.take(session.introduce())
            session.trainer.algorithm.checks_up = True

    def pull(
        self, record: tuple[Path, RecordingOptions] | None, should_stop: Callable[[], bool] | None
    ) -> RecordingState | None:
        """Go on to the end, or until `should_stop`; says how the recording ended, where one was to be made."""
        recorded = None
        if record is not None:
            self._recorder = Recorder(record[0], self._session, record[1])
        try:
            self._session.pull_until(lambda _: should_stop is not None and should_stop(), self.take)
        finally:
            if self._recorder is not None:
                recorded = self._recorder.close()
        return recorded

    def take(self, event: Event) -> None:
        """Tell all of them."""
        if isinstance(event, EpisodeEnded):
            self._tally.add(event)
        found = [] if self._doctor is None else self._doctor.take(event)
        if self._recorder is not None:
            self._recorder.follow(event, found)
        if self._on_event is not None:
            self._on_event(event)


def _result(
    session: Session,
    seconds: float,
    tally: _Tally,
    doctor: Doctor | None,
    recorded: RecordingState | None,
    *,
    began: int,
) -> TrainResult:
    """What a run has come to."""
    if session.error is not None:
        raise session.error
    trainer = session.trainer
    return TrainResult(
        session.config,
        trainer.step,
        tally.episodes,
        tally.return_mean,
        seconds,
        trainer.step >= session.config.steps,
        trainer.policy,
        () if doctor is None else tuple(doctor.findings),
        recorded,
        trainer.update,
        began,
    )
