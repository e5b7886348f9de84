"""A stand-in for the session's host: answers commands at once with plausible events, and trains nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pgviz.config import RunConfig
from pgviz.session import commands
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import (
    CommandRejected,
    EnvironmentsListed,
    RunState,
    SpeedMeasured,
    StateChanged,
)
from pgviz.training.events import (
    CategoricalDecision,
    Decision,
    EnvironmentFacts,
    EnvironmentListing,
    EpisodeEnded,
    GaussianDecision,
    ParameterChanged,
    PolicyFacts,
    RunFinished,
    RunStarted,
    StepDetail,
    StepTaken,
    UpdateApplied,
)

LISTED = (
    EnvironmentListing("CartPole-v1", True),
    EnvironmentListing("Pendulum-v1", True),
    EnvironmentListing("Acrobot-v1", True),
    EnvironmentListing("MountainCar-v0", True),
    EnvironmentListing("LunarLander-v3", False, "LunarLander-v3 needs Box2D: pip install 'pgviz[box2d]'."),
)


@dataclass
class FakeRun:
    """One pretended run."""

    config: RunConfig
    values: dict[str, object]
    step: int = 0
    episode_step: int = 0
    episodes: int = 0
    updates: int = 0

    @property
    def is_continuous(self) -> bool:
        return self.config.environment == "Pendulum-v1"

    @property
    def progress(self) -> float:
        return 1 - math.exp(-4 * self.step / self.config.steps)


class FakeHost:
    """Serves commands like the real one; `log` keeps them all.

    `step_batch` environment steps are taken for each turn of the loop while playing.
    """

    def __init__(self, inbox: Inbox, mailbox: Mailbox, turn_seconds: float = 0.002) -> None:
        self._inbox, self._mailbox, self._turn_seconds = inbox, mailbox, turn_seconds
        self._random = np.random.default_rng(0)
        self.log: list[commands.Command] = []
        self.run_: FakeRun | None = None
        self.state = RunState.EMPTY

    def run(self) -> None:
        while True:
            command = self._inbox.take()
            if command is None:
                self._idle()
                continue
            self.log.append(command)
            if isinstance(command, commands.Quit):
                return
            self._serve(command)

    def _idle(self) -> None:
        if self.state is RunState.PLAYING and self.run_ is not None:
            self._step(self.run_)
            self._inbox.wait(self._turn_seconds)
        else:
            self._inbox.wait()

    def _serve(self, command: commands.Command) -> None:
        match command:
            case commands.StartRun(config, play):
                self._start(config, play)
            case commands.Restart(seed, play) if self.run_:
                config = self.run_.config
                self._start(config if seed is None else config.changed(seed=seed), play)
            case commands.ListEnvironments():
                self._mailbox.put(EnvironmentsListed(0, LISTED))
            case _ if self.run_ is not None:
                self._serve_run(command, self.run_)

    def _serve_run(self, command: commands.Command, run: FakeRun) -> None:
        match command:
            case commands.Play():
                self._become(RunState.PLAYING)
            case commands.Pause():
                self._become(RunState.PAUSED)
            case commands.Stop():
                self._become(RunState.STOPPED)
            case commands.StepEnvironment(count):
                for _ in range(count):
                    self._step(run)
                self._become(RunState.PAUSED)
            case commands.StepUpdate():
                updates = run.updates
                while run.updates == updates:
                    self._step(run)
                self._become(RunState.PAUSED)
            case commands.SetParameter(name, value):
                previous = run.values[name]
                run.values[name] = value
                self._mailbox.put(ParameterChanged(run.step, name, previous, value))  # type: ignore[arg-type]

    def _start(self, config: RunConfig, play: bool) -> None:
        if config.environment.startswith("Missing"):
            message = f"unknown environment {config.environment!r}; did you mean CartPole-v1?"
            self._mailbox.put(CommandRejected(0, message))
            return
        self._become(RunState.PREPARING)
        self.run_ = FakeRun(config, dict(config.hyperparameters))
        self._mailbox.put(RunStarted(0, config, environment_facts(self.run_), policy_facts(self.run_)))
        self._become(RunState.PLAYING if play else RunState.PAUSED)

    def _become(self, state: RunState) -> None:
        self.state = state
        self._mailbox.put(StateChanged(self.run_.step if self.run_ else 0, state))

    def _step(self, run: FakeRun) -> None:
        run.step += run.config.environment_count
        run.episode_step += 1
        if self._mailbox.wants_step:
            self._mailbox.put(StepTaken(run.step, self._detail(run)))
        if run.episode_step >= 20:
            self._end_episode(run)
        if run.step // run.config.environment_count % 16 == 0:
            self._update(run)
        if run.step >= run.config.steps:
            self._mailbox.put(RunFinished(run.step))
            self._become(RunState.FINISHED)

    def _end_episode(self, run: FakeRun) -> None:
        run.episodes += 1
        run.episode_step = 0
        mean = -1400 + 1250 * run.progress if run.is_continuous else 20 + 480 * run.progress
        value = mean + self._random.normal(0, abs(mean) * 0.15)
        value = min(value, 0.0 if run.is_continuous else 500.0)
        self._mailbox.put(EpisodeEnded(run.step, 0, run.episodes, 1, float(value), 20, True, False))

    def _update(self, run: FakeRun) -> None:
        run.updates += 1
        continuous, noise = run.is_continuous, self._random.normal(0, 0.01)
        entropy = 1.4 - 1.2 * run.progress if continuous else math.log(2) * (1 - 0.7 * run.progress)
        self._mailbox.put(
            UpdateApplied(
                run.step,
                run.updates,
                float(run.values["learning_rate"]),  # type: ignore[arg-type]
                entropy + noise,
                None if continuous else 0.5 + 0.4 * run.progress + noise,
                np.array([-1.5 * run.progress + noise]) if continuous else None,
                0.01,
                1.0,
                0.8,
                0.005,
                0.05,
                0.4,
                10,
            )
        )
        self._mailbox.put(SpeedMeasured(run.step, 12_345.0, run.step / 12_345))

    def _detail(self, run: FakeRun) -> StepDetail:
        episode = run.episodes + 1
        decision, total = self._decision(run), float(run.episode_step)
        return StepDetail(0, episode, run.episode_step, decision, 1.0, False, False, total, frame_of(run))

    def _decision(self, run: FakeRun) -> Decision:
        observation = self._random.normal(size=4)
        if run.is_continuous:
            mean, std = np.array([math.sin(run.step / 500)]), np.array([math.exp(-run.progress)])
            sample = mean + std * self._random.normal(size=1)
            bound = np.array([2.0])
            return GaussianDecision(
                observation, -1.0, 0.9, -300.0, mean, std, sample, 2 * np.tanh(sample), -bound, bound, True
            )
        likely = 0.5 + 0.4 * math.sin(run.step / 300)
        chosen = int(self._random.random() > likely)
        probabilities = np.array([likely, 1 - likely])
        return CategoricalDecision(observation, -0.5, 0.6, 20.0, probabilities, np.log(probabilities), chosen)


def environment_facts(run: FakeRun) -> EnvironmentFacts:
    """What the fake says of its environment."""
    if run.is_continuous:
        return EnvironmentFacts(
            run.config.environment, "Pendulum", "Box(3)", "Box(1)", ("torque",), (-2.0,), (2.0,), 30.0, 200
        )
    actions = ("push left", "push right")
    return EnvironmentFacts(
        run.config.environment, "CartPole", "Box(4)", "Discrete(2)", actions, (), (), 50.0, 500, 475.0
    )


def policy_facts(run: FakeRun) -> PolicyFacts:
    """What the fake says of its policy."""
    if run.is_continuous:
        return PolicyFacts("gaussian", 8_962, True, True, math.log(4))
    return PolicyFacts("categorical", 8_962, False, True, math.log(2))


def frame_of(run: FakeRun) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A picture: a dark block that moves over white."""
    frame = np.full((400, 600, 3), 255, np.uint8)
    x = int(270 + 200 * math.sin(run.step / 200))
    frame[300:330, x : x + 60] = 30
    frame[332:334] = 30
    return frame
