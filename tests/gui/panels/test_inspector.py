"""The panel that shows all that is known of a step."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pgviz.gui.panels.inspector import InspectorPanel
from pgviz.gui.run_model import RunModel
from pgviz.gui.widgets.section_tree import SectionTree
from tests.gui.samples import stepped


@pytest.fixture
def panel(qtbot: QtBot) -> InspectorPanel:
    panel = InspectorPanel()
    qtbot.addWidget(panel)
    panel.resize(500, 600)
    return panel


def rows(tree: SectionTree, title: str) -> list[tuple[str, str]]:
    """Names and values under a heading, in the order shown."""
    model = tree.sections
    place = next(index for index, each in enumerate(model.sections) if each.title == title)
    parent = model.index(place, 0)
    entries = [model.entry(model.index(row, 0, parent)) for row in range(model.rowCount(parent))]
    return [entry for entry in entries if entry is not None]


def test_that_nothing_is_done_out_of_sight_and_nothing_is_missed(panel: InspectorPanel) -> None:
    started, _, taken = stepped("CartPole-v1")
    model = RunModel()
    model.apply(started)
    model.apply(taken)
    panel.begin(started)
    panel.show_step(taken)
    assert panel.tree.sections.rowCount() == 0

    panel.show()
    panel.refresh(model)

    assert dict(rows(panel.tree, "Step"))["Step"] == str(taken.step)
    assert panel.moment.text() == f"Step {taken.step}"


def test_that_values_are_sorted_and_copied(panel: InspectorPanel) -> None:
    started, _, taken = stepped("CartPole-v1")
    panel.begin(started)
    panel.show()
    panel.show_step(taken)
    tree = panel.tree
    assert [name for name, _ in rows(tree, "Observation")] == list(started.environment.observation_labels)

    tree.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert taken.detail is not None
    observation = taken.detail.decision.observation
    names = [started.environment.observation_labels[index] for index in observation.argsort()[::-1]]
    assert [name for name, _ in rows(tree, "Observation")] == names

    tree.setFocus()
    tree.selectAll()
    QTest.keyClick(tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert f"Step\t{taken.step}" in lines
    panel._copy_observation()
    assert QGuiApplication.clipboard().text() == repr(observation.tolist())


def test_that_what_is_folded_stays_folded(panel: InspectorPanel) -> None:
    started, _, taken = stepped("CartPole-v1")
    panel.begin(started)
    panel.show()
    panel.show_step(taken)
    panel.tree.collapse(panel.tree.sections.index(0, 0))

    other, _, step = stepped("Pendulum-v1")
    panel.begin(other)
    panel.show_step(step)

    assert not panel.tree.isExpanded(panel.tree.sections.index(0, 0))
    assert panel.tree.isExpanded(panel.tree.sections.index(1, 0))
