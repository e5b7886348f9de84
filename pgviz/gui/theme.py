"""How pgviz looks: two themes, and their application to Qt and pyqtgraph.

Colours are ``#rrggbb`` strings, so that Qt, style sheets and pyqtgraph all take them as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QDir, QEvent, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from pgviz.gui.style_sheet import style_sheet

PREFERENCES = ("system", "light", "dark")
SPACING = 8  # the grid, in device-independent pixels; halves are allowed within a control


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours.

    Parameters
    ----------
    name
        ``"light"`` or ``"dark"``.
    window, panel, base
        Backgrounds: of the window, of panels and plots, and of entry fields.
    raised
        Background of buttons, and of what the pointer is over.
    border, grid
        Lines between things, and grid lines within a plot.
    text, muted, disabled
        Words, captions and tick labels, and controls that cannot be used.
    accent, on_accent
        Of the main action, the focus and slider handles; and of the text upon it.
    selection
        Background of selected rows and text.
    mark
        Of turned knobs on the plots.
    ok, warn, error
        Of states. They are never told apart by colour alone.
    series
        Eight colours for curves, after Okabe and Ito's palette for colour-blind readers, each tuned to at least
        3:1 contrast on this theme's panels.
    """

    name: str
    window: str
    panel: str
    base: str
    raised: str
    border: str
    grid: str
    text: str
    muted: str
    disabled: str
    accent: str
    on_accent: str
    selection: str
    mark: str
    ok: str
    warn: str
    error: str
    series: tuple[str, ...]

    @property
    def is_dark(self) -> bool:
        """Whether text is lighter than its background."""
        return self.name == "dark"

    def colour(self, index: int) -> str:
        """The colour of the series with this number; they come round again after the last."""
        return self.series[index % len(self.series)]


LIGHT = Theme(
    name="light",
    window="#f2f3f5",
    panel="#ffffff",
    base="#ffffff",
    raised="#e9ebee",
    border="#d5d9df",
    grid="#e8eaed",
    text="#1d2127",
    muted="#5f6873",
    disabled="#a3aab3",
    accent="#0067b1",
    on_accent="#ffffff",
    selection="#cfe4f6",
    mark="#9c4f96",
    ok="#00795a",
    warn="#9a6200",
    error="#c22f24",
    series=("#0072b2", "#d55e00", "#008a64", "#b8578f", "#a87400", "#2f8fc4", "#4a5058", "#857c00"),
)

DARK = Theme(
    name="dark",
    window="#191b1f",
    panel="#212429",
    base="#17191d",
    raised="#2d3138",
    border="#393e46",
    grid="#2c3037",
    text="#e3e6ea",
    muted="#9aa2ad",
    disabled="#626a75",
    accent="#4ea9ea",
    on_accent="#0d1319",
    selection="#264a66",
    mark="#cf93cb",
    ok="#37c496",
    warn="#e8ac3b",
    error="#ff7b6e",
    series=("#56b4e9", "#f0803c", "#2bbd8e", "#dc8fbc", "#e9ac2d", "#9ad4f6", "#c3c8cf", "#e8df5a"),
)


def resolve(preference: str) -> Theme:
    """The theme that a preference leads to.

    Parameters
    ----------
    preference
        ``"light"``, ``"dark"``, or ``"system"`` for what the desktop asks for.

    Raises
    ------
    ValueError
        For another word.
    """
    if preference not in PREFERENCES:
        raise ValueError(f"a theme preference is one of {', '.join(PREFERENCES)}; got {preference!r}")
    if preference == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        return DARK if scheme == Qt.ColorScheme.Dark else LIGHT
    return DARK if preference == "dark" else LIGHT


def apply(app: QApplication, theme: Theme) -> None:
    """Give the whole application, and plots made from now on, this theme."""
    QDir.setSearchPaths("glyph", [str(Path(__file__).parent / "glyphs")])
    app.setStyle("Fusion")
    app.setPalette(palette(theme))
    app.setStyleSheet(style_sheet(theme))
    pg.setConfigOptions(background=theme.panel, foreground=theme.muted, antialias=False, useOpenGL=False)


def palette(theme: Theme) -> QPalette:
    """The theme as a Qt palette."""
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.base,
        role.AlternateBase: theme.window,
        role.Text: theme.text,
        role.PlaceholderText: theme.disabled,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.error,
        role.ToolTipBase: theme.panel,
        role.ToolTipText: theme.text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Mid: theme.border,
        role.Dark: theme.border,
        role.Light: theme.panel,
    }
    result = QPalette()
    for each, colour in colours.items():
        result.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, each, QColor(theme.disabled))
    result.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(theme.border))
    return result


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget one of the style sheet's roles.

    Parameters
    ----------
    widget
        For labels the roles are ``"title"``, ``"muted"``, ``"mark"``, ``"error"``, ``"chip"``, ``"chip-ok"``,
        ``"chip-warn"``, ``"chip-error"``; for buttons ``"primary"``; for any other widget ``"panel"``, with the
        background of one.
    role
        The role, or ``""`` for none.
    """
    widget.setProperty("role", role)
    # Without this a plain QWidget leaves its background to its parent, whatever the style sheet says.
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, role == "panel")
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    # A frame, which a label is, measures its margins anew only when it is told that its style has changed.
    QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))


def sized(font: QFont, factor: float, bold: bool = False) -> QFont:
    """A copy of `font`, `factor` times its size, with digits of equal width."""
    result = tabular(font)
    if font.pointSizeF() > 0:
        result.setPointSizeF(font.pointSizeF() * factor)
    else:
        result.setPixelSize(round(font.pixelSize() * factor))
    result.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return result


def tabular(font: QFont) -> QFont:
    """A copy of `font` in which all digits are equally wide, so that changing numbers do not jump."""
    result = QFont(font)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result
