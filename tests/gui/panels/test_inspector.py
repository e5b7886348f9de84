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
from pgviz.gui.widgets.step_axis import MINUS
from tests.gui.samples import stepped


@pytest.fixture
def panel(qtbot: QtBot) -> InspectorPanel:
    panel = InspectorPanel()
    qtbot.addWidget(panel)
    panel.resize(500, 600)
    return panel


def rows(tree: SectionTree, title: str) -> list[tuple[str, str]]:
    """Names and values under a heading, in the order shown."""
    return [(entry[0], entry[1]) for entry in entries(tree, title)]


def entries(tree: SectionTree, title: str) -> list[tuple[str, ...]]:
    """All columns under a heading, in the order shown."""
    model = tree.sections
    place = next(index for index, each in enumerate(model.sections) if each.title == title)
    parent = model.index(place, 0)
    found = [model.entry(model.index(row, 0, parent)) for row in range(model.rowCount(parent))]
    return [entry for entry in found if entry is not None]


def captions(tree: SectionTree) -> list[str]:
    model = tree.sections
    return [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]


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


def test_that_a_normalised_observation_stands_beside_the_raw_one_and_can_be_sorted_by(
    panel: InspectorPanel,
) -> None:
    plain, _, step = stepped("CartPole-v1")
    started, _, taken = stepped("CartPole-v1", 30, normalize_observation=True, normalize_reward=True)
    panel.begin(started)
    panel.show()
    panel.show_step(taken)
    tree = panel.tree
    assert captions(tree) == ["Name", "Value", "Normalised", "Mean", "Std"]
    assert taken.detail is not None
    decision = taken.detail.decision
    given = [decision.observation, decision.seen, decision.observation_mean, decision.observation_std]
    for index, (_, *numbers) in enumerate(entries(tree, "Observation")):
        assert all(values is not None for values in given)
        told = [float(number.replace(MINUS, "-")) for number in numbers]
        assert told == pytest.approx([float(values[index]) for values in given if values is not None], rel=1e-3)

    tree.sortByColumn(4, Qt.SortOrder.AscendingOrder)
    stds = [float(entry[4]) for entry in entries(tree, "Observation")]
    assert stds == sorted(stds)
    assert "Rewards divided by" in dict(rows(tree, "Step"))

    tree.sortByColumn(4, Qt.SortOrder.AscendingOrder)
    panel.begin(plain)
    panel.show_step(step)
    assert captions(tree) == ["Name", "Value"]
    assert "Rewards divided by" not in dict(rows(tree, "Step"))
