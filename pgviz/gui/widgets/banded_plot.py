"""A plot of π over the actions and, where the agent has values, of Q in a band below it.

Shape suffix: A actions.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from pgviz.gui.theme import Theme, sized
from pgviz.gui.widgets.distribution_plot import CHOSEN, DistributionPlot, Floats
from pgviz.gui.widgets.step_axis import RoundAxis
from pgviz.gui.widgets.value_scale import ValueScale

VALUES = 2  # the series whose colour Q has
MARK = 13.0  # pixels that the mark above a bar takes
GAP = 8.0
LEAST_TICK = 26.0  # pixels from one tick to the next
GREEDY = 5.0  # half the diagonal of the mark of the greedy action
PLAIN_AXIS, VALUE_AXIS = 38, 50  # pixels across; values can be long
SAMPLE = 20.0  # pixels for a mark beside its meaning

Draw = Callable[[QPainter, QPointF], None]


class BandedPlot(DistributionPlot):
    """Two bands over one axis of actions, each with a scale of its own, drawn by one item.

    Attributes
    ----------
    values_A
        Q as drawn, or ``None`` where the agent has none.
    """

    VALUE_SHARE = 0.5  # of the height, for Q
    LABELLED = True  # whether π is written above its bars

    def __init__(self, bottom: RoundAxis, parent: QWidget | None = None) -> None:
        super().__init__(bottom, parent)
        self.values_A: Floats | None = None
        self._scale = ValueScale()
        self._has_values = self._has_masks = False
        self._small = sized(self.font(), 0.85)
        self.view.setYRange(0.0, 1.0)
        self.view.sigResized.connect(self._set_ticks)

    def begin_bands(self, has_values: bool, has_masks: bool = False) -> None:
        """Make ready for an agent with or without values, where actions can be illegal or cannot."""
        self._has_values, self._has_masks = has_values, has_masks
        self._scale, self.values_A = ValueScale(), None
        self.plot.getPlotItem().getAxis("left").setWidth(VALUE_AXIS if has_values else PLAIN_AXIS)
        self.setMinimumHeight(140 if has_values else 96)
        self._set_ticks()

    def set_values(self, values_A: Floats | None) -> None:
        """Take over the values that are drawn next."""
        self.values_A = values_A
        if values_A is not None and self._scale.follow(values_A):
            self._set_ticks()

    def follow_values(self, values: Floats) -> None:
        """Have the values' scale reach over these, whatever is drawn."""
        if self._scale.follow(values):
            self._set_ticks()

    def value_share(self, value: float) -> float:
        """Where a value is in its band, from 0 at the bottom to 1 at the top."""
        return self._scale.share(value)

    @property
    def theme(self) -> Theme:
        """The theme whose colours it wears."""
        return self._theme

    def caption_row(self) -> QRectF:
        """Where the upper band's caption is written, in pixels."""
        return QRectF(4.0, 0.0, self.view.rect().width() - 8.0, QFontMetricsF(self._small).height())

    def value_caption_offset(self) -> float:
        """How far under it that of the lower band is."""
        return self._split() + GAP

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._small = sized(self.font(), 0.85)
        super().apply_theme(theme)

    def probability_band(self) -> QRectF:
        """Where π is drawn, from 0 at the bottom to 1 at the top, in pixels."""
        area, text = QRectF(self.view.rect()), QFontMetricsF(self._small).height()
        top = (text if self._has_captions else 0.0) + MARK + (text if self.LABELLED else 0.0)
        height = self._split() if self._has_values else area.height()
        return QRectF(0.0, top, area.width(), max(height - top, 8.0))

    def value_band(self) -> QRectF:
        """Where Q is drawn, in pixels."""
        area, text = QRectF(self.view.rect()), QFontMetricsF(self._small).height()
        top = self._split() + GAP + text + (text if self.LABELLED else GREEDY)
        return QRectF(0.0, top, area.width(), max(area.height() - top - 2.0, 8.0))

    @property
    def _has_captions(self) -> bool:
        return self._has_values or self._has_masks

    def _split(self) -> float:
        return round((1.0 - self.VALUE_SHARE) * QRectF(self.view.rect()).height())

    def _set_ticks(self, *_: object) -> None:
        height = max(QRectF(self.view.rect()).height(), 1.0)
        band = self.probability_band()
        shown = next(each for each in ((0, 0.25, 0.5, 0.75, 1), (0, 0.5, 1), (0, 1)) if _fit(each, band))
        ticks = [(_at(band, share, height), f"{share:g}") for share in shown]
        if self._has_values:
            band = self.value_band()
            most = max(int(band.height() // LEAST_TICK) + 1, 2)
            ticks += [
                (_at(band, self._scale.share(value), height), text) for value, text in self._scale.ticks(most)
            ]
        self.plot.getPlotItem().getAxis("left").setTicks([ticks])

    def _draw_captions(self, painter: QPainter) -> None:
        """Name the bands, and what the marks in them mean, in the rows above them."""
        if not self._has_captions:
            return
        painter.setFont(self._small)
        row = self.caption_row()
        marks: list[tuple[str, Draw]] = [("chosen", self._draw_chosen_sample)]
        marks += [("illegal here", self._draw_illegal_sample)] if self._has_masks else []
        self._draw_row(painter, row, "π(a|s)", marks)
        if self._has_values:
            below = row.translated(0.0, self.value_caption_offset())
            self._draw_row(painter, below, "Q(s, a)", [("greedy", self._draw_greedy)])

    def _draw_row(self, painter: QPainter, at: QRectF, name: str, marks: list[tuple[str, Draw]]) -> None:
        middle, metrics, row = Qt.AlignmentFlag.AlignVCenter, QFontMetricsF(self._small), QRectF(at)
        painter.setPen(QColor(self._theme.muted))
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | middle, name)
        for text, draw in marks:
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(row, Qt.AlignmentFlag.AlignRight | middle, text)
            row.setRight(row.right() - metrics.horizontalAdvance(text) - SAMPLE)
            draw(painter, QPointF(row.right() + SAMPLE / 2, row.center().y()))
            row.setRight(row.right() - GAP)

    def _draw_chosen_sample(self, painter: QPainter, at: QPointF) -> None:
        self._draw_mark(painter, at + QPointF(0.0, 5.0))

    def _draw_illegal_sample(self, painter: QPainter, at: QPointF) -> None:
        self._hatch(painter, QRectF(at.x() - 6.0, at.y() - 5.0, 12.0, 10.0))

    def _hatch(self, painter: QPainter, room: QRectF) -> None:
        """Fill the slot of something illegal."""
        painter.fillRect(room, QBrush(QColor(self._theme.disabled), Qt.BrushStyle.BDiagPattern))

    def _draw_greedy(self, painter: QPainter, at: QPointF) -> None:
        """Draw the mark of the action that is valued most: a diamond."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.panel), 1))
        painter.setBrush(QColor(self._theme.text))
        across, up = QPointF(GREEDY, 0), QPointF(0, GREEDY)
        painter.drawPolygon(QPolygonF([at - up, at + across, at + up, at - across]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _colour(self, series: int, chosen: bool) -> QColor:
        return QColor(self._theme.series[CHOSEN if chosen else series])


def _fit(ticks: tuple[float, ...], band: QRectF) -> bool:
    return len(ticks) == 2 or band.height() / (len(ticks) - 1) >= LEAST_TICK


def _at(band: QRectF, share: float, height: float) -> float:
    """The view's own y of a place in a band; the view shows y from 0 to 1."""
    return 1.0 - (band.bottom() - share * band.height()) / height
