"""The timeline asks for the step that a person points at, and shows what there is to look back at."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pgviz.gui.panels.timeline import NOTHING_YET, TimelinePanel
from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import DARK, LIGHT, Theme, sized
from pgviz.gui.widgets.timeline_view import TimelineData, TimelineView
from pgviz.session.breakpoints import Breakpoint, Hit
from pgviz.session.notices import BreakpointHit, HistoryHeld
from pgviz.training.events import EpisodeEnded, ParameterChanged, PastShown, RunStarted
from tests.gui.conftest import CARTPOLE
from tests.gui.fake_host import FakeHost, FakeRun, environment_facts, policy_facts
from tests.hands import drag, press


class Sitting:
    """A timeline of a run of 1,000 steps, of which the first 199 have been dropped."""

    def __init__(self, qtbot: QtBot) -> None:
        self.panel = TimelinePanel()
        qtbot.addWidget(self.panel)
        self.panel.resize(812, 90)
        self.panel.apply_theme(LIGHT)
        self.panel.show()
        run = FakeRun(CARTPOLE, dict(CARTPOLE.hyperparameters))
        self.started = RunStarted(0, CARTPOLE, environment_facts(run), policy_facts(run))
        self.detail = FakeHost(None, None)._detail(run)  # type: ignore[arg-type]
        self.model = RunModel()
        self.model.apply(self.started)
        self.panel.begin(self.started)
        self.asked: list[object] = []
        self.panel.look_requested.connect(self.asked.append)
        self.panel.move_requested.connect(lambda count: self.asked.append(("move", count)))
        self.panel.follow_requested.connect(lambda: self.asked.append("follow"))

    def fill(self) -> None:
        for step in range(20, 1001, 20):
            self.model.apply(EpisodeEnded(step, 0, step // 20, 1, 20.0, 20, True, False))
        self.model.apply(HistoryHeld(1000, 200, 3 * 2**20, 2**28))
        self.model.apply(ParameterChanged(400, "learning_rate", 0.001, 0.01))
        self.model.apply(BreakpointHit(600, Hit(Breakpoint("kl > 1", title="Spike"), "update", 1, "kl = 2")))
        self.panel.refresh(self.model)

    def point(self, step: float) -> QPoint:
        return QPoint(round(self.panel.view.pixel(step)), 24)

    def show_past(self, step: int) -> None:
        past = PastShown(step, self.detail, step, 1000, 0)
        self.model.apply(past)
        self.panel.show_step(past)

    def click(self, step: float) -> None:
        QTest.mouseClick(self.panel.view, Qt.MouseButton.LeftButton, pos=self.point(step))


@pytest.fixture
def sitting(qtbot: QtBot) -> Sitting:
    return Sitting(qtbot)


def test_that_a_click_asks_for_the_step_under_it(sitting: Sitting) -> None:
    sitting.click(10)
    assert sitting.asked == []  # nothing has been taken yet
    assert sitting.panel.words.text() == NOTHING_YET

    sitting.fill()
    for step, asked in ((500, 500), (50, 200)):  # what has been dropped leads to the oldest held
        sitting.click(step)
        assert abs(sitting.asked[-1] - asked) <= 1  # type: ignore[operator]
        sitting.show_past(asked)
    sitting.panel.refresh(sitting.model)
    assert sitting.panel.words.text() == "Step 200 of 1,000 · held from step 200 on, in 3.0 MB"


def test_that_only_the_newest_of_a_drag_is_asked_for_once_the_last_was_shown(sitting: Sitting) -> None:
    sitting.fill()

    drag(sitting.panel.view, sitting.point(300), sitting.point(800), moves=20)
    assert len(sitting.asked) == 1
    sitting.show_past(300)
    assert len(sitting.asked) == 2
    assert abs(sitting.asked[-1] - 800) <= 1  # type: ignore[operator]
    sitting.show_past(800)
    assert len(sitting.asked) == 2


def test_that_keys_move_about(sitting: Sitting) -> None:
    sitting.fill()
    view = sitting.panel.view

    for key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_End, Qt.Key.Key_Home):
        press(view, key)

    assert sitting.asked == [("move", -100), ("move", 100), "follow", 200]


def test_that_the_pointer_is_told_what_is_there(sitting: Sitting) -> None:
    sitting.fill()
    view = sitting.panel.view

    assert (
        view.text_at(view.pixel(100)) == "Step 100 · 5 episodes before · 0 updates before · dropped to save memory"
    )
    assert "Learning rate 0.001 → 0.01" in view.text_at(view.pixel(400))
    assert "stopped: Spike" in view.text_at(view.pixel(600))
    QTest.mouseMove(view, sitting.point(500))
    assert sitting.panel.words.text().startswith("Step 50")


def test_that_the_wheel_zooms_and_a_double_click_shows_all(sitting: Sitting) -> None:
    sitting.fill()
    view = sitting.panel.view
    whole, at = view.range, sitting.point(500)
    turned = QWheelEvent(
        QPointF(at),
        QPointF(view.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 480),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )

    QApplication.sendEvent(view, turned)
    assert np.isclose(view.pixel(500), at.x(), atol=1)
    assert np.isclose(view.range[1] - view.range[0], whole[1] / 1.25**4)

    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert view.range == whole


def test_that_a_zoomed_strip_follows_the_cursor(sitting: Sitting) -> None:
    sitting.fill()
    view = sitting.panel.view
    for _ in range(12):
        press(view, Qt.Key.Key_Plus)
    assert view.range[0] > 500

    sitting.show_past(300)

    assert view.range[0] < 300 < view.range[1]


def test_that_it_is_drawn_in_both_themes(sitting: Sitting) -> None:
    empty = sitting.panel.grab().toImage()
    sitting.fill()
    sitting.show_past(500)
    light = sitting.panel.grab().toImage()
    sitting.panel.apply_theme(DARK)

    assert empty != light != sitting.panel.grab().toImage()


def test_that_its_numbers_follow_range_width_theme_and_font(qtbot: QtBot) -> None:
    def view() -> TimelineView:
        made = TimelineView()
        qtbot.addWidget(made)
        return made

    def adapted(made: TimelineView, head: int, width: int, theme: Theme, points: float) -> QImage:
        made.setFont(sized(made.font(), points / made.font().pointSizeF()))
        made.apply_theme(theme)
        made.resize(width, made.sizeHint().height())
        made.show_data(TimelineData(head=head))
        return made.grab().toImage()

    kept, looks = view(), [(900, 600, LIGHT, 9.0), (90_000, 600, LIGHT, 9.0), (90_000, 400, LIGHT, 9.0)]
    looks += [(90_000, 400, DARK, 9.0), (90_000, 400, DARK, 12.0)]
    for look in looks:
        assert adapted(kept, *look) == adapted(view(), *look)
