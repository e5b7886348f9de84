"""The style sheet: what a palette cannot say. It sets no fonts, which would undo those set in code."""

from __future__ import annotations

from dataclasses import asdict
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pgviz.gui.theme import Theme

_BARS = """
QMainWindow, QDialog { background: $window; }
QMainWindow::separator { background: $window; width: 6px; height: 6px; }
QMainWindow::separator:hover { background: $selection; }
QWidget[role="panel"] { background: $panel; }
QMenuBar { background: $window; padding: 2px 4px; border: none; }
QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $raised; }
QMenu { background: $panel; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 24px; border-radius: 4px; }
QMenu::item:selected { background: $selection; color: $text; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }
QToolBar { background: $window; border: none; border-bottom: 1px solid $border; padding: 4px 8px; spacing: 4px; }
QToolBar::separator { background: $border; width: 1px; margin: 4px 6px; }
QStatusBar { background: $window; border-top: 1px solid $border; color: $muted; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $muted; padding: 2px 6px; }
QDockWidget { titlebar-close-icon: url(glyph:close.svg); titlebar-normal-icon: url(glyph:float.svg); }
QDockWidget::title { background: $window; padding: 6px 8px; text-align: left; }
QDockWidget::close-button, QDockWidget::float-button {
  background: transparent; border: none; border-radius: 4px; padding: 0; icon-size: 16px;
}
QDockWidget::close-button:hover, QDockWidget::float-button:hover { background: $raised; }
QToolTip { background: $panel; color: $text; border: 1px solid $border; padding: 6px 8px; }
"""

_CONTROLS = """
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 5px 8px; }
QToolButton:hover { background: $raised; }
QToolButton:pressed, QToolButton:checked { background: $selection; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $disabled; }
QToolButton::menu-indicator { image: none; }
#qt_toolbar_ext_button { padding: 0; qproperty-icon: url(glyph:more.svg); }
QPushButton {
  background: $raised; border: 1px solid $border; border-radius: 6px; padding: 6px 16px; min-height: 18px;
}
QPushButton:hover { background: $selection; }
QPushButton:pressed { background: $border; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $disabled; background: $window; }
QPushButton[role="primary"], QToolButton[role="primary"] {
  background: $accent; border-color: $accent; color: $on_accent;
}
QPushButton[role="primary"]:hover, QToolButton[role="primary"]:hover { background: $accent_hover; }
QPushButton[role="primary"]:focus, QToolButton[role="primary"]:focus { border-color: $text; }
QPushButton[role="primary"]:disabled, QToolButton[role="primary"]:disabled {
  background: $raised; border-color: $border; color: $disabled;
}
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox {
  background: $base; border: 1px solid $border; border-radius: 4px; padding: 3px 6px; min-height: 18px;
  selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QComboBox:hover { border-color: $disabled; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus { border-color: $accent; }
QLineEdit[invalid="true"], QSpinBox[invalid="true"], QDoubleSpinBox[invalid="true"], QComboBox[invalid="true"] {
  border: 2px solid $error; padding: 2px 5px;
}
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {
  background: $window; color: $disabled;
}
QComboBox { padding-right: 20px; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url(glyph:down.svg); width: 10px; height: 10px; }
QComboBox QAbstractItemView {
  background: $panel; border: 1px solid $border; selection-background-color: $selection; selection-color: $text;
  padding: 4px; outline: none;
}
QSpinBox, QDoubleSpinBox { padding-left: 6px; }
QSpinBox::up-button, QDoubleSpinBox::up-button { border: none; width: 18px; subcontrol-position: top right; }
QSpinBox::down-button, QDoubleSpinBox::down-button {
  border: none; width: 18px; subcontrol-position: bottom right;
}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url(glyph:up.svg); width: 9px; height: 9px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url(glyph:down.svg); width: 9px; height: 9px; }
QCheckBox { spacing: 8px; padding: 2px 0; }
QCheckBox::indicator, QAbstractItemView::indicator {
  width: 14px; height: 14px; border: 1px solid $disabled; border-radius: 3px; background: $base;
}
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: $accent; }
QAbstractItemView::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {
  background: $accent; border-color: $accent; image: url(glyph:check-$name.svg); }
QCheckBox::indicator:disabled { border-color: $border; background: $window; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $border; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:horizontal {
  width: 14px; height: 14px; margin: -6px 0; border-radius: 8px; background: $panel; border: 1px solid $accent;
}
QSlider::handle:horizontal:hover { background: $selection; }
QSlider::handle:horizontal:focus, QSlider::handle:horizontal:pressed { background: $accent; }
QSlider::sub-page:horizontal:disabled { background: $border; }
QSlider::handle:horizontal:disabled { background: $window; border-color: $border; }
QProgressBar { background: $raised; border: none; border-radius: 3px; min-height: 6px; text-align: center; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
"""

_CONTAINERS = """
QGroupBox { border: none; margin-top: 24px; padding: 0; }
QGroupBox::title { subcontrol-origin: margin; subcontrol-position: top left; left: 0; top: 4px; color: $muted; }
QTabWidget::pane { border: none; border-top: 1px solid $border; }
QTabBar { qproperty-drawBase: 0; background: transparent; }
QTabBar::tab { background: transparent; color: $muted; padding: 6px 12px; border: none;
  border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:focus { color: $accent; }
QTabBar[replaced="true"] { max-height: 0; min-height: 0; }
QTabBar[replaced="true"]::tab { height: 0; padding: 0; margin: 0; border: none; }
QScrollArea { border: none; background: transparent; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $border; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $disabled; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractItemView { outline: none; }
QHeaderView::section { background: $window; border: none; border-bottom: 1px solid $border; padding: 4px 8px; }
QHeaderView::up-arrow, QHeaderView::down-arrow {
  width: 8px; height: 8px; left: 4px; subcontrol-origin: padding; subcontrol-position: center left;
}
QHeaderView::up-arrow { image: url(glyph:up.svg); }
QHeaderView::down-arrow { image: url(glyph:down.svg); }
QSplitter::handle { background: $window; }
QPlainTextEdit, QTextEdit, QTextBrowser { background: $base; border: 1px solid $border; border-radius: 4px; }
QPlainTextEdit[role="entry"]:hover { border-color: $disabled; }
QPlainTextEdit[role="entry"]:focus { border-color: $accent; }
"""

_ROLES = """
QLabel[role="title"] { color: $text; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="mark"] { color: $mark; }
QLabel[role="error"] { color: $error; }
QLabel[role="chip"], QLabel[role="chip-ok"], QLabel[role="chip-warn"], QLabel[role="chip-error"] {
  border: 1px solid $border; border-radius: 9px; padding: 1px 8px; color: $disabled;
}
QLabel[role="chip-ok"] { border-color: $ok; color: $ok; }
QLabel[role="chip-warn"] { border-color: $warn; color: $warn; }
QLabel[role="chip-error"] { border-color: $error; color: $error; }
QLabel:disabled { color: $disabled; }
"""


def style_sheet(theme: Theme) -> str:
    """The application's style sheet in the colours of `theme`."""
    # A filled button is pressed towards the text's colour, so that its label keeps its contrast.
    hover = "#0b5c99" if theme.name == "light" else "#6bb9f0"
    values = {key: str(value) for key, value in asdict(theme).items()} | {"accent_hover": hover}
    return Template(_BARS + _CONTROLS + _CONTAINERS + _ROLES).substitute(values)
