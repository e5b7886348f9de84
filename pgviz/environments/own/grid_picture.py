"""The picture of a walk through a grid: walls, goal, agent, trail, and which moves are legal."""

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
    ORANGE,
    PAPER,
    SKY_BLUE,
    VERMILLION,
    Canvas,
    Point,
    mixed,
)

# The longer side of the picture, in pixels.
LONGEST = 600

_WALL_COLOUR = mixed(INK, PAPER, 0.25)
# Up, right, down, left, as the moves are numbered: x and y, y downwards.
_TOWARDS: tuple[Point, ...] = ((0, -1), (1, 0), (0, 1), (-1, 0))


class GridPicture:
    """Draws one grid, again and again.

    Parameters
    ----------
    walls
        Which cells are walls, ``(rows, columns)`` bool.
    goal
        Row and column of the goal.
    """

    def __init__(self, walls: NDArray[np.bool_], goal: tuple[int, int]) -> None:
        rows, columns = walls.shape
        self._side = max(8, LONGEST // max(rows, columns))
        self._still = Canvas(columns * self._side, rows * self._side)
        self._draw_goal(*self._centre(goal))
        self._draw_floor(walls)

    def draw(
        self, trail: Sequence[tuple[int, int]], mask: NDArray[np.int8], bumped: int | None
    ) -> NDArray[np.uint8]:
        """Draw the grid as it is now.

        Parameters
        ----------
        trail
            Rows and columns of the cells where the agent has been, the last of them being where it is.
        mask
            Which moves are legal there: of each direction in turn, from the shortest to the longest.
        bumped
            The illegal move that it has just tried, or ``None``.

        Returns
        -------
        numpy.ndarray
            ``(H, W, 3)`` uint8, as many pixels as make whole cells in 600 on the longer side.
        """
        canvas = Canvas(*self._still.size, self._still)
        self._draw_trail(canvas, trail)
        centre = self._centre(trail[-1])
        longest = len(mask) // len(_TOWARDS)
        bumped_towards = None if bumped is None else _TOWARDS[bumped // longest]
        for towards, legal in zip(_TOWARDS, mask.reshape(len(_TOWARDS), longest), strict=True):
            reach = int(legal.sum())
            for length in range(1, reach + 1):
                self._draw_chevron(canvas, centre, towards, length)
            if reach < longest:
                self._draw_bar(canvas, centre, towards, reach, thick=towards == bumped_towards)
        self._draw_agent(canvas, centre, bumped_towards)
        return canvas.to_array()

    def _centre(self, cell: tuple[int, int]) -> Point:
        return (cell[1] + 0.5) * self._side, (cell[0] + 0.5) * self._side

    def _draw_floor(self, walls: NDArray[np.bool_]) -> None:
        side, (width, height) = self._side, self._still.size
        for x in range(side, width, side):
            self._still.line((x, 0), (x, height), 1, FAINT)
        for y in range(side, height, side):
            self._still.line((0, y), (width, y), 1, FAINT)
        for row, column in np.argwhere(walls).tolist():
            self._still.rectangle(column * side, row * side, side, side, _WALL_COLOUR)
        # The edge stops a move as a wall does.
        corners = [(0, 0), (width, 0), (width, height), (0, height)]
        for start, end in pairwise([*corners, corners[0]]):
            self._still.line(start, end, 5, _WALL_COLOUR)

    def _draw_goal(self, x: float, y: float) -> None:
        """A flag on a green cell."""
        side, still = self._side, self._still
        still.rectangle(x - side / 2, y - side / 2, side, side, mixed(GREEN, PAPER, 0.7))
        foot, top = y + side * 0.32, y - side * 0.32
        pole = x - side * 0.16
        still.polygon([(pole, top), (pole + side * 0.44, top + side * 0.15), (pole, top + side * 0.3)], GREEN)
        still.line((pole, foot), (pole, top), side * 0.06, INK)

    def _draw_trail(self, canvas: Canvas, trail: Sequence[tuple[int, int]]) -> None:
        colour = mixed(SKY_BLUE, PAPER, 0.35)
        # Each stretch once, however often it was walked.
        stretches = {frozenset(pair) for pair in pairwise(trail)}
        for start, end in map(sorted, stretches):
            canvas.line(self._centre(start), self._centre(end), self._side * 0.12, colour)
        canvas.circle(self._centre(trail[0]), self._side * 0.14, colour)

    def _draw_chevron(self, canvas: Canvas, centre: Point, towards: Point, length: int) -> None:
        """The head of an arrow, in the cell to which a move leads."""
        (x, y), (right, down), side = centre, towards, self._side
        away = side * (length - 0.26)
        tip = (x + right * away, y + down * away)
        for across in (-1, 1):
            wing = (
                tip[0] - right * side * 0.13 + across * down * side * 0.16,
                tip[1] - down * side * 0.13 + across * right * side * 0.16,
            )
            canvas.line(wing, tip, side * 0.08, BLUE)

    def _draw_bar(self, canvas: Canvas, centre: Point, towards: Point, reach: int, *, thick: bool) -> None:
        """A bar across the way, at the end of the last cell within reach."""
        (x, y), (right, down), side = centre, towards, self._side
        away, half = side * (reach + 0.4), side * (0.32 if thick else 0.2)
        middle = (x + right * away, y + down * away)
        start = (middle[0] - down * half, middle[1] - right * half)
        end = (middle[0] + down * half, middle[1] + right * half)
        canvas.line(start, end, side * (0.13 if thick else 0.07), VERMILLION)

    def _draw_agent(self, canvas: Canvas, centre: Point, bumped_towards: Point | None) -> None:
        """A disc, off its cell's centre where it has just run into something."""
        right, down = bumped_towards or (0.0, 0.0)
        at = (centre[0] + right * self._side * 0.04, centre[1] + down * self._side * 0.04)
        canvas.circle(at, self._side * 0.3, INK)
        canvas.circle(at, self._side * 0.25, ORANGE)
