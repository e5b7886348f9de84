"""The two themes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QToolBar, QWidget
from pytestqt.qtbot import QtBot

from pgviz.gui import theme
from pgviz.gui.theme import DARK, LIGHT, Theme

BOTH = pytest.mark.parametrize("wanted", [LIGHT, DARK], ids=lambda each: each.name)


@pytest.fixture
def restored(qapp: QApplication) -> Iterator[QApplication]:
    """The application, which gets its looks back."""
    style, palette, sheet = qapp.style().name(), qapp.palette(), qapp.styleSheet()
    yield qapp
    qapp.setStyleSheet(sheet)
    qapp.setStyle(style)
    qapp.setPalette(palette)


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2."""
    parts = (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio after WCAG 2."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@BOTH
def test_that_words_can_be_read_on_every_background(wanted: Theme) -> None:
    for background in (wanted.window, wanted.panel, wanted.base, wanted.raised):
        assert contrast(wanted.text, background) >= 7
        assert contrast(wanted.muted, background) >= 4.5
    assert contrast(wanted.on_accent, wanted.accent) >= 4.5
    assert contrast(wanted.text, wanted.selection) >= 4.5


@BOTH
def test_that_signs_and_curves_stand_out_from_the_panel(wanted: Theme) -> None:
    for word in (wanted.mark, wanted.ok, wanted.warn, wanted.error):
        assert contrast(word, wanted.panel) >= 4.5
    for curve in wanted.series:
        assert contrast(curve, wanted.panel) >= 3


def test_that_colours_come_round_again() -> None:
    assert LIGHT.colour(8) == LIGHT.colour(0)
    assert len(set(LIGHT.series)) == len(LIGHT.series) == len(DARK.series)


def test_that_a_preference_leads_to_its_theme() -> None:
    assert theme.resolve("light") is LIGHT
    assert theme.resolve("dark") is DARK


def test_that_the_system_decides_where_it_is_asked(qtbot: QtBot) -> None:
    is_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    assert theme.resolve("system") is (DARK if is_dark else LIGHT)


def test_that_an_unknown_preference_is_refused() -> None:
    with pytest.raises(ValueError, match="system, light, dark"):
        theme.resolve("pink")


@BOTH
def test_that_a_theme_reaches_palette_and_style_sheet(restored: QApplication, wanted: Theme) -> None:
    theme.apply(restored, wanted)
    assert restored.palette().color(QPalette.ColorRole.Window).name() == wanted.window
    assert wanted.accent in restored.styleSheet()
    assert "$" not in restored.styleSheet()


def test_that_a_role_can_be_given_and_taken_back(restored: QApplication, qtbot: QtBot) -> None:
    theme.apply(restored, DARK)
    label = QLabel("caption")
    qtbot.addWidget(label)
    theme.set_role(label, "muted")
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == DARK.muted
    theme.set_role(label, "")
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == DARK.text


@BOTH
def test_that_a_bar_too_narrow_for_its_buttons_shows_a_mark(
    restored: QApplication, qtbot: QtBot, wanted: Theme
) -> None:
    theme.apply(restored, wanted)
    window, bar = QMainWindow(), QToolBar()
    qtbot.addWidget(window)
    window.addToolBar(bar)
    for name in ("one", "two", "three"):
        bar.addAction(name * 5)
    window.setMinimumWidth(1)
    window.resize(120, 80)
    window.show()

    button = bar.findChild(QWidget, "qt_toolbar_ext_button")
    assert isinstance(button, QWidget)
    qtbot.waitUntil(button.isVisible)
    picture = window.grab(QRect(button.mapTo(window, QPoint()), button.size())).toImage()

    width, height = picture.width(), picture.height()
    lights = [QColor(picture.pixel(x, y)).lightness() for x in range(width) for y in range(height)]
    assert max(lights) - min(lights) > 60


def test_that_all_digits_are_equally_wide(qapp: QApplication) -> None:
    metrics = QFontMetrics(theme.sized(qapp.font(), 1.0, bold=True))
    assert len({metrics.horizontalAdvance(digit * 8) for digit in "0123456789"}) == 1


def test_that_a_font_is_scaled(qapp: QApplication) -> None:
    assert theme.sized(qapp.font(), 2.0).pointSizeF() == pytest.approx(2 * qapp.font().pointSizeF())
