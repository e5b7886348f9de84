"""The plot that grows, and the parts it is made of."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from pgviz.gui.theme import DARK, LIGHT
from pgviz.gui.widgets.curve_trace import MOST_DOTS, Look, Trace
from pgviz.gui.widgets.live_curve import LiveCurve
from pgviz.gui.widgets.plot_notes import PlotNotes
from pgviz.gui.widgets.step_axis import compact, nice_spacing
from pgviz.gui.widgets.thinning import Floats, means, outline

STEPS = np.arange(100.0, 10_100.0, 100.0)


@pytest.fixture
def curve(qtbot: QtBot) -> LiveCurve:
    made = LiveCurve("Entropy", "Entropy appears after the first update")
    qtbot.addWidget(made)
    made.begin([Look("entropy"), Look("return", 1, dots=True)])
    made.resize(400, 340)
    made.show()
    return made


def fill(curve: LiveCurve, length: int = 100) -> None:
    steps = STEPS[:length]
    curve.set_data({"entropy": (steps, steps / 10_000), "return": (steps, np.ones(length))})


def drawn(curve: LiveCurve, name: str) -> tuple[Floats, Floats]:
    x, y = curve._traces[name].item.getData()
    return x, y


def test_that_what_is_given_is_drawn(curve: LiveCurve) -> None:
    fill(curve)
    np.testing.assert_array_equal(drawn(curve, "entropy"), (STEPS, STEPS / 10_000))
    np.testing.assert_array_equal(drawn(curve, "return")[0], STEPS)
    assert curve.plot.isVisible()


def test_that_an_empty_plot_says_so_and_is_not_shown(curve: LiveCurve) -> None:
    assert curve.empty.isVisible()
    assert curve.empty.text() == "Entropy appears after the first update"
    curve.set_data({"entropy": (np.empty(0), np.empty(0)), "return": (np.empty(0), np.empty(0))})
    assert curve.empty.isVisible()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_that_values_that_are_not_finite_are_left_out_without_a_warning(curve: LiveCurve, value: float) -> None:
    entropy = np.array([1.0, value, 3.0])
    curve.set_data({"entropy": (STEPS[:3], entropy), "return": (STEPS[:3], np.full(3, value))})
    np.testing.assert_array_equal(drawn(curve, "entropy"), (STEPS[[0, 2]], [1.0, 3.0]))
    curve.grab()


def test_that_nothing_but_nan_stays_empty(curve: LiveCurve) -> None:
    curve.set_data({"entropy": (STEPS[:3], np.full(3, np.nan))})
    curve.grab()
    assert curve.empty.isVisible()


def test_that_a_single_point_is_seen(curve: LiveCurve) -> None:
    curve.set_data({"entropy": (STEPS[:1], np.ones(1))})
    picture, blue = curve.plot.grab().toImage(), LIGHT.colour(0)
    columns, rows = range(picture.width()), range(picture.height())
    assert any(picture.pixelColor(x, y).name() == blue for x in columns for y in rows)


def test_that_the_view_follows_the_data(curve: LiveCurve) -> None:
    fill(curve, 10)
    assert curve.view.viewRange()[0] == pytest.approx([-20, 1020])
    fill(curve, 100)
    assert curve.view.viewRange()[0] == pytest.approx([-200, 10_200])


def test_that_a_range_chosen_by_hand_is_kept_until_it_is_given_back(curve: LiveCurve) -> None:
    fill(curve, 10)
    curve.view.setRange(xRange=(200, 400), yRange=(0, 0.02), padding=0)
    fill(curve, 100)
    curve.grab()
    assert curve.view.viewRange() == [[200, 400], [0, 0.02]]
    curve.view.enableAutoRange()
    curve.grab()
    assert curve.view.viewRange()[0] == pytest.approx([-200, 10_200])


def test_that_a_constant_series_has_room_above_and_below(curve: LiveCurve) -> None:
    curve.set_data({"entropy": (STEPS[:2], np.array([5.0, 5.0]))})
    low, high = curve.view.viewRange()[1]
    assert low < 4.6
    assert high > 5.4


def test_that_the_reference_is_in_sight(curve: LiveCurve) -> None:
    curve.set_references([(1.5, "uniform: 1.5")])
    fill(curve)
    assert curve.notes.references == [(1.5, "uniform: 1.5")]
    assert curve.view.viewRange()[1][1] > 1.5
    curve.grab()


def test_that_a_far_reference_does_not_flatten_the_curve(curve: LiveCurve) -> None:
    curve.set_references([(475.0, "solved: 475")])
    fill(curve)
    assert curve.view.viewRange()[1][1] < 3
    curve.grab()


def test_that_marks_are_drawn_and_their_labels_never_overlap(curve: LiveCurve) -> None:
    fill(curve)
    curve.set_marks([(step, f"α {step}") for step in range(1000, 9000, 100)])
    curve.grab()
    placed = curve.notes.placed_marks()
    rooms = [room for _, _, room in placed if room is not None]
    assert len(placed) == 50
    assert placed[0][1] == "α 8900"
    assert 2 <= len(rooms) < 50
    assert not any(a.intersects(b) for a in rooms for b in rooms if a is not b)


def test_that_the_label_of_a_mark_at_the_edge_is_whole(curve: LiveCurve) -> None:
    fill(curve)
    curve.set_marks([(10_000, "α 0.001 → 0.0001")])
    curve.grab()
    (_, _, room) = curve.notes.placed_marks()[0]
    assert room is not None
    assert room.right() <= curve.view.width()


def test_that_the_pointer_reads_the_nearest_values(curve: LiveCurve) -> None:
    fill(curve)
    curve.grab()
    curve._hover(curve.view.mapViewToScene(QPointF(5_020, 0.5)))
    assert curve.hover_text() == "step 5,000\nentropy 0.5\nreturn 1"
    curve.grab()
    curve.plot.left.emit()
    assert curve.hover_text() == ""


def test_that_nothing_is_read_outside_of_the_plot(curve: LiveCurve) -> None:
    fill(curve)
    curve._hover(QPointF(-5, -5))
    assert curve.hover_text() == ""


def test_that_begin_forgets_everything(curve: LiveCurve) -> None:
    fill(curve)
    curve.set_references([(1.0, "one")])
    curve.set_marks([(500, "α")])
    curve.set_value("0.5")
    curve.view.setRange(xRange=(1, 2))
    curve.begin([Look("entropy")])
    assert curve.empty.isVisible()
    assert not curve.notes.references
    assert not curve.notes.marks
    assert curve.value.text() == ""
    assert curve.view.autoRangeEnabled() == [True, True]
    assert len(curve.plot.getPlotItem().listDataItems()) == 1


def test_that_another_theme_recolours_lines_and_ground(curve: LiveCurve) -> None:
    fill(curve)
    for theme in (LIGHT, DARK):
        curve.apply_theme(theme)
        assert curve._traces["entropy"].item.opts["pen"].color().name() == theme.colour(0)
        assert curve.plot.backgroundBrush().color().name() == theme.panel


def test_that_a_crowded_legend_says_how_many_it_leaves_out(curve: LiveCurve) -> None:
    curve.begin([Look(f"joint {index}", index) for index in range(17)])
    curve.resize(1600, 340)
    curve.grab()
    assert curve.legend.texts() == [*(f"joint {index}" for index in range(8)), "… +9"]
    curve.resize(300, 340)
    curve.grab()
    assert 1 < len(curve.legend.texts()) < 9


def test_that_neighbours_differ_in_their_dashes_as_well(curve: LiveCurve) -> None:
    pens = [Look("a", index).pen(LIGHT) for index in range(16)]
    styles = {(pen.color().name(), pen.style()) for pen in pens}
    assert len(styles) == 16
    assert all(a.style() != b.style() for a, b in pairwise(pens[:8]))


def test_that_dots_are_thinned_out_but_shown_again_on_zooming_in(qtbot: QtBot) -> None:
    trace = Trace(Look("return", dots=True))
    steps = np.arange(100_000.0)
    trace.take(steps, steps)
    trace.show_between(-np.inf, np.inf, 300)
    everything = trace.item.getData()[0]
    assert MOST_DOTS / 2 < len(everything) <= MOST_DOTS
    trace.show_between(1000, 1999, 300)
    assert len(trace.item.getData()[0]) == 1000


def test_that_a_few_new_points_of_very_many_wait_until_no_more_come(qtbot: QtBot) -> None:
    trace = Trace(Look("entropy"))
    steps = np.arange(100_000.0)
    assert trace.take(steps[:90_000], steps[:90_000])
    assert not trace.take(steps[:90_010], steps[:90_010])
    assert trace.take(steps[:90_010], steps[:90_010])
    assert trace.take(steps, steps)


def test_that_all_points_are_exported(curve: LiveCurve) -> None:
    steps = np.arange(50_000.0)
    curve.set_data({"entropy": (steps, steps), "return": (steps, steps)})
    for name in ("entropy", "return"):
        assert len(drawn(curve, name)[0]) < 5_000
        assert len(curve._traces[name].item.getOriginalDataset()[0]) == 50_000


def test_that_an_outline_keeps_every_peak() -> None:
    x = np.arange(100_000.0)
    y = np.zeros_like(x)
    y[[12_345, 77_777]] = 5.0, -3.0
    thin_x, thin_y = outline(x, y, 300)
    assert len(thin_x) <= 1200
    assert (thin_x[0], thin_x[-1]) == (0.0, 99_999.0)
    assert (np.diff(thin_x) >= 0).all()
    assert (thin_y.min(), thin_y.max()) == (-3.0, 5.0)


def test_that_means_are_those_of_their_columns() -> None:
    x, y = means(np.arange(1000.0), np.arange(1000.0) * 2, 10)
    np.testing.assert_allclose(x[:-1], np.arange(10) * 100 + 49.5)
    np.testing.assert_allclose(y, 2 * x)
    assert x[-1] == 999.0


@pytest.mark.parametrize(
    ("value", "spacing", "text"),
    [
        (0, 1, "0"),
        (50_000, 10_000, "50k"),
        (1_000_000, 500_000, "1M"),
        (1_500_000, 500_000, "1.5M"),
        (-1500, 500, "−1.5k"),
        (500, 500, "500"),
        (0.1 + 0.2, 0.1, "0.3"),
        (1.0, 0.5, "1.0"),
        (-0.05, 0.05, "−0.05"),
        (1e-17, 0.2, "0"),
    ],
)
def test_that_tick_labels_are_short(value: float, spacing: float, text: str) -> None:
    assert compact(value, spacing) == text


@pytest.mark.parametrize(("span", "intervals", "spacing"), [(1, 5, 0.2), (100_000, 5, 20_000), (7, 3, 5)])
def test_that_ticks_are_at_round_numbers(span: float, intervals: int, spacing: float) -> None:
    assert nice_spacing(span, intervals) == pytest.approx(spacing)


def test_that_the_label_of_a_reference_keeps_to_the_plot(
    curve: LiveCurve, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[QRectF, str]] = []
    monkeypatch.setattr(
        PlotNotes, "_draw_label", lambda _self, _painter, room, text, _colour: drawn.append((room, text))
    )
    fill(curve)
    curve.set_references(
        [(0.5, "a reference of which there is far more to say than any plot as narrow has room for")]
    )
    curve.grab()

    (room, text), *_ = drawn
    assert curve.notes.boundingRect().contains(room)
    assert text.startswith("a reference")
    assert text.endswith("…")


def test_that_values_near_the_largest_float_are_drawn(curve: LiveCurve) -> None:
    most = 1.7e308
    curve.set_data({"entropy": (STEPS[:3], np.array([-most, 0.0, most])), "return": (STEPS[:3], np.ones(3))})
    curve.grab()
    low, high = curve.plot.getPlotItem().getViewBox().viewRange()[1]
    assert math.isfinite(high - low)
    assert low < -1e299
    assert high > 1e299


def test_that_screen_readers_read_the_current_value(curve: LiveCurve) -> None:
    curve.set_value("now 0.69 nats")
    interface = QAccessible.queryAccessibleInterface(curve.value)
    assert interface.text(QAccessible.Text.Name) == "now 0.69 nats"
    assert "entropy" in interface.text(QAccessible.Text.Description).lower()
