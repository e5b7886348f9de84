"""The knob: asked for, applied, typed, dragged, reset and switched off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from pgviz.gui.widgets.parameter_slider import INTERVAL_MS, ParameterSlider
from pgviz.gui.widgets.slider_scale import POSITIONS
from pgviz.hyperparameters import shared
from pgviz.parameters import Parameter

Make = Callable[..., ParameterSlider]


@pytest.fixture
def make(qtbot: QtBot) -> Make:
    """Builds a shown, active knob in a window that has the focus itself."""
    windows = []  # else Python would let go of them

    def build(
        parameter: Parameter = shared.LEARNING_RATE, low: float | None = None, high: float | None = None
    ) -> ParameterSlider:
        knob = ParameterSlider(parameter, low, high)
        window = QWidget(focusPolicy=Qt.FocusPolicy.StrongFocus)
        QVBoxLayout(window).addWidget(knob)
        window.resize(320, 120)
        qtbot.addWidget(window)
        windows.append(window)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        window.setFocus()
        return knob

    return build


def asked(knob: ParameterSlider) -> list[object]:
    """The values asked for from now on."""
    values: list[object] = []
    knob.value_requested.connect(values.append)
    return values


def handle_x(knob: ParameterSlider, position: int) -> QPoint:
    """Where on the slider a position lies, nearly."""
    width = knob.slider.width() - 16
    return QPoint(8 + round(width * position / POSITIONS), knob.slider.height() // 2)


def wheel(widget: QWidget) -> QWheelEvent:
    """Turn the wheel by one notch over a widget."""
    centre = QPointF(widget.rect().center())
    event = QWheelEvent(
        centre,
        widget.mapToGlobal(centre),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event


def enter(knob: ParameterSlider, text: str) -> None:
    """Type over what the entry holds."""
    knob.entry.setFocus()
    knob.entry.selectAll()
    QTest.keyClicks(knob.entry, text)


def test_that_the_default_is_shown_first(make: Make) -> None:
    knob = make()
    assert knob.applied == 3e-4
    assert knob.entry.text() == "0.0003"
    assert not knob.is_pending


def test_that_a_typed_value_is_asked_for_and_pending_until_applied(make: Make) -> None:
    knob = make()
    values = asked(knob)
    enter(knob, "1e-3")
    QTest.keyClick(knob.entry, Qt.Key.Key_Return)
    assert values == [1e-3]
    assert knob.is_pending
    assert knob.pending.text() == "→ 0.001"
    assert knob.entry.text() == "0.0003"
    knob.set_applied(1e-3)
    assert not knob.is_pending
    assert knob.pending.text() == ""
    assert knob.entry.text() == "0.001"


@pytest.mark.parametrize("text", ["7", "fast", "nan", "-1", ""])
def test_that_a_value_that_is_not_allowed_is_outlined_explained_and_not_asked_for(make: Make, text: str) -> None:
    knob = make()
    values = asked(knob)
    enter(knob, text or " ")
    QTest.keyClick(knob.entry, Qt.Key.Key_Return)
    assert values == []
    assert knob.entry.property("invalid") is True
    assert "learning_rate must be a number from 1e-06 to 1" in knob.entry.toolTip()
    assert knob.fault.isVisibleTo(knob)
    assert knob.fault.text() == "Must be a number from 1e-06 to 1."


def test_that_escape_gives_up_what_was_typed(make: Make) -> None:
    knob = make()
    enter(knob, "7")
    QTest.keyClick(knob.entry, Qt.Key.Key_Escape)
    assert not knob.fault.isVisibleTo(knob)
    assert knob.entry.text() == "0.0003"
    assert knob.entry.property("invalid") is False
    assert "Size of each optimiser step" in knob.entry.toolTip()


def test_that_leaving_the_entry_gives_up_what_is_not_allowed(make: Make) -> None:
    knob = make()
    enter(knob, "7")
    knob.slider.setFocus()
    assert knob.entry.text() == "0.0003"
    assert knob.entry.property("invalid") is False


def test_that_a_value_applied_meanwhile_does_not_disturb_typing(make: Make) -> None:
    knob = make()
    enter(knob, "0.01")
    knob.set_applied(1e-5)
    assert knob.entry.text() == "0.01"
    QTest.keyClick(knob.entry, Qt.Key.Key_Escape)
    assert knob.entry.text() == "1e-05"


def test_that_the_entry_takes_the_whole_range_though_the_slider_covers_a_part(make: Make) -> None:
    knob = make(low=1e-5, high=1e-2)
    values = asked(knob)
    enter(knob, "0.5")
    QTest.keyClick(knob.entry, Qt.Key.Key_Return)
    knob.set_applied(0.5)
    assert values == [0.5]
    assert knob.slider.value() == POSITIONS


def test_that_an_applied_value_moves_the_handle_and_asks_for_nothing(make: Make) -> None:
    knob = make()
    values = asked(knob)
    knob.set_applied(1e-3)
    assert knob.slider.value() == POSITIONS // 2
    assert values == []


def test_that_dragging_asks_at_intervals_and_always_for_the_last_value(make: Make, qtbot: QtBot) -> None:
    knob = make()
    values = asked(knob)
    QTest.mousePress(knob.slider, Qt.MouseButton.LeftButton, pos=handle_x(knob, knob.slider.value()))
    for position in range(420, 800, 10):
        QTest.mouseMove(knob.slider, handle_x(knob, position))
    knob.slider.setSliderPosition(813)
    QTest.mouseRelease(knob.slider, Qt.MouseButton.LeftButton, pos=handle_x(knob, 813))
    qtbot.wait(2 * INTERVAL_MS)
    assert len(values) < 38
    assert values[-1] == knob._scale.value(knob.slider.value())
    assert knob.is_pending


def test_that_an_applied_value_leaves_a_handle_alone_that_is_being_dragged(make: Make) -> None:
    knob = make()
    knob.slider.setSliderDown(True)
    knob.slider.setSliderPosition(900)
    knob.set_applied(1e-5)
    assert knob.slider.value() == 900
    assert knob.entry.text() == "1e-05"
    knob.slider.setSliderDown(False)


def test_that_a_click_on_the_groove_brings_the_handle_there(make: Make) -> None:
    knob = make()
    values = asked(knob)
    QTest.mouseClick(knob.slider, Qt.MouseButton.LeftButton, pos=handle_x(knob, 800))
    assert knob.slider.value() == pytest.approx(800, abs=10)
    assert values


@pytest.mark.parametrize(
    ("key", "change"),
    [(Qt.Key.Key_Right, 10), (Qt.Key.Key_Left, -10), (Qt.Key.Key_PageUp, 100), (Qt.Key.Key_PageDown, -100)],
)
def test_that_keys_turn_the_knob(make: Make, key: Qt.Key, change: int) -> None:
    knob = make()
    values = asked(knob)
    before = knob.slider.value()
    knob.slider.setFocus()
    QTest.keyClick(knob.slider, key)
    assert knob.slider.value() == before + change
    assert values == [knob._scale.value(before + change)]


def test_that_the_wheel_turns_only_a_knob_that_has_the_focus(make: Make) -> None:
    knob = make()
    values = asked(knob)
    assert not wheel(knob.slider).isAccepted()
    assert values == []
    knob.slider.setFocus()
    wheel(knob.slider)
    assert len(values) == 1


def test_that_a_double_click_asks_for_the_default(make: Make) -> None:
    knob = make()
    knob.set_applied(0.1)
    values = asked(knob)
    QTest.mouseDClick(knob.slider, Qt.MouseButton.LeftButton, pos=handle_x(knob, 833))
    assert values[-1] == 3e-4


def test_that_the_menu_asks_for_the_default(make: Make) -> None:
    knob = make()
    knob.set_applied(0.1)
    values = asked(knob)
    middle = knob.slider.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, middle, knob.slider.mapToGlobal(middle))
    QApplication.sendEvent(knob.slider, event)
    menu = knob.findChild(QMenu)
    assert isinstance(menu, QMenu)
    assert menu.actions()[0].text() == "Reset to default (0.0003)"
    menu.actions()[0].trigger()
    menu.close()
    assert values == [3e-4]


def test_that_a_request_that_was_rejected_leaves_the_applied_value(make: Make) -> None:
    knob = make()
    before = knob.slider.value()
    knob.slider.setFocus()
    QTest.keyClick(knob.slider, Qt.Key.Key_PageUp)
    knob.cancel_request()
    assert not knob.is_pending
    assert knob.slider.value() == before
    assert knob.entry.text() == "0.0003"


def test_that_a_knob_that_cannot_be_turned_says_why(make: Make) -> None:
    knob = make(shared.INITIAL_STD)
    knob.set_available(False, "A softmax policy has no std.")
    assert not knob.slider.isEnabled()
    assert not knob.entry.isEnabled()
    # A disabled part may not answer the pointer itself, so the whole must.
    assert knob.isEnabled()
    tips = {part.toolTip() for part in (knob, knob.slider, knob.entry, knob.label)}
    assert tips == {"A softmax policy has no std."}
    knob.set_available(True)
    assert knob.slider.isEnabled()
    assert "standard deviation" in knob.toolTip().lower()


def test_that_a_change_under_way_is_forgotten_when_the_knob_is_switched_off(make: Make, qtbot: QtBot) -> None:
    knob = make()
    values = asked(knob)
    knob.slider.setFocus()
    QTest.keyClick(knob.slider, Qt.Key.Key_PageUp)
    QTest.keyClick(knob.slider, Qt.Key.Key_PageUp)
    knob.set_available(False, "The run has ended.")
    qtbot.wait(2 * INTERVAL_MS)
    assert len(values) == 1
    assert not knob.is_pending


def test_that_an_optional_parameter_can_be_none(make: Make) -> None:
    knob = make(shared.MAX_GRADIENT_NORM)
    values = asked(knob)
    enter(knob, "none")
    QTest.keyClick(knob.entry, Qt.Key.Key_Return)
    knob.set_applied(None)
    assert values == [None]
    assert knob.entry.text() == "none"


def test_that_slider_and_entry_have_names_for_screen_readers(make: Make) -> None:
    knob = make()
    assert knob.slider.accessibleName() == "Learning rate, slider"
    assert knob.entry.accessibleName() == "Learning rate, value"
    assert knob.slider.accessibleDescription() == shared.LEARNING_RATE.help


def test_that_the_symbol_stands_beside_the_name(make: Make) -> None:
    assert make().label.text() == "Learning rate  α"
