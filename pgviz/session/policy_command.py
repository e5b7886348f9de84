"""The command that opens a policy from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pgviz.session.commands import Command


@dataclass(frozen=True, slots=True)
class OpenPolicy(Command):
    """Leave the present run, if any, and set up one that begins with a policy that Stable-Baselines3 trained.

    Parameters
    ----------
    path
        The agent's file.
    environment
        Where it is to act.
    activation
        ``"tanh"`` or ``"relu"``, for files that do not say.
    """

    path: Path
    environment: str
    activation: str | None = None
