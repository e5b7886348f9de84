"""The area of a plot in which the curves are, and how much of them it shows by itself."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import pyqtgraph as pg

from pgviz.gui.widgets.curve_trace import Trace
from pgviz.gui.widgets.step_axis import NO_CONTENTS, nice_spacing

X_MARGIN = 0.02
Y_MARGIN = 0.02
# A reference so far away that the curves would keep less than this share of the height stays out of sight.
LEAST_SHARE = 0.15
# Both ends of y lie on a multiple of its span divided, nicely, into so many.
Y_STEPS = 12
# Values beyond are out of sight: the span between them could not be told.
FARTHEST = 1e300
ENDS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def round_end(last: float) -> float:
    """The end of an axis on which `last` is to be seen: one of a few round numbers.

    An axis that grew with every point would be laid out and drawn anew each time, which costs more than the curve,
    and would never stand still to be read.
    """
    power = 10.0 ** math.floor(math.log10(last))
    return next((end * power for end in ENDS if end * power >= last * (1 - 1e-9)), 10.0 * power)


def _same(bounds: Sequence[float], shown: Sequence[float]) -> bool:
    return all(math.isclose(a, b, rel_tol=1e-9) for a, b in zip(bounds, shown, strict=True))


class CurveView(pg.ViewBox):  # type: ignore[misc]
    """Ranges itself over all of its traces from x = 0, until a person zooms or pans.

    Attributes
    ----------
    traces
        What is to be seen.
    references
        Values of y that are to be seen as well.
    fixed_y
        The range of y, where it does not depend on what is drawn.
    headroom
        Pixels kept free at the top for labels.
    """

    def __init__(self) -> None:
        super().__init__(defaultPadding=0.0)
        self.setFlag(NO_CONTENTS)
        self.traces: Sequence[Trace] = ()
        self.references: Sequence[float] = ()
        self.fixed_y: tuple[float, float] | None = None
        self.headroom = 0.0

    def itemBoundsChanged(self, item: object) -> None:
        """Leave the range as it is: whoever draws says when it no longer fits, see :meth:`shows_too_little`."""
        self._itemBoundsCache.pop(item, None)

    def childrenBounds(
        self,
        frac: object = None,
        orthoRange: Sequence[Sequence[float] | None] = (None, None),
        items: Iterable[object] | None = None,
    ) -> list[list[float] | None]:
        """What to show of x and y, margins included.

        The traces are asked, for what pyqtgraph's items hold may be only the part that is drawn.
        """
        last = max((float(trace.x[-1]) for trace in self.traces if len(trace.x)), default=None)
        if last is None:
            return [None, None]
        between = orthoRange[1] or (-math.inf, math.inf)
        last = round_end(max(last, 1.0))
        return [[-last * X_MARGIN, last * (1 + X_MARGIN)], self._y_bounds(between[0], between[1])]

    def shows_too_little(self) -> bool:
        """Whether the view would range itself otherwise than it does now; ranging costs as much as drawing."""
        first, last = self.viewRange()[0]
        wanted = self.childrenBounds(orthoRange=(None, (first, last)))
        current = self.viewRange()
        return any(
            follows and bounds is not None and not _same(bounds, shown)
            for follows, bounds, shown in zip(self.autoRangeEnabled(), wanted, current, strict=True)
        )

    def _y_bounds(self, first: float, last: float) -> list[float] | None:
        if self.fixed_y is not None:
            low, high = self.fixed_y
        else:
            found = [bounds for trace in self.traces if (bounds := trace.bounds(first, last)) is not None]
            values = [value for bounds in found for value in bounds]
            if not values:
                return None
            low, high = self._with_references(max(min(values), -FARTHEST), min(max(values), FARTHEST))
        if high - low <= 1e-9 * max(abs(high), abs(low), 1e-3):
            low, high = low - max(abs(low) * 0.1, 0.1), high + max(abs(high) * 0.1, 0.1)
        if self.fixed_y is None:
            step = nice_spacing(high - low, Y_STEPS)
            low, high = math.floor(low / step) * step, math.ceil(high / step) * step
        margin = (high - low) * Y_MARGIN
        free = min(self.headroom / max(self.height(), 1.0), 0.5)
        top = max(margin, (high - low + margin) * free / (1 - free))
        return [low - margin, high + top]

    def _with_references(self, low: float, high: float) -> tuple[float, float]:
        own = max(high - low, 0.1 * max(abs(low), abs(high)))
        middle = (low + high) / 2
        # The nearest one first, so that a far one does not take the place of a near one.
        for reference in sorted(self.references, key=lambda each: abs(each - middle)):
            wider = min(low, reference), max(high, reference)
            if own >= LEAST_SHARE * (wider[1] - wider[0]):
                low, high = wider
        return low, high
