"""Choosing a policy from elsewhere, to be stepped through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from pgviz.session.commands import Command
from pgviz.session.policy_command import OpenPolicy

AS_THE_FILE_SAYS = "as the file says"
ACTIVATIONS = (AS_THE_FILE_SAYS, "tanh", "relu")


def ask_for_policy(parent: QWidget, environment: str, post: Callable[[Command], None]) -> None:
    """Ask for the file of an agent of Stable-Baselines3 and for what it may not say, and open it.

    Parameters
    ----------
    parent
        Over which to ask.
    environment
        Where the agent is to act.
    post
        Sends the command to the session.
    """
    title = f"Open a policy for {environment}"
    chosen, _ = QFileDialog.getOpenFileName(
        parent, title, str(Path.home()), "Agents of Stable-Baselines3 (*.zip);;All files (*)"
    )
    if not chosen:
        return
    activation, agreed = QInputDialog.getItem(parent, title, "Activation of its networks", ACTIVATIONS, 0, False)
    if agreed:
        said = None if activation == AS_THE_FILE_SAYS else activation
        post(OpenPolicy(Path(chosen), environment, said))
