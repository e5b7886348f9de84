"""File, Open a policy: what is chosen goes to the session."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget
from pytestqt.qtbot import QtBot

from pgviz.gui.open_policy import AS_THE_FILE_SAYS, ask_for_policy
from pgviz.session.commands import Command
from pgviz.session.policy_command import OpenPolicy


@pytest.mark.parametrize(
    ("file", "activation", "agreed", "posted"),
    [
        ("a.zip", AS_THE_FILE_SAYS, True, [OpenPolicy(Path("a.zip"), "CartPole-v1")]),
        ("a.zip", "relu", True, [OpenPolicy(Path("a.zip"), "CartPole-v1", "relu")]),
        ("a.zip", "relu", False, []),
        ("", "relu", True, []),
    ],
)
def test_that_what_is_chosen_is_opened(
    file: str,
    activation: str,
    agreed: bool,
    posted: list[Command],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (file, ""))
    monkeypatch.setattr(QInputDialog, "getItem", lambda *_: (activation, agreed))
    parent, got = QWidget(), list[Command]()
    qtbot.addWidget(parent)

    ask_for_policy(parent, "CartPole-v1", got.append)

    assert got == posted
