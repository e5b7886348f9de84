"""The picture of an arm that reaches for a target, and of the turn that each of its joints was given."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pgviz.environments.own.drawing import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    PURPLE,
    SKY_BLUE,
    Canvas,
    Point,
    mixed,
)

WIDTH, HEIGHT = 600, 400

_BASE: Point = (WIDTH / 2, 352.0)
# Pixels in the length of the arm.
_SCALE = 285.0


def draw_arm(
    *,
    links: NDArray[np.float64],
    target: NDArray[np.float64],
    tolerance: float,
    trail: Sequence[NDArray[np.float64]],
    action: NDArray[np.int64] | None,
    positions: int,
) -> NDArray[np.uint8]:
    """Draw an arm as it stands.

    Parameters
    ----------
    links
        Each link as a vector, ``(joints, 2)``, y upwards, in lengths of the arm.
    target, tolerance
        Where the tip is to be, from the base, and how near.
    trail
        Where the tip has been, the last of them being where it is.
    action
        Which turn each joint was given in the last step, ``(joints,)``; ``None`` before the first.
    positions
        How many turns there are to choose from.

    Returns
    -------
    numpy.ndarray
        ``(400, 600, 3)`` uint8.
    """
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.rectangle(0, _BASE[1] + 16, WIDTH, HEIGHT, FAINT)
    canvas.rectangle(_BASE[0] - 34, _BASE[1] - 2, 68, 20, INK, rounding=5)
    reached = bool(np.hypot(*(target - trail[-1])) <= tolerance)
    _draw_target(canvas, _place(target), tolerance * _SCALE, reached)
    for start, end in pairwise(trail):
        canvas.line(_place(start), _place(end), 3, mixed(PURPLE, PAPER, 0.35))
    _draw_links(canvas, links)
    _draw_action(canvas, len(links), action, positions)
    return canvas.to_array()


def _place(point: NDArray[np.float64]) -> Point:
    return _BASE[0] + float(point[0]) * _SCALE, _BASE[1] - float(point[1]) * _SCALE


def _draw_target(canvas: Canvas, centre: Point, radius: float, reached: bool) -> None:
    canvas.circle(centre, radius, mixed(GREEN, PAPER, 0.2 if reached else 0.75))
    canvas.ring(centre, radius, 2.5, GREEN)
    canvas.circle(centre, 3.5, GREEN if not reached else PAPER)


def _draw_links(canvas: Canvas, links: NDArray[np.float64]) -> None:
    """Links from thick to thin, joints upon them, and the tip."""
    ends = [_place(end) for end in np.vstack([np.zeros(2), np.cumsum(links, axis=0)])]
    widths = np.linspace(18, 9, len(links)).tolist()
    for (start, end), width in zip(pairwise(ends), widths, strict=True):
        canvas.line(start, end, width, INK)
    for (start, end), width in zip(pairwise(ends), widths, strict=True):
        canvas.line(start, end, width - 4, SKY_BLUE)
    for joint, width in zip(ends, widths, strict=False):
        canvas.circle(joint, width * 0.42, INK)
        canvas.circle(joint, width * 0.22, PAPER)
    canvas.circle(ends[-1], 8, INK)
    canvas.circle(ends[-1], 5.5, ORANGE)


def _draw_action(canvas: Canvas, joints: int, action: NDArray[np.int64] | None, positions: int) -> None:
    """A column of dots for each joint, the highest counterclockwise; the turn that it was given is filled."""
    left, top = 26.0, 42.0
    across, down = min(16.0, 176.0 / joints), min(13.0, 104.0 / positions)
    canvas.text("turn of each joint", (left - 8, 20), 16, MUTED, "left")
    radius = 0.36 * min(across, down)
    for joint in range(joints):
        for position in range(positions):
            centre = (left + joint * across, top + (positions - 1 - position) * down)
            if action is not None and action[joint] == position:
                canvas.circle(centre, radius * 1.35, BLUE)
            else:
                canvas.circle(
                    centre, radius * (0.9 if position == positions // 2 else 0.7), mixed(FAINT, INK, 0.08)
                )
