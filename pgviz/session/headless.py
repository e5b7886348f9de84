"""A run without a window: the same session, pulled to its end."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from pgviz.config import RunConfig
from pgviz.policies.policy import Policy
from pgviz.session.doctor import Doctor, Finding
from pgviz.session.keeper import Keeper
from pgviz.session.recorded import RecordingState
from pgviz.session.recorder import Recorder, RecordingOptions
from pgviz.session.saving import catch_up
from pgviz.session.session import Session
from pgviz.training.evaluation import Evaluation, evaluate
from pgviz.training.events import EpisodeEnded, Event
from pgviz.training.seeding import RunSeeds

AVERAGED_EPISODES = 100


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

    @property
    def steps_per_second(self) -> float:
        """Environment steps per second of training."""
        return self.steps / self.seconds if self.seconds > 0.0 else 0.0

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
        Where a checkpoint cannot be written.
    RecordingError
        Where the recording cannot be begun; one that cannot be gone on with ends without the run.
    RunError
        Where it fails on its way.
    """
    recent: deque[float] = deque(maxlen=AVERAGED_EPISODES)
    episodes = 0
    recorder: Recorder | None = None

    def take(event: Event) -> bool:
        nonlocal episodes
        if isinstance(event, EpisodeEnded):
            recent.append(event.episode_return)
            episodes += 1
        found = [] if doctor is None else doctor.take(event)
        if recorder is not None:
            recorder.follow(event, found)
        if on_event is not None:
            on_event(event)
        return should_stop is not None and should_stop()

    start = None
    if keeper is not None and keeper.found is not None:
        start, episodes = keeper.found.snapshot, int(keeper.found.notes.get("episodes", 0))
        recent.extend(float(each) for each in keeper.found.notes.get("recent", ()))
    recording = record is not None
    with Session(config, start=start, render=recording, keep_log=recording or keeper is not None) as session:
        if doctor is not None:
            doctor.take(session.introduce())
            session.trainer.algorithm.checks_up = True
        began = time.perf_counter()
        if keeper is not None:
            keeper.watch(session, lambda: {"episodes": episodes, "recent": list(recent)})
        if keeper is not None and keeper.found is not None:
            catch_up(session, keeper.found.notes, take)
        if record is not None:
            recorder = Recorder(record[0], session, record[1])
        try:
            session.pull_until(take)
        finally:
            recorded = None if recorder is None else recorder.close()
        if keeper is not None:
            keeper.finish()
        return _result(session, began, episodes, recent, doctor=doctor, recorded=recorded)


def _result(
    session: Session,
    began: float,
    episodes: int,
    recent: Collection[float],
    *,
    doctor: Doctor | None,
    recorded: RecordingState | None,
) -> TrainResult:
    """What a run has come to."""
    seconds = time.perf_counter() - began
    if session.error is not None:
        raise session.error
    trainer = session.trainer
    return TrainResult(
        session.config,
        trainer.step,
        episodes,
        sum(recent) / len(recent) if recent else None,
        seconds,
        trainer.step >= session.config.steps,
        trainer.policy,
        () if doctor is None else tuple(doctor.findings),
        recorded,
        trainer.update,
    )
