"""Runs that begin with a policy that another program trained."""

from __future__ import annotations

from pgviz.config import RunConfig
from pgviz.policies.foreign.sb3 import read_policy
from pgviz.session.history import History
from pgviz.session.policy_command import OpenPolicy
from pgviz.session.saving import Opened
from pgviz.session.session import Session
from pgviz.training.importing import begin_with


def open_policy(command: OpenPolicy, history: History) -> Opened:
    """Set up the run that the command asks for; nothing in the file is executed.

    Raises
    ------
    UsageError
        Where the file cannot be read, or does not fit the environment.
    """
    foreign = read_policy(command.path, command.activation)
    config = RunConfig.create(command.environment, foreign.algorithm, **foreign.hyperparameters(foreign.algorithm))
    return Opened(Session(config, render=True, start=begin_with(config, foreign), history=history), ())
