"""What is trained for the learning table, and what each row is held against.

A row runs what ``pgviz train ENVIRONMENT --algorithm NAME`` would run, presets included; only what a row is about
is set here. The published numbers are those of the RL Baselines3 Zoo (``benchmark.md``: one trained agent each,
mean and standard deviation over the episodes of 150,000 steps).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch

from pgviz.config import RunConfig
from pgviz.errors import UsageError


@dataclass(frozen=True, slots=True)
class Published:
    """A published result: mean and standard deviation over episodes; `of` says what exactly was trained."""

    mean: float
    std: float
    of: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """Where the mean over the seeds has to lie; `why` says who asks for it."""

    low: float = float("-inf")
    high: float = float("inf")
    why: str = ""

    def reached(self, value: float) -> bool:
        """Whether a mean is within the goal."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Parameters
    ----------
    name
        Chosen by ``--rows``, and the name of the folder of its results.
    environment, algorithm, steps, settings
        The run.
    zoo
        The published result of the same run, where there is one.
    asked
        The goal, where there is no published result.
    measure
        What of the trained policy is reported: a name in :data:`tests.learning.measures.MEASURES`.
    """

    name: str
    environment: str
    algorithm: str
    steps: int
    settings: Mapping[str, object] = field(default_factory=dict)
    zoo: Published | None = None
    asked: Goal | None = None
    measure: str = "return"

    @property
    def goal(self) -> Goal | None:
        """The published mean less its spread, or what is asked for."""
        if self.zoo is None:
            return self.asked
        return Goal(low=self.zoo.mean - self.zoo.std, why="the Zoo's mean less its spread")

    def config(self, seed: int) -> RunConfig:
        """The run with one seed.

        Raises
        ------
        UsageError
            Where pgviz has no such algorithm or setting.
        """
        return RunConfig.create(
            self.environment, self.algorithm, steps=self.steps, seed=seed, **dict(self.settings)
        )

    @property
    def waits_for(self) -> str:
        """What pgviz lacks for it; empty where nothing."""
        from pgviz.environments.registry import specification

        try:
            self.config(0)
            specification(self.environment)
        except UsageError as error:
            return str(error)
        return ""


ZOO = (
    Row("ppo-cartpole", "CartPole-v1", "ppo", 100_000, zoo=Published(500.0, 0.0)),
    Row("ppo-pendulum", "Pendulum-v1", "ppo", 100_000, zoo=Published(-172.225, 104.159, "with gSDE")),
    Row("ppo-acrobot", "Acrobot-v1", "ppo", 1_000_000, zoo=Published(-73.506, 18.201)),
    Row(
        "ppo-lunarlander", "LunarLander-v3", "ppo", 1_000_000, zoo=Published(242.119, 31.823, "on LunarLander-v2")
    ),
    Row("a2c-cartpole", "CartPole-v1", "a2c", 500_000, zoo=Published(500.0, 0.0)),
    Row("a2c-pendulum", "Pendulum-v1", "a2c", 1_000_000, zoo=Published(-162.965, 103.210, "with gSDE")),
    Row("sac-pendulum", "Pendulum-v1", "sac", 20_000, zoo=Published(-156.995, 88.714)),
    Row("dqn-cartpole", "CartPole-v1", "dqn", 50_000, zoo=Published(500.0, 0.0)),
    Row(
        "dqn-published",  # the Zoo's own settings, where they differ: no goal, for chance decides
        "CartPole-v1",
        "dqn",
        50_000,
        settings={"learning_rate": 2.3e-3, "learning_rate_schedule": "constant", "double_q": False},
    ),
    Row(
        "reinforce-cartpole", "CartPole-v1", "reinforce", 300_000, asked=Goal(low=400.0, why="pgviz's own promise")
    ),
)

# Enough for SAC, whose row is above, and for PPO to show that it needs more.
BIN_STEPS = 20_000
BINS = (
    *(Row(f"bins-{bins:02}", "Pendulum-v1", "dqn", BIN_STEPS, settings={"bins": bins}) for bins in (3, 5, 11, 51)),
    Row("bins-ppo", "Pendulum-v1", "ppo", BIN_STEPS),
    *(
        Row(
            f"rest-{bins:02}",
            "Pendulum-v1",
            "dqn",
            BIN_STEPS,
            settings={"bins": bins},
            measure="restlessness",
        )
        for bins in (3, 5, 11, 51)
    ),
    Row("rest-sac", "Pendulum-v1", "sac", BIN_STEPS, measure="restlessness"),
)

# The opponent that knows π: nobody else shows so plainly what it is to be foreseen.
_GAME = "pgviz/RockPaperScissorsBestResponse-v0"
_GRID, _REACH = "pgviz/MaskedGrid-v0", "pgviz/FactoredReach-v0"
OWN = (
    Row(
        "game-softmax",
        _GAME,
        "ppo",
        50_000,
        asked=Goal(high=0.1, why="far from what argmax loses"),
        measure="exploitability",
    ),
    Row(
        "game-argmax",
        _GAME,
        "dqn",
        50_000,
        asked=Goal(low=1.0, why="whoever can be foreseen loses every round"),
        measure="exploitability",
    ),
    Row(
        "grid-masked",
        _GRID,
        "ppo",
        20_000,
        asked=Goal(low=0.85, why="the environment's threshold"),
        measure="return in training",
    ),
    Row("grid-unmasked", _GRID, "ppo", 20_000, settings={"action_mask": False}, measure="return in training"),
    Row("reach-factored", _REACH, "ppo", 300_000, asked=Goal(low=1.5, why="the environment's threshold")),
)

ROWS = (*ZOO, *BINS, *OWN)


def chosen(pattern: str) -> tuple[Row, ...]:
    """The rows whose name has `pattern` in it, where * and ? stand for anything."""
    return tuple(row for row in ROWS if fnmatch(row.name, f"*{pattern}*"))
