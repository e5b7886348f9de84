"""A run that begins with a policy that another program trained."""

from __future__ import annotations

from pathlib import Path

from pgviz.algorithms.dqn import DQN
from pgviz.config import RunConfig
from pgviz.policies.foreign.fit import take_over, take_over_statistics, target_weights
from pgviz.policies.foreign.sb3 import ForeignPolicy
from pgviz.training.snapshot import Snapshot
from pgviz.training.trainer import Trainer


def begin_with(config: RunConfig, foreign: ForeignPolicy, statistics: Path | None = None) -> Snapshot:
    """Return where a run begins that has a foreign agent's weights.

    Parameters
    ----------
    config
        The run, with the agent's own hyperparameters.
    foreign
        The agent.
    statistics
        What it normalises observations by.

    Raises
    ------
    UsageError
        Where the run cannot be set up, or the agent does not fit it.
    """
    trainer = Trainer(config, keep_log=True)
    try:
        algorithm = trainer.algorithm
        take_over(foreign, algorithm.policy, trainer.environment.action_space)
        if isinstance(algorithm, DQN):
            algorithm.target.follow(target_weights(foreign), 1.0)
        begun: list[Snapshot] = []

        def begin() -> None:
            if statistics is not None:  # only now: the first observations must not count in them
                take_over_statistics(statistics, algorithm.policy.normalization)
            begun.append(trainer.capture())

        trainer.on_iteration = begin
        for _ in trainer.events():
            if begun:
                break
        return begun[0]
    finally:
        trainer.close()
