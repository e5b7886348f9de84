"""A grid world in which walls make moves illegal, and that says which moves are legal."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from pgviz.environments.own.drawing import warn_that_nothing_is_drawn
from pgviz.environments.own.grid_picture import GridPicture

WALL, GOAL, FREE = "#", "G", "."
LAYOUT = (
    "....#.......",
    ".##...##.##.",
    ".#.##.#...#.",
    "......#.#...",
    ".###.##.###.",
    "...#......#.",
    ".#.####.#.#.",
    ".#......#..G",
)
# Up, right, down, left: rows and columns.
DIRECTIONS = ((-1, 0), (0, 1), (1, 0), (0, -1))

STEP_COST = 0.01
GOAL_REWARD = 1.0

Cell = tuple[int, int]


class MaskedGrid(gymnasium.Env[np.int64, np.int64]):
    """A walk through a grid, with an action mask for the walls.

    ## Description

    The agent walks through a grid with walls to a goal. A move into a wall or off the grid is illegal, and on the
    default map nearly half of all moves are. The environment says which moves are legal, in the two ways that
    are in use: an action mask in `info`, and a method `action_masks()`. A policy with a masked softmax gives the
    illegal ones probability 0 and has only the way to find; one that ignores the mask pays for every wall that it
    runs into, and has to learn at every cell what the mask would have told it.

    For masking in policy gradients see Huang and Ontañón, "A Closer Look at Invalid Action Masking in Policy
    Gradient Algorithms" (2020).

    ## Action Space

    `Discrete(4)`:

    - 0: up
    - 1: right
    - 2: down
    - 3: left

    With `longest_move` above 1, `Discrete(4 × longest_move)`: up by one cell, up by two and so on, then right,
    down and left. A move is illegal where a wall or the edge is in its way. The more moves there are, the
    smaller the share of legal ones, and the more an agent loses that ignores the mask.

    ## Observation Space

    `Discrete(rows × columns)`, 96 on the default map: the agent's cell, counted row by row from the top left. The
    walls are the same in every episode and not part of the observation.

    ## Information

    `reset` and `step` return `info["action_mask"]`, an int8 array with an entry for each move, 1 for each move
    that is legal in the state returned and 0 for each that is not; at least one is. `action_masks()` returns
    the same for the present state, as sb3-contrib expects it.

    ## Rewards

    - −0.01 for every step.
    - −`illegal_cost` besides, for an illegal move, which leaves the agent where it is.
    - +1 for reaching the goal.

    The best return from a cell is 1 − 0.01 · (moves to the goal): on the default map, by single cells, 0.896 on
    average over the starting states.

    ## Starting State

    Any free cell but the goal, all equally likely.

    ## Episode End

    1. Termination: the agent reaches the goal.
    2. Truncation: 100 steps have been made.

    ## Arguments

    ```python
    >>> import gymnasium
    >>> import pgviz.environments.own
    >>> environment = gymnasium.make("pgviz/MaskedGrid-v0", layout=("..#", ".#.", "..G"), illegal_cost=0.5)

    ```

    | Parameter      | Type              | Default      | Description                                       |
    |----------------|-------------------|--------------|---------------------------------------------------|
    | `layout`       | **Sequence[str]** | 12 × 8 cells | Rows of `.` (free), `#` (wall) and one `G` (goal) |
    | `illegal_cost` | **float**         | `0.1`        | What an illegal move costs besides the step       |
    | `longest_move` | **int**           | `1`          | How many cells a move can go                      |

    Every free cell must have a way to the goal; a layout in which one has not is refused.

    ## Rendering

    `render_mode="rgb_array"` draws up to 600 pixels in width or height, 600 × 400 for the default map: the
    walls, the goal, the agent and where it has been; a chevron where each legal move leads, a bar where the way
    is barred. When the agent has just tried an illegal move, that bar is thick.

    ## Version History

    * v0: first version
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 8}  # noqa: RUF012  (as Gymnasium has it)

    def __init__(
        self,
        render_mode: str | None = None,
        layout: Sequence[str] = LAYOUT,
        illegal_cost: float = 0.1,
        longest_move: int = 1,
    ) -> None:
        if not illegal_cost >= 0:
            raise ValueError(f"the cost of an illegal move is a number from 0, not {illegal_cost}")
        if longest_move < 1:
            raise ValueError(f"the longest move goes at least one cell, not {longest_move}")
        self.render_mode = render_mode
        self.longest_move = longest_move
        self.layout = tuple(layout)
        self.illegal_cost = float(illegal_cost)
        free, goal = _read(self.layout)
        self._columns = len(self.layout[0])
        self._goal = self._number(goal)
        self._starts = [self._number(cell) for cell in free if cell != goal]
        self._masks, self._next = self._tables(free)
        self.action_space = spaces.Discrete(len(DIRECTIONS) * longest_move)
        self.observation_space = spaces.Discrete(len(self.layout) * self._columns)
        self._begin(self._starts[0])

    def _begin(self, start: int) -> None:
        self._cell = start
        self._trail = [start]
        self._bumped: int | None = None

    def _number(self, cell: Cell) -> int:
        return cell[0] * self._columns + cell[1]

    def _tables(self, free: Sequence[Cell]) -> tuple[NDArray[np.int8], list[list[int]]]:
        """Of each cell and move: whether it is legal, and where it leads."""
        moves = len(DIRECTIONS) * self.longest_move
        masks = np.zeros((len(self.layout) * self._columns, moves), np.int8)
        following = [[number] * moves for number in range(len(masks))]
        open_cells = set(free)
        for cell in free:
            here = self._number(cell)
            for move, there in self._legal_moves(cell, open_cells):
                masks[here, move] = 1
                following[here][move] = self._number(there)
        return masks, following

    def _legal_moves(self, cell: Cell, free: Collection[Cell]) -> Iterator[tuple[int, Cell]]:
        """Each legal move from a cell, and where it leads."""
        for direction, (down, right) in enumerate(DIRECTIONS):
            for length in range(1, self.longest_move + 1):
                there = (cell[0] + length * down, cell[1] + length * right)
                if there not in free:
                    break
                yield direction * self.longest_move + length - 1, there

    def action_masks(self) -> NDArray[np.bool_]:
        """Which moves are legal in the present state, a truth value for each; a new array."""
        legal: NDArray[np.bool_] = self._masks[self._cell].astype(np.bool_)
        return legal

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.int64, dict[str, Any]]:
        """Begin an episode; see the class."""
        super().reset(seed=seed, options=options)
        self._begin(self._starts[int(self.np_random.integers(len(self._starts)))])
        return np.int64(self._cell), self._info()

    def step(self, action: np.int64) -> tuple[np.int64, float, bool, bool, dict[str, Any]]:
        """Make a move; see the class."""
        move = self._checked(action)
        legal = bool(self._masks[self._cell, move])
        self._bumped = None if legal else move
        self._cell = self._next[self._cell][move]
        if legal:
            self._trail.append(self._cell)
        reached = self._cell == self._goal
        reward = -STEP_COST - (0.0 if legal else self.illegal_cost) + (GOAL_REWARD if reached else 0.0)
        return np.int64(self._cell), reward, reached, False, self._info()

    def _checked(self, action: np.int64) -> int:
        if not self.action_space.contains(action):
            last = self._masks.shape[1] - 1
            raise gymnasium.error.InvalidAction(f"a move is a number from 0 to {last}, not {action!r}.")
        if self._cell == self._goal:
            raise gymnasium.error.ResetNeeded("the goal has been reached; call reset to begin another episode.")
        return int(action)

    def render(self) -> NDArray[np.uint8] | None:
        """Draw the grid as it is now; see the class."""
        if self.render_mode is None:
            warn_that_nothing_is_drawn(self)
            return None
        trail = [divmod(cell, self._columns) for cell in self._trail]
        return _picture(self.layout).draw(trail, self._masks[self._cell], self._bumped)

    def _info(self) -> dict[str, Any]:
        return {"action_mask": self._masks[self._cell].copy()}


# Kept out of the environment, so that it has nothing in it that cannot be copied.
@lru_cache(maxsize=16)
def _picture(layout: tuple[str, ...]) -> GridPicture:
    letters = np.array([list(row) for row in layout])
    ((row, column),) = np.argwhere(letters == GOAL).tolist()
    return GridPicture(letters == WALL, (row, column))


def _read(layout: Sequence[str]) -> tuple[list[Cell], Cell]:
    """The free cells, the goal among them, and the goal, of a layout that can be played."""
    if not layout or len({len(row) for row in layout}) != 1 or not set("".join(layout)) <= {WALL, GOAL, FREE}:
        raise ValueError(
            f"a layout has rows of equal length, of {FREE!r}, {WALL!r} and one {GOAL!r}: {list(layout)}"
        )
    letters = {(row, column): letter for row, line in enumerate(layout) for column, letter in enumerate(line)}
    free = [cell for cell, letter in letters.items() if letter != WALL]
    goals = [cell for cell, letter in letters.items() if letter == GOAL]
    if len(goals) != 1:
        raise ValueError(f"a layout has one goal {GOAL!r}, not {len(goals)}")
    if len(free) == 1:
        raise ValueError("a layout has at least one free cell besides its goal")
    distances = distances_to(goals[0], free)
    shut_in = [cell for cell in free if cell not in distances]
    if shut_in:
        row, column = shut_in[0]
        raise ValueError(f"there is no way to the goal from row {row + 1}, column {column + 1} of the layout")
    return free, goals[0]


def distances_to(goal: Cell, free: Sequence[Cell]) -> dict[Cell, int]:
    """Cells to walk from each free cell to the goal, of those from which there is a way."""
    open_cells = set(free)
    distances = {goal: 0}
    frontier = deque([goal])
    while frontier:
        row, column = frontier.popleft()
        for down, right in DIRECTIONS:
            cell = (row + down, column + right)
            if cell in open_cells and cell not in distances:
                distances[cell] = distances[row, column] + 1
                frontier.append(cell)
    return distances
