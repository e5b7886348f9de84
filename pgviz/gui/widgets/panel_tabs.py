"""PanelTabs: tabs with an icon above a short word, so that many of them can be read in a narrow place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import qtawesome
from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QTabBar, QWidget

from pgviz.gui.theme import LIGHT, Theme, sized

ICON = 18
HEIGHT = 46
PADDING = 4  # at either side of a word
GAP = 13  # between two groups, with a line in its middle
BADGE = 13
SMALL = 0.85


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab.

    Parameters
    ----------
    word
        What is written under its icon.
    icon
        Name of the icon.
    begins_group
        Whether a line sets it off from those before it.
    """

    word: str
    icon: str
    begins_group: bool = False


class PanelTabs(QTabBar):
    """A row of tabs. Where there is too little room for the words, there are the icons alone.

    Parameters
    ----------
    tabs
        From the left.
    """

    def __init__(self, tabs: Sequence[Tab], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = tuple(tabs)
        self._badges: dict[int, str] = {}
        self._widths: dict[bool, int] = {}  # the window asks at each layout, many times a second
        self._theme = LIGHT
        self.setFont(sized(self.font(), SMALL))
        self.setUsesScrollButtons(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setExpanding(True)
        self.setDrawBase(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        for index, tab in enumerate(self.tabs):
            self.addTab(tab.word)
            self.setTabToolTip(index, tab.word)
        self.setAccessibleName("Panels")

    def set_badge(self, index: int, text: str) -> None:
        """Write a few digits at the corner of a tab's icon; none for an empty text."""
        if self._badges.get(index, "") != text:
            self._badges[index] = text
            self.setTabToolTip(index, f"{self.tabs[index].word} ({text})" if text else self.tabs[index].word)
            self.update()

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        self.update()

    @property
    def shows_words(self) -> bool:
        """Whether there is room for the words of all tabs."""
        return self._width(words=True) <= self.width()

    def tabSizeHint(self, index: int) -> QSize:
        """Share the width: each word has room, and what is left goes to all alike."""
        shown = [each for each in range(self.count()) if self.isTabVisible(each)]
        words = self.shows_words
        own = self._least(index, words=words)
        left = max(self.width() - self._width(words=words), 0)
        extra = left // len(shown) + (index == shown[-1]) * (left % len(shown)) if shown else 0
        return QSize(own + extra, HEIGHT)

    def minimumTabSizeHint(self, index: int) -> QSize:
        """An icon has to be there."""
        return QSize(ICON + 2 * PADDING, HEIGHT)

    def sizeHint(self) -> QSize:
        """As wide as the words ask for."""
        return QSize(self._width(words=True), HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """As wide as the icons ask for."""
        return QSize(self._width(words=False), HEIGHT)

    def tabLayoutChange(self) -> None:
        """Measure anew: a tab has come, gone or been hidden."""
        self._widths = {}

    def changeEvent(self, event: QEvent) -> None:
        """Measure anew in another font."""
        self._widths = {}
        super().changeEvent(event)

    def _width(self, *, words: bool) -> int:
        if words not in self._widths:
            shown = [each for each in range(self.count()) if self.isTabVisible(each)]
            self._widths[words] = sum(self._least(each, words=words) for each in shown)
        return self._widths[words]

    def _least(self, index: int, *, words: bool) -> int:
        tab = self.tabs[index]
        inside = max(self.fontMetrics().horizontalAdvance(tab.word), ICON) if words else ICON
        return inside + 2 * PADDING + (GAP if tab.begins_group else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tabs."""
        painter = QPainter(self)
        words = self.shows_words
        for index in range(self.count()):
            if self.isTabVisible(index):
                self._paint(painter, index, words)

    def _paint(self, painter: QPainter, index: int, words: bool) -> None:
        theme, area, tab = self._theme, self.tabRect(index), self.tabs[index]
        if tab.begins_group:
            painter.setPen(QColor(theme.border))
            painter.drawLine(area.left() + GAP // 2, area.top() + 10, area.left() + GAP // 2, area.bottom() - 10)
            area = area.adjusted(GAP, 0, 0, 0)
        chosen = index == self.currentIndex()
        hovered = self.tabRect(index).contains(self.mapFromGlobal(self.cursor().pos())) and self.underMouse()
        colour = theme.accent if chosen else theme.text if hovered else theme.muted
        top = 6 if words else (HEIGHT - ICON) // 2
        spot = QRect(area.center().x() - ICON // 2, top, ICON, ICON)
        icon = QIcon(qtawesome.icon(tab.icon, color=colour))
        icon.paint(painter, spot)
        if words:
            painter.setPen(QColor(theme.text if chosen or hovered else theme.muted))
            room = QRect(area.left(), spot.bottom() + 1, area.width(), HEIGHT - spot.bottom() - 4)
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, tab.word)
        if chosen:
            painter.fillRect(QRect(area.left(), HEIGHT - 2, area.width(), 2), QColor(theme.accent))
        if chosen and self.hasFocus():
            painter.setPen(QColor(theme.accent))
            painter.drawRoundedRect(area.adjusted(1, 2, -2, -4), 4, 4)
        if badge := self._badges.get(index, ""):
            self._paint_badge(painter, spot, badge)

    def _paint_badge(self, painter: QPainter, spot: QRect, badge: str) -> None:
        width = max(BADGE, self.fontMetrics().horizontalAdvance(badge) + 6)
        room = QRect(spot.right() - 3, spot.top() - 4, width, BADGE)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.warn))
        painter.drawRoundedRect(room, BADGE / 2, BADGE / 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(self._theme.panel))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, badge)
