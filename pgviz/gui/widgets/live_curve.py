"""LiveCurve: a plot over environment steps that grows while a person looks at it.

Shape suffix: N points of a series.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from pgviz.gui.theme import LIGHT, Theme, set_role, sized
from pgviz.gui.widgets.curve_trace import Look, Trace
from pgviz.gui.widgets.curve_view import CurveView
from pgviz.gui.widgets.legend import Legend
from pgviz.gui.widgets.parts import SteadyLabel
from pgviz.gui.widgets.plot_notes import PlotNotes
from pgviz.gui.widgets.right_scale import PowerAxis, RightScale
from pgviz.gui.widgets.step_axis import MINUS, NO_CONTENTS, RoundAxis
from pgviz.gui.widgets.thinning import Floats


class LiveCurve(QWidget):
    """Series over steps, under a row with their legend and the current value.

    It follows the data until a person zooms or pans; pyqtgraph's own menu leads back, and exports.

    Parameters
    ----------
    name
        What is plotted, for screen readers.
    empty_text
        Shown while there is nothing to draw.
    """

    def __init__(self, name: str, empty_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._traces: dict[str, Trace] = {}
        self._own: Sequence[Look] = ()
        self._beside: Sequence[Look] = ()
        self.legend, self.value = Legend(), SteadyLabel()
        self.caption, self.empty = QLabel(wordWrap=True), QLabel(empty_text, wordWrap=True)
        self.view = CurveView()
        self.plot = _Plot(self.view)
        self.notes = PlotNotes(self.view)
        self._right = RightScale(self.plot.getPlotItem(), self.view, self.plot.right)
        self.setAccessibleName(name)
        self.plot.setAccessibleName(f"{name} over environment steps")
        self.value.setAccessibleDescription(f"{name}, current value")  # a name would be read in place of it
        self._arrange()
        self.plot.scene().sigMouseMoved.connect(self._hover)
        self.plot.left.connect(self._leave)
        self.view.sigXRangeChanged.connect(self._draw)
        self.view.sigResized.connect(self._draw)

    def _arrange(self) -> None:
        set_role(self.caption, "muted")
        set_role(self.empty, "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(24, 0, 24, 0)
        self.value.setFont(sized(self.value.font(), 1.0))
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.caption.hide()
        header = QHBoxLayout()
        header.setContentsMargins(12, 8, 12, 4)
        header.setSpacing(12)
        header.addWidget(self.legend, 1)
        header.addWidget(self.value)
        self.caption.setContentsMargins(12, 0, 12, 4)
        self._stack = QStackedLayout()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.plot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(header)
        layout.addWidget(self.caption)
        layout.addLayout(self._stack, 1)
        set_role(self, "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def begin(self, looks: Sequence[Look]) -> None:
        """Forget everything, and make ready for these series."""
        for trace in self._traces.values():
            self.plot.removeItem(trace.item)
        self._traces = {look.name: Trace(look) for look in looks}
        for trace in self._traces.values():
            trace.recolour(self._theme)
            self.plot.addItem(trace.item, ignoreBounds=True)
        self.view.traces = [trace for trace in self._traces.values() if not trace.look.right]
        self._right.begin([trace for trace in self._traces.values() if trace.look.right])
        self.view.fixed_y = None
        self._own, self._beside = looks, ()
        self.legend.set_looks(looks if len(looks) > 1 else ())
        self.notes.marks, self.notes.hovered, self.notes.cursor = (), None, None
        self.set_references(())
        self.set_caption("")
        self.set_value("")
        self._stack.setCurrentWidget(self.empty)
        self.view.enableAutoRange()

    def set_data(self, series: Mapping[str, tuple[Floats, Floats]]) -> None:
        """Draw the series that have grown.

        Parameters
        ----------
        series
            Steps, increasing, and values, each ``(N,)``, by the names given to :meth:`begin`; values that are not
            finite are left out.
        """
        grown = [self._traces[name].take(x_N, y_N) for name, (x_N, y_N) in series.items()]
        if any(grown):
            is_empty = not any(len(trace.x) for trace in self._traces.values())
            self._stack.setCurrentWidget(self.empty if is_empty else self.plot)
            self._right.follow()
            self._follow()
            self._draw()

    def set_beside(self, looks: Sequence[Look]) -> None:
        """Have these series beside those given to :meth:`begin`, and no others."""
        if tuple(looks) == tuple(self._beside):
            return
        for look in self._beside:
            if look not in looks:
                self.plot.removeItem(self._traces.pop(look.name).item)
        for look in looks:
            if look not in self._beside:
                self._traces[look.name] = trace = Trace(look)
                trace.recolour(self._theme)
                self.plot.addItem(trace.item, ignoreBounds=True)
        self._beside = tuple(looks)
        self.view.traces = [trace for trace in self._traces.values() if not trace.look.right]
        every = (*self._beside, *self._own) if self._beside else self._own  # what is new is named first
        self.legend.set_looks(every if len(every) > 1 else ())
        self._follow()

    def set_references(self, references: Sequence[tuple[float, str]]) -> None:
        """Draw a horizontal line at each of these values, with a label."""
        if references != self.notes.references:
            self.view.references = [value for value, _ in references]
            self.notes.references = references
            self._make_room()

    def set_marks(self, marks: Sequence[tuple[float, str]]) -> None:
        """Draw a vertical line with a label at each of these steps, oldest first."""
        if len(marks) != len(self.notes.marks):
            self.notes.marks = marks
            self._make_room()

    def set_cursor(self, step: float | None) -> None:
        """Draw a vertical line at the step that is looked back at; none for ``None``."""
        if step != self.notes.cursor:
            self.notes.cursor = step
            self.notes.update()

    def take_back(self) -> None:
        """Take the series and marks handed in next for others, though they may be as many as the last ones."""
        self.set_marks(())
        for trace in self._traces.values():
            trace.take_back()

    def set_y_range(self, low: float, high: float) -> None:
        """Show these values of y, whatever is drawn."""
        self.view.fixed_y = (low, high)
        self._follow()

    def set_value(self, text: str) -> None:
        """Show the current value."""
        self.value.setText(text)

    def set_caption(self, text: str) -> None:
        """Say something about the plot above it."""
        self.caption.setText(text)
        self.caption.setVisible(bool(text))

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self._theme = theme
        self.plot.apply_theme(theme)
        self.notes.apply_theme(theme)
        self.legend.apply_theme(theme)
        for trace in self._traces.values():
            trace.recolour(theme)

    def hover_text(self) -> str:
        """What the readout at the pointer says, row by row; empty while there is none."""
        rows = self.notes.hovered[1] if self.notes.hovered else []
        return "\n".join(f"{name} {value}" for _, name, value in rows)

    def _make_room(self) -> None:
        rows = bool(self.notes.marks) + bool(self.notes.references)
        self.view.headroom = rows * self.notes.label_height
        self.notes.update()
        self._follow()

    def _follow(self) -> None:
        if any(self.view.autoRangeEnabled()) and self.view.shows_too_little():
            self.view.queueUpdateAutoRange()
            # Now and not while painting, which would have to paint again.
            self.view.prepareForPaint()

    def _draw(self) -> None:
        follows = bool(self.view.autoRangeEnabled()[0])
        first, last = (-np.inf, np.inf) if follows else self.view.viewRange()[0]
        width = max(round(self.view.width()), 1)
        for trace in self._traces.values():
            trace.show_between(first, last, width)

    def _hover(self, position: QPointF) -> None:
        if not self.view.sceneBoundingRect().contains(position):
            self._leave()
            return
        x = self.view.mapSceneToView(position).x()
        near = {trace: index for trace in self._traces.values() if (index := trace.nearest(x)) is not None}
        if not near:
            return
        step = min((float(trace.x[index]) for trace, index in near.items()), key=lambda each: abs(each - x))
        rows = [("#00000000", "step", f"{step:,.0f}")]
        rows += [
            (self._colour(trace), trace.look.name, _value(trace.shown(index))) for trace, index in near.items()
        ]
        self.notes.hovered = (step, rows)
        self.notes.update()

    def _colour(self, trace: Trace) -> str:
        return self._theme.muted if trace.look.dots else self._theme.colour(trace.look.index)

    def _leave(self) -> None:
        if self.notes.hovered is not None:
            self.notes.hovered = None
            self.notes.update()


class _Plot(pg.PlotWidget):  # type: ignore[misc]
    """pyqtgraph's plot with calm axes, which also says when the pointer has left it."""

    left = Signal()

    def __init__(self, view: CurveView) -> None:
        self.right = PowerAxis()
        axes = {
            "left": RoundAxis("left", 44),
            "bottom": RoundAxis("bottom", 52, whole=True),
            "right": self.right,
        }
        super().__init__(viewBox=view, axisItems=axes)
        self.hideAxis("right")
        self.setMinimumSize(120, 80)
        self.getPlotItem().setContentsMargins(4, 4, 12, 4)
        self.getPlotItem().setFlag(NO_CONTENTS)
        axes["left"].setGrid(255)
        axes["left"].setZValue(-1000)  # the grid is behind the curves, which pyqtgraph puts at -100
        axes["bottom"].setLabel("steps")
        for action in ("Transforms", "Downsample", "Average", "Alpha", "Points"):
            self.getPlotItem().setContextMenuActionVisible(action, False)  # they know nothing of the traces
        self.apply_theme(LIGHT)

    def apply_theme(self, theme: Theme) -> None:
        """Take over a theme's colours."""
        self.setBackground(theme.panel)
        for side in ("left", "bottom", "right"):
            self.getAxis(side).apply_theme(theme, sized(self.font(), 0.85))

    def leaveEvent(self, event: QEvent) -> None:
        """Say that the pointer has left."""
        super().leaveEvent(event)
        self.left.emit()


def _value(number: float) -> str:
    return f"{number:,.4g}".replace("-", MINUS)
