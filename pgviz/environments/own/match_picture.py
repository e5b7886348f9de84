"""The picture of a match of rock, paper, scissors: two hands, the score, the agent's mix and all rounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pgviz.environments.own.drawing import (
    BLUE,
    FAINT,
    INK,
    MUTED,
    PAPER,
    VERMILLION,
    WHITE,
    Canvas,
    Colour,
    Point,
    mixed,
)
from pgviz.environments.own.exploitability import MOVES, PAYOFF_MB

WIDTH, HEIGHT = 600, 400

# Each side's colour is also that of the rounds it has won.
_AGENT, _OPPONENT = BLUE, VERMILLION
_RESULTS = {1: ("win", _AGENT), 0: ("draw", MUTED), -1: ("loss", _OPPONENT)}
_HAND_HEIGHT = 142
_HAND_SIZE = 62.0

# Parts of a hand that points to the right, in units of half its size, y upwards: from where to where, how wide.
_Part = tuple[Point, Point, float]
_WRIST: _Part = ((-0.98, -0.02), (-0.45, 0.0), 0.62)
_PALM: _Part = ((-0.22, 0.03), (-0.02, 0.03), 1.12)
_OUTLINE = 0.075


def _curled(*heights: float) -> tuple[_Part, ...]:
    return tuple(((0.05, y), (0.52, y), 0.34) for y in heights)


# Stretched fingers are one piece with the palm; curled ones, and the thumb upon them, are seen in front of it.
_STRETCHED: dict[str, tuple[_Part, ...]] = {
    "rock": (),
    "paper": (
        ((0.05, 0.5), (1.14, 0.78), 0.34),
        ((0.05, 0.2), (1.3, 0.27), 0.34),
        ((0.05, -0.14), (1.26, -0.24), 0.34),
        ((0.05, -0.42), (1.02, -0.7), 0.32),
        ((-0.35, 0.3), (0.16, 1.1), 0.36),
    ),
    "scissors": (((0.05, 0.42), (1.26, 0.84), 0.34), ((0.05, 0.2), (1.34, -0.02), 0.34)),
}
_IN_FRONT: dict[str, tuple[_Part, ...]] = {
    "rock": (*_curled(0.54, 0.2, -0.14, -0.46), ((-0.3, 0.5), (0.34, 0.3), 0.36)),
    "paper": (),
    "scissors": (*_curled(-0.14, -0.46), ((-0.3, 0.42), (0.34, -0.08), 0.36)),
}


def draw_match(
    opponent: str, rounds: int, agent_moves: Sequence[int], opponent_moves: Sequence[int]
) -> NDArray[np.uint8]:
    """Draw a match as it stands.

    Parameters
    ----------
    opponent
        Who plays against the agent.
    rounds
        Rounds in the match.
    agent_moves, opponent_moves
        Of the rounds played so far.

    Returns
    -------
    numpy.ndarray
        ``(400, 600, 3)`` uint8.
    """
    results = [int(PAYOFF_MB[move, reply]) for move, reply in zip(agent_moves, opponent_moves, strict=True)]
    canvas = Canvas(WIDTH, HEIGHT)
    _head(canvas, opponent, f"round {len(results)} of {rounds}")
    _hand(canvas, 140, agent_moves[-1] if agent_moves else None, _AGENT, won=results[-1:] == [1], mirrored=False)
    _hand(
        *(canvas, WIDTH - 140, opponent_moves[-1] if opponent_moves else None, _OPPONENT),
        won=results[-1:] == [-1],
        mirrored=True,
    )
    _score(canvas, results)
    _mix(canvas, agent_moves)
    _rounds(canvas, results, rounds)
    return canvas.to_array()


def _head(canvas: Canvas, opponent: str, round_in_words: str) -> None:
    canvas.text("agent", (24, 26), 22, _AGENT, "left")
    canvas.text(round_in_words, (WIDTH / 2, 26), 22, INK)
    canvas.text(opponent.replace("_", " "), (WIDTH - 24, 26), 22, _OPPONENT, "right")


def _hand(canvas: Canvas, x: float, move: int | None, colour: Colour, *, won: bool, mirrored: bool) -> None:
    """A hand on a disc, and under it the name of what it shows; a fist where nothing has been shown."""
    canvas.circle((x, _HAND_HEIGHT), 86, mixed(colour, PAPER, 0.75) if won else mixed(FAINT, PAPER, 0.4))
    if won:
        canvas.ring((x, _HAND_HEIGHT), 86, 3, colour)
    shown, side = MOVES[move or 0], -1 if mirrored else 1

    def draw(parts: Sequence[_Part], fill: Colour) -> None:
        placed = [(_place(x, side, start), _place(x, side, end), width) for start, end, width in parts]
        for start, end, width in placed:
            canvas.line(start, end, (width + 2 * _OUTLINE) * _HAND_SIZE, INK)
        for start, end, width in placed:
            canvas.line(start, end, width * _HAND_SIZE, fill)

    draw([_WRIST], colour)
    draw([_PALM, *_STRETCHED[shown]], WHITE)
    for part in _IN_FRONT[shown]:
        draw([part], WHITE)
    canvas.text(shown if move is not None else "ready", (x, 246), 22, MUTED if move is None else INK)


def _place(x: float, side: int, point: Point) -> Point:
    return x + side * (point[0] - 0.3) * _HAND_SIZE, _HAND_HEIGHT - (point[1] - 0.05) * _HAND_SIZE


def _score(canvas: Canvas, results: Sequence[int]) -> None:
    wins, losses = results.count(1), results.count(-1)
    canvas.text(f"{wins} : {losses}", (WIDTH / 2, 122), 52)
    canvas.text(f"{results.count(0)} drawn", (WIDTH / 2, 156), 18, MUTED)
    if results:
        words, colour = _RESULTS[results[-1]]
        canvas.text(words, (WIDTH / 2, 196), 28, colour)


def _mix(canvas: Canvas, agent_moves: Sequence[int]) -> None:
    """The share of each move among those that the agent has made, as bars, with a line at a third."""
    left, top, length, height, gap = 100, 280, 400, 14, 7
    for move, name in enumerate(MOVES):
        share = agent_moves.count(move) / len(agent_moves) if agent_moves else 0.0
        y = top + move * (height + gap)
        canvas.text(name, (left - 10, y + height / 2), 18, INK, "right")
        canvas.rectangle(left, y, length, height, FAINT, rounding=4)
        if share:
            canvas.rectangle(left, y, max(8.0, share * length), height, _AGENT, rounding=4)
        canvas.text(f"{share:.0%}" if agent_moves else "–", (left + length + 50, y + height / 2), 18, INK, "right")
    third = left + length / 3
    canvas.line((third, top - 3), (third, top + 3 * height + 2 * gap + 3), 2, INK)
    canvas.text("1/3", (third, top - 12), 15, MUTED)


def _rounds(canvas: Canvas, results: Sequence[int], rounds: int) -> None:
    """Every round from left to right: above the line where it was won, below where it was lost."""
    left, right, y = 24, WIDTH - 24, 372
    canvas.line((left, y), (right, y), 1.5, FAINT)
    width = (right - left) / rounds
    thick = max(1.0, min(width - min(2.0, width / 4), 10.0))
    for number, result in enumerate(results):
        _, colour = _RESULTS[result]
        middle = left + (number + 0.5) * width
        top, bottom = {1: (y - 15, y - 2), 0: (y - 2, y + 2), -1: (y + 2, y + 15)}[result]
        canvas.rectangle(middle - thick / 2, top, thick, bottom - top, colour)
